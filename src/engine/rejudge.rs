//! Judges every resource under a draft, on all cores, and stops as soon as the draft is another one.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{mpsc, watch};

use super::clock;
use super::draft::Finished;
use super::judging::{Bench, traces};
use super::trust_stores::TrustStores;
use crate::analyse::{self, Compared};
use crate::evaluate::Loaded;
use crate::model::artifact::Evidence;
use crate::model::draft::{Flip, Judged, Stranded};
use crate::model::missing::Missing;
use crate::model::moment::Moment;
use crate::model::trace::{PolicyId, Trace};
use crate::model::verdict::Verdict;
use crate::model::verifier::LogKey;
use crate::model::workload::{Resource, ResourceId};
use crate::model::{Outcome, WhatIf};
use crate::verify::Memory;

/// Resources that are judged before the first answer is published.
const FIRST: usize = 256;
/// Resources between two looks at whether the draft is still the newest.
const CHUNK: usize = 32;
/// Most threads.
const MOST_THREADS: usize = 8;

/// Everything that a run reads.
pub(super) struct Base {
    pub(super) resources: Vec<Arc<Resource>>,
    /// Results under the saved policies, by resource.
    pub(super) results: Vec<Vec<Arc<Trace>>>,
    pub(super) evidence: HashMap<Arc<str>, Result<Arc<Evidence>, Missing>>,
    /// Images that no saved policy asks for.
    pub(super) not_asked: HashSet<Arc<str>>,
    pub(super) memory: Arc<Memory>,
    pub(super) log_keys: Arc<[LogKey]>,
    pub(super) trust: Arc<crate::evaluate::image_policy::Trust>,
    pub(super) trust_stores: Arc<TrustStores>,
    pub(super) as_of: Moment,
    pub(super) offline: bool,
}

/// One judging of everything under a draft.
pub(super) struct Run {
    pub(super) number: u64,
    pub(super) current: Arc<AtomicU64>,
    pub(super) text: Arc<str>,
    pub(super) loaded: Arc<[Loaded]>,
    pub(super) edited: HashSet<PolicyId>,
    pub(super) base: Arc<Base>,
    pub(super) publish: Arc<watch::Sender<Arc<WhatIf>>>,
    pub(super) done: mpsc::UnboundedSender<Finished>,
}

/// What has been found so far.
#[derive(Default)]
struct Found {
    flips: Vec<Flip>,
    stranded: Vec<Stranded>,
    counts: [usize; 6],
    waiting: BTreeSet<Arc<str>>,
    judged: usize,
}

impl Run {
    /// Judges, publishes what is on screen first, then everything.
    pub(super) fn go(self) {
        let began = clock::stopwatch();
        let order = self.order();
        let found = Mutex::new(Found::default());
        let (first, rest) = order.split_at(order.len().min(FIRST));
        self.share(first, &found);
        if !rest.is_empty() {
            self.tell(&found, began);
            self.share(rest, &found);
        }
        self.tell(&found, began);
        let wanted = found.into_inner().unwrap_or_else(PoisonError::into_inner).waiting;
        let wanted = wanted.into_iter().filter(|name| self.base.not_asked.contains(name)).collect();
        // The engine may have stopped.
        let _ = self.done.send(Finished { run: self.number, wanted });
    }

    /// What flipped before comes first: that is what the screen shows. Then what the edited policies look at.
    fn order(&self) -> Vec<usize> {
        let before = self.publish.borrow().clone();
        let shown: HashSet<&ResourceId> = before.flips.iter().map(|flip| &flip.resource).collect();
        let rank = |number: &usize| {
            let shown = self.base.resources.get(*number).is_some_and(|resource| shown.contains(&resource.id));
            let results = self.base.results.get(*number).map(Vec::as_slice).unwrap_or_default();
            let touched = results
                .iter()
                .any(|trace| trace.verdict != Verdict::None && self.edited.contains(&trace.policy));
            if shown { 0 } else { 2 - usize::from(touched) }
        };
        let mut order: Vec<usize> = (0..self.base.resources.len()).collect();
        order.sort_by_cached_key(rank);
        order
    }

    /// Judges these resources on as many threads as there are cores.
    fn share(&self, numbers: &[usize], found: &Mutex<Found>) {
        let next = AtomicUsize::new(0);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.min(MOST_THREADS).min(numbers.len().div_ceil(CHUNK));
        if threads <= 1 {
            return self.work(numbers, &next, found);
        }
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| self.work(numbers, &next, found));
            }
        });
    }

    fn work(&self, numbers: &[usize], next: &AtomicUsize, found: &Mutex<Found>) {
        let evidence = |name: &str| self.base.evidence.get(name).cloned().unwrap_or(Err(Missing::Waiting));
        let bench = Bench {
            prover: &*self.base.memory,
            evidence: &evidence,
            log_keys: &self.base.log_keys,
            trust: &self.base.trust,
            trust_stores: &self.base.trust_stores,
            as_of: self.base.as_of,
            offline: self.base.offline,
        };
        while self.current.load(Ordering::Relaxed) == self.number {
            let from = next.fetch_add(CHUNK, Ordering::Relaxed);
            let Some(chunk) = numbers.get(from..(from + CHUNK).min(numbers.len())) else { return };
            if chunk.is_empty() {
                return;
            }
            let mut part = Found::default();
            for number in chunk {
                self.judge(*number, &bench, &mut part);
            }
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.take(part);
        }
    }

    fn judge(&self, number: usize, bench: &Bench<'_>, part: &mut Found) {
        part.judged += 1;
        let Some(resource) = self.base.resources.get(number) else { return };
        let now = self.base.results.get(number).map(Vec::as_slice).unwrap_or_default();
        let loaded: Vec<&Loaded> = self.loaded.iter().collect();
        let draft = traces(&loaded, resource, bench);
        for trace in &draft {
            let slot = Verdict::ALL.iter().position(|known| *known == trace.verdict);
            if let Some(count) = slot.and_then(|slot| part.counts.get_mut(slot)) {
                *count += 1;
            }
            let waits = trace
                .deciding_clause()
                .is_some_and(|clause| clause.outcome == Outcome::Undecided(Missing::Waiting));
            if waits {
                part.waiting.insert(trace.image.image.as_str().into());
            }
        }
        let Compared { flips, stranded } =
            analyse::compare(resource, now, &draft, &|policy| self.edited.contains(policy));
        part.flips.extend(flips);
        part.stranded.extend(stranded);
    }

    /// Publishes what has been found, unless the draft has changed meanwhile.
    fn tell(&self, found: &Mutex<Found>, began: Instant) {
        let found = found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut flips = found.flips.clone();
        analyse::order(&mut flips);
        let mut stranded = found.stranded.clone();
        stranded.sort_by(|a, b| {
            (std::cmp::Reverse(a.pods), &a.resource).cmp(&(std::cmp::Reverse(b.pods), &b.resource))
        });
        let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let judged =
            Judged { done: found.judged, all: self.base.resources.len(), counts: found.counts, took };
        self.publish.send_if_modified(|answer| {
            // Under the lock of the channel: nothing newer can come in between.
            if self.current.load(Ordering::SeqCst) != self.number {
                return false;
            }
            *answer = Arc::new(WhatIf {
                text: self.text.clone(),
                flips,
                stranded,
                judged,
                waiting: found.waiting.iter().cloned().collect(),
                ..(**answer).clone()
            });
            true
        });
    }
}

impl Found {
    fn take(&mut self, part: Self) {
        self.flips.extend(part.flips);
        self.stranded.extend(part.stranded);
        self.waiting.extend(part.waiting);
        self.judged += part.judged;
        for (count, more) in self.counts.iter_mut().zip(part.counts) {
            *count += more;
        }
    }
}
