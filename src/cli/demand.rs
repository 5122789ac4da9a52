//! The demands that cosign's flags make.

use std::collections::BTreeMap;
use std::path::Path;

use super::args::{CertificateArgs, VerifyArgs};
use super::exit::Stop;
use super::resolve;
use crate::format::key::PublicKey;
use crate::model::demand::{Bundles, CertificateDemand, Demand, Signer, Wanted};
use crate::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};
use crate::model::{Code, Moment};
use crate::trust::Material;

/// Where cosign finds log entries when none is named.
pub const PUBLIC_LOG: &str = "https://rekor.sigstore.dev";
/// Longest key file that is read, in bytes.
const KEY_LIMIT: u64 = 1 << 20;

/// The demands.
///
/// # Errors
/// When the flags contradict each other, or the key cannot be read.
pub fn of(args: &VerifyArgs, material: &Material, offline: bool, now: Moment) -> Result<Demand, Stop> {
    let log = if args.insecure_ignore_tlog {
        LogDemand::Ignored
    } else {
        LogDemand::Required { keys: material.log_keys.clone(), url: PUBLIC_LOG.to_owned(), offline }
    };
    Ok(Demand {
        signer: signer(args, material)?,
        log,
        logs: material.logs.clone(),
        stamps: args.use_signed_timestamps,
        bundles: Bundles::Cosign,
        stamp_authorities: material.stamp_authorities.clone(),
        annotations: args.annotations.iter().map(|text| pair(text)).collect::<Result<BTreeMap<_, _>, _>>()?,
        as_of: now,
    })
}

/// A key or a certificate, never both (`cmd/cosign/cli/verify/verify.go`).
fn signer(args: &VerifyArgs, material: &Material) -> Result<Signer, Stop> {
    let asked = &args.certificate;
    let named = |exact: &Option<String>, regexp: &Option<String>, what: &str| {
        let exact = exact.iter().filter(|text| !text.is_empty()).cloned().map(Wanted::Exact);
        let regexp = regexp.iter().filter(|text| !text.is_empty()).cloned().map(Wanted::Regexp);
        let all: Vec<Wanted> = exact.chain(regexp).collect();
        for one in &all {
            if let Wanted::Regexp(pattern) = one {
                regex::Regex::new(pattern)
                    .map_err(|error| Stop::usage(format!("{what}-regexp `{pattern}`: {error}")))?;
            }
        }
        Ok::<_, Stop>(all)
    };
    let subject =
        named(&asked.certificate_identity, &asked.certificate_identity_regexp, "--certificate-identity")?;
    let issuer = named(
        &asked.certificate_oidc_issuer,
        &asked.certificate_oidc_issuer_regexp,
        "--certificate-oidc-issuer",
    )?;
    match (&args.key, subject.is_empty(), issuer.is_empty()) {
        (Some(_), false, _) => Err(Stop::usage("a key and a certificate's identity are both asked for")
            .hint("give either `--key` or `--certificate-identity`")),
        (Some(key), true, _) => Ok(Signer::Key(self::key(key, hash(&args.signature_digest_algorithm)?)?)),
        (None, false, false) => Ok(Signer::Certificate(CertificateDemand {
            travelling: false,
            subject,
            issuer,
            extensions: extensions(asked),
            authorities: material.authorities.clone(),
            ct_logs: (!args.insecure_ignore_sct).then(|| material.ct_logs.clone()),
        })),
        (None, ..) => Err(Stop::usage("neither a key nor the identity of a certificate is named").hint(
            "give `--key FILE`, or `--certificate-identity ID` together with `--certificate-oidc-issuer URL` \
             (or their `-regexp` forms)",
        )),
    }
}

/// The flags about GitHub's workflows, by the number of the extension that each is compared with.
fn extensions(asked: &CertificateArgs) -> BTreeMap<u32, String> {
    [
        (2, &asked.certificate_github_workflow_trigger),
        (3, &asked.certificate_github_workflow_sha),
        (4, &asked.certificate_github_workflow_name),
        (5, &asked.certificate_github_workflow_repository),
        (6, &asked.certificate_github_workflow_ref),
    ]
    .into_iter()
    .filter_map(|(number, value)| value.clone().filter(|text| !text.is_empty()).map(|text| (number, text)))
    .collect()
}

/// The demand for a key that a flag names.
///
/// # Errors
/// When the key cannot be read.
pub fn key(name: &str, hash: HashAlgorithm) -> Result<KeyDemand, Stop> {
    Ok(KeyDemand { pem: read_key(name)?, hash })
}

/// Reads a key as `cosign verify --key` names it.
fn read_key(key: &str) -> Result<String, Stop> {
    // cosign's other places for keys (pkg/signature/keys.go): schemes of KMS providers, of Kubernetes, of the environment.
    if key.contains("://") || key.starts_with("pkcs11:") {
        return Err(Stop::undecided(format!(
            "{}: keys from `{key}` are not supported yet",
            Code::PolUnsupported
        ))
        .hint("write the public key to a file: `cosign public-key --key … > cosign.pub`"));
    }
    let path = Path::new(key);
    let wrong = |problem: String| Stop::usage(format!("key `{key}` cannot be read: {problem}"));
    let size = path.metadata().map_err(|error| wrong(resolve::because(&error)))?.len();
    if size > KEY_LIMIT {
        return Err(wrong(format!("it has {size} bytes, the limit is {KEY_LIMIT}")));
    }
    // A device or a pipe has no size.
    let bytes =
        crate::source::files::read_bounded(path, KEY_LIMIT).map_err(|error| wrong(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is not text".to_owned()))?;
    PublicKey::from_pem(&text).map_err(|error| {
        wrong(error.to_string()).hint("a key is a PEM file with `-----BEGIN PUBLIC KEY-----`")
    })?;
    Ok(text)
}

fn hash(name: &str) -> Result<HashAlgorithm, Stop> {
    match name {
        "sha224" => Ok(HashAlgorithm::Sha224),
        "sha256" => Ok(HashAlgorithm::Sha256),
        "sha384" => Ok(HashAlgorithm::Sha384),
        "sha512" => Ok(HashAlgorithm::Sha512),
        _ => Err(Stop::usage(format!("`{name}` of `--signature-digest-algorithm` is not known"))
            .hint("sha224, sha256, sha384 and sha512 are")),
    }
}

fn pair(text: &str) -> Result<(String, String), Stop> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| Stop::usage(format!("`-a {text}` is not of the form KEY=VALUE")))?;
    Ok((key.to_owned(), value.to_owned()))
}
