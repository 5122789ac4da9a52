//! A cluster that is followed: its pods become resources, equal pods of one controller become one, and rows stay when
//! the API server is lost.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::clock;
use super::drift::{self, Runs};
use super::recorded::POD;
use super::state::State;
use crate::format::yaml;
use crate::model::Moment;
use crate::model::cluster::{Cluster, Link, WorkloadRow};
use crate::model::workload::{Resource, ResourceId};
use crate::model::world::Job;
use crate::port::Question;
use crate::source::cluster::{self, ClusterOptions, Event, Pod, Problem, Reader};

/// Pods that are alike: of one controller, with one digest.
type Alike = (ResourceId, [u8; 32]);

/// Events that may wait: a page is an event, and the next one is asked for when there is room.
const AHEAD: usize = 4;

/// Pods that are alike.
pub(super) struct Group {
    pub(super) resource: Arc<Resource>,
    /// Keys of the pods.
    pub(super) pods: BTreeSet<String>,
    pub(super) running: Vec<(String, String)>,
    /// What runs, where that can be told.
    pub(super) runs: Vec<Runs>,
    /// What of it is not what its image names now, and the pod with that in place of its images.
    pub(super) drifted: Option<(Vec<Runs>, Arc<Resource>)>,
}

impl Group {
    fn resources(self) -> impl Iterator<Item = Arc<Resource>> {
        std::iter::once(self.resource).chain(self.drifted.map(|(_, resource)| resource))
    }
}

/// A cluster that is followed.
pub(super) struct Live {
    /// What is followed.
    pub(super) options: ClusterOptions,
    /// The context that was followed before.
    pub(super) before: Option<String>,
    events: mpsc::Receiver<Event>,
    task: AbortHandle,
    started: Moment,
    /// When it was recorded; `None`: it is watched.
    recorded: Option<Moment>,
    pub(super) groups: BTreeMap<Alike, Group>,
    by_key: HashMap<String, Alike>,
    view: Arc<Cluster>,
    /// Lists that are not complete yet.
    lists: Lists,
    /// The pods as a table, made when it is asked for.
    stale: bool,
    /// How far drift has come.
    pub(super) drift: Seen,
}

/// How far the lists have come.
struct Lists {
    /// Those that are not complete yet.
    open: usize,
    /// The first answer is still waited for, longer than usual.
    slow: bool,
}

/// Changes of the state.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// For which drift was looked for.
    pub(super) looked: u64,
    /// For which its rows were made.
    shown: u64,
}

/// What an event means for the world.
#[derive(Default)]
pub(super) struct News {
    /// New resources.
    pub(super) added: Vec<Arc<Resource>>,
    /// Resources that are no more.
    pub(super) removed: Vec<Arc<Resource>>,
    /// Policies in place of those before.
    pub(super) policies: Option<Vec<(String, String)>>,
    /// Something to say, and whether it is an error.
    pub(super) said: Vec<(bool, String)>,
    /// Questions that have another answer now.
    pub(super) changed: Vec<Question>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Live {
    /// Begins to follow.
    pub(super) fn start(options: ClusterOptions, reader: Reader) -> Self {
        Self::playing(options, None, |out| cluster::run(reader, out))
    }

    /// Begins to take in what `source` tells.
    pub(super) fn playing<F: Future<Output = ()> + Send + 'static>(
        options: ClusterOptions,
        recorded: Option<Moment>,
        source: impl FnOnce(mpsc::Sender<Event>) -> F,
    ) -> Self {
        let (out, events) = mpsc::channel(AHEAD);
        let view = Cluster {
            context: options.context.clone().unwrap_or_default(),
            // Where there is no kubeconfig, the connection says so.
            contexts: cluster::contexts(&options).unwrap_or_default(),
            namespace: options.namespace.clone(),
            link: Link::Listing,
            ..Cluster::default()
        };
        let task = tokio::spawn(source(out)).abort_handle();
        Self {
            options,
            before: None,
            events,
            task,
            started: clock::now(),
            recorded,
            groups: BTreeMap::new(),
            by_key: HashMap::new(),
            view: Arc::new(view),
            lists: Lists { open: 1, slow: false },
            stale: false,
            drift: Seen::default(),
        }
    }

    /// Name of the context, as far as it is known.
    pub(super) fn context(&self) -> &str {
        &self.view.context
    }

    /// The namespaces that are looked at; `None`: all.
    pub(super) fn namespace(&self) -> Option<String> {
        self.view.namespace.clone()
    }

    /// True when it is a record.
    pub(super) fn is_recorded(&self) -> bool {
        self.recorded.is_some()
    }

    /// Everything that is known, to be taken away.
    pub(super) fn forget(&mut self) -> Vec<Arc<Resource>> {
        self.by_key.clear();
        std::mem::take(&mut self.groups).into_values().flat_map(Group::resources).collect()
    }

    /// The next event; pending when there will be none.
    pub(super) async fn next(&mut self) -> Event {
        match self.events.recv().await {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }

    /// An event that has come already.
    pub(super) fn ready(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Takes an event in.
    pub(super) fn take(&mut self, event: Event) -> News {
        let mut news = News::default();
        match event {
            Event::Connected { context, namespace } => {
                let view = Arc::make_mut(&mut self.view);
                view.context = context;
                view.namespace = namespace;
            }
            Event::Lists(number) => {
                self.lists.open = number;
                self.listed();
            }
            Event::Pods(pods) => pods.into_iter().for_each(|pod| self.put(pod, &mut news)),
            Event::Gone(keys) => keys.iter().for_each(|key| self.remove(key, &mut news)),
            Event::Policies(texts) => news.policies = Some(texts),
            Event::Complete => {
                self.lists.open = self.lists.open.saturating_sub(1);
                self.listed();
            }
            Event::Lost(problem) => self.lost(&problem, &mut news),
            Event::Slow(problem) => {
                if self.view.link == Link::Listing {
                    self.lists.slow = true;
                    let (problem, hint) = (problem.to_string(), problem.hint());
                    Arc::make_mut(&mut self.view).link = Link::Lost { since: self.started, problem, hint };
                }
            }
            Event::Changed(question) => news.changed.push(question),
            Event::Back if std::mem::take(&mut self.lists.slow) => {
                Arc::make_mut(&mut self.view).link = Link::Listing;
                self.listed();
            }
            Event::Back => {
                if matches!(self.view.link, Link::Lost { .. }) {
                    Arc::make_mut(&mut self.view).link =
                        if self.lists.open == 0 { Link::Live } else { Link::Listing };
                    news.said.push((false, "the API server answers again".to_owned()));
                }
            }
            Event::Hidden(text) => news.said.push((true, text)),
            Event::Failed(problem) => {
                self.lists.slow = false;
                news.said.push((true, format!("{problem} (hint: {})", problem.hint())));
                Arc::make_mut(&mut self.view).link =
                    Link::Failed { problem: problem.to_string(), hint: problem.hint() };
            }
        }
        news
    }

    /// With the last list everything is known.
    fn listed(&mut self) {
        if self.lists.open == 0 && self.view.link == Link::Listing {
            let link = self.recorded.map_or(Link::Live, |at| Link::Recorded { at });
            Arc::make_mut(&mut self.view).link = link;
        }
    }

    fn lost(&mut self, problem: &Problem, news: &mut News) {
        let slow = std::mem::take(&mut self.lists.slow);
        if !slow && matches!(self.view.link, Link::Lost { .. } | Link::Failed { .. }) {
            return;
        }
        news.said.push((true, format!("{problem} (hint: {})", problem.hint())));
        Arc::make_mut(&mut self.view).link =
            Link::Lost { since: clock::now(), problem: problem.to_string(), hint: problem.hint() };
    }

    fn put(&mut self, pod: Pod, news: &mut News) {
        let alike = (pod.owner.clone(), pod.likeness);
        if self.by_key.get(&pod.key) == Some(&alike) {
            return;
        }
        self.remove(&pod.key, news);
        self.stale = true;
        self.by_key.insert(pod.key.clone(), alike.clone());
        let group = self.groups.entry(alike).or_insert_with(|| {
            let file = format!("{POD}{}", pod.key);
            let manifest = Arc::new(yaml::from_json(file.as_str().into(), &pod.manifest));
            let resource = Arc::new(Resource { id: pod.id.clone(), manifest, synthetic: false });
            news.added.push(resource.clone());
            let runs = drift::runs(&pod.manifest, &pod.running);
            let running = pod.running.into_iter().collect();
            Group { resource, pods: BTreeSet::new(), running, runs, drifted: None }
        });
        group.pods.insert(pod.key);
    }

    fn remove(&mut self, key: &str, news: &mut News) {
        let Some(alike) = self.by_key.remove(key) else { return };
        self.stale = true;
        let Some(group) = self.groups.get_mut(&alike) else { return };
        group.pods.remove(key);
        if group.pods.is_empty()
            && let Some(group) = self.groups.remove(&alike)
        {
            // What came and went within one batch was never there.
            let before = news.added.len();
            news.added.retain(|added| !Arc::ptr_eq(added, &group.resource));
            if news.added.len() == before {
                news.removed.extend(group.resources());
            }
        }
    }

    /// The cluster as the world shows it.
    pub(super) fn view(&mut self, state: &State) -> Arc<Cluster> {
        if self.stale || self.drift.shown != state.rest.changes {
            self.drift.shown = state.rest.changes;
            let drift = self.drift(state);
            if drift != self.view.drift {
                Arc::make_mut(&mut self.view).drift = drift;
            }
        }
        if std::mem::take(&mut self.stale) {
            let view = Arc::make_mut(&mut self.view);
            view.pods = self.by_key.len();
            view.workloads = self
                .groups
                .iter()
                .map(|((owner, _), group)| WorkloadRow {
                    pod: group.resource.id.clone(),
                    owner: owner.clone(),
                    pods: group.pods.len(),
                    replicas: None,
                    running: group.running.clone(),
                })
                .collect();
            view.workloads.sort_by(|a, b| {
                (&a.owner.namespace, &a.owner, &a.pod).cmp(&(&b.owner.namespace, &b.owner, &b.pod))
            });
        }
        self.view.clone()
    }

    /// The list as a piece of work, while it is under way.
    pub(super) fn job(&self) -> Option<Job> {
        (self.lists.slow || self.view.link == Link::Listing).then(|| Job {
            id: 0,
            what: format!("list pods ({} so far)", self.by_key.len()),
            host: self.view.context.clone(),
            since: self.started,
            ..Job::default()
        })
    }
}
