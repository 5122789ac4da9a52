//! The right pane of *why* as rows: code and headline, both sides aligned, the clauses, notes, what the engine prints,
//! what to do. Pure: a function of the result and the width.

use std::ops::Range;

use crate::explain::{
    self, ClauseRow, clause_rows, nearest, outcome_sentence, outcome_symbol, outcome_word, pair_of, remedies,
    sentence, tally, unreached_notes, verdict_symbol,
};
use crate::model::{Clause, Outcome, Trace, Verdict};
use crate::ui::evidence::Lanes;
use crate::ui::text::wrap::wrap_line;
use crate::ui::text::{Line, Shown, width};
use crate::ui::theme::{Glyphs, Role};

/// A row; `clause` is the path of the clause that it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhyRow {
    /// What is drawn.
    pub line: Line,
    /// The clause.
    pub clause: Option<Vec<usize>>,
}

/// How much room rows have, and in which characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns of the pane.
    pub width: usize,
    /// ASCII only.
    pub ascii: bool,
}

impl Size {
    /// What stands for what was cut.
    #[must_use]
    pub fn dots(self) -> &'static str {
        Glyphs::set(self.ascii).dots
    }
}

/// What the key for trying a remedy does here.
#[must_use]
pub fn try_row(edit: &str, size: Size) -> Vec<WhyRow> {
    let mut out = Rows { size, rows: Vec::new() };
    out.labelled(
        "try:  ",
        Role::Key,
        &format!("a tries `{edit}` as a draft, and shows what else it changes"),
    );
    out.rows
}

/// What somebody said of the result.
#[must_use]
pub fn said_row(words: &str, size: Size) -> Vec<WhyRow> {
    let mut out = Rows { size, rows: Vec::new() };
    out.labelled("said:  ", Role::Mark, words);
    out.rows
}

/// The times that the result stands on, where they have no place of their own.
#[must_use]
pub fn times_rows(times: &Lanes, size: Size) -> Vec<WhyRow> {
    let mut out = Rows { size, rows: vec![WhyRow::default()] };
    out.wrapped(&Line::of(Role::Title, "times: ").with(Role::Muted, "as the documents say"), 7);
    for line in times.lines(size.width, size.ascii) {
        out.wrapped(&line, 12);
    }
    out.rows
}

/// All rows for a result; `selected` is the clause whose sides are shown; an empty path means the one that decided.
#[must_use]
pub fn why_rows(trace: &Trace, selected: &[usize], size: Size) -> Vec<WhyRow> {
    let mut out = Rows { size, rows: Vec::new() };
    headline(trace, &mut out);
    out.blank();
    if let Some(clause) = clause_at(trace, selected).or_else(|| trace.deciding_clause()) {
        clause_detail(trace, selected, clause, &mut out);
    }
    out.wrapped(&Line::of(Role::Title, "trace: ").with(Role::Muted, tally(trace)), 7);
    for row in clause_rows(trace) {
        clause_line(&row, &mut out);
    }
    out.blank();
    for note in unreached_notes(trace) {
        out.labelled("note: ", Role::Text, &note);
    }
    if let Some(nearest) = nearest(trace).filter(|nearest| !trace.deciding.starts_with(&nearest.path)) {
        let text = format!("{} ({} of {} steps held)", nearest.text, nearest.held, nearest.of);
        out.labelled("nearest: ", Role::Text, &text);
    }
    for remedy in remedies(trace) {
        out.labelled("help: ", Role::Text, &remedy.text);
    }
    if !trace.engine_message.is_empty() {
        out.blank();
        out.plain(Line::of(Role::Title, format!("{} prints:", trace.policy.engine())));
        for line in explain::engine_lines(trace) {
            out.labelled("| ", Role::Muted, &line);
        }
    }
    out.rows
}

/// The clause at a path.
#[must_use]
pub fn clause_at<'a>(trace: &'a Trace, path: &[usize]) -> Option<&'a Clause> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(trace.clauses.get(*first)?, |clause, index| clause.children.get(*index))
}

/// The role of a verdict.
#[must_use]
pub fn verdict_role(verdict: Verdict) -> Role {
    match verdict {
        Verdict::Pass => Role::Ok,
        Verdict::Deny => Role::Deny,
        Verdict::Audit => Role::Audit,
        Verdict::Error => Role::Error,
        Verdict::Waiting => Role::Wait,
        Verdict::None => Role::None,
    }
}

fn outcome_role(outcome: &Outcome) -> Role {
    match outcome {
        Outcome::Held => Role::Ok,
        Outcome::Failed(_) => Role::Deny,
        Outcome::Undecided(_) => Role::Error,
        Outcome::NotReached | Outcome::NotExercised(_) => Role::None,
    }
}

fn headline(trace: &Trace, out: &mut Rows) {
    let symbol = verdict_symbol(trace.verdict, out.size.ascii);
    let head = format!("{symbol} {} ", trace.verdict.label());
    let head = Line::of(verdict_role(trace.verdict), head).with(Role::Code, trace.code.as_str());
    // Where both sides follow anyway, the meaning of the code says it shorter than the sentence.
    if matches!(trace.verdict, Verdict::Deny | Verdict::Audit) && trace.deciding_clause().is_some() {
        let meaning = trace.code.meaning().trim_end_matches('.');
        out.wrapped(&head.with(Role::Text, format!("  {meaning}")), 7);
        let audit = if trace.verdict == Verdict::Audit { ", which only reports" } else { "" };
        out.labelled("rule ", Role::Text, &format!("{}{audit}", trace.rule));
    } else {
        out.plain(head);
        out.wrapped(&Line::of(Role::Text, sentence(trace)), 0);
    }
}

/// Both sides, outcome and facts of the clause that is looked at.
fn clause_detail(trace: &Trace, selected: &[usize], clause: &Clause, out: &mut Rows) {
    let decides = selected.is_empty() || selected == trace.deciding.as_slice();
    if !decides {
        out.labelled("clause: ", Role::Title, &clause.label);
        let said = outcome_sentence(&clause.outcome);
        out.wrapped(&Line::of(Role::Muted, "  ").with(outcome_role(&clause.outcome), said), 2);
    }
    if let Some(pair) = pair_of(&clause.outcome) {
        sides(&pair, out);
    }
    if let Some(evidence) = &clause.evidence {
        let join = if evidence.pointer.is_empty() { "" } else { "#" };
        out.labelled("in   ", Role::Muted, &format!("{}{join}{}", evidence.digest, evidence.pointer));
    }
    for fact in &clause.facts {
        out.labelled(&format!("{}: ", fact.label), Role::Text, &explain::plain(&fact.value, 300));
    }
    out.blank();
}

fn sides(pair: &explain::Pair, out: &mut Rows) {
    let Some(at) = pair.first_difference else {
        out.labelled("want ", Role::Want, &pair.want);
        out.labelled("have ", Role::Have, &pair.have);
        return notes(pair, out);
    };
    let fitted = pair.fit(out.size.width.saturating_sub(5), out.size.dots());
    let mark = fitted.mark.clone().unwrap_or(0..0);
    out.plain(side("want ", Role::Want, &fitted.want, &mark));
    out.plain(side("have ", Role::Have, &fitted.have, &mark));
    let before = columns(&fitted.have, 0..mark.start);
    let marked = columns(&fitted.have, mark).max(1);
    out.plain(Line::of(Role::Changed, format!("     {}{}", " ".repeat(before), "~".repeat(marked))));
    out.plain(Line::of(Role::Muted, format!("first difference: character {}", at + 1)));
    notes(pair, out);
}

fn columns(text: &str, chars: Range<usize>) -> usize {
    width(&text.chars().skip(chars.start).take(chars.len()).collect::<String>())
}

fn notes(pair: &explain::Pair, out: &mut Rows) {
    for note in &pair.notes {
        out.labelled("note: ", Role::Text, note);
    }
}

/// One side, what differs in the role of changes.
fn side(head: &str, role: Role, text: &str, differs: &Range<usize>) -> Line {
    let part =
        |from: usize, to: usize| text.chars().skip(from).take(to.saturating_sub(from)).collect::<String>();
    Line::of(Role::Muted, head)
        .with(Role::Same, part(0, differs.start))
        .with(role, part(differs.start, differs.end))
        .with(Role::Same, part(differs.end, usize::MAX))
}

fn clause_line(row: &ClauseRow<'_>, out: &mut Rows) {
    let outcome = &row.clause.outcome;
    let role = outcome_role(outcome);
    let symbol = outcome_symbol(outcome, out.size.ascii);
    let mark = if row.decides { ">" } else { " " };
    let indent = "  ".repeat(row.depth.min(6));
    let remark = match outcome.code() {
        Some(code) => format!(" {code}"),
        None if *outcome == Outcome::Held => String::new(),
        None => format!(" {}", outcome_word(outcome)),
    };
    let behind = if row.for_information() { " (for information)" } else { "" };
    let place = row.place();
    let tail = Line::of(role, remark).with(Role::Muted, behind);
    let room = out.size.width.saturating_sub(tail.width() + width(&place) + 1);
    let head = Line::of(role, format!("{mark}{indent}{symbol} ")).with(Role::Text, row.label());
    let mut line = head.cut(room, out.size.dots());
    line.extend(tail);
    let gap = out.size.width.saturating_sub(line.width() + width(&place));
    line.push(Role::Muted, format!("{}{place}", " ".repeat(gap)));
    out.rows.push(WhyRow { line, clause: Some(row.path.clone()) });
}

/// Rows under construction.
struct Rows {
    size: Size,
    rows: Vec<WhyRow>,
}

impl Rows {
    fn blank(&mut self) {
        if self.rows.last().is_some_and(|row| !row.line.pieces.is_empty()) {
            self.rows.push(WhyRow::default());
        }
    }

    fn plain(&mut self, line: Line) {
        self.rows.push(WhyRow { line, clause: None });
    }

    /// A label, and a text that is broken below itself.
    fn labelled(&mut self, label: &str, role: Role, text: &str) {
        let line = Line::of(Role::Muted, label).with(role, Shown::new(text));
        let hang = if width(label) > 9 { 2 } else { width(label) };
        self.wrapped(&line, hang);
    }

    fn wrapped(&mut self, line: &Line, hang: usize) {
        for line in wrap_line(line, self.size.width, hang) {
            self.plain(line);
        }
    }
}
