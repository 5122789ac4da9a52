//! Why a text cannot be read, where, and what to do about it.

use saphyr_parser::ScanError;

use super::place::Places;
use crate::model::span::{Diagnostic, Span};

/// The parser's complaint with a place and, where one is known, a hint.
pub(super) fn scan(places: &Places<'_>, error: &ScanError) -> Diagnostic {
    let at = error.marker();
    let span = Span::at(places.file.clone(), places.position(at.index()));
    let line = places.line(at.line());
    let before = places.line(at.line().saturating_sub(1));
    Diagnostic { span, problem: error.info().to_owned(), hint: hint(error.info(), line, before) }
}

/// A complaint of ours.
pub(super) fn ours(span: Span, problem: impl Into<String>, hint: Option<&str>) -> Diagnostic {
    Diagnostic { span, problem: problem.into(), hint: hint.map(str::to_owned) }
}

fn hint(problem: &str, line: &str, before: &str) -> Option<String> {
    let indent = |text: &str| text.chars().take_while(|c| c.is_whitespace()).collect::<String>();
    let quotes = |text: &str, quote: char| text.matches(quote).count() % 2 == 1;
    let hint = if indent(line).contains('\t') || indent(before).contains('\t') {
        "YAML is indented with blanks; there is a tab here"
    } else if quotes(line, '"') || quotes(before, '"') {
        "a double quote is opened and not closed"
    } else if quotes(line, '\'') || quotes(before, '\'') {
        "a single quote is opened and not closed; inside single quotes write it twice"
    } else if problem.contains("mapping values are not allowed") {
        "a value that holds `: ` needs quotes, or the line is indented too far"
    } else if missing_blank(line) || missing_blank(before) {
        "a colon after a key needs a blank behind it"
    } else if problem.contains("simple key") {
        "a key needs `: ` behind it; look at the indentation of this line and the one before"
    } else if problem.contains("flow") || line.contains(['[', '{']) || before.contains(['[', '{']) {
        "a bracket is opened and not closed, or a comma is missing"
    } else {
        return None;
    };
    Some(hint.to_owned())
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
