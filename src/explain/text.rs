//! The whole answer to *why* as plain text: for `sigscope why`, for yank, readable without colour at 80 columns.

use unicode_width::UnicodeWidthStr;

use super::clause::{clause_rows, outcome_symbol, outcome_word, tally, unreached_notes};
use super::excerpt::excerpt;
use super::nearest::nearest;
use super::pair::pair;
use super::plain::plain;
use super::remedy::remedies;
use super::sentence::sentence;
use crate::model::{Trace, Verdict};

/// How the text is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns; nothing but a word that is longer goes beyond.
    pub width: usize,
    /// Only ASCII characters of our own.
    pub ascii: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, ascii: false }
    }
}

/// The whole why as text at 80 columns; `policy_text` is the file that the places are in.
#[must_use]
pub fn why_text(trace: &Trace, policy_text: Option<&str>) -> String {
    why_text_in(trace, policy_text, &Style::default())
}

/// The whole why as text: headline, place, want and have, trace, what the engine prints, remedies.
#[must_use]
pub fn why_text_in(trace: &Trace, policy_text: Option<&str>, style: &Style) -> String {
    let mut out = Lines { style: *style, text: String::new() };
    let symbol = verdict_symbol(trace.verdict, style.ascii);
    out.wrapped(&format!("{symbol} {} {}: ", trace.verdict.label(), trace.code), &sentence(trace), 2);
    if let Some(span) = &trace.location {
        for line in excerpt(span, policy_text, trace.code.as_str(), style) {
            out.line(&line);
        }
    }
    out.blank();
    sides(trace, &mut out);
    out.line(&format!("  trace: {}", tally(trace)));
    tree(trace, &mut out);
    out.blank();
    for note in unreached_notes(trace) {
        out.wrapped("  note: ", &note, 8);
    }
    // Where the nearest miss is the signature that decided, the headline has said it.
    if let Some(nearest) = nearest(trace).filter(|nearest| !trace.deciding.starts_with(&nearest.path)) {
        out.wrapped(
            "  nearest: ",
            &format!("{} ({} of {} steps held)", nearest.text, nearest.held, nearest.of),
            11,
        );
    }
    if !trace.engine_message.is_empty() {
        out.line(&format!("  {} prints:", trace.policy.engine()));
        // The bar shows that a line is a quotation: it can hold what whoever is inspected wrote.
        for line in engine_lines(trace) {
            out.wrapped("  | ", &line, 4);
        }
    }
    for remedy in remedies(trace) {
        out.wrapped("  help: ", &remedy.text, 8);
    }
    if !matches!(trace.verdict, Verdict::Pass) {
        out.wrapped("  more: ", &format!("`sigscope explain {}`", trace.code), 8);
    }
    out.text
}

/// What the engine would print, line by line, each escaped and bounded.
#[must_use]
pub fn engine_lines(trace: &Trace) -> Vec<String> {
    trace.engine_message.lines().take(20).map(|line| plain(line, 4_000)).collect()
}

/// The symbol of a verdict (`docs`: the vocabulary of verdicts).
#[must_use]
pub fn verdict_symbol(verdict: Verdict, ascii: bool) -> &'static str {
    match verdict {
        Verdict::Pass if ascii => "+",
        Verdict::Pass => "✓",
        Verdict::Deny if ascii => "x",
        Verdict::Deny => "✗",
        Verdict::Audit => "~",
        Verdict::Error => "!",
        Verdict::Waiting => "?",
        Verdict::None => "-",
    }
}

fn sides(trace: &Trace, out: &mut Lines) {
    let Some(pair) = pair(trace) else { return };
    let ellipsis = if out.style.ascii { "..." } else { "…" };
    match &pair.first_difference {
        Some(at) => {
            let fitted = pair.fit(out.style.width.saturating_sub(9), ellipsis);
            out.line(&format!("  want {}", fitted.want));
            out.line(&format!("  have {}", fitted.have));
            if let Some(mark) = fitted.mark {
                let before: String = fitted.have.chars().take(mark.start).collect();
                let marked: String = fitted.have.chars().skip(mark.start).take(mark.len()).collect();
                out.line(&format!(
                    "       {}{}",
                    " ".repeat(before.width()),
                    "~".repeat(marked.width().max(1))
                ));
            }
            out.line(&format!("  first difference: character {}", at + 1));
        }
        None => {
            out.wrapped("  want ", &pair.want, 7);
            out.wrapped("  have ", &pair.have, 7);
        }
    }
    for note in &pair.notes {
        out.wrapped("  note: ", note, 8);
    }
    out.blank();
}

fn tree(trace: &Trace, out: &mut Lines) {
    let rows = clause_rows(trace);
    let places = rows.iter().map(|row| row.place().len()).max().unwrap_or(0);
    for row in &rows {
        let symbol = outcome_symbol(&row.clause.outcome, out.style.ascii);
        let indent = "  ".repeat(row.depth.min(8));
        let marker = if row.decides { ">" } else { " " };
        let head = format!("  {marker} {:places$}  {indent}{symbol} ", row.place());
        let remark = match row.clause.outcome.code() {
            Some(code) => format!("  [{code}]"),
            None if row.remark().is_empty() => String::new(),
            None => format!("  ({})", outcome_word(&row.clause.outcome)),
        };
        let behind = if row.for_information() { "  (for information)" } else { "" };
        let hang = head.width();
        out.wrapped(&head, &format!("{}{remark}{behind}", row.label()), hang);
        for fact in &row.clause.facts {
            let value = plain(&fact.value, 200);
            out.wrapped(&format!("{}{}: ", " ".repeat(hang), fact.label), &value, hang + 2);
        }
    }
}

/// Lines of bounded width.
struct Lines {
    style: Style,
    text: String,
}

impl Lines {
    fn line(&mut self, line: &str) {
        let line = line.trim_end();
        if self.style.ascii {
            self.text.push_str(&line.replace('…', "..."));
        } else {
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    fn blank(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// `head`, then `body` broken at blanks; lines after the first begin with `hang` blanks.
    fn wrapped(&mut self, head: &str, body: &str, hang: usize) {
        let mut line = head.to_owned();
        let mut empty = true;
        for word in body.split(' ').filter(|word| !word.is_empty()) {
            let gap = usize::from(!empty);
            if line.width() + gap + word.width() > self.style.width && (!empty || line.width() > hang) {
                self.line(&line);
                line = " ".repeat(hang);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(&line);
    }
}
