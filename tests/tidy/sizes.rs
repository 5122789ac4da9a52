//! How long things may be, with the list of exceptions and their reasons.

use crate::lexer::{block_end, line_of, words};
use crate::tree::{Source, none, sources};

/// Code-only lines of a file.
const FILE: usize = 400;
/// Lines of a function.
const FUNCTION: usize = 60;
/// Fields of a struct.
const FIELDS: usize = 12;

/// `(path or path:name, why it may be longer)`.
const EXCEPTIONS: &[(&str, &str)] =
    &[("src/model/world.rs:World", "one snapshot of everything: each field is another table of it")];

fn code_lines(code: &str) -> usize {
    code.lines().filter(|line| !line.trim().is_empty()).count()
}

/// Functions with their length: `(name, line, lines of code between the braces)`.
fn functions(code: &str) -> Vec<(String, usize, usize)> {
    words(code, "fn")
        .filter_map(|at| {
            let name: String =
                code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let open = at + code[at..].find(['{', ';'])?;
            (!name.is_empty() && code[open..].starts_with('{')).then(|| {
                let body = &code[open + 1..block_end(code, open).max(open + 2) - 1];
                (name, line_of(code, at), code_lines(body))
            })
        })
        .collect()
}

/// Structs with the number of their named fields.
fn structs(code: &str) -> Vec<(String, usize, usize)> {
    words(code, "struct")
        .filter_map(|at| {
            let name: String =
                code[at + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let open = at + code[at..].find(['{', ';', '('])?;
            (!name.is_empty() && code[open..].starts_with('{')).then(|| {
                let body = &code[open + 1..block_end(code, open).max(open + 2) - 1];
                (name, line_of(code, at), fields(body))
            })
        })
        .collect()
}

fn fields(body: &str) -> usize {
    let mut depth = 0i32;
    let flat: String = body
        .chars()
        .filter(|c| {
            match c {
                '<' | '(' | '[' | '{' => depth += 1,
                '>' | ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        })
        .collect();
    flat.split(',').filter(|field| field.contains(':')).count()
}

fn offences(files: &[Source]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for file in files {
        let path = &file.path;
        let lines = code_lines(&file.code);
        if lines > FILE {
            out.push((path.clone(), format!("{path}:1: {lines} lines of code, {FILE} are allowed")));
        }
        for (name, line, length) in functions(&file.code).into_iter().filter(|function| function.2 > FUNCTION)
        {
            out.push((
                format!("{path}:{name}"),
                format!("{path}:{line}: fn {name} has {length} lines, {FUNCTION} are allowed"),
            ));
        }
        for (name, line, count) in structs(&file.code).into_iter().filter(|found| found.2 > FIELDS) {
            out.push((
                format!("{path}:{name}"),
                format!("{path}:{line}: struct {name} has {count} fields, {FIELDS} are allowed"),
            ));
        }
    }
    out
}

#[test]
fn nothing_is_longer_than_allowed() {
    let found = offences(&sources());
    for (what, why) in EXCEPTIONS {
        println!("exception: {what}: {why}");
    }
    let excused = |key: &String| EXCEPTIONS.iter().any(|(what, _)| what == key);
    let over: Vec<String> =
        found.iter().filter(|(key, _)| !excused(key)).map(|(_, text)| text.clone()).collect();
    none("longer than allowed", &over);
    let idle: Vec<String> = EXCEPTIONS
        .iter()
        .filter(|(what, _)| !found.iter().any(|(key, _)| key == what))
        .map(|(what, _)| format!("{what} needs no exception"))
        .collect();
    none("exceptions without use", &idle);
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| format!("{}:1: does not open with `//!`", file.path))
        .collect();
    none("files without a first sentence", &silent);
}

#[test]
fn modules_hold_declarations_only() {
    let logic: Vec<String> = sources()
        .iter()
        .filter(|file| file.path.ends_with("/mod.rs") || file.path == "src/lib.rs")
        .filter(|file| !functions(&file.code).is_empty() || !structs(&file.code).is_empty())
        .map(|file| format!("{}:1: holds more than documentation, declarations and re-exports", file.path))
        .collect();
    none("logic in a mod.rs", &logic);
}

/// One offence of each kind: the rules can fail.
#[test]
fn offences_are_found() {
    let long = format!("fn long() {{\n{}}}\n", "    x();\n".repeat(FUNCTION + 1));
    let wide: String = (0..=FIELDS).map(|i| format!("    a{i}: Map<A, B>,\n")).collect();
    let text = format!("{long}struct Wide {{\n{wide}}}\n{}", "const A: u8 = 1;\n".repeat(FILE));
    let found = offences(&[Source::new("src/a.rs", &text)]);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        offences(&[Source::new("src/a.rs", "fn short() { x() }\nstruct Slim { a: Map<A, B> }")]).is_empty()
    );
}
