//! The answer to notation's question about one image, as text and as JSON: every signature, every check.

use std::fmt::Write;

use serde::Serialize;

use super::branch::Branch;
use super::clause::sentence;
use super::ink::Ink;
use crate::model::notary::{NotaryProof, NotaryStep};
use crate::model::safe::line;
use crate::model::{Code, Digest, Verdict};

/// Name of the format.
pub const SCHEMA: &str = "sigscope.verify-notation/v1";

/// The whole answer.
#[derive(Clone, Debug)]
pub struct NotationAnswer {
    /// The image as written.
    pub image: String,
    /// The resolved digest.
    pub digest: Option<Digest>,
    /// The trust policy statement that applies.
    pub statement: Option<String>,
    /// `Pass`, `Deny`, `Error`, or `None` where the policy skips verification.
    pub verdict: Verdict,
    /// Stable code.
    pub code: Code,
    /// One sentence.
    pub message: String,
    /// The signatures that were tried, in their order.
    pub proofs: Vec<NotaryProof>,
}

#[derive(Serialize)]
struct AnswerOut<'a> {
    schema: &'static str,
    image: &'a str,
    digest: Option<&'a str>,
    statement: Option<&'a str>,
    verdict: &'static str,
    code: &'static str,
    message: &'a str,
    signatures: Vec<SignatureOut<'a>>,
}

#[derive(Serialize)]
struct SignatureOut<'a> {
    manifest: &'a str,
    verified: bool,
    checks: Vec<CheckOut<'a>>,
}

#[derive(Serialize)]
struct CheckOut<'a> {
    check: &'static str,
    action: &'static str,
    outcome: &'static str,
    code: Option<&'static str>,
    message: String,
    facts: Vec<FactOut<'a>>,
}

#[derive(Serialize)]
struct FactOut<'a> {
    label: &'static str,
    value: &'a str,
}

impl NotationAnswer {
    /// An answer that is not decided yet.
    #[must_use]
    pub fn undecided(image: &str) -> Self {
        Self {
            image: image.to_owned(),
            digest: None,
            statement: None,
            verdict: Verdict::Error,
            code: Code::NetWaiting,
            message: String::new(),
            proofs: Vec::new(),
        }
    }

    /// Sets verdict, code and sentence.
    pub fn decide(&mut self, verdict: Verdict, code: Code, message: String) {
        (self.verdict, self.code, self.message) = (verdict, code, message);
    }

    /// The answer as a JSON document.
    #[must_use]
    pub fn json(&self) -> impl Serialize + '_ {
        AnswerOut {
            schema: SCHEMA,
            image: &self.image,
            digest: self.digest.as_ref().map(Digest::as_str),
            statement: self.statement.as_deref(),
            verdict: self.verdict.word(),
            code: self.code.as_str(),
            message: &self.message,
            signatures: self.proofs.iter().map(signature_out).collect(),
        }
    }

    /// The answer as text.
    #[must_use]
    pub fn text(&self, ink: Ink) -> String {
        let code = if self.code == Code::Pass { String::new() } else { format!("  {}", self.code) };
        let mut out = format!("{}{code}  {}\n", ink.verdict(self.verdict), line(&self.image));
        if let Some(digest) = &self.digest {
            let _ = writeln!(out, "  digest  {digest}");
        }
        if let Some(statement) = &self.statement {
            let _ = writeln!(out, "  policy  {}", line(statement));
        }
        let _ = writeln!(out, "  reason  {}", line(&self.message));
        for proof in &self.proofs {
            let word = if proof.holds() { "verified" } else { "not verified" };
            let text = format!("signature {}: {word}", proof.manifest);
            let children = proof.steps.iter().map(|step| branch(step, ink)).collect();
            out.push_str(&Branch { text, children }.draw(ink));
        }
        out
    }
}

fn signature_out(proof: &NotaryProof) -> SignatureOut<'_> {
    let check = |step| CheckOut::of(step);
    SignatureOut {
        manifest: proof.manifest.as_str(),
        verified: proof.holds(),
        checks: proof.steps.iter().map(check).collect(),
    }
}

impl<'a> CheckOut<'a> {
    fn of(step: &'a NotaryStep) -> Self {
        Self {
            check: step.check.words(),
            action: step.action.word(),
            outcome: step.outcome.word(),
            code: step.outcome.code().map(Code::as_str),
            message: sentence(&step.outcome),
            facts: step.facts.iter().map(|fact| FactOut { label: fact.label, value: &fact.value }).collect(),
        }
    }
}

fn branch(step: &NotaryStep, ink: Ink) -> Branch {
    let said = sentence(&step.outcome);
    let tail = if said.is_empty() { String::new() } else { format!("  {}", line(&said)) };
    let code = step.outcome.code().map(|code| format!("  {code}")).unwrap_or_default();
    let (mark, check) = (ink.outcome(&step.outcome), step.check.words());
    let text = format!("{mark} {check} ({}): {}{code}{tail}", step.action.word(), step.outcome.word());
    let facts = step
        .facts
        .iter()
        .map(|fact| Branch::leaf(line(&format!("{} = {}", fact.label, fact.value)).into_owned()));
    Branch { text, children: facts.collect() }
}
