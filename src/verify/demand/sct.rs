//! The promise of a certificate-transparency log in a certificate (RFC 6962 section 3.2).

use crate::format::hash::sha256;
use crate::format::key::PublicKey;
use crate::format::x509::{Certificate, Sct};
use crate::model::demand::{CertificateDemand, Log};
use crate::model::proof::Fact;
use crate::model::{Moment, Outcome, Reason, StepName};
use crate::verify::case::{Ended, fact};
use crate::verify::scheme;
use crate::verify::signature::switched_off;

/// What the log signed.
fn signed_bytes(sct: &Sct, certificate: &Certificate, issuer: &Certificate) -> Option<Vec<u8>> {
    let size = u32::try_from(certificate.without_scts.len()).ok().filter(|size| *size < 1 << 24)?;
    let extensions = u16::try_from(sct.extensions.len()).ok()?;
    let mut out = vec![0, 0];
    out.extend(sct.timestamp.to_be_bytes());
    out.extend([0, 1]);
    out.extend(sha256(&issuer.leaf.spki));
    out.extend(size.to_be_bytes().get(1..)?);
    out.extend(&certificate.without_scts);
    out.extend(extensions.to_be_bytes());
    out.extend(&sct.extensions);
    Some(out)
}

fn verifies(sct: &Sct, log: &Log, certificate: &Certificate, issuer: &Certificate) -> bool {
    let at = Moment(i64::try_from(sct.timestamp / 1000).unwrap_or(i64::MAX));
    let from = log.key.valid_from.is_none_or(|from| from <= at);
    let until = log.key.valid_until.is_none_or(|until| at <= until);
    let (Ok(key), Some(bytes)) =
        (PublicKey::from_spki(&log.key.spki), signed_bytes(sct, certificate, issuer))
    else {
        return false;
    };
    // SHA-256 with ECDSA or RSA: the only ones that the RFC allows.
    let fits = match sct.algorithm {
        [4, 3] => key.kind.coordinate().is_some(),
        [4, 1] => matches!(key.kind, crate::format::key::KeyKind::Rsa(_)),
        _ => false,
    };
    let hash = crate::model::verifier::HashAlgorithm::Sha256;
    from && until && fits && scheme::check(&key, hash, &bytes, &sct.signature) == scheme::Check::Valid
}

fn facts(scts: &[Sct]) -> Vec<Fact> {
    let text = |sct: &Sct| {
        let at = Moment(i64::try_from(sct.timestamp / 1000).unwrap_or(i64::MAX));
        fact("SCT", format!("log {} at {at}", sct.log))
    };
    scts.iter().map(text).collect()
}

/// The step; `issuer` is the certificate above, where the chain holds.
pub(super) fn step(
    demand: &CertificateDemand,
    certificate: &Certificate,
    issuer: Option<&Certificate>,
) -> Ended {
    let name = StepName::Sct;
    let Some(logs) = &demand.ct_logs else { return switched_off(name) };
    let scts = match certificate.scts() {
        Ok(scts) => scts,
        Err(problem) => {
            return Ended::failed(name, Reason::Malformed { what: "SCT", problem }, "");
        }
    };
    let facts = facts(&scts);
    if scts.is_empty() {
        let words = "certificate does not include required embedded SCT and no detached SCT was set";
        return Ended::failed(name, Reason::SctAbsent, words);
    }
    let Some(issuer) = issuer else { return Ended::new(name, Outcome::NotReached).with(facts) };
    let good = scts
        .iter()
        .any(|sct| logs.iter().any(|log| log.id == sct.log && verifies(sct, log, certificate, issuer)));
    let ended = if good {
        Ended::new(name, Outcome::Held)
    } else {
        let trusted = logs.iter().map(|log| log.id.clone()).collect();
        let found = scts.iter().map(|sct| format!("log {}", sct.log)).collect::<Vec<_>>().join(", ");
        let words = "only able to verify 0 SCT entries; unable to meet threshold of 1";
        Ended::failed(name, Reason::SctInvalid { trusted, found }, words)
    };
    ended.with(facts)
}
