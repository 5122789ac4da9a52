//! A policy's own certificates as the whole trust of a Notation verification, as Kyverno builds it
//! (`K:pkg/image/verifiers/cpol/notary/notary.go`, `ivpol/notary/helpers.go`).

use std::collections::BTreeMap;

use crate::format::certificate::LeafCertificate;
use crate::format::pem;
use crate::model::Moment;
use crate::model::notary::{Enforcement, NotaryDemand};

/// Name of the trust stores that Kyverno makes up.
const STORE: &str = "kyverno";

/// Certificates of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pinned {
    /// Trusted as certificate authorities, in DER; whatever they are: no rule of trust stores is held against them.
    pub authorities: Vec<Vec<u8>>,
    /// Trusted as roots of time authorities; `None`: time stamps are not looked at.
    pub time_authorities: Option<Vec<Vec<u8>>>,
}

impl Pinned {
    /// The level `strict`, any identity, no user metadata.
    #[must_use]
    pub fn demand(&self, as_of: Moment) -> NotaryDemand {
        let key = |kind: &str| (kind.to_owned(), STORE.to_owned());
        let mut stores = BTreeMap::from([(key("ca"), Ok(self.authorities.clone()))]);
        if let Some(authorities) = &self.time_authorities {
            stores.insert(key("tsa"), Ok(authorities.clone()));
        }
        NotaryDemand {
            enforcement: Enforcement::STRICT,
            after_expiry: false,
            named: stores.keys().cloned().collect(),
            stores,
            identities: vec!["*".to_owned()],
            subjects: None,
            metadata: BTreeMap::new(),
            as_of,
        }
    }
}

/// The certificates of a PEM text, in DER (`cryptoutils.LoadCertificatesFromPEM`): all of them can be read, or none counts.
///
/// # Errors
/// What Go says.
pub fn certificates(text: &str) -> Result<Vec<Vec<u8>>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let broken = || "error during PEM decoding".to_owned();
    let blocks = pem::blocks(text).map_err(|_| broken())?;
    if !text.ends_with("-----") {
        return Err(broken());
    }
    let read = |block: pem::Block| match LeafCertificate::from_der(&block.der) {
        Ok(_) => Ok(block.der),
        Err(problem) => Err(format!("x509: malformed certificate: {problem}")),
    };
    blocks.into_iter().map(read).collect()
}
