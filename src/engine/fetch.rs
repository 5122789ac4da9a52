//! Work that waits: fetching evidence and listing tags, so many at a time, what is on screen first.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::clock;
use crate::discover::{self, Limits};
use crate::model::artifact::Evidence;
use crate::model::world::Job;
use crate::model::{Missing, Reference};
use crate::port::Store;
use crate::source::requests::Effort;
use crate::source::snapshot::{Record, Recorder};

/// Pages of tags that are read of one repository; a registry that never ends its list is cut here, and it is said.
const MAX_TAG_PAGES: usize = 1_000;
/// Waiting work that is listed; how much waits is told by the progress.
const SHOWN: usize = 50;

/// A result of finished work.
#[derive(Debug)]
pub(super) enum Done {
    /// Evidence of an image, by the name it was asked under.
    Evidence { name: Arc<str>, result: Result<Arc<Evidence>, Missing>, record: Record },
    /// Image tags of a repository, by the text it was asked under.
    Tags { repository: Arc<str>, result: Result<Vec<String>, Missing> },
}

/// A piece of work.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) name: Arc<str>,
    pub(super) reference: Reference,
    pub(super) store: Arc<dyn Store>,
    pub(super) tags: bool,
}

/// Work that runs.
struct Running {
    job: Job,
    order: Order,
    effort: Arc<Effort>,
    abort: AbortHandle,
}

/// Queue and running tasks.
pub(super) struct Fetcher {
    waiting: VecDeque<(u64, Order)>,
    running: JoinSet<(u64, Done)>,
    jobs: HashMap<u64, Running>,
    next: u64,
    parallel: usize,
    /// What the sources answered, by image.
    pub(super) records: HashMap<Arc<str>, Arc<Record>>,
}

impl Fetcher {
    pub(super) fn new(parallel: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            running: JoinSet::new(),
            jobs: HashMap::new(),
            next: 1,
            parallel: parallel.max(1),
            records: HashMap::new(),
        }
    }

    pub(super) fn order(&mut self, order: Order) {
        self.waiting.push_back((self.next, order));
        self.next += 1;
    }

    /// Brings the named orders to the front, the first name first.
    pub(super) fn prefer(&mut self, names: &[Arc<str>]) {
        for name in names.iter().rev() {
            if let Some(order) = self
                .waiting
                .iter()
                .position(|(_, order)| order.name == *name)
                .and_then(|index| self.waiting.remove(index))
            {
                self.waiting.push_front(order);
            }
        }
    }

    /// Starts what may run; returns the names that were started.
    pub(super) fn start(&mut self) -> Vec<Arc<str>> {
        let mut started = Vec::new();
        while self.running.len() < self.parallel {
            let Some((id, order)) = self.waiting.pop_front() else { break };
            let job = Job { since: clock::now(), ..row(id, &order) };
            started.push(order.name.clone());
            let effort = Arc::<Effort>::default();
            let abort = self.running.spawn(effort.clone().of(perform(id, order.clone())));
            self.jobs.insert(id, Running { job, order, effort, abort });
        }
        started
    }

    /// The next finished work; pending while nothing runs. A task that was aborted gives `None`.
    pub(super) async fn next(&mut self) -> Option<Done> {
        match self.running.join_next().await {
            Some(Ok((id, done))) => self.jobs.remove(&id).map(|_| done),
            Some(Err(error)) => self.broken(&error),
            None => std::future::pending().await,
        }
    }

    /// A task that ended without an answer: cancelled, or broken by a fault of ours, which is then the answer.
    fn broken(&mut self, error: &JoinError) -> Option<Done> {
        let id = *self.jobs.iter().find(|(_, running)| running.abort.id() == error.id())?.0;
        let Running { order, .. } = self.jobs.remove(&id)?;
        let missing = Missing::Malformed {
            what: order.name.to_string(),
            problem: "internal fault while reading it".to_owned(),
        };
        Some(if order.tags {
            Done::Tags { repository: order.name, result: Err(missing) }
        } else {
            Done::Evidence { name: order.name, result: Err(missing), record: Record::default() }
        })
    }

    /// Cancels one job or everything; returns what will never come, by name.
    pub(super) fn cancel(&mut self, id: Option<u64>) -> Vec<Arc<str>> {
        let ids: Vec<u64> = match id {
            Some(id) => vec![id],
            None => self.jobs.keys().copied().collect(),
        };
        let mut names = Vec::new();
        for running in ids.iter().filter_map(|id| self.jobs.remove(id)) {
            running.abort.abort();
            names.push(running.order.name);
        }
        let (gone, kept) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(own, _)| id.is_none_or(|id| id == *own));
        self.waiting = kept;
        let gone: VecDeque<(u64, Order)> = gone;
        names.extend(gone.into_iter().map(|(_, order)| order.name));
        names
    }

    /// Running work, oldest first, and what comes next.
    pub(super) fn jobs(&self) -> Vec<Job> {
        let running = self.jobs.values().map(|running| {
            let (requests, again) = running.effort.numbers();
            Job { requests, again, ..running.job.clone() }
        });
        let mut jobs: Vec<Job> = running.collect();
        jobs.sort_by_key(|job| job.id);
        let next = self.waiting.iter().take(SHOWN);
        jobs.extend(next.map(|(id, order)| Job { waits: true, ..row(*id, order) }));
        jobs
    }

    /// True when nothing runs or waits.
    pub(super) fn idle(&self) -> bool {
        self.jobs.is_empty() && self.waiting.is_empty()
    }
}

/// Work as it is listed.
fn row(id: u64, order: &Order) -> Job {
    let verb = if order.tags { "list tags of" } else { "fetch" };
    Job {
        id,
        what: format!("{verb} {}", order.name),
        host: order.reference.registry.clone(),
        ..Job::default()
    }
}

async fn perform(id: u64, order: Order) -> (u64, Done) {
    let Order { name, reference, store, tags } = order;
    let done = if tags {
        Done::Tags { repository: name, result: all_tags(store.as_ref(), &reference).await }
    } else {
        let recorder = Recorder::new(store.as_ref());
        let result = discover::evidence(&recorder, &reference, &Limits::default()).await;
        Done::Evidence { name, result: result.map(Arc::new), record: recorder.record() }
    };
    (id, done)
}

async fn all_tags(store: &dyn Store, repository: &Reference) -> Result<Vec<String>, Missing> {
    let mut tags = Vec::new();
    let mut page: Option<String> = None;
    for _ in 0..MAX_TAG_PAGES {
        let answer = store.tags(repository, page.as_deref()).await?;
        tags.extend(answer.tags);
        match answer.next {
            Some(next) => page = Some(next),
            None => {
                return Ok(discover::plan::images(&tags).into_iter().map(str::to_owned).collect());
            }
        }
    }
    Err(Missing::TooMany { what: "pages of tags".to_owned(), limit: MAX_TAG_PAGES })
}
