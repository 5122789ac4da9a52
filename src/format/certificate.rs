//! The little that a key signature's check needs of a certificate: its key and when it is valid.

use der::{Decode, Encode};
use x509_cert::Certificate;

use super::key::PublicKey;
use super::pem;
use crate::model::Moment;

/// A certificate, read but not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafCertificate {
    /// The DER encoding.
    pub der: Vec<u8>,
    /// DER-encoded SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
    /// Its key, when it is of a kind that is known.
    pub key: Option<PublicKey>,
    /// Start of validity, inclusive.
    pub from: Moment,
    /// End of validity, inclusive.
    pub until: Moment,
}

impl LeafCertificate {
    /// Reads the first certificate of a PEM text; every block must be a certificate, as in
    /// `cryptoutils.LoadCertificatesFromPEM`.
    ///
    /// # Errors
    /// Which block, and the problem.
    pub fn from_pem(text: &str) -> Result<Self, String> {
        let blocks = pem::blocks(text).map_err(|error| error.to_string())?;
        let mut first = None;
        for block in blocks {
            let certificate = Self::from_der(&block.der).map_err(|e| format!("line {}: {e}", block.line))?;
            first.get_or_insert(certificate);
        }
        first.ok_or_else(|| pem::PemError::None.to_string())
    }

    /// Reads a DER-encoded certificate (RFC 5280).
    ///
    /// # Errors
    /// The problem.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        let certificate =
            Certificate::from_der(der).map_err(|error| format!("not a certificate: {error}"))?;
        let body = &certificate.tbs_certificate;
        let spki = body.subject_public_key_info.to_der().map_err(|error| error.to_string())?;
        let seconds = |time: &x509_cert::time::Time| {
            Moment(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
        };
        Ok(Self {
            der: der.to_vec(),
            key: PublicKey::from_spki(&spki).ok(),
            spki,
            from: seconds(&body.validity.not_before),
            until: seconds(&body.validity.not_after),
        })
    }
}
