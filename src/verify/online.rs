//! The log is asked for an entry that does not travel with a classic signature (`pkg/cosign/verify.go`, `tlogValidateEntry`).
//!
//! What it gives is verified like an entry that travels, and its inclusion and checkpoint too: a log is not believed.

use serde_json::json;

use super::case::{self, Ended};
use super::demand::included;
use crate::format::hash::sha256_hex;
use crate::format::key::PublicKey;
use crate::format::log_answer::{self, FoundEntry};
use crate::format::{base64, pem};
use crate::model::artifact::{ArtifactKind, Layer, Signature};
use crate::model::demand::Log;
use crate::model::verifier::{LogDemand, LogKey};
use crate::model::{Missing, Outcome, Proof, Reason, StepName};
use crate::port::{Outside, Question, Reply};

/// Steps that fail whatever the log says.
const OF_THE_SIGNATURE: [StepName; 6] = [
    StepName::Signature,
    StepName::Claim,
    StepName::Annotations,
    StepName::Subject,
    StepName::Issuer,
    StepName::Extensions,
];
/// cosign's words when the log knows nothing.
const NOT_FOUND: &str = "signature not found in transparency log";

/// What is asked about one signature.
pub(super) struct Search<'a> {
    pub(super) signature: Signature<'a>,
    pub(super) log: &'a LogDemand,
    /// The key that is asked for; `None`: that of the certificate which travels.
    pub(super) key: Option<&'a str>,
    pub(super) outside: &'a dyn Outside,
}

/// What a proof comes to that lacks the log's answer; `None`: it lacks none. `prove` proves the signature with an entry
/// beside it.
pub(super) fn completed(
    proof: &Proof,
    search: &Search<'_>,
    prove: &dyn Fn(Signature<'_>) -> Proof,
) -> Option<Proof> {
    let at = proof.steps.iter().position(is_open)?;
    let LogDemand::Required { keys, url, .. } = search.log else { return None };
    if proof.stopped_at != Some(at) {
        return Some(with(proof, at, Outcome::NotReached, proof.stopped_at, &proof.engine_message));
    }
    // Nothing that the log knows makes a wrong signature right.
    let wrong = |name: &StepName| {
        let step = proof.steps.iter().position(|step| step.name == *name)?;
        matches!(proof.steps.get(step)?.outcome, Outcome::Failed(_)).then_some(step)
    };
    if let Some(step) = OF_THE_SIGNATURE.iter().find_map(wrong) {
        return Some(with(proof, at, Outcome::NotReached, Some(step), NOT_FOUND));
    }
    let ended = |outcome: Outcome, words: &str| Some(with(proof, at, outcome, Some(at), words));
    let found = match question(search, url).and_then(|question| ask(search.outside, &question)) {
        Ok(found) => found,
        Err(missing) => return ended(Outcome::Undecided(missing), ""),
    };
    let mut proofs: Vec<Proof> = found.iter().map(|found| of_entry(found, search, keys, prove)).collect();
    let good = proofs.iter().position(Proof::holds);
    if proofs.is_empty() {
        return ended(Outcome::Failed(Reason::LogAbsent { url: url.clone() }), NOT_FOUND);
    }
    Some(proofs.swap_remove(good.unwrap_or(0)))
}

fn is_open(step: &crate::model::proof::Step) -> bool {
    step.name == StepName::LogPresent && step.outcome == Outcome::Undecided(Missing::Waiting)
}

fn with(proof: &Proof, at: usize, outcome: Outcome, stopped_at: Option<usize>, words: &str) -> Proof {
    let mut proof = proof.clone();
    if let Some(step) = proof.steps.get_mut(at) {
        step.outcome = outcome;
    }
    Proof { stopped_at, engine_message: words.to_owned(), ..proof }
}

/// The entries that the log would have to hold, as cosign proposes them (`proposedEntries`).
fn question(search: &Search<'_>, url: &str) -> Result<Question, Missing> {
    let malformed =
        |problem: String| Missing::Malformed { what: "what the log is asked".to_owned(), problem };
    let layer = search.signature.layer;
    let bytes = layer.blob.bytes().map_err(Clone::clone)?;
    let annotation = |name: &str| layer.annotations.get(name).filter(|text| !text.is_empty());
    let key = match (annotation(case::CERTIFICATE), search.key) {
        (Some(certificate), _) => {
            let block = pem::first(certificate).map_err(|error| malformed(error.to_string()))?;
            pem::encode("CERTIFICATE", &block.der)
        }
        (None, Some(key)) => PublicKey::from_pem(key).map_err(|error| malformed(error.to_string()))?.to_pem(),
        (None, None) => return Err(malformed("there is neither key nor certificate".to_owned())),
    };
    let key = base64::encode(key.as_bytes());
    let entries = if search.signature.artifact.kind == ArtifactKind::CosignAttestation {
        let envelope = String::from_utf8(bytes.to_vec()).map_err(|error| malformed(error.to_string()))?;
        json!([
            {"apiVersion": "0.0.1", "kind": "dsse",
             "spec": {"proposedContent": {"envelope": envelope, "verifiers": [key]}}},
            {"apiVersion": "0.0.1", "kind": "intoto",
             "spec": {"content": {"envelope": envelope}, "publicKey": key}},
        ])
    } else {
        json!([{"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {
            "data": {"hash": {"algorithm": "sha256", "value": sha256_hex(bytes)}},
            "signature": {
                "content": annotation(case::SIGNATURE).map(String::as_str).unwrap_or_default(),
                "publicKey": {"content": key},
            },
        }}])
    };
    Ok(Question::Log { url: url.to_owned(), search: json!({ "entries": entries }).to_string() })
}

/// The entries, the earliest first: that is the one which counts for cosign.
fn ask(outside: &dyn Outside, question: &Question) -> Result<Vec<FoundEntry>, Missing> {
    let Reply::Bytes(bytes) = outside.ask(question)? else {
        return Err(Missing::Unsupported { what: question.words() });
    };
    let mut found = log_answer::read(&question.words(), &bytes)?;
    found.sort_by_key(|found| (found.entry.integrated, found.entry.index));
    Ok(found)
}

/// The proof with one entry: everything that holds for an entry that travels, inclusion and checkpoint.
fn of_entry(
    found: &FoundEntry,
    search: &Search<'_>,
    keys: &[LogKey],
    prove: &dyn Fn(Signature<'_>) -> Proof,
) -> Proof {
    let signature = search.signature;
    let mut annotations = signature.layer.annotations.clone();
    annotations.insert(case::BUNDLE.to_owned(), found.annotation.clone());
    let layer = Layer { annotations, ..signature.layer.clone() };
    let mut proof = prove(Signature { layer: &layer, ..signature });
    let key = keys.iter().rfind(|key| sha256_hex(&key.spki) == found.entry.log);
    let further = match key {
        Some(key) => {
            let id = found.entry.log.clone();
            included(&found.entry, &Log { key: key.clone(), id, base_url: String::new() })
        }
        // That nobody knows the log has failed already.
        None => {
            [StepName::LogProof, StepName::LogCheckpoint].map(|name| Ended::new(name, Outcome::NotReached))
        }
    };
    for ended in further {
        put(&mut proof, ended);
    }
    if !proof.holds() {
        proof.logged_at = None;
    }
    proof
}

/// Puts a step behind those about the log, in place of one of its name.
fn put(proof: &mut Proof, ended: Ended) {
    let before = proof.steps.iter().position(|step| step.name == ended.step.name);
    let at = before.unwrap_or_else(|| {
        let of_log = [StepName::LogPresent, StepName::LogTime, StepName::LogProof];
        proof.steps.iter().rposition(|step| of_log.contains(&step.name)).map_or(0, |last| last + 1)
    });
    let good = ended.goes_on();
    if before.is_some() {
        proof.steps.splice(at..=at, [ended.step]);
    } else {
        proof.steps.insert(at, ended.step);
        proof.stopped_at = proof.stopped_at.map(|stopped| stopped + usize::from(stopped >= at));
    }
    if !good && proof.stopped_at.is_none_or(|stopped| stopped > at) {
        proof.stopped_at = Some(at);
        proof.engine_message = format!("{NOT_FOUND}: {}", ended.message);
    }
}
