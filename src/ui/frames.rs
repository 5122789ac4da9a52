//! When a frame is due: only when something has changed, and never sooner after the last one than a frame lasts.

use std::time::Duration;

/// Least time between two frames.
pub const FRAME: Duration = Duration::from_millis(10);

/// What is drawn and what is not yet. Times are since the program began: no clock is read here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frames {
    drawn: Duration,
    changed: bool,
}

impl Frames {
    /// The first frame was drawn.
    #[must_use]
    pub fn begun(now: Duration) -> Self {
        Self { drawn: now, changed: false }
    }

    /// Something has changed since the last frame.
    pub fn changed(&mut self) {
        self.changed = true;
    }

    /// True when a frame has to be drawn now.
    #[must_use]
    pub fn due(&self, now: Duration) -> bool {
        self.wake().is_some_and(|wake| now >= wake)
    }

    /// When a frame will be due if nothing more happens; `None`: never.
    #[must_use]
    pub fn wake(&self) -> Option<Duration> {
        self.changed.then_some(self.drawn + FRAME)
    }

    /// A frame was drawn.
    pub fn shown(&mut self, now: Duration) {
        *self = Self::begun(now);
    }
}
