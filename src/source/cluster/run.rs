//! All that is followed in a cluster: pods, cluster-wide or by namespace as is permitted, and policies.

use std::sync::{Mutex, PoisonError};

use kube::api::ListParams;
use kube::core::Request;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::connect::{Connection, connect};
use super::event::Event;
use super::follow::{Heard, Place, follow};
use super::gather::policies;
use super::options::{ClusterOptions, is_label};
use super::pod::Pod;
use super::problem::Problem;

/// Most namespaces that are followed one by one.
const MAX_NAMESPACES: usize = 500;

/// Follows a cluster for as long as `out` is listened to.
pub async fn run(options: ClusterOptions, out: UnboundedSender<Event>) {
    let connection = match connect(&options).await {
        Ok(connection) => connection,
        Err(problem) => {
            // Nobody listens: then nobody needs to know.
            let _ = out.send(Event::Failed(problem));
            return;
        }
    };
    let context = connection.context.clone();
    let _ = out.send(Event::Connected { context, namespace: options.namespace.clone() });
    // Policies come first: the first pods are then judged as they come.
    let (told, policies_are_there) = watch::channel(false);
    tokio::join!(policies(&connection, &options, &out, told), async {
        let mut there = policies_are_there;
        let _ = there.wait_for(|there| *there).await;
        pods(&connection, &options, &out).await;
    });
}

async fn pods(connection: &Connection, options: &ClusterOptions, out: &UnboundedSender<Event>) {
    if let Some(namespace) = &options.namespace {
        if let Err(problem) = follow_pods(connection, Some(namespace), out).await {
            let _ = out.send(Event::Failed(problem));
        }
        return;
    }
    match follow_pods(connection, None, out).await {
        Err(Problem::Forbidden { .. }) => {
            let _ = out.send(Event::Hidden(
                "pods of all namespaces may not be listed: each namespace is looked at on its own".to_owned(),
            ));
            by_namespace(connection, out).await;
        }
        Err(problem) => {
            let _ = out.send(Event::Failed(problem));
        }
        Ok(()) => {}
    }
}

/// Each namespace on its own: those that may be listed, else the one that the context names.
async fn by_namespace(connection: &Connection, out: &UnboundedSender<Event>) {
    let names = namespaces(connection).await.unwrap_or_else(|_| vec![connection.home.clone()]);
    let _ = out.send(Event::Lists(names.len()));
    let refused = Mutex::new(0usize);
    let all = names.len();
    let each = names.iter().map(|name| async {
        if let Err(problem) = follow_pods(connection, Some(name), out).await {
            let _ = out.send(Event::Hidden(problem.to_string()));
            let _ = out.send(Event::Complete);
            let mut refused = refused.lock().unwrap_or_else(PoisonError::into_inner);
            *refused += 1;
            if *refused == all {
                let what = "list pods in any namespace".to_owned();
                let _ = out.send(Event::Failed(Problem::Forbidden { what }));
            }
        }
    });
    futures_util::future::join_all(each).await;
}

async fn namespaces(connection: &Connection) -> Result<Vec<String>, Problem> {
    let what = "list namespaces";
    let request = Request::new("/api/v1/namespaces").list(&ListParams::default().limit(500));
    let request = request.map_err(|error| Problem::Other { detail: error.to_string() })?;
    let answer: Value = connection
        .client
        .request(request)
        .await
        .map_err(|error| Problem::of(&error, &connection.server, what))?;
    let items = answer.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    let name = |item: &Value| item.pointer("/metadata/name").and_then(Value::as_str).map(str::to_owned);
    Ok(items.iter().filter_map(name).filter(|name| is_label(name)).take(MAX_NAMESPACES).collect())
}

async fn follow_pods(
    connection: &Connection,
    namespace: Option<&str>,
    out: &UnboundedSender<Event>,
) -> Result<(), Problem> {
    let place = match namespace {
        Some(name) => Place {
            path: format!("/api/v1/namespaces/{name}/pods"),
            what: format!("list pods in namespace `{name}`"),
        },
        None => Place { path: "/api/v1/pods".to_owned(), what: "list pods in all namespaces".to_owned() },
    };
    let mut refused = None;
    follow(connection, &place, |heard| {
        let event = match heard {
            Heard::Changed(objects) => Event::Pods(objects.into_iter().map(Pod::read).collect()),
            Heard::Gone(keys) => Event::Gone(keys),
            Heard::Complete => Event::Complete,
            Heard::Lost(problem) => Event::Lost(problem),
            Heard::Back => Event::Back,
            Heard::Refused(problem) => {
                refused = Some(problem);
                return false;
            }
        };
        out.send(event).is_ok()
    })
    .await;
    refused.map_or(Ok(()), Err)
}
