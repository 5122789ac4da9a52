//! What the engine knows: sources, images, policies, results. All changes happen here, none of them waits.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::asked::Asked;
use super::clock;
use super::command::PolicyInput;
use super::files::ReadFile;
use super::settings::Settings;
use crate::model::Reference;
use crate::model::cluster::WorkloadRow;
use crate::model::moment::Moment;
use crate::model::trace::Trace;
use crate::model::workload::{Resource, ResourceId};
use crate::model::world::{ImageRow, ImageState, Message, Severity};
use crate::port::{Question, Store};
use crate::verify::Memory;

/// Messages kept; older ones are dropped.
const MAX_MESSAGES: usize = 1_000;

/// The state of an engine.
pub(super) struct State {
    pub(super) settings: Settings,
    /// Stores of single repositories or hosts that come before the general one: layouts, the demo.
    pub(super) mounted: HashMap<String, Arc<dyn Store>>,
    pub(super) resources: Vec<Arc<Resource>>,
    /// Results by resource, in the order of `resources`.
    pub(super) results: Vec<Vec<Arc<Trace>>>,
    /// Results about whole policies.
    pub(super) of_policies: Vec<Arc<Trace>>,
    pub(super) images: Vec<ImageRow>,
    pub(super) index: HashMap<Arc<str>, usize>,
    /// Resources that name an image, by image.
    pub(super) users: HashMap<Arc<str>, Vec<usize>>,
    /// Images that are fetched whether or not a rule asks for them.
    pub(super) browsed: HashSet<Arc<str>>,
    pub(super) inputs: Vec<PolicyInput>,
    pub(super) files: Vec<ReadFile>,
    pub(super) rest: Rest,
}

/// What was opened.
#[derive(Default)]
pub(super) struct Opened {
    /// Workloads of manifests.
    pub(super) declared: Arc<Vec<WorkloadRow>>,
    /// Names of the sources, for the heading.
    pub(super) titles: Vec<String>,
}

/// The smaller parts of the state.
pub(super) struct Rest {
    pub(super) memory: Arc<Memory>,
    pub(super) asked: Asked,
    /// Questions that came up, with the resources whose judgement waits for the answer.
    pub(super) open: BTreeMap<Question, BTreeSet<ResourceId>>,
    pub(super) trust: Arc<crate::evaluate::image_policy::Trust>,
    pub(super) messages: Vec<Message>,
    pub(super) opened: Opened,
    pub(super) as_of: Option<Moment>,
    pub(super) revision: u64,
    pub(super) handled: u64,
    /// Grows whenever a result or what it is made from changes.
    pub(super) changes: u64,
}

impl State {
    pub(super) fn new(settings: Settings) -> Self {
        let as_of = settings.as_of;
        let trust = Arc::new(super::judging::trust_of(&settings.material, settings.named));
        let asked = Asked::new(settings.offline || settings.services.is_none());
        Self {
            settings,
            mounted: HashMap::new(),
            resources: Vec::new(),
            results: Vec::new(),
            of_policies: Vec::new(),
            images: Vec::new(),
            index: HashMap::new(),
            users: HashMap::new(),
            browsed: HashSet::new(),
            inputs: Vec::new(),
            files: Vec::new(),
            rest: Rest {
                memory: Arc::new(Memory::asking(Arc::new(asked.clone()))),
                asked,
                open: BTreeMap::new(),
                trust,
                messages: Vec::new(),
                opened: Opened::default(),
                as_of,
                revision: 0,
                handled: 0,
                changes: 0,
            },
        }
    }

    /// The instant that "now" means.
    pub(super) fn now(&self) -> Moment {
        self.rest.as_of.unwrap_or_else(clock::now)
    }

    /// Keeps a message.
    pub(super) fn say(&mut self, severity: Severity, text: impl Into<String>) {
        if self.rest.messages.len() >= MAX_MESSAGES {
            self.rest.messages.remove(0);
        }
        self.rest.messages.push(Message { at: clock::now(), severity, text: text.into() });
    }

    /// Where an image is read: its repository's own store, its host's, or the general one.
    pub(super) fn store_for(&self, reference: &Reference) -> Arc<dyn Store> {
        self.mounted
            .get(&reference.name())
            .or_else(|| self.mounted.get(&reference.registry))
            .unwrap_or(&self.settings.store)
            .clone()
    }

    /// Adds a resource of a manifest, with its workload.
    pub(super) fn declare(&mut self, resource: Arc<Resource>) {
        // The made-up pod of a bare image is nobody's workload.
        if !resource.synthetic {
            Arc::make_mut(&mut self.rest.opened.declared).push(crate::analyse::declared(&resource));
        }
        self.add_resource(resource);
    }

    /// Where the content that a question asks for is read.
    pub(super) fn store_of(&self, question: &Question) -> Arc<dyn Store> {
        match question {
            Question::Evidence { image: name } | Question::Attached { repository: name, .. } => {
                Reference::parse(name)
                    .map_or_else(|_| self.settings.store.clone(), |reference| self.store_for(&reference))
            }
            Question::Log { .. }
            | Question::Ocsp { .. }
            | Question::Crl { .. }
            | Question::Object { .. }
            | Question::PublicKey { .. } => self.settings.store.clone(),
        }
    }

    /// Adds a resource and rows for the images that it names.
    pub(super) fn add_resource(&mut self, resource: Arc<Resource>) {
        let number = self.resources.len();
        let extracted = crate::evaluate::kyverno::extract(&resource.manifest, None);
        match extracted {
            Ok(images) => {
                for image in images {
                    let used = crate::evaluate::kyverno::container(&image);
                    self.add_use(number, &resource.id, used);
                }
            }
            Err(problem) => self.say(Severity::Error, format!("{}: {problem}", resource.id)),
        }
        self.rest.changes += 1;
        self.resources.push(resource);
        self.results.push(Vec::new());
    }

    /// Takes resources away, with the images that nothing else names.
    pub(super) fn remove_resources(&mut self, gone: &[Arc<Resource>]) {
        self.forget_uses(gone);
        let gone: HashSet<*const Resource> = gone.iter().map(Arc::as_ptr).collect();
        // Where each resource goes, counted from 0.
        let mut places = Vec::with_capacity(self.resources.len());
        let mut kept = 0;
        for resource in &self.resources {
            let stays = !gone.contains(&Arc::as_ptr(resource));
            places.push(stays.then_some(kept));
            kept += usize::from(stays);
        }
        let stays = |number: usize| places.get(number).copied().flatten();
        let mut numbers = 0..;
        self.resources.retain(|_| numbers.next().and_then(stays).is_some());
        let mut numbers = 0..;
        self.results.retain(|_| numbers.next().and_then(stays).is_some());
        for users in self.users.values_mut() {
            *users = users.iter().copied().filter_map(stays).collect();
        }
        self.users.retain(|_, users| !users.is_empty());
        let browsed = &self.browsed;
        self.images.retain(|row| !row.uses.is_empty() || browsed.contains(&row.name));
        self.index = self.images.iter().enumerate().map(|(index, row)| (row.name.clone(), index)).collect();
        self.rest.changes += 1;
    }

    /// Takes the uses of resources away from the rows of their images.
    fn forget_uses(&mut self, gone: &[Arc<Resource>]) {
        for resource in gone {
            let extracted = crate::evaluate::kyverno::extract(&resource.manifest, None).unwrap_or_default();
            for used in extracted.iter().map(crate::evaluate::kyverno::container) {
                let row = self.index.get(used.image.as_str()).and_then(|index| self.images.get_mut(*index));
                let Some(row) = row else { continue };
                if let Some(at) = row.uses.iter().position(|(id, own)| *id == resource.id && *own == used) {
                    row.uses.remove(at);
                }
            }
        }
    }

    fn add_use(&mut self, number: usize, id: &ResourceId, used: crate::model::ContainerImage) {
        let name: Arc<str> = used.image.as_str().into();
        let row = self.row(&name);
        if let Some(row) = self.images.get_mut(row) {
            row.uses.push((id.clone(), used));
        }
        let users = self.users.entry(name).or_default();
        if users.last() != Some(&number) {
            users.push(number);
        }
    }

    /// The number of the row of an image, made if it is new.
    fn row(&mut self, name: &Arc<str>) -> usize {
        if let Some(index) = self.index.get(name) {
            return *index;
        }
        let index = self.images.len();
        self.images.push(ImageRow {
            name: name.clone(),
            reference: Reference::parse(name).map_err(|error| error.to_string()),
            state: ImageState::NotAsked,
            uses: Vec::new(),
            since: clock::now(),
        });
        self.index.insert(name.clone(), index);
        index
    }

    /// Sets how far an image has come.
    pub(super) fn set(&mut self, name: &str, state: ImageState) {
        if let Some(row) = self.index.get(name).and_then(|index| self.images.get_mut(*index)) {
            row.state = state;
            row.since = clock::now();
            self.rest.changes += 1;
        }
    }

    /// Images asked for, and those of them that are settled.
    pub(super) fn progress(&self) -> (usize, usize) {
        let mut counts = BTreeMap::new();
        for row in &self.images {
            let settled = match row.state {
                ImageState::NotAsked => continue,
                ImageState::Waiting | ImageState::Fetching => false,
                ImageState::Ready(_) | ImageState::Failed(_) => true,
            };
            *counts.entry(settled).or_insert(0) += 1;
        }
        let done = counts.get(&true).copied().unwrap_or(0);
        (done, done + counts.get(&false).copied().unwrap_or(0))
    }
}
