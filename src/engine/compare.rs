//! Compares two images: reads what is said about them in the background, then asks the analysis.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::state::State;
use crate::analyse;
use crate::discover;
use crate::model::Evidence;
use crate::model::diff::Diff;
use crate::model::statement::Said;
use crate::model::world::ImageState;
use crate::port::Store;

/// An order to compare two images that are looked at.
#[derive(Clone, Debug)]
pub struct Compare {
    /// The first, by its name as written.
    pub a: Arc<str>,
    /// The second.
    pub b: Arc<str>,
    /// Where the answer goes.
    pub reply: UnboundedSender<Result<Diff, String>>,
}

/// What is fetched for one side.
type Wanted = (Arc<dyn Store>, Arc<Evidence>);

impl State {
    /// Compares in the background.
    pub(super) fn compare(&self, order: Compare) {
        let world = self.snapshot(Vec::new(), Arc::default());
        let (a, b) = (self.wanted(&order.a), self.wanted(&order.b));
        tokio::spawn(async move {
            let (left, right) = (read(a).await, read(b).await);
            let answer = analyse::diff(&world, (&order.a, &left), (&order.b, &right));
            // Nobody is left to be told when the receiver is gone.
            let _ = order.reply.send(answer);
        });
    }

    fn wanted(&self, name: &str) -> Option<Wanted> {
        let row = self.index.get(name).and_then(|index| self.images.get(*index))?;
        match (&row.state, &row.reference) {
            (ImageState::Ready(evidence), Ok(reference)) => {
                Some((self.store_for(reference), evidence.clone()))
            }
            _ => None,
        }
    }
}

/// An image that was not fetched has nothing to say; the analysis says why.
async fn read(wanted: Option<Wanted>) -> Said {
    match wanted {
        Some((store, evidence)) => discover::said(store.as_ref(), &evidence).await,
        None => Said::default(),
    }
}
