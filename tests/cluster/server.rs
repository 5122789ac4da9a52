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

    fn value(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.dir().join("env")).unwrap();
        let line = text.lines().find(|line| line.contains(&format!("{name}="))).unwrap();
        line.split('\'').nth(1).unwrap().to_owned()
    }

    /// Creates an object as the administrator.
    pub(crate) fn create(&self, path: &str, object: &serde_json::Value) {
        let file = self.dir().join("object.json");
        std::fs::write(&file, object.to_string()).unwrap();
        let output = Command::new("curl")
            .args(["-sS", "--fail-with-body", "-X", "POST", "-H", "Content-Type: application/json"])
            .args(["--retry", "20", "--retry-delay", "1", "--retry-all-errors"])
            .args(["--cacert", &self.value("CLUSTER_CA")])
            .args(["-H", &format!("Authorization: Bearer {}", self.value("CLUSTER_TOKEN"))])
            .args(["--data-binary", &format!("@{}", file.display())])
            .arg(format!("{}{path}", self.value("CLUSTER_SERVER")))
            .output()
            .unwrap();
        ok(path, &output);
    }

    /// Stops the API server and starts it again.
    pub(crate) fn restart(&self) {
        ok("restart", &Command::new(script()).arg("restart").arg(self.dir()).output().unwrap());
    }

    /// Verbs of all requests that a user has made, as the API server's audit log has them.
    pub(crate) fn verbs(&self, user: &str) -> std::collections::BTreeSet<String> {
        let text = std::fs::read_to_string(self.dir().join("audit.log")).unwrap();
        let events = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        events
            .filter(|event| event.pointer("/user/username").and_then(|name| name.as_str()) == Some(user))
            .filter_map(|event| event.get("verb")?.as_str().map(str::to_owned))
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new(script()).arg("down").arg(self.dir()).output();
    }
}
