//! `export` and `replay`: the same verdicts without a network, and whatever was changed on the way is found.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{Run, command, fixture, layouts, over_layouts, run};

/// Pods whose verdicts differ: signed, unsigned, tampered, attested, by notation, not there, without a host.
const PODS: [&str; 8] = [
    "key-p256",
    "unsigned",
    "tampered-payload-digest",
    "att-full",
    "bundle-keyless",
    "keyless-gh",
    "multiarch-index",
    "notation-jws",
];

struct Export {
    _home: tempfile::TempDir,
    dir: PathBuf,
}

fn manifest(more: &str) -> String {
    let mut text: String = PODS
        .iter()
        .map(|pod| fs::read_to_string(fixture(&format!("pods/{pod}.yaml"))).unwrap() + "\n---\n")
        .collect();
    text.push_str(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: absent, namespace: shop}\nspec:\n  template:\n    spec:\n      \
         containers:\n        - name: app\n          image: 127.0.0.1:5000/myorg/not-there:v1\n",
    );
    text + more
}

fn export() -> Export {
    export_of(&manifest(""), &["policies"])
}

fn export_of(pods: &str, policies: &[&str]) -> Export {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("pods.yaml");
    fs::write(&file, pods).unwrap();
    let dir = home.path().join("evidence");
    let mut arguments = vec!["export".to_owned(), "--pod".to_owned(), file.to_string_lossy().into_owned()];
    for policy in policies {
        arguments.extend(["--policy".to_owned(), fixture(policy)]);
    }
    arguments.extend(["--out".to_owned(), dir.to_string_lossy().into_owned(), "--offline".to_owned()]);
    arguments.extend(["--trusted-root".to_owned(), fixture("trust/trusted_root.json")]);
    let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
    over_layouts(&texts).ends_with(0);
    Export { _home: home, dir }
}

impl Export {
    fn replay(&self) -> Run {
        run(&["replay", &self.dir.to_string_lossy(), "--format", "json"])
    }

    fn file(&self, path: &str) -> PathBuf {
        self.dir.join(path)
    }

    fn index(&self) -> Value {
        serde_json::from_slice(&fs::read(self.file("sigscope.json")).unwrap()).unwrap()
    }

    fn set_index(&self, index: &Value) {
        fs::write(self.file("sigscope.json"), index.to_string()).unwrap();
    }

    /// The content that the sources gave under a kind of question.
    fn blob(&self, asked: &str) -> PathBuf {
        let index = self.index();
        let answers = index["answers"].as_array().unwrap();
        let found = answers
            .iter()
            .find(|answer| answer["asked"] == asked && answer["digest"].is_string())
            .unwrap_or_else(|| panic!("no {asked} in {index:#}"));
        self.file(&format!("blobs/{}", found["digest"].as_str().unwrap().replace(':', "/")))
    }
}

#[test]
fn a_replay_gives_the_same_verdicts() {
    let export = export();
    let recorded: Value = serde_json::from_slice(&fs::read(export.file("verdicts.json")).unwrap()).unwrap();
    let verdicts: Vec<&str> = recorded["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|result| result["verdict"].as_str())
        .collect();
    for wanted in ["pass", "deny", "error"] {
        assert!(verdicts.contains(&wanted), "no {wanted} among {verdicts:?}");
    }
    let replayed = export.replay().ends_with(0).json();
    assert_eq!(replayed["same"].as_u64().unwrap() as usize, verdicts.len(), "{replayed:#}");
    assert_eq!(replayed["other_words"], 0, "every clause is the same, not only the verdict: {replayed:#}");
    assert_eq!(replayed["faults"].as_array().unwrap().len(), 0, "{replayed:#}");
}

#[test]
fn what_was_exported_is_a_layout_that_needs_nothing_else() {
    let export = export();
    let index: Value = serde_json::from_slice(&fs::read(export.file("index.json")).unwrap()).unwrap();
    for entry in index["manifests"].as_array().unwrap() {
        let path = format!("blobs/{}", entry["digest"].as_str().unwrap().replace(':', "/"));
        assert_eq!(fs::metadata(export.file(&path)).unwrap().len(), entry["size"].as_u64().unwrap());
    }
    assert!(export.file("oci-layout").is_file());
    let moved = export.dir.with_file_name("elsewhere");
    fs::rename(&export.dir, &moved).unwrap();
    run(&["replay", &moved.to_string_lossy()]).ends_with(0);
}

#[test]
fn changed_and_missing_content_leaves_verdicts_undecided() {
    for asked in ["manifest", "blob"] {
        let export = export();
        let path = export.blob(asked);
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, bytes).unwrap();
        let replayed = export.replay().ends_with(2).json();
        assert!(
            replayed["faults"][0].as_str().unwrap().contains("does not match its digest"),
            "{replayed:#}"
        );
        fs::remove_file(&path).unwrap();
        let replayed = export.replay().ends_with(2).json();
        assert!(replayed["faults"][0].as_str().unwrap().contains("absent"), "{replayed:#}");
        symlink("/dev/zero", &path).unwrap();
        let replayed = export.replay().ends_with(2).json();
        assert!(replayed["faults"][0].as_str().unwrap().contains("symbolic link"), "{replayed:#}");
    }
}

#[test]
fn changed_verdicts_are_found_and_listed() {
    let export = export();
    let text = fs::read_to_string(export.file("verdicts.json")).unwrap();
    fs::write(
        export.file("verdicts.json"),
        text.replacen("\"verdict\": \"deny\"", "\"verdict\": \"pass\"", 1),
    )
    .unwrap();
    let replayed = export.replay().ends_with(1).json();
    assert_eq!(replayed["changed"], true);
    assert!(replayed["different"][0]["recorded"].as_str().unwrap().starts_with("pass "), "{replayed:#}");
    assert!(replayed["different"][0]["found"].as_str().unwrap().starts_with("deny "), "{replayed:#}");
    // The same verdicts in other words are a change too.
    fs::write(export.file("verdicts.json"), text + " ").unwrap();
    let replayed = export.replay().ends_with(1).json();
    assert_eq!((&replayed["changed"], replayed["different"].as_array().unwrap().len()), (&true.into(), 0));
}

#[test]
fn hidden_evidence_is_never_a_pass_and_never_goes_unsaid() {
    let export = export();
    let index = export.index();
    // "There is no such tag" in place of the signature.
    let mut hidden = index.clone();
    let mut count = 0;
    for answer in hidden["answers"].as_array_mut().unwrap() {
        if answer["key"].as_str().unwrap().ends_with(".sig") && answer["digest"].is_string() {
            let fields = answer.as_object_mut().unwrap();
            fields.remove("digest");
            fields.insert("missing".to_owned(), serde_json::json!({"why": "not-found", "what": "x"}));
            count += 1;
        }
    }
    assert!(count > 0);
    export.set_index(&hidden);
    assert_eq!(export.replay().ends_with(1).json()["faults"].as_array().unwrap().len(), 0);
    // An answer that is not there at all is unknown, not "none".
    let mut less = index;
    less["answers"]
        .as_array_mut()
        .unwrap()
        .retain(|answer| !answer["key"].as_str().unwrap().ends_with(".sig"));
    export.set_index(&less);
    let run = export.replay();
    assert!(matches!(run.status, 1 | 2), "{}", run.stdout);
    let replayed = run.json();
    assert!(!replayed["undecided"].as_array().unwrap().is_empty(), "{replayed:#}");
    for pair in replayed["different"].as_array().unwrap() {
        assert!(!pair["found"].as_str().unwrap().starts_with("pass"), "{pair:#}");
    }
}

#[test]
fn a_directory_that_others_made_is_refused_where_it_cannot_be_judged() {
    let export = export();
    let index = export.index();
    let changes: [fn(&mut Value); 10] = [
        |index| index["schema"] = "sigscope.evidence/v9".into(),
        |index| index["policies"][0]["file"]["path"] = "../pods.yaml".into(),
        |index| index["policies"][0]["file"]["path"] = "/etc/passwd".into(),
        |index| index["policies"][0]["file"]["path"] = "policies".into(),
        |index| index["policies"][0]["file"]["digest"] = "sha256:0".into(),
        |index| index["policies"][0]["file"] = Value::Null,
        |index| index["trust"]["root"]["path"] = "".into(),
        |index| index["resources"]["path"] = "verdicts.json".into(),
        |index| index["answers"] = 7.into(),
        |index| {
            let again = index["answers"][0].clone();
            index["answers"].as_array_mut().unwrap().push(again);
        },
    ];
    for change in changes {
        let mut changed = index.clone();
        change(&mut changed);
        export.set_index(&changed);
        export.replay().ends_with(3);
    }
    fs::write(export.file("sigscope.json"), "[".repeat(100_000)).unwrap();
    export.replay().ends_with(3).says("nested deeper");
    fs::remove_file(export.file("sigscope.json")).unwrap();
    symlink("verdicts.json", export.file("sigscope.json")).unwrap();
    export.replay().ends_with(3).says("symbolic link");
    run(&["replay", "/does/not/exist"]).ends_with(3);
}

#[test]
fn changed_policies_trust_and_resources_are_not_judged() {
    let export = export();
    for path in ["policies/0.yaml", "trust/trusted_root.json", "resources.json"] {
        let before = fs::read(export.file(path)).unwrap();
        fs::write(export.file(path), [before.as_slice(), b"\n"].concat()).unwrap();
        export.replay().ends_with(3).says("is not what was exported");
        fs::write(export.file(path), before).unwrap();
    }
    export.replay().ends_with(0);
}

fn every_file(dir: &Path, visit: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { every_file(&path, visit) } else { visit(&path) }
    }
}

#[test]
fn secrets_and_credentials_never_leave() {
    const SECRET: &str = "hunter2-0f9c";
    let pods = format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{password: {SECRET}}}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata:\n  name: talkative\n  annotations:\n    \
         kubectl.kubernetes.io/last-applied-configuration: '{{\"password\":\"{SECRET}\"}}'\nspec:\n  containers:\n    \
         - name: app\n      image: 127.0.0.1:5000/myorg/key-p256:v1.2.3\n      args: ['--password={SECRET}']\n      \
         env:\n        - {{name: TOKEN, value: {SECRET}}}\n"
    );
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("pods.yaml");
    fs::write(&file, pods).unwrap();
    let dir = home.path().join("evidence");
    let (mut program, own) = command();
    fs::create_dir(own.path().join(".docker")).unwrap();
    let auth = format!(r#"{{"auths":{{"127.0.0.1:5000":{{"username":"u","password":"{SECRET}"}}}}}}"#);
    fs::write(own.path().join(".docker/config.json"), auth).unwrap();
    let policy = fixture("policies/ignore-log/1-verify-image-signature.yaml");
    let output = program
        .args(["export", "--offline", "--pod"])
        .arg(&file)
        .args(["--policy", &policy, "--out"])
        .arg(&dir)
        .args(layouts())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let mut files = 0;
    every_file(&dir, &mut |path| {
        files += 1;
        let bytes = fs::read(path).unwrap();
        let found = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!found, "{} holds the secret", path.display());
    });
    assert!(files > 5);
}

#[test]
fn nothing_is_replaced_and_nothing_half_written_stays() {
    let export = export_of(&manifest(""), &["policies/ignore-log/1-verify-image-signature.yaml"]);
    let policy = fixture("policies/ignore-log/1-verify-image-signature.yaml");
    let pod = fixture("pods/unsigned.yaml");
    let out = export.dir.to_string_lossy().into_owned();
    let before = fs::read(export.file("sigscope.json")).unwrap();
    over_layouts(&["export", "--pod", &pod, "--policy", &policy, "--out", &out, "--offline"])
        .ends_with(3)
        .says("it is there already");
    assert_eq!(fs::read(export.file("sigscope.json")).unwrap(), before);
    let beside: Vec<_> =
        fs::read_dir(export.dir.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside.len(), 2, "{beside:?}");
    over_layouts(&["export", "--policy", &policy, "--out", "x"]).ends_with(3).says("nothing to export");
}
