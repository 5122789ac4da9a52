//! cosign's decision over everything that hangs on an image (`pkg/cosign/verify.go`).

use std::sync::Arc;

use crate::format::predicate_type::predicate_type;
use crate::model::artifact::{Found, Signature};
use crate::model::proof::Step;
use crate::model::{
    ArtifactKind, Code, Demand, Evidence, Missing, Outcome, Proof, Reason, StepName, Verdict,
};
use crate::port::Prover;
use crate::report::verify::{Judged, Verification};
use crate::verify::readable_bundle;

/// An answer that says only why there is none.
pub(super) fn undecided(image: &str, code: Code, message: String) -> Verification {
    Verification {
        image: image.to_owned(),
        digest: None,
        verdict: Verdict::Error,
        code,
        message,
        signatures: Vec::new(),
    }
}

/// Bundles first, then classic signatures; of those one good one is enough. Where cosign takes "could not look" for
/// "there is none", this is undecided.
pub(super) fn signatures(
    image: &str,
    evidence: &Evidence,
    demand: &Demand,
    bundles_first: bool,
    prover: &dyn Prover,
) -> Verification {
    decide(image, evidence, demand, bundles_first, &ArtifactKind::CosignSignature, prover)
}

/// The same for attestations; of those that verify, one must be of the type.
pub(super) fn attestations(
    image: &str,
    evidence: &Evidence,
    demand: &Demand,
    bundles_first: bool,
    predicate: &str,
    prover: &dyn Prover,
) -> Verification {
    let mut answer = decide(image, evidence, demand, bundles_first, &ArtifactKind::CosignAttestation, prover);
    let wanted = predicate_type(predicate);
    let mut found = Vec::new();
    for judged in &mut answer.signatures {
        let Some(name) = judged.proof.predicate.clone() else { continue };
        if judged.proof.holds() && name != wanted {
            found.push(name.clone());
        }
        let outcome = if name == wanted {
            Outcome::Held
        } else {
            Outcome::Failed(Reason::PredicateType { wanted: wanted.to_owned(), found: name })
        };
        let mut proof = (*judged.proof).clone();
        if outcome != Outcome::Held && proof.stopped_at.is_none() {
            proof.stopped_at = Some(proof.steps.len());
            proof.engine_message = "none of the attestations matched the predicate type".to_owned();
        }
        proof.steps.push(Step { name: StepName::Predicate, outcome, facts: Vec::new() });
        judged.proof = Arc::new(proof);
    }
    if answer.verdict != Verdict::Pass {
        return answer;
    }
    let good = answer.signatures.iter().filter(|judged| judged.proof.holds()).count();
    if good > 0 {
        answer.message = format!("{good} attestations of the type {wanted} hold");
        return answer;
    }
    let open = answer.signatures.iter().find_map(|judged| stopped_by(&judged.proof).1);
    if let Some(missing) = open {
        (answer.verdict, answer.code) = (Verdict::Error, Code::of_missing(&missing));
        answer.message = missing.to_string();
        return answer;
    }
    let kinds = [ArtifactKind::SigstoreBundle, ArtifactKind::CosignAttestation];
    if let Some(gap) = kinds.iter().find_map(|kind| evidence.gap_for(kind)) {
        (answer.verdict, answer.code) = (Verdict::Error, Code::of_missing(&gap.why));
        answer.message = format!("not all attestations could be read: {}: {}", gap.what, gap.why);
        return answer;
    }
    let reason = Reason::PredicateType { wanted: wanted.to_owned(), found: found.join(", ") };
    (answer.verdict, answer.code) = (Verdict::Deny, reason.code());
    answer.message = crate::explain::outcome_sentence(&Outcome::Failed(reason));
    answer
}

fn decide(
    image: &str,
    evidence: &Evidence,
    demand: &Demand,
    bundles_first: bool,
    classic: &ArtifactKind,
    prover: &dyn Prover,
) -> Verification {
    let mut answer = Verification {
        digest: Some(evidence.digest.clone()),
        ..undecided(image, Code::SigNone, String::new())
    };
    let judged = |signature: Signature<'_>| Judged {
        manifest: signature.artifact.digest.clone(),
        index: signature.index,
        proof: prover.prove_demand(evidence, signature, demand),
    };
    let bundle = ArtifactKind::SigstoreBundle;
    let unread = evidence.gap_for(&bundle).filter(|_| bundles_first);
    if bundles_first {
        // cosign looks for bundles among referrers alone. What it cannot read it passes over; what could not be fetched may be one that counts.
        answer.signatures = evidence
            .layers_of(&bundle)
            .filter(|signature| signature.artifact.found.iter().any(|found| !matches!(found, Found::Tag(_))))
            .filter(|signature| signature.layer.blob.bytes().is_err() || readable_bundle(*signature).is_ok())
            .map(judged)
            .collect();
    }
    if answer.signatures.is_empty() {
        if let Some(gap) = unread {
            answer.code = Code::of_missing(&gap.why);
            answer.message =
                format!("whether there are sigstore bundles cannot be known: {}: {}", gap.what, gap.why);
            return answer;
        }
        let suffix = if *classic == ArtifactKind::CosignSignature { ".sig" } else { ".att" };
        let at_tag =
            |signature: &Signature<'_>| signature.artifact.found.iter().any(|found| found.is_tag(suffix));
        answer.signatures = evidence.layers_of(classic).filter(at_tag).map(judged).collect();
        // Classic signatures are read at their tag alone; what referrers hide is another question.
        let gap = evidence.gaps.iter().find(|gap| gap.is_at_tag(suffix));
        return judge(answer, gap.map(|gap| (gap.what.as_str(), &gap.why)));
    }
    judge(answer, unread.map(|gap| (gap.what.as_str(), &gap.why)))
}

fn judge(answer: Verification, gap: Option<(&str, &Missing)>) -> Verification {
    let (verdict, code, message) = verdict(&answer.signatures, gap);
    Verification { verdict, code, message, ..answer }
}

fn verdict(signatures: &[Judged], gap: Option<(&str, &Missing)>) -> (Verdict, Code, String) {
    let good: Vec<&Judged> = signatures.iter().filter(|judged| judged.proof.holds()).collect();
    if !good.is_empty() {
        let mut message = format!("{} of {} signatures hold; one is enough", good.len(), signatures.len());
        // Any statement counts for cosign: it must not be called a signature when it is none.
        let mut types: Vec<&str> =
            good.iter().filter_map(|judged| judged.proof.predicate.as_deref()).collect();
        types.dedup();
        if !types.is_empty() {
            message.push_str(&format!("; of the type {}", types.join(", ")));
        }
        return (Verdict::Pass, Code::Pass, message);
    }
    if let Some((what, why)) = gap {
        let message = format!("not all signatures could be read: {what}: {why}");
        return (Verdict::Error, Code::of_missing(why), message);
    }
    let undecided = signatures.iter().find_map(|judged| stopped_by(&judged.proof).1);
    if let Some(missing) = undecided {
        return (Verdict::Error, Code::of_missing(&missing), missing.to_string());
    }
    // The signature that came furthest says most about what is wrong.
    match signatures.iter().max_by_key(|judged| judged.proof.stopped_at) {
        None => (Verdict::Deny, Code::SigNone, "no cosign signature hangs on the image".to_owned()),
        Some(nearest) => {
            let (outcome, _) = stopped_by(&nearest.proof);
            let code = outcome.as_ref().and_then(Outcome::code).unwrap_or(Code::SigMalformed);
            let said = outcome.map(|outcome| crate::explain::outcome_sentence(&outcome)).unwrap_or_default();
            (Verdict::Deny, code, said)
        }
    }
}

fn stopped_by(proof: &Proof) -> (Option<Outcome>, Option<Missing>) {
    let outcome = proof.stopped().map(|step| step.outcome.clone());
    let missing = match &outcome {
        Some(Outcome::Undecided(missing)) => Some(missing.clone()),
        _ => None,
    };
    (outcome, missing)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::artifact::{Artifact, Gap, ReferrersApi};
    use crate::model::demand::Signer;
    use crate::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};
    use crate::model::{Digest, Reference};

    fn digest() -> Digest {
        Digest::from_sha256(&[7; 32])
    }

    fn evidence(kinds: &[ArtifactKind], hidden: Option<ArtifactKind>) -> Evidence {
        let artifact = |kind: &ArtifactKind| Artifact {
            kind: kind.clone(),
            digest: digest(),
            media_type: String::new(),
            artifact_type: String::new(),
            found: vec![match kind {
                ArtifactKind::CosignSignature => Found::Tag("sha256-07.sig".to_owned()),
                _ => Found::Referrers,
            }],
            subject: None,
            annotations: BTreeMap::new(),
            size: 2,
            layers: Vec::new(),
            raw: b"{}".as_slice().into(),
        };
        let why = Missing::Denied { host: "a.b".into(), status: 403, detail: String::new() };
        let via = |kind: &ArtifactKind| match kind {
            ArtifactKind::CosignSignature => Found::Tag("sha256-07.sig".to_owned()),
            _ => Found::Referrers,
        };
        let gap = |kind| Gap { what: "it".to_owned(), via: via(&kind), hides: vec![kind], why };
        Evidence {
            subject: Reference::parse("a.b/c:d").unwrap(),
            digest: digest(),
            media_type: String::new(),
            size: 2,
            platforms: Vec::new(),
            artifacts: kinds.iter().map(artifact).collect(),
            gaps: hidden.map(gap).into_iter().collect(),
            signed: Vec::new(),
            referrers: ReferrersApi::Answered,
            raw: b"{}".as_slice().into(),
        }
    }

    fn ask(evidence: &Evidence, bundles_first: bool) -> (Verdict, Code) {
        let demand = Demand {
            signer: Signer::Key(KeyDemand { pem: String::new(), hash: HashAlgorithm::Sha256 }),
            log: LogDemand::Ignored,
            logs: [].into(),
            stamps: false,
            bundles: crate::model::demand::Bundles::Cosign,
            stamp_authorities: [].into(),
            annotations: BTreeMap::new(),
            as_of: crate::model::Moment::default(),
        };
        let answer = signatures("a.b/c:d", evidence, &demand, bundles_first, &crate::verify::Memory::new());
        (answer.verdict, answer.code)
    }

    #[test]
    fn nothing_is_a_denial_only_when_everything_was_looked_at() {
        assert_eq!(ask(&evidence(&[], None), true), (Verdict::Deny, Code::SigNone));
        for hidden in [ArtifactKind::CosignSignature, ArtifactKind::SigstoreBundle] {
            assert_eq!(ask(&evidence(&[], Some(hidden)), true), (Verdict::Error, Code::NetDenied));
        }
        let unrelated = evidence(&[], Some(ArtifactKind::NotationSignature));
        assert_eq!(ask(&unrelated, true), (Verdict::Deny, Code::SigNone));
    }

    #[test]
    fn what_stands_elsewhere_is_not_what_cosign_reads() {
        let held = |kind: ArtifactKind, found: Found| {
            let mut evidence = evidence(&[kind], None);
            evidence.artifacts[0].found = vec![found];
            let layer = crate::model::Layer {
                media_type: String::new(),
                digest: digest(),
                size: 2,
                annotations: BTreeMap::new(),
                blob: crate::model::artifact::Blob::Held(b"{}".as_slice().into()),
            };
            evidence.artifacts[0].layers = vec![layer];
            ask(&evidence, true).1
        };
        let signature = |found| held(ArtifactKind::CosignSignature, found);
        let tag = |suffix: &str| Found::Tag(format!("sha256-07{suffix}"));
        assert_ne!(signature(tag(".sig")), Code::SigNone);
        assert_eq!(signature(tag(".att")), Code::SigNone);
        assert_eq!(signature(Found::Referrers), Code::SigNone);
        assert_eq!(signature(Found::Index), Code::SigNone);
    }

    #[test]
    fn what_hides_bundles_counts_only_where_they_are_asked_for() {
        let unreadable = evidence(&[ArtifactKind::SigstoreBundle], None);
        assert_eq!(ask(&unreadable, true), (Verdict::Deny, Code::SigNone));
        let hidden = evidence(&[], Some(ArtifactKind::SigstoreBundle));
        assert_eq!(ask(&hidden, false), (Verdict::Deny, Code::SigNone));
    }
}
