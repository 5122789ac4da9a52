//! The program against a real API server; runs where `SIGSCOPE_CLUSTER` names its binaries, and says when it did not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and its helpers with it"
)]

mod drift;
mod live;
mod objects;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/registry.rs"]
mod registry;
mod served;
mod server;
mod setup;
mod snapshot;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use server::Server;
use sigscope::discover::workload;
use sigscope::model::{Node, NodeValue};

/// A node as JSON.
fn value(node: &Node) -> Value {
    match &node.value {
        NodeValue::Null => Value::Null,
        NodeValue::Bool(value) => json!(value),
        NodeValue::Int(value) => json!(value),
        NodeValue::Float(value) => json!(value),
        NodeValue::Text(text) => json!(&**text),
        NodeValue::List(items) => items.iter().map(value).collect(),
        NodeValue::Map(_) => {
            node.entries().iter().map(|entry| (entry.key.to_string(), value(&entry.node))).collect()
        }
    }
}

fn namespace(server: &Server, name: &str) {
    server.create(
        "/api/v1/namespaces",
        &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}),
    );
    account(server, name);
}

/// Without its service account a namespace takes no pods.
fn account(server: &Server, namespace: &str) {
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
    server.create(
        &path,
        &json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}),
    );
}

fn role(server: &Server, namespace: &str) {
    let group = "/apis/rbac.authorization.k8s.io/v1";
    let rules = json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]);
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": "reader"}, "rules": rules});
    server.create(&format!("{group}/namespaces/{namespace}/roles"), &role);
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "test-reader"}]});
    server.create(&format!("{group}/namespaces/{namespace}/rolebindings"), &binding);
}

/// Verdict and code of every result, by pod, container, policy and rule.
fn verdicts(audit: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let results = audit["results"].as_array().unwrap();
    results
        .iter()
        .map(|result| {
            let of = &result["resource"];
            let key = [&of["name"], &of["container"], &result["policy"], &result["rule"]].map(text).join(" ");
            (
                key,
                format!("{} {} {}", text(&result["verdict"]), text(&result["code"]), text(&result["digest"])),
            )
        })
        .collect()
}

fn manifests() -> Vec<String> {
    let folder = program::fixtures().join("pods");
    let mut files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path().display().to_string()).collect();
    files.sort();
    files
}

fn create_pods(server: &Server, files: &[String]) -> Vec<String> {
    let mut arguments = Vec::new();
    for file in files {
        let resources = workload::read(file, &std::fs::read_to_string(file).unwrap()).unwrap();
        // Only pods run on their own.
        if resources.iter().any(|resource| resource.id.kind != "Pod" || resource.id.namespace != "default") {
            continue;
        }
        for resource in resources {
            server.create("/api/v1/namespaces/default/pods", &value(&resource.manifest));
        }
        arguments.extend(["--pod".to_owned(), file.clone()]);
    }
    arguments
}

#[test]
fn pods_of_a_cluster_get_the_verdicts_of_their_manifests() {
    let Some(server) = Server::start() else { return };
    account(&server, "default");
    namespace(&server, "hidden");
    role(&server, "default");
    let pods = create_pods(&server, &manifests().into_iter().step_by(6).collect::<Vec<_>>());
    assert!(!pods.is_empty());

    let policy = program::fixture("policies/article");
    let mut by_manifest =
        vec!["audit".to_owned(), "--policy".to_owned(), policy.clone(), "-o".into(), "json".into()];
    by_manifest.extend(program::layouts());
    by_manifest.extend(pods);
    let wanted = verdicts(&program::run(&by_manifest).json());
    assert!(!wanted.is_empty());

    let by_cluster = |who: &str, more: &[&str]| {
        let mut arguments: Vec<String> = ["audit", "--cluster", "--policy", &policy, "-o", "json"]
            .into_iter()
            .chain(["--kubeconfig", &server.kubeconfig(who)])
            .chain(more.iter().copied())
            .map(str::to_owned)
            .collect();
        arguments.extend(program::layouts());
        program::run(&arguments)
    };
    assert_eq!(verdicts(&by_cluster("admin", &[]).json()), wanted);
    // One namespace only, for a user who may see no other and no policies; and it is said.
    let limited = by_cluster("reader", &[]).says("not permitted");
    assert_eq!(verdicts(&limited.json()), wanted);
    assert_eq!(verdicts(&by_cluster("reader", &["--namespace", "default"]).json()), wanted);
    by_cluster("reader", &["--namespace", "hidden"]).says("not permitted").ends_with(2);
    by_cluster("admin", &["--context", "other"]).says("no context `other`").ends_with(3);

    server.restart();
    assert_eq!(verdicts(&by_cluster("admin", &[]).json()), wanted);

    // The role that the program prints is all that it needs.
    let group = "/apis/rbac.authorization.k8s.io/v1";
    server.apply(&format!("{group}/clusterroles"), &program::run(&["cluster", "rbac"]).ends_with(0).stdout);
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "sigscope-reader"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "test-reader"}]});
    server.create(&format!("{group}/clusterrolebindings"), &binding);
    let permitted = by_cluster("reader", &[]);
    assert!(!permitted.stderr.contains("not permitted"), "{}", permitted.stderr);
    assert_eq!(verdicts(&permitted.json()), wanted);
    let verbs: Vec<String> = server.verbs("test-reader").into_iter().collect();
    assert!(!verbs.is_empty());
    assert!(verbs.iter().all(|verb| ["get", "list", "watch"].contains(&verb.as_str())), "{verbs:?}");
}
