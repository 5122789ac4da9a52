//! What a draft of a policy would change: every image that would stand otherwise, and owners that could not restart.

use std::sync::Arc;

use super::lint::Lint;
use super::probe::Probe;
use super::span::Diagnostic;
use super::trace::Trace;
use super::verdict::Verdict;
use super::workload::{ContainerImage, ResourceId};

/// How an image of a resource would stand otherwise. The order is that of the lists on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// Denied now, admitted under the draft.
    Admitted,
    /// Admitted now, denied under the draft.
    Denied,
    /// Judged now, under the draft no rule looks at it any more.
    Unchecked,
    /// Reported otherwise: admitted before and after.
    Reported,
    /// It cannot be decided under the draft, or not yet.
    Undecided,
    /// It could not be decided before, and can be under the draft.
    Decided,
}

impl Change {
    /// All changes in their order.
    pub const ALL: [Self; 6] =
        [Self::Admitted, Self::Denied, Self::Unchecked, Self::Reported, Self::Undecided, Self::Decided];

    /// The heading of its list.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Admitted => "admitted by the draft",
            Self::Denied => "newly denied by the draft",
            Self::Unchecked => "no longer checked",
            Self::Reported => "admitted as before, reported otherwise",
            Self::Undecided => "undecided under the draft",
            Self::Decided => "decided by the draft",
        }
    }

    /// The change from one verdict to another; `None`: it stands as before.
    #[must_use]
    pub fn of(now: Verdict, draft: Verdict) -> Option<Self> {
        let open = |verdict| matches!(verdict, Verdict::Error | Verdict::Waiting);
        match (now, draft) {
            (now, draft) if now == draft => None,
            (_, draft) if open(draft) => Some(Self::Undecided),
            (now, _) if open(now) => Some(Self::Decided),
            (Verdict::Deny, _) => Some(Self::Admitted),
            (_, Verdict::Deny) => Some(Self::Denied),
            (_, Verdict::None) => Some(Self::Unchecked),
            _ => Some(Self::Reported),
        }
    }
}

/// One image of one resource that would stand otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// The resource.
    pub resource: ResourceId,
    /// The image in it.
    pub image: ContainerImage,
    /// What kind of change it is.
    pub change: Change,
    /// How it stands under all saved policies.
    pub now: Verdict,
    /// How it would stand under all policies, the draft in place of its saved file.
    pub draft: Verdict,
    /// Pods that run, where the resource's status tells.
    pub pods: Option<u32>,
    /// Pods that are wanted; `None`: the resource does not say (a DaemonSet, a bare image).
    pub replicas: Option<u32>,
    /// The result under the draft that decides; `None`: no rule of the draft looks at it.
    pub trace: Option<Arc<Trace>>,
}

/// An owner that is there now and could not start a pod under the draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranded {
    /// The owner.
    pub resource: ResourceId,
    /// When it would be felt: `next rollout, drain or crash`.
    pub felt: &'static str,
    /// Pods that run, where the resource's status tells.
    pub pods: Option<u32>,
}

/// How far the judging of a draft has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Resources judged so far.
    pub done: usize,
    /// Resources in all.
    pub all: usize,
    /// Results under the draft by verdict, in the order of `Verdict::ALL`.
    pub counts: [usize; 6],
    /// How long it took so far, in microseconds.
    pub took: u64,
}

/// The answer for a draft. Its lists are shared: an answer is published many times while a draft is judged.
#[derive(Clone, Debug, Default)]
pub struct WhatIf {
    /// The number that came with the draft: an answer to an older one has a smaller number. 0: there is no draft.
    pub generation: u64,
    /// Commands that the engine had carried out by then.
    pub handled: u64,
    /// The policy file that the draft stands for.
    pub file: Arc<str>,
    /// The text that was judged: the last one that its engine would accept.
    pub text: Arc<str>,
    /// Why the newest text was not judged; the flips are then those of the last good one.
    pub broken: Option<Diagnostic>,
    /// What is wrong with the newest text, and what is conspicuous in it, by line.
    pub lints: Vec<Lint>,
    /// What would stand otherwise, by kind of change, then by resource.
    pub flips: Arc<[Arc<Flip>]>,
    /// Owners that could not start a pod.
    pub stranded: Arc<[Stranded]>,
    /// How far the judging has come.
    pub judged: Judged,
    /// Near misses that were thrown at the judged text, with its answers; none where no image passes.
    pub probes: Arc<[Probe]>,
    /// Images whose evidence only the draft asks for and that have not come yet.
    pub waiting: Vec<Arc<str>>,
    /// True while it is still judged.
    pub busy: bool,
}

impl WhatIf {
    /// Flips of one kind.
    pub fn of(&self, change: Change) -> impl Iterator<Item = &Flip> {
        self.flips.iter().map(|flip| &**flip).filter(move |flip| flip.change == change)
    }
}
