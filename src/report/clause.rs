//! Clauses, places and proofs as JSON shapes, shared by the reports.

use serde::Serialize;

use crate::explain;
use crate::model::proof::Fact;
use crate::model::trace::{Clause, EvidencePath, Outcome};
use crate::model::{Proof, Span, Step};

/// A place in a file.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceOut {
    /// File as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl From<&Span> for PlaceOut {
    fn from(span: &Span) -> Self {
        Self { file: span.file.to_string(), line: span.start.line, column: span.start.column }
    }
}

/// A fact that was read.
#[derive(Clone, Debug, Serialize)]
pub struct FactOut {
    /// What it is.
    pub label: &'static str,
    /// Its value.
    pub value: String,
}

impl From<&Fact> for FactOut {
    fn from(fact: &Fact) -> Self {
        Self { label: fact.label, value: fact.value.clone() }
    }
}

/// Where the evidence is.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceOut {
    /// Digest of the blob or manifest.
    pub digest: String,
    /// JSON pointer or annotation; empty: the whole.
    pub pointer: String,
}

impl From<&EvidencePath> for EvidenceOut {
    fn from(path: &EvidencePath) -> Self {
        Self { digest: path.digest.to_string(), pointer: path.pointer.clone() }
    }
}

/// A clause with all below it.
#[derive(Clone, Debug, Serialize)]
pub struct ClauseOut {
    /// What it asserts.
    pub label: String,
    /// `held`, `failed`, `not reached`, `not exercised`, `undecided`.
    pub outcome: &'static str,
    /// Code of a failure or of what is missing.
    pub code: Option<&'static str>,
    /// One sentence; empty for a clause that held.
    pub message: String,
    /// What was asked for and what there is, where both can be named.
    pub pair: Option<PairOut>,
    /// False when the real engine would have stopped before it.
    pub reached: bool,
    /// Place in the policy.
    pub location: Option<PlaceOut>,
    /// What it looked at.
    pub evidence: Option<EvidenceOut>,
    /// What it read.
    pub facts: Vec<FactOut>,
    /// Clauses of which it consists.
    pub children: Vec<ClauseOut>,
}

/// Both sides of a comparison.
#[derive(Clone, Debug, Serialize)]
pub struct PairOut {
    /// What is asked for.
    pub want: String,
    /// What there is.
    pub have: String,
}

impl From<&Clause> for ClauseOut {
    fn from(clause: &Clause) -> Self {
        Self {
            label: clause.label.clone(),
            outcome: clause.outcome.word(),
            code: clause.outcome.code().map(crate::model::Code::as_str),
            message: sentence(&clause.outcome),
            pair: pair(&clause.outcome),
            reached: clause.reached,
            location: clause.location.as_ref().map(PlaceOut::from),
            evidence: clause.evidence.as_ref().map(EvidenceOut::from),
            facts: clause.facts.iter().map(FactOut::from).collect(),
            children: clause.children.iter().map(Self::from).collect(),
        }
    }
}

/// A step of a verification.
#[derive(Clone, Debug, Serialize)]
pub struct StepOut {
    /// The step in words.
    pub step: &'static str,
    /// `held`, `failed`, `not reached`, `not exercised`, `undecided`.
    pub outcome: &'static str,
    /// Code of a failure or of what is missing.
    pub code: Option<&'static str>,
    /// One sentence; empty for a step that held.
    pub message: String,
    /// What was asked for and what there is, where both can be named.
    pub pair: Option<PairOut>,
    /// False when the real verifier would have stopped before it.
    pub reached: bool,
    /// What it read.
    pub facts: Vec<FactOut>,
}

impl StepOut {
    /// The steps of a proof in their order.
    #[must_use]
    pub fn all(proof: &Proof) -> Vec<Self> {
        let stopped = proof.stopped_at.unwrap_or(usize::MAX);
        proof.steps.iter().enumerate().map(|(index, step)| Self::one(step, index <= stopped)).collect()
    }

    fn one(step: &Step, reached: bool) -> Self {
        Self {
            step: step.name.words(),
            outcome: step.outcome.word(),
            code: step.outcome.code().map(crate::model::Code::as_str),
            message: sentence(&step.outcome),
            pair: pair(&step.outcome),
            reached,
            facts: step.facts.iter().map(FactOut::from).collect(),
        }
    }
}

/// One sentence for an outcome; empty when it held or was not reached.
#[must_use]
pub fn sentence(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Held | Outcome::NotReached => String::new(),
        _ => explain::outcome_sentence(outcome),
    }
}

fn pair(outcome: &Outcome) -> Option<PairOut> {
    explain::pair_of(outcome).map(|pair| PairOut { want: pair.want, have: pair.have })
}
