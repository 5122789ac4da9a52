//! Sends requests: turns, repeats, redirects, and bodies that are counted while they are read.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};

use super::answer::{Answer, cause};
use super::clients::{Clients, authority, is_loopback};
use super::host::Host;
use super::link::same_origin;
use super::options::{RegistryOptions, StartError};
use crate::model::Missing;
use crate::model::world::HostRow;
use crate::source::requests::{self, RequestLog, RequestRecord};

/// Most redirects that are followed.
const HOPS: u8 = 5;
/// How much of a refusal is read, in bytes.
const REFUSAL_LIMIT: u64 = 64 << 10;

/// A request and what its answer may be.
#[derive(Clone, Debug)]
pub(super) struct Call<'a> {
    /// The registry on whose behalf it is made.
    pub(super) host: &'a Host,
    /// Where to.
    pub(super) url: Url,
    /// Media types that are understood.
    pub(super) accept: &'a str,
    /// Longest body, in bytes.
    pub(super) limit: u64,
    /// Exact length of the body, where it is known.
    pub(super) size: Option<u64>,
    /// What is asked for, for messages.
    pub(super) what: &'a str,
    /// The body of a POST; such a request is not redirected.
    pub(super) form: Option<String>,
    /// Whether redirects are followed.
    pub(super) follow: bool,
}

/// A try that failed.
#[derive(Debug)]
struct Failure {
    why: Missing,
    /// Whether another try may go better.
    again: bool,
}

impl From<Missing> for Failure {
    fn from(why: Missing) -> Self {
        Self { why, again: false }
    }
}

/// The way to all hosts.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) clients: Clients,
    pub(super) options: RegistryOptions,
    pub(super) log: RequestLog,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

impl Transport {
    /// Sets the clients up.
    pub(super) fn new(options: RegistryOptions, log: RequestLog) -> Result<Self, StartError> {
        Ok(Self { clients: Clients::new(&options)?, options, log, hosts: Mutex::default() })
    }

    /// What is known of a host.
    pub(super) fn host(&self, name: &str) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Host::new(name, self.options.at_a_time));
        hosts.entry(name.to_owned()).or_insert_with(new).clone()
    }

    /// How much is asked of each host at the moment, by name.
    pub(super) fn hosts(&self) -> Vec<HostRow> {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<HostRow> = hosts.values().map(|host| host.row()).collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        rows
    }

    /// How a host is reached: loopback over plain HTTP, what the user calls insecure over HTTPS if it can, all others
    /// over HTTPS only.
    pub(super) async fn base<'a>(&self, host: &'a Host) -> Result<&'a Url, Missing> {
        let find = || async {
            let name = if host.name == "docker.io" { "registry-1.docker.io" } else { &host.name };
            let url = |scheme: &str| {
                Url::parse(&format!("{scheme}://{name}/")).map_err(|error| Missing::Malformed {
                    what: format!("host {name}"),
                    problem: error.to_string(),
                })
            };
            if is_loopback(name) || (self.clients.is_insecure(name) && !self.speaks_tls(&url("https")?).await)
            {
                url("http")
            } else {
                url("https")
            }
        };
        host.base.get_or_try_init(find).await
    }

    async fn speaks_tls(&self, base: &Url) -> bool {
        let Ok(url) = base.join("v2/") else { return false };
        match self.clients.of(&url) {
            Ok(client) => client.get(url).send().await.is_ok(),
            Err(_) => false,
        }
    }

    /// Sends a request, again if that may help. The answer has any status.
    pub(super) async fn send(&self, call: &Call<'_>, proof: Option<&HeaderValue>) -> Result<Answer, Missing> {
        let backoff = self.options.backoff;
        let mut tried = 0;
        loop {
            tried += 1;
            let turn = call.host.turn().await?;
            requests::sent(tried > 1);
            let outcome = match tokio::time::timeout(self.options.whole, self.once(call, proof)).await {
                Ok(outcome) => outcome,
                Err(_) => {
                    let seconds = self.options.whole.as_secs();
                    Err(Missing::Timeout { host: authority(&call.url), seconds }.into())
                }
            };
            // Others may go on while this one waits.
            drop(turn);
            let asked = match &outcome {
                Ok(answer) if answer.is_temporary() => answer.retry_after(),
                Err(failure) if failure.again => None,
                _ => return outcome.map_err(|failure| failure.why),
            };
            if let Some(wait) = asked {
                call.host.pause(wait);
            }
            if tried >= backoff.tries || asked.is_some_and(|wait| wait > backoff.longest) {
                return outcome.map_err(|failure| failure.why);
            }
            tokio::time::sleep(asked.unwrap_or_else(|| pause(backoff.first, tried))).await;
        }
    }

    /// One try, through all redirects. Proof goes to the first host only: once it is left, nothing is sent along.
    async fn once(&self, call: &Call<'_>, proof: Option<&HeaderValue>) -> Result<Answer, Failure> {
        let (mut url, mut proof) = (call.url.clone(), proof);
        let malformed = |problem: &str| Missing::Malformed {
            what: format!("the redirect of {}", call.host.name),
            problem: problem.to_owned(),
        };
        for _ in 0..=HOPS {
            let response = self.ask(call, &url, proof).await?;
            if !(call.follow
                && response.status().is_redirection()
                && response.headers().contains_key(LOCATION))
            {
                return self.read(call, &url, response).await;
            }
            self.record(call, &url, Some(response.status()), 0);
            let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let target = target.and_then(|target| url.join(target).ok());
            let mut target = target.ok_or_else(|| malformed("it is not a URL"))?;
            match (url.scheme(), target.scheme()) {
                (_, "https") | ("http", "http") => {}
                _ => return Err(malformed("it leads away from HTTPS").into()),
            }
            // User and password in a URL would be sent as credentials.
            let stripped = target.set_username("").and_then(|()| target.set_password(None));
            stripped.map_err(|()| malformed("it is not a URL of a host"))?;
            if !same_origin(&call.url, &target) {
                proof = None;
            }
            url = target;
        }
        Err(malformed("there are too many").into())
    }

    async fn ask(
        &self,
        call: &Call<'_>,
        url: &Url,
        proof: Option<&HeaderValue>,
    ) -> Result<Response, Failure> {
        let client = self.clients.of(url)?;
        let request: RequestBuilder = match &call.form {
            None => client.request(Method::GET, url.clone()),
            Some(form) => client
                .request(Method::POST, url.clone())
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.clone()),
        };
        let request = request.header(ACCEPT, call.accept).header(ACCEPT_ENCODING, "identity");
        let request = match proof {
            Some(proof) => request.header(AUTHORIZATION, proof),
            None => request,
        };
        request.send().await.map_err(|error| {
            self.record(call, url, None, 0);
            self.failure(url, &error)
        })
    }

    fn failure(&self, url: &Url, error: &reqwest::Error) -> Failure {
        let host = authority(url);
        if error.is_timeout() {
            let wait = if error.is_connect() { self.options.connect } else { self.options.read };
            return Missing::Timeout { host, seconds: wait.as_secs() }.into();
        }
        Failure { why: Missing::Unreachable { host, detail: cause(error) }, again: true }
    }

    /// Reads the body, never more than is allowed.
    async fn read(&self, call: &Call<'_>, url: &Url, response: Response) -> Result<Answer, Failure> {
        let status = response.status();
        let body = if status.is_success() {
            self.body(call, url, response).await
        } else {
            let headers = response.headers().clone();
            Ok((headers, self.beginning(response).await))
        };
        let read = body.as_ref().map_or(0, |(_, body)| length(body));
        self.record(call, url, Some(status), read);
        // In references Docker Hub has another name than on the wire.
        let own = same_origin(url, &call.url);
        let from =
            if own && call.form.is_none() && call.follow { call.host.name.clone() } else { authority(url) };
        body.map(|(headers, body)| Answer { from, own, status, headers, body })
    }

    async fn body(
        &self,
        call: &Call<'_>,
        url: &Url,
        mut response: Response,
    ) -> Result<(reqwest::header::HeaderMap, Vec<u8>), Failure> {
        let what = || call.what.to_owned();
        let headers = std::mem::take(response.headers_mut());
        let encoding = headers.get(CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            let problem = "it is compressed, which was not asked for".to_owned();
            return Err(Missing::Malformed { what: what(), problem }.into());
        }
        let announced = response.content_length();
        if let Some(size) = announced {
            if size > call.limit {
                return Err(Missing::TooLarge { what: what(), size, limit: call.limit }.into());
            }
            if let Some(wanted) = call.size.filter(|wanted| *wanted != size) {
                return Err(Missing::Truncated { what: what(), wanted, found: size }.into());
            }
        }
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) if error.is_timeout() => return Err(self.failure(url, &error)),
                Err(error) => {
                    let found = length(&body);
                    let why = match call.size.or(announced) {
                        Some(wanted) if found < wanted => Missing::Truncated { what: what(), wanted, found },
                        _ => self.failure(url, &error).why,
                    };
                    return Err(Failure { why, again: true });
                }
            }
            let found = length(&body);
            if let Some(wanted) = call.size.filter(|wanted| found > *wanted) {
                return Err(Missing::Truncated { what: what(), wanted, found }.into());
            }
            if found > call.limit {
                return Err(Missing::TooLarge { what: what(), size: found, limit: call.limit }.into());
            }
        }
        match (call.size, length(&body)) {
            (Some(wanted), found) if wanted != found => {
                Err(Missing::Truncated { what: what(), wanted, found }.into())
            }
            _ => Ok((headers, body)),
        }
    }

    /// What a refusal begins with; that it breaks off changes nothing.
    async fn beginning(&self, mut response: Response) -> Vec<u8> {
        let mut body = Vec::new();
        while length(&body) < REFUSAL_LIMIT {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                _ => break,
            }
        }
        body.truncate(usize::try_from(REFUSAL_LIMIT).unwrap_or(usize::MAX));
        body
    }

    fn record(&self, call: &Call<'_>, url: &Url, status: Option<StatusCode>, bytes: u64) {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        // The queries of other hosts are signatures of short-lived URLs: they are secrets.
        let query = if same_origin(url, &call.url) { query } else { String::new() };
        self.log.add(RequestRecord {
            method: if call.form.is_some() { "POST" } else { "GET" },
            host: authority(url),
            path: format!("{}{query}", url.path()),
            status: status.map(|status| status.as_u16()),
            bytes,
            cached: false,
        });
    }
}

fn length(body: &[u8]) -> u64 {
    u64::try_from(body.len()).unwrap_or(u64::MAX)
}

/// The pause after a try: twice as long each time, and between half of it and all of it, so that clients which were
/// refused together do not come back together.
fn pause(first: Duration, tried: u32) -> Duration {
    let whole = first.saturating_mul(1 << tried.saturating_sub(1).min(8));
    let chance = std::collections::hash_map::RandomState::new().build_hasher().finish() % 512;
    whole.saturating_mul(512 + u32::try_from(chance).unwrap_or(0)) / 1024
}
