//! `snapshot FILE`: a cluster in one file, which gives the same verdicts without the cluster and without the registry, holds
//! no secret, and is refused or undecided wherever it was changed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sigscope::format::tar;

use crate::api_server::{Server, config, status};
use crate::program::{Run, fixture, over_layouts, run};

/// What must not be in a snapshot, in whatever part of a pod it stands.
const SECRET: &str = "hunter2-0f9c";
const NOW: [&str; 3] = ["--as-of", "2026-11-24T12:00:00Z", "--offline"];

fn pod(name: &str, owner: Option<&str>, image: &str, running: Option<&str>) -> Value {
    let annotations = json!({"kubectl.kubernetes.io/last-applied-configuration": SECRET});
    let container = json!({"name": "app", "image": image, "args": [SECRET], "command": ["sh", "-c", SECRET],
        "env": [{"name": "PASSWORD", "value": SECRET}],
        "livenessProbe": {"exec": {"command": [SECRET]}}});
    let mut pod = json!({"metadata": {"name": name, "namespace": "shop", "uid": name, "annotations": annotations},
        "spec": {"containers": [container], "imagePullSecrets": [{"name": "pull"}]}, "status": {}});
    if let Some(owner) = owner {
        pod["metadata"]["generateName"] = format!("{owner}-6d4-").into();
        pod["metadata"]["labels"] = json!({"pod-template-hash": "6d4"});
        pod["metadata"]["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet",
            "name": format!("{owner}-6d4"), "controller": true}]);
    }
    if let Some(id) = running {
        pod["status"]["containerStatuses"] = json!([{"name": "app", "imageID": id}]);
    }
    pod
}

fn answers(path: &str) -> Option<(u16, Value)> {
    let image = |name: &str| format!("127.0.0.1:5000/myorg/{name}:v1.2.3");
    let list = |kind: &str, items: Value| json!({"kind": kind, "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items});
    if path.starts_with("/api/v1/pods") {
        let other = format!("127.0.0.1:5000/myorg/unsigned@sha256:{}", "7".repeat(64));
        let pods = json!([
            pod("web-6d4-aaaaa", Some("web"), &image("key-p256"), None),
            pod("web-6d4-bbbbb", Some("web"), &image("key-p256"), None),
            pod("bad", None, &image("unsigned"), Some(&other)),
            pod("gone", None, &image("no-such-image"), None),
        ]);
        return Some((200, list("PodList", pods)));
    }
    if path.starts_with("/apis/kyverno.io/v1/clusterpolicies") {
        let file = fixture("policies/ignore-log/1-verify-image-signature.yaml");
        let node = sigscope::format::yaml::parse("policy.yaml".into(), &fs::read_to_string(file).unwrap());
        let policy = sigscope::format::yaml::to_json(&node.unwrap()[0]);
        return Some((200, list("ClusterPolicyList", json!([policy]))));
    }
    Some((404, status(404, "NotFound")))
}

struct Snapshot {
    folder: tempfile::TempDir,
    file: PathBuf,
    live: Run,
}

fn snapshot() -> Snapshot {
    let server = Server::start(answers);
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("config");
    fs::write(&kubeconfig, config(server.port)).unwrap();
    let (kubeconfig, file) = (kubeconfig.to_string_lossy().into_owned(), folder.path().join("kept.tar"));
    let with = |arguments: &[&str]| over_layouts(&[arguments, &["--kubeconfig", &kubeconfig], &NOW].concat());
    let live = with(&["audit", "--cluster", "-o", "json"]);
    with(&["snapshot", &file.to_string_lossy()]).ends_with(0);
    with(&["snapshot", &file.to_string_lossy()]).ends_with(3).says("it is there already");
    with(&["snapshot", &folder.path().to_string_lossy()]).ends_with(3).says("a snapshot is one file");
    server.end();
    Snapshot { folder, file, live }
}

impl Snapshot {
    fn named(&self) -> String {
        self.file.to_string_lossy().into_owned()
    }

    /// Changes the file for the time of one look at it.
    fn changed(&self, bytes: &[u8], arguments: &[&str]) -> Run {
        let path = self.folder.path().join("changed.tar");
        fs::write(&path, bytes).unwrap();
        let named = path.to_string_lossy().into_owned();
        run(&[&arguments[..1], &[named.as_str()], &arguments[1..]].concat())
    }
}

fn members(file: &Path) -> Vec<(String, tar::Member)> {
    tar::list(&mut fs::File::open(file).unwrap(), 1_000).unwrap().into_iter().collect()
}

#[test]
fn one_file_gives_the_same_verdicts_without_cluster_and_registry() {
    let snapshot = snapshot();
    let live = snapshot.live.json();
    let verdicts = |audit: &Value| -> Vec<String> {
        let results = audit["results"].as_array().unwrap().iter();
        results.map(|result| result["verdict"].as_str().unwrap().to_owned()).collect()
    };
    for wanted in ["pass", "deny", "error"] {
        assert!(verdicts(&live).iter().any(|verdict| verdict == wanted), "no {wanted}: {live:#}");
    }
    assert_eq!(live["drift"].as_array().unwrap().len(), 1, "{live:#}");
    // All of it: results with their clauses, what runs beside what was admitted, the counts.
    let replayed = run(&["audit", &snapshot.named(), "-o", "json"]);
    assert_eq!(replayed.json(), live);
    assert_eq!(replayed.status, snapshot.live.status);
    run(&["replay", &snapshot.named()]).ends_with(0);
    let policy = fixture("policies/ignore-log/1-verify-image-signature.yaml");
    run(&["audit", &snapshot.named(), "--policy", &policy]).ends_with(3).says("stands alone");
}

#[test]
fn no_secret_is_in_the_file() {
    let snapshot = snapshot();
    let bytes = fs::read(&snapshot.file).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("PASSWORD") && holds("shop/web-6d4-bbbbb"), "names are kept");
    for secret in [SECRET, "TOKEN-OF-THE-USER"] {
        assert!(!holds(secret), "{secret}");
    }
}

#[test]
fn a_plain_tar_program_can_read_it() {
    let snapshot = snapshot();
    let output = std::process::Command::new("tar").arg("-tf").arg(&snapshot.file).output();
    let Ok(output) = output else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(listed.lines().next(), Some("sigscope.json"));
    assert_eq!(listed.lines().count(), members(&snapshot.file).len());
}

#[test]
fn wherever_it_is_changed_it_is_refused_or_undecided() {
    let snapshot = snapshot();
    let bytes = fs::read(&snapshot.file).unwrap();
    let passes = |audit: &Value| audit["summary"]["pass"].as_u64().unwrap();
    let before = passes(&snapshot.live.json());
    for (path, member) in members(&snapshot.file) {
        if matches!(path.as_str(), "oci-layout" | "index.json" | "sigscope.json") {
            continue;
        }
        let mut changed = bytes.clone();
        let at = usize::try_from(member.offset + member.size / 2).unwrap();
        changed[at] ^= 0x04;
        let replayed = snapshot.changed(&changed, &["replay"]);
        assert_ne!(replayed.status, 0, "{path}: {}", replayed.stdout);
        let audit = snapshot.changed(&changed, &["audit", "-o", "json"]);
        assert!(audit.status == 3 || passes(&audit.json()) <= before, "{path}");
        // A header that says another thing is no file at all.
        let header = usize::try_from(member.offset).unwrap() - 512;
        let mut changed = bytes.clone();
        changed[header] ^= 0x04;
        snapshot.changed(&changed, &["replay"]).ends_with(3).says("damaged");
    }
    for cut in [0, 1, 511, 512, 700, bytes.len() / 2, bytes.len() - 1_024] {
        snapshot.changed(&bytes[..cut], &["replay"]).ends_with(3);
    }
}

#[test]
fn names_that_lead_elsewhere_and_names_that_come_twice_are_refused() {
    let snapshot = snapshot();
    let bytes = fs::read(&snapshot.file).unwrap();
    let with = |path: &str, content: &[u8]| {
        let size = content.len() as u64;
        let mut all = tar::header(path, size, 0);
        all.extend_from_slice(content);
        all.extend(tar::padding(size));
        all.extend_from_slice(&bytes);
        all
    };
    for path in ["../../etc/cron.d/x", "/etc/passwd", "a/../../b", "a\u{1b}[2Jb"] {
        let said = snapshot.changed(&with(path, b"x"), &["replay"]).ends_with(3);
        assert!(said.stderr.contains("no path inside") && !said.stderr.contains('\u{1b}'), "{}", said.stderr);
    }
    for path in ["verdicts.json", "sigscope.json", "./resources.json"] {
        snapshot.changed(&with(path, b"{}"), &["replay"]).ends_with(3).says("twice");
    }
    // A file that no answer names changes nothing.
    snapshot.changed(&with("more", b"x"), &["replay"]).ends_with(0);
}

#[test]
fn the_pods_do_not_go_away_with_a_word_of_the_index() {
    let snapshot = snapshot();
    let dir = snapshot.folder.path().join("dir");
    for (path, member) in members(&snapshot.file) {
        let bytes = fs::read(&snapshot.file).unwrap();
        let at = usize::try_from(member.offset).unwrap();
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &bytes[at..at + usize::try_from(member.size).unwrap()]).unwrap();
    }
    // Unpacked it is read just as well.
    let named = dir.to_string_lossy().into_owned();
    assert_eq!(run(&["audit", &named, "-o", "json"]).json(), snapshot.live.json());
    let index = fs::read_to_string(dir.join("sigscope.json")).unwrap();
    let older = index.replace("sigscope.evidence/v2", "sigscope.evidence/v1");
    fs::write(dir.join("sigscope.json"), older).unwrap();
    run(&["replay", &named]).ends_with(3).says("do not agree");
}
