//! Kyverno's own unit-test tables: the harness, wildcards and images.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use sigscope::evaluate::kyverno::{extract, reference};
use sigscope::format::yaml;
use sigscope::lang::wildcard;
use sigscope::model::Node;

/// The folder of vectors: `SIGSCOPE_VECTORS`, else the copy in this repository.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("SIGSCOPE_VECTORS")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")), PathBuf::from)
}

/// Runs every case of a file; a file may be absent or empty. `run` says what is wrong with a case.
pub(crate) fn every_case(file: &str, run: &dyn Fn(&Value) -> Result<(), String>) {
    every_case_but(file, &[], run);
}

/// Runs every case of a file but those whose `fn` or `id` is among `skipped`: each is named in `docs/quirks.md`, with why.
pub(crate) fn every_case_but(file: &str, skipped: &[&str], run: &dyn Fn(&Value) -> Result<(), String>) {
    let quirks = include_str!("../../docs/quirks.md");
    let unsaid = skipped.iter().find(|name| !quirks.contains(&format!("`{name}`")));
    assert_eq!(unsaid, None, "{file}: skipped without a word in docs/quirks.md");
    let skip =
        |case: &&Value| ["id", "fn"].iter().any(|key| skipped.contains(&case[key].as_str().unwrap_or("")));
    let path = folder().join("kyverno").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("{file}: absent");
        return;
    };
    let table: Value = serde_json::from_str(&text).unwrap();
    let all = table["cases"].as_array().unwrap();
    let cases: Vec<&Value> = all.iter().filter(|case| !skip(case)).collect();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| run(case).err().map(|problem| format!("{}: {problem}", case["id"])))
        .collect();
    let (run, agreed) = (cases.len(), cases.len() - wrong.len());
    println!("{file}: {run} run, {agreed} agreed, {} skipped", all.len() - run);
    assert!(wrong.is_empty(), "{file}:\n{}", wrong.join("\n"));
}

/// A value as a document; a missing one is null.
pub(crate) fn node(value: &Value) -> Node {
    yaml::from_json("vector".into(), value)
}

pub(crate) fn text(case: &Value, key: &str) -> String {
    case[key].as_str().unwrap_or_default().to_owned()
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

pub(crate) fn same(found: &Value, wanted: &Value) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("wanted {wanted}, found {found}")) }
}

pub(crate) fn unknown(case: &Value) -> Result<(), String> {
    Err(format!("the harness does not know fn {}", case["fn"]))
}

#[test]
fn wildcards() {
    every_case("wildcard.json", &|case| match case["fn"].as_str() {
        Some("match") => {
            same(&json!(wildcard::matches(&text(case, "pattern"), &text(case, "text"))), &case["want"])
        }
        Some("contains_wildcard") => {
            same(&json!(wildcard::contains_wildcard(&text(case, "text"))), &case["want"])
        }
        Some("match_patterns") => {
            let (patterns, texts) = (texts(&case["patterns"]), texts(&case["texts"]));
            let found = wildcard::match_patterns(&patterns, &texts);
            let (pattern, text) = found.unwrap_or_default();
            same(&json!({"pattern": pattern, "text": text, "ok": found.is_some()}), &case["want"])
        }
        Some("separate_wildcards") => {
            let texts = texts(&case["texts"]);
            let (wild, plain) = wildcard::separate_wildcards(&texts);
            let list = |value: &Value| if value.is_null() { json!([]) } else { value.clone() };
            same(&json!(wild), &list(&case["want"]["wildcards"]))?;
            same(&json!(plain), &list(&case["want"]["plain"]))
        }
        _ => unknown(case),
    });
}

fn described(info: &reference::ImageInfo) -> Value {
    json!({
        "registry": info.registry, "name": info.name, "path": info.path, "tag": info.tag,
        "digest": info.digest.clone().unwrap_or_default(),
        "string": info.string(), "reference": info.string(),
        "reference_with_tag": info.reference_with_tag(), "referenceWithTag": info.reference_with_tag(),
    })
}

/// Only what the vector asserts.
fn contains(found: &Value, wanted: &Value) -> Result<(), String> {
    for (key, value) in wanted.as_object().unwrap() {
        same(&found[key], value).map_err(|problem| format!("{key}: {problem}"))?;
    }
    Ok(())
}

#[test]
fn image_references() {
    every_case("image_reference.json", &|case| match case["fn"].as_str() {
        Some("image_info") => {
            let defaults = reference::ImageDefaults {
                registry: text(case, "default_registry"),
                mutate: case["enable_default_registry_mutation"].as_bool().unwrap(),
            };
            let parsed = reference::ImageInfo::parse(&text(case, "image"), &defaults);
            match (parsed, case["error"].as_bool()) {
                (Err(_), Some(true)) => Ok(()),
                (Ok(info), None | Some(false)) => contains(&described(&info), &case["want"]),
                (parsed, _) => Err(format!("{parsed:?}")),
            }
        }
        Some("add_default_registry") => {
            let found =
                reference::add_default_registry(&text(case, "image"), &text(case, "default_registry"));
            same(&json!(found), &case["want"])
        }
        _ => unknown(case),
    });
}

#[test]
fn image_extraction() {
    every_case("image_extraction.json", &|case| {
        if case["fn"] != "extract_images" {
            return unknown(case);
        }
        let resource = Arc::new(node(&case["resource"]));
        let extractors = case.get("image_extractors").map(node);
        let found = extract::extract(&resource, extractors.as_ref())?;
        let wanted = case["want"].as_object().unwrap();
        let count: usize = wanted.values().map(|group| group.as_object().unwrap().len()).sum();
        if count != found.len() {
            return Err(format!("wanted {count} images, found {}", found.len()));
        }
        for image in &found {
            let mut whole = described(&image.info);
            whole["jsonPointer"] = json!(image.pointer);
            whole["imagePullSecrets"] = json!(image.pull_secrets);
            contains(&whole, &case["want"][&image.list][&image.container])?;
        }
        Ok(())
    });
}
