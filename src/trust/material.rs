//! Trust material as values, read from a `trusted_root.json` or from single keys.

use std::sync::Arc;

use sigstore_trust_root::{
    SIGSTORE_PRODUCTION_TRUSTED_ROOT, SIGSTORE_STAGING_TRUSTED_ROOT, TransparencyLog, TrustedRoot,
};

use super::authority;
use super::error::TrustError;
use crate::format::hash::sha256_hex;
use crate::format::key::PublicKey;
use crate::model::Moment;
use crate::model::demand::{Authority, Log};
use crate::model::verifier::LogKey;

/// Longest trusted root that is read, in bytes.
const LIMIT: usize = 4 << 20;
/// Most logs of one trusted root.
const MOST_LOGS: usize = 1_000;
/// The only media type that sigstore-go reads (`root/trusted_root.go`).
const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";

/// What is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// Keys of transparency logs with the windows in which they are valid.
    pub log_keys: Arc<[LogKey]>,
    /// The same logs with identifier and origin.
    pub logs: Arc<[Log]>,
    /// Logs of certificates.
    pub ct_logs: Arc<[Log]>,
    /// Authorities of certificates.
    pub authorities: Arc<[Authority]>,
    /// Authorities of time stamps.
    pub stamp_authorities: Arc<[Authority]>,
    /// Where it comes from, in words: `trusted root trust/trusted_root.json`.
    pub description: String,
    /// Start of the newest entry. A root whose newest entry is old may miss a log that has been opened since.
    pub newest: Option<Moment>,
    /// SHA-256 of the document, lower-case hexadecimal.
    pub fingerprint: String,
    /// The document itself.
    pub document: Arc<[u8]>,
}

impl Material {
    /// The public-good instance's root as it is built into the program: used when the caller names no other.
    ///
    /// # Errors
    /// Never, unless the program was built with a broken root; the caller reports it like any other.
    pub fn embedded() -> Result<Self, TrustError> {
        Self::from_trusted_root(
            SIGSTORE_PRODUCTION_TRUSTED_ROOT.as_bytes(),
            "sigstore public-good root, built in",
        )
    }

    /// The root of sigstore's staging instance as it is built into the program: for its own tests, never for images.
    ///
    /// # Errors
    /// As for [`Self::embedded`].
    pub fn staging() -> Result<Self, TrustError> {
        Self::from_trusted_root(SIGSTORE_STAGING_TRUSTED_ROOT.as_bytes(), "sigstore staging root, built in")
    }

    /// Reads a `trusted_root.json`; `description` says for people where it comes from. One bad log entry makes the whole
    /// document an error, as it does for cosign.
    ///
    /// # Errors
    /// What is wrong, and where in the document.
    pub fn from_trusted_root(bytes: &[u8], description: &str) -> Result<Self, TrustError> {
        if bytes.len() > LIMIT {
            return Err(TrustError::TooLong { size: bytes.len(), limit: LIMIT });
        }
        let json = |problem: String| TrustError::Json { problem };
        let text = std::str::from_utf8(bytes).map_err(|error| json(error.to_string()))?;
        let root = TrustedRoot::from_json(text).map_err(|error| json(error.to_string()))?;
        if root.media_type != MEDIA_TYPE {
            return Err(TrustError::MediaType { found: root.media_type });
        }
        if root.tlogs.len() > MOST_LOGS {
            return Err(json(format!("more than {MOST_LOGS} logs")));
        }
        let log_keys = root
            .tlogs
            .iter()
            .enumerate()
            .map(|(index, log)| log_key(index, log, description))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            newest: newest(&root),
            logs: authority::logs(&root, &log_keys).into(),
            ct_logs: authority::ct_logs(&root, description)?.into(),
            authorities: authority::authorities(&root, description)?.into(),
            stamp_authorities: authority::stamp_authorities(&root, description)?.into(),
            log_keys: log_keys.into(),
            description: description.to_owned(),
            fingerprint: sha256_hex(bytes),
            document: bytes.into(),
        })
    }

    /// The same log keys without their windows. That is how Kyverno, and cosign 2 with `SIGSTORE_REKOR_PUBLIC_KEY`, hold
    /// them (`CheckOpts.RekorPubKeys`): by key alone, whenever it signed.
    #[must_use]
    pub fn log_keys_without_windows(&self) -> Arc<[LogKey]> {
        self.log_keys
            .iter()
            .map(|key| LogKey { valid_from: None, valid_until: None, ..key.clone() })
            .collect()
    }
}

/// The identifier of a log: SHA-256 of its key, lower-case hexadecimal (RFC 6962 section 3.2).
#[must_use]
pub fn log_id(key: &LogKey) -> String {
    sha256_hex(&key.spki)
}

/// A log key in PEM, trusted whenever it signed (Kyverno's `rekor.pubkey`, cosign's `SIGSTORE_REKOR_PUBLIC_KEY`).
///
/// # Errors
/// Why the key cannot be read.
pub fn log_key_from_pem(pem: &str, origin: &str) -> Result<LogKey, TrustError> {
    let key = PublicKey::from_pem(pem)?;
    Ok(LogKey { spki: key.spki, valid_from: None, valid_until: None, origin: origin.to_owned() })
}

fn log_key(index: usize, log: &TransparencyLog, description: &str) -> Result<LogKey, TrustError> {
    let place = |field: &str| format!("tlogs[{index}].{field}");
    let error =
        |field: &str, problem: &str| TrustError::Entry { place: place(field), problem: problem.into() };
    if log.hash_algorithm != sigstore_types::HashAlgorithm::Sha2256 {
        return Err(error("hashAlgorithm", "only SHA2_256 is supported"));
    }
    let key = PublicKey::from_spki(log.public_key.raw_bytes.as_bytes())
        .map_err(|problem| error("publicKey.rawBytes", &problem.to_string()))?;
    let window =
        log.public_key.valid_for.as_ref().ok_or_else(|| {
            error("publicKey.validFor", "tlog missing public key validity period start time")
        })?;
    Ok(LogKey {
        spki: key.spki,
        valid_from: Some(Moment(window.start.as_second())),
        valid_until: window.end.map(|end| Moment(end.as_second())),
        origin: format!("{} ({description})", log.base_url),
    })
}

fn newest(root: &TrustedRoot) -> Option<Moment> {
    let logs = root.tlogs.iter().filter_map(|log| log.public_key.valid_for.as_ref());
    let ctlogs = root.ctlogs.iter().filter_map(|log| log.public_key.valid_for.as_ref());
    let authorities = root.certificate_authorities.iter().filter_map(|ca| ca.valid_for.as_ref());
    let stamps = root.timestamp_authorities.iter().filter_map(|tsa| tsa.valid_for.as_ref());
    logs.chain(ctlogs).chain(authorities).chain(stamps).map(|window| Moment(window.start.as_second())).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_root_knows_the_public_log() {
        let material = Material::embedded().unwrap();
        let public = "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d";
        let key = material.log_keys.iter().find(|key| log_id(key) == public).expect("rekor.sigstore.dev");
        assert_eq!(key.valid_from.unwrap().to_string(), "2021-01-12T11:53:27Z");
        assert!(material.newest > key.valid_from);
        assert!(material.log_keys_without_windows().iter().all(|key| key.valid_from.is_none()));
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let read = |text: &str| Material::from_trusted_root(text.as_bytes(), "test");
        assert!(matches!(read("{"), Err(TrustError::Json { problem }) if problem.contains("line 1")));
        assert!(matches!(read(r#"{"mediaType":"x"}"#), Err(TrustError::MediaType { found }) if found == "x"));
        let good = SIGSTORE_PRODUCTION_TRUSTED_ROOT;
        let no_window = good.replacen("\"validFor\"", "\"other\"", 1);
        assert!(
            matches!(read(&no_window), Err(TrustError::Entry { place, .. }) if place == "tlogs[0].publicKey.validFor")
        );
        let bad_key = good.replacen("MFkwEwYHKoZIzj0CAQYI", "MFkwEwYHKoZIzj0CAQYJ", 1);
        assert!(
            matches!(read(&bad_key), Err(TrustError::Entry { place, .. }) if place == "tlogs[0].publicKey.rawBytes")
        );
        assert!(log_key_from_pem("no key", "test").is_err());
        assert!(matches!(read(&" ".repeat(LIMIT + 1)), Err(TrustError::TooLong { .. })));
    }
}
