//! The lines below a signature that say how far it was verified: one for each demand, with its steps.

use super::node::{EvidenceNode, Standing};
use crate::explain;
use crate::model::artifact::Artifact;
use crate::model::identity::Identity;
use crate::model::proof::{Proof, Step, StepName};
use crate::model::verifier::{LogDemand, Verifier};
use crate::model::world::ProofRow;
use crate::model::{Outcome, World};

/// The demands that were put to a signature, and the best answer with a word for it.
pub(super) fn proof_nodes(
    world: &World,
    artifact: &Artifact,
    index: usize,
) -> (Vec<EvidenceNode>, Option<(Standing, String)>) {
    let rows: Vec<&ProofRow> =
        world.proofs.iter().filter(|row| row.artifact == artifact.digest && row.index == index).collect();
    let nodes = rows.iter().enumerate().map(|(number, row)| proof_node(number, row)).collect();
    let best = rows.iter().map(|row| answer(&row.proof)).min_by_key(|(standing, _)| rank(*standing));
    (nodes, best)
}

fn rank(standing: Standing) -> usize {
    match standing {
        Standing::Held => 0,
        Standing::Undecided => 1,
        _ => 2,
    }
}

/// What a proof comes to, with who signed.
fn answer(proof: &Proof) -> (Standing, String) {
    match (proof.holds(), &proof.identity, proof.stopped()) {
        (true, Some(identity), _) => (Standing::Held, format!("verified, {}", identity_words(identity))),
        (true, None, _) => (Standing::Held, "verified".to_owned()),
        (false, _, Some(step)) => {
            let code = step.outcome.code().map(|code| format!(" [{code}]")).unwrap_or_default();
            (Standing::of(&step.outcome), format!("{}: {}{code}", step.name.words(), step.outcome.word()))
        }
        (false, _, None) => (Standing::NotChecked, "not verified".to_owned()),
    }
}

fn identity_words(identity: &Identity) -> String {
    match identity {
        Identity::Key(key) => format!("{} SHA256:{}", key.kind, key.fingerprint),
        Identity::Certificate(certificate) => certificate
            .sans
            .first()
            .map_or_else(|| "certificate without a name".to_owned(), |(_, name)| name.clone()),
    }
}

fn proof_node(number: usize, row: &ProofRow) -> EvidenceNode {
    let (standing, word) = answer(&row.proof);
    let label = format!("check {}, {}: {word}", number + 1, demand_words(&row.verifier));
    let mut node = EvidenceNode::new(format!("proof {number}"), label, standing)
        .fact("log", &log_words(&row.verifier.log))
        .fact("as of", &row.verifier.as_of);
    for (key, value) in &row.verifier.annotations {
        node.facts.push((format!("wanted annotation {key}"), value.clone()));
    }
    node.facts.push(("key asked for".to_owned(), row.verifier.key.pem.clone()));
    if !row.proof.engine_message.is_empty() {
        node = node.fact("cosign prints", &row.proof.engine_message);
    }
    if let Some(time) = row.proof.logged_at {
        node = node.fact("logged at", &time);
    }
    let stopped = row.proof.stopped_at.unwrap_or(usize::MAX);
    node.children =
        row.proof.steps.iter().enumerate().map(|(index, step)| step_node(step, index > stopped)).collect();
    node
}

/// The key by its fingerprint where a step read it.
fn demand_words(verifier: &Verifier) -> String {
    match &verifier.log {
        LogDemand::Ignored => format!("{:?} key signature, log ignored", verifier.key.hash).to_lowercase(),
        LogDemand::Required { .. } => {
            format!("{:?} key signature, log required", verifier.key.hash).to_lowercase()
        }
    }
}

fn log_words(log: &LogDemand) -> String {
    match log {
        LogDemand::Ignored => "ignored by the policy or the caller".to_owned(),
        LogDemand::Required { keys, .. } => format!("an entry by one of {} trusted keys", keys.len()),
    }
}

fn step_node(step: &Step, behind: bool) -> EvidenceNode {
    let mut label = step.name.words().to_owned();
    if let Some(code) = step.outcome.code() {
        label.push_str(&format!(" [{code}]"));
    } else if step.outcome != Outcome::Held {
        label.push_str(&format!(" ({})", explain::outcome_word(&step.outcome)));
    }
    if behind && step.outcome == Outcome::Held {
        label.push_str(" (for information)");
    }
    let mut node = EvidenceNode::new(step_id(step.name), label, Standing::of(&step.outcome));
    if step.outcome != Outcome::Held {
        node = node.fact("outcome", &explain::outcome_sentence(&step.outcome));
    }
    for fact in &step.facts {
        node = node.fact(fact.label, &fact.value);
    }
    node.children = step
        .facts
        .iter()
        .enumerate()
        .map(|(index, fact)| {
            let standing = if step.outcome == Outcome::Held { Standing::Plain } else { Standing::Claim };
            let label = format!("{}: {}", fact.label, fact.value);
            let mut child = EvidenceNode::new(format!("{index}"), label, standing);
            child.value.clone_from(&fact.value);
            child.noise = step.outcome == Outcome::Held;
            child
        })
        .collect();
    node
}

fn step_id(name: StepName) -> String {
    format!("{name:?}")
}
