//! A memory of Notation proofs: the same envelope under the same demand at the same second is verified once.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::prove_notary_asking;
use crate::format::hash::sha256;
use crate::model::artifact::{Artifact, Blob, Evidence};
use crate::model::notary::{NotaryDemand, NotaryProof};
use crate::model::{Digest, Missing};
use crate::port::{self, Outside, Reply};

/// Proofs that are kept; the oldest go first.
const CAPACITY: usize = 4_096;

/// Everything that a proof is made of, but for what others say.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    /// Hash over digest, media type and size of the content, and over the manifest's and layers' digests and types.
    about: [u8; 32],
    demand: Arc<NotaryDemand>,
}

#[derive(Default)]
struct Kept {
    answers: HashMap<Question, Arc<NotaryProof>>,
    order: VecDeque<Question>,
    /// Proofs that somebody outside was asked for: shown, and made anew whenever they count.
    told: HashMap<Question, Arc<NotaryProof>>,
}

/// What has been proved.
#[derive(Default)]
pub struct NotaryMemory(RwLock<Kept>);

impl NotaryMemory {
    /// The proof, remembered or made.
    #[must_use]
    pub fn prove(
        &self,
        evidence: &Evidence,
        artifact: &Artifact,
        demand: &NotaryDemand,
        outside: &dyn Outside,
    ) -> Arc<NotaryProof> {
        if artifact.layers.iter().any(|layer| matches!(layer.blob, Blob::Missing(_))) {
            // What is missing now may be there the next time.
            return Arc::new(prove_notary_asking(evidence, artifact, demand, outside));
        }
        let question = Question { about: about(evidence, artifact), demand: Arc::new(demand.clone()) };
        let known =
            self.0.read().unwrap_or_else(PoisonError::into_inner).answers.get(&question).map(Arc::clone);
        if let Some(known) = known {
            return known;
        }
        let noting = Noting { outside, asked: AtomicBool::new(false) };
        let proof = Arc::new(prove_notary_asking(evidence, artifact, demand, &noting));
        if noting.asked.load(Ordering::Relaxed) {
            // What others say may be another thing the next time.
            let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if kept.told.len() >= CAPACITY {
                kept.told.clear();
            }
            kept.told.insert(question, Arc::clone(&proof));
            return proof;
        }
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        while kept.order.len() >= CAPACITY {
            if let Some(oldest) = kept.order.pop_front() {
                kept.answers.remove(&oldest);
            }
        }
        if kept.answers.insert(question.clone(), Arc::clone(&proof)).is_none() {
            kept.order.push_back(question);
        }
        proof
    }
}

impl NotaryMemory {
    /// Everything that is remembered, oldest first.
    #[must_use]
    pub fn proofs(&self) -> Vec<Arc<NotaryProof>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = kept.order.iter().filter_map(|question| kept.answers.get(question));
        known.chain(kept.told.values()).cloned().collect()
    }
}

/// Notes whether anybody was asked.
struct Noting<'a> {
    outside: &'a dyn Outside,
    asked: AtomicBool,
}

impl Outside for Noting<'_> {
    fn ask(&self, question: &port::Question) -> Result<Reply, Missing> {
        self.asked.store(true, Ordering::Relaxed);
        self.outside.ask(question)
    }
}

fn about(evidence: &Evidence, artifact: &Artifact) -> [u8; 32] {
    let mut text = Vec::new();
    let mut push = |part: &[u8]| {
        text.extend_from_slice(&part.len().to_le_bytes());
        text.extend_from_slice(part);
    };
    let digest = |digest: &Digest| digest.to_string().into_bytes();
    push(&digest(&evidence.digest));
    push(evidence.media_type.as_bytes());
    push(&evidence.size.to_le_bytes());
    push(&digest(&artifact.digest));
    for layer in &artifact.layers {
        push(layer.media_type.as_bytes());
        push(&digest(&layer.digest));
    }
    sha256(&text)
}
