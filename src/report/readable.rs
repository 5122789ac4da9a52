//! What attestations say as text: tables of readable length, the rest counted.

use unicode_width::UnicodeWidthStr;

use super::facts::push;
use crate::model::document::{Item, Kind, Subtree};
use crate::model::safe::line;
use crate::model::view::{PredicateView, Section};

/// Most rows of a table, and most values of a document.
const MOST: usize = 200;
/// Widest column that is padded, in cells; longer texts stand out of line.
const WIDEST: usize = 60;

/// A view.
pub(super) fn view(view: &PredicateView, depth: usize, out: &mut String) {
    push(&format!("{}: {}", view.format, line(&view.headline)), depth, out);
    for section in &view.sections {
        table(section, depth, out);
    }
}

/// A table of names and values as lines, any other with its columns in line.
fn table(section: &Section, depth: usize, out: &mut String) {
    let amount = section.rows.len().saturating_add(section.left_out);
    push(&format!("{} ({amount})", line(&section.title)), depth, out);
    let shown = section.rows.iter().take(MOST);
    if section.columns == ["what", "value"] {
        for row in shown {
            let [name, value] = row.cells.as_slice() else { continue };
            push(&format!("{}: {}", line(name), line(value)), depth + 1, out);
        }
    } else {
        let rows: Vec<Vec<String>> =
            shown.map(|row| row.cells.iter().map(|cell| line(cell).into_owned()).collect()).collect();
        let head: Vec<String> = section.columns.iter().map(|name| name.to_uppercase()).collect();
        let widths: Vec<usize> = (0..head.len())
            .map(|at| {
                let of = |row: &Vec<String>| row.get(at).map_or(0, |cell| cell.width());
                rows.iter().chain([&head]).map(of).max().unwrap_or(0).min(WIDEST)
            })
            .collect();
        for row in [&head].into_iter().chain(&rows) {
            let cells = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width()))));
            push(cells.collect::<Vec<_>>().join("  ").trim_end(), depth + 1, out);
        }
    }
    rest(amount.saturating_sub(MOST), depth + 1, out);
}

/// A document, value by value.
pub(super) fn document(tree: &Subtree, depth: usize, out: &mut String) {
    let Some(item) = tree.item() else { return };
    let mut left = MOST;
    values(item, depth, &mut left, out);
    if left == 0 {
        push("… (--format json prints all)", depth, out);
    }
}

/// The depth is bounded where documents are read.
fn values(item: Item<'_>, depth: usize, left: &mut usize, out: &mut String) {
    for child in item.children() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let name = match child.key() {
            Some(key) => line(key).into_owned(),
            None => (child.place() + 1).to_string(),
        };
        match child.kind() {
            Kind::List | Kind::Map if child.children().next().is_some() => {
                push(&name, depth, out);
                values(child, depth + 1, left, out);
            }
            Kind::List | Kind::Map => push(&format!("{name}: none"), depth, out),
            _ => push(&format!("{name}: {}", line(child.text())), depth, out),
        }
    }
}

fn rest(more: usize, depth: usize, out: &mut String) {
    if more > 0 {
        push(&format!("… {more} more (--format json prints all)"), depth, out);
    }
}
