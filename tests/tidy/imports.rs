//! The direction rule of docs/ARCHITECTURE.md: which module may name which, and which may name what from outside.

use crate::lexer::{line_of, words};
use crate::tree::{Source, none, quoted, read, sources, table};

const PAGE: &str = "docs/ARCHITECTURE.md";

/// What one module may name.
struct Rule {
    module: String,
    /// Module with the only items of it that may be named; none: all.
    allowed: Vec<(String, Vec<String>)>,
    all: bool,
}

/// An outside name and the places that may use it.
struct Ban {
    name: String,
    places: Vec<String>,
}

fn rules(document: &str) -> Vec<Rule> {
    table(document, "## Who may name whom")
        .iter()
        .map(|row| {
            let allowed = row[1].split(';').map(str::trim).filter(|text| !matches!(*text, "" | "-" | "all"));
            Rule {
                module: row[0].trim_matches('`').to_owned(),
                all: row[1] == "all",
                allowed: allowed
                    .map(|text| {
                        let name = text.split(' ').next().unwrap().to_owned();
                        (name, quoted(text))
                    })
                    .collect(),
            }
        })
        .collect()
}

fn bans(document: &str) -> Vec<Ban> {
    table(document, "## Names from outside")
        .iter()
        .flat_map(|row| {
            let places = quoted(&row[1]);
            quoted(&row[0]).into_iter().map(move |name| Ban { name, places: places.clone() })
        })
        .collect()
}

/// The module that a file belongs to: the first directory or file under `src`.
fn module(path: &str) -> &str {
    path.trim_start_matches("src/").split('/').next().unwrap().trim_end_matches(".rs")
}

/// The names that follow a `crate::` or an equal chain of `super::`: `(byte, module, item)`.
fn named(file: &Source) -> Vec<(usize, String, String)> {
    let mut found: Vec<(usize, String, String)> = words(&file.code, "crate")
        .filter(|at| !file.code[..*at].ends_with("pub("))
        .flat_map(|at| after(&file.code, at, at + "crate".len()))
        .collect();
    // `super` leads out of the module when there are as many of them as there are segments.
    let depth = file
        .path
        .trim_start_matches("src/")
        .trim_end_matches("/mod.rs")
        .trim_end_matches(".rs")
        .split('/')
        .count();
    for at in words(&file.code, "super") {
        let chain = "super::".repeat(depth);
        let first = !file.code[..at].ends_with("super::");
        if first && file.code[at..].starts_with(&chain) && !file.code[at + chain.len()..].starts_with("super")
        {
            found.extend(after(&file.code, at, at + chain.len() - 2));
        }
    }
    found
}

/// Reads `::name::item` or `::{a::b, c}` at a byte.
fn after(code: &str, at: usize, from: usize) -> Vec<(usize, String, String)> {
    let Some(rest) = code[from..].strip_prefix("::") else { return Vec::new() };
    let paths: Vec<String> = if let Some(group) = rest.strip_prefix('{') {
        let mut depth = 1;
        let mut paths = vec![String::new()];
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => paths.push(String::new()),
                _ if depth >= 1 => paths.last_mut().unwrap().push(c),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        paths
    } else {
        vec![rest.chars().take_while(|c| c.is_alphanumeric() || "_:{}, \n".contains(*c)).collect()]
    };
    paths
        .iter()
        .map(|path| path.trim())
        .filter(|path| !path.is_empty())
        .flat_map(|path| {
            let word = |text: &str| {
                text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
            };
            let name = word(path);
            let items = path[name.len()..].strip_prefix("::").unwrap_or_default();
            let items: Vec<String> = match items.strip_prefix('{') {
                Some(group) => {
                    group.split('}').next().unwrap().split(',').map(|item| word(item.trim())).collect()
                }
                None => vec![word(items)],
            };
            items.into_iter().map(move |item| (at, name.clone(), item)).collect::<Vec<_>>()
        })
        .collect()
}

fn offences(files: &[Source], document: &str) -> Vec<String> {
    let rules = rules(document);
    let mut out = Vec::new();
    for file in files.iter().filter(|file| !matches!(file.path.as_str(), "src/lib.rs" | "src/main.rs")) {
        let own = module(&file.path);
        let Some(rule) = rules.iter().find(|rule| rule.module == own) else {
            out.push(format!("{}:1: {own} has no row ({PAGE}, who may name whom)", file.path));
            continue;
        };
        for (at, name, item) in named(file) {
            let known = rule.allowed.iter().find(|(allowed, _)| *allowed == name);
            let fine = rule.all
                || name == own
                || known.is_some_and(|(_, only)| only.is_empty() || only.contains(&item));
            if !fine {
                let line = line_of(&file.code, at);
                out.push(format!(
                    "{}:{line}: {own} may not name {name}::{item} ({PAGE}, who may name whom)",
                    file.path
                ));
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

fn outside(files: &[Source], document: &str) -> Vec<String> {
    let bans = bans(document);
    let mut out = Vec::new();
    for file in files {
        for ban in
            bans.iter().filter(|ban| !ban.places.iter().any(|place| file.path.starts_with(place.as_str())))
        {
            for (at, _) in file.code.match_indices(&ban.name) {
                let part = |c: char| c.is_alphanumeric() || c == '_';
                if !file.code[..at].ends_with(part) {
                    let line = line_of(&file.code, at);
                    out.push(format!(
                        "{}:{line}: {} only in {} ({PAGE}, names from outside)",
                        file.path,
                        ban.name,
                        ban.places.join(", ")
                    ));
                }
            }
        }
    }
    out
}

#[test]
fn every_import_follows_the_direction_rule() {
    none("imports against the direction rule", &offences(&sources(), &read(PAGE)));
}

#[test]
fn outside_names_stay_in_their_modules() {
    none("names from outside in the wrong place", &outside(&sources(), &read(PAGE)));
}

#[test]
fn every_row_names_a_module_that_exists() {
    let paths: Vec<String> = sources().into_iter().map(|file| file.path).collect();
    let rows = rules(&read(PAGE));
    assert!(rows.len() > 5 && !bans(&read(PAGE)).is_empty(), "the tables could not be read");
    let missing: Vec<String> = rows
        .iter()
        .filter(|rule| !paths.iter().any(|path| module(path) == rule.module))
        .map(|rule| format!("{PAGE}: no module {}", rule.module))
        .collect();
    none("rows without a module", &missing);
}

/// One offence of each kind: the rules can fail.
#[test]
fn offences_are_found() {
    let document = "\n## Who may name whom\n\n| m | n |\n| --- | --- |\n| `a` | b; c (only `X`) |\n| `d` | all |\n\n## Names from outside\n\n| n | p |\n| --- | --- |\n| `fetcher::`, `Clock::now` | `src/d` |\n";
    let bad = Source::new(
        "src/a/one.rs",
        "use crate::b::Fine;\nuse crate::{b, c::X, d::Bad};\nuse super::super::e::Worse;\nfn f() { crate::c::Y; fetcher::get(); Clock::now() } // crate::d\n",
    );
    let found = offences(std::slice::from_ref(&bad), document);
    let all = found.join("\n");
    assert_eq!(found.len(), 3, "{all}");
    assert!(all.contains("one.rs:2: a may not name d::Bad"), "{all}");
    assert!(all.contains("one.rs:3: a may not name e::Worse"), "{all}");
    assert!(all.contains("one.rs:4: a may not name c::Y"), "{all}");
    assert_eq!(outside(std::slice::from_ref(&bad), document).len(), 2);
    let good = Source::new("src/d/two.rs", "use crate::a::Any; fn f() { fetcher::get() }");
    assert!(offences(std::slice::from_ref(&good), document).is_empty());
    assert!(outside(&[good], document).is_empty());
}
