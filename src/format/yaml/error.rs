//! Why a text cannot be read, where, and what to do about it.

use saphyr_parser::ScanError;

use super::place::Places;
use crate::model::span::{Diagnostic, Span};

/// What is said of a text that is nested too deep.
pub(super) const TOO_DEEP: &str = "the file is nested deeper than 128 levels";

/// Characters of a key that a message repeats.
const SHOWN: usize = 80;

/// The parser's complaint with a place and, where one is known, a hint.
pub(super) fn scan(places: &Places<'_>, error: &ScanError) -> Diagnostic {
    let at = places.position(error.marker().index());
    let around = Around {
        here: places.line(at.line),
        before: places.line(at.line.saturating_sub(1)),
        after: places.line(at.line + 1),
        column: usize::try_from(at.column).unwrap_or(usize::MAX),
    };
    let span = Span::at(places.file.clone(), at);
    match error.info() {
        // The scanner's own limit of brackets; it reads ahead.
        "recursion limit exceeded" => ours(span, TOO_DEEP, None),
        problem => ours(span, problem, around.hint(problem)),
    }
}

/// A complaint of ours.
pub(super) fn ours(span: Span, problem: impl Into<String>, hint: Option<&str>) -> Diagnostic {
    Diagnostic { span, problem: problem.into(), hint: hint.map(str::to_owned) }
}

/// The beginning of a text from the file, for a message.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The lines around a complaint; the mistake often is in the line before.
struct Around<'a> {
    here: &'a str,
    before: &'a str,
    after: &'a str,
    column: usize,
}

impl Around<'_> {
    /// From what the parser says to what people did; nothing where that is a guess.
    fn hint(&self, problem: &str) -> Option<&'static str> {
        let says = |part: &str| problem.contains(part);
        let tab = |text: &str| text.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t');
        let hint = if tab(self.here) || tab(self.before) || (says(" tab") && tab(self.after)) {
            "YAML is indented with blanks; there is a tab here"
        } else if says("escape character") {
            "inside double quotes write a backslash twice, or use single quotes"
        } else if says("quoted scalar") && (says("indentation") || says("end of stream") || says("indicator"))
        {
            "a quote is opened and not closed; inside single quotes a single quote is written twice"
        } else if says("trailing content after double-quoted") {
            "nothing may follow the closing quote; put all of the text in quotes"
        } else if says("unexpected character") {
            "a text that starts with this character needs quotes"
        } else if says("unknown anchor") {
            "a text that starts with `*` needs quotes, otherwise it is an alias"
        } else if says("handle wasn't declared") {
            "a text that starts with `!` needs quotes, otherwise it is a tag"
        } else if missing_blank(self.here) || missing_blank(self.before) {
            "a colon after a key needs a blank behind it"
        } else if says("mapping values are not allowed") {
            "a value that holds `: ` needs quotes, or the line is indented too far"
        } else if says("simple key") {
            "a key needs `: ` behind it; look at the indentation of this line and the one before"
        } else if says("flow") || says("bracket") || says("placement of ':'") {
            "a bracket is opened and not closed, closed and not opened, or a comma is missing"
        } else if says("did not find expected key") && self.is_item() {
            "a list item stands where a key is expected; look at the indentation"
        } else if says("did not find expected key") || says("did not find expected '-'") {
            "the indentation of this line fits none of the lines above, or a quote is missing"
        } else {
            return None;
        };
        Some(hint)
    }

    fn is_item(&self) -> bool {
        let ahead: String = self.here.chars().take(self.column).collect();
        ahead.trim_start().starts_with('-')
    }
}

/// `key:value` at the start of a line.
fn missing_blank(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ");
    line.split_once(':').is_some_and(|(key, rest)| {
        !key.is_empty()
            && key.chars().all(char::is_alphanumeric)
            && rest.chars().next().is_some_and(|c| !c.is_whitespace() && c != '/')
    })
}
