//! Makes of an attestor what is asked of the prover, as Kyverno makes cosign's options of it (`buildCosignOptions`,
//! `buildPolicy`; spec A.5, A.8).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::case::Case;
use super::policy::{
    Attestor, CertificateAttestor, CtClause, KeyAttestor, KeylessAttestor, LogClause, Placed, Signer,
};
use super::roots;
use crate::format::key::PublicKey;
use crate::model::demand::{self, Authority, Bundles, CertificateDemand, Demand, Log, Wanted};
use crate::model::missing::Missing;
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::verifier::{HashAlgorithm, KeyDemand, LogDemand, LogKey};
use crate::port::{Question, Reply};

/// Why nothing can be asked.
pub(super) enum Problem {
    /// Kyverno fails before it looks at any signature: what it prints, why, and where.
    Fails(String, Box<Reason>, Span),
    /// It cannot be known.
    Missing(Box<Missing>, Span),
}

fn unreadable(what: &str, problem: &str, span: &Span) -> Problem {
    let reason = Reason::KeyMalformed { problem: problem.to_owned() };
    Problem::Fails(format!("{what}: {problem}"), Box::new(reason), span.clone())
}

/// The demand on a classic signature or attestation, made once for each attestor. Kyverno compares identity and annotations afterwards, over all good
/// signatures.
pub(super) fn classic(case: &Case<'_>, attestor: &Attestor) -> Result<Arc<Demand>, Problem> {
    if in_secret(attestor) {
        return of_classic(case, attestor).map(Arc::new);
    }
    attestor.asked.or(case.context, false, || of_classic(case, attestor))
}

fn of_classic(case: &Case<'_>, attestor: &Attestor) -> Result<Demand, Problem> {
    let root = case.context.root;
    let signer = signer(case, attestor)?;
    // An attestation without attestors asks for the log by no address, and for no promise of a certificate log.
    let log = match attestor.logs() {
        Some(logs) => log(case, &logs.log)?,
        None => required(case, case.context.log_keys.clone(), ""),
    };
    let signer = match signer {
        demand::Signer::Certificate(wanted) => {
            demand::Signer::Certificate(CertificateDemand { ct_logs: ct_logs(case, attestor)?, ..wanted })
        }
        key => {
            // Keys need no certificate log, but its key is read all the same unless it is switched off.
            ct_logs(case, attestor)?;
            key
        }
    };
    let stamps = attestor.logs().and_then(|logs| logs.ct.stamps.as_ref());
    let authorities = match stamps {
        Some(chain) => roots::stamp_authorities(chain)?,
        None => root.stamp_authorities.clone(),
    };
    let logs = logs_of(&log, &root.logs);
    Ok(Demand {
        signer,
        log,
        logs,
        stamps: stamps.is_some(),
        bundles: Bundles::Cosign,
        stamp_authorities: authorities,
        annotations: BTreeMap::new(),
        as_of: case.context.as_of,
    })
}

fn signer(case: &Case<'_>, attestor: &Attestor) -> Result<demand::Signer, Problem> {
    let by_roots = |authorities| demand::Signer::Certificate(anybody(authorities));
    Ok(match &attestor.signer {
        Signer::Key(key) if key.secret.is_none() && !super::signer::is_pem(&key.pem.value) => {
            return Err(no_key(&key.pem));
        }
        Signer::Key(key) => demand::Signer::Key(key_demand(&pem(case, key)?, &key.hash)),
        Signer::Certificates(certificates) => return by_certificates(certificates),
        Signer::Keyless(keyless) => by_roots(match &keyless.roots {
            Some(roots) => roots::pool(roots)?,
            None => roots::self_signed(&case.context.root.authorities),
        }),
        Signer::AnyoneOf(roots) => by_roots(roots::pool(roots)?),
        Signer::Anyone | Signer::Nested(_) => by_roots(roots::self_signed(&case.context.root.authorities)),
    })
}

/// Behind the first key of a text a key with anything before it counts as the name of a file. Bundles are read otherwise.
fn no_key(pem: &Placed<String>) -> Problem {
    let text = &pem.value;
    let what = format!("failed to load public key from {text}");
    unreadable(&what, &format!("open {text}: no such file or directory"), &pem.span)
}

/// A key that lies in the cluster may be another one next time: what is asked for it is not kept.
fn in_secret(attestor: &Attestor) -> bool {
    matches!(&attestor.signer, Signer::Key(key) if key.secret.is_some())
}

/// The key: of the policy, or of the Secret that it names.
fn pem(case: &Case<'_>, key: &KeyAttestor) -> Result<String, Problem> {
    let Some((namespace, name)) = &key.secret else { return Ok(key.pem.value.clone()) };
    let missing = |missing| Problem::Missing(Box::new(missing), key.pem.span.clone());
    let question = Question::PublicKey { namespace: namespace.clone(), name: name.clone() };
    let malformed = || Missing::Malformed {
        what: format!("the key in Secret {namespace}/{name}"),
        problem: "it is no text".to_owned(),
    };
    match case.context.outside.ask(&question).map_err(missing)? {
        Reply::Bytes(bytes) => String::from_utf8(bytes.to_vec()).map_err(|_| missing(malformed())),
        Reply::Evidence(_) => Err(missing(malformed())),
    }
}

fn key_demand(pem: &str, hash: &Placed<HashAlgorithm>) -> KeyDemand {
    KeyDemand { pem: pem.trim().to_owned(), hash: hash.value }
}

/// A certificate alone is its key; a chain alone is a pool of roots; both together never verify (spec section 0).
fn by_certificates(certificates: &CertificateAttestor) -> Result<demand::Signer, Problem> {
    match (&certificates.cert, &certificates.chain) {
        (Some(cert), None) => {
            let certificate = roots::first(cert)?;
            let Some(key) = certificate.key() else {
                let what = "a certificate whose key is of this kind".to_owned();
                return Err(Problem::Missing(Box::new(Missing::NotImplemented { what }), cert.span.clone()));
            };
            Ok(demand::Signer::Key(key_demand(&key.to_pem(), &certificates.hash)))
        }
        (Some(cert), Some(chain)) => {
            let certificate = roots::first(cert)?;
            roots::pool(chain)?;
            let promised = certificate.scts().is_ok_and(|scts| !scts.is_empty());
            let why = if promised {
                "none of the CTFE keys have been found"
            } else {
                "certificate does not include required embedded SCT and no detached SCT was set"
            };
            let message = format!("failed to load validate certificate chain: {why}");
            let reason = if promised {
                Reason::SctInvalid { trusted: Vec::new(), found: "not compared with any".to_owned() }
            } else {
                Reason::SctAbsent
            };
            Err(Problem::Fails(message, Box::new(reason), chain.span.clone()))
        }
        (None, Some(chain)) => Ok(demand::Signer::Certificate(anybody(roots::pool(chain)?))),
        (None, None) => {
            let what = "`certificates` with neither `cert` nor `certChain`".to_owned();
            Err(Problem::Missing(Box::new(Missing::NotImplemented { what }), certificates.span.clone()))
        }
    }
}

/// Any certificate by these authorities; who it names is compared afterwards.
fn anybody(authorities: Arc<[Authority]>) -> CertificateDemand {
    CertificateDemand {
        subject: vec![Wanted::Anything],
        issuer: vec![Wanted::Anything],
        extensions: BTreeMap::new(),
        authorities,
        travelling: true,
        ct_logs: None,
    }
}

fn required(case: &Case<'_>, keys: Arc<[LogKey]>, url: &str) -> LogDemand {
    LogDemand::Required { keys, url: url.to_owned(), offline: case.context.offline }
}

fn log(case: &Case<'_>, clause: &LogClause) -> Result<LogDemand, Problem> {
    if clause.ignored {
        return Ok(LogDemand::Ignored);
    }
    let keys: Arc<[LogKey]> = match &clause.key {
        Some(pem) => {
            let key = (case.context.read_log_key)(pem)
                .map_err(|problem| unreadable("failed to load Rekor public keys", &problem, &clause.span))?;
            Arc::from([key])
        }
        None => case.context.log_keys.clone(),
    };
    Ok(required(case, keys, &clause.url))
}

/// The logs of these keys, as certificates and attestations need them: without windows, by the hash of the key.
fn logs_of(log: &LogDemand, known: &[Log]) -> Arc<[Log]> {
    let LogDemand::Required { keys, .. } = log else { return Arc::from([]) };
    keys.iter()
        .map(|key| Log {
            key: key.clone(),
            id: crate::format::hash::sha256_hex(&key.spki),
            base_url: known
                .iter()
                .find(|log| log.key.spki == key.spki)
                .map(|log| log.base_url.clone())
                .unwrap_or_default(),
        })
        .collect()
}

fn ct_logs(case: &Case<'_>, attestor: &Attestor) -> Result<Option<Arc<[Log]>>, Problem> {
    let Some(CtClause { ignored: false, key, .. }) = attestor.logs().map(|logs| &logs.ct) else {
        return Ok(None);
    };
    let bare = |spki: &[u8], origin: &str| Log {
        id: crate::format::hash::sha256_hex(spki),
        key: LogKey { spki: spki.to_vec(), valid_from: None, valid_until: None, origin: origin.to_owned() },
        base_url: String::new(),
    };
    match key {
        Some(pem) => {
            // What is read more strictly here than there is not known to be refused.
            let read = PublicKey::from_pem(&pem.value).map_err(|error| {
                let what = format!("`ctlog.pubkey` that cannot be read ({error})");
                Problem::Missing(Box::new(Missing::NotImplemented { what }), pem.span.clone())
            })?;
            Ok(Some(Arc::from([bare(&read.spki, "ctlog.pubkey of the policy")])))
        }
        None => {
            let known = case.context.root.ct_logs.iter();
            Ok(Some(known.map(|log| bare(&log.key.spki, &log.key.origin)).collect()))
        }
    }
}

/// The demand on a bundle; `Err`: Kyverno verifies none.
pub(super) fn bundle(case: &Case<'_>, attestor: &Attestor) -> Result<Arc<Demand>, Problem> {
    if in_secret(attestor) {
        return of_bundle(case, attestor).map(Arc::new);
    }
    attestor.asked.or(case.context, true, || of_bundle(case, attestor))
}

fn of_bundle(case: &Case<'_>, attestor: &Attestor) -> Result<Demand, Problem> {
    let root = case.context.root;
    let (log_ignored, sct_ignored) = match attestor.logs() {
        Some(logs) => (logs.log.ignored, logs.ct.ignored),
        // An attestation without attestors.
        None => (false, true),
    };
    let place = attestor.place();
    let signer = match &attestor.signer {
        Signer::Key(key) => demand::Signer::Key(key_demand(&pem(case, key)?, &key.hash)),
        Signer::Keyless(keyless) => demand::Signer::Certificate(identity(case, keyless)?),
        Signer::Certificates(_) | Signer::Anyone | Signer::AnyoneOf(_) | Signer::Nested(_) => {
            return Err(nobody(place));
        }
    };
    if !log_ignored && sct_ignored {
        // The library demands that a time is asked for.
        let words = "when initializing a new Verifier, you must specify at least one of WithObserverTimestamps(), \
                     WithSignedTimestamps(), WithIntegratedTimestamps() or WithCurrentTime(), or exclusively specify \
                     WithNoObserverTimestamps()";
        let reason = Reason::TimeAbsent {
            wanted: "a time that the policy asks for (`ignoreSCT: true` asks for none)",
        };
        let message = format!("failed to get verify bundles: {}: {words}", case.image());
        return Err(Problem::Fails(message, Box::new(reason), place.clone()));
    }
    let log = if log_ignored {
        LogDemand::Ignored
    } else {
        let keys = root.logs.iter().map(|log| log.key.clone()).collect();
        LogDemand::Required { keys, url: String::new(), offline: true }
    };
    Ok(Demand {
        signer,
        log,
        logs: root.logs.clone(),
        stamps: false,
        bundles: Bundles::Library { observed: !sct_ignored },
        stamp_authorities: root.stamp_authorities.clone(),
        annotations: BTreeMap::new(),
        as_of: case.context.as_of,
    })
}

fn nobody(place: &Span) -> Problem {
    let message = "sigstore bundle verification failed: no matching signatures found".to_owned();
    let reason = Reason::SignerKind { wanted: "a key, or an issuer and a subject", found: "neither" };
    Problem::Fails(message, Box::new(reason), place.clone())
}

/// An issuer and a subject, each by value and expression, both of which must hold; without either nothing verifies.
fn identity(case: &Case<'_>, keyless: &KeylessAttestor) -> Result<CertificateDemand, Problem> {
    let wanted = |exact: &Option<Placed<String>>, regexp: &Option<Placed<String>>| -> Vec<Wanted> {
        let exact = exact.iter().map(|text| Wanted::Exact(text.value.clone()));
        exact.chain(regexp.iter().map(|text| Wanted::Regexp(text.value.clone()))).collect()
    };
    let subject = wanted(&keyless.subject, &keyless.subject_regexp);
    let issuer = wanted(&keyless.issuer, &keyless.issuer_regexp);
    if subject.is_empty() || issuer.is_empty() {
        return Err(nobody(&keyless.span));
    }
    Ok(CertificateDemand {
        subject,
        issuer,
        extensions: BTreeMap::new(),
        authorities: case.context.root.authorities.clone(),
        travelling: false,
        ct_logs: None,
    })
}
