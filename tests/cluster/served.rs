//! The fixtures served by a registry and run as pods: through the watch they get exactly the verdicts of their manifests.

use serde_json::Value;

use crate::registry::{Registry, Setup};
use crate::server::{Server, kind};
use crate::{account, create_pods, manifests, program, verdicts};

/// Policies as files and the paths of their collections.
const POLICIES: [(&str, &str); 4] = [
    ("policies/article", "/apis/kyverno.io/v1/clusterpolicies"),
    ("policies/image-validating", "/apis/policies.kyverno.io/v1/imagevalidatingpolicies"),
    ("policies/extra/audit.yaml", "/apis/kyverno.io/v1/clusterpolicies"),
    ("policies/extra/missing-field.yaml", "/apis/kyverno.io/v1/clusterpolicies"),
];

/// The manifests with the images of this registry.
fn moved(host: &str, folder: &std::path::Path) -> Vec<String> {
    let copy = |file: String| {
        let text = std::fs::read_to_string(&file).unwrap().replace("127.0.0.1:5000", host);
        let path = folder.join(std::path::Path::new(&file).file_name().unwrap());
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    manifests().into_iter().map(copy).collect()
}

fn install(server: &Server) -> Vec<String> {
    kind(server, "kyverno.io", "v1", "clusterpolicies", "ClusterPolicy", "Cluster");
    kind(server, "policies.kyverno.io", "v1", "imagevalidatingpolicies", "ImageValidatingPolicy", "Cluster");
    let mut arguments = Vec::new();
    for (place, path) in POLICIES {
        let place = program::fixtures().join(place);
        arguments.extend(["--policy".to_owned(), place.display().to_string()]);
        let files = match std::fs::read_dir(&place) {
            Ok(files) => files.map(|file| file.unwrap().path()).collect(),
            Err(_) => vec![place],
        };
        for file in files {
            server.apply(path, &std::fs::read_to_string(file).unwrap());
        }
    }
    arguments
}

/// Documents of JSON without what says where a policy or a pod was read.
fn without_places(mut audit: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(map) => {
                ["file", "line", "column", "span"].iter().for_each(|key| drop(map.remove(*key)));
                map.values_mut().for_each(walk);
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut audit);
    audit
}

#[test]
fn pods_of_the_fixtures_get_through_the_watch_what_their_manifests_get() {
    let Some(server) = Server::start() else { return };
    account(&server, "default");
    let registry = Registry::start(Setup::new(&program::fixtures().join("layouts")));
    let folder = tempfile::tempdir().unwrap();
    let pods = create_pods(&server, &moved(&registry.host(), folder.path()));
    let policies = install(&server);
    let root = program::fixture("trust/trusted_root.json");
    let audit = |more: &[String]| {
        let host = registry.host();
        let common =
            ["audit", "-o", "json", "--offline", "--insecure-registry", &host, "--trusted-root", &root];
        let mut arguments: Vec<String> = common.map(str::to_owned).to_vec();
        arguments.extend(more.iter().cloned());
        program::run(&arguments)
    };
    let by_manifest = audit(&[policies, pods].concat());
    let by_cluster = audit(&["--cluster".into(), "--kubeconfig".into(), server.kubeconfig("admin")]);
    let (wanted, found) = (verdicts(&by_manifest.json()), verdicts(&by_cluster.json()));
    assert_eq!(found, wanted);
    assert_eq!(by_cluster.status, by_manifest.status, "{}\n{}", by_cluster.stderr, by_manifest.stderr);
    // Not only the words: passes, denials and what could not be decided are all there.
    for verdict in ["pass", "deny", "error", "audit"] {
        assert!(wanted.values().any(|line| line.starts_with(verdict)), "{verdict}");
    }
    let sorted = |audit: Value| {
        let mut results: Vec<String> =
            without_places(audit)["results"].as_array().unwrap().iter().map(Value::to_string).collect();
        results.sort();
        results
    };
    assert_eq!(sorted(by_cluster.json()), sorted(by_manifest.json()));
}
