//! Asks an API server for a page or for changes; what it answers is bounded, line by line and in all.

use std::pin::pin;
use std::time::Duration;

use futures_util::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use futures_util::stream::{self, Stream};
use kube::api::{ListParams, WatchEvent, WatchParams};
use kube::core::{Request, Status};
use reqwest::header::{ACCEPT_ENCODING, HeaderValue};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::timeout;

use super::connect::Connection;
use super::problem::Problem;

/// Objects of a page: the number that client-go and the API server are tuned for.
pub(super) const PAGE: u32 = 500;
/// Longest wait for a page.
const ANSWER: Duration = Duration::from_secs(60);
/// How long the API server keeps a watch open, in seconds; it may be at most 295 for the client.
const WATCH_SECONDS: u32 = 280;
/// Longest answer, in bytes. Pods of some 20 kB are large.
const PAGE_LIMIT: u64 = 128 << 20;
/// Longest line of a watch, in bytes. etcd holds no object of more than 1.5 MiB.
const LINE_LIMIT: u64 = 8 << 20;
/// Longest object or list that a policy asks for, in bytes.
const OBJECT_LIMIT: u64 = 16 << 20;

/// Where one kind of object is listed.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Path of the collection, e.g. `/api/v1/pods`.
    pub(super) path: String,
    /// In words, e.g. `list pods in namespace a`.
    pub(super) what: String,
}

/// A page of a list.
#[derive(Deserialize)]
pub(super) struct Page {
    /// About the page.
    pub(super) metadata: PageMeta,
    #[serde(default)]
    items: Option<Vec<Value>>,
}

/// About a page.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PageMeta {
    /// The version of the whole list.
    pub(super) resource_version: String,
    /// Hand this back to get the next page.
    #[serde(rename = "continue")]
    pub(super) next: Option<String>,
}

impl Page {
    /// The objects, taken out.
    pub(super) fn take(&mut self) -> Vec<Value> {
        self.items.take().unwrap_or_default()
    }
}

/// One object, or a list as a whole, of at most [`OBJECT_LIMIT`] bytes; as it came.
pub(super) async fn object(connection: &Connection, path: &str, what: &str) -> Result<Vec<u8>, Problem> {
    let request = Request::new("/").list(&ListParams::default());
    let mut request = request.map_err(|error| other(error.to_string()))?;
    *request.uri_mut() = path.parse().map_err(|_| other("that this is no path".to_owned()))?;
    bytes(connection, connection.client.request_stream(request), what, OBJECT_LIMIT).await
}

/// A page of the objects at a place.
pub(super) async fn page(
    connection: &Connection,
    place: &Place,
    token: Option<String>,
) -> Result<Page, Problem> {
    let mut params = ListParams::default().limit(PAGE);
    params.continue_token = token;
    let request = Request::new(&place.path).list(&params).map_err(|error| other(error.to_string()))?;
    whole(connection, connection.client.request_stream(request), &place.what).await
}

/// Reads an answer to its end.
async fn whole<T: DeserializeOwned, R: AsyncBufRead>(
    connection: &Connection,
    asked: impl Future<Output = kube::Result<R>>,
    what: &str,
) -> Result<T, Problem> {
    let bytes = bytes(connection, asked, what, PAGE_LIMIT).await?;
    serde_json::from_slice(&bytes).map_err(|error| other(format!("what cannot be read: {error}")))
}

async fn bytes<R: AsyncBufRead>(
    connection: &Connection,
    asked: impl Future<Output = kube::Result<R>>,
    what: &str,
    limit: u64,
) -> Result<Vec<u8>, Problem> {
    let answer = timeout(ANSWER, async {
        let stream = asked.await;
        if !matches!(stream, Err(kube::Error::Service(_) | kube::Error::HyperError(_))) {
            connection.answered.send_replace(true);
        }
        let stream = stream.map_err(|error| Problem::of(&error, &connection.server, what))?;
        let mut bytes = Vec::new();
        let read = pin!(stream).take(limit).read_to_end(&mut bytes).await;
        read.map(|_| bytes).map_err(|error| connection.unreachable(&error))
    });
    let late = |_| Problem::Unreachable {
        server: connection.server.clone(),
        detail: format!("no answer within {} s", ANSWER.as_secs()),
    };
    let bytes = answer.await.map_err(late)??;
    if u64::try_from(bytes.len()).is_ok_and(|size| size >= limit) {
        return Err(other(format!("more than {limit} bytes")));
    }
    Ok(bytes)
}

fn other(detail: String) -> Problem {
    Problem::Other { detail }
}

/// Changes at a place since a version; the stream ends when the API server ends it.
pub(super) async fn changes<'a>(
    connection: &'a Connection,
    place: &'a Place,
    from: &str,
) -> Result<impl Stream<Item = Result<WatchEvent<Value>, Problem>> + 'a, Problem> {
    let params = WatchParams::default().timeout(WATCH_SECONDS);
    let request = Request::new(&place.path).watch(&params, from);
    let mut request = request.map_err(|error| other(error.to_string()))?;
    // The API server compresses each event on its own, which the client's layers do not undo (tower-http 737).
    request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let reader = connection.client.request_stream(request).await;
    let reader = reader.map_err(|error| Problem::of(&error, &connection.server, &place.what))?;
    Ok(stream::unfold(Box::pin(reader), move |mut reader| async move {
        let event = line(connection, place, &mut reader).await.transpose()?;
        Some((event, reader))
    }))
}

async fn line(
    connection: &Connection,
    place: &Place,
    reader: &mut (impl AsyncBufRead + Unpin),
) -> Result<Option<WatchEvent<Value>>, Problem> {
    let mut bytes = Vec::new();
    let read = reader.take(LINE_LIMIT).read_until(b'\n', &mut bytes).await;
    match read {
        Ok(0) => return Ok(None),
        // How watches end beside their own end: the connection is closed between two chunks.
        Err(error) if ended(&error) => return Ok(None),
        Err(error) => return Err(connection.unreachable(&error)),
        Ok(_) => {}
    }
    if u64::try_from(bytes.len()).is_ok_and(|size| size >= LINE_LIMIT) {
        return Err(other(format!("a change of more than {LINE_LIMIT} bytes")));
    }
    match serde_json::from_slice(&bytes) {
        Ok(event) => Ok(Some(event)),
        Err(error) if error.is_eof() => Ok(None),
        Err(error) => match serde_json::from_slice::<Status>(&bytes) {
            Ok(status) => Err(Problem::of_status(status.code, &status.message, &place.what)),
            Err(_) => Err(other(format!("a change that cannot be read: {error}"))),
        },
    }
}

fn ended(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::UnexpectedEof || error.to_string().contains("unexpected EOF")
}
