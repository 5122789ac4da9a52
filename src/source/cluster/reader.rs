//! Reads single objects of a cluster for those who judge, and looks from time to time whether they are still the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::time::sleep;

use super::ask::object;
use super::connect::{Connection, connect};
use super::options::ClusterOptions;
use super::path::{Readable, readable};
use super::problem::Problem;
use crate::format::hash;
use crate::format::key::PublicKey;
use crate::model::Missing;
use crate::port::{Answer, Question, Services};

/// How often what was read is read again.
const AGAIN: Duration = Duration::from_secs(10);
/// Least pause between two of these requests.
const PAUSE: Duration = Duration::from_millis(50);
/// The field in which cosign keeps a public key (`cosign/pkg/cosign/kubernetes`).
const PUBLIC_KEY: &str = "cosign.pub";

/// Reads objects; clones share the connection and what was read.
#[derive(Clone, Debug)]
pub struct Reader(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: ClusterOptions,
    connection: OnceCell<Connection>,
    /// Digests of the answers.
    read: Mutex<BTreeMap<Question, [u8; 32]>>,
}

impl Reader {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(options: ClusterOptions) -> Self {
        Self(Arc::new(Shared { options, connection: OnceCell::new(), read: Mutex::default() }))
    }

    /// Which cluster.
    pub(super) fn options(&self) -> &ClusterOptions {
        &self.0.options
    }

    /// The connection, set up when it is needed.
    ///
    /// # Errors
    /// As [`connect`].
    pub(super) async fn connection(&self) -> Result<&Connection, Problem> {
        self.0.connection.get_or_try_init(|| connect(&self.0.options)).await
    }

    fn read(&self) -> MutexGuard<'_, BTreeMap<Question, [u8; 32]>> {
        self.0.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A Secret; it is neither kept nor shown, whoever asks takes out what it needs.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub(super) async fn secret(&self, namespace: &str, name: &str) -> Result<Value, Problem> {
        let path = format!("/api/v1/namespaces/{namespace}/secrets/{name}");
        let what = format!("get secrets `{name}` in namespace `{namespace}`");
        json(&object(self.connection().await?, &path, &what).await?)
    }

    async fn answer(&self, question: &Question) -> Result<Arc<[u8]>, Missing> {
        let server = match self.connection().await {
            Ok(connection) => connection.server.clone(),
            Err(problem) => return Err(missing(problem, "")),
        };
        match question {
            Question::Object { path } => {
                let Readable { path, what } = readable(path).map_err(|problem| Missing::Unsupported {
                    what: format!("reading {path} of the cluster ({problem})"),
                })?;
                let asked = async { object(self.connection().await?, &path, &what).await };
                asked.await.map(Arc::from).map_err(|problem| missing(problem, &server))
            }
            Question::PublicKey { namespace, name } => {
                let secret =
                    self.secret(namespace, name).await.map_err(|problem| missing(problem, &server))?;
                public_key(&secret, &format!("Secret {namespace}/{name}"))
            }
            other => Err(other.unasked()),
        }
    }

    /// Reads again and again what was read, and tells what has changed; never ends.
    pub(super) async fn look<T: Future<Output = ()>>(&self, changed: impl Fn(Question) -> T) {
        loop {
            sleep(AGAIN).await;
            let known = self.read().clone();
            for (question, before) in known {
                sleep(PAUSE).await;
                let now = self.answer(&question).await;
                // A server that does not answer changes nothing: what is known stays.
                if let Err(Missing::Unreachable { .. } | Missing::Malformed { .. }) = now {
                    continue;
                }
                if digest(&now) != before {
                    self.read().remove(&question);
                    changed(question).await;
                }
            }
        }
    }
}

impl Services for Reader {
    fn fetch<'a>(&'a self, question: &'a Question) -> Answer<'a, Arc<[u8]>> {
        Box::pin(async move {
            let answer = self.answer(question).await;
            self.read().insert(question.clone(), digest(&answer));
            answer
        })
    }
}

fn digest(answer: &Result<Arc<[u8]>, Missing>) -> [u8; 32] {
    match answer {
        Ok(bytes) => hash::sha256(bytes),
        Err(missing) => hash::sha256(format!("{missing:?}").as_bytes()),
    }
}

fn json(bytes: &[u8]) -> Result<Value, Problem> {
    // The parser's words could repeat what it read.
    serde_json::from_slice(bytes).map_err(|_| Problem::Other { detail: "what cannot be read".to_owned() })
}

/// The public key alone, written anew: whatever else stands in that field stays where it is.
fn public_key(secret: &Value, what: &str) -> Result<Arc<[u8]>, Missing> {
    let malformed = |problem: &str| Missing::Malformed { what: what.to_owned(), problem: problem.to_owned() };
    let field = secret.get("data").and_then(|data| data.get(PUBLIC_KEY)).and_then(Value::as_str);
    let field = field.ok_or_else(|| malformed("it has no `cosign.pub`"))?;
    let bytes = STANDARD.decode(field).map_err(|_| malformed("`cosign.pub` is not base64"))?;
    let text = String::from_utf8(bytes).map_err(|_| malformed("`cosign.pub` is not text"))?;
    let key = PublicKey::from_pem(text.trim()).map_err(|_| malformed("`cosign.pub` is no public key"))?;
    Ok(key.to_pem().into_bytes().into())
}

/// Why there is no answer, as those who judge know it.
fn missing(problem: Problem, server: &str) -> Missing {
    let host = server.trim_start_matches("https://").trim_start_matches("http://").to_owned();
    match problem {
        Problem::Forbidden { what } => {
            Missing::Denied { host, status: 403, detail: format!("not permitted: {what}") }
        }
        Problem::Unauthorized { .. } => Missing::Denied { host, status: 401, detail: problem.to_string() },
        Problem::Absent { what } => Missing::NotFound { what },
        Problem::Unreachable { detail, .. } => Missing::Unreachable { host, detail },
        other => {
            Missing::Malformed { what: "the answer of the cluster".to_owned(), problem: other.to_string() }
        }
    }
}
