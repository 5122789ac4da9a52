//! The folder of fixtures, wherever it lies, and what it says of its images.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::path::PathBuf;

use serde_json::Value;

/// The folder: `SIGSCOPE_FIXTURES`, else the copy in this repository.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("SIGSCOPE_FIXTURES")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")), PathBuf::from)
}

/// One image of `fixtures.json`.
#[derive(Clone, Debug)]
pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) layout: PathBuf,
    pub(crate) repository: String,
    pub(crate) digest: String,
    /// `classic`, `referrers` or `fallback`.
    pub(crate) registry: String,
    pub(crate) tags: Vec<String>,
    pub(crate) signature_tags: Vec<String>,
}

/// All images.
pub(crate) fn all() -> Vec<Fixture> {
    let text = std::fs::read_to_string(folder().join("fixtures.json")).expect("fixtures.json");
    let list: Value = serde_json::from_str(&text).expect("fixtures.json is JSON");
    let texts = |value: &Value| {
        let list = value.as_array().into_iter().flatten();
        list.map(|tag| tag.as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    let one = |value: &Value| {
        let text = |field: &str| value[field].as_str().unwrap_or_else(|| panic!("{field}")).to_owned();
        Fixture {
            name: text("name"),
            layout: folder().join(text("layout")),
            repository: text("repository"),
            digest: text("digest"),
            registry: text("registry"),
            tags: texts(&value["tags"]),
            signature_tags: texts(&value["signature_tags"]),
        }
    };
    let all: Vec<Fixture> = list["fixtures"].as_array().expect("a list").iter().map(one).collect();
    assert!(!all.is_empty());
    all
}

/// The records of a tool, when the folder has them.
pub(crate) fn golden(file: &str) -> Option<Value> {
    let text = std::fs::read_to_string(folder().join("golden").join(file)).ok()?;
    Some(serde_json::from_str(&text).expect("golden records are JSON"))
}
