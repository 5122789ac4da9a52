//! Two sets of policies over the same resources, image by image: where they agree, where not, and which results decide.

use std::sync::Arc;

use crate::model::trace::Trace;
use crate::model::verdict::Verdict;
use crate::model::workload::{ContainerImage, ResourceId};
use crate::model::world::World;

/// How two sides compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    /// Both come to the same verdict.
    Agree,
    /// They come to different verdicts.
    Disagree,
    /// A side could not be decided.
    Undecided,
}

impl Agreement {
    /// The word in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Disagree => "disagree",
            Self::Undecided => "undecided",
        }
    }
}

/// How an image stands on one side.
#[derive(Clone, Debug)]
pub struct Side {
    /// The worst verdict of its results; `None`: no policy of this side is about it.
    pub verdict: Verdict,
    /// A result with that verdict; absent: there is no result at all.
    pub trace: Option<Arc<Trace>>,
}

/// One image of one resource on both sides.
#[derive(Clone, Debug)]
pub struct Versus {
    /// The resource.
    pub resource: ResourceId,
    /// The image in it.
    pub image: ContainerImage,
    /// Under the old policies.
    pub old: Side,
    /// Under the new ones.
    pub new: Side,
}

impl Versus {
    /// Do the sides agree? An image that one side passes and the other does not look at is a disagreement.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        let open = |side: &Side| matches!(side.verdict, Verdict::Error | Verdict::Waiting);
        if open(&self.old) || open(&self.new) {
            Agreement::Undecided
        } else if self.old.verdict == self.new.verdict {
            Agreement::Agree
        } else {
            Agreement::Disagree
        }
    }
}

/// Compares two worlds that differ in their policies.
#[must_use]
pub fn versus(old: &World, new: &World) -> Vec<Versus> {
    let mut places: Vec<(&ResourceId, &ContainerImage)> = Vec::new();
    for trace in old.traces.iter().chain(&new.traces).filter(|trace| !trace.image.image.is_empty()) {
        let place = (&trace.resource, &trace.image);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places.sort();
    places
        .into_iter()
        .map(|(resource, image)| Versus {
            resource: resource.clone(),
            image: image.clone(),
            old: side(old, resource, image),
            new: side(new, resource, image),
        })
        .collect()
}

/// What names no image speaks of all of them: a policy that is refused, a resource whose images cannot be read.
fn side(world: &World, resource: &ResourceId, image: &ContainerImage) -> Side {
    let about = |trace: &&Arc<Trace>| {
        let here = trace.resource == *resource && (trace.image == *image || trace.image.image.is_empty());
        here || trace.resource == ResourceId::default()
    };
    let mut found = Side { verdict: Verdict::None, trace: None };
    for trace in world.traces.iter().filter(about) {
        let worse = found.verdict.worse(trace.verdict);
        if found.trace.is_none() || worse != found.verdict {
            found = Side { verdict: worse, trace: Some(trace.clone()) };
        }
    }
    found
}
