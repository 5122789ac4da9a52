//! Real documents to begin with, from the fixtures and the vectors, and some that are hostile by their depth or length.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::targets::repository;

/// Longer documents only slow the search down.
const LONGEST: usize = 32 << 10;
/// Seeds of one reader.
const MOST: usize = 150;

/// Seeds by the reader's name.
pub(crate) type Seeds = BTreeMap<&'static str, BTreeSet<Vec<u8>>>;

/// All of them; the same at every call.
pub(crate) fn seeds() -> Seeds {
    let mut seeds = Seeds::new();
    for folder in
        ["tests/fixtures/layouts", "tests/fixtures/trust", "tests/fixtures/policies", "tests/vectors"]
    {
        files(&repository().join(folder), &mut |path, bytes| sort(path, &bytes, &mut seeds));
    }
    expressions(&mut seeds);
    hostile(&mut seeds);
    for (name, all) in &mut seeds {
        // A few of everything: the shortest first, since they are tried more often.
        let mut list: Vec<_> = std::mem::take(all).into_iter().collect();
        list.sort_by_key(Vec::len);
        list.dedup_by(|a, b| a.len() == b.len() && !["reference", "jmespath", "cel"].contains(name));
        let step = list.len().div_ceil(MOST).max(1);
        *all = list.into_iter().step_by(step).collect();
    }
    seeds
}

fn files(folder: &Path, each: &mut dyn FnMut(&Path, Vec<u8>)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, each);
        } else if path.metadata().is_ok_and(|meta| meta.len() <= LONGEST as u64) {
            each(&path, std::fs::read(&path).unwrap());
        }
    }
}

fn add(seeds: &mut Seeds, name: &'static str, bytes: &[u8]) {
    if bytes.len() <= LONGEST {
        seeds.entry(name).or_default().insert(bytes.to_vec());
    }
}

/// Gives a file, and what is in it, to the readers that it is for.
fn sort(path: &Path, bytes: &[u8], seeds: &mut Seeds) {
    let name = path.to_string_lossy();
    if name.ends_with(".yaml") {
        return add(seeds, "policy", bytes);
    }
    if name.contains("/checkpoints/") {
        return add(seeds, "checkpoint", bytes);
    }
    if name.ends_with(".p7s") || name.contains("timestamp-response") {
        add(seeds, "time-stamp", bytes);
    }
    if name.ends_with(".pem") || name.ends_with(".pub") || name.ends_with(".crt") {
        add(seeds, "trust", bytes);
        return pem(bytes, seeds);
    }
    if bytes.first() == Some(&0xd2) {
        add(seeds, "facts", bytes);
        return add(seeds, "cose", bytes);
    }
    if name.contains("/predicates/docs/") {
        return add(seeds, "predicate", bytes);
    }
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        document(&value, bytes, seeds);
    }
}

fn pem(bytes: &[u8], seeds: &mut Seeds) {
    let blocks = sigscope::format::pem::blocks(&String::from_utf8_lossy(bytes)).unwrap_or_default();
    blocks.iter().for_each(|block| add(seeds, "der", &block.der));
}

fn document(value: &Value, bytes: &[u8], seeds: &mut Seeds) {
    let has = |name: &str| value.get(name).is_some();
    let name = match () {
        () if has("verificationMaterial") => "bundle",
        () if has("payloadType") || has("predicateType") => "dsse",
        () if has("protected") => "jws",
        () if has("layers") || has("manifests") => "manifest",
        () if has("critical") || has("spec") => "log-entry",
        () if has("trustPolicies") || has("tlogs") => "trust",
        () => "",
    };
    if !name.is_empty() {
        add(seeds, name, bytes);
        add(seeds, "facts", bytes);
    }
    if has("predicateType") || has("spdxVersion") || has("bomFormat") || has("scanner") {
        add(seeds, "predicate", bytes);
    }
    inside(value, seeds);
}

/// Texts of a document: what is encoded in them, names, checkpoints.
fn inside(value: &Value, seeds: &mut Seeds) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(text) if name == "envelope" && text.contains("\n\n") => {
                        add(seeds, "checkpoint", text.as_bytes());
                    }
                    Some(text) if name == "docker-reference" || name == "image" => {
                        add(seeds, "reference", text.as_bytes());
                    }
                    Some(text) if name == "dev.sigstore.cosign/bundle" => {
                        add(seeds, "log-entry", text.as_bytes());
                    }
                    _ => inside(value, seeds),
                }
            }
        }
        Value::Array(items) => items.iter().take(50).for_each(|item| inside(item, seeds)),
        Value::String(text) => encoded(text, seeds),
        _ => {}
    }
}

fn encoded(text: &str, seeds: &mut Seeds) {
    if text.starts_with("-----BEGIN") {
        add(seeds, "trust", text.as_bytes());
        return pem(text.as_bytes(), seeds);
    }
    let Ok(bytes) = STANDARD.decode(text) else { return };
    if bytes.len() < 40 {
        return;
    }
    if bytes.starts_with(b"{") {
        if let Ok(value) = serde_json::from_slice(&bytes) {
            document(&value, &bytes, seeds);
        }
    } else if bytes.first() == Some(&0x30) && bytes.len() > 300 {
        let stamp = sigscope::verify::readable_stamp(&bytes).is_ok();
        add(seeds, if stamp { "time-stamp" } else { "der" }, &bytes);
    }
}

/// Expressions of Kyverno's own tests.
fn expressions(seeds: &mut Seeds) {
    for (file, target) in [
        ("jmespath_compliance.json", "jmespath"),
        ("jmespath_functions.json", "jmespath"),
        ("cel.json", "cel"),
        ("image_reference.json", "reference"),
        ("image_extraction.json", "reference"),
    ] {
        let Ok(bytes) = std::fs::read(repository().join("tests/vectors/kyverno").join(file)) else {
            continue;
        };
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        texts(&value, "", &mut |name, text| {
            let expression =
                matches!(name, "expr" | "expression" | "test" | "image" | "input" | "reference" | "policy");
            if expression && text.len() < 4_000 {
                add(seeds, target, text.as_bytes());
            }
        });
    }
    for text in
        ["a.all(x, x > 1)", "'a'.matches('b+') || [1, 2u, 3.5].map(x, x)[0] == dyn(1)", "b'\\x00' + b\"a\""]
    {
        add(seeds, "cel", text.as_bytes());
    }
    let digest = "sha256:41ce767a788c86f313855175cafa32808eb28861768a63fdbeb060b2aba93796";
    for text in
        ["a", "a:b", "localhost/a/b", "127.0.0.1:5000/a_b/c.d:v1.2-3", "[::1]:5000/a", "a.b/c@sha256:0"]
    {
        add(seeds, "reference", text.as_bytes());
        add(seeds, "reference", format!("{text}@{digest}").as_bytes());
    }
    for bytes in [
        [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0][..], &[0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0]]
            .concat(),
        vec![
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 1, 0, 0xfe, 0xff, b'a', 0x43, 0xbe, 0xb7, 0xe8, 1, 0, 0, 0,
        ],
        vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 5, 0xc0, 0x81, 8, 0, 0, 0, 0, 0x20, 0x7f, 0xeb, 0x0b],
    ] {
        add(seeds, "gzip", &bytes);
    }
}

fn texts(value: &Value, name: &str, each: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| texts(value, name, each)),
        Value::Array(items) => items.iter().for_each(|item| texts(item, name, each)),
        Value::String(text) => each(name, text),
        _ => {}
    }
}

/// What is deep or long.
fn hostile(seeds: &mut Seeds) {
    let deep = |open: &str, close: &str| {
        let times = 8_000 / (open.len() + close.len());
        format!("{}{}", open.repeat(times), close.repeat(times)).into_bytes()
    };
    let json = [deep("[", "]"), deep(r#"{"a":"#, "}"), deep(r#"{"payload":["#, "]}"), deep("[", "")];
    for name in ["bundle", "dsse", "jws", "predicate", "facts", "manifest", "log-entry", "trust", "policy"] {
        json.iter().for_each(|bytes| add(seeds, name, bytes));
    }
    for bytes in [deep("- ", ""), deep("a: &x [*x, ", "]"), deep("? ", ""), deep("!!a ", "")] {
        add(seeds, "policy", &bytes);
    }
    let operators = ["(", "[", "!", "a.", "a|", "a||", "-", "{a:", "a[?", "&", "a?b:", "[a,", "f(", "*."];
    for open in operators {
        let close = match open {
            "(" | "f(" => ")",
            "[" | "a[?" | "[a," => "]",
            "{a:" => "}",
            _ => "",
        };
        let times = 8_000 / (open.len() + close.len());
        let text = format!("{}a{}", open.repeat(times), close.repeat(times));
        add(seeds, "jmespath", text.as_bytes());
        add(seeds, "cel", text.as_bytes());
    }
    // Every level is one array of one, or one sequence without an end.
    for (name, byte) in
        [("cose", 0x81_u8), ("cose", 0xd8), ("cose", 0x9f), ("der", 0x30), ("time-stamp", 0xa0)]
    {
        add(seeds, name, &vec![byte; 8_000]);
    }
    for name in ["der", "time-stamp"] {
        let nested = (0..1_500).fold(Vec::new(), |inner, _| sigscope::format::tlv::write(0x30, &inner));
        add(seeds, name, &nested);
    }
}
