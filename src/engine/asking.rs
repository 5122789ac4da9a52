//! Questions on their way: so many at a time, each once, and who waits for its answer.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use tokio::task::{AbortHandle, JoinSet};

use super::asked::answer;
use super::clock;
use crate::model::Missing;
use crate::model::workload::ResourceId;
use crate::model::world::Job;
use crate::port::{Question, Reply, Services, Store};

/// Questions that are asked at the same time; requests to one host have a limit of their own.
const PARALLEL: usize = 8;
/// Numbers of these jobs begin here, those of fetching below.
const FIRST: u64 = 1 << 32;

/// A question with its answer.
pub(super) type Answered = (Question, Result<Reply, Missing>);

/// Queue and running questions.
pub(super) struct Asking {
    waiting: VecDeque<(Question, Arc<dyn Store>)>,
    running: JoinSet<Result<Reply, Missing>>,
    jobs: HashMap<u64, (Job, Question, AbortHandle)>,
    /// Resources whose judgement waits for an answer.
    waiters: HashMap<Question, BTreeSet<ResourceId>>,
    services: Option<Arc<dyn Services>>,
    /// The cluster that is followed.
    cluster: Option<Arc<dyn Services>>,
    next: u64,
}

impl Asking {
    pub(super) fn new(services: Option<Arc<dyn Services>>) -> Self {
        Self {
            waiting: VecDeque::new(),
            running: JoinSet::new(),
            jobs: HashMap::new(),
            waiters: HashMap::new(),
            services,
            cluster: None,
            next: FIRST,
        }
    }

    /// Orders an answer for these resources; one that is on its way already is not ordered again.
    pub(super) fn order(
        &mut self,
        question: Question,
        store: Arc<dyn Store>,
        resources: BTreeSet<ResourceId>,
    ) {
        match self.waiters.get_mut(&question) {
            Some(known) => known.extend(resources),
            None => {
                self.waiters.insert(question.clone(), resources);
                self.waiting.push_back((question, store));
            }
        }
    }

    /// Asks this cluster from now on; what another was asked is not waited for any more.
    pub(super) fn follow(&mut self, cluster: Option<Arc<dyn Services>>) {
        self.cluster = cluster;
        self.waiting.retain(|(question, _)| !question.is_of_cluster());
        self.waiters.retain(|question, _| !question.is_of_cluster());
        self.jobs.retain(|_, (_, question, abort)| {
            let stays = !question.is_of_cluster();
            if !stays {
                abort.abort();
            }
            stays
        });
    }

    /// Starts what may run; true when anything was started.
    pub(super) fn start(&mut self) -> bool {
        let before = self.next;
        while self.running.len() < PARALLEL {
            let Some((question, store)) = self.waiting.pop_front() else { break };
            let id = self.next;
            self.next += 1;
            let (what, host) = (question.words(), question.host().to_owned());
            let job = Job { id, what, host, since: clock::now(), ..Job::default() };
            let of_cluster = question.is_of_cluster();
            let services = if of_cluster { &self.cluster } else { &self.services }.clone();
            let asked = question.clone();
            let abort =
                self.running.spawn(async move { answer(&asked, store.as_ref(), services.as_deref()).await });
            self.jobs.insert(id, (job, question, abort));
        }
        self.next != before
    }

    /// The next answer; pending while nothing runs. A question that was cancelled gives `None`.
    pub(super) async fn next(&mut self) -> Option<Answered> {
        let (id, result) = match self.running.join_next_with_id().await {
            Some(Ok((id, result))) => (id, result),
            Some(Err(error)) => {
                let what = "the answer of a service".to_owned();
                let problem = "internal fault while reading it".to_owned();
                (error.id(), Err(Missing::Malformed { what, problem }))
            }
            None => std::future::pending().await,
        };
        let number = *self.jobs.iter().find(|(_, (_, _, abort))| abort.id() == id)?.0;
        let (_, question, _) = self.jobs.remove(&number)?;
        Some((question, result))
    }

    /// The resources that waited for an answer; they wait no longer.
    pub(super) fn release(&mut self, question: &Question) -> BTreeSet<ResourceId> {
        self.waiters.remove(question).unwrap_or_default()
    }

    /// Cancels one job or everything; returns what will never be answered.
    pub(super) fn cancel(&mut self, id: Option<u64>) -> Vec<Question> {
        let ids: Vec<u64> = match id {
            Some(id) => vec![id],
            None => self.jobs.keys().copied().collect(),
        };
        let mut gone = Vec::new();
        for (_, question, abort) in ids.iter().filter_map(|id| self.jobs.remove(id)) {
            abort.abort();
            gone.push(question);
        }
        if id.is_none() {
            gone.extend(self.waiting.drain(..).map(|(question, _)| question));
        }
        gone
    }

    /// Questions that run or wait, oldest first: nothing is settled before they are answered.
    pub(super) fn jobs(&self) -> Vec<Job> {
        let mut jobs: Vec<Job> = self.jobs.values().map(|(job, _, _)| job.clone()).collect();
        jobs.sort_by_key(|job| job.id);
        jobs
    }

    /// True when nothing runs or waits.
    pub(super) fn idle(&self) -> bool {
        self.jobs.is_empty() && self.waiting.is_empty()
    }
}
