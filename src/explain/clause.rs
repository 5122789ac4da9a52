//! The clauses of a trace as a flat list of rows: what a screen and a text print one below the other.

use super::plain::plain;
use super::sentence::outcome_words;
use crate::model::trace::Why;
use crate::model::{Clause, Outcome, Trace};

/// One clause in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseRow<'a> {
    /// Path of child numbers; identifies the row.
    pub path: Vec<usize>,
    /// Levels below the rule.
    pub depth: usize,
    /// The clause.
    pub clause: &'a Clause,
    /// True for the clause that decided.
    pub decides: bool,
}

impl ClauseRow<'_> {
    /// The label, escaped and bounded.
    #[must_use]
    pub fn label(&self) -> String {
        plain(&self.clause.label, 200)
    }

    /// The line in the policy as `:24`; empty when the clause has no place.
    #[must_use]
    pub fn place(&self) -> String {
        self.clause.location.as_ref().map_or_else(String::new, |span| format!(":{}", span.start.line))
    }

    /// True for what was checked although the real engine would have stopped before.
    #[must_use]
    pub fn for_information(&self) -> bool {
        !self.clause.reached
            && matches!(self.clause.outcome, Outcome::Held | Outcome::Failed(_) | Outcome::Undecided(_))
    }

    /// What to say beside the label: nothing for what held, else the code or the word.
    #[must_use]
    pub fn remark(&self) -> String {
        match &self.clause.outcome {
            Outcome::Held => String::new(),
            outcome => {
                outcome.code().map_or_else(|| outcome_word(outcome).to_owned(), |code| code.to_string())
            }
        }
    }
}

/// All clauses in order, parents first.
#[must_use]
pub fn clause_rows(trace: &Trace) -> Vec<ClauseRow<'_>> {
    let mut rows = Vec::new();
    trace.walk(&mut |path, clause| {
        rows.push(ClauseRow {
            path: path.to_vec(),
            depth: path.len().saturating_sub(1),
            clause,
            decides: path == trace.deciding.as_slice(),
        });
    });
    rows
}

/// The symbol of an outcome; `n/e` and `off` are longer than one character.
#[must_use]
pub fn outcome_symbol(outcome: &Outcome, ascii: bool) -> &'static str {
    match outcome {
        Outcome::Held if ascii => "+",
        Outcome::Held => "✓",
        Outcome::Failed(_) if ascii => "x",
        Outcome::Failed(_) => "✗",
        Outcome::NotReached => "-",
        Outcome::NotExercised(Why::SwitchedOff) => "off",
        Outcome::NotExercised(Why::NothingThere | Why::Enough) => "n/e",
        Outcome::Undecided(_) => "!",
    }
}

/// The word of an outcome; what is switched off says so.
#[must_use]
pub fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::NotExercised(Why::SwitchedOff) => "switched off",
        outcome => outcome.word(),
    }
}

/// What was found out about clauses behind the one that decided: they were evaluated for information only.
#[must_use]
pub fn unreached_notes(trace: &Trace) -> Vec<String> {
    let mut notes = Vec::new();
    for row in clause_rows(trace) {
        let checked =
            matches!(row.clause.outcome, Outcome::Held | Outcome::Failed(_) | Outcome::Undecided(_));
        if !row.clause.reached && checked && row.clause.children.is_empty() {
            let outcome = match &row.clause.outcome {
                Outcome::Held => "it holds".to_owned(),
                outcome => outcome_words(outcome),
            };
            let label = row.label();
            let note =
                format!("`{label}` was checked for information, the engine stops before it: {outcome}");
            // Several signatures may have come to the same.
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes
}

/// How many clauses without children held, failed, were not reached, not exercised, undecided.
#[must_use]
pub fn tally(trace: &Trace) -> String {
    let mut counts = [0usize; 5];
    for row in clause_rows(trace).iter().filter(|row| row.clause.children.is_empty()) {
        let slot = match row.clause.outcome {
            Outcome::Held => 0,
            Outcome::Failed(_) => 1,
            Outcome::NotReached => 2,
            Outcome::NotExercised(_) => 3,
            Outcome::Undecided(_) => 4,
        };
        if let Some(count) = counts.get_mut(slot) {
            *count += 1;
        }
    }
    let words = ["held", "failed", "not reached", "not exercised", "undecided"];
    let parts: Vec<String> = counts
        .iter()
        .zip(words)
        .filter(|(count, _)| **count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if parts.is_empty() { "no clauses".to_owned() } else { parts.join(", ") }
}
