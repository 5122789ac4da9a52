//! What is wrong or conspicuous in the text, at its place: a mark in the gutter, and the message of the line below.

use super::state::State;
use crate::model::lint::{Lint, Severity};
use crate::ui::text::wrap::wrap_line;
use crate::ui::text::{Line, Shown};
use crate::ui::theme::Role;

/// From this height the message has two rows.
const ROOMY: u16 = 14;

/// Line of a finding, counted from 0.
pub(super) fn line_of(lint: &Lint) -> usize {
    usize::try_from(lint.span.start.line).unwrap_or(1).saturating_sub(1)
}

/// The gravest finding of a line.
pub(super) fn at(state: &State, line: usize) -> Option<&Lint> {
    let here = state.answer.lints.iter().filter(|lint| line_of(lint) == line);
    here.max_by_key(|lint| lint.severity)
}

/// The finding that is shown: of the cursor's line, else the first of the gravest.
pub(super) fn shown(state: &State, line: usize) -> Option<&Lint> {
    let lints = &state.answer.lints;
    let gravest = lints.iter().map(|lint| lint.severity).max();
    at(state, line).or_else(|| lints.iter().find(|lint| Some(lint.severity) == gravest))
}

/// The mark in the gutter.
pub(super) fn mark(severity: Severity) -> (&'static str, Role) {
    match severity {
        Severity::Error => ("!", Role::Error),
        Severity::Warning => ("~", Role::Audit),
        Severity::Hint => ("?", Role::Link),
    }
}

/// Rows for the message below a text of so many rows.
pub(super) fn rows(height: u16) -> u16 {
    if height < ROOMY { 1 } else { 2 }
}

/// What is searched for, else what is wrong here, else what is wrong anywhere, else that all is well; at most so many lines.
pub(super) fn status(state: &State, line: usize, width: usize, rows: u16) -> Vec<Line> {
    if state.search.1 {
        return vec![state.search.0.line("/", true)];
    }
    let Some(lint) = shown(state, line) else {
        return vec![if state.answer.generation == 0 {
            Line::of(Role::Wait, "being judged")
        } else {
            Line::of(Role::Ok, "parses, fits the schema, no lints")
                .with(Role::Muted, "   nothing is ever applied")
        }];
    };
    let (symbol, role) = mark(lint.severity);
    let head = Line::of(role, format!("{symbol} {}:{} ", lint.span.start.line, lint.span.start.column))
        .with(Role::Code, lint.code.as_str())
        .with(Role::Muted, " ");
    if rows < 2 {
        return vec![head.with(role, Shown::new(&lint.message))];
    }
    let lines = wrap_line(&head.with(role, Shown::new(&lint.message)), width, 4);
    let (shown, rest) = lines.split_at(lines.len().min(usize::from(rows)));
    let mut shown = shown.to_vec();
    // What has no room is cut where it is drawn, with a sign of it.
    if let (Some(last), Some(more)) = (shown.last_mut(), rest.first()) {
        last.extend(more.clone());
    }
    shown
}

/// How many findings there are of each kind, for the frame.
pub(super) fn counts(state: &State) -> Line {
    let mut line = Line::new();
    for (severity, one) in
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Hint, "hint")]
    {
        let count = state.answer.lints.iter().filter(|lint| lint.severity == severity).count();
        if count > 0 {
            let s = if count == 1 { "" } else { "s" };
            line.push(mark(severity).1, format!(" {count} {one}{s} "));
        }
    }
    if !line.pieces.is_empty() {
        line.push(Role::Muted, "x explains ");
    }
    line
}
