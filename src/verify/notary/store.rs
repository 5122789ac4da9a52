//! Certificates of a trust store file, held to notation's rules (`notation-go/verifier/truststore`).

use super::certificate::Cert;
use crate::format::pem::{self, PemError};

/// The certificates of one file of a trust store, PEM or DER, as DER. `kind` is the store's type.
///
/// # Errors
/// When the file cannot be read, or a certificate may not stand in a store of this type.
pub fn store_certificates(kind: &str, bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let blocks = match std::str::from_utf8(bytes).map(pem::blocks) {
        Ok(Ok(blocks)) => blocks.into_iter().map(|block| block.der).collect(),
        Ok(Err(PemError::None)) | Err(_) => vec![bytes.to_vec()],
        Ok(Err(error)) => return Err(error.to_string()),
    };
    for der in &blocks {
        let cert = Cert::read(der)?;
        let itself = cert.signed_by(&cert).is_ok() && cert.names_as_issuer(&cert);
        let good = if kind == "tsa" { itself && cert.is_ca() } else { cert.is_ca() || itself };
        if !good {
            let demand = if kind == "tsa" {
                "a self-signed CA certificate"
            } else {
                "a CA certificate or self-signed"
            };
            return Err(format!("certificate with subject {:?} is not {demand}", cert.subject()));
        }
    }
    Ok(blocks)
}
