//! The text of a policy file with what is known about each line: counts in front, problems below.

use std::collections::BTreeMap;

use crate::model::World;
use crate::model::span::Diagnostic;
use crate::model::world::PolicyFile;
use crate::ui::counts::{Counts, line_counts};
use crate::ui::text::wrap::wrap;
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Glyphs, Role};

/// Columns in front of the text: three counts, two blanks, number, bar.
pub const GUTTER: usize = 23;

/// A drawn line and which line of the file it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLine {
    /// Line of the file, counted from 1.
    pub number: u32,
    /// What is drawn.
    pub line: Line,
    /// True for the file's own lines, false for what is said about them.
    pub own: bool,
    /// True when a clause failed here or there is a problem.
    pub bad: bool,
}

/// The headings of the gutter.
#[must_use]
pub fn heading(glyphs: Glyphs) -> Line {
    let _ = glyphs;
    Line::of(Role::Muted, "held fail  n/e  line")
}

/// All lines of a file.
#[must_use]
pub fn lines(world: &World, file: &PolicyFile, room: usize, glyphs: Glyphs) -> Vec<TextLine> {
    let counts = line_counts(world, &file.path);
    let mut problems: BTreeMap<u32, Vec<&Diagnostic>> = BTreeMap::new();
    let all = file.policies.iter().flat_map(|policy| &policy.problems).chain(&file.broken);
    for problem in all {
        problems.entry(problem.span.start.line).or_default().push(problem);
    }
    let mut out = Vec::new();
    for (text, number) in file.text.lines().zip(1u32..) {
        let count = counts.get(&number).copied();
        let wrong = problems.remove(&number).unwrap_or_default();
        let bad = !wrong.is_empty() || count.is_some_and(|count| count.failed > 0);
        let mut line = gutter(count, number, bad);
        line.push(yaml_role(text), Shown::new(text));
        out.push(TextLine { number, line, own: true, bad });
        for problem in wrong {
            out.extend(problem_lines(problem, number, room, glyphs));
        }
    }
    // A broken newer text can be longer than the one that is shown.
    for (number, wrong) in problems {
        for problem in wrong {
            out.extend(problem_lines(problem, number, room, glyphs));
        }
    }
    out
}

fn gutter(count: Option<Counts>, number: u32, bad: bool) -> Line {
    let mut line = Line::new();
    match count {
        Some(count) => {
            line.push(if count.held > 0 { Role::Ok } else { Role::Muted }, format!("{:4}", count.held));
            line.push(if count.failed > 0 { Role::Deny } else { Role::Muted }, format!("{:5}", count.failed));
            let (role, other) = match count.undecided {
                0 => (Role::Muted, format!("{:5}", count.not_exercised)),
                undecided => (Role::Error, format!("{:4}!", undecided + count.not_exercised)),
            };
            line.push(role, other);
        }
        None => line.push(Role::Text, " ".repeat(14)),
    }
    let (mark, role) = if bad { ("▸", Role::Deny) } else { (" ", Role::Muted) };
    line.with(role, format!(" {mark}{number:4}")).with(Role::Border, " │")
}

fn problem_lines(problem: &Diagnostic, number: u32, room: usize, glyphs: Glyphs) -> Vec<TextLine> {
    let column = usize::try_from(problem.span.start.column).unwrap_or(1).saturating_sub(1);
    let lead = GUTTER + column.min(room.saturating_sub(GUTTER + 24));
    let arrow = if glyphs.ascii { "^ " } else { "↑ " };
    let text = match &problem.hint {
        Some(hint) => format!("{arrow}{}  hint: {hint}", problem.problem),
        None => format!("{arrow}{}", problem.problem),
    };
    wrap(Role::Error, &Shown::new(&text), room.saturating_sub(lead).max(20), 2)
        .into_iter()
        .map(|line| {
            let mut all = Line::of(Role::Text, " ".repeat(lead));
            all.extend(line);
            TextLine { number, line: all, own: false, bad: true }
        })
        .collect()
}

/// Comments step back.
fn yaml_role(text: &str) -> Role {
    if text.trim_start().starts_with('#') { Role::Muted } else { Role::Text }
}
