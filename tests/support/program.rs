//! The program as its users run it, over the fixtures.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The folder with layouts, pods, policies and keys: always the copy in this repository, since tests that use it name
/// its files.
pub(crate) fn fixtures() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
}

/// A path in that folder as an argument.
pub(crate) fn fixture(path: &str) -> String {
    fixtures().join(path).to_string_lossy().into_owned()
}

/// `--layouts` for the registry that the fixtures' pods name.
pub(crate) fn layouts() -> [String; 2] {
    ["--layouts".to_owned(), format!("127.0.0.1:5000/myorg={}", fixture("layouts"))]
}

/// What a run gave.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// stdout as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// Fails unless the status is this one.
    pub(crate) fn ends_with(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless stderr has the text.
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is not in stderr:\n{}", self.stderr);
        self
    }
}

/// A command with an environment of its own: no colours, no configuration, a cache that nobody else has.
pub(crate) fn command() -> (Command, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigscope"));
    command
        .env_clear()
        .env("HOME", home.path())
        .env("XDG_CACHE_HOME", home.path().join("cache"))
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null());
    (command, home)
}

/// Runs the program.
pub(crate) fn run<S: AsRef<str>>(arguments: &[S]) -> Run {
    let (mut command, _home) = command();
    let output = command.args(arguments.iter().map(AsRef::as_ref)).output().unwrap();
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the program over the layouts.
pub(crate) fn over_layouts(arguments: &[&str]) -> Run {
    let mut all: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    all.extend(layouts());
    run(&all)
}
