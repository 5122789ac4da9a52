//! The audit as a table for people: worst first, and under each result that is not a pass its reason and place.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::audit::{Summary, policy, verdict};
use super::ink::{Ink, pad};
use crate::explain::sentence;
use crate::model::ledger::Ledger;
use crate::model::safe::line;
use crate::model::{Trace, Verdict, World};

/// The widest a column grows before its rows go out of line.
const WIDEST: usize = 60;

/// The table.
#[must_use]
pub fn table(world: &World, ledger: &Ledger, ink: Ink) -> String {
    let mut out = String::new();
    let mut traces: Vec<&Trace> = world.traces.iter().map(AsRef::as_ref).collect();
    let rank = |trace: &Trace| Verdict::ALL.iter().position(|known| *known == verdict(trace));
    traces.sort_by_key(|trace| rank(trace));
    let rows: Vec<[String; 4]> = traces.iter().map(|trace| cells(trace)).collect();
    let widths = widths(&rows);
    if !rows.is_empty() {
        row(&mut out, "VERDICT", &["CODE", "POLICY/RULE", "IMAGE", "WHERE"].map(str::to_owned), widths);
    }
    for (trace, cells) in traces.iter().zip(&rows) {
        let shown = verdict(trace);
        let word = ink.verdict(shown);
        // Colour codes have no width, so the word is filled by what it shows.
        let filled = format!("{word}{}", " ".repeat(7_usize.saturating_sub(shown.label().len() + 2)));
        row(&mut out, &filled, cells, widths);
        if !matches!(shown, Verdict::Pass) {
            reason(&mut out, trace, ink);
            if let Some(said) = ledger.standing(world, trace).words() {
                let _ = writeln!(out, "         {}", ink.faint(&line(&said)));
            }
        }
    }
    out.push_str(&super::drift::lines(world));
    let _ = writeln!(out, "{}", summary(&Summary::of(world)));
    out
}

/// The closing line: `3 results: 1 deny, 2 pass`.
#[must_use]
pub fn summary(summary: &Summary) -> String {
    let counts = [
        (summary.deny, "deny"),
        (summary.error, "error"),
        (summary.audit, "audit"),
        (summary.pass, "pass"),
        (summary.none, "none"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let noun = if summary.results == 1 { "result" } else { "results" };
    if parts.is_empty() {
        format!("{} {noun}", summary.results)
    } else {
        format!("{} {noun}: {}", summary.results, parts.join(", "))
    }
}

fn cells(trace: &Trace) -> [String; 4] {
    let rule =
        if trace.rule.is_empty() { policy(trace) } else { format!("{}/{}", policy(trace), trace.rule) };
    let rule = trace.marked(rule);
    [
        trace.code.as_str().to_owned(),
        line(&rule).into_owned(),
        line(&trace.image.image).into_owned(),
        line(&place(trace)).into_owned(),
    ]
}

/// Where the image is used: `Pod/default/web app`.
#[must_use]
pub fn place(trace: &Trace) -> String {
    if trace.image.container.is_empty() {
        trace.resource.to_string()
    } else {
        format!("{} {}", trace.resource, trace.image.container)
    }
}

fn widths(rows: &[[String; 4]]) -> [usize; 4] {
    let head = ["CODE", "POLICY/RULE", "IMAGE", "WHERE"];
    std::array::from_fn(|column| {
        let cell = |row: &[String; 4]| row.get(column).map_or(0, |text| text.width());
        let least = head.get(column).map_or(0, |text| text.width());
        rows.iter().map(cell).max().unwrap_or(0).clamp(least, WIDEST)
    })
}

fn row(out: &mut String, verdict: &str, cells: &[String; 4], widths: [usize; 4]) {
    let filled: Vec<String> = cells.iter().zip(widths).map(|(text, width)| pad(text, width)).collect();
    let _ = writeln!(out, "{}", format!("{verdict}  {}", filled.join("  ")).trim_end());
}

fn reason(out: &mut String, trace: &Trace, ink: Ink) {
    let text = sentence(trace);
    let text = line(&text);
    let place =
        trace.location.as_ref().map(|span| format!("  ({})", line(&span.to_string()))).unwrap_or_default();
    let _ = writeln!(out, "         {text}{}", ink.faint(&place));
}
