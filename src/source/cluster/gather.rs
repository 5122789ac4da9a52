//! Gathers the policies of all kinds and tells of them together: first when every kind has been asked for, then with
//! each change.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tokio::time::sleep;

use super::ask::Place;
use super::connect::Connection;
use super::event::Event;
use super::follow::{Heard, follow};
use super::namespaces::{for_each, namespaces};
use super::options::ClusterOptions;
use super::pod::key;
use super::policy::{self, KINDS, Kind};
use super::problem::Problem;

/// How long what is not there or not permitted is left alone.
const AGAIN: Duration = Duration::from_secs(120);

/// What is known, by number of the kind and key.
#[derive(Default)]
struct Known {
    texts: BTreeMap<(usize, String), (String, String)>,
    /// Lists that are not complete yet, by kind.
    open: [usize; KINDS.len()],
    /// Kinds of which it was said that something is hidden.
    said: [bool; KINDS.len()],
}

struct Gatherer<'a> {
    connection: &'a Connection,
    known: Mutex<Known>,
    out: &'a Sender<Event>,
    ready: watch::Sender<bool>,
}

/// Follows the policies; `ready` becomes true when they have been told of for the first time.
pub(super) async fn policies(
    connection: &Connection,
    options: &ClusterOptions,
    out: &Sender<Event>,
    ready: watch::Sender<bool>,
) {
    let known = Known { open: [1; KINDS.len()], ..Known::default() };
    let gatherer = Gatherer { connection, known: Mutex::new(known), out, ready };
    let each = KINDS.iter().enumerate().map(|(number, kind)| {
        let namespace = options.single().filter(|_| kind.namespaced);
        gatherer.kind(number, kind, namespace)
    });
    futures_util::future::join_all(each).await;
}

impl Gatherer<'_> {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn kind(&self, number: usize, kind: &Kind, namespace: Option<&str>) {
        let Err(problem) = self.versions(number, kind, namespace).await else { return };
        if !kind.namespaced || namespace.is_some() || !matches!(problem, Problem::Forbidden { .. }) {
            return self.wait(number, kind, namespace, problem).await;
        }
        let found = namespaces(self.connection).await;
        if let Some(open) = self.known().open.get_mut(number) {
            *open = found.names.len().max(1);
        }
        if found.names.is_empty() {
            self.tell(self.complete(number)).await;
        }
        for_each(self.connection, found, |name| async move {
            if let Err(problem) = self.versions(number, kind, Some(&name)).await {
                self.wait(number, kind, Some(&name), problem).await;
            }
        })
        .await;
    }

    /// Says what is refused, and asks again from time to time: a role may be given, and a kind may be installed.
    async fn wait(&self, number: usize, kind: &Kind, namespace: Option<&str>, problem: Problem) {
        let mut events = self.hidden(number, &problem);
        events.extend(self.complete(number));
        self.tell(events).await;
        loop {
            sleep(AGAIN).await;
            if self.versions(number, kind, namespace).await.is_ok() {
                return;
            }
        }
    }

    /// Follows the newest version that the API server has.
    async fn versions(&self, number: usize, kind: &Kind, namespace: Option<&str>) -> Result<(), Problem> {
        let plural = kind.plural;
        let mut absent = Problem::Absent { what: format!("list {plural}") };
        for version in kind.versions {
            let group = format!("{}/{version}", kind.group);
            let place = match namespace {
                Some(name) => Place {
                    path: format!("/apis/{group}/namespaces/{name}/{plural}"),
                    what: format!("list {plural} in namespace `{name}`"),
                },
                None => Place { path: format!("/apis/{group}/{plural}"), what: format!("list {plural}") },
            };
            match follow(self.connection, &place, self.out, |heard| self.hear(number, &group, heard)).await {
                Err(problem @ Problem::Absent { .. }) => absent = problem,
                other => return other,
            }
        }
        Err(absent)
    }

    async fn tell(&self, events: Vec<Event>) {
        for event in events {
            // Nobody listens: then nobody needs to know.
            let _ = self.out.send(event).await;
        }
    }

    fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    fn hear(&self, number: usize, group: &str, heard: Heard) -> Vec<Event> {
        let Some(kind) = KINDS.get(number) else { return Vec::new() };
        match heard {
            Heard::Changed(objects) => {
                let texts = objects
                    .into_iter()
                    .map(|object| ((number, key(&object)), policy::text(group, kind.kind, object)));
                self.known().texts.extend(texts);
            }
            Heard::Gone(keys) => {
                let mut known = self.known();
                for key in keys {
                    known.texts.remove(&(number, key));
                }
            }
            Heard::Complete => return self.complete(number),
            // Once the pods are followed, they say the same; not so what is about these policies alone.
            Heard::Lost(problem) if self.is_ready() && problem.may_pass() => return Vec::new(),
            Heard::Lost(problem) if self.is_ready() => return self.hidden(number, &problem),
            Heard::Lost(problem) => return vec![Event::Lost(problem)],
            Heard::Back if self.is_ready() => return Vec::new(),
            Heard::Back => return vec![Event::Back],
        }
        if self.is_ready() { self.all() } else { Vec::new() }
    }

    /// What is not installed is not missed; what may not be seen is: it may deny.
    fn hidden(&self, number: usize, problem: &Problem) -> Vec<Event> {
        let mut known = self.known();
        let Some(said) = known.said.get_mut(number) else { return Vec::new() };
        if *said || matches!(problem, Problem::Absent { .. } | Problem::Unauthorized { .. }) {
            return Vec::new();
        }
        *said = true;
        vec![Event::Hidden(format!("{problem}: policies may be missing here"))]
    }

    fn all(&self) -> Vec<Event> {
        vec![Event::Policies(self.known().texts.values().cloned().collect())]
    }

    fn complete(&self, number: usize) -> Vec<Event> {
        let open: usize = {
            let mut known = self.known();
            if let Some(open) = known.open.get_mut(number) {
                *open = open.saturating_sub(1);
            }
            known.open.iter().sum()
        };
        if open > 0 || self.is_ready() {
            return Vec::new();
        }
        let all = self.all();
        self.ready.send_replace(true);
        all
    }
}
