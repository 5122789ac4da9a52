//! The registry client against a registry on loopback: what is found, who is told the password, how lists are paged.

use std::io::Write;

use sigscope::discover::{Limits, evidence};
use sigscope::model::artifact::ReferrersApi;
use sigscope::model::{Artifact, Evidence, Found, Gap, Missing, Reference};
use sigscope::port::{Referrers, Store};
use sigscope::source::registry::{Backoff, Credentials};
use sigscope::source::{Layout, Registry, RegistryOptions, block_on};

use crate::fixtures::{self, Fixture};
use crate::server::{self, Auth, Fault, Setup};

/// Settings without a pause between tries.
pub(crate) fn options(credentials: Credentials) -> RegistryOptions {
    let backoff = Backoff { first: std::time::Duration::ZERO, ..Backoff::default() };
    RegistryOptions { credentials, backoff, ..RegistryOptions::default() }
}

/// A client that does not wait between tries.
pub(crate) fn client(credentials: Credentials) -> Registry {
    Registry::new(options(credentials)).unwrap()
}

/// A registry of the fixtures.
pub(crate) fn serve(change: impl FnOnce(&mut Setup)) -> server::Registry {
    let mut setup = Setup::new(&fixtures::folder().join("layouts"));
    change(&mut setup);
    server::Registry::start(setup)
}

pub(crate) fn image(server: &server::Registry, name: &str) -> Reference {
    Reference::parse(&format!("{}/myorg/{name}:v1.2.3", server.host())).unwrap()
}

/// Runs a future as the program would.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

pub(crate) fn look(client: &Registry, reference: &Reference) -> Result<Evidence, Missing> {
    run(evidence(client, reference, &Limits::default()))
}

fn from_layout(fixture: &Fixture, reference: &Reference) -> Evidence {
    let layout = Layout::open(&fixture.layout, reference).unwrap();
    block_on(evidence(&layout, reference, &Limits::default())).unwrap()
}

/// Artifacts in an order that does not depend on the source, by the ways that a source of another kind has too.
fn sorted(evidence: &Evidence, fallback: bool) -> Vec<Artifact> {
    let mut artifacts = evidence.artifacts.clone();
    for artifact in &mut artifacts {
        for found in &mut artifact.found {
            if fallback && matches!(found, Found::FallbackTag(_)) {
                *found = Found::Referrers;
            }
        }
    }
    artifacts.sort_by(|a, b| a.digest.cmp(&b.digest));
    artifacts
}

#[test]
fn http_with_referrers_gives_what_the_directory_gives() {
    let server = serve(|setup| setup.page = 2);
    let client = client(Credentials::none());
    for fixture in fixtures::all() {
        let reference = image(&server, &fixture.name);
        let (wanted, found) = (from_layout(&fixture, &reference), look(&client, &reference).unwrap());
        assert_eq!(sorted(&found, false), sorted(&wanted, false), "{}", fixture.name);
        let rest = Evidence { artifacts: wanted.artifacts.clone(), ..found };
        assert_eq!(rest, wanted, "{}", fixture.name);
    }
}

#[test]
fn http_without_referrers_gives_the_same_by_the_fallback_tag() {
    let server = serve(|setup| setup.referrers = false);
    let client = client(Credentials::none());
    let mut by_tag = 0;
    for fixture in fixtures::all().into_iter().filter(|fixture| fixture.registry != "referrers") {
        let reference = image(&server, &fixture.name);
        let (wanted, found) = (from_layout(&fixture, &reference), look(&client, &reference).unwrap());
        assert_eq!(found.referrers, ReferrersApi::FallbackTag);
        assert_eq!(sorted(&found, true), sorted(&wanted, true), "{}", fixture.name);
        assert_eq!(found.gaps, [], "{}", fixture.name);
        let way = |artifact: &Artifact| artifact.found.iter().any(|way| matches!(way, Found::FallbackTag(_)));
        by_tag += found.artifacts.iter().filter(|artifact| way(artifact)).count();
    }
    assert!(by_tag > 0);
}

#[test]
fn tags_come_in_pages_with_cursors_of_the_registry() {
    let server = serve(|setup| setup.page = 1);
    let client = client(Credentials::none());
    for fixture in fixtures::all().into_iter().take(20) {
        let reference = image(&server, &fixture.name);
        let mut tags = Vec::new();
        run(async {
            let mut next = None;
            loop {
                let page = client.tags(&reference, next.as_deref()).await.unwrap();
                assert_eq!(page.tags.len(), 1);
                tags.extend(page.tags);
                match page.next {
                    Some(page) => next = Some(page),
                    None => break,
                }
            }
        });
        let layout = Layout::open(&fixture.layout, &reference).unwrap();
        let mut wanted = block_on(layout.tags(&reference, None)).unwrap().tags;
        wanted.sort();
        assert_eq!(tags, wanted);
    }
}

#[test]
fn pages_do_not_lead_astray() {
    let server = serve(|_| {});
    let other = serve(|_| {});
    let client = client(Credentials::none());
    let reference = image(&server, "everything");
    let tags = |link: String| {
        server.fail("/tags/list", 1, Fault::Header("link", link));
        run(client.tags(&reference, None))
    };
    let foreign = format!("<http://{}/v2/myorg/everything/tags/list>; rel=\"next\"", other.host());
    assert!(matches!(tags(foreign.clone()), Err(Missing::Malformed { .. })));
    let same = "</v2/myorg/everything/tags/list?n=1000>; rel=\"next\"".to_owned();
    assert!(matches!(tags(same), Err(Missing::Malformed { .. })));
    let page = format!("1 /x http://{}/v2/", other.host());
    assert!(matches!(run(client.tags(&reference, Some(&page))), Err(Missing::Malformed { .. })));
    server.fail("/referrers/", 1, Fault::Header("link", foreign));
    let found = look(&client, &image(&server, "unsigned")).unwrap();
    assert!(matches!(found.gaps[..], [Gap { via: Found::Referrers, why: Missing::Malformed { .. }, .. }]));
    assert!(other.seen().is_empty(), "{:?}", other.seen());
}

#[test]
fn anonymous_access_costs_one_request_each() {
    let server = serve(|_| {});
    let client = client(Credentials::none());
    let reference = image(&server, "unsigned");
    for _ in 0..3 {
        run(client.manifest(&reference)).unwrap();
    }
    assert_eq!(server.seen().len(), 3);
    let requests = client.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!((requests[0].status, requests[0].host.as_str()), (Some(200), server.host().as_str()));
    assert!(requests[0].bytes > 0 && !requests[0].cached);
}

/// Credentials in a docker configuration file.
fn docker_config(entries: &[(String, &str)]) -> (tempfile::NamedTempFile, Credentials) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let auth = |login: &str| {
        let (user, password) = login.split_once(':').unwrap();
        server::basic(user, password).trim_start_matches("Basic ").to_owned()
    };
    let auths: serde_json::Map<String, serde_json::Value> =
        entries.iter().map(|(key, login)| (key.clone(), serde_json::json!({"auth": auth(login)}))).collect();
    file.write_all(serde_json::json!({ "auths": auths }).to_string().as_bytes()).unwrap();
    let credentials = Credentials::from_files(vec![file.path().to_owned()]);
    (file, credentials)
}

#[test]
fn a_password_opens_both_kinds_of_doors() {
    for auth in [Auth::Basic("ann", "secret"), Auth::Bearer("ann", "secret")] {
        let server = serve(|setup| setup.auth = auth.clone());
        let reference = image(&server, "key-p256");
        let (_file, right) = docker_config(&[(server.host(), "ann:secret")]);
        let found = look(&client(right), &reference).unwrap();
        assert_eq!((found.gaps.len(), found.artifacts.len()), (0, 1), "{auth:?}");
        let tokens = server.seen().iter().filter(|seen| seen.path.starts_with("/token")).count();
        assert_eq!(
            tokens,
            usize::from(auth != Auth::Basic("ann", "secret")),
            "one token serves all requests"
        );
        let (_file, wrong) = docker_config(&[(server.host(), "ann:wrong")]);
        let refused = look(&client(wrong), &reference).unwrap_err();
        assert!(matches!(refused, Missing::Denied { status: 401, .. }), "{refused}");
        let nobody = look(&client(Credentials::none()), &reference).unwrap_err();
        assert!(matches!(nobody, Missing::Denied { status: 401, .. }), "{nobody}");
    }
}

#[test]
fn tokens_for_anybody_and_for_refresh_tokens() {
    let server = serve(|setup| setup.auth = Auth::Bearer("", ""));
    assert!(look(&client(Credentials::none()), &image(&server, "key-p256")).is_ok());
    let server = serve(|setup| setup.auth = Auth::Bearer("ann", "refresh-me"));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let config = serde_json::json!({"auths": {server.host(): {"identitytoken": "refresh-me"}}});
    file.write_all(config.to_string().as_bytes()).unwrap();
    let credentials = Credentials::from_files(vec![file.path().to_owned()]);
    assert!(look(&client(credentials), &image(&server, "key-p256")).is_ok());
    let seen = server.seen();
    let post = seen.iter().find(|seen| seen.method == "POST").unwrap();
    assert!(post.path == "/token" && post.body.contains("grant_type=refresh_token"), "{post:?}");
    assert!(post.body.contains("scope=repository%3Amyorg%2Fkey-p256%3Apull"), "{post:?}");
}

#[test]
fn the_longest_path_decides_which_password_is_used() {
    let server = serve(|setup| setup.auth = Auth::Basic("bob", "team"));
    let host = server.host();
    let (_file, credentials) =
        docker_config(&[(host.clone(), "ann:host"), (format!("{host}/myorg"), "bob:team")]);
    assert!(look(&client(credentials), &image(&server, "unsigned")).is_ok());
}

#[test]
fn a_password_is_for_its_host_alone() {
    let thief = serve(|_| {});
    let server = serve(|setup| setup.auth = Auth::Basic("ann", "secret"));
    let (_file, credentials) = docker_config(&[(server.host(), "ann:secret")]);
    let client_of = || client(credentials.clone());
    // A blob on another host is fetched, without the password.
    let reference = image(&server, "key-p256");
    let elsewhere = Reference::parse(&format!("{}/myorg/key-p256:v1.2.3", thief.host())).unwrap();
    let blob = look(&client_of(), &reference).unwrap().artifacts[0].layers[0].digest.clone();
    let target = format!("http://{}/v2/myorg/key-p256/blobs/{blob}", thief.host());
    server.fail("/blobs/", 1, Fault::Redirect(target));
    let found = look(&client_of(), &reference).unwrap();
    assert_eq!(found.gaps, []);
    assert_eq!(thief.seen().len(), 1);
    // Another registry that asks is not told either.
    let nosy = serve(|setup| setup.auth = Auth::Basic("ann", "secret"));
    let other = Reference::parse(&format!("{}/myorg/key-p256:v1.2.3", nosy.host())).unwrap();
    assert!(matches!(look(&client_of(), &other), Err(Missing::Denied { .. })));
    assert!(look(&client_of(), &elsewhere).is_ok());
    for seen in thief.seen().iter().chain(&nosy.seen()) {
        assert!(!seen.headers.contains_key("authorization"), "{seen:?}");
    }
}

#[test]
fn only_the_host_that_was_asked_may_ask_back() {
    let thief = serve(|setup| setup.auth = Auth::Bearer("", ""));
    let server = serve(|_| {});
    let (_file, credentials) = docker_config(&[(server.host(), "ann:secret")]);
    for part in ["/blobs/", "/manifests/v1.2.3"] {
        let target = format!("http://{}/v2/myorg/key-p256{part}x", thief.host());
        server.fail(part, 1, Fault::Redirect(target));
        let refusal = match look(&client(credentials.clone()), &image(&server, "key-p256")) {
            Ok(found) => found.gaps[0].why.clone(),
            Err(missing) => missing,
        };
        assert!(matches!(&refusal, Missing::Denied { host, .. } if *host == thief.host()), "{refusal}");
    }
    let told =
        |seen: &server::Seen| seen.path.starts_with("/token") || seen.headers.contains_key("authorization");
    assert!(!thief.seen().iter().any(told), "{:?}", thief.seen());
}

#[test]
fn a_token_server_elsewhere_is_not_told_over_plain_http() {
    let thief = serve(|_| {});
    let realm = format!("http://localhost:{}/token", thief.host().rsplit(':').next().unwrap());
    let server = serve(|setup| setup.auth = Auth::BearerAt(realm));
    let (_file, credentials) = docker_config(&[(server.host(), "ann:secret")]);
    let refused = look(&client(credentials), &image(&server, "unsigned")).unwrap_err();
    assert!(
        matches!(&refused, Missing::Denied { detail, .. } if detail.contains("token server")),
        "{refused}"
    );
    assert!(thief.seen().is_empty());
    // Without credentials there is nothing to lose.
    assert!(look(&client(Credentials::none()), &image(&server, "unsigned")).is_ok());
}

#[test]
fn plain_http_is_for_hosts_that_the_user_calls_insecure() {
    let server = serve(|_| {});
    // Reaches this machine, but is no loopback address: as good as a host far away.
    let far = format!("0.0.0.0:{}", server.host().rsplit(':').next().unwrap());
    let reference = Reference::parse(&format!("{far}/myorg/key-p256:v1.2.3")).unwrap();
    let refused = look(&client(Credentials::none()), &reference).unwrap_err();
    assert!(matches!(refused, Missing::Unreachable { .. }), "{refused}");
    assert!(server.seen().is_empty());
    let lax = RegistryOptions { insecure: vec![far], ..options(Credentials::none()) };
    assert_eq!(look(&Registry::new(lax).unwrap(), &reference).unwrap().artifacts.len(), 1);
}

#[test]
fn a_helper_that_cannot_be_run_is_named() {
    let server = serve(|setup| setup.auth = Auth::Basic("ann", "secret"));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(br#"{"credsStore": "sigscope-test-that-is-not-there"}"#).unwrap();
    let credentials = Credentials::from_files(vec![file.path().to_owned()]);
    let refused = look(&client(credentials), &image(&server, "unsigned")).unwrap_err();
    assert!(
        matches!(&refused, Missing::Denied { detail, .. } if detail.contains("cannot be run")),
        "{refused}"
    );
}

#[test]
fn an_entry_that_looks_like_no_index_means_no_api() {
    let server = serve(|_| {});
    let client = client(Credentials::none());
    let reference = image(&server, "unsigned");
    let digest = run(client.manifest(&reference)).unwrap().digest;
    let ask = |fault: Fault| {
        server.fail("/referrers/", 1, fault);
        run(client.referrers(&reference, &digest))
    };
    for status in [400, 404, 405, 406] {
        assert_eq!(ask(Fault::Status(status, Vec::new())), Ok(Referrers::NoApi), "{status}");
    }
    assert_eq!(ask(Fault::Answer("text/html", b"<html>".to_vec())), Ok(Referrers::NoApi));
    assert!(matches!(ask(Fault::Status(401, Vec::new())), Err(Missing::Denied { status: 401, .. })));
    assert!(matches!(ask(Fault::Status(500, Vec::new())), Err(Missing::Unreachable { .. })));
    assert_eq!(run(client.referrers(&reference, &digest)), Ok(Referrers::Answered(Vec::new())));
}
