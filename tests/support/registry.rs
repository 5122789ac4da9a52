//! A small registry on loopback that serves a folder of layouts, and fails on demand.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use serde_json::{Value, json};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// How the registry asks who is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Auth {
    #[default]
    Open,
    /// This user and password with each request.
    Basic(&'static str, &'static str),
    /// A token of `/token`, for this user and password; an empty user: for anybody.
    Bearer(&'static str, &'static str),
    /// A token of the token server at this URL.
    BearerAt(String),
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// This status with these headers.
    Status(u16, Vec<(&'static str, String)>),
    /// Other bytes, with the right length header for them.
    Bytes(Vec<u8>),
    /// A whole answer of this type, in place of the real one.
    Answer(&'static str, Vec<u8>),
    /// The first half of the body, then the connection ends.
    Cut,
    /// The first half of the body, and a length header that says so.
    Half,
    /// A length header of this many bytes before the real body.
    Announce(u64),
    /// Bytes without a length header and without end, until the other side hangs up.
    Endless,
    /// No answer, and the connection stays.
    Silence,
    /// The connection ends without an answer.
    Close,
    /// A redirect.
    Redirect(String),
    /// The real answer with one more header.
    Header(&'static str, String),
}

/// A fault, where it strikes and how often.
#[derive(Clone, Debug)]
struct Strike {
    part: String,
    left: usize,
    fault: Fault,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// How a registry is set up.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// Folder of layouts.
    pub(crate) layouts: PathBuf,
    /// Whether there is a referrers API.
    pub(crate) referrers: bool,
    /// Entries of one page of tags or referrers.
    pub(crate) page: usize,
    pub(crate) auth: Auth,
}

impl Setup {
    pub(crate) fn new(layouts: &Path) -> Self {
        Self { layouts: layouts.to_owned(), referrers: true, page: 1000, auth: Auth::Open }
    }
}

#[derive(Debug)]
struct Shared {
    setup: Setup,
    address: SocketAddr,
    strikes: Mutex<Vec<Strike>>,
    seen: Mutex<Vec<Seen>>,
    open: Mutex<Vec<TcpStream>>,
    dead: AtomicBool,
}

/// A running registry; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Registry {
    shared: Arc<Shared>,
}

struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Registry {
    pub(crate) fn start(setup: Setup) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            setup,
            address,
            strikes: Mutex::default(),
            seen: Mutex::default(),
            open: Mutex::default(),
            dead: AtomicBool::new(false),
        });
        let server = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if server.dead.load(Ordering::SeqCst) {
                    return;
                }
                server.open.lock().unwrap().push(stream.try_clone().unwrap());
                let server = server.clone();
                std::thread::spawn(move || server.talk(stream));
            }
        });
        Self { shared }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.shared.address.to_string()
    }

    /// Lets a fault strike at paths that hold `part`, `times` times; a `$` at its end stands for the end of the path.
    pub(crate) fn fail(&self, part: &str, times: usize, fault: Fault) {
        self.shared.strikes.lock().unwrap().push(Strike { part: part.to_owned(), left: times, fault });
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Ends at once: all connections, and the port.
    pub(crate) fn kill(&self) {
        self.shared.dead.store(true, Ordering::SeqCst);
        for stream in self.shared.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the listener, which then lets go of the port.
        let _ = TcpStream::connect(self.shared.address);
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Shared {
    fn talk(&self, stream: TcpStream) {
        let mut writer = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        while let Some(seen) = request(&mut reader) {
            if self.dead.load(Ordering::SeqCst) {
                return;
            }
            self.seen.lock().unwrap().push(seen.clone());
            let fault = self.strike(&seen.path);
            let stays = self.answer(&mut writer, &seen, fault);
            if !stays {
                break;
            }
        }
        // The list of open streams holds another handle: dropping this one would not end the connection.
        let _ = writer.shutdown(Shutdown::Both);
    }

    fn strike(&self, path: &str) -> Option<Fault> {
        let mut strikes = self.strikes.lock().unwrap();
        let whole = format!("{path}$");
        let strike = strikes.iter_mut().find(|strike| strike.left > 0 && whole.contains(&strike.part))?;
        strike.left -= 1;
        Some(strike.fault.clone())
    }

    /// Answers; `false`: the connection ends.
    fn answer(&self, out: &mut TcpStream, seen: &Seen, fault: Option<Fault>) -> bool {
        let mut reply = match self.refuse(seen) {
            Some(refusal) => refusal,
            None => self.reply(seen),
        };
        let mut length = None;
        match fault {
            Some(Fault::Close) => return false,
            Some(Fault::Silence) => return true,
            Some(Fault::Status(status, headers)) => {
                let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                let body = json!({"errors": [{"code": "FAULT", "message": "on demand"}]}).to_string();
                reply = Reply { status, headers, body: body.into_bytes() };
            }
            Some(Fault::Redirect(target)) => {
                reply = Reply { status: 307, headers: vec![("location".into(), target)], body: Vec::new() };
            }
            Some(Fault::Answer(kind, body)) => reply = Reply::new(200, kind, body),
            Some(Fault::Bytes(bytes)) => reply.body = bytes,
            Some(Fault::Header(name, value)) => reply.headers.push((name.to_owned(), value)),
            Some(Fault::Announce(size)) => length = Some(size),
            Some(Fault::Cut) => {
                length = Some(reply.body.len() as u64);
                reply.body.truncate(reply.body.len() / 2);
            }
            Some(Fault::Half) => reply.body.truncate(reply.body.len() / 2),
            Some(Fault::Endless) => return endless(out),
            None => {}
        }
        let whole = length.is_none();
        reply.write(out, length) && whole
    }

    fn refuse(&self, seen: &Seen) -> Option<Reply> {
        let sent = seen.headers.get("authorization").map(String::as_str);
        let refusal = |challenge: String| {
            let body = json!({"errors": [{"code": "UNAUTHORIZED", "message": "who are you"}]}).to_string();
            let headers = vec![("www-authenticate".to_owned(), challenge)];
            Some(Reply { status: 401, headers, body: body.into_bytes() })
        };
        match &self.setup.auth {
            Auth::Open => None,
            Auth::Basic(user, password) => (sent != Some(&basic(user, password)))
                .then(|| refusal("Basic realm=\"test\"".into()))
                .flatten(),
            Auth::Bearer(user, password) if seen.path.starts_with("/token") => {
                let refresh = format!("refresh_token={password}");
                let known =
                    user.is_empty() || sent == Some(&basic(user, password)) || seen.body.contains(&refresh);
                (!known).then(|| refusal("Basic realm=\"token\"".into())).flatten()
            }
            Auth::Bearer(..) | Auth::BearerAt(_) => {
                let name = name_of(&seen.path);
                let own = format!("http://{}/token", self.address);
                let realm = if let Auth::BearerAt(realm) = &self.setup.auth { realm } else { &own };
                let challenge = format!("Bearer realm=\"{realm}\",service=\"test,registry\"");
                let wanted = format!("Bearer token-repository:{name}:pull");
                (sent != Some(&wanted)).then(|| refusal(challenge)).flatten()
            }
        }
    }

    fn reply(&self, seen: &Seen) -> Reply {
        let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, &seen.body));
        let query = parse_query(query);
        if path == "/token" {
            let token = format!("token-{}", query.get("scope").cloned().unwrap_or_default());
            return Reply::new(200, "application/json", json!({"token": token}).to_string().into_bytes());
        }
        let name = name_of(path);
        let layout = self.setup.layouts.join(name.rsplit('/').next().unwrap());
        let Some(rest) = path.strip_prefix(&format!("/v2/{name}/")) else { return not_found() };
        let Some(tags) = tags(&layout) else { return not_found() };
        match rest.split_once('/') {
            Some(("manifests", id)) => manifest(&layout, &tags, id),
            Some(("blobs", digest)) => match read_blob(&layout, digest) {
                Some(body) => Reply::new(200, "application/octet-stream", body),
                None => not_found(),
            },
            Some(("tags", "list")) => {
                let all: Vec<Value> = tags.keys().map(|tag| json!(tag)).collect();
                self.page(path, &query, &all, |tags| json!({"name": name, "tags": tags}), "application/json")
            }
            Some(("referrers", digest)) if self.setup.referrers => {
                let all = referrers(&layout, digest);
                let index =
                    |entries: &[Value]| json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries});
                self.page(path, &query, &all, index, INDEX)
            }
            _ => not_found(),
        }
    }

    fn page(
        &self,
        path: &str,
        query: &HashMap<String, String>,
        all: &[Value],
        body: impl Fn(&[Value]) -> Value,
        kind: &str,
    ) -> Reply {
        // The cursor is a number turned round, so that nobody takes it for the last tag.
        let start: usize =
            query.get("cursor").map_or(0, |cursor| usize::MAX - cursor.parse::<usize>().unwrap());
        let asked = query.get("n").map_or(usize::MAX, |n| n.parse().unwrap());
        let end = (start + self.setup.page.min(asked)).min(all.len());
        let mut reply = Reply::new(200, kind, body(&all[start..end]).to_string().into_bytes());
        if end < all.len() {
            let link = format!("<{path}?cursor={}&n={asked}>; rel=\"next\"", usize::MAX - end);
            reply.headers.push(("link".into(), link));
        }
        reply
    }
}

impl Reply {
    fn new(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type".into(), kind.into())], body }
    }

    fn write(&self, out: &mut TcpStream, length: Option<u64>) -> bool {
        let mut head = format!("HTTP/1.1 {} X\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", length.unwrap_or(self.body.len() as u64)));
        // One write: two would wait for each other (Nagle's algorithm and delayed acknowledgement).
        let mut whole = head.into_bytes();
        whole.extend_from_slice(&self.body);
        out.write_all(&whole).is_ok()
    }
}

fn endless(out: &mut TcpStream) -> bool {
    let _ = out.write_all(b"HTTP/1.1 200 X\r\ncontent-type: application/octet-stream\r\n\r\n");
    while out.write_all(&[b'x'; 65536]).is_ok() {}
    false
}

fn not_found() -> Reply {
    let body = json!({"errors": [{"code": "NOT_FOUND", "message": "no such thing"}]}).to_string();
    Reply::new(404, "application/json", body.into_bytes())
}

/// The value of `Authorization` for a user and a password.
pub(crate) fn basic(user: &str, password: &str) -> String {
    let engine = base64::engine::general_purpose::STANDARD;
    format!("Basic {}", engine.encode(format!("{user}:{password}")))
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<Seen> {
    // A greeting of TLS has no line end to wait for.
    if reader.fill_buf().ok()?.first() == Some(&0x16) {
        return None;
    }
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut parts = line.split_whitespace();
    let (method, path) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
            None => break,
        };
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Seen { method, path, headers, body: String::from_utf8(body).ok()? })
}

fn parse_query(query: &str) -> HashMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.replace("%3A", ":").replace("%2F", "/"))).collect()
}

/// The repository in `/v2/NAME/…`.
fn name_of(path: &str) -> String {
    let path = path.split('?').next().unwrap().strip_prefix("/v2/").unwrap_or_default();
    let ends =
        ["/manifests/", "/blobs/", "/tags/", "/referrers/"].into_iter().filter_map(|part| path.find(part));
    path[..ends.min().unwrap_or(0)].to_owned()
}

fn read_blob(layout: &Path, digest: &str) -> Option<Vec<u8>> {
    let (algorithm, hex) = digest.split_once(':')?;
    fs::read(layout.join("blobs").join(algorithm).join(hex)).ok()
}

fn tags(layout: &Path) -> Option<BTreeMap<String, String>> {
    let index: Value = serde_json::from_slice(&fs::read(layout.join("index.json")).ok()?).unwrap();
    let mut tags = BTreeMap::new();
    for entry in index["manifests"].as_array().unwrap() {
        if let Some(tag) = entry["annotations"]["org.opencontainers.image.ref.name"].as_str() {
            tags.insert(tag.to_owned(), entry["digest"].as_str().unwrap().to_owned());
        }
    }
    Some(tags)
}

fn manifest(layout: &Path, tags: &BTreeMap<String, String>, id: &str) -> Reply {
    let digest = tags.get(id).map_or(id, String::as_str);
    let Some(body) = read_blob(layout, digest) else { return not_found() };
    let value: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let kind = value["mediaType"].as_str().unwrap_or("application/vnd.oci.image.manifest.v1+json");
    let mut reply = Reply::new(200, kind, body);
    reply.headers.push(("docker-content-digest".into(), digest.into()));
    reply
}

/// Every manifest among the blobs whose subject is `digest`.
fn referrers(layout: &Path, digest: &str) -> Vec<Value> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(layout.join("blobs/sha256")).unwrap() {
        let path = entry.unwrap().path();
        let body = fs::read(&path).unwrap();
        let Ok(value) = serde_json::from_slice::<Value>(&body) else { continue };
        if value["subject"]["digest"].as_str() == Some(digest) {
            let kind = value["artifactType"].as_str().or(value["config"]["mediaType"].as_str());
            let own = format!("sha256:{}", path.file_name().unwrap().to_str().unwrap());
            let entry = json!({"mediaType": value["mediaType"], "digest": own, "size": body.len(),
                "artifactType": kind, "annotations": value["annotations"]});
            found.insert(own, entry);
        }
    }
    found.into_values().collect()
}
