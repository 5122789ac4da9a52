//! The draft of a policy: its last good reading, the number of the newest text, and the answer that is published.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, watch};

use super::command::Draft;
use super::draft_parts;
use super::files::ReadFile;
use super::rejudge::{Anew, Base, Run};
use super::state::State;
use crate::evaluate::{self, Loaded};
use crate::model::lint::{Lint, Severity};
use crate::model::span::{Diagnostic, Span};
use crate::model::trace::PolicyId;
use crate::model::{Code, WhatIf};
use crate::verify::Memory;

/// A draft as it is judged.
pub(super) struct Reading {
    pub(super) draft: Draft,
    /// The last text that could be judged, and its policies.
    pub(super) good: (Arc<str>, Arc<[Loaded]>),
    pub(super) broken: Option<Diagnostic>,
    pub(super) lints: Vec<Lint>,
}

/// What is published, by whom, and what it is made from.
pub(super) struct Drafting {
    reading: Option<Reading>,
    publish: Arc<watch::Sender<Arc<WhatIf>>>,
    /// The number of the run whose answer counts; a run that is not it stops.
    current: Arc<AtomicU64>,
    /// True while a run is under way.
    running: bool,
    /// True when what is judged has changed since the last run began.
    stale: bool,
    /// What the last run was made from, with the number of changes until then.
    base: Option<(u64, Arc<Base>)>,
    done: (mpsc::UnboundedSender<Finished>, mpsc::UnboundedReceiver<Finished>),
    /// Proofs that near misses are derived from; they are shown nowhere.
    near_misses: Arc<Memory>,
}

/// The end of a run.
#[derive(Debug)]
pub(super) struct Finished {
    /// Its number.
    pub(super) run: u64,
    /// Images that the draft asks for and nobody has asked the sources for.
    pub(super) wanted: Vec<Arc<str>>,
}

impl Drafting {
    pub(super) fn new() -> (Self, watch::Receiver<Arc<WhatIf>>) {
        let (publish, answers) = watch::channel(Arc::new(WhatIf::default()));
        let drafting = Self {
            reading: None,
            publish: Arc::new(publish),
            current: Arc::default(),
            running: false,
            stale: false,
            base: None,
            done: mpsc::unbounded_channel(),
            near_misses: Arc::default(),
        };
        (drafting, answers)
    }

    /// Takes a draft, or takes it away.
    pub(super) fn set(&mut self, draft: Option<Draft>, files: &[ReadFile], handled: u64) {
        // Whatever runs now is about a text that is gone.
        self.current.fetch_add(1, Ordering::SeqCst);
        self.running = false;
        let Some(draft) = draft else {
            self.reading = None;
            self.stale = false;
            self.base = None;
            let gone = WhatIf { handled, ..WhatIf::default() };
            self.publish.send_replace(Arc::new(gone));
            return;
        };
        let before = self.reading.take().filter(|reading| reading.draft.file == draft.file);
        let good = before.map_or_else(|| saved(&draft.file, files), |reading| reading.good);
        let reading = read(draft, good);
        self.publish.send_modify(|answer| {
            let same = answer.file == reading.draft.file;
            let kept = if same { (**answer).clone() } else { WhatIf::default() };
            *answer = Arc::new(WhatIf {
                generation: reading.draft.generation,
                handled,
                file: reading.draft.file.clone(),
                broken: reading.broken.clone(),
                lints: reading.lints.clone(),
                busy: true,
                ..kept
            });
        });
        self.reading = Some(reading);
        self.stale = true;
    }

    fn busy(&self) {
        self.publish.send_if_modified(|answer| {
            let news = !answer.busy;
            if news {
                *answer = Arc::new(WhatIf { busy: true, ..(**answer).clone() });
            }
            news
        });
    }

    /// The end of the next run; pending while nothing runs.
    pub(super) async fn finished(&mut self) -> Option<Finished> {
        self.done.1.recv().await
    }

    /// Takes the end of a run; images that have to be fetched for it, when it is the one that counts. `changes` is how often
    /// what is judged has changed by now.
    pub(super) fn take(&mut self, finished: Finished, changes: u64) -> Vec<Arc<str>> {
        if finished.run != self.current.load(Ordering::SeqCst) {
            return Vec::new();
        }
        self.running = false;
        // What is wanted now starts another run, with it as waiting; so does what has come meanwhile.
        let newest = self.base.as_ref().is_some_and(|(known, _)| *known == changes);
        if finished.wanted.is_empty() && !self.stale && newest {
            self.publish.send_modify(|answer| {
                *answer = Arc::new(WhatIf { busy: false, ..(**answer).clone() });
            });
        }
        finished.wanted
    }
}

impl Drafting {
    /// Starts a run when there is a draft and anything has changed since the last one began.
    pub(super) fn judge(&mut self, state: &State) {
        let changes = state.rest.changes;
        let known = self.base.as_ref().filter(|(known, _)| *known == changes).map(|(_, base)| base.clone());
        // A run for other results may end first: it is stopped only by another text.
        if self.running || (known.is_some() && !self.stale) {
            return;
        }
        let Some(reading) = &self.reading else { return };
        let base = known.unwrap_or_else(|| Arc::new(state.base(&self.near_misses)));
        let anew = judged_anew(reading, &state.files);
        let run = Run {
            number: self.current.fetch_add(1, Ordering::SeqCst) + 1,
            current: self.current.clone(),
            text: reading.good.0.clone(),
            anew,
            base: base.clone(),
            publish: self.publish.clone(),
            done: self.done.0.clone(),
        };
        self.running = true;
        self.stale = false;
        self.base = Some((changes, base));
        self.busy();
        tokio::task::spawn_blocking(move || run.go());
    }
}

impl State {
    /// Everything that a run reads, as it is now.
    fn base(&self, near_misses: &Arc<Memory>) -> Base {
        let evidence: HashMap<_, _> =
            self.images.iter().map(|row| (row.name.clone(), self.evidence(&row.name))).collect();
        let not_asked = self
            .images
            .iter()
            .filter(|row| row.state == crate::model::world::ImageState::NotAsked)
            .map(|row| row.name.clone())
            .collect();
        Base {
            resources: self.resources.clone(),
            results: self.results.clone(),
            evidence,
            not_asked,
            memory: self.rest.memory.clone(),
            asked: self.rest.asked.clone(),
            near_misses: near_misses.clone(),
            log_keys: self.settings.log_keys.clone(),
            trust: self.rest.trust.clone(),
            trust_stores: self.settings.trust_stores.clone(),
            as_of: self.now(),
            offline: self.settings.offline,
        }
    }
}

fn saved(file: &str, files: &[ReadFile]) -> (Arc<str>, Arc<[Loaded]>) {
    let saved = files.iter().find(|known| *known.path == *file);
    saved.map_or_else(|| ("".into(), Arc::from([])), |file| (file.text.clone(), file.loaded.clone().into()))
}

/// What is judged under a draft, and the policies whose saved results fall away. A document that is as it was saved keeps
/// its results. What one ImageValidatingPolicy verifies counts for what another requires, so a draft of one has all of
/// them judged anew; an exception can be from any policy, so a draft of one has all of them judged anew, and a draft of a
/// policy all exceptions at hand.
fn judged_anew(reading: &Reading, files: &[ReadFile]) -> Anew {
    let file = &reading.draft.file;
    let mut edited = edited(file, files);
    let image = |loaded: &Loaded| matches!(loaded, Loaded::Image(_));
    let exception = |loaded: &Loaded| matches!(loaded, Loaded::Exception(_) | Loaded::ImageException(_));
    let saved: Vec<&ReadFile> = files.iter().filter(|known| known.path == *file).collect();
    let own: Vec<&Loaded> = reading.good.1.iter().chain(saved.iter().flat_map(|file| &file.loaded)).collect();
    let (all, images) = (own.iter().any(|loaded| exception(loaded)), own.iter().any(|loaded| image(loaded)));
    let others = files.iter().filter(|known| known.path != *file).flat_map(|known| &known.loaded);
    let counts = |loaded: &&Loaded| all || exception(loaded) || (images && image(loaded));
    let others: Vec<Loaded> = others.filter(counts).cloned().collect();
    edited.extend(others.iter().map(|loaded| loaded.id().clone()));
    let same = match saved.as_slice() {
        [file] if !all && !images => {
            draft_parts::unchanged((&file.text, &file.loaded), (&reading.good.0, &reading.good.1))
        }
        _ => HashSet::new(),
    };
    edited.retain(|id| !same.contains(id));
    let whole: Arc<[Loaded]> = reading.good.1.iter().cloned().chain(others).collect();
    Anew {
        loaded: whole.iter().filter(|loaded| !same.contains(loaded.id())).cloned().collect(),
        edited: edited.into_iter().collect(),
        kept: same.into_iter().collect(),
        whole,
    }
}

/// Policies whose saved results fall away under a draft of this file.
fn edited(file: &str, files: &[ReadFile]) -> HashSet<PolicyId> {
    let saved = files.iter().filter(|known| *known.path == *file);
    saved.flat_map(|file| &file.loaded).map(|loaded| loaded.id().clone()).collect()
}

/// Reads a draft. What its engine would refuse is not judged: nobody could apply it.
fn read(draft: Draft, good: (Arc<str>, Arc<[Loaded]>)) -> Reading {
    let here = |problem: &str| Diagnostic {
        span: Span::whole(draft.file.clone()),
        problem: problem.to_owned(),
        hint: Some("what is judged is the last text that was a policy".to_owned()),
    };
    let unread = |problem: &Diagnostic| Lint {
        code: Code::PolInvalid,
        severity: Severity::Error,
        span: problem.span.clone(),
        message: problem.problem.clone(),
    };
    let (good, broken, lints) = match evaluate::load(&draft.file, &draft.text) {
        Err(diagnostic) => (good, Some(diagnostic.clone()), vec![unread(&diagnostic)]),
        Ok(loaded) => {
            let mut lints: Vec<Lint> = loaded.iter().flat_map(evaluate::lint).collect();
            lints.sort_by_key(|lint| (lint.span.start.line, std::cmp::Reverse(lint.severity)));
            let refused = loaded.iter().any(|loaded| loaded.as_a_whole().is_some());
            if loaded.is_empty() {
                let nothing = here("there is no policy in this text");
                (good, Some(nothing.clone()), vec![unread(&nothing)])
            } else if refused {
                let first = loaded.iter().flat_map(|loaded| loaded.row().problems).next();
                (good, first.or_else(|| Some(here("its engine refuses this policy"))), lints)
            } else {
                ((draft.text.clone(), loaded.into()), None, lints)
            }
        }
    };
    Reading { draft, good, broken, lints }
}
