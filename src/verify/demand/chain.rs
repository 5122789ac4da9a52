//! The chain of a certificate to an authority that is trusted (RFC 5280 section 6.1, as Go's `crypto/x509` reads it).

use std::cell::Cell;

use crate::format::x509::{ANY_USAGE, Certificate};
use crate::model::demand::Authority;
use crate::model::verifier::HashAlgorithm;
use crate::model::{Moment, Reason};
use crate::verify::scheme;

/// Longest chain that is followed.
const DEPTH: usize = 10;
/// Extensions that are looked at; another critical one refuses the certificate. Constraints on names and policies are
/// not followed, so a certificate with critical ones is refused too, which is stricter than Go.
const KNOWN: [&str; 4] = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.37"];

/// Whether a certificate's signature is by this key.
pub(super) fn signed_by(certificate: &Certificate, issuer: &Certificate) -> bool {
    let Some(key) = issuer.key() else { return false };
    let hash = match certificate.algorithm.as_str() {
        "1.2.840.10045.4.3.2" | "1.2.840.113549.1.1.11" | "1.3.101.112" => HashAlgorithm::Sha256,
        "1.2.840.10045.4.3.3" | "1.2.840.113549.1.1.12" => HashAlgorithm::Sha384,
        "1.2.840.10045.4.3.4" | "1.2.840.113549.1.1.13" => HashAlgorithm::Sha512,
        _ => return false,
    };
    scheme::of_algorithm(&certificate.algorithm, key.kind)
        && scheme::check(key, hash, &certificate.signed, &certificate.signature) == scheme::Check::Valid
}

/// What is wrong with a certificate that stands in a chain at this time.
fn unfit(certificate: &Certificate, usage: &str, at: Moment) -> Option<String> {
    if !certificate.valid_at(at) {
        return Some(format!("a certificate of the chain is not valid at {at}"));
    }
    let unknown = certificate.extensions.iter().find(|e| e.critical && !KNOWN.contains(&e.oid.as_str()));
    if let Some(unknown) = unknown {
        return Some(format!("unhandled critical extension {}", unknown.oid));
    }
    if certificate.extension("2.5.29.30").is_some() {
        return Some("constraints on names are not supported".to_owned());
    }
    match certificate.usages() {
        Ok(None) => None,
        Ok(Some(list)) if list.iter().any(|one| one == usage || one == ANY_USAGE) => None,
        Ok(Some(list)) => Some(format!("a certificate of the chain is for {}", list.join(", "))),
        Err(problem) => Some(problem),
    }
}

/// The certificates above this one up to a trusted root, nearest first.
fn path(
    certificate: &Certificate,
    pool: &[(Certificate, bool)],
    usage: &str,
    at: Moment,
    below: usize,
    left: &Cell<u32>,
) -> Option<Vec<Certificate>> {
    if below > DEPTH {
        return None;
    }
    let signed = |issuer: &Certificate| {
        let more = left.get().checked_sub(1);
        more.inspect(|more| left.set(*more)).is_some() && signed_by(certificate, issuer)
    };
    let issuers = pool.iter().filter(|(issuer, _)| {
        let authority = issuer.authority();
        issuer.subject == certificate.issuer
            && issuer.der != certificate.der
            && matches!(authority, Ok((true, limit)) if limit.is_none_or(|limit| below <= limit))
            && issuer.may_sign_certificates()
            && unfit(issuer, usage, at).is_none()
            && signed(issuer)
    });
    for (issuer, root) in issuers {
        if *root {
            return Some(vec![issuer.clone()]);
        }
        if let Some(rest) = path(issuer, pool, usage, at, below + 1, left) {
            return Some(std::iter::once(issuer.clone()).chain(rest).collect());
        }
    }
    None
}

/// Builds the chain of a certificate for a usage at a time, by one authority. The last certificate of an authority is
/// its root.
pub(super) fn build(
    leaf: &Certificate,
    authority: &Authority,
    usage: &str,
    at: Moment,
) -> Result<Vec<Certificate>, String> {
    let last = authority.chain.len().saturating_sub(1);
    let pool: Vec<(Certificate, bool)> = authority
        .chain
        .iter()
        .enumerate()
        .filter_map(|(index, der)| Certificate::from_der(der).ok().map(|one| (one, index == last)))
        .collect();
    if let Some(problem) = unfit(leaf, usage, at) {
        return Err(problem);
    }
    let left = Cell::new(scheme::CHECKS);
    path(leaf, &pool, usage, at, 0, &left).ok_or_else(|| match left.get() {
        0 => "signature check attempts limit reached while verifying certificate chain".to_owned(),
        _ => "its issuer is not among the authorities".to_owned(),
    })
}

/// True when the authority is trusted at that time, both ends included.
pub(super) fn in_service(authority: &Authority, at: Moment) -> bool {
    authority.valid_from.is_none_or(|from| from <= at)
        && authority.valid_until.is_none_or(|until| at <= until)
}

/// The chain by any of the authorities, and which; else the reason that says most.
pub(super) fn find<'a>(
    leaf: &Certificate,
    authorities: &'a [Authority],
    usage: &str,
    at: Moment,
) -> Result<(Vec<Certificate>, &'a Authority), Reason> {
    let mut problem = "no authority is trusted".to_owned();
    for authority in authorities {
        if !in_service(authority, at) {
            problem = format!("the authority was not in service at {at}");
            continue;
        }
        match build(leaf, authority, usage, at) {
            Ok(chain) => return Ok((chain, authority)),
            Err(why) => problem = why,
        }
    }
    if !leaf.valid_at(at) {
        let (from, until) = (Some(leaf.leaf.from), Some(leaf.leaf.until));
        return Err(Reason::CertificateTime { at, from, until });
    }
    if let Ok(Some(list)) = leaf.usages()
        && !list.iter().any(|one| one == usage || one == ANY_USAGE)
    {
        return Err(Reason::CertificateUsage { found: list.join(", ") });
    }
    let trusted = authorities.iter().map(|authority| authority.origin.clone()).collect();
    Err(Reason::CertificateChain { trusted, found: problem })
}
