//! The only clock: everything else is told what time it is.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::model::Moment;

/// The present instant.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the one place that may read the clock")]
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The beginning of something whose length is measured.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the one place that may read the clock")]
pub fn stopwatch() -> Instant {
    Instant::now()
}
