//! Judges every resource under a draft, on all cores, and stops as soon as the draft is another one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{mpsc, watch};

use super::asked::Asked;
use super::clock;
use super::draft::Finished;
use super::judging::{Bench, traces};
use super::probing::{self, Range};
use super::trust_stores::TrustStores;
use crate::analyse::{self, Compared};
use crate::evaluate::Loaded;
use crate::evaluate::kyverno::EvidenceOf;
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

/// Resources that are judged before each answer but the last one: soon enough for the screen, and seldom enough that
/// putting answers together costs little.
const STAGES: [usize; 3] = [128, 512, 2_048];
/// Resources between two looks at whether the draft is still the newest.
const CHUNK: usize = 32;
/// Images that are looked at for near misses.
const MOST_PASSED: usize = 64;
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
    pub(super) asked: Asked,
    /// Proofs that near misses are derived from; they are shown nowhere.
    pub(super) near_misses: Arc<Memory>,
    pub(super) log_keys: Arc<[LogKey]>,
    pub(super) trust: Arc<crate::evaluate::image_policy::Trust>,
    pub(super) trust_stores: Arc<TrustStores>,
    pub(super) as_of: Moment,
    pub(super) offline: bool,
}

impl Base {
    fn evidence(&self, name: &str) -> Result<Arc<Evidence>, Missing> {
        self.evidence.get(name).cloned().unwrap_or(Err(Missing::Waiting))
    }

    fn bench<'a>(&'a self, evidence: &'a EvidenceOf<'a>) -> Bench<'a> {
        Bench {
            prover: &*self.memory,
            outside: &self.asked,
            evidence,
            log_keys: &self.log_keys,
            trust: &self.trust,
            trust_stores: &self.trust_stores,
            as_of: self.as_of,
            offline: self.offline,
        }
    }
}

/// What a draft has judged anew. Policies are few: looking through a list is quicker than hashing their names for every
/// result.
pub(super) struct Anew {
    /// The policies.
    pub(super) loaded: Arc<[Loaded]>,
    /// Policies whose saved results fall away.
    pub(super) edited: Vec<PolicyId>,
    /// Policies of the draft whose saved results stand.
    pub(super) kept: Vec<PolicyId>,
    /// All policies of the draft.
    pub(super) whole: Arc<[Loaded]>,
}

/// One judging of everything under a draft.
pub(super) struct Run {
    pub(super) number: u64,
    pub(super) current: Arc<AtomicU64>,
    pub(super) text: Arc<str>,
    pub(super) anew: Anew,
    pub(super) base: Arc<Base>,
    pub(super) publish: Arc<watch::Sender<Arc<WhatIf>>>,
    pub(super) done: mpsc::UnboundedSender<Finished>,
}

/// What has been found so far.
#[derive(Default)]
struct Found {
    flips: Vec<Arc<Flip>>,
    stranded: Vec<Stranded>,
    counts: [usize; 6],
    waiting: BTreeSet<Arc<str>>,
    judged: usize,
    /// Images that the draft lets in, with a resource that names each.
    passed: BTreeMap<Arc<str>, Arc<Resource>>,
}

impl Run {
    /// Judges, publishes what is on screen first, then everything.
    pub(super) fn go(self) {
        let began = clock::stopwatch();
        let order = self.order();
        let found = Mutex::new(Found::default());
        let mut rest = order.as_slice();
        for stage in STAGES {
            let Some((first, more)) = rest.split_at_checked(stage).filter(|(_, more)| !more.is_empty())
            else {
                break;
            };
            self.share(first, &found);
            self.tell(&found, began);
            rest = more;
        }
        self.share(rest, &found);
        self.tell(&found, began);
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.probe(&found.passed);
        let wanted = found.waiting.into_iter().filter(|name| self.base.not_asked.contains(name)).collect();
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
                .any(|trace| trace.verdict != Verdict::None && self.anew.edited.contains(&trace.policy));
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

    fn wanted(&self) -> bool {
        self.current.load(Ordering::Relaxed) == self.number
    }

    /// Throws near misses at the draft, and publishes what it says.
    fn probe(&self, passed: &BTreeMap<Arc<str>, Arc<Resource>>) {
        let evidence = |name: &str| self.base.evidence(name);
        let range = Range {
            loaded: &self.anew.whole,
            bench: self.base.bench(&evidence),
            known: &self.base.near_misses,
            wanted: &|| self.wanted(),
        };
        let probes: Arc<[_]> = probing::run(&range, passed).into();
        self.publish.send_if_modified(|answer| {
            let news = self.current.load(Ordering::SeqCst) == self.number && answer.probes != probes;
            if news {
                *answer = Arc::new(WhatIf { probes, ..(**answer).clone() });
            }
            news
        });
    }

    fn work(&self, numbers: &[usize], next: &AtomicUsize, found: &Mutex<Found>) {
        let evidence = |name: &str| self.base.evidence(name);
        let bench = self.base.bench(&evidence);
        while self.wanted() {
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
        let loaded: Vec<&Loaded> = self.anew.loaded.iter().collect();
        let draft = traces(&loaded, resource, bench);
        let kept = now.iter().filter(|trace| self.anew.kept.contains(&trace.policy));
        for trace in draft.iter().chain(kept) {
            let slot = Verdict::ALL.iter().position(|known| *known == trace.verdict);
            if let Some(count) = slot.and_then(|slot| part.counts.get_mut(slot)) {
                *count += 1;
            }
        }
        for trace in &draft {
            let waits = trace
                .deciding_clause()
                .is_some_and(|clause| clause.outcome == Outcome::Undecided(Missing::Waiting));
            if waits {
                part.waiting.insert(trace.image.image.as_str().into());
            }
        }
        self.passed(number, &draft, part);
        let Compared { flips, stranded } =
            analyse::compare(resource, now, &draft, &|policy| self.anew.edited.contains(policy));
        part.flips.extend(flips);
        part.stranded.extend(stranded);
    }

    /// Notes the images that all policies of the draft that look at them let in.
    fn passed(&self, number: usize, draft: &[Arc<Trace>], part: &mut Found) {
        let Some(resource) = self.base.resources.get(number) else { return };
        let now = self.base.results.get(number).map(Vec::as_slice).unwrap_or_default();
        let all = || draft.iter().chain(now.iter().filter(|trace| self.anew.kept.contains(&trace.policy)));
        for trace in all().filter(|trace| trace.verdict == Verdict::Pass) {
            let image = trace.image.image.as_str();
            let stopped = |other: &Arc<Trace>| {
                other.image.image == image && !matches!(other.verdict, Verdict::Pass | Verdict::None)
            };
            if !all().any(stopped) {
                part.pass(image.into(), resource);
            }
        }
    }

    /// Publishes what has been found, unless the draft has changed meanwhile.
    fn tell(&self, found: &Mutex<Found>, began: Instant) {
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        // In place: the next answer finds most of them in order.
        analyse::order(&mut found.flips);
        found.stranded.sort_by(|a, b| {
            (std::cmp::Reverse(a.pods), &a.resource).cmp(&(std::cmp::Reverse(b.pods), &b.resource))
        });
        let (flips, stranded): (Arc<[_]>, Arc<[_]>) =
            (found.flips.as_slice().into(), found.stranded.as_slice().into());
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
    /// Keeps the first images by name: which they are does not depend on who was judged first.
    fn pass(&mut self, image: Arc<str>, resource: &Arc<Resource>) {
        self.passed.entry(image).or_insert_with(|| resource.clone());
        if self.passed.len() > MOST_PASSED {
            self.passed.pop_last();
        }
    }

    fn take(&mut self, part: Self) {
        for (image, resource) in part.passed {
            self.pass(image, &resource);
        }
        self.flips.extend(part.flips);
        self.stranded.extend(part.stranded);
        self.waiting.extend(part.waiting);
        self.judged += part.judged;
        for (count, more) in self.counts.iter_mut().zip(part.counts) {
            *count += more;
        }
    }
}
