//! Two sets of policies over the same resources, image by image: where they agree, where not, and which results decide.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::model::trace::{PolicyId, Trace};
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
    compare(&old.traces.iter().collect::<Vec<_>>(), &new.traces.iter().collect::<Vec<_>>())
}

/// Compares two policies of one world.
#[must_use]
pub fn versus_of(world: &World, old: &PolicyId, new: &PolicyId) -> Vec<Versus> {
    let of = |id: &PolicyId| world.traces.iter().filter(|trace| trace.policy == *id).collect::<Vec<_>>();
    compare(&of(old), &of(new))
}

fn compare(old: &[&Arc<Trace>], new: &[&Arc<Trace>]) -> Vec<Versus> {
    let named = old.iter().chain(new).filter(|trace| !trace.image.image.is_empty());
    let places: BTreeSet<(&ResourceId, &ContainerImage)> =
        named.map(|trace| (&trace.resource, &trace.image)).collect();
    let (old, new) = (by_resource(old), by_resource(new));
    places
        .into_iter()
        .map(|(resource, image)| Versus {
            resource: resource.clone(),
            image: image.clone(),
            old: side(&old, resource, image),
            new: side(&new, resource, image),
        })
        .collect()
}

type ByResource<'a> = HashMap<&'a ResourceId, Vec<&'a Arc<Trace>>>;

fn by_resource<'a>(traces: &[&'a Arc<Trace>]) -> ByResource<'a> {
    let mut out = ByResource::new();
    for trace in traces {
        out.entry(&trace.resource).or_default().push(*trace);
    }
    out
}

/// What names no image speaks of all of them: a policy that is refused, a resource whose images cannot be read.
fn side(traces: &ByResource<'_>, resource: &ResourceId, image: &ContainerImage) -> Side {
    let here = traces.get(resource).into_iter().flatten();
    let here = here.filter(|trace| trace.image == *image || trace.image.image.is_empty());
    let of_all = traces.get(&ResourceId::default()).into_iter().flatten();
    let mut found = Side { verdict: Verdict::None, trace: None };
    for trace in here.chain(of_all) {
        let worse = found.verdict.worse(trace.verdict);
        if found.trace.is_none() || worse != found.verdict {
            found = Side { verdict: worse, trace: Some((*trace).clone()) };
        }
    }
    found
}
