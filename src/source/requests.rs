//! What has been asked of whom: a bounded list of requests, for the user's eyes.

use std::collections::VecDeque;
#[cfg(feature = "net")]
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use crate::model::request::RequestRecord;

/// Most requests that are remembered.
const MOST: usize = 1000;

/// The list; clones share it.
#[derive(Clone, Debug, Default)]
pub struct RequestLog(Arc<Mutex<VecDeque<RequestRecord>>>);

impl RequestLog {
    /// Adds a request; the oldest goes when there are too many.
    pub fn add(&self, record: RequestRecord) {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if records.len() >= MOST {
            records.pop_front();
        }
        records.push_back(record);
    }

    /// All requests, the oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// Requests that are sent for one piece of work.
#[cfg(feature = "net")]
#[derive(Debug, Default)]
pub struct Effort {
    requests: AtomicU32,
    again: AtomicU32,
}

#[cfg(feature = "net")]
tokio::task_local! {
    static EFFORT: Arc<Effort>;
}

#[cfg(feature = "net")]
impl Effort {
    /// Counts what is sent while `work` runs.
    pub async fn of<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        EFFORT.scope(self, work).await
    }

    /// Requests so far, and those of them that were sent once more.
    #[must_use]
    pub fn numbers(&self) -> (u32, u32) {
        (self.requests.load(Ordering::Relaxed), self.again.load(Ordering::Relaxed))
    }
}

/// Counts a request for the work that sends it.
#[cfg(feature = "net")]
pub(super) fn sent(again: bool) {
    // Work that nobody counts is of the commands that run one thing and end.
    let _ = EFFORT.try_with(|effort| {
        effort.requests.fetch_add(1, Ordering::Relaxed);
        effort.again.fetch_add(u32::from(again), Ordering::Relaxed);
    });
}
