//! `sigscope inspect`: files and images, exit statuses, and text from outside.

use std::fs;

use crate::program::{over_layouts, run};

fn file(content: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), content).unwrap();
    file
}

#[test]
fn what_a_document_says_reaches_the_terminal_escaped() {
    let hostile = r#"{"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "a\u001b[31m\u202e\u0085"}],
        "predicateType": "x\u0007", "predicate": {"\u001b]0;title\u0007": ["\u009b2J", -0.5]}}"#;
    let file = file(hostile.as_bytes());
    for format in ["text", "json"] {
        let run = run(&["inspect", &file.path().to_string_lossy(), "--format", format]).ends_with(0);
        assert!(run.stdout.contains("2J"), "{}", run.stdout);
        for bad in ['\u{1b}', '\u{7}', '\u{202e}', '\u{85}', '\u{9b}'] {
            assert!(!run.stdout.contains(bad) && !run.stderr.contains(bad), "{format}: {bad:?}");
        }
        if format == "json" {
            assert_eq!(run.json()["subjects"][0]["name"], "a\u{1b}[31m\u{202e}\u{85}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_said_and_is_no_success() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for content in [&b"\x00\x01 neither"[..], b"{\"a\": ", deep.as_bytes(), b""] {
        let file = file(content);
        let run = run(&["inspect", &file.path().to_string_lossy(), "--format", "json"]).ends_with(3);
        assert!(run.json()["parse_error"].is_string(), "{}", run.stdout);
    }
    let nothing = run(&["inspect", "/nonexistent/file"]).ends_with(3);
    assert!(nothing.stdout.is_empty() && !nothing.stderr.is_empty());
}

#[test]
fn an_image_shows_what_hangs_on_it() {
    let image = "127.0.0.1:5000/myorg/bundle-keyless:v1.2.3";
    let run = over_layouts(&["inspect", image, "--format", "json"]).ends_with(0);
    let document = run.json();
    assert_eq!(document["kind"], "image");
    let layers = document["facts"].as_array().unwrap();
    assert!(!layers.is_empty(), "{document:#}");
    assert!(layers.iter().all(|layer| layer["manifest"].is_string() && layer["found_by"].is_array()));
    assert!(layers.iter().any(|layer| layer["certificate"]["fulcio"].is_object()), "{document:#}");
    assert!(document.get("verdict").is_none(), "nothing is judged");
}

#[test]
fn bundles_in_lines_are_shown_one_by_one() {
    let vectors =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/sigstore-conformance/cases/happy-path-v0.3");
    let bundle = fs::read_dir(vectors).unwrap().map(|entry| entry.unwrap().path());
    let bundle = bundle.into_iter().find(|path| path.to_string_lossy().contains("sigstore.json")).unwrap();
    let bundle: serde_json::Value = serde_json::from_slice(&fs::read(bundle).unwrap()).unwrap();
    let show = |text: String, status: i32| {
        run(&["inspect", &file(text.as_bytes()).path().to_string_lossy(), "-o", "json"])
            .ends_with(status)
            .json()
    };
    let alone = show(bundle.to_string(), 0);
    assert_eq!(alone["kind"], "bundle");
    let two = show(format!("{bundle}\r\n\n{bundle}\n"), 0);
    assert_eq!(two["kind"], "JSON lines");
    assert_eq!(two["lines"], serde_json::json!([alone, alone]));
    let broken = show(format!("{bundle}\n{{\"a\": }}\n"), 0);
    assert!(broken["lines"][1]["parse_error"].is_string());
    show(format!("{bundle}\nand more\n"), 3);
}

#[test]
fn spdx_in_tag_value_form_has_the_view_of_spdx() {
    let vector = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/predicates/docs/bom-go-mod.spdx");
    let text = fs::read_to_string(vector).unwrap();
    let packages = text.lines().filter(|line| line.starts_with("PackageName:")).count();
    let shown = run(&["inspect", vector, "-o", "json"]).ends_with(0).json();
    assert_eq!(shown["document"]["format"], "SPDX");
    assert_eq!(shown["document"]["packages"], packages);
    assert_eq!(shown["document"]["name"], "github.com/sigstore/cosign");
    assert!(run(&["inspect", vector]).ends_with(0).stdout.contains("k8s.io/apimachinery"));
    let cut = file(b"SPDXVersion: SPDX-2.3\nPackageName: p\nPackageComment: <text>no end\n");
    run(&["inspect", &cut.path().to_string_lossy()]).ends_with(3);
}
