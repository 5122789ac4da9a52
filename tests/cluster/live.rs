//! The engine over a real API server: owners, containers, policies, changes, a crash, versions that are too old, and
//! another context.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sigscope::engine::{self, Command, Handle, Settings, SourceInput};
use sigscope::model::World;
use sigscope::model::cluster::{Cluster, Link};
use sigscope::source::cluster::{ClusterOptions, rbac};
use sigscope::source::{LayoutRule, Layouts, Mux};

use crate::server::{Server, kind};
use crate::{namespace, program};

/// A hang is a failure.
const LONGEST: Duration = Duration::from_secs(120);

fn start() -> Handle {
    let rule = LayoutRule::new("127.0.0.1:5000/myorg", &program::fixtures().join("layouts")).unwrap();
    let material = sigscope::trust::Material::embedded().unwrap();
    engine::start(Settings {
        store: Arc::new(Mux::new(Layouts::new(vec![rule]))),
        log_keys: material.log_keys_without_windows(),
        material: Arc::new(material),
        named: false,
        trust_stores: Arc::default(),
        trust: String::new(),
        offline: true,
        services: None,
        as_of: None,
        parallel: 2,
    })
}

async fn until(handle: &mut Handle, what: &str, wanted: impl Fn(&World) -> bool) -> Arc<World> {
    let looking = async {
        loop {
            let world = handle.world();
            if wanted(&world) {
                return world;
            }
            assert!(handle.changed().await, "the engine stopped");
        }
    };
    match tokio::time::timeout(LONGEST, looking).await {
        Ok(world) => world,
        Err(_) => {
            let world = handle.world();
            panic!("not seen: {what}; {:#?}\n{:#?}\n{:#?}", world.cluster, world.messages, lines(&world))
        }
    }
}

fn pod(name: &str, image: &str, owner: Option<(&str, &str, &str)>, labels: &Value) -> Value {
    let owners: Vec<Value> = owner
        .iter()
        .map(|(api, kind, name)| {
            json!({"apiVersion": api, "kind": kind, "name": name, "uid": "1", "controller": true})
        })
        .collect();
    let base = name.get(..name.len().saturating_sub(5)).unwrap_or_default();
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "generateName": base, "labels": labels, "ownerReferences": owners},
        "spec": {"containers": [{"name": "app", "image": format!("127.0.0.1:5000/myorg/{image}")}]}})
}

fn policies(server: &Server) {
    kind(server, "kyverno.io", "v1", "clusterpolicies", "ClusterPolicy", "Cluster");
    kind(server, "kyverno.io", "v1", "policies", "Policy", "Namespaced");
    // As Kyverno 1.15 has it: the newest version that the program knows is not there.
    let group = "policies.kyverno.io";
    kind(server, group, "v1beta1", "imagevalidatingpolicies", "ImageValidatingPolicy", "Cluster");
    let text = |path: &str| std::fs::read_to_string(program::fixtures().join("policies").join(path)).unwrap();
    let by_key = text("ignore-log/1-verify-image-signature.yaml");
    server.apply("/apis/kyverno.io/v1/clusterpolicies", &by_key);
    let of_namespace = by_key.replace("kind: ClusterPolicy", "kind: Policy");
    server.apply("/apis/kyverno.io/v1/namespaces/b/policies", &of_namespace);
    let image = text("image-validating/1-verify-image-signature.yaml");
    let version = image.lines().find(|line| line.starts_with("apiVersion:")).unwrap();
    let image = image.replace(version, "apiVersion: policies.kyverno.io/v1beta1");
    server.apply("/apis/policies.kyverno.io/v1beta1/imagevalidatingpolicies", &image);
}

fn workloads(server: &Server) {
    let pods = [
        pod(
            "web-6d4-abcde",
            "key-p256:v1.2.3",
            Some(("apps/v1", "ReplicaSet", "web-6d4")),
            &json!({"pod-template-hash": "6d4"}),
        ),
        pod(
            "web-6d4-fghij",
            "key-p256:v1.2.3",
            Some(("apps/v1", "ReplicaSet", "web-6d4")),
            &json!({"pod-template-hash": "6d4"}),
        ),
        pod("own-xyz12", "key-p256:v1.2.3", Some(("apps/v1", "ReplicaSet", "own")), &json!({})),
        pod("db-0", "key-other:v1.2.3", Some(("apps/v1", "StatefulSet", "db")), &json!({})),
        pod("agent-abcde", "key-p256:v1.2.3", Some(("apps/v1", "DaemonSet", "agent")), &json!({})),
        pod("once-abcde", "key-p256:v1.2.3", Some(("batch/v1", "Job", "once")), &json!({})),
        pod(
            "night-29384756-abcde",
            "key-p256:v1.2.3",
            Some(("batch/v1", "Job", "night-29384756")),
            &json!({}),
        ),
    ];
    for pod in pods {
        server.create("/api/v1/namespaces/a/pods", &pod);
    }
    let mut bare = pod("bare", "unsigned:v1.2.3", None, &json!({}));
    bare["spec"]["initContainers"] =
        json!([{"name": "first", "image": "127.0.0.1:5000/myorg/key-p256:v1.2.3"}]);
    server.create("/api/v1/namespaces/b/pods", &bare);
    let late = json!({"spec": {"ephemeralContainers": [{"name": "debug", "image": "127.0.0.1:5000/myorg/key-other:v1.2.3"}]}});
    let path = "/api/v1/namespaces/b/pods/bare/ephemeralcontainers";
    server.ask("PATCH", path, "application/strategic-merge-patch+json", &late.to_string());
}

/// Results as `POLICY-KIND pod container verdict`.
fn lines(world: &World) -> Vec<String> {
    let line = |trace: &Arc<sigscope::model::Trace>| {
        let verdict = sigscope::report::audit::verdict(trace);
        format!("{} {} {} {verdict:?}", trace.policy.kind, trace.resource.name, trace.image.container)
    };
    let mut lines: Vec<String> = world.traces.iter().map(line).collect();
    lines.sort();
    lines
}

fn owners(cluster: &Cluster) -> Vec<String> {
    cluster
        .workloads
        .iter()
        .map(|row| format!("{}/{}/{} {}", row.owner.namespace, row.owner.kind, row.owner.name, row.pods))
        .collect()
}

fn open(handle: &Handle, server: &Server, context: &str) {
    let options = ClusterOptions {
        kubeconfig: Some(server.contexts()),
        context: Some(context.to_owned()),
        namespace: None,
    };
    handle.send(Command::Open(SourceInput::Cluster(options)));
}

fn live(world: &World) -> bool {
    world.cluster.link == Link::Live && world.settled()
}

fn limited(server: &Server) {
    let group = "/apis/rbac.authorization.k8s.io/v1";
    // What `cluster rbac` prints is enough for the pods of its namespace.
    server.apply(&format!("{group}/namespaces/a/roles"), &rbac::manifest(Some("a"), false));
    let subjects = json!([{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "test-reader"}]);
    let binding = |kind: &str, of: &str, name: &str| {
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}, "subjects": subjects,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": of, "name": name}})
    };
    server.create(
        &format!("{group}/namespaces/a/rolebindings"),
        &binding("RoleBinding", "Role", "sigscope-reader"),
    );
    let names = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "names"},
        "rules": [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["list"]}]});
    server.create(&format!("{group}/clusterroles"), &names);
    server.create(
        &format!("{group}/clusterrolebindings"),
        &binding("ClusterRoleBinding", "ClusterRole", "names"),
    );
}

async fn crash(handle: &mut Handle, server: &Server) {
    let before = handle.world();
    server.kill();
    let lost = until(handle, "the loss", |world| matches!(world.cluster.link, Link::Lost { .. })).await;
    assert_eq!((lines(&lost), owners(&lost.cluster)), (lines(&before), owners(&before.cluster)));
    server.restart();
    let back = until(handle, "the return", live).await;
    assert_eq!((lines(&back), owners(&back.cluster)), (lines(&before), owners(&before.cluster)));
    server.create("/api/v1/namespaces/a/pods", &pod("after", "key-p256:v1.2.3", None, &json!({})));
    until(handle, "a pod made after the crash", |world| {
        lines(world).iter().any(|line| line.contains(" after "))
    })
    .await;
}

async fn changes(handle: &mut Handle, server: &Server) {
    let has = |world: &World, part: &str| lines(world).iter().any(|line| line.contains(part));
    server.create("/api/v1/namespaces/b/pods", &pod("new", "key-other:v1.2.3", None, &json!({})));
    let world = until(handle, "a new pod", |world| has(world, "Policy new app Deny")).await;
    assert!(has(&world, "ClusterPolicy new app Deny") && has(&world, "ImageValidatingPolicy new app Deny"));
    server.delete("/api/v1/namespaces/b/pods/new");
    until(handle, "the pod gone", |world| !has(world, " new ")).await;
    server.delete("/apis/kyverno.io/v1/namespaces/b/policies/verify-image-signature");
    let world = until(handle, "the policy gone", |world| {
        !has(world, "Policy bare app") || !lines(world).iter().any(|line| line.starts_with("Policy "))
    })
    .await;
    assert!(has(&world, "ClusterPolicy bare app Deny"));
    // The same pods, whoever else runs: replicas are one row.
    server.delete("/api/v1/namespaces/a/pods/web-6d4-abcde");
    until(handle, "one replica less", |world| {
        owners(&world.cluster).contains(&"a/Deployment/web 1".to_owned())
    })
    .await;
}

/// The history that was watched is no more: a new list follows, and nothing else is seen of it.
async fn too_old(handle: &mut Handle, server: &Server) {
    let (before, lists) = (lines(&handle.world()), server.lists("test-admin", "pods"));
    for name in ["one", "two", "three"] {
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
        server.create("/api/v1/namespaces/a/configmaps", &map);
    }
    server.kill();
    server.compact();
    server.restart();
    server.create("/api/v1/namespaces/a/pods", &pod("late", "key-p256:v1.2.3", None, &json!({})));
    let late = |line: &str| line.contains(" late ");
    let seen = |world: &World| live(world) && lines(world).iter().any(|line| late(line));
    let world = until(handle, "a pod made after the restart", seen).await;
    let others: Vec<String> = lines(&world).into_iter().filter(|line| !late(line)).collect();
    assert_eq!(others, before);
    assert!(server.lists("test-admin", "pods") > lists, "the list was not read again");
}

async fn other_context(handle: &mut Handle, server: &Server) {
    open(handle, server, "reader");
    let world =
        until(handle, "the other context", |world| world.cluster.context == "reader" && live(world)).await;
    let owners = owners(&world.cluster);
    assert!(!owners.is_empty() && owners.iter().all(|owner| owner.starts_with("a/")), "{owners:?}");
    let said = |part: &str| world.messages.iter().any(|message| message.text.contains(part));
    assert!(
        said("each namespace is looked at on its own") && said("not permitted: list pods in namespace `b`")
    );
    assert!(said("not permitted: list clusterpolicies: policies may be missing here"));
    assert!(world.files.is_empty(), "policies of the other context are forgotten");
    open(handle, server, "admin");
    let world =
        until(handle, "the first context again", |world| world.cluster.context == "admin" && live(world))
            .await;
    assert!(world.cluster.workloads.iter().any(|row| row.owner.namespace == "b"));
    let verbs = server.verbs("test-reader");
    assert!(
        !verbs.is_empty() && verbs.iter().all(|verb| ["list", "watch"].contains(&verb.as_str())),
        "{verbs:?}"
    );
}

#[tokio::test]
async fn a_cluster_is_followed_through_changes_a_crash_and_another_context() {
    let Some(server) = Server::start() else { return };
    namespace(&server, "a");
    namespace(&server, "b");
    policies(&server);
    workloads(&server);
    limited(&server);
    let mut handle = start();
    open(&handle, &server, "admin");
    let world = until(&mut handle, "the whole cluster", live).await;
    let wanted = [
        "a/DaemonSet/agent 1",
        "a/Deployment/web 2",
        "a/ReplicaSet/own 1",
        "a/StatefulSet/db 1",
        "a/CronJob/night 1",
        "a/Job/once 1",
        "b/Pod/bare 1",
    ];
    assert_eq!(owners(&world.cluster), wanted);
    let lines = lines(&world);
    for wanted in [
        "ClusterPolicy bare first Pass",
        "ClusterPolicy bare app Deny",
        "ClusterPolicy bare debug Deny",
        "ClusterPolicy web-6d4-abcde app Pass",
        "ImageValidatingPolicy db-0 app Deny",
        "Policy bare first Pass",
        "Policy db-0 app None",
    ] {
        assert!(lines.contains(&wanted.to_owned()), "{wanted}: {lines:#?}");
    }
    changes(&mut handle, &server).await;
    crash(&mut handle, &server).await;
    too_old(&mut handle, &server).await;
    other_context(&mut handle, &server).await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_said_at_once_and_still_waited_for() {
    // It takes the connection and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let config = json!({"apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "c", "cluster": {"server": format!("https://{}", silent.local_addr().unwrap())}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {"token": "t"}}]});
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), config.to_string()).unwrap();
    let mut handle = start();
    let options = ClusterOptions { kubeconfig: Some(file.path().to_owned()), ..ClusterOptions::default() };
    handle.send(Command::Open(SourceInput::Cluster(options)));
    let said = |world: &World| match &world.cluster.link {
        Link::Lost { problem, hint, .. } => problem.contains("no answer yet") && hint.contains("VPN"),
        _ => false,
    };
    let world = until(&mut handle, "no answer", said).await;
    // Nobody is told that it failed before it has.
    assert!(!world.jobs.is_empty() && world.messages.is_empty(), "{:?}", world.messages);
}
