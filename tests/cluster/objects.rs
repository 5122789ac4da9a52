//! Objects that policies of the cluster refer to: ConfigMaps, keys in Secrets, exceptions; and what is said without them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::server::{Server, kind};
use crate::{account, namespace, program, verdicts};

const PEM_START: &str = "                    publicKeys: |-\n";
const GROUP: &str = "/apis/rbac.authorization.k8s.io/v1";
/// Stands beside the public key, and must never be seen.
const PRIVATE: &str = "hunter2";

/// The policy, its place for keys, and the key itself.
fn policy() -> (String, String, String) {
    let text = std::fs::read_to_string(
        program::fixtures().join("policies/ignore-log/1-verify-image-signature.yaml"),
    )
    .unwrap();
    let start = text.find(PEM_START).unwrap();
    let tail = "-----END PUBLIC KEY-----\n";
    let end = text.find(tail).unwrap() + tail.len();
    let key = text[start + PEM_START.len()..end].lines().map(|line| format!("{}\n", line.trim())).collect();
    (text[..start].to_owned(), text[end..].to_owned(), key)
}

/// A policy with these keys and this context.
fn with(name: &str, keys: &str, context: &str) -> String {
    let (head, tail, _) = policy();
    format!("{head}                    {keys}\n{tail}")
        .replacen("name: verify-image-signature", &format!("name: {name}"), 1)
        .replacen("      verifyImages:\n", &format!("{context}      verifyImages:\n"), 1)
}

fn context(name: &str, space: &str) -> String {
    format!("      context: [{{name: keys, configMap: {{name: '{name}', namespace: {space}}}}}]\n")
}

fn call(path: &str, more: &str) -> String {
    format!("      context: [{{name: keys, apiCall: {{urlPath: '{path}', jmesPath: 'data'{more}}}}}]\n")
}

fn policies(server: &Server) {
    kind(server, "kyverno.io", "v1", "clusterpolicies", "ClusterPolicy", "Cluster");
    kind(server, "kyverno.io", "v2", "policyexceptions", "PolicyException", "Namespaced");
    let variable = "publicKeys: \"{{ keys.data.pub }}\"";
    let of_call = "publicKeys: \"{{ keys.pub }}\"";
    let path = "/api/v1/namespaces/keys/configmaps";
    for text in [
        with("by-map", variable, &context("{{ request.object.metadata.labels.keys }}", "keys")),
        with("by-absent-map", variable, &context("other", "keys")),
        with("by-call", of_call, &call(&format!("{path}/pub"), "")),
        with("by-post", of_call, &call(&format!("{path}/pub"), ", method: POST")),
        with("by-secret-call", of_call, &call("/api/v1/namespaces/keys/secrets/cosign", "")),
        with("by-secret", "secret: {name: cosign, namespace: keys}", ""),
        with("by-reference", "publicKeys: k8s://keys/cosign", ""),
        with("by-private", "publicKeys: k8s://keys/private", ""),
    ] {
        server.apply("/apis/kyverno.io/v1/clusterpolicies", &text);
    }
}

fn objects(server: &Server) {
    let (_, _, key) = policy();
    let map =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "pub"}, "data": {"pub": key}});
    server.create("/api/v1/namespaces/keys/configmaps", &map);
    let secret = |name: &str, data: Value| {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data});
        server.create("/api/v1/namespaces/keys/secrets", &secret);
    };
    let private = STANDARD.encode(PRIVATE);
    secret(
        "cosign",
        json!({"cosign.pub": STANDARD.encode(&key), "cosign.key": private, "cosign.password": private}),
    );
    secret("private", json!({"cosign.pub": private}));
    let pod = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "app", "labels": {"keys": "pub"}},
        "spec": {"containers": [{"name": "c", "image": "127.0.0.1:5000/myorg/key-p256:v1.2.3"}]}});
    server.create("/api/v1/namespaces/default/pods", &pod);
}

fn permit(server: &Server, more: &[&str]) {
    let arguments: Vec<&str> = ["cluster", "rbac"].into_iter().chain(more.iter().copied()).collect();
    server.apply(&format!("{GROUP}/clusterroles"), &program::run(&arguments).ends_with(0).stdout);
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "sigscope-reader"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "test-reader"}]});
    server.create(&format!("{GROUP}/clusterrolebindings"), &binding);
}

/// Verdict and code by policy.
fn audit(server: &Server, who: &str) -> Vec<(String, String)> {
    let mut arguments: Vec<String> =
        ["audit", "--cluster", "-o", "json", "--kubeconfig", &server.kubeconfig(who)]
            .map(str::to_owned)
            .to_vec();
    arguments.extend(program::layouts());
    let run = program::run(&arguments);
    assert!(!run.stdout.contains(PRIVATE) && !run.stderr.contains(PRIVATE));
    assert!(!run.stdout.contains(&STANDARD.encode(PRIVATE)));
    lines(&run.json())
}

fn lines(audit: &Value) -> Vec<(String, String)> {
    let lines = verdicts(audit).into_iter().map(|(key, line)| {
        let policy = key.split(' ').nth(2).unwrap_or_default().to_owned();
        (policy, line.split(' ').take(2).collect::<Vec<_>>().join(" "))
    });
    lines.collect()
}

#[test]
fn what_policies_name_is_read_where_it_is_permitted_and_never_a_pass_where_not() {
    let Some(server) = Server::start() else { return };
    account(&server, "default");
    namespace(&server, "keys");
    policies(&server);
    objects(&server);
    let wanted = |lines: &[(&str, &str)]| -> Vec<(String, String)> {
        lines.iter().map(|(policy, line)| ((*policy).to_owned(), (*line).to_owned())).collect()
    };
    let all = [
        ("by-absent-map", "error NET-NOTFOUND"),
        ("by-call", "pass PASS"),
        ("by-map", "pass PASS"),
        ("by-post", "error NET-UNSUPPORTED"),
        ("by-private", "error NET-MALFORMED"),
        ("by-reference", "pass PASS"),
        ("by-secret", "pass PASS"),
        ("by-secret-call", "error NET-UNSUPPORTED"),
    ];
    assert_eq!(audit(&server, "admin"), wanted(&all));
    // A record has what the objects gave, and nothing of Secrets but the public key.
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept.tar").display().to_string();
    program::over_layouts(&["snapshot", &kept, "--kubeconfig", &server.kubeconfig("admin")]);
    let found = std::fs::read(&kept).unwrap();
    for secret in [PRIVATE.to_owned(), STANDARD.encode(PRIVATE)] {
        assert!(!found.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
    }
    let replayed = program::run(&["audit", &kept, "-o", "json"]);
    assert_eq!(lines(&replayed.json()), wanted(&all));

    // Without the right to Secrets exactly what needs them is undecided.
    permit(&server, &[]);
    let limited = all.map(|(policy, line)| match policy {
        "by-reference" | "by-secret" | "by-private" => (policy, "error NET-DENIED"),
        _ => (policy, line),
    });
    assert_eq!(audit(&server, "reader"), wanted(&limited));
    server.delete(&format!("{GROUP}/clusterroles/sigscope-reader"));
    server.delete(&format!("{GROUP}/clusterrolebindings/reader"));
    permit(&server, &["--secrets"]);
    assert_eq!(audit(&server, "reader"), wanted(&all));
    let verbs = server.verbs("test-reader");
    assert!(verbs.iter().all(|verb| ["get", "list", "watch"].contains(&verb.as_str())), "{verbs:?}");

    // An exception of the cluster.
    let exception = json!({"apiVersion": "kyverno.io/v2", "kind": "PolicyException",
        "metadata": {"name": "app"},
        "spec": {"exceptions": [{"policyName": "by-map", "ruleNames": ["verify-cosign-signature"]}],
            "match": {"any": [{"resources": {"kinds": ["Pod"], "names": ["app"]}}]}}});
    server.create("/apis/kyverno.io/v2/namespaces/default/policyexceptions", &exception);
    let found = audit(&server, "admin");
    let of_map: Vec<&str> =
        found.iter().filter(|(policy, _)| policy == "by-map").map(|(_, line)| line.as_str()).collect();
    assert!(!of_map.is_empty() && of_map.iter().all(|line| !line.starts_with("pass")), "{of_map:?}");
}
