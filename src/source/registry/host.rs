//! What is known about one host: how it is reached, how it wants to be asked, and who may ask at the moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Url;
use reqwest::header::HeaderValue;
use tokio::sync::{Mutex as Turn, OnceCell, Semaphore};
use tokio::time::Instant;

use super::challenge::Challenge;

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

/// A registry host.
#[derive(Debug)]
pub(super) struct Host {
    /// As in references: `ghcr.io`, `127.0.0.1:5000`.
    pub(super) name: String,
    /// `https://ghcr.io/`, found at the first request.
    pub(super) base: OnceCell<Url>,
    /// Turns of requests.
    pub(super) gate: Semaphore,
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
            challenge: Mutex::new(None),
            granted: Mutex::new(HashMap::new()),
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
