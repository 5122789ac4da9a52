//! What runs is not what was admitted: both are judged, and a difference is a finding.

use serde_json::{Value, json};

use crate::server::Server;
use crate::{account, program};

const SIGNED: &str = "sha256:0bfc1166afdc6ea2995d369aeb9ea98cfdd37ea25895a3b1636cca4c2a235ac3";
const LATER: &str = "sha256:84ce925eb5323cb3e8053d30bf95898f84fb64cd4a3b06d3e207dde22c64d289";

/// A pod whose container runs this digest.
fn pod(server: &Server, name: &str, tag: &str, runs: &str) {
    let image = format!("127.0.0.1:5000/myorg/tag-moved:{tag}");
    let pods = "/api/v1/namespaces/default/pods";
    server.create(
        pods,
        &json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
            "spec": {"containers": [{"name": "app", "image": image}, {"name": "other", "image": "r.example/x:1"}]}}),
    );
    let status = json!({"status": {"containerStatuses": [
        {"name": "app", "image": image, "imageID": runs, "ready": true, "restartCount": 0}]}});
    server.ask(
        "PATCH",
        &format!("{pods}/{name}/status"),
        "application/merge-patch+json",
        &status.to_string(),
    );
}

fn audit(server: &Server, format: &str) -> program::Run {
    let policy = program::fixture("policies/ignore-log/1-verify-image-signature.yaml");
    let config = server.kubeconfig("admin");
    program::over_layouts(&["audit", "--cluster", "--kubeconfig", &config, "--policy", &policy, "-o", format])
}

#[test]
fn what_runs_is_judged_beside_what_was_admitted() {
    let Some(server) = Server::start() else { return };
    account(&server, "default");
    let at = |digest: &str| format!("127.0.0.1:5000/myorg/tag-moved@{digest}");
    pod(&server, "same", "v1.2.3", &at(SIGNED));
    pod(&server, "moved-on", "v1.2.3", &format!("docker-pullable://{}", at(LATER)));
    pod(&server, "moved-back", "v1.2.4", &at(SIGNED));
    // A configuration's digest says nothing about a repository.
    pod(&server, "never-pulled", "v1.2.3", LATER);
    let run = audit(&server, "json").ends_with(1);
    let audit_json = run.json();
    let schema: Value = serde_json::from_str(include_str!("../../docs/audit.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = schema.iter_errors(&audit_json).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:#?}");

    let rows = audit_json["drift"].as_array().unwrap();
    let row = |name: &str| rows.iter().find(|row| row["resource"]["name"] == name).unwrap();
    assert_eq!(rows.len(), 2, "{rows:#?}");
    let on = row("moved-on");
    assert_eq!([&on["runs"], &on["names"]], [LATER, SIGNED]);
    assert_eq!([&on["admitted"], &on["running"]], ["pass", "deny"]);
    assert_eq!((&on["signed"], &on["differs"]), (&json!([SIGNED]), &json!(true)));
    let back = row("moved-back");
    assert_eq!([&back["admitted"], &back["running"]], ["deny", "pass"]);

    // What runs has results of its own.
    let results = audit_json["results"].as_array().unwrap();
    let of = |image: &Value| results.iter().filter(|result| result["image"] == *image).count();
    assert_eq!((of(&on["judged_as"]), of(&back["judged_as"])), (1, 1));

    let table = audit(&server, "table").stdout;
    assert!(table.contains("DRIFT    Pod/default/moved-on app"), "{table}");
    assert!(
        table.contains("what runs is not signed; admitted: pass, running: deny (they differ)"),
        "{table}"
    );
    assert!(table.contains("what runs is signed; admitted: deny, running: pass (they differ)"), "{table}");
}
