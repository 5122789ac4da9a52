//! What a new user meets: no kubeconfig, a wrong context, an expired token, a server that does not answer, a namespace
//! without pods; and what becomes of the rows when a server is lost.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::api_server::{Server, config, status};
use crate::session::Session;

/// `sigscope ARGUMENTS` with a kubeconfig that leads to this port.
fn start(port: u16, arguments: &[&str]) -> (Session, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, config(port)).unwrap();
    let session = Session::start(arguments, 120, 36, &[("KUBECONFIG", path.to_str().unwrap())]);
    (session, folder)
}

/// The demo is one key away, and works.
fn demo(session: &mut Session) {
    session.keys("D");
    session.until("the demo", |screen| screen.contains("trust of the demo") && screen.contains("✗ DENY"));
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn without_a_kubeconfig_it_says_so_and_the_demo_is_a_key_away() {
    let mut session = Session::start(&[], 120, 36, &[]);
    let screen = session.shows("there is no kubeconfig");
    for text in ["set KUBECONFIG", "NO CLUSTER", "D opens the demo"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    demo(&mut session);
}

#[test]
fn a_wrong_context_names_those_that_there_are() {
    let (mut session, _folder) = start(1, &["--context", "nowhere"]);
    let screen = session.shows("no context `nowhere`");
    assert!(screen.contains("there are: here, there") && screen.contains("D opens the demo"), "{screen}");
    demo(&mut session);
}

#[test]
fn an_expired_token_says_who_must_log_in() {
    let server = Server::start(|_| Some((401, status(401, "Unauthorized"))));
    let (mut session, _folder) = start(server.port, &[]);
    let screen = session.shows("does not accept the credentials");
    assert!(screen.contains("log in again") && screen.contains("D opens the demo"), "{screen}");
    session.keys("R").shows("asking the cluster again");
    demo(&mut session);
}

#[test]
fn a_server_that_refuses_connections_is_unreachable() {
    // A port that was free a moment ago refuses.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (mut session, _folder) = start(port, &[]);
    let screen = session.shows("cannot be reached");
    for text in ["VPN", "D opens the demo", "LOST"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    demo(&mut session);
}

#[test]
fn a_server_that_never_answers_is_waited_for_aloud() {
    let server = Server::start(|_| None);
    let (mut session, _folder) = start(server.port, &[]);
    let screen = session.shows("Asking here for its pods");
    assert!(screen.contains("LISTING 0 pods") && screen.contains("D opens the demo"), "{screen}");
    demo(&mut session);
}

fn quiet(path: &str) -> Option<(u16, Value)> {
    if path.starts_with("/api/v1/namespaces/") && path.contains("/pods") {
        let list =
            json!({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": []});
        return Some((200, list));
    }
    Some((404, status(404, "NotFound")))
}

#[test]
fn a_namespace_without_pods_is_no_failure() {
    let server = Server::start(quiet);
    let (mut session, _folder) = start(server.port, &["-n", "quiet"]);
    let screen = session.shows("The namespace quiet of here has no pods.");
    for text in [":ns NAME", ":ctx NAME", "LIVE", "here ▸ quiet", "D opens the demo"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    session.keys(":ns calm,still\r").shows("here ▸ calm,still");
    session.keys(":ctx nowhere\r").shows("no context `nowhere`");
    session.keys(":ctx there\r").shows("there ▸ all");
    session.keys(":ctx -\r").shows("here ▸ all");
    demo(&mut session);
}

fn busy(path: &str) -> Option<(u16, Value)> {
    if !path.starts_with("/api/v1/pods") {
        return Some((404, status(404, "NotFound")));
    }
    let pod = |name: &str, image: &str| {
        json!({"metadata": {"name": format!("{name}-6d4-x"), "namespace": "shop", "labels": {"pod-template-hash": "6d4"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("{name}-6d4"),
            "controller": true}]}, "spec": {"containers": [{"name": "app", "image": image}]}})
    };
    let items = [pod("web", "127.0.0.1:1/web:v1"), pod("cart", "127.0.0.1:1/cart:v1")];
    let list =
        json!({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items});
    Some((200, list))
}

#[test]
fn a_lost_server_keeps_the_rows_and_gives_them_an_age() {
    let server = Server::start(busy);
    let (mut session, _folder) = start(server.port, &[]);
    session.until("pods", |screen| screen.contains("LIVE") && screen.contains("no rule matches"));
    // What needs nobody's attention begins closed.
    session.keys("ggl").shows("shop/deploy/web");
    server.end();
    let screen = session.until("the badge", |screen| screen.contains("LOST") && screen.contains("AGE"));
    for text in ["shop/deploy/web", "shop/deploy/cart", "- NONE"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn a_snapshot_says_what_it_is_and_leads_to_clusters_and_the_demo() {
    let server = Server::start(busy);
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("config");
    std::fs::write(&kubeconfig, config(server.port)).unwrap();
    let (kubeconfig, file) = (kubeconfig.to_str().unwrap(), folder.path().join("kept.tar"));
    let policy = folder.path().join("policy.yaml");
    std::fs::write(&policy, include_str!("../fixtures/policies/ignore-log/1-verify-image-signature.yaml"))
        .unwrap();
    let (file, policy) = (file.to_str().unwrap(), policy.to_str().unwrap());
    let mut session =
        Session::start(&["snapshot", file, "--policy", policy], 120, 36, &[("KUBECONFIG", kubeconfig)]);
    session.shows("manifests and blobs");
    assert_eq!(session.ends(), 0);
    server.end();

    for (columns, rows) in [(80, 24), (120, 36)] {
        let mut session = Session::start(&["open", file], columns, rows, &[("KUBECONFIG", kubeconfig)]);
        let screen =
            session.until("its rows", |screen| screen.contains("here ▸ all") && screen.contains("NONE"));
        assert!(screen.contains("SNAPSHOT of 2"), "{screen}");
        session.keys("ggl").shows("shop/deploy/web");
        session.keys(":ns shop\r").shows("nothing else can be followed");
        session.keys(":ctx there\r").shows("cannot be reached");
        demo(&mut session);
    }
}

/// The policy of the fixtures, in the cluster.
fn judged(path: &str) -> Option<(u16, Value)> {
    if !path.starts_with("/apis/kyverno.io/v1/clusterpolicies") {
        return busy(path);
    }
    let node = sigscope::format::yaml::parse("policy.yaml".into(), POLICY).unwrap();
    let policy = sigscope::format::yaml::to_json(&node[0]);
    Some((200, json!({"apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": [policy]})))
}

const POLICY: &str = include_str!("../fixtures/policies/ignore-log/1-verify-image-signature.yaml");

#[test]
fn a_policy_of_a_file_is_a_draft_wherever_it_is_named() {
    let server = Server::start(judged);
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine.yaml");
    std::fs::write(&mine, POLICY.replace("127.0.0.1:*/myorg/*", "127.0.0.1:1/*")).unwrap();
    let (mut session, _folder) = start(server.port, &["--policy", mine.to_str().unwrap()]);
    session.until("its results", |screen| screen.contains(", 1 draft") && screen.contains("idle"));
    session.keys("zRggj").shows("draft by verify-image");
    session.keys("2").shows("draft by verify-image");
    session.keys("w").until("why", |screen| screen.contains("verify-image-signature (draft) ·"));
    session.keys("\x1b4").shows("▾ draft verify-image");
    // Without the file it is the cluster's own again.
    std::fs::write(&mine, POLICY.replace("name: verify-image-signature", "name: another")).unwrap();
    session.until("no draft", |screen| !screen.contains("draft"));
    session.keys("Q");
    assert_eq!(session.ends(), 0);
}
