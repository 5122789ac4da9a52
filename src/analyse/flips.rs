//! What would stand otherwise when one policy file were another: flips, and owners that could not start a pod again.

use std::sync::Arc;

use super::scale::scale;
use crate::model::draft::{Change, Flip, Stranded};
use crate::model::trace::{PolicyId, Trace};
use crate::model::verdict::Verdict;
use crate::model::workload::{ContainerImage, Resource};

/// The comparison for one resource.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Its images that would stand otherwise.
    pub flips: Vec<Arc<Flip>>,
    /// The resource as a whole would be denied and is not now.
    pub stranded: Option<Stranded>,
}

/// How one image stands: now, and with the draft.
struct Standing<'a> {
    image: &'a ContainerImage,
    now: Verdict,
    draft: Verdict,
    trace: Option<&'a Arc<Trace>>,
}

/// Compares the results of a resource under all saved policies with those under the draft; `edited` says of which
/// policies the saved results fall away.
#[must_use]
pub fn compare(
    resource: &Resource,
    now: &[Arc<Trace>],
    draft: &[Arc<Trace>],
    edited: &dyn Fn(&PolicyId) -> bool,
) -> Compared {
    let mut standings: Vec<Standing<'_>> = Vec::new();
    for trace in now {
        let standing = standing(&mut standings, &trace.image);
        standing.now = standing.now.worse(trace.verdict);
        if !edited(&trace.policy) {
            standing.draft = standing.draft.worse(trace.verdict);
        }
    }
    for trace in draft {
        let standing = standing(&mut standings, &trace.image);
        standing.draft = standing.draft.worse(trace.verdict);
        let worse = standing.trace.is_none_or(|known| {
            known.verdict != trace.verdict && known.verdict.worse(trace.verdict) == trace.verdict
        });
        if worse {
            standing.trace = Some(trace);
        }
    }
    let flips = standings.iter().filter_map(|standing| flip(resource, standing)).map(Arc::new).collect();
    let stranded = strands(&standings).then(|| felt(resource)).flatten();
    Compared { flips, stranded }
}

fn standing<'s, 'a>(standings: &'s mut Vec<Standing<'a>>, image: &'a ContainerImage) -> &'s mut Standing<'a> {
    let known =
        standings.iter().position(|one| one.image.pointer == image.pointer && one.image.image == image.image);
    let at = known.unwrap_or(standings.len());
    if known.is_none() {
        standings.push(Standing { image, now: Verdict::None, draft: Verdict::None, trace: None });
    }
    // The place was found or made just now.
    #[allow(clippy::indexing_slicing, reason = "`at` is a place found, or the one just pushed")]
    &mut standings[at]
}

fn flip(resource: &Resource, standing: &Standing<'_>) -> Option<Flip> {
    let change = Change::of(standing.now, standing.draft)?;
    let scale = scale(resource);
    Some(Flip {
        resource: resource.id.clone(),
        image: standing.image.clone(),
        change,
        now: standing.now,
        draft: standing.draft,
        pods: scale.pods,
        replicas: scale.replicas,
        trace: standing.trace.cloned(),
    })
}

/// A pod is refused as a whole: one denied image strands it, and it is news only when none was denied before.
fn strands(standings: &[Standing<'_>]) -> bool {
    let now = standings.iter().any(|one| one.now == Verdict::Deny);
    !now && standings.iter().any(|one| one.draft == Verdict::Deny)
}

/// When an owner that is there would feel that its pods are refused.
fn felt(resource: &Resource) -> Option<Stranded> {
    if resource.synthetic {
        return None;
    }
    let scale = scale(resource);
    let felt = match resource.id.kind.as_str() {
        _ if scale.replicas == Some(0) => "scaled to 0, cannot scale up",
        "Pod" => "cannot be made again once it is gone",
        "DaemonSet" => "next node, drain or crash",
        "Job" => "next retry",
        "CronJob" => "next run",
        _ => "next rollout, drain or crash",
    };
    Some(Stranded { resource: resource.id.clone(), felt, pods: scale.pods })
}

/// Puts flips in the order of the lists on screen; what is in order already costs next to nothing.
pub fn order(flips: &mut [Arc<Flip>]) {
    flips.sort_by(|a, b| {
        let weight = |flip: &Flip| std::cmp::Reverse(flip.pods.or(flip.replicas).unwrap_or(0));
        (a.change, weight(a), &a.resource, &a.image).cmp(&(b.change, weight(b), &b.resource, &b.image))
    });
}
