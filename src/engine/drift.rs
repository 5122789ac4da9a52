//! What runs beside what was admitted: where a container runs another digest than its image names now, what runs is judged
//! too.
//!
//! It is judged as a pod that has only these containers, each with the digest that runs in place of its image.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::cluster::{Group, Live, News};
use super::state::State;
use crate::format::yaml;
use crate::model::artifact::{ArtifactKind, Evidence};
use crate::model::cluster::DriftRow;
use crate::model::digest::Digest;
use crate::model::missing::Missing;
use crate::model::verdict::Verdict;
use crate::model::workload::{Resource, ResourceId};

/// Lists of containers in a pod.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What one container runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Runs {
    container: String,
    image: Arc<str>,
    digest: Digest,
}

impl Runs {
    /// The image with the digest that runs: its own digest, if it has one, gives way.
    fn judged_as(&self) -> String {
        let name = self.image.split_once('@').map_or(&*self.image, |(name, _)| name);
        format!("{name}@{}", self.digest)
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// What the containers of a pod run, by the `imageID` of each. Runtimes write `REPOSITORY@DIGEST`, some with a scheme in
/// front; a bare digest is that of a configuration and can be compared with nothing.
pub(super) fn runs(pod: &Value, running: &BTreeMap<String, String>) -> Vec<Runs> {
    let lists = LISTS.iter().filter_map(|list| pod.get("spec")?.get(list)?.as_array());
    let of = |container: &Value| {
        let name = text(container, "name")?;
        let (_, digest) = running.get(name)?.rsplit_once('@')?;
        Some(Runs {
            container: name.to_owned(),
            image: text(container, "image")?.into(),
            digest: digest.parse().ok()?,
        })
    };
    lists.flatten().filter_map(of).collect()
}

/// Whether a digest is what an image is now: it, or a platform of it.
fn is_now(evidence: &Evidence, digest: &Digest) -> bool {
    evidence.digest == *digest || evidence.platforms.iter().any(|platform| platform.digest == *digest)
}

impl Live {
    /// Looks for drift, once for each change of the state.
    pub(super) fn look(&mut self, state: &State) -> News {
        let mut news = News::default();
        if self.drift.looked == state.rest.changes {
            return news;
        }
        self.drift.looked = state.rest.changes;
        for group in self.groups.values_mut().filter(|group| !group.runs.is_empty()) {
            let drifted: Vec<Runs> = group.runs.iter().filter(|runs| state.drifted(runs)).cloned().collect();
            if group.drifted.as_ref().map_or(&[][..], |(before, _)| before) == drifted {
                continue;
            }
            news.removed.extend(group.drifted.take().map(|(_, resource)| resource));
            if !drifted.is_empty() {
                let resource = running(&group.resource, &drifted);
                news.added.push(resource.clone());
                group.drifted = Some((drifted, resource));
            }
        }
        news
    }

    /// The drift as rows.
    pub(super) fn drift(&self, state: &State) -> Vec<DriftRow> {
        let drifted: Vec<(&Group, &[Runs])> = self
            .groups
            .values()
            .filter_map(|group| Some((group, group.drifted.as_ref()?.0.as_slice())))
            .collect();
        if drifted.is_empty() {
            return Vec::new();
        }
        let verdicts = verdicts(state);
        let mut rows = Vec::new();
        for (group, runs) in drifted {
            rows.extend(runs.iter().map(|runs| row(state, group, runs, &verdicts)));
        }
        rows
    }
}

type Verdicts<'a> = HashMap<(&'a ResourceId, &'a str, &'a str), Verdict>;

/// The worst result by resource, container and image.
fn verdicts(state: &State) -> Verdicts<'_> {
    let mut all = Verdicts::new();
    for trace in state.results.iter().flatten().filter(|trace| trace.verdict != Verdict::None) {
        let key = (&trace.resource, trace.image.container.as_str(), trace.image.image.as_str());
        let worst = all.entry(key).or_insert(trace.verdict);
        *worst = worst.worse(trace.verdict);
    }
    all
}

fn row(state: &State, group: &Group, runs: &Runs, verdicts: &Verdicts<'_>) -> DriftRow {
    let judged_as = runs.judged_as();
    let pod = &group.resource.id;
    let of = |image: &str| verdicts.get(&(pod, runs.container.as_str(), image)).copied();
    let evidence = |image: &str| state.evidence(image).ok();
    let (now, then) = (evidence(&runs.image), evidence(&judged_as));
    let signed = now.iter().chain(&then).filter(|evidence| is_signed(evidence));
    DriftRow {
        pod: pod.clone(),
        pods: group.pods.len(),
        container: runs.container.clone(),
        image: runs.image.clone(),
        runs: runs.digest.clone(),
        names: now.as_ref().map(|evidence| evidence.digest.clone()),
        signed: signed.map(|evidence| evidence.digest.clone()).collect(),
        admitted: of(&runs.image),
        running: of(&judged_as),
        judged_as: judged_as.into(),
    }
}

fn is_signed(evidence: &Evidence) -> bool {
    let signature = |kind: &ArtifactKind| {
        matches!(
            kind,
            ArtifactKind::CosignSignature | ArtifactKind::SigstoreBundle | ArtifactKind::NotationSignature
        )
    };
    evidence.artifacts.iter().any(|artifact| signature(&artifact.kind))
}

/// The pod as it runs.
fn running(admitted: &Resource, drifted: &[Runs]) -> Arc<Resource> {
    let mut pod = yaml::to_json(&admitted.manifest);
    for list in LISTS {
        let containers =
            pod.get_mut("spec").and_then(|spec| spec.get_mut(list)).and_then(Value::as_array_mut);
        let Some(containers) = containers else { continue };
        containers.retain_mut(|container| {
            let runs = drifted.iter().find(|runs| text(container, "name") == Some(&runs.container));
            if let (Some(runs), Some(image)) = (runs, container.get_mut("image")) {
                *image = runs.judged_as().into();
            }
            runs.is_some()
        });
    }
    let file = format!("{}#running", admitted.manifest.span.file);
    let manifest = Arc::new(yaml::from_json(file.as_str().into(), &pod));
    Arc::new(Resource { id: admitted.id.clone(), manifest, synthetic: false })
}

impl State {
    /// Whether a container is known to run something else than its image names now.
    fn drifted(&self, runs: &Runs) -> bool {
        match self.evidence(&runs.image) {
            Ok(evidence) => !is_now(&evidence, &runs.digest),
            // The image is no more; what runs may still be there.
            Err(Missing::NotFound { .. }) => true,
            Err(_) => false,
        }
    }
}
