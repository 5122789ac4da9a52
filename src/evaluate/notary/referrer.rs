//! Attestations of the Notary Project: referrers of an image that are signed themselves.

use std::sync::Arc;

use serde_json::Value;

use super::search::{Limits, NotaryJudgement, PlaceOf, search};
use crate::format::oci::parse_json;
use crate::model::artifact::{Artifact, ArtifactKind, Evidence, Found};
use crate::model::missing::Missing;
use crate::model::notary::NotaryDemand;
use crate::model::trace::{Clause, EvidencePath, Outcome};
use crate::port::{Outside, Prover, Question, Reply};

/// Longest predicate in bytes (`maxPayloadSize` of Kyverno).
const LONGEST: u64 = 10_000_000;

/// Why a referrer gives no statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoStatement {
    /// The engine refuses it, with these words.
    Refused(String),
    /// It cannot be known.
    Missing(Missing),
}

/// The referrers of an artifact type, in the order of the registry.
pub fn of_type<'a>(evidence: &'a Evidence, kind: &'a str) -> impl Iterator<Item = &'a Artifact> {
    evidence.artifacts.iter().filter(move |artifact| {
        let way = |found: &Found| matches!(found, Found::Referrers | Found::FallbackTag(_));
        artifact.artifact_type == kind && artifact.found.iter().any(way)
    })
}

/// Why it cannot be said that all referrers of a type are known.
#[must_use]
pub fn gap(evidence: &Evidence, kind: &str) -> Option<Missing> {
    evidence.gap_for(&ArtifactKind::Other(kind.to_owned())).map(|gap| gap.why.clone())
}

/// What hangs on a referrer: its signatures are there.
///
/// # Errors
/// Why that is not known, or not yet.
fn nested(outside: &dyn Outside, evidence: &Evidence, referrer: &Artifact) -> Result<Arc<Evidence>, Missing> {
    let image = evidence.subject.at(referrer.digest.clone()).to_string();
    match outside.ask(&Question::Evidence { image })? {
        Reply::Evidence(nested) if nested.digest == referrer.digest => Ok(nested),
        Reply::Evidence(nested) => {
            let (wanted, found) = (referrer.digest.clone(), nested.digest.clone());
            Err(Missing::DigestMismatch { wanted, found })
        }
        Reply::Bytes(_) => Err(Missing::Unsupported { what: "the signatures of a referrer".to_owned() }),
    }
}

/// notation's search for a good signature on a referrer.
#[must_use]
pub fn search_referrer(
    (prover, outside): (&dyn Prover, &dyn Outside),
    evidence: &Evidence,
    referrer: &Artifact,
    demand: &NotaryDemand,
    mut clause: Clause,
    place: &PlaceOf<'_>,
) -> NotaryJudgement {
    clause.evidence = Some(EvidencePath { digest: referrer.digest.clone(), pointer: String::new() });
    match nested(outside, evidence, referrer) {
        Ok(nested) => search(prover, &nested, demand, Limits::KYVERNO, clause, place),
        Err(missing) => {
            clause.outcome = Outcome::Undecided(missing);
            NotaryJudgement { clause, ending: super::NotaryEnding::Open, deciding: Vec::new() }
        }
    }
}

/// The statement that Kyverno makes of a referrer (`extractStatement`): its type, and its predicate, which is the one
/// layer unless the manifest has a field of that name.
///
/// # Errors
/// See [`NoStatement`].
pub fn statement(referrer: &Artifact) -> Result<(String, Value), NoStatement> {
    let refused = |words: String| NoStatement::Refused(words);
    let layer = match referrer.layers.as_slice() {
        [layer] => layer,
        [] => return Err(refused("no predicate found".to_owned())),
        _ => return Err(refused("multiple layers in predicate not supported".to_owned())),
    };
    if layer.size > LONGEST {
        let digest = &layer.digest;
        return Err(refused(format!("predicate size {} exceeds {LONGEST} for digest {digest}", layer.size)));
    }
    let bytes = layer.blob.bytes().map_err(|missing| NoStatement::Missing(missing.clone()))?;
    // What is packed Kyverno unpacks.
    if bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        let what = "a packed predicate".to_owned();
        return Err(NoStatement::Missing(Missing::NotImplemented { what }));
    }
    let own = match parse_json("predicate", bytes) {
        Ok(own @ Value::Object(_)) => own,
        Ok(_) => return Err(refused("json: cannot unmarshal the predicate into an object".to_owned())),
        Err(Missing::Malformed { problem, .. }) => return Err(refused(problem)),
        Err(missing) => return Err(NoStatement::Missing(missing)),
    };
    let manifest = parse_json("manifest", &referrer.raw).map_err(NoStatement::Missing)?;
    let field = |name: &str| manifest.get(name).filter(|value| !value.is_null()).cloned();
    let kind = match field("type") {
        None => referrer.artifact_type.clone(),
        Some(Value::String(kind)) => kind,
        Some(_) => {
            return Err(NoStatement::Missing(Missing::NotImplemented {
                what: "the field `type`".to_owned(),
            }));
        }
    };
    Ok((kind, field("predicate").unwrap_or(own)))
}
