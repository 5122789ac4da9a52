//! Statements: matched by predicate type, their tables by the first column. What nobody knows is compared as JSON.

use std::collections::BTreeMap;

use super::compare::{Fields, Found};
use super::config::leaves;
use crate::model::statement::{Said, Statement};
use crate::model::view::Section;

/// Tables that only repeat in other words what stands in the others.
const DERIVED: [&str; 3] = ["relationships", "dependencies", "licences"];
/// Parts of names whose values differ between any two builds of the same source.
const NOISE: [&str; 13] = [
    "time",
    "created",
    "started",
    "finished",
    "invocation",
    "run id",
    "run_id",
    "runid",
    "serial",
    "namespace",
    "uuid",
    "nonce",
    "attempt",
];

/// True for a field that differs between any two builds.
pub(super) fn is_noise(field: &str) -> bool {
    let lower = field.to_lowercase();
    NOISE.iter().any(|part| lower.contains(part))
}

/// By predicate type, in the order found.
fn by_type(said: &Said) -> BTreeMap<&str, Vec<&Statement>> {
    let mut all: BTreeMap<&str, Vec<&Statement>> = BTreeMap::new();
    for statement in &said.statements {
        all.entry(&statement.predicate).or_default().push(statement);
    }
    all
}

/// Compares all statements of both.
pub(super) fn statements((a, b): (&Said, &Said), found: &mut Found) {
    let (left, right) = (by_type(a), by_type(b));
    let mut counts = (Fields::default(), Fields::default());
    for (kind, own) in &left {
        counts.0.add(*kind, own.len().to_string());
    }
    for (kind, own) in &right {
        counts.1.add(*kind, own.len().to_string());
    }
    found.section("attestations", &counts.0, &counts.1, |_| false);
    for (kind, own) in &left {
        // Of several statements of one type the last one is what is said now.
        if let (Some(one), Some(other)) = (own.last(), right.get(kind).and_then(|others| others.last())) {
            statement(one, other, found);
        }
    }
}

fn statement(a: &Statement, b: &Statement, found: &mut Found) {
    let name = if a.view.format == "other" { a.predicate.as_str() } else { a.view.format };
    if a.view.format == "other" || a.view.format != b.view.format {
        let (left, right) = (leaves(a.view.content.item()), leaves(b.view.content.item()));
        found.section(name, &left, &right, is_noise);
        return;
    }
    let mut headlines = (Fields::default(), Fields::default());
    headlines.0.add("summary", a.view.headline.clone());
    headlines.1.add("summary", b.view.headline.clone());
    found.section(name, &headlines.0, &headlines.1, |_| false);
    let titles =
        |sections: &[Section]| sections.iter().map(|section| section.title.clone()).collect::<Vec<_>>();
    let mut all = titles(&a.view.sections);
    all.extend(titles(&b.view.sections).into_iter().filter(|title| !all.contains(title)).collect::<Vec<_>>());
    for title in all {
        let left_out = |sections: &[Section]| {
            sections
                .iter()
                .filter(|section| section.title == title)
                .map(|section| section.left_out)
                .sum::<usize>()
        };
        let more = left_out(&a.view.sections) + left_out(&b.view.sections);
        if more > 0 {
            found.gaps.push(format!("{name}: {title}: {more} rows are too many to be compared"));
        }
        let derived = DERIVED.contains(&title.as_str());
        let (left, right) = (table(&a.view.sections, &title), table(&b.view.sections, &title));
        found.section(&format!("{name}: {title}"), &left, &right, |field| derived || is_noise(field));
    }
}

/// The rows of a table by their first cell.
fn table(sections: &[Section], title: &str) -> Fields {
    let mut fields = Fields::default();
    for row in sections.iter().filter(|section| section.title == title).flat_map(|section| &section.rows) {
        let Some((key, rest)) = row.cells.split_first() else { continue };
        let rest: Vec<&str> = rest.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        fields.add(key.clone(), rest.join("  "));
    }
    fields
}
