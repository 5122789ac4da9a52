//! Reads the documents of images that somebody looks at: one image at a time, on a thread of its own, bounded in sum.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::clock;
use super::state::State;
use crate::format::facts;
use crate::model::artifact::Evidence;
use crate::model::reading::{LayerReading, Reading};
use crate::model::world::{ImageState, Job};

/// Bytes of content whose reading is kept, in sum; the newest is always kept.
const KEPT: u64 = 256 << 20;
/// Job number: those of fetching begin at 1.
const JOB: u64 = 0;

/// What is to be read, is being read, and was read.
#[derive(Default)]
pub(super) struct Reader {
    wanted: VecDeque<Arc<str>>,
    running: JoinSet<Reading>,
    job: Option<Job>,
    kept: Vec<Arc<Reading>>,
}

impl Reader {
    /// Wants an image to be read.
    pub(super) fn want(&mut self, name: Arc<str>) {
        if !self.wanted.contains(&name) {
            self.wanted.push_back(name);
        }
    }

    /// Starts what can be read now; true when something was started.
    pub(super) fn start(&mut self, state: &State) -> bool {
        for reading in &self.kept {
            let anew = state.fetched(&reading.image).is_some_and(|now| !Arc::ptr_eq(now, &reading.evidence));
            if anew && !self.wanted.contains(&reading.image) {
                self.wanted.push_back(reading.image.clone());
            }
        }
        self.wanted.retain(|name| state.may_come(name));
        if self.job.is_some() {
            return false;
        }
        while let Some(place) = self.wanted.iter().position(|name| state.fetched(name).is_some()) {
            let Some(name) = self.wanted.remove(place) else { return false };
            let Some(evidence) = state.fetched(&name).cloned() else { continue };
            if self.kept.iter().any(|kept| Arc::ptr_eq(&kept.evidence, &evidence)) {
                continue;
            }
            let what = format!("read what hangs on {name}");
            self.job = Some(Job { id: JOB, what, since: clock::now(), ..Job::default() });
            self.running.spawn_blocking(move || read(name, evidence));
            return true;
        }
        false
    }

    /// Waits for the next end; pending while nothing is read.
    pub(super) async fn next(&mut self) {
        match self.running.join_next().await {
            Some(Ok(reading)) => {
                self.kept.retain(|kept| kept.image != reading.image);
                self.kept.push(Arc::new(reading));
                self.forget();
                self.job = None;
            }
            // A fault of ours: the content stays unread, and is shown raw.
            Some(Err(_)) => self.job = None,
            None => std::future::pending().await,
        }
    }

    /// Lets the oldest go while there is too much.
    fn forget(&mut self) {
        let size = |reading: &Arc<Reading>| {
            let layers = reading.evidence.artifacts.iter().flat_map(|artifact| &artifact.layers);
            layers.map(|layer| layer.blob.bytes().map_or(0, <[u8]>::len)).sum::<usize>()
        };
        let over = |kept: &[Arc<Reading>]| {
            let sum: usize = kept.iter().map(size).sum();
            u64::try_from(sum).unwrap_or(u64::MAX) > KEPT
        };
        while self.kept.len() > 1 && over(&self.kept) {
            self.kept.remove(0);
        }
    }

    /// What is being read.
    pub(super) fn job(&self) -> Option<Job> {
        self.job.clone()
    }

    /// What was read, oldest first.
    pub(super) fn kept(&self) -> &[Arc<Reading>] {
        &self.kept
    }
}

fn read(image: Arc<str>, evidence: Arc<Evidence>) -> Reading {
    let mut layers = Vec::new();
    for artifact in &evidence.artifacts {
        for (index, layer) in artifact.layers.iter().enumerate() {
            let Ok(bytes) = layer.blob.bytes() else { continue };
            let facts = facts::layer(&layer.media_type, &layer.annotations, bytes);
            let events = facts::events(&facts);
            layers.push(LayerReading { artifact: artifact.digest.clone(), index, facts, events });
        }
    }
    Reading { image, evidence, layers }
}

impl State {
    /// The evidence of an image, if it is here.
    fn fetched(&self, name: &str) -> Option<&Arc<Evidence>> {
        match &self.images.get(*self.index.get(name)?)?.state {
            ImageState::Ready(evidence) => Some(evidence),
            _ => None,
        }
    }

    /// Whether the evidence of an image is here or on its way.
    fn may_come(&self, name: &str) -> bool {
        let row = self.index.get(name).and_then(|index| self.images.get(*index));
        row.is_some_and(|row| {
            matches!(row.state, ImageState::Waiting | ImageState::Fetching | ImageState::Ready(_))
        })
    }
}
