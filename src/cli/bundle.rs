//! The command line of `verify-bundle` as written: the arguments of a client of sigstore's conformance suite.

use std::path::PathBuf;

use clap::Args;

use super::args::TextFormat;

/// Arguments of `verify-bundle`.
#[derive(Debug, Args)]
pub struct VerifyBundleArgs {
    /// The signed file, or its digest (`sha256:…`).
    #[arg(value_name = "FILE_OR_DIGEST")]
    pub artifact: String,
    /// Sigstore bundle.
    #[arg(long, value_name = "FILE")]
    pub bundle: PathBuf,
    /// Subject of the certificate that is to have signed.
    #[arg(
        long,
        value_name = "ID",
        requires = "certificate_oidc_issuer",
        required_unless_present = "key",
        conflicts_with = "key"
    )]
    pub certificate_identity: Option<String>,
    /// OIDC issuer that vouched for the subject.
    #[arg(long, value_name = "URL", requires = "certificate_identity", conflicts_with = "key")]
    pub certificate_oidc_issuer: Option<String>,
    /// Public key (PEM file) that is to have signed.
    #[arg(long, value_name = "FILE")]
    pub key: Option<String>,
    /// Trust sigstore's staging instance in place of the public one.
    #[arg(long)]
    pub staging: bool,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}
