//! Certificates that a policy pins: pools of roots, single certificates, authorities of time stamps.

use std::sync::Arc;

use super::ask::Problem;
use super::policy::Placed;
use crate::format::base64;
use crate::format::pem;
use crate::format::x509::Certificate;
use crate::model::demand::Authority;
use crate::model::missing::Missing;
use crate::model::reason::Reason;
use crate::model::span::Span;

/// Most certificates between the one that stamps and the root (`maxIntermediateCerts` of upstream).
const MOST_BETWEEN: usize = 10;
/// Most certificates of a pool.
const MOST: usize = 1_000;

fn unreadable(message: String, span: &Span) -> Problem {
    Problem::Fails(message.clone(), Box::new(Reason::KeyMalformed { problem: message }), span.clone())
}

/// What a stricter reader than Go's refuses is not known to be refused.
fn doubtful(problem: String, span: &Span) -> Problem {
    Problem::Missing(
        Box::new(Missing::Malformed { what: "certificates of the policy".to_owned(), problem }),
        span.clone(),
    )
}

fn certificates(text: &Placed<String>) -> Result<Vec<Certificate>, Problem> {
    let blocks = pem::blocks(&text.value).map_err(|error| doubtful(error.to_string(), &text.span))?;
    blocks
        .iter()
        .take(MOST)
        .map(|block| Certificate::from_der(&block.der).map_err(|problem| doubtful(problem, &text.span)))
        .collect()
}

fn alone(certificate: &Certificate, origin: &str) -> Authority {
    Authority {
        chain: vec![certificate.der.clone()],
        valid_from: None,
        valid_until: None,
        uri: String::new(),
        origin: origin.to_owned(),
    }
}

/// A pool of roots: every certificate in it ends a chain, self-signed or not, as in Go.
pub(super) fn pool(text: &Placed<String>) -> Result<Arc<[Authority]>, Problem> {
    let all = certificates(text)?;
    if all.is_empty() {
        return Err(unreadable(
            "failed to load Root certificates: error creating root cert pool".to_owned(),
            &text.span,
        ));
    }
    Ok(all.iter().map(|certificate| alone(certificate, "certificate of the policy")).collect())
}

/// The first certificate of a text, which may be in base64 once more.
pub(super) fn first(text: &Placed<String>) -> Result<Certificate, Problem> {
    let inner = base64::decode(text.value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = Placed { value: inner.unwrap_or_else(|| text.value.clone()), ..text.clone() };
    let first = certificates(&text)?.into_iter().next();
    first.ok_or_else(|| {
        unreadable("failed to load certificate: no certs found in pem file".to_owned(), &text.span)
    })
}

/// What type Cosign takes of the trust root: the self-signed certificates, whenever they were in service.
pub(super) fn self_signed(authorities: &[Authority]) -> Arc<[Authority]> {
    let mut roots = Vec::new();
    for authority in authorities {
        for der in &authority.chain {
            let Ok(certificate) = Certificate::from_der(der) else { continue };
            if certificate.subject == certificate.issuer {
                let origin = authority.origin.as_str();
                roots.push(Authority { uri: authority.uri.clone(), ..alone(&certificate, origin) });
            }
        }
    }
    roots.into()
}

/// `tsaCertChain`: at most one certificate that stamps, those between, the roots.
pub(super) fn stamp_authorities(text: &Placed<String>) -> Result<Arc<[Authority]>, Problem> {
    let all = certificates(text)?;
    if all.len() > MOST_BETWEEN + 2 {
        return Err(unreadable(
            format!(
                "TSA certificate chain contains too many certificates ({}), maximum allowed is {}",
                all.len(),
                MOST_BETWEEN + 2
            ),
            &text.span,
        ));
    }
    let is_authority = |certificate: &&Certificate| matches!(certificate.authority(), Ok((true, _)));
    let (authorities, leaves): (Vec<&Certificate>, Vec<&Certificate>) = all.iter().partition(is_authority);
    if leaves.len() > 1 {
        let words = "certificate chain must contain at most one TSA certificate".to_owned();
        return Err(unreadable(words, &text.span));
    }
    let (roots, between): (Vec<&Certificate>, Vec<&Certificate>) =
        authorities.into_iter().partition(|certificate| certificate.subject == certificate.issuer);
    if roots.is_empty() {
        return Err(doubtful("`tsaCertChain` has no root".to_owned(), &text.span));
    }
    let chain = |root: &&Certificate| {
        leaves.iter().chain(&between).chain(std::iter::once(root)).map(|one| one.der.clone()).collect()
    };
    Ok(roots
        .iter()
        .map(|root| Authority { chain: chain(root), ..alone(root, "tsaCertChain of the policy") })
        .collect())
}
