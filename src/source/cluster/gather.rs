//! Gathers the policies of all kinds and tells of them together: first when every kind has been asked for, then with
//! each change.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::connect::Connection;
use super::event::Event;
use super::follow::{Heard, Place, follow};
use super::options::ClusterOptions;
use super::pod::key;
use super::policy::{self, KINDS};
use super::problem::Problem;

/// What is known, by number of the kind and key.
#[derive(Default)]
struct Known {
    texts: BTreeMap<(usize, String), (String, String)>,
    /// Kinds that have been told of.
    told: [bool; KINDS.len()],
}

struct Gatherer<'a> {
    known: Mutex<Known>,
    out: &'a UnboundedSender<Event>,
    ready: watch::Sender<bool>,
}

/// Follows the policies; `ready` becomes true when they have been told of for the first time.
pub(super) async fn policies(
    connection: &Connection,
    options: &ClusterOptions,
    out: &UnboundedSender<Event>,
    ready: watch::Sender<bool>,
) {
    let gatherer = Gatherer { known: Mutex::default(), out, ready };
    let each = KINDS.iter().enumerate().map(|(number, (group, plural, _, namespaced))| {
        let gatherer = &gatherer;
        async move {
            let place = match options.namespace.as_deref().filter(|_| *namespaced) {
                Some(name) => Place {
                    path: format!("/apis/{group}/namespaces/{name}/{plural}"),
                    what: format!("list {plural} in namespace `{name}`"),
                },
                None => Place { path: format!("/apis/{group}/{plural}"), what: format!("list {plural}") },
            };
            follow(connection, &place, |heard| gatherer.hear(number, heard)).await;
        }
    });
    futures_util::future::join_all(each).await;
}

impl Gatherer<'_> {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, number: usize, heard: Heard) -> bool {
        let Some((group, _, kind, _)) = KINDS.get(number) else { return false };
        match heard {
            Heard::Changed(objects) => {
                let texts = objects
                    .into_iter()
                    .map(|object| ((number, key(&object)), policy::text(group, kind, object)));
                self.known().texts.extend(texts);
            }
            Heard::Gone(keys) => {
                let mut known = self.known();
                for key in keys {
                    known.texts.remove(&(number, key));
                }
            }
            Heard::Complete => return self.complete(number),
            // Once the pods are followed, they say the same.
            Heard::Lost(problem) => {
                return *self.ready.borrow() || self.out.send(Event::Lost(problem)).is_ok();
            }
            Heard::Back => return *self.ready.borrow() || self.out.send(Event::Back).is_ok(),
            Heard::Refused(problem) => {
                // What is not installed is not missed; what may not be seen is: it may deny.
                if !matches!(problem, Problem::Absent { .. } | Problem::Unauthorized { .. }) {
                    let _ = self.out.send(Event::Hidden(format!("{problem}: policies may be missing here")));
                }
                self.complete(number);
                return false;
            }
        }
        !*self.ready.borrow() || self.tell()
    }

    fn tell(&self) -> bool {
        let texts = self.known().texts.values().cloned().collect();
        self.out.send(Event::Policies(texts)).is_ok()
    }

    fn complete(&self, number: usize) -> bool {
        let all = {
            let mut known = self.known();
            if let Some(told) = known.told.get_mut(number) {
                *told = true;
            }
            known.told.iter().all(|told| *told)
        };
        if all && !*self.ready.borrow() {
            let listening = self.tell();
            self.ready.send_replace(true);
            return listening;
        }
        true
    }
}
