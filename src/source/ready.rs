//! Runs a future without a runtime, for sources that answer at once: directories and recordings.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread until it is done. One that waits for a network needs its runtime instead.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_that_wakes_itself_is_polled_again() {
        let mut turns = 0;
        let counted = std::future::poll_fn(|context| {
            turns += 1;
            context.waker().wake_by_ref();
            if turns < 3 { Poll::Pending } else { Poll::Ready(turns) }
        });
        assert_eq!(block_on(counted), 3);
    }
}
