//! Lists and watches one kind of object at one place for ever, and tells what changes.

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use kube::api::{ListParams, WatchEvent, WatchParams};
use kube::core::Request;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use super::connect::Connection;
use super::machine::{Act, Machine};
use super::pod::{key, version};
use super::problem::Problem;

/// Objects of a page: the number that client-go and the API server are tuned for.
const PAGE: u32 = 500;
/// Most changes that are told at once.
const AT_ONCE: usize = 500;
/// How long the API server keeps a watch open, in seconds; it may be at most 295 for the client.
const WATCH_SECONDS: u32 = 280;

/// Longest wait for a page.
const ANSWER: Duration = Duration::from_secs(60);
/// A watch that ends sooner and told nothing is as good as refused.
const AT_LEAST: Duration = Duration::from_secs(1);

/// Where one kind of object is listed.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Path of the collection, e.g. `/api/v1/pods`.
    pub(super) path: String,
    /// In words, e.g. `list pods in namespace a`.
    pub(super) what: String,
}

/// What is heard of a place.
#[derive(Debug)]
pub(super) enum Heard {
    /// New and changed objects.
    Changed(Vec<Value>),
    /// Keys of objects that are gone.
    Gone(Vec<String>),
    /// The list is complete.
    Complete,
    /// The API server does not answer as it should.
    Lost(Problem),
    /// It answers again.
    Back,
    /// It will not answer, whatever the waiting.
    Refused(Problem),
}

#[derive(Deserialize)]
struct Page {
    metadata: PageMeta,
    #[serde(default)]
    items: Option<Vec<Value>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct PageMeta {
    resource_version: String,
    #[serde(rename = "continue")]
    next: Option<String>,
}

/// Follows a place until `tell` says that nobody listens.
pub(super) async fn follow(connection: &Connection, place: &Place, mut tell: impl FnMut(Heard) -> bool) {
    let mut machine = Machine::new();
    let mut lost = false;
    loop {
        let heard = match machine.act() {
            Act::List(token) => list(connection, place, token, &mut machine, &mut lost, &mut tell).await,
            Act::Watch(from) => watch(connection, place, &from, &mut machine, &mut lost, &mut tell).await,
        };
        match heard {
            Ok(true) => {}
            Ok(false) => return,
            Err(problem) => {
                // What was seen once stays in sight: a role that was taken away or a token that ended may come back.
                if !machine.is_complete() && !problem.may_pass() {
                    tell(Heard::Refused(problem));
                    return;
                }
                let pause = machine.failed(&problem);
                if problem != Problem::Expired {
                    lost = true;
                    if !tell(Heard::Lost(problem)) {
                        return;
                    }
                }
                sleep(Duration::from_millis(pause)).await;
            }
        }
    }
}

fn back(lost: &mut bool, tell: &mut impl FnMut(Heard) -> bool) -> bool {
    !std::mem::take(lost) || tell(Heard::Back)
}

async fn list(
    connection: &Connection,
    place: &Place,
    token: Option<String>,
    machine: &mut Machine,
    lost: &mut bool,
    tell: &mut impl FnMut(Heard) -> bool,
) -> Result<bool, Problem> {
    let mut params = ListParams::default().limit(PAGE);
    params.continue_token = token;
    let other = |detail: String| Problem::Other { detail };
    let request = Request::new(&place.path).list(&params).map_err(|error| other(error.to_string()))?;
    let page = timeout(ANSWER, connection.client.request::<Page>(request)).await;
    let page = page.map_err(|_| {
        let detail = format!("no answer within {} s", ANSWER.as_secs());
        Problem::Unreachable { server: connection.server.clone(), detail }
    })?;
    let page = page.map_err(|error| Problem::of(&error, &connection.server, &place.what))?;
    let items = page.items.unwrap_or_default();
    let keys: Vec<String> = items.iter().map(key).collect();
    let before = machine.is_complete();
    let gone = machine.page(&keys, page.metadata.next, &page.metadata.resource_version);
    let mut listening = back(lost, tell);
    listening &= items.is_empty() || tell(Heard::Changed(items));
    listening &= gone.is_empty() || tell(Heard::Gone(gone));
    if !before && machine.is_complete() {
        listening &= tell(Heard::Complete);
    }
    Ok(listening)
}

async fn watch(
    connection: &Connection,
    place: &Place,
    from: &str,
    machine: &mut Machine,
    lost: &mut bool,
    tell: &mut impl FnMut(Heard) -> bool,
) -> Result<bool, Problem> {
    let params = WatchParams::default().timeout(WATCH_SECONDS);
    let request = Request::new(&place.path)
        .watch(&params, from)
        .map_err(|error| Problem::Other { detail: error.to_string() })?;
    let of = |error: &kube::Error| Problem::of(error, &connection.server, &place.what);
    let events = connection.client.request_events::<Value>(request).await.map_err(|error| of(&error))?;
    if !back(lost, tell) {
        return Ok(false);
    }
    let mut events = pin!(events.ready_chunks(AT_ONCE));
    let (began, mut told) = (Instant::now(), false);
    while let Some(events) = events.next().await {
        told = true;
        for event in events {
            let heard = match event.map_err(|error| of(&error))? {
                WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                    machine.changed(&key(&object), version(&object));
                    Heard::Changed(vec![object])
                }
                WatchEvent::Deleted(object) => {
                    machine.deleted(&key(&object), version(&object));
                    Heard::Gone(vec![key(&object)])
                }
                WatchEvent::Bookmark(mark) => {
                    machine.moved(&mark.metadata.resource_version);
                    continue;
                }
                WatchEvent::Error(status) => {
                    return Err(Problem::of_status(status.code, &status.message, &place.what));
                }
            };
            if !tell(heard) {
                return Ok(false);
            }
        }
    }
    let pause = machine.ended(!told && began.elapsed() < AT_LEAST);
    sleep(Duration::from_millis(pause)).await;
    Ok(true)
}
