//! One attestor against what hangs on an image (`K:pkg/image/verifiers/ivpol/cosign/{opts,verifier}.go`).

use std::sync::Arc;

use super::demand::{Demands, Refused, demands, value};
use super::elsewhere;
use super::policy::{Attestation, Attestor, Cosign, Kind, Notary, Source};
use super::scene::Scene;
use super::steps;
use crate::evaluate::notary::{
    self, Limits, NotaryEnding, Pinned, PlaceOf, certificates, search, search_referrer,
};
use crate::format::bundle::{Bundle, Content};
use crate::format::dsse::Envelope;
use crate::format::predicate_type::predicate_type;
use crate::model::artifact::{ArtifactKind, Evidence, Found, Signature};
use crate::model::missing::Missing;
use crate::model::notary::{NotaryDemand, NotaryStep};
use crate::model::proof::{Proof, StepName};
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::trace::{Clause, EvidencePath, Outcome};

/// What an attestor came to.
pub(super) struct Tried {
    pub(super) clause: Clause,
    /// From the clause to the one below it that decided.
    pub(super) deciding: Vec<usize>,
    /// What verified of an attestation.
    pub(super) payload: Option<Payload>,
}

/// What verified of an attestation.
pub(super) enum Payload {
    /// The statement that counts, with its layer.
    Statement(Vec<u8>, EvidencePath),
    /// A referrer.
    Referrer(EvidencePath),
}

/// A layer with its proof.
pub(super) type Proved<'a> = (Signature<'a>, Arc<Proof>);

/// Asks an attestor for a signature, or for an attestation.
pub(super) fn attestor(
    scene: &Scene<'_>,
    attestor: &Attestor,
    evidence: &Evidence,
    attestation: Option<&Attestation>,
) -> Tried {
    let label = format!("attestors.{}", attestor.name);
    let ended = |outcome: Outcome| Tried {
        clause: Clause::new(label.clone(), outcome).at(&attestor.span),
        deciding: Vec::new(),
        payload: None,
    };
    let failed =
        |problem: &str| ended(Outcome::Failed(Reason::AttestorInvalid { problem: problem.to_owned() }));
    let clause = Clause::new(label.clone(), Outcome::Held).at(&attestor.span);
    let cosign = match &attestor.kind {
        Kind::Cosign(cosign) => cosign,
        Kind::Notary(notary) => return by_notary(scene, notary, evidence, attestation, clause),
        Kind::Nothing => return failed("neither cosign nor notary is set"),
    };
    if attestation.is_some_and(|attestation| attestation.predicate.is_none()) {
        return failed("cosgin verifier only supports intoto referrers as attestations");
    }
    let asked = elsewhere::evidence(scene, cosign, evidence)
        .and_then(|own| demands(scene, cosign).map(|demands| (own, demands)));
    match asked {
        Ok((own, demands)) => {
            let evidence = own.as_deref().unwrap_or(evidence);
            judge(scene, cosign, &demands, evidence, attestation, clause)
        }
        Err(refused) => {
            let mut tried =
                Tried { clause: Clause::new(label, Outcome::Held), deciding: Vec::new(), payload: None };
            end(&mut tried, refused, &attestor.span);
            tried
        }
    }
}

/// Ends without a look at any signature.
fn end(tried: &mut Tried, refused: Refused, otherwise: &Span) {
    tried.clause.location = refused.place().or_else(|| Some(otherwise.clone()));
    tried.clause.outcome = refused.outcome();
    tried.deciding = Vec::new();
}

/// notation's search with the certificates of the policy as the whole trust (`ivpol/notary/verifier.go`).
fn by_notary(
    scene: &Scene<'_>,
    notary: &Notary,
    evidence: &Evidence,
    attestation: Option<&Attestation>,
    mut clause: Clause,
) -> Tried {
    let read = |source: &Option<Source>| -> Result<Vec<Vec<u8>>, Refused> {
        let text = source.as_ref().map(|source| value(scene, source)).transpose()?.unwrap_or_default();
        certificates(&text).map_err(Refused::Problem)
    };
    let span = clause.location.clone();
    let tried = |clause: Clause, deciding: Vec<usize>| Tried { clause, deciding, payload: None };
    let pinned = match (read(&notary.certs), read(&notary.time_certs)) {
        (Err(refused), _) | (_, Err(refused)) => {
            clause.location = refused.place().or(clause.location);
            clause.outcome = refused.outcome();
            return tried(clause, Vec::new());
        }
        (Ok(authorities), Ok(time)) => {
            Pinned { authorities, time_authorities: (!time.is_empty()).then_some(time) }
        }
    };
    let demand = pinned.demand(scene.context.as_of);
    let place = |_: &NotaryStep| span.clone().unwrap_or_else(|| scene.spec.span.clone());
    if let Some(attestation) = attestation {
        return of_referrers(scene, evidence, attestation, &demand, clause, &place);
    }
    let found = search(scene.context.prover, evidence, &demand, Limits::KYVERNO, clause, &place);
    let mut clause = found.clause;
    // Only an ending that says so is a verification.
    if found.ending != NotaryEnding::Verified && clause.outcome == Outcome::Held {
        clause.outcome = Outcome::Undecided(Missing::Waiting);
    }
    tried(clause, found.deciding)
}

/// Any referrer of the type whose signature holds suffices (`VerifyAttestationSignature`).
fn of_referrers(
    scene: &Scene<'_>,
    evidence: &Evidence,
    attestation: &Attestation,
    demand: &NotaryDemand,
    mut clause: Clause,
    place: &PlaceOf<'_>,
) -> Tried {
    let tried = |clause: Clause, deciding: Vec<usize>| Tried { clause, deciding, payload: None };
    let Some(kind) = &attestation.referrer else {
        let problem = "notary verifier only supports oci 1.1 referrers as attestations".to_owned();
        clause.outcome = Outcome::Failed(Reason::AttestorInvalid { problem });
        return tried(clause, Vec::new());
    };
    let asked = (scene.context.prover, scene.context.outside);
    let mut open = None;
    let mut failed = None;
    for (number, referrer) in notary::of_type(evidence, kind).enumerate() {
        let child = Clause { location: clause.location.clone(), ..Clause::new(kind.as_str(), Outcome::Held) };
        let found = search_referrer(asked, evidence, referrer, demand, child, place);
        let deciding: Vec<usize> = std::iter::once(number).chain(found.deciding).collect();
        clause.children.push(found.clause);
        match found.ending {
            NotaryEnding::Verified => {
                clause.outcome = Outcome::Held;
                let place = EvidencePath { digest: referrer.digest.clone(), pointer: String::new() };
                return Tried { payload: Some(Payload::Referrer(place)), ..tried(clause, Vec::new()) };
            }
            NotaryEnding::Open => open = open.or(Some(deciding)),
            NotaryEnding::Refused(_) => failed = failed.or(Some(deciding)),
        }
    }
    if let Some(missing) = notary::gap(evidence, kind).filter(|_| open.is_none()) {
        clause.outcome = Outcome::Undecided(missing);
        return tried(clause, Vec::new());
    }
    let deciding = open.or(failed).unwrap_or_default();
    let child = deciding.first().and_then(|number| clause.children.get(*number));
    let present = || evidence.artifacts.iter().map(|artifact| artifact.artifact_type.clone()).collect();
    clause.outcome = match child {
        Some(child) if child.outcome != Outcome::Held => child.outcome.clone(),
        Some(_) => Outcome::Undecided(Missing::Waiting),
        None => Outcome::Failed(Reason::OtherKind { wanted: kind.clone(), present: present() }),
    };
    tried(clause, deciding)
}

fn bundle_of(signature: &Signature<'_>) -> Option<Envelope> {
    match Bundle::parse(signature.layer.blob.bytes().ok()?).ok()?.content {
        Content::Envelope(envelope) => Some(envelope),
        Content::Message { .. } => None,
    }
}

fn judge(
    scene: &Scene<'_>,
    cosign: &Cosign,
    demands: &Demands,
    evidence: &Evidence,
    attestation: Option<&Attestation>,
    clause: Clause,
) -> Tried {
    // A bundle that cannot be read is passed over; one that could not be fetched may be one that counts.
    let bundles: Vec<Signature<'_>> = evidence
        .layers_of(&ArtifactKind::SigstoreBundle)
        .filter(|layer| {
            layer.layer.blob.bytes().is_ok_and(|bytes| Bundle::parse(bytes).is_ok())
                || layer.layer.blob.bytes().is_err()
        })
        .collect();
    let in_bundles = !bundles.is_empty();
    let (kind, suffix) = match attestation {
        Some(_) => (ArtifactKind::CosignAttestation, ".att"),
        None => (ArtifactKind::CosignSignature, ".sig"),
    };
    let by_tag = |found: &Found| matches!(found, Found::Tag(tag) if tag.ends_with(suffix));
    let layers = if in_bundles {
        bundles
    } else {
        evidence.layers_of(&kind).filter(|layer| layer.artifact.found.iter().any(by_tag)).collect()
    };
    let proofs: Vec<Proved<'_>> = layers
        .into_iter()
        .map(|layer| (layer, demands.prove(scene.context, evidence, layer, in_bundles)))
        .collect();
    let mut tried = steps::assemble(clause, cosign, &proofs, attestation);
    if let Some(refused) = demands.not_for_bundles().filter(|_| in_bundles) {
        let place = tried.clause.location.clone().unwrap_or_else(|| scene.spec.span.clone());
        end(&mut tried, refused, &place);
        return tried;
    }
    let good: Vec<&Proved<'_>> = proofs.iter().filter(|(_, proof)| proof.holds()).collect();
    if good.is_empty() {
        let gap = evidence.gaps.iter().find(|gap| gap.is_at_tag(suffix)).filter(|_| !in_bundles);
        if let Some(gap) = gap.or_else(|| evidence.gap_for(&ArtifactKind::SigstoreBundle)) {
            tried.clause.outcome = Outcome::Undecided(gap.why.clone());
            tried.deciding = Vec::new();
        }
        if proofs.is_empty() && matches!(tried.clause.outcome, Outcome::Held) {
            tried.clause.outcome = Outcome::Failed(nothing_here(evidence, &kind));
        }
        return tried;
    }
    tried.clause.outcome = Outcome::Held;
    tried.deciding = Vec::new();
    // Signatures of the old form are read only where no bundle hangs on the image: what hides bundles hides the way.
    if let Some(gap) = evidence.gap_for(&ArtifactKind::SigstoreBundle).filter(|_| !in_bundles) {
        tried.clause.outcome = Outcome::Undecided(gap.why.clone());
        return tried;
    }
    match attestation {
        Some(attestation) => of_type(cosign, attestation, &good, in_bundles, tried),
        None => with_annotations(cosign, &good, tried),
    }
}

fn nothing_here(evidence: &Evidence, wanted: &ArtifactKind) -> Reason {
    let kinds =
        [ArtifactKind::CosignSignature, ArtifactKind::CosignAttestation, ArtifactKind::NotationSignature];
    let count = |kind: &ArtifactKind| evidence.artifacts.iter().filter(|own| own.kind == *kind).count();
    let present: Vec<String> = kinds
        .iter()
        .filter(|kind| *kind != wanted && count(kind) > 0)
        .map(|kind| if count(kind) == 1 { format!("1 {kind}") } else { format!("{} {kind}s", count(kind)) })
        .collect();
    if present.is_empty() {
        Reason::NoSignature
    } else {
        Reason::OtherKind { wanted: wanted.to_string(), present }
    }
}

/// Annotations are those of the layer, which nobody signs; of a bundle upstream keeps none.
fn carries(cosign: &Cosign, signature: &Signature<'_>) -> Option<Reason> {
    let in_bundle = signature.artifact.kind == ArtifactKind::SigstoreBundle;
    cosign.annotations.iter().find_map(|(key, wanted)| {
        let found = signature.layer.annotations.get(key).filter(|_| !in_bundle).cloned();
        (found.as_deref().unwrap_or_default() != wanted.value).then(|| Reason::Annotation {
            key: key.clone(),
            wanted: wanted.value.clone(),
            found,
        })
    })
}

/// Some good signature must carry every annotation: those of its layer, not those that are signed.
fn with_annotations(cosign: &Cosign, good: &[&Proved<'_>], mut tried: Tried) -> Tried {
    let reasons: Vec<Option<Reason>> = good.iter().map(|(signature, _)| carries(cosign, signature)).collect();
    if reasons.iter().all(Option::is_some)
        && let Some(Some(reason)) = reasons.into_iter().next()
    {
        tried.clause.outcome = Outcome::Failed(reason);
    }
    tried
}

/// Of the attestations that verify, one must be of the type; the last one is what `extractPayload` gives.
fn of_type(
    cosign: &Cosign,
    attestation: &Attestation,
    good: &[&Proved<'_>],
    in_bundles: bool,
    mut tried: Tried,
) -> Tried {
    let wanted = predicate_type(attestation.predicate.as_deref().unwrap_or_default());
    if !in_bundles && cosign.log.as_ref().is_some_and(|log| log.no_log) {
        // Upstream counts only what the log or a time stamp vouches for, and the policy ignores the log.
        let problem =
            "cosign bundle verification failed: with insecureIgnoreTlog no attestation of the classic form \
                       is accepted, only sigstore bundles are"
                .to_owned();
        tried.clause.outcome = Outcome::Failed(Reason::AttestorInvalid { problem });
        return tried;
    }
    let of_type: Vec<&&Proved<'_>> =
        good.iter().filter(|(_, proof)| proof.predicate.as_deref() == Some(wanted)).collect();
    let Some((last, _)) =
        of_type.iter().rfind(|(signature, _)| carries(cosign, signature).is_none()).map(|p| **p)
    else {
        let reason = of_type.first().and_then(|(signature, _)| carries(cosign, signature));
        let found: Vec<&str> = good.iter().filter_map(|(_, proof)| proof.predicate.as_deref()).collect();
        let other = || Reason::PredicateType { wanted: wanted.to_owned(), found: found.join(", ") };
        tried.clause.outcome = Outcome::Failed(reason.unwrap_or_else(other));
        return tried;
    };
    let envelope = bundle_of(last).or_else(|| Envelope::parse(last.layer.blob.bytes().ok()?).ok());
    let place = EvidencePath { digest: last.layer.digest.clone(), pointer: String::new() };
    tried.clause.evidence = Some(place.clone());
    tried.payload = envelope.map(|envelope| Payload::Statement(envelope.payload, place));
    tried
}

/// True when a proof does not say whether the signature is good.
pub(super) fn is_undecided(proof: &Proof) -> bool {
    proof.stopped().is_some_and(|step| matches!(step.outcome, Outcome::Undecided(_)))
        || (proof.stopped_at.is_none() && !proof.holds())
}

/// The step that explains best why a proof does not hold: where cosign stops, unless the signature is by another key.
pub(super) fn cause(proof: &Proof) -> Option<usize> {
    let stopped = proof.stopped_at?;
    let about_log = matches!(
        proof.steps.get(stopped).map(|step| &step.outcome),
        Some(Outcome::Failed(
            Reason::LogBinding { .. } | Reason::LogAbsent { .. } | Reason::LogUnknown { .. }
        ))
    );
    let other_key = |step: &crate::model::proof::Step| {
        step.name == StepName::Signature
            && matches!(step.outcome, Outcome::Failed(Reason::KeyMismatch { .. } | Reason::KeyType { .. }))
    };
    if about_log { proof.steps.iter().position(other_key).or(Some(stopped)) } else { Some(stopped) }
}
