//! Words that must not be committed, and the stable codes with their pages.

use std::collections::BTreeSet;

use sigscope::model::Code;

use crate::tree::{files, none, read, sources};

/// Paths of a machine and unfinished work. (Written in halves, so that this file does not offend.)
const WORDS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("#[ig", "nore"),
    concat!("unimple", "mented!"),
];

#[test]
fn no_forbidden_words() {
    let mut paths = files("src", &["rs"]);
    for directory in [
        "docs",
        "themes",
        "tests/tidy",
        "tests/engine",
        "tests/parity",
        "tests/ui",
        "tests/pty",
        "tests/support",
    ] {
        paths.extend(files(directory, &["rs", "md", "toml", "json"]));
    }
    paths.extend(["README.md", "CHANGELOG.md", "Cargo.toml", "deny.toml", ".ci/run"].map(str::to_owned));
    let mut offences = Vec::new();
    for path in &paths {
        for (number, line) in read(path).lines().enumerate() {
            offences.extend(
                WORDS
                    .iter()
                    .filter(|word| line.contains(**word))
                    .map(|word| format!("{path}:{}: `{word}`", number + 1)),
            );
        }
    }
    none("forbidden words", &offences);
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("docs/codes/{code}.md")).collect();
    let pages: BTreeSet<String> = files("docs/codes", &["md"]).into_iter().collect();
    let missing: Vec<String> = codes.difference(&pages).map(|path| format!("{path} is missing")).collect();
    none("codes without a page", &missing);
    let stray: Vec<String> = pages.difference(&codes).map(|path| format!("{path} has no code")).collect();
    none("pages without a code", &stray);
}

#[test]
fn every_code_is_named_in_the_program() {
    let sources = sources();
    let unused: Vec<String> = Code::ALL
        .iter()
        .filter(|code| {
            let variant = format!("Code::{code:?}");
            let own = format!("Self::{code:?}");
            !sources.iter().any(|file| {
                file.code.contains(&variant) || (file.path == "src/model/code.rs" && file.code.contains(&own))
            })
        })
        .map(ToString::to_string)
        .collect();
    none("codes that nothing gives", &unused);
}
