//! All that is followed in a cluster: pods, cluster-wide or by namespace as is permitted, and policies.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tokio::time::timeout;

use super::ask::Place;
use super::connect::Connection;
use super::event::Event;
use super::follow::{Heard, follow};
use super::gather::policies;
use super::namespaces::{for_each, namespaces};
use super::options::ClusterOptions;
use super::pod::Pod;
use super::problem::Problem;
use super::reader::Reader;

/// How long the first answer may take before it is said.
const SOON: Duration = Duration::from_millis(700);

/// Follows a cluster for as long as `out` is listened to.
pub async fn run(reader: Reader, out: Sender<Event>) {
    let connection = match reader.connection().await {
        Ok(connection) => connection,
        Err(problem) => return tell(&out, Event::Failed(problem)).await,
    };
    let options = reader.options();
    let context = connection.context.clone();
    tell(&out, Event::Connected { context, namespace: options.namespace.clone() }).await;
    // Policies come first: the first pods are then judged as they come.
    let (told, policies_are_there) = watch::channel(false);
    tokio::join!(
        policies(connection, options, &out, told),
        async {
            let mut there = policies_are_there;
            // The sender lives as long as this.
            let _ = there.wait_for(|there| *there).await;
            pods(connection, options, &out).await;
        },
        patience(connection, &out),
        reader.look(|question| tell(&out, Event::Changed(question))),
    );
}

/// Says when the first answer takes long: connecting may take seconds, and nobody should look at nothing meanwhile.
async fn patience(connection: &Connection, out: &Sender<Event>) {
    let mut answered = connection.answered.subscribe();
    if timeout(SOON, answered.wait_for(|answered| *answered)).await.is_ok() {
        return;
    }
    let server = connection.server.clone();
    tell(out, Event::Slow(Problem::Unreachable { server, detail: "no answer yet".to_owned() })).await;
    // The connection holds the sender.
    let _ = answered.wait_for(|answered| *answered).await;
    tell(out, Event::Back).await;
}

/// Says something; when nobody listens, nobody needs to know.
async fn tell(out: &Sender<Event>, event: Event) {
    let _ = out.send(event).await;
}

async fn pods(connection: &Connection, options: &ClusterOptions, out: &Sender<Event>) {
    let names = options.names();
    if names.len() > 1 {
        return these(connection, &names, out).await;
    }
    let place = place(options.single());
    match follow(connection, &place, out, event).await {
        Err(Problem::Forbidden { .. }) if options.namespace.is_none() => {
            let text = "pods of all namespaces may not be listed: each namespace is looked at on its own";
            tell(out, Event::Hidden(text.to_owned())).await;
            by_namespace(connection, out).await;
        }
        Err(problem) => tell(out, Event::Failed(problem)).await,
        Ok(()) => {}
    }
}

/// Each namespace on its own: those that may be listed, else the one that the context names.
async fn by_namespace(connection: &Connection, out: &Sender<Event>) {
    let found = namespaces(connection).await;
    let all = found.names.len();
    tell(out, Event::Lists(all)).await;
    if found.more {
        tell(
            out,
            Event::Hidden(format!("there are more than {all} namespaces: the others are not looked at")),
        )
        .await;
    }
    let refused = AtomicUsize::new(0);
    for_each(connection, found, |name| {
        let refused = &refused;
        async move { one(connection, &name, out, (refused, all)).await }
    })
    .await;
}

/// The namespaces that the user named.
async fn these(connection: &Connection, names: &[&str], out: &Sender<Event>) {
    tell(out, Event::Lists(names.len())).await;
    let refused = AtomicUsize::new(0);
    let each = names.iter().map(|name| one(connection, name, out, (&refused, names.len())));
    futures_util::future::join_all(each).await;
}

/// One namespace of several; fails only when all of them are refused.
async fn one(connection: &Connection, name: &str, out: &Sender<Event>, refused: (&AtomicUsize, usize)) {
    let Err(problem) = follow(connection, &place(Some(name)), out, event).await else { return };
    tell(out, Event::Hidden(problem.to_string())).await;
    tell(out, Event::Complete).await;
    if refused.0.fetch_add(1, Ordering::Relaxed) + 1 == refused.1 {
        let what = "list pods in any namespace".to_owned();
        tell(out, Event::Failed(Problem::Forbidden { what })).await;
    }
}

fn place(namespace: Option<&str>) -> Place {
    match namespace {
        Some(name) => Place {
            path: format!("/api/v1/namespaces/{name}/pods"),
            what: format!("list pods in namespace `{name}`"),
        },
        None => Place { path: "/api/v1/pods".to_owned(), what: "list pods in all namespaces".to_owned() },
    }
}

fn event(heard: Heard) -> Vec<Event> {
    vec![match heard {
        Heard::Changed(objects) => Event::Pods(objects.into_iter().map(Pod::read).collect()),
        Heard::Gone(keys) => Event::Gone(keys),
        Heard::Complete => Event::Complete,
        Heard::Lost(problem) => Event::Lost(problem),
        Heard::Back => Event::Back,
    }]
}
