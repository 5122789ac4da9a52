//! A memory of what has been proved, so that the same question is computed once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};

use super::case;
use super::demand::{confirmed, opinion, opinion_by_key, prove_demand, vouched};
use super::notary::NotaryMemory;
use super::online::{Search, completed};
use super::prove::prove;
use crate::format::hash::sha256;
use crate::model::artifact::{Artifact, Blob, Evidence, Signature};
use crate::model::demand::{CertificateDemand, Demand, Signer};
use crate::model::notary::{NotaryDemand, NotaryProof};
use crate::model::world::{Asked, ProofRow};
use crate::model::{Digest, Moment, Proof, Reason, Verifier};
use crate::port::{Nobody, Outside, Prover};

/// Proofs that are kept; the oldest go first.
const CAPACITY: usize = 16_384;

/// The question. It holds everything that [`prove`] and [`prove_demand`] read.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    /// The digest that a payload must name.
    subject: Digest,
    /// The manifest that holds the signature, and where in it.
    artifact: Digest,
    index: usize,
    /// The signed bytes, by their digest.
    layer: Digest,
    /// Hash over media type, size, annotations and the size of the manifest.
    around: [u8; 32],
    asked: Asked,
}

#[derive(Default)]
struct Kept {
    answers: HashMap<Question, Arc<ProofRow>>,
    order: VecDeque<Question>,
    /// Proofs that others outside have completed: what is shown in place of those that are remembered.
    completed: HashMap<Question, Arc<Proof>>,
}

/// A [`Prover`] that remembers, for any number of threads.
pub struct Memory {
    kept: RwLock<Kept>,
    notary: NotaryMemory,
    capacity: usize,
    outside: Arc<dyn Outside>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl Memory {
    /// An empty memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty memory that keeps so many proofs, at least one.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            kept: RwLock::default(),
            notary: NotaryMemory::default(),
            capacity: capacity.max(1),
            outside: Arc::new(Nobody),
        }
    }

    /// An empty memory that asks these for what does not travel with a signature.
    #[must_use]
    pub fn asking(outside: Arc<dyn Outside>) -> Self {
        Self { outside, ..Self::default() }
    }

    /// Every proof about Notation signatures that is remembered, oldest first.
    #[must_use]
    pub fn notary_proofs(&self) -> Vec<Arc<NotaryProof>> {
        self.notary.proofs()
    }

    /// Everything that is remembered, oldest first.
    #[must_use]
    pub fn rows(&self) -> Vec<ProofRow> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.order
            .iter()
            .filter_map(|question| Some((kept.answers.get(question)?, kept.completed.get(question))))
            .map(|(row, completed)| ProofRow {
                proof: completed.unwrap_or(&row.proof).clone(),
                ..(**row).clone()
            })
            .collect()
    }

    fn answer(
        &self,
        evidence: &Evidence,
        signature: Signature<'_>,
        asked: Asked,
        row: impl FnOnce() -> Asked,
        compute: impl FnOnce() -> Proof,
    ) -> Arc<Proof> {
        if matches!(signature.layer.blob, Blob::Missing(_)) {
            // What is missing now may be there the next time.
            return Arc::new(compute());
        }
        let question = question(evidence, signature, asked);
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.answers.get(&question) {
            return Arc::clone(&known.proof);
        }
        drop(kept);
        let row = ProofRow {
            subject: evidence.digest.clone(),
            artifact: signature.artifact.digest.clone(),
            index: signature.index,
            asked: row(),
            proof: Arc::new(compute()),
        };
        self.keep(question, row)
    }

    /// The proof that counts: what others outside have completed is shown in place of the first.
    fn show(
        &self,
        first: &Arc<Proof>,
        completed: Option<Proof>,
        question: impl FnOnce() -> Question,
    ) -> Arc<Proof> {
        let Some(completed) = completed else { return Arc::clone(first) };
        let completed = Arc::new(completed);
        let question = question();
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.answers.contains_key(&question) {
            kept.completed.insert(question, Arc::clone(&completed));
        }
        completed
    }

    fn keep(&self, question: Question, row: ProofRow) -> Arc<Proof> {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.answers.get(&question) {
            return Arc::clone(&known.proof);
        }
        while kept.order.len() >= self.capacity {
            if let Some(oldest) = kept.order.pop_front() {
                kept.answers.remove(&oldest);
                kept.completed.remove(&oldest);
            }
        }
        let proof = Arc::clone(&row.proof);
        kept.order.push_back(question.clone());
        kept.answers.insert(question, Arc::new(row));
        proof
    }
}

impl Prover for Memory {
    fn prove(&self, evidence: &Evidence, signature: Signature<'_>, verifier: &Verifier) -> Arc<Proof> {
        let mut kept = verifier.clone();
        if signature.layer.annotations.get(case::CERTIFICATE).is_none_or(String::is_empty) {
            // Only a certificate is ever judged at the present time; without one the clock must not make a new question.
            kept.as_of = Moment::default();
        }
        let row = || Asked::Key(Arc::new(verifier.clone()));
        let compute = |signature: Signature<'_>| {
            confirmed(prove(evidence, signature, verifier), || opinion_by_key(evidence, signature, verifier))
        };
        let asked = Asked::Key(Arc::new(kept));
        let first = self.answer(evidence, signature, asked.clone(), row, || compute(signature));
        let (log, key) = (&verifier.log, Some(verifier.key.pem.as_str()));
        let search = Search { signature, log, key, outside: &*self.outside };
        let done = completed(&first, &search, &compute);
        self.show(&first, done, || question(evidence, signature, asked))
    }

    fn prove_demand(&self, evidence: &Evidence, signature: Signature<'_>, demand: &Demand) -> Arc<Proof> {
        let asked = Asked::Demand(Arc::new(demand.clone()));
        let compute = |signature: Signature<'_>| {
            confirmed(prove_demand(evidence, signature, demand), || opinion(evidence, signature, demand))
        };
        let row = || asked.clone();
        let first = self.answer(evidence, signature, asked.clone(), row, || compute(signature));
        let key = match &demand.signer {
            Signer::Key(key) => Some(key.pem.as_str()),
            Signer::Certificate(_) => None,
        };
        let search = Search { signature, log: &demand.log, key, outside: &*self.outside };
        let done = completed(&first, &search, &compute);
        self.show(&first, done, || question(evidence, signature, asked.clone()))
    }

    fn prove_notary(
        &self,
        evidence: &Evidence,
        artifact: &Artifact,
        demand: &NotaryDemand,
    ) -> Arc<NotaryProof> {
        self.notary.prove(evidence, artifact, demand, &*self.outside)
    }

    fn vouches(&self, certificate: &[u8], demand: &CertificateDemand) -> Result<(), Box<Reason>> {
        vouched(certificate, demand)
    }
}

fn question(evidence: &Evidence, signature: Signature<'_>, asked: Asked) -> Question {
    let layer = signature.layer;
    let mut text = Vec::new();
    let mut push = |part: &[u8]| {
        text.extend_from_slice(&part.len().to_le_bytes());
        text.extend_from_slice(part);
    };
    push(signature.artifact.kind.to_string().as_bytes());
    push(layer.media_type.as_bytes());
    push(&layer.size.to_le_bytes());
    push(&signature.artifact.layers.len().to_le_bytes());
    for (key, value) in &layer.annotations {
        push(key.as_bytes());
        push(value.as_bytes());
    }
    Question {
        subject: evidence.digest.clone(),
        artifact: signature.artifact.digest.clone(),
        index: signature.index,
        layer: layer.digest.clone(),
        around: sha256(&text),
        asked,
    }
}
