//! The left pane as rows: gutter, mark, line number, text, and the underline below what decided.

use super::policy_lines::{Counts, PolicyLine};
use super::rows::Size;
use crate::model::Code;
use crate::ui::text::{Line, Shown, width};
use crate::ui::theme::Role;

/// From this width the gutter with counts is drawn.
const GUTTER: usize = 50;

/// A row of the left pane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyRow {
    /// What is drawn.
    pub line: Line,
    /// True for the line of the clause that is looked at.
    pub selected: bool,
}

/// The heading above the gutter; empty when there is no room for a gutter.
#[must_use]
pub fn gutter_head(lines: &[PolicyLine], size: Size) -> Line {
    if size.width < GUTTER {
        return Line::new();
    }
    let undecided = if shows_undecided(lines) { "   !" } else { "" };
    Line::of(Role::Muted, format!("  held fail  n/e{undecided} │"))
}

/// The rows.
#[must_use]
pub fn policy_rows(lines: &[PolicyLine], code: Code, size: Size) -> Vec<PolicyRow> {
    let digits = lines.len().to_string().len().max(2);
    let (gutter, undecided) = (size.width >= GUTTER, shows_undecided(lines));
    let mut rows = Vec::new();
    for line in lines {
        let decided = line.decided.is_some();
        let mut row = Line::of(Role::Deny, if decided { cross(size) } else { "  " });
        if gutter {
            row.extend(counts(line.counts, undecided));
        }
        let pointer = if decided { arrow(size) } else { " " };
        row.push(Role::Deny, pointer);
        row.push(Role::Muted, format!("{:>digits$} ", line.number));
        let before = row.width();
        row.extend(text(line));
        rows.push(PolicyRow { line: row, selected: line.selected });
        if let Some(span) = &line.decided {
            let lead: String = line.text.chars().take(span.start).collect();
            let under: String = line.text.chars().skip(span.start).take(span.len()).collect();
            let blanks = before + width(Shown::new(&lead).as_str());
            let marks = width(Shown::new(&under).as_str()).max(1);
            let line = Line::of(Role::Text, " ".repeat(blanks))
                .with(Role::Deny, "^".repeat(marks))
                .with(Role::Code, format!(" {code}"));
            rows.push(PolicyRow { line, selected: false });
        }
    }
    rows
}

fn text(line: &PolicyLine) -> Line {
    let Some(span) = &line.decided else {
        let role = if line.text.trim_start().starts_with('#') { Role::Muted } else { Role::Text };
        return Line::of(role, Shown::new(&line.text));
    };
    let part = |from: usize, to: usize| {
        line.text.chars().skip(from).take(to.saturating_sub(from)).collect::<String>()
    };
    Line::of(Role::Text, part(0, span.start))
        .with(Role::Deny, part(span.start, span.end))
        .with(Role::Text, part(span.end, usize::MAX))
}

fn counts(counts: Option<Counts>, undecided: bool) -> Line {
    let Some(counts) = counts else {
        return Line::of(Role::Muted, format!("{}│", " ".repeat(if undecided { 19 } else { 15 })));
    };
    let role = |count: usize, role: Role| if count == 0 { Role::Muted } else { role };
    let mut line = Line::of(role(counts.held, Role::Ok), format!("{:>4}", counts.held))
        .with(role(counts.failed, Role::Deny), format!("{:>5}", counts.failed))
        .with(role(counts.not_exercised, Role::None), format!("{:>5}", counts.not_exercised));
    if undecided {
        line.push(role(counts.undecided, Role::Error), format!("{:>4}", counts.undecided));
    }
    line.with(Role::Muted, " │")
}

fn shows_undecided(lines: &[PolicyLine]) -> bool {
    lines.iter().filter_map(|line| line.counts).any(|counts| counts.undecided > 0)
}

fn cross(size: Size) -> &'static str {
    if size.ascii { "x " } else { "✗ " }
}

fn arrow(size: Size) -> &'static str {
    if size.ascii { ">" } else { "▶" }
}
