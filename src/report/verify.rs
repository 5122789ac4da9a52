//! The answer to cosign's question about one image, as text and as JSON: every signature, every step.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use serde::Serialize;

use super::branch::Branch;
use super::clause::{StepOut, sentence};
use super::ink::Ink;
use crate::model::identity::Identity;
use crate::model::safe::line;
use crate::model::{Code, Digest, Proof, Step, Verdict};

/// Name of the format.
pub const SCHEMA: &str = "sigscope.verify/v1";

/// One signature and what was proved about it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The manifest that holds it.
    pub manifest: Digest,
    /// Which layer, from 0.
    pub index: usize,
    /// The proof.
    pub proof: Arc<Proof>,
}

/// The whole answer.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The image as written.
    pub image: String,
    /// The resolved digest.
    pub digest: Option<Digest>,
    /// `Pass`, `Deny` or `Error`.
    pub verdict: Verdict,
    /// Stable code.
    pub code: Code,
    /// One sentence.
    pub message: String,
    /// Every classic signature in its order.
    pub signatures: Vec<Judged>,
}

#[derive(Serialize)]
struct VerificationOut<'a> {
    schema: &'static str,
    image: &'a str,
    digest: Option<&'a str>,
    verdict: &'static str,
    code: &'static str,
    message: &'a str,
    signatures: Vec<SignatureOut<'a>>,
}

#[derive(Serialize)]
struct SignatureOut<'a> {
    manifest: &'a str,
    layer: &'a str,
    index: usize,
    verified: bool,
    cosign_message: &'a str,
    key: Option<KeyOut<'a>>,
    certificate: Option<CertificateOut<'a>>,
    predicate_type: Option<&'a str>,
    claimed_digest: Option<&'a str>,
    optional: &'a BTreeMap<String, String>,
    logged_at: Option<String>,
    steps: Vec<StepOut>,
}

#[derive(Serialize)]
struct KeyOut<'a> {
    kind: &'a str,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct CertificateOut<'a> {
    subjects: Vec<SubjectOut<'a>>,
    issuer: Option<&'a str>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct SubjectOut<'a> {
    kind: &'a str,
    value: &'a str,
}

impl Verification {
    /// The answer as a JSON document.
    #[must_use]
    pub fn json(&self) -> impl Serialize + '_ {
        VerificationOut {
            schema: SCHEMA,
            image: &self.image,
            digest: self.digest.as_ref().map(Digest::as_str),
            verdict: self.verdict.word(),
            code: self.code.as_str(),
            message: &self.message,
            signatures: self.signatures.iter().map(signature_out).collect(),
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
        let _ = writeln!(out, "  reason  {}", line(&self.message));
        for judged in &self.signatures {
            let word = if judged.proof.holds() { "verified" } else { "not verified" };
            let text = format!("signature {} of {}: {word}", judged.index + 1, judged.manifest);
            let children = judged.proof.steps.iter().map(|step| step_branch(step, ink)).collect();
            out.push_str(&Branch { text, children }.draw(ink));
        }
        out
    }
}

fn signature_out(judged: &Judged) -> SignatureOut<'_> {
    let proof = &judged.proof;
    SignatureOut {
        manifest: judged.manifest.as_str(),
        layer: proof.layer.as_str(),
        index: judged.index,
        verified: proof.holds(),
        cosign_message: &proof.engine_message,
        key: match &proof.identity {
            Some(Identity::Key(key)) => Some(KeyOut { kind: &key.kind, fingerprint: &key.fingerprint }),
            Some(Identity::Certificate(_)) | None => None,
        },
        certificate: match &proof.identity {
            Some(Identity::Certificate(certificate)) => Some(CertificateOut {
                subjects: certificate.sans.iter().map(|(kind, value)| SubjectOut { kind, value }).collect(),
                issuer: certificate.issuer.as_deref(),
                fingerprint: &certificate.fingerprint,
            }),
            Some(Identity::Key(_)) | None => None,
        },
        predicate_type: proof.predicate.as_deref(),
        claimed_digest: proof.claimed_digest.as_deref(),
        optional: &proof.optional,
        logged_at: proof.logged_at.map(|moment| moment.to_string()),
        steps: StepOut::all(proof),
    }
}

fn step_branch(step: &Step, ink: Ink) -> Branch {
    let said = sentence(&step.outcome);
    let tail = if said.is_empty() { String::new() } else { format!("  {}", line(&said)) };
    let code = step.outcome.code().map(|code| format!("  {code}")).unwrap_or_default();
    let text =
        format!("{} {}: {}{code}{tail}", ink.outcome(&step.outcome), step.name.words(), step.outcome.word());
    let facts = step
        .facts
        .iter()
        .map(|fact| Branch::leaf(line(&format!("{} = {}", fact.label, fact.value)).into_owned()));
    Branch { text, children: facts.collect() }
}
