//! The cache: fetched once, checked when read, itself a layout, and never a reason to fail.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sigscope::discover::{Limits, evidence};
use sigscope::model::{Evidence, Missing, Reference};
use sigscope::port::Store;
use sigscope::source::registry::Credentials;
use sigscope::source::{Cache, LayoutRule, Layouts, Mux, Registry, RequestLog, demo, open_layout};

use crate::fixtures;
use crate::registry::{client, image, run, serve};
use crate::server;

fn cached(dir: &Path, log: &RequestLog) -> Cache<Registry> {
    Cache::new(client(Credentials::none()), dir, log.clone())
}

fn look(store: &dyn Store, reference: &Reference) -> Evidence {
    run(evidence(store, reference, &Limits::default())).unwrap()
}

fn asked(server: &server::Registry, part: &str) -> usize {
    server.seen().iter().filter(|seen| seen.path.contains(part)).count()
}

#[test]
fn what_was_fetched_once_is_not_fetched_again() {
    let (server, dir) = (serve(|_| {}), tempfile::tempdir().unwrap());
    let reference = image(&server, "everything");
    let log = RequestLog::default();
    let first = look(&cached(dir.path(), &log), &reference);
    let (blobs, manifests) = (asked(&server, "/blobs/"), asked(&server, "/manifests/sha256:"));
    assert!(blobs > 0 && manifests > 0 && log.requests().is_empty());
    // Another run: tags and lists are asked for again, content is not.
    let second = look(&cached(dir.path(), &log), &reference);
    assert_eq!(first, second);
    assert_eq!((asked(&server, "/blobs/"), asked(&server, "/manifests/sha256:")), (blobs, manifests));
    assert_eq!(asked(&server, "/manifests/v1.2.3"), 2);
    assert!(log.requests().iter().all(|request| request.cached) && log.requests().len() >= blobs + manifests);
}

#[test]
fn the_cache_is_a_layout() {
    let (server, dir) = (serve(|_| {}), tempfile::tempdir().unwrap());
    let reference = image(&server, "bundle-key");
    let found = look(&cached(dir.path(), &RequestLog::default()), &reference);
    assert!(dir.path().join("oci-layout").is_file());
    let layout = open_layout(dir.path()).unwrap();
    let again = look(&layout, &layout.repository().tagged("v1.2.3"));
    assert_eq!((again.digest, again.artifacts), (found.digest, found.artifacts));
}

#[test]
fn a_damaged_file_is_fetched_anew() {
    let (server, dir) = (serve(|_| {}), tempfile::tempdir().unwrap());
    let reference = image(&server, "key-p256");
    let log = RequestLog::default();
    let first = look(&cached(dir.path(), &log), &reference);
    let layer = &first.artifacts[0].layers[0];
    let path = dir.path().join("blobs/sha256").join(layer.digest.hex());
    let whole = fs::read(&path).unwrap();
    fs::write(&path, vec![b'x'; whole.len()]).unwrap();
    assert_eq!(look(&cached(dir.path(), &log), &reference), first);
    assert_eq!(fs::read(&path).unwrap(), whole);
    assert_eq!(asked(&server, "/blobs/"), 2);
}

#[test]
fn what_one_repository_holds_says_nothing_of_another() {
    let (server, dir) = (serve(|_| {}), tempfile::tempdir().unwrap());
    let log = RequestLog::default();
    let digest = look(&cached(dir.path(), &log), &image(&server, "key-p256")).digest;
    let elsewhere = image(&server, "unsigned").at(digest);
    let cache = cached(dir.path(), &log);
    assert!(matches!(run(cache.manifest(&elsewhere)), Err(Missing::NotFound { .. })));
}

#[test]
fn a_place_that_cannot_be_written_is_a_warning() {
    let (server, dir) = (serve(|_| {}), tempfile::tempdir().unwrap());
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    let cache = cached(&file, &RequestLog::default());
    assert_eq!(look(&cache, &image(&server, "key-p256")).gaps, []);
    assert!(cache.warning().unwrap().contains("not written"), "{:?}", cache.warning());
}

#[test]
fn every_reference_goes_to_its_own_source() {
    let server = serve(|_| {});
    let rule = LayoutRule::new("ghcr.io/team", &fixtures::folder().join("layouts")).unwrap();
    let mux = Mux::new(Layouts::new(vec![rule])).with_network(Arc::new(client(Credentials::none())));
    mux.mount(demo::HOST, Arc::new(demo::store()));
    let ask = |text: &str| run(mux.manifest(&Reference::parse(text).unwrap())).map(|found| found.digest);
    let wanted = ask(&image(&server, "key-p256").to_string()).unwrap();
    assert_eq!(ask("ghcr.io/team/key-p256:v1.2.3"), Ok(wanted));
    assert!(ask("registry.example/shop/checkout:v1.2.3").is_ok());
    assert!(matches!(ask("ghcr.io/team/no-such-thing:v1"), Err(Missing::NotFound { .. })));
    assert!(matches!(ask("registry.example/no/such:v1"), Err(Missing::NotFound { .. })));
    assert_eq!(server.seen().len(), 1);
    let alone = Mux::new(Layouts::default());
    let refused = run(alone.manifest(&image(&server, "unsigned")));
    assert!(matches!(refused, Err(Missing::Unsupported { .. })));
}
