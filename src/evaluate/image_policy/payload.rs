//! What `extractPayload` gives (`GetPayload` of Kyverno's image data): a statement that was verified before, or the layer
//! of a referrer.

use serde_json::Value as Json;

use super::policy::Attestation;
use super::scene::Scene;
use super::verify::{Payload, Tried};
use crate::evaluate::notary::{gap, of_type};
use crate::format::gzip;
use crate::lang::expr::{Stop, Value};
use crate::model::artifact::{Artifact, Evidence};
use crate::model::missing::Missing;
use crate::model::trace::EvidencePath;

/// Longest payload of a referrer, in bytes (`maxPayloadSize` of upstream, which reads no further).
const LONGEST: usize = 10_000_000;
/// Most referrers that upstream lists (`maxReferrersCount`).
const MOST: usize = 50;

/// What verified of an attestation.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    /// The statement, with its layer.
    Statement(Value, EvidencePath),
    /// The referrer.
    Referrer(EvidencePath),
}

/// Under which name an attestation's content is kept; an alias of a type is none.
fn name(attestation: &Attestation) -> Option<String> {
    match (&attestation.predicate, &attestation.referrer) {
        (Some(kind), _) => Some(format!("intoto {kind}")),
        (None, Some(kind)) => Some(format!("referrer {kind}")),
        (None, None) => None,
    }
}

/// Keeps what verified.
pub(super) fn keep(scene: &Scene<'_>, image: &str, attestation: &Attestation, tried: &[Tried]) {
    for payload in tried.iter().filter_map(|tried| tried.payload.as_ref()) {
        let (name, kept) = match payload {
            Payload::Referrer(place) => match &attestation.referrer {
                Some(kind) => (format!("referrer {kind}"), Kept::Referrer(place.clone())),
                None => continue,
            },
            Payload::Statement(bytes, place) => {
                // Kept under the name of the type, which an alias is not.
                let Ok(json) = serde_json::from_slice::<Json>(bytes) else { continue };
                let Some(kind) = json.get("predicateType").and_then(Json::as_str) else { continue };
                (format!("intoto {kind}"), Kept::Statement(Value::of_json(&json, true), place.clone()))
            }
        };
        scene.payloads.borrow_mut().insert((image.to_owned(), name), kept);
    }
}

/// The content of an attestation.
///
/// # Errors
/// Upstream's, or why it cannot be known.
pub(super) fn payload(scene: &Scene<'_>, image: &str, attestation: &Attestation) -> Result<Value, Stop> {
    let evidence = scene.evidence(image)?;
    let name = name(attestation).ok_or_else(|| Stop::error("failed to get payload: no type"))?;
    let kept = scene.payloads.borrow().get(&(image.to_owned(), name)).cloned();
    let (value, place) = match (kept, &attestation.predicate, &attestation.referrer) {
        (Some(Kept::Statement(value, place)), ..) => (value, place),
        (None, Some(_), _) => {
            return Err(Stop::error(
                "failed to get payload: intoto attestation payload cannot be fetch before verifying intoto attestation",
            ));
        }
        (kept, _, Some(kind)) => referrer(&evidence, kind, kept, &attestation.name)?,
        (Some(Kept::Referrer(_)), _, None) | (None, None, None) => {
            return Err(Stop::error("failed to get payload: no type"));
        }
    };
    scene.read.borrow_mut().push(place);
    Ok(value)
}

/// The one that verified, else the first of the type: upstream does not ask whether anybody signed it.
fn referrer(
    evidence: &Evidence,
    kind: &str,
    verified: Option<Kept>,
    name: &str,
) -> Result<(Value, EvidencePath), Stop> {
    let error = |words: String| Stop::error(format!("failed to get payload: {words}"));
    if let Some(missing) = gap(evidence, kind) {
        return Err(Stop::Undecided(missing));
    }
    let count = evidence.artifacts.iter().filter(|artifact| is_referrer(artifact)).count();
    if count > MOST {
        let what = format!("which of {count} referrers upstream lists (it lists {MOST})");
        return Err(Stop::not_implemented(what));
    }
    let mut all = of_type(evidence, kind);
    let found = match verified {
        Some(Kept::Referrer(place)) => all.find(|artifact| artifact.digest == place.digest),
        _ => all.next(),
    };
    let artifact = found.ok_or_else(|| error(format!("artifact of type {kind} not found")))?;
    let [layer] = artifact.layers.as_slice() else {
        return Err(error("invalid referrer descriptor, must have only one layer".to_owned()));
    };
    let bytes = layer.blob.bytes().map_err(|missing| Stop::Undecided(missing.clone()))?;
    let unpacked;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        unpacked = gzip::unpack(bytes).ok_or_else(|| Stop::not_implemented("a packed layer of this form"))?;
        &*unpacked
    } else {
        bytes
    };
    if bytes.len() > LONGEST {
        let (what, size) = (format!("the layer of {}", artifact.digest), bytes.len() as u64);
        return Err(Stop::Undecided(Missing::TooLarge { what, size, limit: LONGEST as u64 }));
    }
    if bytes.is_empty() {
        return Err(error(format!("could not find attestation {name}")));
    }
    let json: Json = serde_json::from_slice(bytes)
        .map_err(|_| error(format!("failed to unmarshal json for attestation {name}")))?;
    let place = EvidencePath { digest: layer.digest.clone(), pointer: String::new() };
    Ok((Value::of_json(&json, true), place))
}

fn is_referrer(artifact: &Artifact) -> bool {
    use crate::model::artifact::Found;
    artifact.found.iter().any(|found| matches!(found, Found::Referrers | Found::FallbackTag(_)))
}
