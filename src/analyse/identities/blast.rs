//! What stands on an identity: if it is not to be trusted any more.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{Identities, Identity};
use crate::model::cluster::WorkloadRow;
use crate::model::workload::ResourceId;
use crate::model::world::{ImageRow, ImageState};
use crate::model::{Digest, Moment, Verdict, World};

/// Another digest of the same repository that passes without the identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// The image that stands on the identity, by its place in the world.
    pub image: usize,
    /// The newest older image that could take its place, by its place in the world; `None`: there is none.
    pub to: Option<usize>,
}

/// What stands on an identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blast {
    /// Images that it signed, by their place in the world.
    pub images: Vec<usize>,
    /// Pods that run them.
    pub pods: usize,
    /// Whose pods these are, with how many.
    pub owners: BTreeMap<ResourceId, usize>,
    /// Namespaces of these.
    pub namespaces: BTreeSet<String>,
    /// Images that are admitted now.
    pub admitted: usize,
    /// Statements that it made.
    pub attestations: usize,
    /// Images that nobody else is known to have signed.
    pub sole: Vec<usize>,
    /// Where each of these could go back to.
    pub fallbacks: Vec<Fallback>,
}

/// The blast radius of an identity.
#[must_use]
pub fn blast(world: &World, all: &Identities, identity: &Identity) -> Blast {
    let mut blast = Blast {
        images: identity.images.iter().copied().collect(),
        attestations: identity.attestations,
        ..Blast::default()
    };
    blast.owners = owners(world, &identity.images);
    blast.pods = blast.owners.values().sum();
    blast.namespaces = blast.owners.keys().map(|owner| owner.namespace.clone()).collect();
    for (place, row) in blast.images.clone().into_iter().filter_map(|at| Some((at, world.images.get(at)?))) {
        blast.admitted += usize::from(passes(world, row));
        let others = all.of_image.get(place).is_some_and(|own| own.iter().any(|who| *who != identity.who));
        if identity.verified && !others {
            blast.sole.push(place);
            blast.fallbacks.push(Fallback { image: place, to: fallback(world, all, identity, row) });
        }
    }
    blast
}

/// Whose pods run any of these images, with how many.
#[must_use]
pub fn owners(world: &World, images: &BTreeSet<usize>) -> BTreeMap<ResourceId, usize> {
    let workloads: BTreeMap<&ResourceId, &WorkloadRow> =
        workloads(world).map(|row| (&row.pod, row)).collect();
    let (mut seen, mut owners) = (BTreeSet::new(), BTreeMap::new());
    for row in images.iter().filter_map(|place| world.images.get(*place)) {
        for (resource, _) in row.uses.iter().filter(|(resource, _)| !bare(row, resource)) {
            if seen.insert(resource) {
                let known = workloads.get(resource);
                let (owner, pods) = known.map_or((resource, 1), |known| (&known.owner, known.pods));
                *owners.entry(owner.clone()).or_default() += pods;
            }
        }
    }
    owners
}

fn workloads(world: &World) -> impl Iterator<Item = &WorkloadRow> {
    world.cluster.workloads.iter().chain(world.declared.iter())
}

/// An image that the user named stands in a made-up Pod of its own.
fn bare(row: &ImageRow, resource: &ResourceId) -> bool {
    let last = row.name.rsplit('/').next().unwrap_or_default();
    let name = last.split([':', '@']).next().unwrap_or_default();
    resource.kind == "Pod"
        && resource.name == name
        && row.uses.iter().any(|(id, used)| id == resource && used.container == "image")
}

/// All results of the image pass, and there is one.
fn passes(world: &World, row: &ImageRow) -> bool {
    let mut verdicts =
        world.traces_of(&row.name).map(|trace| trace.verdict).filter(|verdict| *verdict != Verdict::None);
    verdicts.next().is_some_and(|first| {
        let good = |verdict: Verdict| matches!(verdict, Verdict::Pass | Verdict::Audit);
        good(first) && verdicts.all(good)
    })
}

/// The newest image of the repository with another digest that is older, passes, and that somebody else signed.
fn fallback(world: &World, all: &Identities, identity: &Identity, row: &ImageRow) -> Option<usize> {
    let here = row.reference.as_ref().ok()?.name();
    let (digest, time) = known(row)?;
    let fits = |(place, other): &(usize, &ImageRow)| {
        let same = other.reference.as_ref().is_ok_and(|reference| reference.name() == here);
        let older = known(other)
            .is_some_and(|(another, at)| another != digest && (time.is_none() || at.is_none() || at < time));
        let signed = all.of_image.get(*place).is_some_and(|own| own.iter().any(|who| *who != identity.who));
        same && older && signed && passes(world, other)
    };
    let candidates = world.images.iter().enumerate().filter(fits);
    candidates.max_by_key(|(_, other)| known(other).and_then(|(_, at)| at)).map(|(place, _)| place)
}

/// Digest, and the latest time that a signature names.
fn known(row: &ImageRow) -> Option<(&Digest, Option<Moment>)> {
    match &row.state {
        ImageState::Ready(evidence) => {
            let time = evidence.signed.iter().filter_map(crate::model::signed::Signed::time).max();
            Some((&evidence.digest, time))
        }
        _ => None,
    }
}
