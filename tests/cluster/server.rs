//! A real API server for the tests, started by `cluster.sh`, and requests to it as its administrator.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A running API server with its etcd; dropping it stops both.
pub(crate) struct Server {
    run: tempfile::TempDir,
    bin: PathBuf,
}

fn script() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/cluster.sh"))
}

fn ok(what: &str, output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{what}: {text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

impl Server {
    /// Starts one where `SIGSCOPE_CLUSTER` names the directory that `build.sh` filled; else says that it did not.
    pub(crate) fn start() -> Option<Self> {
        let Some(bin) = std::env::var_os("SIGSCOPE_CLUSTER").map(PathBuf::from) else {
            eprintln!("NOT RUN: set SIGSCOPE_CLUSTER to a directory filled by tests/cluster/build.sh");
            return None;
        };
        let server = Self { run: tempfile::tempdir().unwrap(), bin };
        let audit = server.dir().join("audit.yaml");
        let policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n";
        std::fs::write(&audit, policy).unwrap();
        let log = server.dir().join("audit.log");
        let arguments = format!("--audit-policy-file {} --audit-log-path {}", audit.display(), log.display());
        let output = Command::new(script())
            .args([Path::new("up"), &server.bin, server.dir()])
            .env("APISERVER_ARGS", arguments)
            .output()
            .unwrap();
        ok("cluster.sh up", &output);
        Some(server)
    }

    pub(crate) fn dir(&self) -> &Path {
        self.run.path()
    }

    /// A kubeconfig: `admin` or `reader`.
    pub(crate) fn kubeconfig(&self, who: &str) -> String {
        self.dir().join(format!("{who}.kubeconfig")).display().to_string()
    }

    pub(crate) fn value(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.dir().join("env")).unwrap();
        let line = text.lines().find(|line| line.contains(&format!("{name}="))).unwrap();
        line.split('\'').nth(1).unwrap().to_owned()
    }

    /// Asks as the administrator; fails unless the API server does it. `text` is JSON or YAML.
    pub(crate) fn ask(&self, method: &str, path: &str, media_type: &str, text: &str) -> String {
        let file = self.dir().join("object");
        std::fs::write(&file, text).unwrap();
        let output = Command::new("curl")
            .args(["-sS", "--fail-with-body", "-X", method, "-H", &format!("Content-Type: {media_type}")])
            .args(["--retry", "20", "--retry-delay", "1", "--retry-all-errors"])
            .args(["--cacert", &self.value("CLUSTER_CA")])
            .args(["-H", &format!("Authorization: Bearer {}", self.value("CLUSTER_TOKEN"))])
            .args(["--data-binary", &format!("@{}", file.display())])
            .arg(format!("{}{path}", self.value("CLUSTER_SERVER")))
            .output()
            .unwrap();
        ok(path, &output)
    }

    /// Creates an object.
    pub(crate) fn create(&self, path: &str, object: &serde_json::Value) {
        self.ask("POST", path, "application/json", &object.to_string());
    }

    /// Creates objects of a manifest.
    pub(crate) fn apply(&self, path: &str, yaml: &str) {
        self.ask("POST", path, "application/yaml", yaml);
    }

    /// Takes an object away at once.
    pub(crate) fn delete(&self, path: &str) {
        self.ask("DELETE", path, "application/json", "{\"gracePeriodSeconds\": 0}");
    }

    /// A kubeconfig with the contexts `admin` and `reader`, the first of them current.
    pub(crate) fn contexts(&self) -> PathBuf {
        let user =
            |name: &str, token: &str| serde_json::json!({"name": name, "user": {"token": self.value(token)}});
        let context =
            |name: &str| serde_json::json!({"name": name, "context": {"cluster": "c", "user": name}});
        let config = serde_json::json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "admin",
            "clusters": [{"name": "c", "cluster": {
                "server": self.value("CLUSTER_SERVER"), "certificate-authority": self.value("CLUSTER_CA")}}],
            "contexts": [context("admin"), context("reader")],
            "users": [user("admin", "CLUSTER_TOKEN"), user("reader", "CLUSTER_READER_TOKEN")],
        });
        let path = self.dir().join("contexts");
        std::fs::write(&path, config.to_string()).unwrap();
        path
    }

    /// Ends the API server as a crash would.
    pub(crate) fn kill(&self) {
        let pid = std::fs::read_to_string(self.dir().join("apiserver.pid")).unwrap();
        ok("kill", &Command::new("kill").args(["-KILL", pid.trim()]).output().unwrap());
    }

    /// Forgets the history of all objects in etcd: whoever watches from before has to list again.
    pub(crate) fn compact(&self) {
        let command = std::fs::read_to_string(self.dir().join("apiserver.cmd")).unwrap();
        let etcd = command.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:")).unwrap();
        let post = |path: &str, text: &str| {
            let output = Command::new("curl")
                .args(["-sS", "--fail-with-body", "--data-binary", text, &format!("{etcd}/v3/{path}")])
                .output()
                .unwrap();
            serde_json::from_str::<serde_json::Value>(&ok(path, &output)).unwrap()
        };
        // A range over one key that is not there: the answer's header has the revision.
        let answer = post("kv/range", "{\"key\": \"AA==\"}");
        post(
            "kv/compaction",
            &serde_json::json!({"revision": answer["header"]["revision"], "physical": true}).to_string(),
        );
    }

    /// Stops the API server, if it runs, and starts it again.
    pub(crate) fn restart(&self) {
        ok("restart", &Command::new(script()).arg("restart").arg(self.dir()).output().unwrap());
    }

    /// How often a user has asked for lists of a resource.
    pub(crate) fn lists(&self, user: &str, resource: &str) -> usize {
        let of = |event: &serde_json::Value, pointer: &str, text: &str| {
            event.pointer(pointer).and_then(serde_json::Value::as_str) == Some(text)
        };
        let wanted = |event: &&serde_json::Value| {
            of(event, "/user/username", user)
                && of(event, "/verb", "list")
                && of(event, "/objectRef/resource", resource)
                && of(event, "/stage", "ResponseComplete")
        };
        self.log().iter().filter(wanted).count()
    }

    fn log(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.dir().join("audit.log")).unwrap();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Verbs of all requests that a user has made, as the API server's audit log has them.
    pub(crate) fn verbs(&self, user: &str) -> std::collections::BTreeSet<String> {
        let events = self.log();
        events
            .iter()
            .filter(|event| event.pointer("/user/username").and_then(|name| name.as_str()) == Some(user))
            .filter_map(|event| event.get("verb")?.as_str().map(str::to_owned))
            .collect()
    }
}

/// A kind as Kyverno installs it, without the schema of its fields.
pub(crate) fn kind(server: &Server, group: &str, version: &str, plural: &str, kind: &str, scope: &str) {
    let schema = serde_json::json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let definition = serde_json::json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {"group": group, "scope": scope, "names": {"plural": plural, "singular": kind.to_lowercase(), "kind": kind},
            "versions": [{"name": version, "served": true, "storage": true, "schema": schema}]}});
    server.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", &definition);
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new(script()).arg("down").arg(self.dir()).output();
    }
}
