//! Looks at each namespace on its own, for users who may not look at all of them at once.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use tokio::time::sleep;

use super::ask::{Place, page};
use super::connect::Connection;
use super::options::is_label;
use super::problem::Problem;

/// Most namespaces that are looked at one by one.
const MOST: usize = 500;
/// How often new namespaces are looked for.
const LOOK: Duration = Duration::from_secs(60);
/// First pause while the API server does not answer; it doubles five times.
const PAUSE: Duration = Duration::from_secs(1);

/// The namespaces that there are; for a user who may not list them the one that the context names.
#[derive(Debug, Default)]
pub(super) struct Namespaces {
    /// Their names.
    pub(super) names: Vec<String>,
    /// There are more than are looked at.
    pub(super) more: bool,
}

/// Asks for the namespaces until the API server answers.
pub(super) async fn namespaces(connection: &Connection) -> Namespaces {
    let mut pause = PAUSE;
    loop {
        match list(connection).await {
            Ok(found) => return found,
            Err(problem) if !problem.may_pass() => {
                return Namespaces { names: vec![connection.home.clone()], more: false };
            }
            Err(_) => sleep(pause).await,
        }
        pause = (pause * 2).min(PAUSE * 32);
    }
}

async fn list(connection: &Connection) -> Result<Namespaces, Problem> {
    let place = Place { path: "/api/v1/namespaces".to_owned(), what: "list namespaces".to_owned() };
    let mut page = page(connection, &place, None).await?;
    let name = |item: &Value| item.pointer("/metadata/name").and_then(Value::as_str).map(str::to_owned);
    let mut names: Vec<String> = page.take().iter().filter_map(name).filter(|name| is_label(name)).collect();
    let more = page.metadata.next.is_some_and(|next| !next.is_empty()) || names.len() > MOST;
    names.truncate(MOST);
    Ok(Namespaces { names, more })
}

/// Does something for each of the namespaces, and for those that are made later.
pub(super) async fn for_each<T: Future<Output = ()>>(
    connection: &Connection,
    first: Namespaces,
    each: impl Fn(String) -> T,
) {
    let mut known: HashSet<String> = first.names.iter().cloned().collect();
    let mut all: FuturesUnordered<T> = first.names.into_iter().map(&each).collect();
    loop {
        let mut look = std::pin::pin!(sleep(LOOK));
        loop {
            tokio::select! {
                () = &mut look => break,
                Some(()) = all.next(), if !all.is_empty() => {}
            }
        }
        let Ok(now) = list(connection).await else { continue };
        for name in now.names {
            if known.len() < MOST && known.insert(name.clone()) {
                all.push(each(name));
            }
        }
    }
}
