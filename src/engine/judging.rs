//! Which images the policies ask for, and what the policies say about each resource with the evidence at hand.

use std::collections::HashSet;
use std::sync::Arc;

use super::files::ReadFile;
use super::state::State;
use super::trust_stores::TrustStores;
use crate::evaluate::{Loaded, image_policy, kyverno, notary_policy};
use crate::model::artifact::Evidence;
use crate::model::code::Code;
use crate::model::demand::TrustRoot;
use crate::model::missing::Missing;
use crate::model::moment::Moment;
use crate::model::trace::Trace;
use crate::model::verdict::Verdict;
use crate::model::verifier::LogKey;
use crate::model::workload::{ContainerImage, Resource};
use crate::model::world::ImageState;
use crate::port::{Outside, Prover};
use crate::trust;

impl State {
    /// Images that the policies or the user ask for and that nobody has asked the sources for yet.
    pub(super) fn newly_wanted(&self) -> Vec<Arc<str>> {
        let mut wanted: HashSet<Arc<str>> = self.browsed.clone();
        for loaded in self.files.iter().flat_map(|file| &file.loaded) {
            for resource in &self.resources {
                wanted.extend(demand(loaded, resource).into_iter().map(Arc::from));
            }
        }
        self.images
            .iter()
            .filter(|row| row.state == ImageState::NotAsked && wanted.contains(&row.name))
            .map(|row| row.name.clone())
            .collect()
    }

    /// The same for the resources from a number on, which have just been added.
    pub(super) fn wanted_since(&self, first: usize) -> Vec<Arc<str>> {
        let mut wanted: Vec<Arc<str>> = Vec::new();
        for resource in self.resources.iter().skip(first) {
            let loaded = self.files.iter().flat_map(|file| &file.loaded);
            let names = loaded.flat_map(|loaded| demand(loaded, resource));
            for name in names {
                let row = self.index.get(name.as_str()).and_then(|index| self.images.get(*index));
                if let Some(row) = row.filter(|row| row.state == ImageState::NotAsked)
                    && !wanted.contains(&row.name)
                {
                    wanted.push(row.name.clone());
                }
            }
        }
        wanted
    }

    /// Judges the resources from a number on.
    pub(super) fn judge_since(&mut self, first: usize) {
        for number in first..self.resources.len() {
            self.judge(number);
        }
    }

    /// Judges everything anew.
    pub(super) fn judge_all(&mut self) {
        self.of_policies = self
            .files
            .iter()
            .flat_map(|file| &file.loaded)
            .filter_map(|loaded| loaded.as_a_whole().map(Arc::new))
            .collect();
        mark(&mut self.of_policies, &self.files);
        for number in 0..self.resources.len() {
            self.judge(number);
        }
    }

    /// Judges the resources that name an image.
    pub(super) fn judge_users(&mut self, name: &str) {
        for number in self.users.get(name).cloned().unwrap_or_default() {
            self.judge(number);
        }
    }

    pub(super) fn judge(&mut self, number: usize) {
        let Some(resource) = self.resources.get(number) else { return };
        let evidence = |name: &str| self.evidence(name);
        let bench = self.bench(&evidence);
        let loaded: Vec<&Loaded> = self.files.iter().flat_map(|file| &file.loaded).collect();
        let mut traces = traces(&loaded, resource, &bench);
        mark(&mut traces, &self.files);
        for question in self.rest.asked.missed() {
            self.rest.open.entry(question).or_default().insert(resource.id.clone());
        }
        self.rest.changes += 1;
        if let Some(slot) = self.results.get_mut(number) {
            *slot = traces;
        }
    }

    /// What everything is judged with, the evidence from elsewhere.
    pub(super) fn bench<'a>(&'a self, evidence: &'a kyverno::EvidenceOf<'a>) -> Bench<'a> {
        Bench {
            prover: &*self.rest.memory,
            outside: &self.rest.asked,
            evidence,
            log_keys: &self.settings.log_keys,
            trust: &self.rest.trust,
            trust_stores: &self.settings.trust_stores,
            as_of: self.now(),
            offline: self.settings.offline,
        }
    }

    pub(super) fn evidence(&self, name: &str) -> Result<Arc<Evidence>, Missing> {
        let row = self.index.get(name).and_then(|index| self.images.get(*index));
        match row.map(|row| (&row.state, &row.reference)) {
            Some((ImageState::Ready(evidence), _)) => Ok(evidence.clone()),
            Some((ImageState::Failed(missing), _)) => Err(missing.clone()),
            Some((_, Err(problem))) => {
                Err(Missing::Malformed { what: format!("image reference {name}"), problem: problem.clone() })
            }
            Some((ImageState::Waiting | ImageState::Fetching | ImageState::NotAsked, Ok(_))) | None => {
                Err(Missing::Waiting)
            }
        }
    }
}

/// Marks results of policies that are not those of the cluster.
fn mark(traces: &mut [Arc<Trace>], files: &[ReadFile]) {
    let drafts: Vec<_> = files.iter().flat_map(|file| &file.drafts).collect();
    for trace in traces.iter_mut().filter(|trace| drafts.contains(&&trace.policy)) {
        Arc::make_mut(trace).draft = true;
    }
}

/// What resources are judged with.
#[derive(Clone, Copy)]
pub(super) struct Bench<'a> {
    pub(super) prover: &'a dyn Prover,
    pub(super) outside: &'a dyn Outside,
    pub(super) evidence: &'a kyverno::EvidenceOf<'a>,
    pub(super) log_keys: &'a Arc<[LogKey]>,
    pub(super) trust: &'a image_policy::Trust,
    pub(super) trust_stores: &'a TrustStores,
    pub(super) as_of: Moment,
    pub(super) offline: bool,
}

/// The images that a resource names; what cannot be read is said when the resource is added.
fn images(resource: &Resource) -> Vec<ContainerImage> {
    let extracted = kyverno::extract(&resource.manifest, None).unwrap_or_default();
    extracted.iter().map(kyverno::container).collect()
}

fn notation(policy: &notary_policy::Policy, resource: &Resource, bench: &Bench<'_>) -> Vec<Trace> {
    let stores = |named: &[(String, String)]| bench.trust_stores.of(named);
    let context = notary_policy::Context {
        prover: bench.prover,
        evidence: bench.evidence,
        stores: &stores,
        as_of: bench.as_of,
    };
    notary_policy::judge(policy, &resource.id, &images(resource), &context)
}

/// What these policies say about a resource, in their order.
pub(super) fn traces(loaded: &[&Loaded], resource: &Resource, bench: &Bench<'_>) -> Vec<Arc<Trace>> {
    let read_log_key = |pem: &str| {
        trust::log_key_from_pem(pem, "rekor.pubkey of the policy").map_err(|error| error.to_string())
    };
    let root = TrustRoot {
        logs: bench.trust.logs.clone(),
        ct_logs: bench.trust.ct_logs.clone(),
        authorities: bench.trust.authorities.clone(),
        stamp_authorities: bench.trust.stamp_authorities.clone(),
    };
    let exceptions: Vec<&kyverno::Exception> = loaded.iter().filter_map(|one| one.exception()).collect();
    let context = kyverno::Context {
        prover: bench.prover,
        outside: bench.outside,
        evidence: bench.evidence,
        log_keys: bench.log_keys,
        root: &root,
        as_of: bench.as_of,
        offline: bench.offline,
        exceptions: &exceptions,
        read_log_key: &read_log_key,
    };
    let classic = loaded.iter().flat_map(|loaded| match loaded {
        Loaded::Kyverno(policy) => kyverno::judge(policy, resource, &context),
        Loaded::Notation(policy) => notation(policy, resource, bench),
        Loaded::Image(_) | Loaded::Exception(_) | Loaded::ImageException(_) | Loaded::Unsupported { .. } => {
            Vec::new()
        }
    });
    // What one of these verifies counts for what another requires.
    let images: Vec<&image_policy::Policy> = loaded
        .iter()
        .filter_map(|loaded| match loaded {
            Loaded::Image(policy) => Some(&**policy),
            _ => None,
        })
        .collect();
    let read_root = |text: &str| {
        trust::Material::from_trusted_root(text.as_bytes(), "trusted root of the policy")
            .map(|material| trust_of(&material, true))
            .map_err(|error| error.to_string())
    };
    let exceptions: Vec<&image_policy::Exception> =
        loaded.iter().filter_map(|one| one.image_exception()).collect();
    let context = image_policy::Context {
        prover: bench.prover,
        outside: bench.outside,
        evidence: bench.evidence,
        trust: bench.trust,
        as_of: bench.as_of,
        offline: bench.offline,
        exceptions: &exceptions,
        read_root: &read_root,
    };
    let judged = classic.chain(image_policy::judge(&images, resource, &context));
    judged.map(|trace| Arc::new(waiting(trace))).collect()
}

/// Images that a policy asks for.
fn demand(loaded: &Loaded, resource: &Resource) -> Vec<String> {
    match loaded {
        Loaded::Kyverno(policy) => kyverno::demand(policy, resource),
        Loaded::Image(policy) => image_policy::demand(policy, resource),
        Loaded::Notation(policy) => {
            let images = images(resource);
            let names: Vec<&str> = images.iter().map(|image| image.image.as_str()).collect();
            notary_policy::demand(policy, &names).into_iter().map(str::to_owned).collect()
        }
        Loaded::Exception(_) | Loaded::ImageException(_) | Loaded::Unsupported { .. } => Vec::new(),
    }
}

/// Trust material as the evaluator takes it.
pub(super) fn trust_of(material: &trust::Material, given: bool) -> image_policy::Trust {
    image_policy::Trust {
        log_keys: material.log_keys.clone(),
        logs: material.logs.clone(),
        ct_logs: material.ct_logs.clone(),
        authorities: material.authorities.clone(),
        stamp_authorities: material.stamp_authorities.clone(),
        given,
    }
}

/// What cannot be decided only because it has not come yet is not an error.
fn waiting(mut trace: Trace) -> Trace {
    if trace.verdict == Verdict::Error && trace.code == Code::NetWaiting {
        let cancelled = trace
            .deciding_clause()
            .is_some_and(|clause| clause.outcome == crate::model::Outcome::Undecided(Missing::Cancelled));
        if !cancelled {
            trace.verdict = Verdict::Waiting;
        }
    }
    trace
}
