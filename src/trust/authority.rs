//! Authorities and logs of a trusted root, as bundles and certificates need them.

use der::Decode;
use sigstore_trust_root::TrustedRoot;

use super::error::TrustError;
use crate::format::key::PublicKey;
use crate::format::pem;
use crate::model::Moment;
use crate::model::demand::{Authority, Log};
use crate::model::digest::hex;
use crate::model::verifier::LogKey;

/// Most authorities or logs of one kind, and most certificates of one authority.
const MOST: usize = 1_000;

fn error(place: String, problem: impl Into<String>) -> TrustError {
    TrustError::Entry { place, problem: problem.into() }
}

/// Logs of signatures, with their identifiers and origins. `keys` are their keys in the same order.
pub(super) fn logs(root: &TrustedRoot, keys: &[LogKey]) -> Vec<Log> {
    let log = |(log, key): (&sigstore_trust_root::TransparencyLog, &LogKey)| Log {
        key: key.clone(),
        id: hex(log.log_id.key_id.as_bytes()),
        base_url: log.base_url.clone(),
    };
    root.tlogs.iter().zip(keys).map(log).collect()
}

/// Logs of certificates.
pub(super) fn ct_logs(root: &TrustedRoot, description: &str) -> Result<Vec<Log>, TrustError> {
    bounded("ctlogs", root.ctlogs.len())?;
    let log = |(index, log): (usize, &sigstore_trust_root::CertificateTransparencyLog)| {
        let raw = log.public_key.raw_bytes.as_bytes();
        // RSA keys may be written without the identifier of their algorithm (`PKCS1_RSA_PKCS1V5`).
        let key = PublicKey::from_spki(raw)
            .or_else(|_| PublicKey::from_pem(&pem::encode("RSA PUBLIC KEY", raw)))
            .map_err(|problem| error(format!("ctlogs[{index}].publicKey"), problem.to_string()))?;
        let window = log.public_key.valid_for.as_ref();
        Ok(Log {
            id: hex(log.log_id.key_id.as_bytes()),
            key: LogKey {
                spki: key.spki,
                valid_from: window.map(|window| Moment(window.start.as_second())),
                valid_until: window.and_then(|window| window.end).map(|end| Moment(end.as_second())),
                origin: format!("{} ({description})", log.base_url),
            },
            base_url: log.base_url.clone(),
        })
    };
    root.ctlogs.iter().enumerate().map(log).collect()
}

/// Authorities of certificates.
pub(super) fn authorities(root: &TrustedRoot, description: &str) -> Result<Vec<Authority>, TrustError> {
    bounded("certificateAuthorities", root.certificate_authorities.len())?;
    let all = root.certificate_authorities.iter().enumerate().map(|(index, authority)| {
        let place = format!("certificateAuthorities[{index}]");
        let chain = authority.cert_chain.certificates.iter().map(|entry| entry.raw_bytes.as_bytes());
        let window = authority.valid_for.as_ref();
        Ok(Authority {
            chain: chain_of(&place, chain)?,
            valid_from: window.map(|window| Moment(window.start.as_second())),
            valid_until: window.and_then(|window| window.end).map(|end| Moment(end.as_second())),
            uri: authority.uri.clone(),
            origin: format!("{} ({description})", authority.uri),
        })
    });
    all.collect()
}

/// Authorities of time stamps.
pub(super) fn stamp_authorities(root: &TrustedRoot, description: &str) -> Result<Vec<Authority>, TrustError> {
    bounded("timestampAuthorities", root.timestamp_authorities.len())?;
    let all = root.timestamp_authorities.iter().enumerate().map(|(index, authority)| {
        let place = format!("timestampAuthorities[{index}]");
        let chain = authority.cert_chain.certificates.iter().map(|entry| entry.raw_bytes.as_bytes());
        let window = authority.valid_for.as_ref();
        let uri = authority.uri.clone().unwrap_or_default();
        Ok(Authority {
            chain: chain_of(&place, chain)?,
            valid_from: window.map(|window| Moment(window.start.as_second())),
            valid_until: window.and_then(|window| window.end).map(|end| Moment(end.as_second())),
            origin: format!("{uri} ({description})"),
            uri,
        })
    });
    all.collect()
}

fn bounded(what: &str, count: usize) -> Result<(), TrustError> {
    if count > MOST { Err(error(what.to_owned(), format!("more than {MOST}"))) } else { Ok(()) }
}

fn chain_of<'a>(place: &str, chain: impl Iterator<Item = &'a [u8]>) -> Result<Vec<Vec<u8>>, TrustError> {
    let chain: Vec<Vec<u8>> = chain.take(MOST).map(<[u8]>::to_vec).collect();
    if chain.is_empty() {
        return Err(error(format!("{place}.certChain"), "no certificate"));
    }
    Ok(chain)
}

/// The subject of an authority's own certificate (the first of its chain; RFC 4514), for people.
#[must_use]
pub fn authority_name(authority: &Authority) -> String {
    let certificate = authority.chain.first().and_then(|der| x509_cert::Certificate::from_der(der).ok());
    certificate.map_or_else(|| authority.uri.clone(), |found| found.tbs_certificate.subject.to_string())
}
