//! What is known about one host: how it is reached, how it wants to be asked, and who may ask at the moment.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;
use tokio::sync::{Mutex as Turn, OnceCell, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::challenge::Challenge;
use crate::model::Missing;
use crate::model::world::HostRow;

/// A header that proves who asks, and until when it does.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    /// Value of `Authorization`; `None`: nobody needs to be proved (an empty token).
    pub(super) header: Option<HeaderValue>,
    /// When it ends; `None`: never.
    pub(super) until: Option<Instant>,
}

/// The place of a repository's grant; whoever holds the turn asks for it, the others wait and find it.
pub(super) type Granted = Arc<Turn<Option<Grant>>>;

/// Counts one that waits, also when it is given up.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A registry host.
#[derive(Debug)]
pub(super) struct Host {
    /// As in references: `ghcr.io`, `127.0.0.1:5000`.
    pub(super) name: String,
    /// `https://ghcr.io/`, found at the first request.
    pub(super) base: OnceCell<Url>,
    /// Turns of requests, and how many there are.
    pub(super) gate: Semaphore,
    turns: usize,
    /// Requests that wait for a turn.
    waiting: AtomicUsize,
    /// Until when the host asked to be left alone.
    pause: Mutex<Option<Instant>>,
    challenge: Mutex<Option<Challenge>>,
    granted: Mutex<HashMap<String, Granted>>,
}

impl Host {
    /// A host of which nothing is known.
    pub(super) fn new(name: &str, at_a_time: usize) -> Self {
        Self {
            name: name.to_owned(),
            base: OnceCell::new(),
            gate: Semaphore::new(at_a_time.max(1)),
            turns: at_a_time.max(1),
            waiting: AtomicUsize::new(0),
            pause: Mutex::new(None),
            challenge: Mutex::new(None),
            granted: Mutex::new(HashMap::new()),
        }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Missing> {
        let _waits = Waits::new(&self.waiting);
        self.gate.acquire().await.map_err(|_| Missing::Cancelled)
    }

    /// Remembers that the host asked to be left alone.
    pub(super) fn pause(&self, wait: Duration) {
        let until = Instant::now().checked_add(wait);
        *self.pause.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    /// How much is asked of it at the moment.
    pub(super) fn row(&self) -> HostRow {
        let until = *self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        let left =
            until.map(|until| until.saturating_duration_since(Instant::now()).as_millis().div_ceil(1_000));
        HostRow {
            name: self.name.clone(),
            running: self.turns.saturating_sub(self.gate.available_permits()),
            limit: self.turns,
            waiting: self.waiting.load(Ordering::Relaxed),
            pause: left.and_then(|left| u64::try_from(left).ok()).unwrap_or(0),
        }
    }

    /// How the host asked for proof; `None`: it never did, so nothing is sent along.
    pub(super) fn challenge(&self) -> Option<Challenge> {
        self.challenge.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers how the host asked for proof.
    pub(super) fn set_challenge(&self, challenge: Challenge) {
        *self.challenge.lock().unwrap_or_else(PoisonError::into_inner) = Some(challenge);
    }

    /// The grant for a repository. Grants are never shared between repositories: credentials may differ by path.
    pub(super) fn granted(&self, repository: &str) -> Granted {
        let mut granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        granted.entry(repository.to_owned()).or_default().clone()
    }
}
