//! What has been asked of whom: a bounded list of requests, for the user's eyes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Most requests that are remembered.
const MOST: usize = 1000;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Host with port where it is not the usual one.
    pub host: String,
    /// Path and query.
    pub path: String,
    /// HTTP status; `None`: no answer.
    pub status: Option<u16>,
    /// Bytes of the body that were read.
    pub bytes: u64,
    /// Whether the answer came from the cache, so that nothing was sent.
    pub cached: bool,
}

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
