//! The answer for a draft as rows: flips by kind, owners that could not restart, what is waited for.

use crate::explain::{pair, verdict_symbol};
use crate::model::draft::{Change, Flip, Stranded, WhatIf};
use crate::model::verdict::Verdict;
use crate::ui::detail::verdict_role;
use crate::ui::text::width::{end, middle, pad};
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Glyphs, Role};

/// Columns of the two verdicts.
const VERDICTS: usize = 21;
/// Columns of the two numbers.
const NUMBERS: usize = 12;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Identifies it over answers.
    pub id: String,
    /// What is drawn.
    pub line: Line,
    /// The flip that it is about.
    pub flip: Option<usize>,
    /// The near miss that it is about.
    pub probe: Option<usize>,
}

/// Every row.
pub(super) fn rows(answer: &WhatIf, width: usize, glyphs: Glyphs) -> Vec<Row> {
    let mut out = Vec::new();
    let mut said = |id: String, line: Line| out.push(Row { id, line, flip: None, probe: None });
    if answer.generation == 0 {
        return out;
    }
    if answer.flips.is_empty() && !answer.busy {
        said("none".to_owned(), Line::of(Role::Ok, "nothing would stand otherwise"));
    }
    for change in Change::ALL {
        let count = answer.of(change).count();
        if count == 0 {
            continue;
        }
        let head = format!("{} ({count})", change.heading());
        out.push(Row {
            id: format!("{change:?}"),
            line: Line::of(Role::Title, head),
            flip: None,
            probe: None,
        });
        let flips = answer.flips.iter().enumerate().filter(|(_, flip)| flip.change == change);
        out.extend(flips.map(|(number, flip)| row(flip, number, width, glyphs)));
    }
    stranding(&answer.stranded, width, glyphs, &mut out);
    if !answer.waiting.is_empty() {
        let head = format!("waiting for evidence ({})", answer.waiting.len());
        out.push(Row { id: "waiting".to_owned(), line: Line::of(Role::Wait, head), flip: None, probe: None });
        out.extend(answer.waiting.iter().map(|name| Row {
            id: format!("waiting {name}"),
            line: Line::of(Role::Wait, format!("  ? {name}")),
            flip: None,
            probe: None,
        }));
    }
    super::probes::rows(answer, width, glyphs, &mut out);
    out
}

/// The heading of the columns.
#[must_use]
pub(super) fn heading(width: usize) -> Line {
    let name = width.saturating_sub(VERDICTS + NUMBERS);
    Line::of(Role::Muted, format!("  NOW      DRAFT     {:name$}{:>6}{:>6}", "IMAGE", "PODS", "REPL"))
}

fn row(flip: &Flip, number: usize, width: usize, glyphs: Glyphs) -> Row {
    let word = |verdict: Verdict| format!("{} {:<6}", verdict_symbol(verdict, glyphs.ascii), verdict.label());
    let mut line = Line::of(Role::Text, "  ")
        .with(verdict_role(flip.now), word(flip.now))
        .with(Role::Muted, "→ ")
        .with(verdict_role(flip.draft), word(flip.draft))
        .padded(VERDICTS);
    let room = width.saturating_sub(VERDICTS + NUMBERS).max(8);
    let name = short(&flip.image.image);
    line.push(Role::Text, pad(&middle(&Shown::new(name), room, glyphs.dots), room, glyphs.dots));
    let count = |number: Option<u32>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    line.push(Role::Muted, format!("{:>6}{:>6}", count(flip.pods), count(flip.replicas)));
    Row {
        id: format!("{} {} {}", flip.resource, flip.image.pointer, flip.image.image),
        line,
        flip: Some(number),
        probe: None,
    }
}

/// Without the registry: its host says least of all.
fn short(image: &str) -> &str {
    image.split_once('/').filter(|(host, _)| host.contains(['.', ':'])).map_or(image, |(_, rest)| rest)
}

fn stranding(stranded: &[Stranded], width: usize, glyphs: Glyphs, out: &mut Vec<Row>) {
    if stranded.is_empty() {
        return;
    }
    let owners =
        if stranded.len() == 1 { "1 owner".to_owned() } else { format!("{} owners", stranded.len()) };
    let head = Line::of(Role::Deny, format!("stranding: {owners} could not restart"));
    out.push(Row { id: "stranding".to_owned(), line: head, flip: None, probe: None });
    for one in stranded {
        let name = format!("{}/{}/{}", one.resource.namespace, one.resource.kind, one.resource.name);
        let room = width.saturating_sub(one.felt.len() + 4).max(12);
        let line = Line::of(Role::Text, "  ")
            .with(Role::Text, pad(&end(&Shown::new(&name), room, glyphs.dots), room, glyphs.dots))
            .with(Role::Muted, " ")
            .with(Role::Muted, one.felt);
        out.push(Row { id: format!("stranded {}", one.resource), line, flip: None, probe: None });
    }
}

/// What decides a flip under the draft, in one line.
#[must_use]
pub(super) fn because(flip: &Flip) -> Line {
    let Some(trace) = &flip.trace else {
        return Line::of(Role::Muted, "no rule of the draft looks at it");
    };
    let mut line = Line::of(verdict_role(trace.verdict), trace.verdict.label());
    if trace.verdict == Verdict::Pass {
        line.push(Role::Muted, "  every clause of the draft that applies holds");
        return line;
    }
    line.push(Role::Code, format!("  {}", trace.code));
    if let Some(pair) = pair(trace).map(|pair| pair.fit(40, "..")) {
        line.push(Role::Muted, "  want ");
        line.push(Role::Want, Shown::new(&pair.want));
        line.push(Role::Muted, "  have ");
        line.push(Role::Have, Shown::new(&pair.have));
    } else if let Some(span) = &trace.location {
        line.push(Role::Muted, format!("  line {}", span.start.line));
    }
    line
}
