//! One attestor against all classic signatures of an image: one good signature suffices (spec A.7).

use super::ask::{self, Problem};
use super::case::{Case, Ending, Judged};
use super::elsewhere::{self, Referred};
use super::identity;
use super::nearest::{self, Proved};
use super::policy::{Attestor, KeylessAttestor, Signer};
use super::words;
use crate::model::artifact::{ArtifactKind, Evidence, Found, Signature};
use crate::model::demand::{self, Demand};
use crate::model::missing::Missing;
use crate::model::proof::Proof;
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::trace::{Clause, EvidencePath, Outcome};
use crate::model::verifier::Verifier;

/// Judges one entry of an attestor set.
pub(super) fn judge(case: &Case<'_>, attestor: &Attestor, label: &str) -> Judged {
    let evidence = match case.evidence {
        Ok(evidence) => evidence,
        Err(missing) => return undecided(label, attestor.place(), missing.clone()),
    };
    let asked = ask::classic(case, attestor)
        .and_then(|demand| Ok((demand, elsewhere::evidence(case, attestor, evidence)?)));
    let (demand, there) = match asked {
        Ok(asked) => asked,
        Err(problem) => return cannot_ask(problem, label),
    };
    let at_tag = || {
        let signatures = there.cosign_signatures().filter(by_tag);
        let proofs: Vec<Proved<'_>> =
            signatures.map(|one| (one, prove(case, &there, one, &demand))).collect();
        from_proofs((case, &there), attestor, &demand, &proofs, label)
    };
    if !case.reading.referrers_first {
        return at_tag();
    }
    match elsewhere::referred(case, attestor, evidence, &there) {
        Referred::None => at_tag(),
        Referred::Unknown(missing, span) => undecided(label, &span, missing),
        Referred::One(holder, index) => {
            let of_referrer = |one: &Signature<'_>| {
                holder.artifacts.get(index).is_some_and(|artifact| std::ptr::eq(one.artifact, artifact))
            };
            let signatures = holder.cosign_signatures().filter(of_referrer);
            let proofs: Vec<Proved<'_>> =
                signatures.map(|one| (one, prove(case, &holder, one, &demand))).collect();
            // Who signed is compared with what was found here; only where nothing verifies is the tag looked at.
            let open = proofs.iter().any(|(_, proof)| proof.holds() || nearest::is_undecided(proof));
            if open { from_proofs((case, &holder), attestor, &demand, &proofs, label) } else { at_tag() }
        }
    }
}

/// What an entry comes to for which nothing can be asked.
pub(super) fn cannot_ask(problem: Problem, label: &str) -> Judged {
    match problem {
        Problem::Fails(message, reason, span) => {
            failed(Clause::new(label, Outcome::Failed(*reason)).at(&span), message)
        }
        Problem::Missing(missing, span) => undecided(label, &span, *missing),
    }
}

/// The proof of a classic signature or attestation.
pub(super) fn prove(
    case: &Case<'_>,
    evidence: &Evidence,
    signature: Signature<'_>,
    demand: &Demand,
) -> std::sync::Arc<Proof> {
    match &demand.signer {
        demand::Signer::Key(key)
            if !demand.stamps && signature.artifact.kind == ArtifactKind::CosignSignature =>
        {
            let verifier = Verifier {
                key: key.clone(),
                log: demand.log.clone(),
                annotations: demand.annotations.clone(),
                as_of: demand.as_of,
            };
            case.context.prover.prove(evidence, signature, &verifier)
        }
        _ => case.context.prover.prove_demand(evidence, signature, demand),
    }
}

/// Type Cosign looks at the tag `sha256-….sig` alone; a signature that hangs on the image as a referrer is not seen.
fn by_tag(signature: &Signature<'_>) -> bool {
    signature.artifact.found.iter().any(|found| matches!(found, Found::Tag(tag) if tag.ends_with(".sig")))
}

/// An entry that cannot be known.
pub(super) fn undecided(label: &str, span: &Span, missing: Missing) -> Judged {
    let clause = Clause::new(label, Outcome::Undecided(missing)).at(span);
    Judged { clause, ending: Ending::Error, deciding: Vec::new() }
}

fn failed(clause: Clause, message: String) -> Judged {
    Judged { clause, ending: Ending::Fail(message), deciding: Vec::new() }
}

fn from_proofs(
    (case, evidence): (&Case<'_>, &Evidence),
    attestor: &Attestor,
    demand: &Demand,
    proofs: &[Proved<'_>],
    label: &str,
) -> Judged {
    let mut clause = Clause::new(label, Outcome::Held).at(attestor.place());
    clause.children = proofs.iter().map(|proved| nearest::signature_clause(proved, attestor)).collect();
    let good: Vec<&Proved<'_>> = proofs.iter().filter(|(_, proof)| proof.holds()).collect();
    let judged = if good.is_empty() {
        None
    } else {
        let (clause, identity) = with_identity((case, evidence), clause.clone(), attestor, &good);
        Some(identity.unwrap_or_else(|| with_annotations(clause, attestor, &good)))
    };
    if let Some(judged) = judged.as_ref().filter(|judged| judged.ending == Ending::Pass) {
        return Judged { clause: judged.clause.clone(), ending: Ending::Pass, deciding: Vec::new() };
    }
    // What could not be read may have been a good signature: no denial can be based on the others.
    let unread = proofs.iter().position(|(_, proof)| nearest::is_undecided(proof));
    if let Some(index) = unread {
        let missing = clause.children.get(index).and_then(|child| match &child.outcome {
            Outcome::Undecided(missing) => Some(missing.clone()),
            _ => None,
        });
        clause.outcome = Outcome::Undecided(missing.unwrap_or(Missing::Waiting));
        return Judged { clause, ending: Ending::Error, deciding: vec![index] };
    }
    if let Some(gap) = evidence.gaps.iter().find(|gap| gap.is_at_tag(".sig")) {
        clause.outcome = Outcome::Undecided(gap.why.clone());
        return Judged { clause, ending: Ending::Error, deciding: Vec::new() };
    }
    if let Some(judged) = judged {
        return judged;
    }
    if proofs.is_empty() {
        clause.outcome = Outcome::Failed(nothing_here(evidence));
        return failed(clause, "no signatures found".to_owned());
    }
    none_good(clause, demand, proofs)
}

/// No signature verifies: the nearest one is named, Kyverno prints all.
fn none_good(mut clause: Clause, demand: &Demand, proofs: &[Proved<'_>]) -> Judged {
    let (nearest, step) = nearest::nearest_miss(proofs);
    if let Some(child) = clause.children.get_mut(nearest) {
        if let Some(cause) = child.children.get(step) {
            child.outcome = cause.outcome.clone();
        }
        clause.outcome = child.outcome.clone();
        clause.evidence.clone_from(&child.evidence);
    }
    let text = |(signature, proof): &Proved<'_>| match &demand.signer {
        demand::Signer::Key(_) if !demand.stamps => match proof.stopped().map(|step| &step.outcome) {
            Some(Outcome::Failed(Reason::LogAbsent { .. })) => words::NOT_FOUND.to_owned(),
            _ => proof.engine_message.clone(),
        },
        _ => words::classic(proof, *signature, demand),
    };
    let texts: Vec<String> = proofs.iter().map(text).collect();
    let message = format!("no matching signatures: {}", texts.join("\n "));
    Judged { clause, ending: Ending::Fail(message), deciding: vec![nearest, step] }
}

/// Signatures of other kinds are the likeliest reason why a signed image counts as unsigned.
fn nothing_here(evidence: &Evidence) -> Reason {
    other_kinds(
        evidence,
        "cosign signature",
        &[ArtifactKind::SigstoreBundle, ArtifactKind::NotationSignature],
    )
}

/// What there is of other kinds than the one that is read.
pub(super) fn other_kinds(evidence: &Evidence, wanted: &str, others: &[ArtifactKind]) -> Reason {
    let count = |wanted: &ArtifactKind| evidence.artifacts.iter().filter(|a| a.kind == *wanted).count();
    let present: Vec<String> = others
        .iter()
        .map(|kind| (count(kind), kind))
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| if count == 1 { format!("1 {kind}") } else { format!("{count} {kind}s") })
        .collect();
    if present.is_empty() {
        Reason::NoSignature
    } else {
        Reason::OtherKind { wanted: wanted.to_owned(), present }
    }
}

/// Some good signature must be by the identity asked for (`matchSignatures` of upstream). `None`: one is.
fn with_identity(
    about: (&Case<'_>, &Evidence),
    mut clause: Clause,
    attestor: &Attestor,
    good: &[&Proved<'_>],
) -> (Clause, Option<Judged>) {
    let Signer::Keyless(keyless) = &attestor.signer else { return (clause, None) };
    if !identity::asked(keyless) {
        return (clause, None);
    }
    let mut best: Option<(usize, Vec<usize>, Outcome)> = None;
    let (mut texts, mut matched, mut unknown) = (Vec::new(), false, None);
    for (signature, proof) in good {
        let Some(one) = of_signature(about, keyless, *signature, proof) else { continue };
        let held = one.children.iter().filter(|child| child.outcome == Outcome::Held).count();
        let deciding = one.children.iter().position(|child| matches!(child.outcome, Outcome::Failed(_)));
        match (&one.outcome, deciding) {
            (Outcome::Undecided(missing), _) => unknown = unknown.or(Some(missing.clone())),
            (Outcome::Failed(_), Some(deciding)) => {
                texts.push(one.engine);
                let path = vec![clause.children.len(), deciding];
                if best.as_ref().is_none_or(|(most, ..)| held > *most) {
                    best = Some((held, path, one.outcome.clone()));
                }
            }
            _ => matched = true,
        }
        let mut child = Clause::new("identity of the signer", one.outcome).at(&keyless.span);
        child.evidence = Some(EvidencePath { digest: proof.layer.clone(), pointer: CERTIFICATE.to_owned() });
        child.children = one.children;
        clause.children.push(child);
    }
    if matched {
        return (clause, None);
    }
    if let Some(missing) = unknown {
        clause.outcome = Outcome::Undecided(missing);
        let judged = Judged { clause: clause.clone(), ending: Ending::Error, deciding: Vec::new() };
        return (clause, Some(judged));
    }
    let Some((_, deciding, outcome)) = best else {
        let what = "the certificate of a good signature".to_owned();
        let missing = Missing::Malformed { what, problem: "it cannot be read again".to_owned() };
        return (clause.clone(), Some(undecided(&clause.label, &keyless.span, missing)));
    };
    clause.outcome = outcome;
    let judged = Judged { clause: clause.clone(), ending: Ending::Fail(texts.join("; ")), deciding };
    (clause, Some(judged))
}

/// Annotation that holds the certificate.
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";

/// One certificate against the identity.
struct OfSignature {
    outcome: Outcome,
    children: Vec<Clause>,
    engine: String,
}

fn of_signature(
    (case, evidence): (&Case<'_>, &Evidence),
    keyless: &KeylessAttestor,
    signature: Signature<'_>,
    proof: &Proof,
) -> Option<OfSignature> {
    let claims = case.context.prover.claimed(words::leaf(signature)?.claims(), evidence);
    let mut engine = None;
    let (mut outcome, mut children) = (Outcome::Held, Vec::new());
    for (mut child, text) in identity::compare(keyless, &claims) {
        child.reached = engine.is_none();
        child.evidence = Some(EvidencePath { digest: proof.layer.clone(), pointer: CERTIFICATE.to_owned() });
        if outcome == Outcome::Held && matches!(child.outcome, Outcome::Failed(_) | Outcome::Undecided(_)) {
            outcome = child.outcome.clone();
        }
        engine = engine.or(text);
        children.push(child);
    }
    Some(OfSignature { outcome, children, engine: engine.unwrap_or_default() })
}

/// What an attestation's signer is compared with: the outcome, its clauses, and Kyverno's text when it fails.
pub(super) fn identity_of(
    about: (&Case<'_>, &Evidence),
    attestor: &Attestor,
    signature: Signature<'_>,
    proof: &Proof,
) -> Option<(Outcome, Vec<Clause>, String)> {
    let Signer::Keyless(keyless) = &attestor.signer else { return None };
    if !identity::asked(keyless) {
        return None;
    }
    match of_signature(about, keyless, signature, proof) {
        Some(one) => Some((one.outcome, one.children, one.engine)),
        None => {
            let what = "the certificate of a good attestation".to_owned();
            let missing = Missing::Malformed { what, problem: "it cannot be read again".to_owned() };
            Some((Outcome::Undecided(missing), Vec::new(), String::new()))
        }
    }
}

/// Some good signature must carry every annotation asked for (`checkAnnotations` of upstream).
fn with_annotations(mut clause: Clause, attestor: &Attestor, good: &[&Proved<'_>]) -> Judged {
    let wanted = attestor.annotation_map();
    let carries = |proof: &Proof| wanted.iter().all(|(key, value)| proof.optional.get(key) == Some(value));
    if wanted.is_empty() || good.iter().any(|(_, proof)| carries(proof)) {
        return Judged { clause, ending: Ending::Pass, deciding: Vec::new() };
    }
    let Some((signature, proof)) = good.first().map(|proved| (&proved.0, &proved.1)) else {
        return Judged { clause, ending: Ending::Error, deciding: Vec::new() };
    };
    for (key, value) in &attestor.annotations {
        let found = proof.optional.get(key).cloned();
        let outcome = if found.as_ref() == Some(&value.value) {
            Outcome::Held
        } else {
            Outcome::Failed(Reason::Annotation { key: key.clone(), wanted: value.value.clone(), found })
        };
        let mut child = Clause::new(format!("annotations.{key}"), outcome).at(&value.span);
        let pointer = format!("/optional/{}", key.replace('~', "~0").replace('/', "~1"));
        child.evidence = Some(EvidencePath { digest: signature.layer.digest.clone(), pointer });
        clause.children.push(child);
    }
    let deciding = clause.children.iter().rposition(|child| matches!(child.outcome, Outcome::Failed(_)));
    if let Some(child) = deciding.and_then(|index| clause.children.get(index)) {
        clause.outcome = child.outcome.clone();
    }
    let message = "no signature matched the required annotations".to_owned();
    Judged { clause, ending: Ending::Fail(message), deciding: deciding.into_iter().collect() }
}
