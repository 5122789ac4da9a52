//! The tables of a view as one list of rows, of which each is made when it is in sight.

use crate::model::document::holds;
use crate::model::view::{PredicateView, Section, Weight};
use crate::ui::text::width::{pad, width};
use crate::ui::text::{Line, Shown};
use crate::ui::theme::Role;

/// Widest column but the last.
const WIDEST: usize = 48;

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// The title of a table.
    Title(usize),
    /// The names of its columns.
    Columns(usize),
    /// A row of a table.
    Row(usize, usize),
    /// How many rows more there would be.
    Rest(usize),
    /// Between two tables.
    Blank,
}

/// How wide the columns of each table are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tables {
    widths: Vec<Vec<usize>>,
}

/// Columns of a cell; what is no plain text is measured as it is shown.
fn columns(cell: &str) -> usize {
    if cell.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return cell.len();
    }
    width(Shown::new(cell).as_str())
}

fn named(section: &Section) -> bool {
    section.columns != ["what", "value"]
}

/// Rows of the list that a table takes.
fn height(section: &Section) -> usize {
    let rest = usize::from(section.left_out > 0);
    1 + usize::from(named(section)) + section.rows.len() + rest + 1
}

impl Tables {
    pub(super) fn of(view: &PredicateView) -> Self {
        let widths = view.sections.iter().map(|section| {
            (0..section.columns.len())
                .map(|at| {
                    let cells = section.rows.iter().filter_map(|row| row.cells.get(at));
                    let widest = cells.map(|cell| columns(cell)).max().unwrap_or(0);
                    let head =
                        if named(section) { section.columns.get(at).map_or(0, |name| name.len()) } else { 0 };
                    widest.max(head).min(WIDEST)
                })
                .collect()
        });
        Self { widths: widths.collect() }
    }

    pub(super) fn len(view: &PredicateView) -> usize {
        view.sections.iter().map(height).sum::<usize>().saturating_sub(1)
    }

    pub(super) fn entry(view: &PredicateView, mut at: usize) -> Entry {
        for (number, section) in view.sections.iter().enumerate() {
            let tall = height(section);
            if at >= tall {
                at -= tall;
                continue;
            }
            let head = 1 + usize::from(named(section));
            return match at {
                0 => Entry::Title(number),
                1 if head == 2 => Entry::Columns(number),
                at if at < head + section.rows.len() => Entry::Row(number, at - head),
                at if section.left_out > 0 && at == head + section.rows.len() => Entry::Rest(number),
                _ => Entry::Blank,
            };
        }
        Entry::Blank
    }

    /// The value of the document behind a row.
    pub(super) fn node(view: &PredicateView, entry: Entry) -> Option<u32> {
        let Entry::Row(section, row) = entry else { return None };
        view.sections.get(section)?.rows.get(row).map(|row| row.node)
    }

    /// The next row behind (or before) `from` that holds this, in lower case; all around.
    pub(super) fn find(view: &PredicateView, wanted: &str, from: usize, forward: bool) -> Option<usize> {
        let length = Self::len(view);
        let hit = |at: &usize| match Self::entry(view, *at) {
            Entry::Row(section, row) => {
                let row = view.sections.get(section).and_then(|section| section.rows.get(row));
                row.is_some_and(|row| row.cells.iter().any(|cell| holds(cell, wanted)))
            }
            Entry::Title(section) => view.sections.get(section).is_some_and(|one| holds(&one.title, wanted)),
            _ => false,
        };
        if forward {
            (from + 1..length).chain(0..=from.min(length)).find(hit)
        } else {
            (0..from.min(length)).rev().chain((from.min(length)..length).rev()).find(hit)
        }
    }

    /// A row as it is drawn.
    pub(super) fn line(&self, view: &PredicateView, at: usize, dots: &str) -> Line {
        let entry = Self::entry(view, at);
        let section = |number: usize| view.sections.get(number);
        match entry {
            Entry::Blank => Line::new(),
            Entry::Title(number) => section(number).map_or_else(Line::new, |one| {
                let amount = one.rows.len().saturating_add(one.left_out);
                Line::of(Role::Title, Shown::new(&one.title)).with(Role::Muted, format!(" ({amount})"))
            }),
            Entry::Columns(number) => section(number).map_or_else(Line::new, |one| {
                let cells: Vec<String> = one.columns.iter().map(|name| name.to_uppercase()).collect();
                self.cells(number, &cells, |_| Role::Muted, dots)
            }),
            Entry::Rest(number) => section(number).map_or_else(Line::new, |one| {
                Line::of(Role::Muted, format!("  {} more rows: see the JSON tree (tab)", one.left_out))
            }),
            Entry::Row(number, row) => {
                let Some(section) = section(number) else { return Line::new() };
                let Some(row) = section.rows.get(row) else { return Line::new() };
                let role = role(row.weight);
                let pairs = !named(section);
                self.cells(number, &row.cells, |at| if pairs && at == 0 { Role::Muted } else { role }, dots)
            }
        }
    }

    fn cells(&self, section: usize, cells: &[String], role: impl Fn(usize) -> Role, dots: &str) -> Line {
        let none = Vec::new();
        let widths = self.widths.get(section).unwrap_or(&none);
        let last = cells.len().saturating_sub(1);
        let mut line = Line::of(Role::Text, "  ");
        for (at, cell) in cells.iter().enumerate() {
            let shown = Shown::new(cell);
            if at == last {
                line.push(role(at), shown);
            } else {
                line.push(role(at), pad(&shown, widths.get(at).copied().unwrap_or(0), dots));
                line.push(Role::Text, "  ");
            }
        }
        line
    }
}

fn role(weight: Weight) -> Role {
    match weight {
        Weight::Plain => Role::Text,
        Weight::Good => Role::Ok,
        Weight::Notable => Role::Audit,
        Weight::Bad => Role::Deny,
    }
}
