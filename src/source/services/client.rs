//! Asks services: one request, few redirects, a body that is counted while it is read, and an end to all waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, Url};
use tokio::sync::Semaphore;

use super::address::{self, forbidden, inside, literal};
use crate::model::Missing;
use crate::port::{Answer, Question, Services};
use crate::source::registry::{cause, install_crypto};
use crate::source::requests::{RequestLog, RequestRecord};

/// Longest answer of a log, in bytes: it gives at most ten entries.
const LOG_LIMIT: u64 = 8 << 20;
/// Longest answer of an OCSP responder, in bytes (`ocspMaxResponseSize` of notation-core-go).
const OCSP_LIMIT: u64 = 20_480;
/// Longest revocation list, in bytes (`maxCRLSize` of notation-core-go).
const CRL_LIMIT: u64 = 32 << 20;
/// Longest URL that is followed, in bytes.
const URL_LIMIT: usize = 2_048;
/// Most redirects.
const HOPS: u8 = 3;
/// From this length on an OCSP request is sent as a body (RFC 6960 appendix A.1).
const OCSP_IN_URL: usize = 255;

/// How services are talked to.
#[derive(Clone, Copy, Debug)]
pub struct ServiceOptions {
    /// Longest wait for a connection, and for the next bytes.
    pub patience: Duration,
    /// Longest wait for the whole answer of a log or a responder.
    pub whole: Duration,
    /// Longest wait for a whole revocation list.
    pub list: Duration,
    /// Requests to one host at a time.
    pub at_a_time: usize,
}

impl Default for ServiceOptions {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(5),
            whole: Duration::from_secs(15),
            list: Duration::from_secs(60),
            at_a_time: 2,
        }
    }
}

/// Services over HTTP; it needs a tokio runtime. Clones share connections and the list of requests.
#[derive(Clone, Debug)]
pub struct HttpServices(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: ServiceOptions,
    log: RequestLog,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// For this machine: it is never asked through a proxy.
    local: OnceLock<Result<Client, String>>,
    /// For the URL that was named.
    first: OnceLock<Result<Client, String>>,
    /// For where redirects lead.
    further: OnceLock<Result<Client, String>>,
}

/// One request.
struct Call {
    url: Url,
    /// Media type and bytes of the body of a POST.
    body: Option<(&'static str, Vec<u8>)>,
    accept: &'static str,
    limit: u64,
    whole: Duration,
    what: String,
}

impl HttpServices {
    /// Sets the clients up when they are needed. Requests are written to `log`.
    #[must_use]
    pub fn new(options: ServiceOptions, log: RequestLog) -> Self {
        install_crypto();
        Self(Arc::new(Shared {
            options,
            log,
            hosts: Mutex::default(),
            local: OnceLock::new(),
            first: OnceLock::new(),
            further: OnceLock::new(),
        }))
    }

    fn call(&self, question: &Question) -> Result<Call, Missing> {
        let options = self.0.options;
        let what = question.words();
        Ok(match question {
            Question::Log { url, search } => Call {
                url: parse(
                    &format!("{}/api/v1/log/entries/retrieve", url.trim_end_matches('/')),
                    &what,
                    false,
                )?,
                body: Some(("application/json", search.clone().into_bytes())),
                accept: "application/json",
                limit: LOG_LIMIT,
                whole: options.whole,
                what,
            },
            Question::Ocsp { url, request } => {
                let (url, body) = ocsp(url, request, &what)?;
                let accept = "application/ocsp-response";
                Call { url, body, accept, limit: OCSP_LIMIT, whole: options.whole, what }
            }
            Question::Object { .. } | Question::PublicKey { .. } => return Err(question.unasked()),
            Question::Crl { url } => Call {
                url: parse(url, &what, true)?,
                body: None,
                accept: "*/*",
                limit: CRL_LIMIT,
                whole: options.list,
                what,
            },
            Question::Evidence { .. } | Question::Attached { .. } => {
                return Err(Missing::Unsupported { what });
            }
        })
    }

    async fn get(&self, question: &Question) -> Result<Arc<[u8]>, Missing> {
        let call = self.call(question)?;
        let host = authority(&call.url);
        let gate = {
            let mut hosts = self.0.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(self.0.options.at_a_time.max(1)));
            hosts.entry(host.clone()).or_insert_with(new).clone()
        };
        let turn = gate.acquire().await.map_err(|_| Missing::Cancelled)?;
        let answer = tokio::time::timeout(call.whole, self.once(&call)).await;
        drop(turn);
        answer.unwrap_or(Err(Missing::Timeout { host, seconds: call.whole.as_secs() }))
    }

    async fn once(&self, call: &Call) -> Result<Arc<[u8]>, Missing> {
        let mut url = call.url.clone();
        for hop in 0..=HOPS {
            let response = self.send(call, &url, hop > 0).await?;
            let status = response.status();
            // A body is sent to nobody but the one that was named.
            if !status.is_redirection() || call.body.is_some() {
                return self.read(call, &url, response).await;
            }
            self.record(call, &url, Some(status.as_u16()), 0);
            let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let target = target.and_then(|target| url.join(target).ok());
            let target = target.ok_or_else(|| refused(call, "its redirect is not a URL"))?;
            url = parse(target.as_str(), &call.what, false)?;
            let strange = authority(&url) != authority(&call.url);
            if strange && (is_local(&url) || literal(&url).is_some_and(inside)) {
                return Err(refused(call, "its redirect leads into a private network"));
            }
        }
        Err(refused(call, "there are too many redirects"))
    }

    /// The client for a URL; `strange`: a redirect has led away from the host that was named.
    fn client(&self, url: &Url, strange: bool) -> Result<&Client, String> {
        let options = self.0.options;
        let build = |builder: ClientBuilder| builder.build().map_err(|error| cause(&error));
        let made = if is_local(url) {
            self.0.local.get_or_init(|| build(base(options).no_proxy().tls_certs_only([])))
        } else if strange {
            self.0.further.get_or_init(|| build(base(options).dns_resolver(address::resolver(true))))
        } else {
            self.0.first.get_or_init(|| build(base(options).dns_resolver(address::resolver(false))))
        };
        made.as_ref().map_err(Clone::clone)
    }

    async fn send(&self, call: &Call, url: &Url, redirected: bool) -> Result<Response, Missing> {
        let host = authority(url);
        if literal(url).is_some_and(forbidden) {
            return Err(refused(call, "it leads to an address that no service has"));
        }
        let client = self.client(url, redirected && host != authority(&call.url));
        let client = client.map_err(|detail| Missing::Unreachable { host: host.clone(), detail })?;
        let request: RequestBuilder = match &call.body {
            None => client.get(url.clone()),
            Some((kind, body)) => client.post(url.clone()).header(CONTENT_TYPE, *kind).body(body.clone()),
        };
        let request = request.header(ACCEPT, call.accept).header(ACCEPT_ENCODING, "identity");
        request.send().await.map_err(|error| {
            self.record(call, url, None, 0);
            if error.is_timeout() {
                Missing::Timeout { host, seconds: self.0.options.patience.as_secs() }
            } else {
                Missing::Unreachable { host, detail: cause(&error) }
            }
        })
    }

    async fn read(&self, call: &Call, url: &Url, mut response: Response) -> Result<Arc<[u8]>, Missing> {
        let (host, status) = (authority(url), response.status());
        self.record(call, url, Some(status.as_u16()), response.content_length().unwrap_or_default());
        if !status.is_success() {
            return Err(match status.as_u16() {
                401 | 403 => Missing::Denied { host, status: status.as_u16(), detail: String::new() },
                429 => Missing::Limited { host, retry_after: None },
                // That a service knows no such thing is no news about the image.
                other => Missing::Unreachable { host, detail: format!("HTTP {other}") },
            });
        }
        let encoding = response.headers().get(CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(refused(call, "its answer is compressed, which was not asked for"));
        }
        let large = |size| Missing::TooLarge { what: call.what.clone(), size, limit: call.limit };
        if let Some(size) = response.content_length().filter(|size| *size > call.limit) {
            return Err(large(size));
        }
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body.into()),
                Err(error) if error.is_timeout() => {
                    return Err(Missing::Timeout { host, seconds: self.0.options.patience.as_secs() });
                }
                Err(error) => return Err(Missing::Unreachable { host, detail: cause(&error) }),
            }
            let size = u64::try_from(body.len()).unwrap_or(u64::MAX);
            if size > call.limit {
                return Err(large(size));
            }
        }
    }

    fn record(&self, call: &Call, url: &Url, status: Option<u16>, bytes: u64) {
        self.0.log.add(RequestRecord {
            method: if call.body.is_some() { "POST" } else { "GET" },
            host: authority(url),
            path: url.path().to_owned(),
            status,
            bytes,
            cached: false,
        });
    }
}

impl Services for HttpServices {
    fn fetch<'a>(&'a self, question: &'a Question) -> Answer<'a, Arc<[u8]>> {
        Box::pin(self.get(question))
    }
}

fn refused(call: &Call, problem: &str) -> Missing {
    Missing::Malformed { what: call.what.clone(), problem: problem.to_owned() }
}

/// A URL that may be asked; `plain`: HTTP only, as notation does for what certificates name.
fn parse(text: &str, what: &str, plain: bool) -> Result<Url, Missing> {
    let malformed = |problem: &str| Missing::Malformed { what: what.to_owned(), problem: problem.to_owned() };
    if text.len() > URL_LIMIT {
        return Err(malformed("its URL is too long"));
    }
    let url = Url::parse(text).map_err(|_| malformed("it is not a URL"))?;
    match url.scheme() {
        "http" => {}
        "https" if !plain => {}
        other => return Err(Missing::Unsupported { what: format!("{what}: the protocol {other}") }),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(malformed("its URL holds credentials"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(malformed("its URL names no host"));
    }
    Ok(url)
}

type Body = Option<(&'static str, Vec<u8>)>;

/// Short requests stand in the URL, others in the body (RFC 6960 appendix A.1, as notation-core-go has it).
fn ocsp(server: &str, request: &[u8], what: &str) -> Result<(Url, Body), Missing> {
    let text = crate::format::base64::encode(request);
    let escaped: String = text
        .chars()
        .map(|letter| match letter {
            '+' => "%2B".to_owned(),
            '/' => "%2F".to_owned(),
            '=' => "%3D".to_owned(),
            other => other.to_string(),
        })
        .collect();
    if text.len() >= OCSP_IN_URL || escaped.len() >= OCSP_IN_URL {
        let body = Some(("application/ocsp-request", request.to_vec()));
        return Ok((parse(server, what, true)?, body));
    }
    Ok((parse(&format!("{}/{escaped}", server.trim_end_matches('/')), what, true)?, None))
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn is_local(url: &Url) -> bool {
    url.host_str() == Some("localhost") || literal(url).is_some_and(|address| address.is_loopback())
}

fn base(options: ServiceOptions) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("sigscope/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .no_gzip()
        .retry(reqwest::retry::never())
        .connect_timeout(options.patience)
        .read_timeout(options.patience)
}
