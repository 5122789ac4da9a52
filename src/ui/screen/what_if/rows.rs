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

/// A row: a place in the answer. Its words are made when it is drawn, so that thousands of flips cost little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// Nothing would stand otherwise.
    Nothing,
    /// The heading of so many flips of a kind.
    Change(Change, usize),
    /// A flip.
    Flip(usize),
    /// The heading of owners that could not restart.
    Strandings,
    /// Such an owner.
    Stranded(usize),
    /// The heading of what is waited for.
    Waitings,
    /// An image that is waited for.
    Waiting(usize),
    /// What near misses come to.
    Probes,
    /// A near miss.
    Probe(usize),
}

impl Row {
    /// Identifies it over answers.
    #[must_use]
    pub fn id(self, answer: &WhatIf) -> String {
        match self {
            Self::Nothing => "none".to_owned(),
            Self::Change(change, _) => format!("{change:?}"),
            Self::Flip(at) => answer.flips.get(at).map_or_else(String::new, |flip| {
                format!("{} {} {}", flip.resource, flip.image.pointer, flip.image.image)
            }),
            Self::Strandings => "stranding".to_owned(),
            Self::Stranded(at) => {
                answer.stranded.get(at).map_or_else(String::new, |one| format!("stranded {}", one.resource))
            }
            Self::Waitings => "waiting".to_owned(),
            Self::Waiting(at) => {
                answer.waiting.get(at).map_or_else(String::new, |name| format!("waiting {name}"))
            }
            Self::Probes => "probes".to_owned(),
            Self::Probe(at) => answer.probes.get(at).map_or_else(String::new, super::probes::id),
        }
    }

    /// The flip that it is about.
    #[must_use]
    pub fn flip(self) -> Option<usize> {
        if let Self::Flip(at) = self { Some(at) } else { None }
    }

    /// The near miss that it is about.
    #[must_use]
    pub fn probe(self) -> Option<usize> {
        if let Self::Probe(at) = self { Some(at) } else { None }
    }

    /// What is drawn.
    pub(super) fn line(self, answer: &WhatIf, width: usize, glyphs: Glyphs) -> Line {
        match self {
            Self::Nothing => Line::of(Role::Ok, "nothing would stand otherwise"),
            Self::Change(change, count) => Line::of(Role::Title, format!("{} ({count})", change.heading())),
            Self::Flip(at) => {
                answer.flips.get(at).map(|flip| flip_line(flip, width, glyphs)).unwrap_or_default()
            }
            Self::Strandings => {
                let count = answer.stranded.len();
                let owners = if count == 1 { "1 owner".to_owned() } else { format!("{count} owners") };
                Line::of(Role::Deny, format!("stranding: {owners} could not restart"))
            }
            Self::Stranded(at) => {
                answer.stranded.get(at).map(|one| stranded_line(one, width, glyphs)).unwrap_or_default()
            }
            Self::Waitings => {
                Line::of(Role::Wait, format!("waiting for evidence ({})", answer.waiting.len()))
            }
            Self::Waiting(at) => {
                let name = answer.waiting.get(at).map_or("", |name| name);
                Line::of(Role::Wait, format!("  ? {name}"))
            }
            Self::Probes => super::probes::head(&answer.probes),
            Self::Probe(at) => answer
                .probes
                .get(at)
                .map(|probe| super::probes::line(probe, width, glyphs))
                .unwrap_or_default(),
        }
    }
}

/// Every row.
pub(super) fn rows(answer: &WhatIf) -> Vec<Row> {
    let mut out = Vec::new();
    if answer.generation == 0 {
        return out;
    }
    if answer.flips.is_empty() && !answer.busy {
        out.push(Row::Nothing);
    }
    for change in Change::ALL {
        let count = answer.of(change).count();
        if count == 0 {
            continue;
        }
        out.push(Row::Change(change, count));
        let flips = answer.flips.iter().enumerate().filter(|(_, flip)| flip.change == change);
        out.extend(flips.map(|(number, _)| Row::Flip(number)));
    }
    if !answer.stranded.is_empty() {
        out.push(Row::Strandings);
        out.extend((0..answer.stranded.len()).map(Row::Stranded));
    }
    if !answer.waiting.is_empty() {
        out.push(Row::Waitings);
        out.extend((0..answer.waiting.len()).map(Row::Waiting));
    }
    if !answer.probes.is_empty() {
        out.push(Row::Probes);
        out.extend(super::probes::order(&answer.probes).into_iter().map(Row::Probe));
    }
    out
}

/// The heading of the columns.
#[must_use]
pub(super) fn heading(width: usize) -> Line {
    let name = width.saturating_sub(VERDICTS + NUMBERS);
    Line::of(Role::Muted, format!("  NOW      DRAFT     {:name$}{:>6}{:>6}", "IMAGE", "PODS", "REPL"))
}

fn flip_line(flip: &Flip, width: usize, glyphs: Glyphs) -> Line {
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
    line.with(Role::Muted, format!("{:>6}{:>6}", count(flip.pods), count(flip.replicas)))
}

/// Without the registry: its host says least of all.
fn short(image: &str) -> &str {
    image.split_once('/').filter(|(host, _)| host.contains(['.', ':'])).map_or(image, |(_, rest)| rest)
}

fn stranded_line(one: &Stranded, width: usize, glyphs: Glyphs) -> Line {
    let name = format!("{}/{}/{}", one.resource.namespace, one.resource.kind, one.resource.name);
    let room = width.saturating_sub(one.felt.len() + 4).max(12);
    Line::of(Role::Text, "  ")
        .with(Role::Text, pad(&end(&Shown::new(&name), room, glyphs.dots), room, glyphs.dots))
        .with(Role::Muted, " ")
        .with(Role::Muted, one.felt)
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
