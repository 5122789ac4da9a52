//! The checks in notation's order, put together to a proof.

use super::integrity::{self, Sound};
use super::{authenticity, target, time};
use crate::format::envelope::PLUGIN;
use crate::format::go_json::Tree;
use crate::model::artifact::{Artifact, Evidence};
use crate::model::notary::{Enforcement, NotaryAction, NotaryCheck, NotaryDemand, NotaryProof, NotaryStep};
use crate::model::proof::Fact;
use crate::model::trace::Why;
use crate::model::{Missing, Outcome};
use crate::port::{Nobody, Outside};

/// What is established about one Notation signature under one statement, with nobody to ask about revocation.
#[must_use]
pub fn prove_notary(evidence: &Evidence, artifact: &Artifact, demand: &NotaryDemand) -> NotaryProof {
    prove_notary_asking(evidence, artifact, demand, &Nobody)
}

/// The same with these to ask. Pure: everything that counts is an argument.
#[must_use]
pub fn prove_notary_asking(
    evidence: &Evidence,
    artifact: &Artifact,
    demand: &NotaryDemand,
    outside: &dyn Outside,
) -> NotaryProof {
    let sound = integrity::check(artifact);
    let mut steps = vec![NotaryStep {
        check: NotaryCheck::Integrity,
        action: NotaryAction::Enforce,
        outcome: sound.as_ref().err().cloned().unwrap_or(Outcome::Held),
        facts: sound.as_ref().map(facts).unwrap_or_default(),
    }];
    let payload = sound.as_ref().ok().map(|sound| target::read(&sound.envelope.payload));
    for (check, action) in order(demand.enforcement) {
        let outcome = match (&sound, &payload) {
            (Ok(sound), Some(payload)) => judge((check, action), sound, payload, evidence, demand, outside),
            _ => Outcome::NotReached,
        };
        steps.push(NotaryStep { check, action, outcome, facts: Vec::new() });
    }
    NotaryProof { subject: evidence.digest.clone(), manifest: artifact.digest.clone(), steps }
}

fn order(enforcement: Enforcement) -> [(NotaryCheck, NotaryAction); 8] {
    [
        (NotaryCheck::Plugin, NotaryAction::Enforce),
        (NotaryCheck::Authenticity, enforcement.authenticity),
        (NotaryCheck::Identity, enforcement.authenticity),
        (NotaryCheck::Expiry, enforcement.expiry),
        (NotaryCheck::AuthenticTimestamp, enforcement.authentic_timestamp),
        (NotaryCheck::Revocation, enforcement.revocation),
        (NotaryCheck::Target, NotaryAction::Enforce),
        (NotaryCheck::Metadata, NotaryAction::Enforce),
    ]
}

fn judge(
    (check, action): (NotaryCheck, NotaryAction),
    sound: &Sound,
    payload: &Result<Tree, String>,
    evidence: &Evidence,
    demand: &NotaryDemand,
    outside: &dyn Outside,
) -> Outcome {
    match check {
        NotaryCheck::Integrity => Outcome::Held,
        NotaryCheck::Plugin => plugin(sound),
        NotaryCheck::Authenticity => authenticity::trust(sound, demand),
        NotaryCheck::Identity => authenticity::identity(sound, demand),
        NotaryCheck::Expiry => time::expiry(sound, demand.as_of),
        NotaryCheck::AuthenticTimestamp => time::authentic(sound, demand, outside),
        NotaryCheck::Revocation => time::revocation(sound, action, demand, outside),
        NotaryCheck::Target => target::check(payload, evidence),
        NotaryCheck::Metadata if demand.metadata.is_empty() => Outcome::NotExercised(Why::NothingThere),
        NotaryCheck::Metadata => target::metadata(payload, &demand.metadata),
    }
}

fn plugin(sound: &Sound) -> Outcome {
    match sound.envelope.attributes.extended.iter().find(|(name, _)| name.starts_with(PLUGIN)) {
        None => Outcome::NotExercised(Why::NothingThere),
        Some((_, value)) => Outcome::Undecided(Missing::NotImplemented {
            what: format!("the verification plugin {value:?} that the signature demands"),
        }),
    }
}

fn facts(sound: &Sound) -> Vec<Fact> {
    let attributes = &sound.envelope.attributes;
    let mut facts = vec![
        Fact { label: "algorithm", value: sound.envelope.algorithm.name().to_owned() },
        Fact { label: "signing scheme", value: attributes.scheme.name().to_owned() },
        Fact { label: "signing time", value: attributes.signed_at.to_string() },
    ];
    if let Some(expiry) = attributes.expiry {
        facts.push(Fact { label: "expiry", value: expiry.to_string() });
    }
    if let Some(agent) = &sound.envelope.agent {
        facts.push(Fact { label: "signing agent (not signed)", value: agent.clone() });
    }
    facts.extend(sound.chain.iter().map(|cert| Fact { label: "certificate", value: cert.subject() }));
    facts
}
