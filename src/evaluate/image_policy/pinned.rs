//! Certificates and keys that a policy carries (`K:pkg/image/verifiers/ivpol/cosign/{certs,opts}.go`).

use std::sync::Arc;

use super::demand::Refused;
use crate::format::base64;
use crate::format::key::PublicKey;
use crate::format::pem;
use crate::format::x509::Certificate;
use crate::model::demand::Authority;
use crate::model::missing::Missing;

/// Most certificates between the first and the root (`maxIntermediateCerts` of upstream).
const MOST_BETWEEN: usize = 10;

fn problem(text: impl Into<String>) -> Refused {
    Refused::Problem(text.into())
}

/// What a stricter reader than Go's refuses is not known to be refused.
fn doubtful(what: &str, problem: &dyn std::fmt::Display) -> Refused {
    Refused::Undecided(Missing::Malformed { what: what.to_owned(), problem: problem.to_string() })
}

fn certificates(text: &str, what: &str) -> Result<Vec<Certificate>, Refused> {
    let blocks = pem::blocks(text).map_err(|error| doubtful(what, &error))?;
    blocks
        .iter()
        .map(|block| Certificate::from_der(&block.der).map_err(|error| doubtful(what, &error)))
        .collect()
}

fn authority(chain: Vec<Vec<u8>>, origin: &str) -> Authority {
    Authority { chain, valid_from: None, valid_until: None, uri: String::new(), origin: origin.to_owned() }
}

/// The first certificate of a text, which may be in base64 once more.
pub(super) fn first(text: &str) -> Result<Certificate, Refused> {
    let inner = base64::decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let found = certificates(inner.as_deref().unwrap_or(text), "certificate.cert")?;
    found.into_iter().next().ok_or_else(|| problem("failed to load certificate: no certs found in pem file"))
}

/// A chain from the issuer to the root; other certificates lead to the last one alone.
pub(super) fn chain(text: &str) -> Result<Authority, Refused> {
    let found = certificates(text, "certificate.certChain")?;
    if found.len() > MOST_BETWEEN + 1 {
        let count = found.len();
        return Err(problem(format!(
            "certificate chain too long ({count}), maximum allowed is {}",
            MOST_BETWEEN + 1
        )));
    }
    if found.is_empty() {
        return Err(problem(
            "failed to load validate certificate chain: no chain provided to validate certificate",
        ));
    }
    Ok(authority(found.into_iter().map(|one| one.der).collect(), "certChain of the policy"))
}

/// A pool of roots: every certificate in it ends a chain, self-signed or not, as in Go.
pub(super) fn pool(text: &str, what: &str) -> Result<Arc<[Authority]>, Refused> {
    let found = if text.contains("-----BEGIN") { certificates(text, what)? } else { Vec::new() };
    if found.is_empty() {
        return Err(problem("failed to load Root certificates: error creating root cert pool"));
    }
    Ok(found.into_iter().map(|one| authority(vec![one.der], &format!("{what} of the policy"))).collect())
}

/// Reads the key of a log. It has no effect where there is a trusted root; what is unreadable stops all the same.
pub(super) fn log_key(text: &str, what: &str) -> Result<(), Refused> {
    PublicKey::from_pem(text).map(|_| ()).map_err(|error| doubtful(what, &error))
}

/// `tsaCertChain`: at most one certificate that stamps, those between, and the roots; none of them: nobody.
pub(super) fn stamp_authorities(text: &str) -> Result<Vec<Authority>, Refused> {
    let all = certificates(text, "ctlog.tsaCertChain")?;
    if all.len() > MOST_BETWEEN + 2 {
        return Err(problem(format!(
            "TSA certificate chain contains too many certificates ({}), maximum allowed is {}",
            all.len(),
            MOST_BETWEEN + 2
        )));
    }
    let is_authority = |certificate: &&Certificate| matches!(certificate.authority(), Ok((true, _)));
    let (authorities, leaves): (Vec<&Certificate>, Vec<&Certificate>) = all.iter().partition(is_authority);
    if leaves.len() > 1 {
        return Err(problem("certificate chain must contain at most one TSA certificate"));
    }
    let (roots, between): (Vec<&Certificate>, Vec<&Certificate>) =
        authorities.into_iter().partition(|certificate| certificate.subject == certificate.issuer);
    let below = || leaves.iter().chain(&between).map(|one| one.der.clone());
    let chain = |root: &&Certificate| below().chain(std::iter::once(root.der.clone())).collect();
    Ok(roots.iter().map(|root| authority(chain(root), "tsaCertChain of the policy")).collect())
}
