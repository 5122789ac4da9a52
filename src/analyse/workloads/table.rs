//! The table: every owner with the pods that are alike, their containers, and how each stands.

use std::collections::HashMap;
use std::sync::Arc;

use super::drift::{Drift, drift};
use super::identity::signers;
use crate::analyse::causes::{Cause, Causes};
use crate::model::cluster::{DriftRow, WorkloadRow};
use crate::model::digest::Digest;
use crate::model::trace::Trace;
use crate::model::verdict::Verdict;
use crate::model::workload::{ContainerImage, ResourceId};
use crate::model::world::{ImageRow, ImageState};
use crate::model::{Code, World};

/// A container of pods that are alike.
#[derive(Clone, Debug)]
pub struct Container {
    /// The image in its manifest.
    pub used: ContainerImage,
    /// Place of the image in `World.images`.
    pub image: usize,
    /// Its worst result, or what is known before there is one.
    pub verdict: Verdict,
    /// Number of the cause in `Table.causes`.
    pub cause: usize,
    /// Its results, in the order of the world.
    pub results: Vec<Arc<Trace>>,
    /// Which of them is the worst.
    pub decided: Option<usize>,
    /// What runs is not what the image names now.
    pub drift: Option<Drift>,
    /// True of what runs, judged in place of what its image names.
    pub as_it_runs: bool,
}

impl Container {
    /// The result that decided.
    #[must_use]
    pub fn trace(&self) -> Option<&Arc<Trace>> {
        self.results.get(self.decided?)
    }
}

/// Pods of one owner that differ in nothing that a policy sees.
#[derive(Clone, Debug)]
pub struct Template {
    /// The resource that was judged for all of them.
    pub pod: ResourceId,
    /// How many there are.
    pub pods: usize,
    /// Its containers.
    pub containers: Vec<Container>,
}

/// An owner: a controller, or a pod that nobody controls.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Which.
    pub owner: ResourceId,
    /// `namespace/deploy/name`.
    pub label: Arc<str>,
    /// Its pods, the alike together.
    pub templates: Vec<Template>,
    /// Pods that there are.
    pub pods: usize,
    /// Pods that are wanted, where that is known.
    pub replicas: Option<u32>,
    /// The worst of its containers.
    pub verdict: Verdict,
}

impl Workload {
    /// Pods for sorting and sums: those that there are, else those that are wanted.
    #[must_use]
    pub fn weight(&self) -> usize {
        let wanted = || self.replicas.and_then(|wanted| usize::try_from(wanted).ok()).unwrap_or(0);
        if self.pods > 0 { self.pods } else { wanted() }
    }

    /// The same for one of its templates.
    #[must_use]
    pub fn weight_of(&self, template: usize) -> usize {
        match self.templates.as_slice() {
            [_] => self.weight(),
            several => several.get(template).map_or(0, |pods| pods.pods),
        }
    }

    /// All containers with the number of their template.
    pub fn containers(&self) -> impl Iterator<Item = (usize, usize, &Container)> {
        self.templates.iter().enumerate().flat_map(|(template, pods)| {
            pods.containers.iter().enumerate().map(move |(index, container)| (template, index, container))
        })
    }

    /// A container by its place.
    #[must_use]
    pub fn container(&self, template: usize, index: usize) -> Option<&Container> {
        self.templates.get(template)?.containers.get(index)
    }
}

/// All workloads of a world.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The revision of the world that it was made from.
    pub revision: u64,
    /// The workloads, in the order of the world.
    pub workloads: Vec<Workload>,
    /// Causes by number.
    pub causes: Vec<Cause>,
    /// Signers of each image of the world, by its place there.
    pub signers: Vec<Vec<Arc<str>>>,
}

/// What belongs to a resource.
#[derive(Default)]
struct Parts<'a> {
    uses: Vec<(usize, &'a ContainerImage)>,
    /// Results stand together for what was admitted, and once more for what runs.
    results: Vec<&'a [Arc<Trace>]>,
}

impl Table {
    /// The workloads of a world.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let rows = || world.cluster.workloads.iter().chain(world.declared.iter());
        let mut parts: HashMap<&ResourceId, Parts<'_>> =
            rows().map(|row| (&row.pod, Parts::default())).collect();
        for (index, image) in world.images.iter().enumerate() {
            for (id, used) in &image.uses {
                if let Some(parts) = parts.get_mut(id) {
                    parts.uses.push((index, used));
                }
            }
        }
        for results in world.traces.chunk_by(|a, b| a.resource == b.resource) {
            if let Some(parts) = results.first().and_then(|first| parts.get_mut(&first.resource)) {
                parts.results.push(results);
            }
        }
        let drift = world.cluster.drift.iter().map(|row| ((&row.pod, row.container.as_str()), row)).collect();
        let mut making = Making { world, drift, causes: Causes::default() };
        let mut workloads: Vec<Workload> = Vec::new();
        let mut places: HashMap<&ResourceId, usize> = HashMap::new();
        for row in rows() {
            let place = *places.entry(&row.owner).or_insert_with(|| {
                workloads.push(empty(&row.owner));
                workloads.len() - 1
            });
            if let (Some(workload), Some(parts)) = (workloads.get_mut(place), parts.get(&row.pod)) {
                making.add(workload, row, parts);
            }
        }
        let mut table =
            Self { revision: world.revision, workloads, causes: making.causes.all, signers: signers(world) };
        table.judge_what_runs(world);
        table
    }

    /// How a digest that runs stands is known where another image of the world has it.
    fn judge_what_runs(&mut self, world: &World) {
        let drifted = |container: &Container| container.drift.is_some();
        if !self.workloads.iter().flat_map(Workload::containers).any(|(_, _, container)| drifted(container)) {
            return;
        }
        let mut stand: HashMap<&Digest, Verdict> = HashMap::new();
        for (_, _, container) in self.workloads.iter().flat_map(Workload::containers) {
            if let Some(ImageState::Ready(evidence)) = world.images.get(container.image).map(|row| &row.state)
            {
                let slot = stand.entry(&evidence.digest).or_insert(container.verdict);
                *slot = slot.worse(container.verdict);
            }
        }
        let containers = self.workloads.iter_mut().flat_map(|workload| &mut workload.templates);
        for drift in containers.flat_map(|pods| &mut pods.containers).filter_map(|one| one.drift.as_mut()) {
            drift.runs_stand = drift.runs_stand.or_else(|| stand.get(&drift.runs).copied());
        }
    }

    /// Number of pods of all workloads.
    #[must_use]
    pub fn pods(&self) -> usize {
        self.workloads.iter().map(Workload::weight).sum()
    }

    /// Workloads of a verdict, and their pods.
    #[must_use]
    pub fn of_verdict(&self, verdict: Verdict) -> (usize, usize) {
        let own = self.workloads.iter().filter(|workload| workload.verdict == verdict);
        own.fold((0, 0), |(count, pods), workload| (count + 1, pods + workload.weight()))
    }
}

fn empty(owner: &ResourceId) -> Workload {
    Workload {
        owner: owner.clone(),
        label: label(owner).into(),
        templates: Vec::new(),
        pods: 0,
        replicas: None,
        verdict: Verdict::None,
    }
}

/// `payments/deploy/api`, with the short names of kubectl.
fn label(owner: &ResourceId) -> String {
    let kind = match owner.kind.as_str() {
        "Deployment" => "deploy",
        "StatefulSet" => "sts",
        "DaemonSet" => "ds",
        "ReplicaSet" => "rs",
        "ReplicationController" => "rc",
        "CronJob" => "cron",
        other => &other.to_lowercase(),
    };
    format!("{}/{kind}/{}", owner.namespace, owner.name)
}

struct Making<'a> {
    world: &'a World,
    /// What the engine found by pod and container.
    drift: HashMap<(&'a ResourceId, &'a str), &'a DriftRow>,
    causes: Causes,
}

impl Making<'_> {
    fn add(&mut self, workload: &mut Workload, row: &WorkloadRow, parts: &Parts<'_>) {
        let containers: Vec<Container> = parts
            .uses
            .iter()
            .filter_map(|(index, used)| {
                let image = self.world.images.get(*index)?;
                Some(self.container(*index, image, used, row, &parts.results))
            })
            .collect();
        let worst = containers.iter().map(|container| container.verdict).reduce(Verdict::worse);
        workload.verdict = worst.map_or(workload.verdict, |worst| workload.verdict.worse(worst));
        // What a controller's own status counts are the pods that may be listed beside it.
        if row.pod == row.owner {
            workload.replicas = row.replicas;
            workload.pods = workload.pods.max(row.pods);
        } else {
            let listed = workload.templates.iter().filter(|pods| pods.pod != row.owner);
            let listed: usize = listed.map(|pods| pods.pods).sum();
            workload.pods = workload.pods.max(listed + row.pods);
        }
        workload.templates.push(Template { pod: row.pod.clone(), pods: row.pods, containers });
    }

    fn container(
        &mut self,
        index: usize,
        image: &ImageRow,
        used: &ContainerImage,
        row: &WorkloadRow,
        results: &[&[Arc<Trace>]],
    ) -> Container {
        let own =
            |trace: &&Arc<Trace>| trace.image.pointer == used.pointer && trace.image.image == used.image;
        let results: Vec<Arc<Trace>> = results.iter().copied().flatten().filter(own).cloned().collect();
        let worst = results.iter().map(|trace| trace.verdict).reduce(Verdict::worse);
        let decided = results.iter().position(|trace| Some(trace.verdict) == worst);
        let cause = match decided.and_then(|at| results.get(at)) {
            Some(trace) => Cause::of(trace),
            None => without_result(image),
        };
        let verdict = cause.verdict;
        let runs = row.running.iter().find(|(name, _)| *name == used.container);
        let found = self.drift.get(&(&row.pod, used.container.as_str())).copied();
        let as_it_runs = found.is_some_and(|found| *found.judged_as == *used.image);
        let drift = match (found, &image.state, runs) {
            (Some(found), _, _) => (!as_it_runs).then(|| Drift::found(found)),
            (None, ImageState::Ready(evidence), Some((_, image_id))) => drift(image_id, evidence),
            _ => None,
        };
        Container {
            used: used.clone(),
            image: index,
            verdict,
            cause: self.causes.number(cause),
            results,
            decided,
            drift,
            as_it_runs,
        }
    }
}

/// How an image stands that no policy has judged.
fn without_result(image: &ImageRow) -> Cause {
    match &image.state {
        _ if image.reference.is_err() => {
            Cause { code: Some(Code::NetMalformed), ..Cause::plain(Verdict::Error) }
        }
        ImageState::Waiting | ImageState::Fetching => Cause::plain(Verdict::Waiting),
        ImageState::Failed(missing) => Cause::missing(missing),
        ImageState::Ready(_) | ImageState::NotAsked => Cause::plain(Verdict::None),
    }
}
