//! The lines below a signature that say how far it was verified: one for each demand, with its steps.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::node::{EvidenceNode, Standing};
use crate::explain;
use crate::model::artifact::{Artifact, Evidence};
use crate::model::demand::{CertificateDemand, Demand, Signer, Wanted};
use crate::model::identity::Identity;
use crate::model::notary::{NotaryAction, NotaryProof};
use crate::model::proof::{Fact, Proof, Step, StepName};
use crate::model::verifier::{HashAlgorithm, LogDemand};
use crate::model::world::{Asked, ImageState, ProofRow};
use crate::model::{Moment, Outcome, World};

/// The demands that were put to a signature, and the best answer with a word for it.
pub(super) fn proof_nodes(
    world: &World,
    evidence: &Evidence,
    artifact: &Artifact,
    index: usize,
) -> (Vec<EvidenceNode>, Option<(Standing, String)>) {
    // The same manifest can be copied to another image: only what was proved about this one counts here.
    let here = |row: &&ProofRow| {
        row.subject == evidence.digest && row.artifact == artifact.digest && row.index == index
    };
    let rows: Vec<&ProofRow> = world.proofs.iter().filter(here).collect();
    let nodes = rows.iter().enumerate().map(|(number, row)| proof_node(world, number, row)).collect();
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

fn proof_node(world: &World, number: usize, row: &ProofRow) -> EvidenceNode {
    let (standing, word) = answer(&row.proof);
    let asked = Words::of(&row.asked);
    let label = format!("check {}, {}: {word}", number + 1, asked.title());
    let mut node = EvidenceNode::new(format!("proof {number}"), label, standing)
        .fact("log", &log_words(asked.log))
        .fact("as of", &asked.as_of);
    for (key, value) in asked.annotations {
        node.facts.push((format!("wanted annotation {key}"), value.clone()));
    }
    node.facts.extend(asked.signer_facts());
    if !row.proof.engine_message.is_empty() {
        node = node.fact("cosign prints", &row.proof.engine_message);
    }
    if let Some(time) = row.proof.logged_at {
        node = node.fact("logged at", &time);
    }
    let stopped = row.proof.stopped_at.unwrap_or(usize::MAX);
    node.children =
        row.proof.steps.iter().enumerate().map(|(index, step)| step_node(step, index > stopped)).collect();
    node.children.extend(elsewhere(world, &row.proof));
    node
}

/// Where the signature is of something else: of what.
fn elsewhere(world: &World, proof: &Proof) -> Option<EvidenceNode> {
    let claim = proof.step(StepName::Claim)?;
    if !matches!(claim.outcome, Outcome::Failed(_)) {
        return None;
    }
    let claimed = proof.claimed_digest.as_ref()?;
    let named = world.images.iter().find(|row| match &row.state {
        ImageState::Ready(evidence) => {
            evidence.digest.as_str() == claimed
                || evidence.platforms.iter().any(|platform| platform.digest.as_str() == claimed)
        }
        _ => false,
    });
    let whose = named.map_or_else(|| "none of the images here".to_owned(), |row| row.name.to_string());
    let label = format!("it is the signature of {claimed}: {whose}");
    let mut node = EvidenceNode::new("elsewhere", label, Standing::Claim);
    node.value.clone_from(claimed);
    Some(node)
}

/// What was asked for, whichever form the question had.
struct Words<'a> {
    key: Option<(HashAlgorithm, &'a str)>,
    certificate: Option<&'a CertificateDemand>,
    log: &'a LogDemand,
    annotations: &'a BTreeMap<String, String>,
    as_of: Moment,
}

impl<'a> Words<'a> {
    fn of(asked: &'a Asked) -> Self {
        match asked {
            Asked::Key(verifier) => Self {
                key: Some((verifier.key.hash, &verifier.key.pem)),
                certificate: None,
                log: &verifier.log,
                annotations: &verifier.annotations,
                as_of: verifier.as_of,
            },
            Asked::Demand(demand) => Self::of_demand(demand),
        }
    }

    fn of_demand(demand: &'a Demand) -> Self {
        let (key, certificate) = match &demand.signer {
            Signer::Key(key) => (Some((key.hash, key.pem.as_str())), None),
            Signer::Certificate(certificate) => (None, Some(certificate)),
        };
        Self { key, certificate, log: &demand.log, annotations: &demand.annotations, as_of: demand.as_of }
    }

    fn title(&self) -> String {
        let by = match self.key {
            Some((hash, _)) => format!("{hash:?} key signature").to_lowercase(),
            None => "certificate".to_owned(),
        };
        match self.log {
            LogDemand::Ignored => format!("{by}, log ignored"),
            LogDemand::Required { .. } => format!("{by}, log required"),
        }
    }

    fn signer_facts(&self) -> Vec<(String, String)> {
        let key = self.key.map(|(_, pem)| ("key asked for".to_owned(), pem.to_owned()));
        let names = self.certificate.map(|certificate| {
            let subject = certificate.subject.iter().map(|wanted| ("subject asked for", wanted));
            let issuer = certificate.issuer.iter().map(|wanted| ("issuer asked for", wanted));
            subject.chain(issuer).map(|(label, wanted)| (label.to_owned(), wanted_words(wanted)))
        });
        key.into_iter().chain(names.into_iter().flatten()).collect()
    }
}

fn wanted_words(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Anything => "anything".to_owned(),
        Wanted::Exact(text) => text.clone(),
        Wanted::Regexp(text) => format!("/{text}/"),
    }
}

fn log_words(log: &LogDemand) -> String {
    match log {
        LogDemand::Ignored => "ignored by the policy or the caller".to_owned(),
        LogDemand::Required { keys, .. } => format!("an entry by one of {} trusted keys", keys.len()),
    }
}

fn step_node(step: &Step, behind: bool) -> EvidenceNode {
    let mut label = labelled(step.name.words(), &step.outcome);
    if behind && step.outcome == Outcome::Held {
        label.push_str(" (for information)");
    }
    stepped(step_id(step.name), label, &step.outcome, &step.facts)
}

/// A step with how it ended, where it did not hold.
fn labelled(words: &str, outcome: &Outcome) -> String {
    match outcome.code() {
        Some(code) => format!("{words} [{code}]"),
        None if *outcome == Outcome::Held => words.to_owned(),
        None => format!("{words} ({})", explain::outcome_word(outcome)),
    }
}

fn stepped(id: String, label: String, outcome: &Outcome, facts: &[Fact]) -> EvidenceNode {
    let mut node = EvidenceNode::new(id, label, Standing::of(outcome));
    if *outcome != Outcome::Held {
        node = node.fact("outcome", &explain::outcome_sentence(outcome));
    }
    for fact in facts {
        node = node.fact(fact.label, &fact.value);
    }
    node.pair = explain::pair_of(outcome).map(Arc::new);
    node.children = facts
        .iter()
        .enumerate()
        .map(|(index, fact)| {
            let standing = if *outcome == Outcome::Held { Standing::Plain } else { Standing::Claim };
            let label = format!("{}: {}", fact.label, fact.value);
            let mut child = EvidenceNode::new(format!("{index}"), label, standing);
            child.value.clone_from(&fact.value);
            child.noise = *outcome == Outcome::Held;
            child
        })
        .collect();
    node
}

/// The checks of notation for a signature, one node for each statement that asked, and the best answer with a word.
pub(super) fn notary_nodes(
    world: &World,
    evidence: &Evidence,
    artifact: &Artifact,
) -> (Vec<EvidenceNode>, Option<(Standing, String)>) {
    let proofs = || {
        let here =
            |proof: &&Arc<NotaryProof>| proof.subject == evidence.digest && proof.manifest == artifact.digest;
        world.notary_proofs.iter().filter(here)
    };
    let nodes = proofs().enumerate().map(|(number, proof)| {
        let (standing, word) = notary_answer(proof);
        let label = format!("check {} by notation's rules: {word}", number + 1);
        let mut node = EvidenceNode::new(format!("notary {number}"), label, standing);
        node.children = proof
            .steps
            .iter()
            .map(|step| {
                let mut label = labelled(step.check.words(), &step.outcome);
                if step.action != NotaryAction::Enforce {
                    label.push_str(&format!(" ({})", step.action.word()));
                }
                stepped(format!("{:?}", step.check), label, &step.outcome, &step.facts)
            })
            .collect();
        node
    });
    (nodes.collect(), proofs().map(|proof| notary_answer(proof)).min_by_key(|(standing, _)| rank(*standing)))
}

fn notary_answer(proof: &NotaryProof) -> (Standing, String) {
    match proof.failed().or_else(|| proof.stopped()) {
        Some(step) => (Standing::of(&step.outcome), labelled(step.check.words(), &step.outcome)),
        None if proof.holds() => (Standing::Held, "verified".to_owned()),
        None => (Standing::NotChecked, "not verified".to_owned()),
    }
}

fn step_id(name: StepName) -> String {
    format!("{name:?}")
}
