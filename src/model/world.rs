//! One immutable snapshot of all that is known: what screens and reports are made from.

use std::sync::Arc;

use super::artifact::Evidence;
use super::cluster::{Cluster, WorkloadRow};
use super::demand::Demand;
use super::digest::Digest;
use super::image::Reference;
use super::lint::Lint;
use super::missing::Missing;
use super::moment::Moment;
use super::notary::NotaryProof;
use super::proof::Proof;
use super::reading::{LayerReading, Reading};
use super::span::{Diagnostic, Span};
use super::trace::{PolicyId, Trace};
use super::verifier::Verifier;
use super::workload::{ContainerImage, ResourceId};

/// How far an image has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageState {
    /// In the queue.
    Waiting,
    /// Being fetched.
    Fetching,
    /// Fetched.
    Ready(Arc<Evidence>),
    /// Could not be fetched.
    Failed(Missing),
    /// No rule matches and nobody asked for it: deliberately not fetched.
    NotAsked,
}

/// An image as the sources name it: one row of the Images screen.
#[derive(Clone, Debug)]
pub struct ImageRow {
    /// The image as written; identifies the row.
    pub name: Arc<str>,
    /// Where it is fetched, or why it cannot be.
    pub reference: Result<Reference, String>,
    /// How far it has come.
    pub state: ImageState,
    /// Where it is used, or one entry of a made-up Pod for a bare image.
    pub uses: Vec<(ResourceId, ContainerImage)>,
    /// When its state last changed.
    pub since: Moment,
}

/// A rule of a policy.
#[derive(Clone, Debug)]
pub struct RuleRow {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// A policy as loaded.
#[derive(Clone, Debug)]
pub struct PolicyRow {
    /// Which.
    pub id: PolicyId,
    /// Where it stands in its file.
    pub span: Span,
    /// `Enforce` or `Audit`, as the policy says or by default.
    pub action: String,
    /// Its image rules.
    pub rules: Vec<RuleRow>,
    /// Problems: what the engine refuses, what is not supported yet, traps.
    pub problems: Vec<Diagnostic>,
    /// What is conspicuous in its text.
    pub lints: Vec<Lint>,
    /// True when it is of a file and stands in place of the cluster's of its name.
    pub draft: bool,
}

impl PolicyRow {
    /// True for an exception from policies, which decides nothing by itself.
    #[must_use]
    pub fn is_exception(&self) -> bool {
        self.id.kind == "PolicyException"
    }
}

/// A policy file.
#[derive(Clone, Debug)]
pub struct PolicyFile {
    /// The path as the user named it.
    pub path: Arc<str>,
    /// Its text at the last read that parsed, for the policy pane.
    pub text: Arc<str>,
    /// SHA-256 of that text, `sha256:…`.
    pub hash: Arc<str>,
    /// The policies in it.
    pub policies: Vec<PolicyRow>,
    /// Why the newest text cannot be read; the policies are then those of the text before.
    pub broken: Option<Diagnostic>,
}

/// What was demanded of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Asked {
    /// Of a classic signature by a key.
    Key(Arc<Verifier>),
    /// Of a signature of any form.
    Demand(Arc<Demand>),
}

/// A proof that was made for some policy or caller.
#[derive(Clone, Debug)]
pub struct ProofRow {
    /// The image that the signature was to be about.
    pub subject: Digest,
    /// The question.
    pub asked: Asked,
    /// The answer.
    pub proof: Arc<Proof>,
    /// Manifest that holds the signature. The layer's digest does not identify it: two signatures over the same
    /// payload are layers of the same digest, and the signature itself is an annotation.
    pub artifact: Digest,
    /// Which layer of that manifest, counted from 0.
    pub index: usize,
}

/// A piece of work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// Identifies the job.
    pub id: u64,
    /// What is done, e.g. `fetch 127.0.0.1:5000/myorg/app:v1`.
    pub what: String,
    /// Host it waits for.
    pub host: String,
    /// When it began.
    pub since: Moment,
    /// True while it has not begun.
    pub waits: bool,
    /// Requests that were sent for it.
    pub requests: u32,
    /// Those of them that were sent once more, because the one before failed.
    pub again: u32,
}

/// How much is asked of a host at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRow {
    /// The host.
    pub name: String,
    /// Requests under way.
    pub running: usize,
    /// Most requests at a time.
    pub limit: usize,
    /// Requests that wait for their turn.
    pub waiting: usize,
    /// Seconds for which the host asked to be left alone; 0: it did not, or they are over.
    pub pause: u64,
}

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// For information.
    Info,
    /// Something is not as it should be, and the work goes on.
    Warning,
    /// Something failed.
    Error,
}

/// A message kept for `:messages`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When.
    pub at: Moment,
    /// How grave.
    pub severity: Severity,
    /// The text: what, and what to try.
    pub text: String,
}

/// A snapshot.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Grows with every change.
    pub revision: u64,
    /// Commands that the engine has carried out so far.
    pub handled: u64,
    /// What is looked at, for the header: `demo`, `127.0.0.1:5000/myorg`.
    pub title: String,
    /// Images in the order of the sources.
    pub images: Vec<ImageRow>,
    /// Policy files in the order given.
    pub files: Vec<PolicyFile>,
    /// Results, in the order resource, container, policy, rule.
    pub traces: Vec<Arc<Trace>>,
    /// Proofs made so far.
    pub proofs: Vec<ProofRow>,
    /// Running and waiting work.
    pub jobs: Vec<Job>,
    /// Hosts that were asked, by name.
    pub hosts: Vec<HostRow>,
    /// Messages, oldest first.
    pub messages: Vec<Message>,
    /// Images settled and images in all.
    pub progress: (usize, usize),
    /// The instant that "now" means.
    pub as_of: Moment,
    /// Trust in words: which root, how old.
    pub trust: String,
    /// The cluster that is followed.
    pub cluster: Arc<Cluster>,
    /// Workloads of manifests, in the order given.
    pub declared: Arc<Vec<WorkloadRow>>,
    /// Proofs about Notation signatures made so far.
    pub notary_proofs: Vec<Arc<NotaryProof>>,
    /// What was read of documents, for the images that somebody looked at.
    pub readings: Vec<Arc<Reading>>,
}

impl World {
    /// The row of an image.
    #[must_use]
    pub fn image(&self, name: &str) -> Option<&ImageRow> {
        self.images.iter().find(|row| &*row.name == name)
    }

    /// What was read of a layer, if it was: content that has the same digest says the same, whatever hangs on it.
    #[must_use]
    pub fn read_of(&self, artifact: &Digest, index: usize) -> Option<&LayerReading> {
        let layers = self.readings.iter().flat_map(|reading| &reading.layers);
        layers.into_iter().find(|layer| layer.index == index && layer.artifact == *artifact)
    }

    /// True when a policy is of a file and stands in place of the cluster's of its name.
    #[must_use]
    pub fn is_draft(&self, id: &PolicyId) -> bool {
        self.files.iter().flat_map(|file| &file.policies).any(|policy| policy.draft && policy.id == *id)
    }

    /// The results for an image.
    pub fn traces_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Arc<Trace>> {
        self.traces.iter().filter(move |trace| trace.image.image == name)
    }

    /// True when no work is running or waiting.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.jobs.is_empty() && self.progress.0 == self.progress.1
    }
}
