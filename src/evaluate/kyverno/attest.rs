//! Attestations of an entry: for each, so many of its attestors must verify statements that meet the conditions
//! (`verifyAttestations` of upstream, spec A.10).

use super::ask;
use super::asked::Asked;
use super::case::{Case, Ending, Judged};
use super::conditions::{self, Met};
use super::elsewhere;
use super::nearest::{self, Proved};
use super::policy::{Attestation, Attestor, AttestorSet, Placed, Signer};
use super::root::Root;
use super::statement::{self, Fetched, Got, Statement};
use super::{route, signature, words};
use crate::model::artifact::{ArtifactKind, Evidence, Found, Signature};
use crate::model::missing::Missing;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, EvidencePath, Outcome};

/// Judges one of `attestations`. What is verified goes into the variables of `root` under its name.
pub(super) fn judge(case: &Case<'_>, attestation: &Attestation, index: usize, root: &mut Root) -> Judged {
    let path = format!(".attestations[{index}]");
    let mut clause = Clause::new(path.trim_start_matches('.'), Outcome::Held).at(&attestation.span);
    if attestation.kind.value.is_empty() {
        let reason = Reason::PolicyInvalid { problem: "an attestation without a type".to_owned() };
        clause.outcome = Outcome::Failed(reason);
        let message = format!("{path}: missing type");
        return Judged { clause, ending: Ending::Fail(message), deciding: Vec::new() };
    }
    let anybody = [anybody(attestation)];
    let sets = if attestation.attestors.is_empty() { &anybody[..] } else { &attestation.attestors };
    // Errors of one set stay in the list for the next.
    let mut errors: Vec<String> = Vec::new();
    let mut ended: Option<(Ending, Vec<usize>, Outcome)> = None;
    for (number, set) in sets.iter().enumerate() {
        let place = Place { path: format!("{path}.attestors[{number}]"), attestation: index };
        let mut judged = judge_set(case, attestation, set, &place, &mut errors, root);
        judged.clause.reached = ended.is_none();
        let outcome = judged.clause.outcome.clone();
        clause.children.push(judged.clause);
        if judged.ending != Ending::Pass {
            let deciding = std::iter::once(number).chain(judged.deciding).collect();
            let open = matches!(ended, Some((Ending::Error, ..)));
            if ended.is_none() || (judged.ending == Ending::Error && !open) {
                ended = Some((judged.ending, deciding, outcome));
            }
        }
    }
    match ended {
        None => Judged { clause, ending: Ending::Pass, deciding: Vec::new() },
        Some((ending, deciding, outcome)) => {
            clause.outcome = outcome;
            Judged { clause, ending, deciding }
        }
    }
}

/// Without attestors, anybody who has a certificate of the trust root may have signed.
fn anybody(attestation: &Attestation) -> AttestorSet {
    let entry = Attestor {
        span: attestation.span.clone(),
        annotations: Vec::new(),
        signer: match &attestation.roots {
            Some(roots) => Signer::AnyoneOf(Box::new(roots.clone())),
            None => Signer::Anyone,
        },
        repository: None,
        unsupported: Vec::new(),
        asked: Asked::default(),
    };
    AttestorSet { span: attestation.span.clone(), count: None, entries: vec![entry] }
}

/// Where a set stands, as Kyverno's messages have it.
struct Place {
    path: String,
    attestation: usize,
}

fn judge_set(
    case: &Case<'_>,
    attestation: &Attestation,
    set: &AttestorSet,
    place: &Place,
    errors: &mut Vec<String>,
    root: &mut Root,
) -> Judged {
    let label = place.path.trim_start_matches('.');
    let required = set.required();
    let (mut verified, mut undecided) = (0, 0);
    let mut clause = Clause::new(label, Outcome::Held).at(&set.span);
    let mut decisive: Vec<(Ending, Vec<usize>)> = Vec::new();
    for (number, attestor) in set.entries.iter().enumerate() {
        // Upstream counts attestations here, not entries.
        // A set in place of an entry is read over there, and has no name in its messages.
        let suffix = if matches!(attestor.signer, Signer::Nested(_)) { "" } else { attestor.suffix() };
        let shown = format!("{}.entries[{}]{suffix}", place.path, place.attestation);
        let label = format!("{label}.entries[{number}]{}", attestor.suffix());
        let enough = required > 0 && verified >= required;
        let mut judged = judge_entry(case, attestation, attestor, &label, root);
        judged.clause.reached = !enough;
        clause.children.push(judged.clause);
        if enough {
            continue;
        }
        match &judged.ending {
            Ending::Pass => verified += 1,
            Ending::Error => undecided += 1,
            Ending::Fail(text) => {
                let own = judged.of_conditions;
                errors.push(if own { format!("{shown}: {text}") } else { text.clone() });
            }
        }
        decisive.push((judged.ending, std::iter::once(number).chain(judged.deciding).collect()));
    }
    let pick = |wanted: &dyn Fn(&Ending) -> bool| decisive.iter().find(|(ending, _)| wanted(ending));
    if verified >= required && required > 0 {
        return Judged { clause, ending: Ending::Pass, deciding: Vec::new() };
    }
    let (ending, found) = if undecided > 0 && verified + undecided >= required {
        (Ending::Error, pick(&|ending| *ending == Ending::Error))
    } else {
        let words =
            if errors.is_empty() { "attestations verification failed".to_owned() } else { errors.join("; ") };
        let message = format!(
            "image attestations verification failed, verifiedCount: {verified}, requiredCount: {required}, error: {words}"
        );
        (Ending::Fail(message), pick(&|ending| matches!(ending, Ending::Fail(_))))
    };
    let deciding = found.map(|(_, path)| path.clone()).unwrap_or_default();
    let child = deciding.first().and_then(|index| clause.children.get(*index));
    clause.outcome = child
        .map_or(Outcome::Failed(Reason::Threshold { required, found: verified }), |child| {
            child.outcome.clone()
        });
    Judged { clause, ending, deciding }
}

/// An entry judged; `of_conditions`: its error comes from the statements and has the entry's path in front.
struct EntryJudged {
    clause: Clause,
    ending: Ending,
    deciding: Vec<usize>,
    of_conditions: bool,
}

fn judge_entry(
    case: &Case<'_>,
    attestation: &Attestation,
    attestor: &Attestor,
    label: &str,
    root: &mut Root,
) -> EntryJudged {
    let fetched = route::attestations(case, attestor, attestation, label);
    let mut clause = fetched.clause;
    let plain = |clause, ending, deciding| EntryJudged { clause, ending, deciding, of_conditions: false };
    let statements = match fetched.result {
        Got::Statements(statements) => statements,
        Got::Fail(message) => return plain(clause, Ending::Fail(message), fetched.deciding),
        Got::Undecided => return plain(clause, Ending::Error, fetched.deciding),
    };
    let Some(first) = statements.iter().find(|statement| statement.predicate.is_object()) else {
        let message = "predicate not found in any statement".to_owned();
        let problem = "no predicate is an object".to_owned();
        clause.outcome = Outcome::Failed(Reason::Malformed { what: "predicate", problem });
        return plain(clause, Ending::Fail(message), Vec::new());
    };
    root.name(&attestation.name, &first.predicate);
    let mut judged = judge_statements(case, attestation, clause, &statements, root);
    if judged.ending == Ending::Pass
        && let Some(missing) = fetched.unread
    {
        // Every statement of the type must hold, also the one that could not be read.
        judged.clause.outcome = Outcome::Undecided(missing);
        judged.ending = Ending::Error;
        judged.deciding = Vec::new();
    }
    judged
}

/// Every statement of the type must meet the conditions (`verifyAttestation`).
fn judge_statements(
    case: &Case<'_>,
    attestation: &Attestation,
    mut clause: Clause,
    statements: &[Statement],
    root: &Root,
) -> EntryJudged {
    let of_type: Vec<&Statement> =
        statements.iter().filter(|statement| statement.kind == attestation.kind.value).collect();
    let done = |clause, ending, deciding| EntryJudged { clause, ending, deciding, of_conditions: true };
    if of_type.is_empty() {
        let message = format!("attestions not found for predicate type {}", attestation.kind.value);
        let mut kinds: Vec<&str> = statements.iter().map(|statement| statement.kind.as_str()).collect();
        kinds.dedup();
        let reason =
            Reason::PredicateType { wanted: attestation.kind.value.clone(), found: kinds.join(", ") };
        let at = clause.children.len();
        let mut child = Clause::new("type", Outcome::Failed(reason.clone())).at(&attestation.kind.span);
        child.evidence = statements
            .first()
            .map(|first| EvidencePath { digest: first.layer.clone(), pointer: "/predicateType".to_owned() });
        clause.children.push(child);
        clause.outcome = Outcome::Failed(reason);
        return done(clause, Ending::Fail(message), vec![at]);
    }
    let mut first: Option<(Ending, Vec<usize>, Outcome)> = None;
    for statement in of_type {
        let Met { clause: mut child, ending, deciding } =
            conditions::on_statement(case, attestation, statement, root);
        child.reached = first.is_none();
        let at = clause.children.len();
        let outcome = child.outcome.clone();
        clause.children.push(child);
        let fails = matches!(ending, Ending::Fail(_));
        // A statement that fails decides whatever the ones that cannot be known.
        let better = match &first {
            None => ending != Ending::Pass,
            Some((Ending::Error, ..)) => fails,
            Some(_) => false,
        };
        if better {
            first = Some((ending, std::iter::once(at).chain(deciding).collect(), outcome));
        }
    }
    match first {
        None => done(clause, Ending::Pass, Vec::new()),
        Some((ending, deciding, outcome)) => {
            clause.outcome = outcome;
            done(clause, ending, deciding)
        }
    }
}

/// Type Cosign: every good attestation at the tag `sha256-….att`, of any type (`FetchAttestations`).
pub(super) fn fetch(
    case: &Case<'_>,
    attestor: &Attestor,
    attestation: &Attestation,
    mut clause: Clause,
) -> Fetched {
    let evidence = match case.evidence {
        Ok(evidence) => evidence,
        Err(missing) => return Fetched::undecided(clause, missing.clone()),
    };
    let asked = ask::classic(case, attestor)
        .and_then(|demand| Ok((demand, elsewhere::evidence(case, attestor, evidence)?)));
    let (demand, there) = match asked {
        Ok(asked) => asked,
        Err(problem) => {
            let judged = signature::cannot_ask(problem, &clause.label);
            let result = match judged.ending {
                Ending::Fail(message) => Got::Fail(message),
                _ => Got::Undecided,
            };
            return Fetched { clause: judged.clause, result, deciding: Vec::new(), unread: None };
        }
    };
    let evidence = &*there;
    let proofs: Vec<Proved<'_>> =
        at_tag(evidence).map(|one| (one, signature::prove(case, evidence, one, &demand))).collect();
    clause.children = proofs.iter().map(|proved| nearest::signature_clause(proved, attestor)).collect();
    let open = proofs.iter().position(|(_, proof)| nearest::is_undecided(proof));
    let unread = open
        .and_then(|index| clause.children.get(index))
        .map(|child| match &child.outcome {
            Outcome::Undecided(missing) => missing.clone(),
            _ => Missing::Waiting,
        })
        .or_else(|| evidence.gaps.iter().find(|gap| gap.is_at_tag(".att")).map(|gap| gap.why.clone()));
    if proofs.iter().any(|(_, proof)| proof.holds()) {
        return with_identity((case, evidence), attestor, &attestation.kind, clause, &proofs, unread);
    }
    if let Some(missing) = unread {
        clause.outcome = Outcome::Undecided(missing);
        let deciding = open.into_iter().collect();
        return Fetched { clause, result: Got::Undecided, deciding, unread: None };
    }
    let texts: Vec<String> =
        proofs.iter().map(|(signature, proof)| words::classic(proof, *signature, &demand)).collect();
    let message = format!("no matching attestations: {}", texts.join("\n "));
    if proofs.is_empty() {
        clause.outcome = Outcome::Failed(nothing_here(evidence));
        return Fetched { clause, result: Got::Fail(message), deciding: Vec::new(), unread: None };
    }
    let (nearest, step) = nearest::nearest_miss(&proofs);
    if let Some(child) = clause.children.get(nearest) {
        clause.outcome = child.outcome.clone();
        clause.evidence.clone_from(&child.evidence);
    }
    Fetched { clause, result: Got::Fail(message), deciding: vec![nearest, step], unread: None }
}

fn at_tag(evidence: &Evidence) -> impl Iterator<Item = Signature<'_>> {
    let by_tag = |signature: &Signature<'_>| {
        signature.artifact.found.iter().any(|found| matches!(found, Found::Tag(tag) if tag.ends_with(".att")))
    };
    evidence.layers_of(&ArtifactKind::CosignAttestation).filter(by_tag)
}

fn nothing_here(evidence: &Evidence) -> Reason {
    match signature::other_kinds(evidence, "cosign attestation", &[ArtifactKind::SigstoreBundle]) {
        Reason::NoSignature => Reason::NoAttestation,
        other => other,
    }
}

/// A good attestation of the type whose signer is another fails the whole entry.
fn with_identity(
    about: (&Case<'_>, &Evidence),
    attestor: &Attestor,
    kind: &Placed<String>,
    mut clause: Clause,
    proofs: &[Proved<'_>],
    unread: Option<Missing>,
) -> Fetched {
    let mut statements = Vec::new();
    let mut unknown = None;
    for (signature, proof) in proofs.iter().filter(|(_, proof)| proof.holds()) {
        let read = statement::payload(*signature).and_then(|payload| statement::read(&payload));
        let (found, predicate) = match read {
            Ok(read) => read,
            Err(problem) => {
                let missing = Missing::Malformed { what: "a verified statement".to_owned(), problem };
                return Fetched::undecided(clause, missing);
            }
        };
        if found == kind.value
            && let Some((outcome, children, text)) =
                signature::identity_of(about, attestor, *signature, proof)
        {
            let deciding = children.iter().position(|child| matches!(child.outcome, Outcome::Failed(_)));
            let mut child = Clause::new("identity of the signer", outcome.clone()).at(attestor.place());
            child.children = children;
            let at = clause.children.len();
            clause.children.push(child);
            match outcome {
                Outcome::Failed(_) => {
                    clause.outcome = outcome;
                    let deciding = std::iter::once(at).chain(deciding).collect();
                    return Fetched { clause, result: Got::Fail(text), deciding, unread: None };
                }
                Outcome::Undecided(missing) => unknown = unknown.or(Some(missing)),
                _ => {}
            }
        }
        statements.push(Statement { kind: found, predicate, layer: proof.layer.clone() });
    }
    if let Some(missing) = unknown {
        return Fetched::undecided(clause, missing);
    }
    if let Some((key, wanted)) = attestor.annotations.first() {
        // The payload of an attestation is an envelope, in which annotations are never found.
        let reason = Reason::Annotation { key: key.clone(), wanted: wanted.value.clone(), found: None };
        clause.outcome = Outcome::Failed(reason.clone());
        let at = clause.children.len();
        clause
            .children
            .push(Clause::new(format!("annotations.{key}"), Outcome::Failed(reason)).at(&wanted.span));
        let message = "no signature matched the required annotations".to_owned();
        return Fetched { clause, result: Got::Fail(message), deciding: vec![at], unread: None };
    }
    Fetched { clause, result: Got::Statements(statements), deciding: Vec::new(), unread }
}
