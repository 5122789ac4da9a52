//! `trust update`: the newest trusted root from a TUF repository on this machine, and every way in which it is refused.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sigscope::model::Moment;
use sigscope::source::tuf::{TufError, TufRepository, Vouched};

use crate::program::{fixture, run};

/// 2026-01-01.
const NOW: Moment = Moment(1_767_225_600);
const LATER: &str = "2030-01-01T00:00:00Z";
const OVER: &str = "2025-12-31T00:00:00Z";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

type Files = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A repository with one key for all roles.
struct Repository {
    key: Ed25519KeyPair,
    files: Files,
    url: String,
}

impl Repository {
    fn new() -> Self {
        let files = Files::default();
        let url = serve(files.clone());
        Self { key: Ed25519KeyPair::generate().unwrap(), files, url }
    }

    fn public(&self) -> (String, Value) {
        let value = json!({"keytype": "ed25519", "scheme": "ed25519",
            "keyval": {"public": hex(self.key.public_key().as_ref())}});
        (sha256(value.to_string().as_bytes()), value)
    }

    /// Sorted keys and no blanks: what serde_json writes of a map is canonical here.
    fn signed(&self, signed: &Value) -> Vec<u8> {
        let sig = hex(self.key.sign(signed.to_string().as_bytes()).as_ref());
        json!({"signed": signed, "signatures": [{"keyid": self.public().0, "sig": sig}]})
            .to_string()
            .into_bytes()
    }

    fn root(&self) -> Vec<u8> {
        let (id, key) = self.public();
        let role = json!({"keyids": [id.clone()], "threshold": 1});
        self.signed(&json!({"_type": "root", "spec_version": "1.0.31", "version": 1, "expires": LATER,
            "consistent_snapshot": true, "keys": {id: key},
            "roles": {"root": role, "timestamp": role, "snapshot": role, "targets": role}}))
    }

    /// Publishes a trusted root as a version of everything.
    fn publish(&self, version: u64, target: &[u8], expires: &str) {
        let of = |kind: &str, extra: Value| {
            let mut signed =
                json!({"_type": kind, "spec_version": "1.0.31", "version": version, "expires": expires});
            signed.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            self.signed(&signed)
        };
        let about = |bytes: &[u8]| json!({"length": bytes.len(), "hashes": {"sha256": sha256(bytes)}});
        let meta = |bytes: &[u8]| json!({"version": version, "length": bytes.len(), "hashes": {"sha256": sha256(bytes)}});
        let targets = of("targets", json!({"targets": {"trusted_root.json": about(target)}}));
        let snapshot = of("snapshot", json!({"meta": {"targets.json": meta(&targets)}}));
        let timestamp = of("timestamp", json!({"meta": {"snapshot.json": meta(&snapshot)}}));
        *self.files.lock().unwrap() = vec![
            ("/timestamp.json".to_owned(), timestamp),
            (format!("/{version}.snapshot.json"), snapshot),
            (format!("/{version}.targets.json"), targets),
            (format!("/targets/{}.trusted_root.json", sha256(target)), target.to_vec()),
        ];
    }

    fn change(&self, end: &str, change: impl Fn(&mut Vec<u8>)) {
        let mut files = self.files.lock().unwrap();
        files.iter_mut().filter(|(name, _)| name.ends_with(end)).for_each(|(_, bytes)| change(bytes));
    }

    fn ask(&self, cache: &std::path::Path) -> Result<Vouched, TufError> {
        runtime().block_on(TufRepository::mirror(&self.url, self.root(), cache).update(NOW))
    }

    fn kept(&self, cache: &std::path::Path) -> Result<Option<Vouched>, TufError> {
        sigscope::source::block_on(TufRepository::mirror(&self.url, self.root(), cache).kept())
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Serves what the list holds at the moment of asking; ends with the process.
fn serve(files: Files) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let found =
                files.lock().unwrap().iter().find(|(name, _)| *name == path).map(|(_, bytes)| bytes.clone());
            let (status, body) = found.map_or(("404 Not Found", Vec::new()), |bytes| ("200 OK", bytes));
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    url
}

fn trusted_root() -> Vec<u8> {
    std::fs::read(fixture("trust/trusted_root.json")).unwrap()
}

#[test]
fn the_newest_root_is_fetched_kept_and_verified_again() {
    let (repository, cache) = (Repository::new(), tempfile::tempdir().unwrap());
    assert_eq!(repository.kept(cache.path()), Ok(None), "never asked");
    repository.publish(1, b"{\"old\":1}", LATER);
    repository.ask(cache.path()).unwrap();
    repository.publish(2, &trusted_root(), LATER);
    let vouched = repository.ask(cache.path()).unwrap();
    assert_eq!((vouched.bytes.as_slice(), vouched.asked), (trusted_root().as_slice(), NOW));
    repository.files.lock().unwrap().clear();
    assert_eq!(repository.kept(cache.path()).unwrap(), Some(vouched.clone()), "no request is made");
    for entry in walk(cache.path()).into_iter().filter(|path| path.ends_with("targets/trusted_root.json")) {
        std::fs::write(entry, b"{}").unwrap();
    }
    repository.kept(cache.path()).unwrap_err();
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn what_is_old_unsigned_expired_or_changed_is_refused() {
    let (repository, cache) = (Repository::new(), tempfile::tempdir().unwrap());
    repository.publish(2, &trusted_root(), LATER);
    let good = repository.ask(cache.path()).unwrap();
    let refused = |what: &str| {
        let error = repository.ask(cache.path()).map(|_| ()).expect_err(what);
        assert!(error.to_string().contains(&repository.url), "{error}");
        assert_eq!(
            repository.kept(cache.path()).unwrap(),
            Some(good.clone()),
            "{what}: the root in use stays"
        );
    };
    repository.publish(1, &trusted_root(), LATER);
    refused("rolled back");
    repository.publish(3, &trusted_root(), OVER);
    refused("expired");
    repository.publish(3, b"{}", LATER);
    repository.change("trusted_root.json", |bytes| bytes[0] ^= 1);
    refused("another target");
    repository.files.lock().unwrap().clear();
    refused("nothing there");
    let stranger = Repository::new();
    stranger.publish(4, &trusted_root(), LATER);
    *repository.files.lock().unwrap() = stranger.files.lock().unwrap().clone();
    refused("signed by a stranger");
}

#[test]
fn the_command_asks_a_mirror_and_shows_what_is_trusted() {
    let (repository, folder) = (Repository::new(), tempfile::tempdir().unwrap());
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(path("root.json"), repository.root()).unwrap();
    repository.publish(1, &trusted_root(), LATER);
    let update = [
        "trust",
        "update",
        "--mirror",
        &repository.url,
        "--root",
        &path("root.json"),
        "--write",
        &path("new.json"),
    ];
    let shown = run(&update).ends_with(0).stdout;
    assert!(shown.contains("transparency logs") && shown.contains(&repository.url), "{shown}");
    assert_eq!(std::fs::read(path("new.json")).unwrap(), trusted_root());
    let document =
        run(&["trust", "show", "-o", "json", "--trusted-root", &path("new.json")]).ends_with(0).json();
    assert_eq!(document["sha256"], sha256(&trusted_root()));
    assert!(!document["transparency_logs"].as_array().unwrap().is_empty());
    run(&["trust", "update", "--offline"]).ends_with(3).says("--offline");
    repository.files.lock().unwrap().clear();
    run(&update).ends_with(2).says("stays");
    run(&["trust", "show"]).ends_with(0);
}
