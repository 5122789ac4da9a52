//! What would be proved of near misses: proofs of real evidence, with verified facts changed before they are compared.
//!
//! A near miss is never better than what it comes from: where the real proof fails, so does this one. Its proofs are kept
//! nowhere; those that it starts from lie in a memory of its own, which nothing publishes.

use std::collections::BTreeMap;
use std::sync::Arc;

pub use super::demand::readable_claims as claims;
use super::demand::{Form, identity_steps};
pub use super::demand::{Readable, readable};
use super::memory::Memory;
use crate::model::artifact::{Artifact, ArtifactKind, Evidence, Signature};
use crate::model::demand::{CertificateDemand, Demand, Signer, Wanted};
use crate::model::identity::{Claims, Identity};
use crate::model::notary::{NotaryCheck, NotaryDemand, NotaryFailure, NotaryProof};
use crate::model::probe::Alteration;
use crate::model::verifier::LogDemand;
use crate::model::{Digest, Missing, Outcome, Proof, Reason, Step, StepName, Verifier};
use crate::port::Prover;

/// What stands in a near miss where real evidence has a digest or a fingerprint.
const OTHER: &str = "of the near miss";

/// A [`Prover`] for one near miss of one image; other images are proved as they are.
pub struct Probing<'a> {
    /// Proofs of the evidence as it is.
    pub known: &'a Memory,
    /// The image of the near miss.
    pub subject: &'a Digest,
    /// What is other about it.
    pub alteration: &'a Alteration,
}

impl Probing<'_> {
    fn concerns(&self, evidence: &Evidence) -> bool {
        evidence.digest == *self.subject
    }

    /// The demand without what is asked of the signer's name: that is compared with the near miss's.
    fn open(&self, demand: &Demand) -> Demand {
        match (&demand.signer, self.alteration) {
            (Signer::Certificate(wanted), Alteration::Claims(_)) => Demand {
                signer: Signer::Certificate(CertificateDemand {
                    subject: vec![Wanted::Anything],
                    issuer: vec![Wanted::Anything],
                    extensions: BTreeMap::new(),
                    ..wanted.clone()
                }),
                ..demand.clone()
            },
            _ => demand.clone(),
        }
    }

    /// The proof of the near miss, from that of the evidence.
    fn altered(
        &self,
        base: &Proof,
        signature: Signature<'_>,
        wanted: Option<&CertificateDemand>,
        log: bool,
    ) -> Proof {
        let mut proof = base.clone();
        if !base.holds() {
            return proof;
        }
        match self.alteration {
            Alteration::Claims(claims) => match wanted {
                Some(wanted) => named(&mut proof, signature, wanted, claims),
                // Whoever has the other certificate has not this key.
                None => other_key(&mut proof),
            },
            Alteration::OtherKey => other_key(&mut proof),
            Alteration::Expired => expired(&mut proof),
            Alteration::NoLog => unlogged(&mut proof, log),
            Alteration::OtherDigest => {
                let reason = Reason::OtherDigest { wanted: self.subject.clone(), found: OTHER.to_owned() };
                fail(&mut proof, StepName::Claim, &reason);
            }
            Alteration::Unsigned => fail(&mut proof, StepName::Signature, &Reason::NoSignature),
        }
        stop(&mut proof);
        proof
    }
}

impl Prover for Probing<'_> {
    fn prove(&self, evidence: &Evidence, signature: Signature<'_>, verifier: &Verifier) -> Arc<Proof> {
        let base = self.known.prove(evidence, signature, verifier);
        if !self.concerns(evidence) {
            return base;
        }
        let log = matches!(verifier.log, LogDemand::Required { .. });
        Arc::new(self.altered(&base, signature, None, log))
    }

    fn prove_demand(&self, evidence: &Evidence, signature: Signature<'_>, demand: &Demand) -> Arc<Proof> {
        if !self.concerns(evidence) {
            return self.known.prove_demand(evidence, signature, demand);
        }
        let base = self.known.prove_demand(evidence, signature, &self.open(demand));
        let wanted = match &demand.signer {
            Signer::Certificate(wanted) => Some(wanted),
            Signer::Key(_) => None,
        };
        let log = matches!(demand.log, LogDemand::Required { .. });
        Arc::new(self.altered(&base, signature, wanted, log))
    }

    fn vouches(&self, certificate: &[u8], demand: &CertificateDemand) -> Result<(), Box<Reason>> {
        self.known.vouches(certificate, demand)
    }

    fn prove_notary(
        &self,
        evidence: &Evidence,
        artifact: &Artifact,
        demand: &NotaryDemand,
    ) -> Arc<NotaryProof> {
        let base = self.known.prove_notary(evidence, artifact, demand);
        if !self.concerns(evidence) || !base.holds() {
            return base;
        }
        let check = match self.alteration {
            Alteration::Claims(_) | Alteration::OtherKey => NotaryCheck::Authenticity,
            Alteration::Expired => NotaryCheck::AuthenticTimestamp,
            Alteration::OtherDigest => NotaryCheck::Target,
            Alteration::Unsigned => NotaryCheck::Integrity,
            // Notation knows no logs.
            Alteration::NoLog => return base,
        };
        let mut proof = (*base).clone();
        for step in proof.steps.iter_mut().filter(|step| step.check == check) {
            step.outcome = Outcome::Failed(Reason::Notary(notary(check)));
        }
        Arc::new(proof)
    }

    fn claimed(&self, claims: Claims, evidence: &Evidence) -> Claims {
        match self.alteration {
            Alteration::Claims(other) if self.concerns(evidence) => other.clone(),
            _ => claims,
        }
    }
}

fn notary(check: NotaryCheck) -> NotaryFailure {
    let found = || OTHER.to_owned();
    match check {
        NotaryCheck::Target => {
            NotaryFailure::Target { part: "digest", wanted: String::new(), found: found() }
        }
        NotaryCheck::AuthenticTimestamp => NotaryFailure::Stamp { problem: found() },
        NotaryCheck::Authenticity => NotaryFailure::Trust { wanted: String::new(), found: vec![found()] },
        _ => NotaryFailure::Chain { problem: found() },
    }
}

/// Fails a step that held; one that was not exercised stays so: nobody asks for it.
fn fail(proof: &mut Proof, name: StepName, reason: &Reason) {
    for step in proof.steps.iter_mut().filter(|step| step.name == name && step.outcome == Outcome::Held) {
        step.outcome = Outcome::Failed(reason.clone());
    }
}

/// Where a verifier would stop now.
fn stop(proof: &mut Proof) {
    let goes_on = |outcome: &Outcome| matches!(outcome, Outcome::Held | Outcome::NotExercised(_));
    proof.stopped_at = proof.steps.iter().position(|step| !goes_on(&step.outcome));
    if proof.step(StepName::Signature).is_none_or(|step| step.outcome != Outcome::Held) {
        proof.identity = None;
    }
}

fn other_key(proof: &mut Proof) {
    if let Some(Identity::Key(key)) = &proof.identity {
        let reason = Reason::KeyMismatch { key: key.clone(), claimed: None };
        return fail(proof, StepName::Signature, &reason);
    }
    fail(proof, StepName::Signature, &Reason::SignerKind { wanted: "the signer", found: "another signer" });
}

fn expired(proof: &mut Proof) {
    let reason = Reason::CertificateTime { at: crate::model::Moment::default(), from: None, until: None };
    fail(proof, StepName::Time, &reason);
    fail(proof, StepName::Chain, &reason);
}

/// Without an entry: what demands one fails, and so does what has its time from nowhere else.
fn unlogged(proof: &mut Proof, demanded: bool) {
    let logged = proof.logged_at.take().is_some();
    let stamped = proof.step(StepName::Stamp).is_some_and(|step| step.outcome == Outcome::Held);
    if demanded {
        let absent = Reason::LogAbsent { url: String::new() };
        for name in [StepName::LogPresent, StepName::LogPromise, StepName::LogProof] {
            fail(proof, name, &absent);
        }
    }
    if logged && !stamped {
        fail(proof, StepName::Time, &Reason::TimeAbsent { wanted: "a log entry or a time stamp" });
    }
}

/// The three comparisons with another name.
fn named(proof: &mut Proof, signature: Signature<'_>, wanted: &CertificateDemand, claims: &Claims) {
    let form = match signature.artifact.kind {
        ArtifactKind::SigstoreBundle => Form::Bundle,
        ArtifactKind::CosignAttestation => Form::Attestation,
        _ => Form::Signature,
    };
    let steps: Vec<Step> = identity_steps(form, wanted, claims).into_iter().map(|ended| ended.step).collect();
    if proof.steps.iter().filter(|step| steps.iter().any(|other| other.name == step.name)).count()
        != steps.len()
    {
        // Without the steps there is nothing to compare with: no answer is a pass.
        let missing = Missing::NotImplemented { what: "a near miss of this kind of signature".to_owned() };
        proof.steps.iter_mut().for_each(|step| step.outcome = Outcome::Undecided(missing.clone()));
        return;
    }
    for step in steps {
        for own in proof.steps.iter_mut().filter(|own| own.name == step.name) {
            own.outcome = step.outcome.clone();
            own.facts.clone_from(&step.facts);
        }
    }
    if let Some(Identity::Certificate(identity)) = &mut proof.identity {
        identity.sans = claims.names().to_vec();
        identity.issuer = claims.fulcio(8).or_else(|| claims.fulcio(1)).map(str::to_owned);
        identity.fingerprint = OTHER.to_owned();
    }
}
