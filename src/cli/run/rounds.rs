//! Judges, asks others outside what came up, and judges again, for the commands that judge without an engine.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::start::{runtime, services, store};
use crate::cli::exit::Stop;
use crate::cli::resolve::Meant;
use crate::engine::{Asked, answer};
use crate::port::{Prover, Question};
use crate::verify::Memory;

/// Most rounds: what an answer leads to is asked in the next one.
const MOST: usize = 32;

/// The result of `judge` with everything known that can be known.
///
/// # Errors
/// When the sources cannot be set up.
pub(super) fn until_known<T>(meant: &Meant, judge: &dyn Fn(&dyn Prover) -> T) -> Result<T, Stop> {
    let asked = Asked::new(meant.offline);
    let memory = Memory::asking(Arc::new(asked.clone()));
    let mut result = judge(&memory);
    for _ in 0..MOST {
        let open = asked.missed();
        if open.is_empty() {
            break;
        }
        fetch(meant, &asked, open)?;
        result = judge(&memory);
    }
    Ok(result)
}

fn fetch(meant: &Meant, asked: &Asked, open: BTreeSet<Question>) -> Result<(), Stop> {
    let (store, services) = (Arc::new(store(meant)?), services());
    runtime()?.block_on(async {
        let mut running = tokio::task::JoinSet::new();
        for question in open {
            let (store, services, asked) = (store.clone(), services.clone(), asked.clone());
            running.spawn(async move {
                let answered = answer(&question, &*store, Some(&*services)).await;
                asked.put(question, answered);
            });
        }
        while running.join_next().await.is_some() {}
    });
    Ok(())
}
