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
