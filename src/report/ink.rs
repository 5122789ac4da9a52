//! Symbols and colours of the text reports: a verdict is always a symbol, a word and, where it is wanted, a colour.

use unicode_width::UnicodeWidthStr;

use crate::explain::{outcome_symbol, verdict_symbol};
use crate::model::{Outcome, Verdict};

/// How text is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ink {
    /// SGR colours are wanted.
    pub color: bool,
    /// Only ASCII characters of our own (what comes from outside stays as it is).
    pub ascii: bool,
}

impl Ink {
    /// Symbol and word of a verdict.
    #[must_use]
    pub fn verdict(self, verdict: Verdict) -> String {
        let symbol = verdict_symbol(verdict, self.ascii);
        self.paint(color_of(verdict), &format!("{symbol} {}", verdict.label()))
    }

    /// Symbol and word of a clause's outcome.
    #[must_use]
    pub fn outcome(self, outcome: &Outcome) -> String {
        let color = color_of(match outcome {
            Outcome::Held => Verdict::Pass,
            Outcome::Failed(_) => Verdict::Deny,
            Outcome::NotReached | Outcome::NotExercised(_) => Verdict::None,
            Outcome::Undecided(_) => Verdict::Error,
        });
        self.paint(color, outcome_symbol(outcome, self.ascii))
    }

    /// The lines of a tree: `(branch, last branch, continued, nothing)`.
    #[must_use]
    pub fn branches(self) -> (&'static str, &'static str, &'static str, &'static str) {
        if self.ascii { ("|- ", "`- ", "|  ", "   ") } else { ("├─ ", "└─ ", "│  ", "   ") }
    }

    /// Text that is less important.
    #[must_use]
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn color_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "32",
        Verdict::Deny => "31",
        Verdict::Audit | Verdict::Waiting => "33",
        Verdict::Error => "35",
        Verdict::None => "2",
    }
}

/// Fills a text with spaces up to a width in columns.
#[must_use]
pub fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}
