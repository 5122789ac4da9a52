//! Documents that must agree with the program: generated pages, the codemap, the invariants, the README's commands.

use std::process::Command;

use crate::tree::{none, quoted, read, root, sources, table};

const PAGE: &str = "docs/ARCHITECTURE.md";

/// `(what `sigscope gen` calls it, where it lies)`.
const GENERATED: &[(&str, &str)] = &[
    ("help", "docs/cli.md"),
    ("keys", "docs/keys.md"),
    ("schema", "docs/audit.schema.json"),
    ("codes", "docs/codes.md"),
];

/// With `SIGSCOPE_BLESS` set the files are written in place of being compared.
#[test]
fn generated_documents_are_up_to_date() {
    for (what, path) in GENERATED {
        let output = Command::new(env!("CARGO_BIN_EXE_sigscope")).args(["gen", what]).output().unwrap();
        assert!(output.status.success(), "gen {what}: {}", String::from_utf8_lossy(&output.stderr));
        let made = String::from_utf8(output.stdout).unwrap();
        if std::env::var_os("SIGSCOPE_BLESS").is_some() {
            std::fs::write(root().join(path), &made).unwrap();
        }
        assert_eq!(
            made,
            read(path),
            "{path} differs from `sigscope gen {what}`; SIGSCOPE_BLESS=1 cargo test --test tidy writes it"
        );
    }
}

/// The first sentence of a module's documentation.
fn first_sentence(text: &str) -> String {
    let lines = text.lines().take_while(|line| line.starts_with("//!"));
    let whole = lines.map(|line| line.trim_start_matches("//!").trim()).collect::<Vec<_>>().join(" ");
    whole.split_once(". ").map_or(whole.trim_end_matches('.'), |(first, _)| first).to_owned()
}

/// The document with other rows in the codemap.
fn with_codemap(document: &str, rows: &[(String, String)]) -> String {
    let (before, after) = document.split_once("\n## Codemap\n").unwrap();
    let rest = after.split_once("\n## ").map(|(_, rest)| rest).unwrap_or_default();
    let lines: String = rows.iter().map(|(path, sentence)| format!("| `{path}` | {sentence} |\n")).collect();
    let head = "| Where | What it is responsible for |\n| --- | --- |\n";
    format!("{before}\n## Codemap\n\n{head}{lines}\n## {rest}")
}

#[test]
fn the_codemap_equals_the_module_documentation() {
    let mut document = read(PAGE);
    let mut actual: Vec<(String, String)> = sources()
        .iter()
        .filter(|file| {
            let depth = file.path.matches('/').count();
            (depth == 1 && file.path != "src/lib.rs" && file.path != "src/main.rs")
                || file.path.ends_with("/mod.rs")
        })
        .map(|file| (file.path.trim_end_matches("/mod.rs").to_owned(), first_sentence(&file.text)))
        .collect();
    actual.sort();
    if std::env::var_os("SIGSCOPE_BLESS").is_some() {
        document = with_codemap(&document, &actual);
        std::fs::write(root().join(PAGE), &document).unwrap();
    }
    let written: Vec<(String, String)> = table(&document, "## Codemap")
        .iter()
        .map(|row| (row[0].trim_matches('`').to_owned(), row[1].trim_end_matches('.').to_owned()))
        .collect();
    let lacking: Vec<String> = actual
        .iter()
        .filter(|row| !written.contains(row))
        .map(|(path, sentence)| format!("| `{path}` | {sentence} |"))
        .collect();
    none("rows that the codemap lacks", &lacking);
    let stale: Vec<String> = written
        .iter()
        .filter(|row| !actual.contains(row))
        .map(|(path, _)| format!("{path} is stale"))
        .collect();
    none("rows of the codemap that are out of date", &stale);
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let document = read(PAGE);
    let (_, section) = document.split_once("\n## Invariants\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let numbered =
        |line: &&str| line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    let starts: Vec<usize> =
        section.lines().enumerate().filter(|(_, line)| numbered(line)).map(|(i, _)| i).collect();
    assert!(starts.len() > 5, "the invariants could not be read");
    let lines: Vec<&str> = section.lines().collect();
    let mut offences = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(lines.len());
        let text = lines[*start..end].join(" ");
        let names: Vec<(String, String)> = quoted(&text)
            .iter()
            .filter_map(|name| name.split_once(" :: ").map(|(path, test)| (path.to_owned(), test.to_owned())))
            .collect();
        if names.is_empty() {
            offences.push(format!("{text}: names no test"));
        }
        for (path, test) in names {
            let found = std::fs::read_to_string(root().join(&path))
                .is_ok_and(|file| file.contains(&format!("fn {test}(")));
            if !found {
                offences.push(format!("{PAGE}: no test `{test}` in {path}"));
            }
        }
    }
    none("invariants without a test", &offences);
}

#[test]
fn every_dependency_has_a_reason() {
    let document = read(PAGE);
    let written: Vec<String> =
        table(&document, "## Dependencies").iter().flat_map(|row| quoted(&row[0])).collect();
    let manifest = read("Cargo.toml");
    let mut section = "";
    let mut actual = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line.trim();
        } else if matches!(section, "[dependencies]" | "[dev-dependencies]") {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default().trim();
            if !name.is_empty() && !name.starts_with('#') && !name.starts_with('"') {
                actual.push(name.to_owned());
            }
        }
    }
    assert!(actual.len() > 10, "the manifest could not be read");
    let lacking: Vec<String> = actual.iter().filter(|name| !written.contains(name)).cloned().collect();
    none("dependencies without a row", &lacking);
    let stale: Vec<String> = written.iter().filter(|name| !actual.contains(name)).cloned().collect();
    none("rows without a dependency", &stale);
}

/// The lines of fenced blocks.
fn fenced(document: &str) -> Vec<String> {
    let mut inside = false;
    let joined = document.replace("\\\n", " ");
    joined
        .lines()
        .filter(|line| {
            if line.starts_with("```") {
                inside = !inside;
                return false;
            }
            inside
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn commands_of_the_readme_exist() {
    let lines = fenced(&read("README.md"));
    let commands: Vec<&String> = lines.iter().filter(|line| line.starts_with("sigscope")).collect();
    assert!(commands.len() >= 5, "five everyday commands are promised");
    for command in commands {
        let words: Vec<String> = command
            .split_whitespace()
            .take_while(|word| !matches!(*word, "#" | ">" | "|" | "||" | "&&"))
            .map(|word| word.trim_matches('\'').to_owned())
            .collect();
        if let Err(error) = sigscope::cli::definition().try_get_matches_from(&words) {
            panic!("README.md: `{command}`: {error}");
        }
    }
}

#[test]
fn continuous_integration_runs_the_tests_of_the_readme() {
    assert!(fenced(&read("README.md")).iter().any(|line| line.starts_with("cargo test")));
    let script = read(".ci/run");
    assert!(script.contains("README.md"), ".ci/run takes the test command from README.md");
}

#[test]
fn every_quirk_names_a_test_that_exists() {
    sections_name_tests("docs/quirks.md");
}

/// The numbers of statements have no gap, and each names tests.
#[test]
fn every_statement_names_a_test_that_exists() {
    sections_name_tests("docs/statements.md");
    let text = read("docs/statements.md");
    for (number, section) in text.split("\n### ").skip(1).enumerate() {
        assert!(section.starts_with(&format!("S{} ", number + 1)), "{section}");
    }
}

/// Every section of a document names a test, and every test that it names is there.
fn sections_name_tests(document: &str) {
    let text = read(document);
    let sections: Vec<&str> = text.split("\n### ").skip(1).collect();
    assert!(!sections.is_empty(), "{document} could not be read");
    let mut offences = Vec::new();
    for section in sections {
        let title = section.lines().next().unwrap_or_default();
        let tests: Vec<String> = quoted(section).into_iter().filter(|name| name.contains(" :: ")).collect();
        if tests.is_empty() {
            offences.push(format!("{document}: `{title}` names no test"));
        }
        offences.extend(
            tests.iter().filter(|name| !exists(name)).map(|name| format!("{document}: no test {name}")),
        );
    }
    none("sections without a test", &offences);
}

/// `tests/x.rs :: name`
fn exists(reference: &str) -> bool {
    reference.split_once(" :: ").is_some_and(|(path, test)| {
        std::fs::read_to_string(root().join(path)).is_ok_and(|file| file.contains(&format!("fn {test}(")))
    })
}
