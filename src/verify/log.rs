//! The transparency log: the entry is there, is about this very signature, and the log promised to include it.
//!
//! The comparisons with the entry's body always come before the promise (CVE-2022-36056, CVE-2026-22703): a genuine
//! promise for another entry proves nothing.

use super::case::{Case, Ended, fact};
use super::scheme;
use super::signature::switched_off;
use crate::format::certificate::LeafCertificate;
use crate::format::hash::sha256_hex;
use crate::format::key::{KeyKind, PublicKey};
use crate::format::log_entry::{BodyError, LogBody, LogEntry};
use crate::format::{base64, pem};
use crate::model::identity::KeyIdentity;
use crate::model::proof::Fact;
use crate::model::reason::LogPart;
use crate::model::verifier::{HashAlgorithm, LogDemand, LogKey};
use crate::model::{Missing, Moment, Outcome, Reason, StepName};

const STEPS: [StepName; 4] =
    [StepName::LogPresent, StepName::LogBinding, StepName::LogPromise, StepName::LogTime];
const BOTH: &str = "both public key and certificate were provided but did not match";

/// The four steps, in order.
pub(super) fn steps(case: &Case<'_>) -> Vec<Ended> {
    let LogDemand::Required { keys, url, offline } = &case.verifier.log else {
        return STEPS.map(switched_off).into();
    };
    let not_reached = |from: usize| {
        STEPS.into_iter().skip(from).map(|name| Ended::new(name, Outcome::NotReached)).collect::<Vec<_>>()
    };
    match &case.entry {
        // What cannot be read has failed in the step before.
        Err(_) => not_reached(0),
        Ok(None) => {
            let mut steps = vec![absent(case, url, *offline)];
            steps.extend(not_reached(1));
            steps
        }
        Ok(Some(entry)) => {
            let known = trusted_key(keys, entry);
            let time = time(entry, known);
            let promise = promise(entry, keys, known, &time);
            vec![
                Ended::new(StepName::LogPresent, Outcome::Held).with(entry_facts(entry)),
                binding(case, entry),
                promise,
                time,
            ]
        }
    }
}

fn entry_facts(entry: &LogEntry) -> Vec<Fact> {
    vec![
        fact("log", entry.log_id.as_str()),
        fact("log index", entry.log_index.to_string()),
        fact("integrated time", Moment(entry.integrated_time).to_string()),
    ]
}

/// No entry travels. cosign compares key and certificate, and then would search the log.
fn absent(case: &Case<'_>, url: &str, offline: bool) -> Ended {
    let name = StepName::LogPresent;
    if let (Ok(key), Some(certificate)) = (&case.key, case.readable_certificate())
        && certificate.spki != key.spki
    {
        let reason = Reason::SignerKind { wanted: "a key", found: "a certificate" };
        return Ended::failed(name, reason, BOTH);
    }
    if offline || url.is_empty() {
        let words = if url.is_empty() {
            "rekor client not provided for online verification"
        } else {
            "offline verification failed"
        };
        return Ended::failed(name, Reason::LogAbsent { url: url.to_owned() }, words);
    }
    // What the log knows is somebody else's question.
    Ended::undecided(name, Missing::Waiting)
}

/// One comparison of the entry with what is at hand.
struct Comparison {
    part: LogPart,
    label: &'static str,
    wanted: String,
    found: String,
    /// cosign's words when the two differ.
    message: String,
    same: bool,
}

fn binding(case: &Case<'_>, entry: &LogEntry) -> Ended {
    let name = StepName::LogBinding;
    let (Ok(key), Ok(message), Some(text)) = (&case.key, case.message(), case.signature_text()) else {
        return Ended::new(name, Outcome::NotReached);
    };
    let body = match LogBody::parse(entry) {
        Ok(body) => body,
        Err(BodyError::Malformed(problem)) => {
            let message =
                format!("error verifying bundle: failed to extract signature from bundle: {problem}");
            return Ended::failed(name, Reason::Malformed { what: "log entry", problem }, message);
        }
        Err(BodyError::OtherKind(kind)) => {
            let message =
                "error verifying bundle: signature in bundle does not match signature being verified";
            let reason = Reason::LogBinding {
                part: LogPart::Signature,
                wanted: text.to_owned(),
                found: format!("an entry of the kind {kind}, which is never about a classic signature"),
            };
            return Ended::failed(name, reason, message);
        }
    };
    let comparisons =
        [compare_signature(text, &body), compare_key(case, key, &body), compare_payload(message, &body)];
    let facts = comparisons.iter().map(Comparison::fact).collect();
    let differs = comparisons.into_iter().find(|comparison| !comparison.same);
    let ended = match differs {
        None if inconsistent(case, key, &body) => Ended::failed(
            name,
            Reason::Malformed {
                what: "log entry",
                problem: "its signature is not valid for its own key and hash".to_owned(),
            },
            "error verifying bundle: failed to extract signature from bundle: verifying signature",
        ),
        None => Ended::new(name, Outcome::Held),
        Some(Comparison { part, wanted, found, message, .. }) => Ended::failed(
            name,
            Reason::LogBinding { part, wanted, found },
            format!("error verifying bundle: {message}"),
        ),
    };
    ended.with(facts)
}

impl Comparison {
    fn fact(&self) -> Fact {
        let value = if self.same { "as at hand".to_owned() } else { format!("differs: {}", self.found) };
        fact(self.label, value)
    }
}

fn compare_signature(text: &str, body: &LogBody) -> Comparison {
    let found = base64::encode(&body.signature);
    Comparison {
        part: LogPart::Signature,
        label: "signature in the entry",
        // The texts are compared, as cosign does: another base64 of the same bytes is another signature.
        same: found == text && !text.is_empty(),
        wanted: text.to_owned(),
        found,
        message: "signature in bundle does not match signature being verified".to_owned(),
    }
}

fn compare_key(case: &Case<'_>, key: &PublicKey, body: &LogBody) -> Comparison {
    let certificate = case.readable_certificate();
    let other = certificate.filter(|certificate| certificate.spki != key.spki);
    let (wanted_der, wanted_pem) = match certificate {
        Some(certificate) => (&certificate.der, pem::encode("CERTIFICATE", &certificate.der)),
        None => (&key.spki, key.to_pem()),
    };
    Comparison {
        part: LogPart::Key,
        label: "key in the entry",
        same: other.is_none() && *wanted_der == body.key_der,
        wanted: words(&key.identity()),
        found: other
            .and_then(|certificate| certificate.key.as_ref())
            .map(PublicKey::identity)
            .or_else(|| identity(body))
            .map_or_else(
                || format!("{} SHA256:{}", body.key_label, sha256_hex(&body.key_der)),
                |i| words(&i),
            ),
        message: if other.is_some() {
            BOTH.to_owned()
        } else {
            format!("comparing public key PEMs, expected {wanted_pem}, got {}", body.key_text)
        },
    }
}

fn compare_payload(message: &[u8], body: &LogBody) -> Comparison {
    let wanted = sha256_hex(message);
    let algorithm = body.algorithm == "sha256";
    Comparison {
        part: LogPart::Payload,
        label: "payload hash in the entry",
        same: algorithm && body.hash == wanted,
        message: if algorithm {
            format!("matching bundle to payload: bundle={:?}, payload={wanted:?}", body.hash)
        } else {
            format!("unexpected algorithm: {:?}", body.algorithm)
        },
        wanted: format!("sha256:{wanted}"),
        found: format!("{}:{}", body.algorithm, body.hash),
    }
}

fn words(identity: &KeyIdentity) -> String {
    format!("{} SHA256:{}", identity.kind, identity.fingerprint)
}

/// The key that an entry names, its own or that of its certificate.
fn identity(body: &LogBody) -> Option<KeyIdentity> {
    if body.key_label == "CERTIFICATE" {
        return LeafCertificate::from_der(&body.key_der).ok()?.key.map(|key| key.identity());
    }
    PublicKey::from_spki(&body.key_der).ok().map(|key| key.identity())
}

/// The key that is said to have signed: by the certificate that travels, else by the log entry.
pub(super) fn key_in_entry(case: &Case<'_>) -> Option<KeyIdentity> {
    if let Some(certificate) = case.readable_certificate() {
        return certificate.key.as_ref().map(PublicKey::identity);
    }
    identity(&LogBody::parse(case.readable_entry()?).ok()?)
}

/// Whether an entry that is about this signature could never have been taken by a log, which checks the signature itself
/// over SHA-256. With an ECDSA or RSA key checked with SHA-256 the signature step asks the same question; under other
/// hashes it must be asked here. For Ed25519 the log demands the prehashed variant over SHA-512, which the payload
/// comparison never lets through: cosign refuses each of them.
fn inconsistent(case: &Case<'_>, key: &PublicKey, body: &LogBody) -> bool {
    if !body.checked_by_log {
        return false;
    }
    if key.kind == KeyKind::Ed25519 {
        return true;
    }
    if case.verifier.key.hash == HashAlgorithm::Sha256 {
        return false;
    }
    let Ok(message) = case.message() else { return true };
    scheme::check(key, HashAlgorithm::Sha256, message, &body.signature) != scheme::Check::Valid
}

/// The trusted key that the entry names; of two with the same identifier the last, as in sigstore-go.
fn trusted_key<'k>(keys: &'k [LogKey], entry: &LogEntry) -> Option<&'k LogKey> {
    keys.iter().rfind(|key| sha256_hex(&key.spki) == entry.log_id)
}

/// cosign has two ways to the same check, with different words: a trusted root, whose keys have windows, and bare keys.
fn from_root(keys: &[LogKey]) -> bool {
    keys.iter().any(|key| key.valid_from.is_some())
}

fn promise(entry: &LogEntry, keys: &[LogKey], known: Option<&LogKey>, time: &Ended) -> Ended {
    let name = StepName::LogPromise;
    let way = if from_root(keys) { "verifying bundle with trusted root: " } else { "" };
    let say = |words: &str| format!("error verifying bundle: {way}{words}");
    let Some(known) = known else {
        let trusted: Vec<_> = keys.iter().map(|key| sha256_hex(&key.spki)).collect();
        let words = match (keys.is_empty(), from_root(keys)) {
            (true, _) => "error verifying bundle: no trusted rekor public keys provided".to_owned(),
            (_, true) => say("rekor log public key not found for payload"),
            (_, false) => say("verifying bundle: rekor log public key not found for payload"),
        };
        return Ended::failed(name, Reason::LogUnknown { found: entry.log_id.clone(), trusted }, words);
    };
    let facts = vec![
        fact("log key", known.origin.as_str()),
        fact("promise (SET)", format!("{} bytes", entry.promise.len())),
    ];
    let bytes = match entry.signed_bytes() {
        Ok(bytes) => bytes,
        Err(problem) => {
            let reason = Reason::Malformed { what: "log entry", problem };
            return Ended::failed(name, reason, say("unable to verify SET")).with(facts);
        }
    };
    let key = PublicKey::from_spki(&known.spki);
    let good = key.as_ref().is_ok_and(|key| scheme::check_promise(key, &bytes, &entry.promise));
    let ended = if good {
        Ended::new(name, Outcome::Held)
    } else {
        let words = match key.map(|key| key.kind) {
            // sigstore-go looks at the window first.
            _ if !time.message.is_empty() => time.message.clone(),
            Ok(KeyKind::Ed25519) => say("unsupported public key type: ed25519.PublicKey"),
            Ok(KeyKind::Rsa(_)) => say("unsupported public key type: *rsa.PublicKey"),
            _ => say("unable to verify SET"),
        };
        Ended::failed(name, Reason::LogPromise { log: entry.log_id.clone() }, words)
    };
    ended.with(facts)
}

/// The window of the log's key, closed at both ends.
fn time(entry: &LogEntry, known: Option<&LogKey>) -> Ended {
    let name = StepName::LogTime;
    let Some(key) = known else { return Ended::new(name, Outcome::NotReached) };
    let at = Moment(entry.integrated_time);
    let (from, until) = (key.valid_from, key.valid_until);
    let text = |moment: Option<Moment>| moment.map_or_else(|| "open".to_owned(), |m| m.to_string());
    let facts = vec![fact("valid from", text(from)), fact("valid until", text(until))];
    let inside = from.is_none_or(|from| from <= at) && until.is_none_or(|until| at <= until);
    let ended = if inside {
        Ended::new(name, Outcome::Held)
    } else {
        Ended::failed(
            name,
            Reason::LogTime { at, from, until },
            "error verifying bundle: verifying bundle with trusted root: rekor log public key not valid at payload integrated time",
        )
    };
    ended.with(facts)
}
