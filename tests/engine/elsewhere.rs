//! `repository` and `cosignOCI11` of `verifyImages`: signatures and attestations in another repository, and among referrers.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sigscope::format::hash::digest_of;

use crate::program::{fixture, fixtures, run};

const NAME: &str = "org.opencontainers.image.ref.name";

/// Repositories below `127.0.0.1:5000/myorg`, made of those of the fixtures.
struct Registry(tempfile::TempDir);

impl Registry {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn index(&self, name: &str) -> PathBuf {
        self.0.path().join(name).join("index.json")
    }

    /// A repository with the blobs of a fixture, and those of its entries that are kept.
    fn put(&self, name: &str, from: &str, keep: impl Fn(&Value) -> bool) {
        let to = self.0.path().join(name);
        let blobs = to.join("blobs/sha256");
        fs::create_dir_all(&blobs).unwrap();
        let from = fixtures().join("layouts").join(from);
        for file in fs::read_dir(from.join("blobs/sha256")).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), blobs.join(file.file_name())).unwrap();
        }
        fs::copy(from.join("oci-layout"), to.join("oci-layout")).unwrap();
        let mut index = read(&from.join("index.json"));
        index["manifests"].as_array_mut().unwrap().retain(&keep);
        fs::write(to.join("index.json"), index.to_string()).unwrap();
    }

    /// The image alone, and its signatures and attestations alone.
    fn split(&self, from: &str, image: &str, rest: &str) {
        self.put(image, from, |entry| !attached(entry));
        self.put(rest, from, attached);
    }

    /// Adds the signatures of a fixture to a repository as a referrer of an image, with cosign's type.
    fn refer(&self, name: &str, from: &str, image: &str) {
        let layout = fixtures().join("layouts").join(from);
        let entries = read(&layout.join("index.json"))["manifests"].clone();
        let digest = |wanted: &dyn Fn(&str) -> bool| {
            let entries = entries.as_array().unwrap();
            let found =
                entries.iter().find(|entry| wanted(entry["annotations"][NAME].as_str().unwrap_or("")));
            found.unwrap()["digest"].as_str().unwrap().to_owned()
        };
        let blob = |digest: &str| layout.join("blobs/sha256").join(digest.trim_start_matches("sha256:"));
        let mut manifest = read(&blob(&digest(&|tag| tag.ends_with(".sig"))));
        let about = read(&fixtures().join("layouts").join(image).join("index.json"));
        let about =
            about["manifests"].as_array().unwrap().iter().find(|one| one["annotations"][NAME] == "v1.2.3");
        let mut subject = about.unwrap().clone();
        subject.as_object_mut().unwrap().remove("annotations");
        manifest["subject"] = subject;
        manifest["artifactType"] = json!("application/vnd.dev.cosign.artifact.sig.v1+json");
        let bytes = manifest.to_string().into_bytes();
        let into = self.0.path().join(name).join("blobs/sha256");
        for layer in manifest["layers"].as_array().unwrap().iter().chain([&manifest["config"]]) {
            let digest = layer["digest"].as_str().unwrap();
            fs::copy(blob(digest), into.join(digest.trim_start_matches("sha256:"))).unwrap();
        }
        let digest = digest_of(&bytes);
        fs::write(into.join(digest.hex()), &bytes).unwrap();
        let mut index = read(&self.index(name));
        index["manifests"].as_array_mut().unwrap().push(json!({
            "mediaType": manifest["mediaType"], "digest": digest.as_str(), "size": bytes.len(),
            "artifactType": manifest["artifactType"],
        }));
        fs::write(self.index(name), index.to_string()).unwrap();
    }

    /// The result for an image under an entry with these fields, and whoever has the key of the fixtures.
    fn judged(&self, image: &str, fields: &str, entry: &str) -> Value {
        let key = fs::read_to_string(fixture("keys/cosign.pub")).unwrap().replace('\n', "\\n");
        let keys = format!(
            r#"{{keys: {{publicKeys: "{key}", rekor: {{ignoreTlog: true}}, ctlog: {{ignoreSCT: true}}}}{entry}}}"#
        );
        let fields = fields.replace("{KEYS}", &keys);
        let policy = format!(
            "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{validationFailureAction: Enforce, \
             background: false, rules: [{{name: r, match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}, verifyImages: \
             [{{imageReferences: [\"*\"], {fields}}}]}}]}}}}"
        );
        let file = self.0.path().join("policy.yaml");
        fs::write(&file, policy).unwrap();
        let image = format!("127.0.0.1:5000/myorg/{image}:v1.2.3");
        let layouts = format!("127.0.0.1:5000/myorg={}", self.0.path().display());
        let root = fixture("trust/trusted_root.json");
        let words = ["audit", &image, "--policy", &file.to_string_lossy(), "--offline", "--format", "json"];
        let run = run(&[&words[..], &["--trusted-root", &root, "--layouts", &layouts]].concat());
        run.json()["results"][0].clone()
    }

    #[track_caller]
    fn comes_to(&self, image: &str, (fields, entry): (&str, &str), wanted: (&str, &str)) -> Value {
        let found = self.judged(image, fields, entry);
        let word = (found["verdict"].as_str().unwrap(), found["code"].as_str().unwrap());
        assert_eq!(word, wanted, "{found:#}");
        found
    }
}

fn attached(entry: &Value) -> bool {
    entry["annotations"][NAME].as_str().is_none_or(|tag| tag.starts_with("sha256-"))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

const SIGNED: &str = "attestors: [{entries: [{KEYS}]}]";

#[test]
fn signatures_are_looked_up_in_the_repository_that_is_named() {
    let registry = Registry::new();
    registry.split("key-p256", "app", "signatures");
    registry.put("empty", "unsigned", |_| false);
    registry.comes_to("app", (SIGNED, ""), ("deny", "SIG-NONE"));
    let in_rule = |name: &str| format!("repository: \"127.0.0.1:5000/myorg/{name}\", {SIGNED}");
    registry.comes_to("app", (&in_rule("signatures"), ""), ("pass", "PASS"));
    registry.comes_to("app", (&in_rule("empty"), ""), ("deny", "SIG-NONE"));
    // The entry of the attestor set goes before that of the rule.
    let own = |name: &str| format!(", repository: \"127.0.0.1:5000/myorg/{name}\"");
    registry.comes_to("app", (SIGNED, &own("signatures")), ("pass", "PASS"));
    registry.comes_to("app", (&in_rule("empty"), &own("signatures")), ("pass", "PASS"));
    registry.comes_to("app", (&in_rule("signatures"), &own("empty")), ("deny", "SIG-NONE"));
    // What hangs on the image itself does not count then.
    registry.put("whole", "key-p256", |_| true);
    registry.comes_to("whole", (&in_rule("empty"), ""), ("deny", "SIG-NONE"));
    // A set in place of an entry takes the repository of the rule.
    let nested = "repository: \"127.0.0.1:5000/myorg/signatures\", attestors: [{entries: [{attestor: {entries: [{KEYS}]}}]}]";
    registry.comes_to("app", (nested, ""), ("pass", "PASS"));
    let nested = "attestors: [{entries: [{repository: \"127.0.0.1:5000/myorg/signatures\", attestor: {entries: [{KEYS}]}}]}]";
    registry.comes_to("app", (nested, ""), ("deny", "SIG-NONE"));
    // A repository that cannot be asked is no absence.
    registry.comes_to(
        "app",
        ("repository: \"127.0.0.1:1/aa\", attestors: [{entries: [{KEYS}]}]", ""),
        ("error", "NET-UNREACHABLE"),
    );
}

#[test]
fn signatures_of_another_image_do_not_count_elsewhere_either() {
    let registry = Registry::new();
    registry.split("key-p256", "app", "other");
    registry.put("signatures", "key-rsa2048", attached);
    let fields = format!("repository: \"127.0.0.1:5000/myorg/signatures\", {SIGNED}");
    registry.comes_to("app", (&fields, ""), ("deny", "SIG-NONE"));
    // The signature of one image under the tag of another.
    let mut index = read(&registry.index("other"));
    let mut foreign = read(&registry.index("signatures"))["manifests"][0].clone();
    foreign["annotations"] = index["manifests"][0]["annotations"].clone();
    registry.put("mixed", "key-rsa2048", |_| false);
    index["manifests"] = json!([foreign]);
    fs::write(registry.index("mixed"), index.to_string()).unwrap();
    let fields = format!("repository: \"127.0.0.1:5000/myorg/mixed\", {SIGNED}");
    assert_eq!(registry.judged("app", &fields, "")["verdict"], "deny");
}

#[test]
fn attestations_are_looked_up_there_too() {
    let registry = Registry::new();
    registry.split("att-full", "app", "rest");
    let fields = |rule: &str| {
        format!(
            "{rule} attestations: [{{type: \"https://spdx.dev/Document\", attestors: [{{entries: [{{KEYS}}]}}]}}]"
        )
    };
    let there = "repository: \"127.0.0.1:5000/myorg/rest\",";
    registry.comes_to("app", (&fields(""), ""), ("deny", "ATT-NONE"));
    registry.comes_to("app", (&fields(there), ""), ("pass", "PASS"));
    registry.comes_to("app", (&fields(""), ", repository: \"127.0.0.1:5000/myorg/rest\""), ("pass", "PASS"));
}

#[test]
fn what_is_no_name_of_a_repository_fails_as_it_does_there() {
    let registry = Registry::new();
    registry.split("key-p256", "app", "signatures");
    for name in ["127.0.0.1:5000/myorg/signatures:v1", "127.0.0.1:5000/Upper/x", "a"] {
        let fields = format!("repository: \"{name}\", {SIGNED}");
        let found = registry.judged("app", &fields, "");
        assert_eq!(found["verdict"], "deny", "{name}: {found:#}");
        let said = found["engine_message"].as_str().unwrap();
        assert!(
            said.contains(&format!("failed to parse signature repository {name}: repository ")),
            "{said}"
        );
    }
}

#[test]
fn bundles_and_notary_do_not_look_elsewhere() {
    let registry = Registry::new();
    registry.put("app", "bundle-key", |_| true);
    let fields = |form: &str| format!("type: {form}, repository: \"127.0.0.1:1/aa\", {SIGNED}");
    registry.comes_to("app", (&fields("SigstoreBundle"), ""), ("pass", "PASS"));
    registry.put("plain", "key-p256", |_| true);
    registry.comes_to("plain", (&fields("SigstoreBundle"), ""), ("deny", "SIG-KIND"));
}

#[test]
fn with_oci_1_1_the_last_referrer_goes_before_the_tag() {
    let registry = Registry::new();
    let first = format!("cosignOCI11: true, {SIGNED}");
    // Only the tag, only a referrer, neither.
    registry.put("tag", "key-p256", |_| true);
    registry.comes_to("tag", (&first, ""), ("pass", "PASS"));
    registry.put("referrer", "key-p256", |entry| !attached(entry));
    registry.refer("referrer", "key-p256", "key-p256");
    registry.comes_to("referrer", (&first, ""), ("pass", "PASS"));
    registry.comes_to("referrer", (SIGNED, ""), ("deny", "SIG-NONE"));
    registry.put("none", "unsigned", |_| true);
    registry.comes_to("none", (&first, ""), ("deny", "SIG-NONE"));
    // A referrer that does not verify leaves it to the tag.
    registry.put("foreign", "key-p256", |_| true);
    registry.refer("foreign", "key-rsa2048", "key-p256");
    registry.comes_to("foreign", (&first, ""), ("pass", "PASS"));
    // Of two referrers only the last counts.
    registry.put("two", "key-p256", |entry| !attached(entry));
    registry.refer("two", "key-p256", "key-p256");
    registry.refer("two", "key-rsa2048", "key-p256");
    assert_eq!(registry.judged("two", &first, "")["verdict"], "deny");
    // Without it, referrers are not looked at by attestations either.
    let off = format!("cosignOCI11: false, {SIGNED}");
    registry.comes_to("referrer", (&off, ""), ("deny", "SIG-NONE"));
}

#[test]
fn with_oci_1_1_elsewhere_the_manifest_is_read_beside_the_image() {
    let registry = Registry::new();
    let fields = format!("cosignOCI11: true, repository: \"127.0.0.1:5000/myorg/there\", {SIGNED}");
    registry.put("app", "key-p256", |entry| !attached(entry));
    registry.put("there", "key-p256", |_| false);
    registry.refer("there", "key-p256", "key-p256");
    // It is listed there, and not found here.
    registry.comes_to("app", (&fields, ""), ("deny", "SIG-NONE"));
    registry.refer("app", "key-p256", "key-p256");
    registry.comes_to("app", (&fields, ""), ("pass", "PASS"));
}
