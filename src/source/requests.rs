//! What has been asked of whom: a bounded list of requests, for the user's eyes.

use std::collections::VecDeque;
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
