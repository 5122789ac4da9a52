//! Arguments of `verify --notation`, with notation's flag names and meanings.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

/// Arguments of `verify --notation`.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Notation")]
pub struct NotationArgs {
    /// Ask notation's question: verify Notary Project signatures by a trust policy.
    #[arg(long, conflicts_with_all = ["key", "annotations", "insecure_ignore_tlog", "signature_digest_algorithm"])]
    pub notation: bool,
    /// Judge by this trust policy document.
    #[arg(long, requires = "notation", value_name = "FILE")]
    pub trust_policy: Option<PathBuf>,
    /// Demand this pair among the signed user metadata.
    #[arg(long, short = 'm', requires = "notation", value_name = "KEY=VALUE")]
    pub user_metadata: Vec<String>,
    /// The image's host may speak plain HTTP; written `--insecure-registry`, as in notation.
    #[arg(long, requires = "notation", hide = true)]
    pub notation_insecure_registry: bool,
}

/// With `verify --notation`, `--insecure-registry` takes no value, as in notation; everywhere else it takes a host.
pub fn normalise(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let end = arguments.iter().position(|word| word == "--").unwrap_or(arguments.len());
    let options = arguments.get(..end).unwrap_or_default();
    if !options.iter().any(|word| word == "verify") || !options.iter().any(|word| word == "--notation") {
        return arguments;
    }
    for word in arguments.iter_mut().take(end) {
        if word == "--insecure-registry" || word == "--insecure-registry=true" {
            *word = OsString::from("--notation-insecure-registry");
        }
    }
    arguments.retain(|word| word != "--insecure-registry=false");
    arguments
}
