//! A snapshot of a cluster gives the same verdicts without the cluster and without the registry, and holds no secret.

use serde_json::json;

use crate::server::{Server, kind};
use crate::{account, program, verdicts};

/// Values that must not be in a snapshot.
const SECRETS: [&str; 2] = ["hunter2", "aHVudGVyMg"];

fn workloads(server: &Server) {
    account(server, "default");
    kind(server, "kyverno.io", "v1", "clusterpolicies", "ClusterPolicy", "Cluster");
    let policy = program::fixture("policies/ignore-log/1-verify-image-signature.yaml");
    server.apply("/apis/kyverno.io/v1/clusterpolicies", &std::fs::read_to_string(policy).unwrap());
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pull"}, "data": {"key": format!("{}==", SECRETS[1])}});
    server.create("/api/v1/namespaces/default/secrets", &secret);
    for (name, image) in [("good", "key-p256"), ("bad", "unsigned"), ("gone", "no-such-image")] {
        let image = format!("127.0.0.1:5000/myorg/{image}:v1.2.3");
        let annotation = "kubectl.kubernetes.io/last-applied-configuration";
        let pod = json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "annotations": {annotation: SECRETS[0]}},
            "spec": {"imagePullSecrets": [{"name": "pull"}], "containers": [{"name": "app", "image": image,
                "args": ["--password", SECRETS[0]], "env": [{"name": "PASSWORD", "value": SECRETS[0]}]}]}});
        server.create("/api/v1/namespaces/default/pods", &pod);
    }
}

#[test]
fn a_snapshot_gives_the_same_verdicts_offline_and_holds_no_secret() {
    let Some(server) = Server::start() else { return };
    workloads(&server);
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept.tar").display().to_string();
    let config = server.kubeconfig("admin");
    let live = program::over_layouts(&["audit", "--cluster", "--kubeconfig", &config, "-o", "json"]);
    program::over_layouts(&["snapshot", &kept, "--kubeconfig", &config]).ends_with(0);
    let limited = folder.path().join("limited").display().to_string();
    let policy = program::fixture("policies/ignore-log/1-verify-image-signature.yaml");
    let reader = server.kubeconfig("reader");
    program::over_layouts(&["snapshot", &limited, "--kubeconfig", &reader, "--policy", &policy])
        .says("not permitted");
    let found = std::fs::read(&kept).unwrap();
    let token = server.value("CLUSTER_TOKEN");
    for secret in SECRETS.iter().copied().chain([token.as_str()]) {
        let holds = found.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!holds, "`{secret}` is in the snapshot");
    }
    drop(server);

    // Neither the cluster nor the layouts are there.
    let replayed = program::run(&["audit", &kept, "-o", "json"]);
    assert!(!verdicts(&live.json()).is_empty());
    assert_eq!(verdicts(&replayed.json()), verdicts(&live.json()));
    assert_eq!((replayed.status, live.status), (1, 1));
    program::run(&["replay", &kept]).ends_with(0);
    program::run(&["audit", &kept, "--policy", &policy]).says("stands alone").ends_with(3);
    // What could not be seen is said again, and nothing is green for it.
    program::run(&["audit", &limited]).says("not permitted").ends_with(2);
}
