//! The question put to the judge: one image of one resource, with the evidence for it and the trust to use.

use std::sync::Arc;

use super::exception::Exception;
use super::extract::Extracted;
use super::policy::{AttestorSet, Form, Reading};
use super::reference::ImageInfo;
use crate::model::artifact::Evidence;
use crate::model::demand::TrustRoot;
use crate::model::missing::Missing;
use crate::model::moment::Moment;
use crate::model::verifier::LogKey;
use crate::model::workload::Resource;
use crate::port::{Outside, Prover};

/// Where the judge finds the evidence for an image as written.
pub type EvidenceOf<'a> = dyn Fn(&str) -> Result<Arc<Evidence>, Missing> + 'a;

/// What does not change from image to image.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Who verifies.
    pub prover: &'a dyn Prover,
    /// Who is asked for what is not in the evidence.
    pub outside: &'a dyn Outside,
    /// Evidence by image as written.
    pub evidence: &'a EvidenceOf<'a>,
    /// Log keys of the trust root, for rules that do not pin a log key.
    pub log_keys: &'a Arc<[LogKey]>,
    /// What else the trust root names.
    pub root: &'a TrustRoot,
    /// The instant that "now" means.
    pub as_of: Moment,
    /// Logs may not be asked.
    pub offline: bool,
    /// Exceptions from rules.
    pub exceptions: &'a [&'a Exception],
    /// Reads the log key that a policy pins; an error is what is wrong with it.
    pub read_log_key: &'a dyn Fn(&str) -> Result<LogKey, String>,
}

/// One image under one rule.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) info: &'a ImageInfo,
    pub(super) evidence: &'a Result<Arc<Evidence>, Missing>,
    /// What the entry verifies, and where it looks.
    pub(super) reading: &'a Reading,
    /// Attestors come before the attestations: their signatures name the digest.
    pub(super) attested: bool,
    pub(super) resource: &'a Resource,
    /// All images of the resource.
    pub(super) images: &'a [Extracted],
}

impl Case<'_> {
    /// The image as Kyverno prints it after its digest is known: with the digest in place of the tag.
    pub(super) fn pinned(&self) -> String {
        match self.evidence {
            // An envelope of the classic kind names none that Kyverno reads.
            Ok(evidence)
                if self.info.digest.is_none()
                    && (self.attested || self.reading.form == Form::SigstoreBundle) =>
            {
                let known = ImageInfo { digest: Some(evidence.digest.to_string()), ..self.info.clone() };
                known.string()
            }
            _ => self.image(),
        }
    }

    /// The image as Kyverno prints it.
    pub(super) fn image(&self) -> String {
        self.info.string()
    }
}

/// How a set or entry ended for the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Verified.
    Pass,
    /// Not verified; what Kyverno prints for it.
    Fail(String),
    /// Cannot be known.
    Error,
}

/// A clause with what it means for the engine, and the path from it to the clause that decided.
pub(super) struct Judged {
    pub(super) clause: crate::model::Clause,
    pub(super) ending: Ending,
    pub(super) deciding: Vec<usize>,
}

/// The path of an attestor set in Kyverno's messages.
pub(super) fn set_path(index: usize) -> String {
    format!(".attestors[{index}]")
}

/// True when the set can still succeed with so many entries verified and so many undecided.
pub(super) fn can_reach(set: &AttestorSet, verified: usize, undecided: usize) -> bool {
    verified + undecided >= set.required()
}
