//! An expression of a policy, with the place in the file of each of its bytes.

use crate::lang::expr::{Evaluated, Host, Program, Stop, Type};
use crate::model::span::{Position, Span};

/// An expression.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub(super) text: String,
    pub(super) span: Span,
    /// The place of each byte, where the text could be found again in the file.
    places: Vec<Position>,
    program: Result<Program, Stop>,
    /// The type of its value.
    pub(super) result: Type,
}

impl Expression {
    /// Reads a text that stands at `span` in `file` (which may have been rewritten since). It sees these names, and gives
    /// one of these types.
    pub(super) fn new(
        text: &str,
        span: &Span,
        file: &str,
        names: &[(String, Type)],
        results: &[&str],
    ) -> Self {
        let places = places(text, span, file).unwrap_or_default();
        let mut result = Type::Dyn;
        let program = Program::compile(text, names).and_then(|(program, found)| {
            // Exactly: where one type is expected, a value of any type is refused.
            let wanted = results.is_empty() || results.contains(&&*found.to_string());
            let problem =
                || Stop::error(format!("output is expected to be of type {}", results.join(" or ")));
            result = found;
            if wanted { Ok(program) } else { Err(problem()) }
        });
        Self { text: text.to_owned(), span: span.clone(), places, program, result }
    }

    /// Why it cannot be evaluated at all.
    pub(super) fn fault(&self) -> Option<&Stop> {
        self.program.as_ref().err()
    }

    /// Evaluates it.
    pub(super) fn evaluate(&self, host: &dyn Host) -> Evaluated {
        match &self.program {
            Ok(program) => program.evaluate(host),
            Err(stop) => Evaluated { value: Err(stop.clone()), seen: Vec::new() },
        }
    }

    /// The place of a part.
    pub(super) fn place(&self, start: usize, end: usize) -> Span {
        match (self.places.get(start), self.places.get(end.saturating_sub(1))) {
            (Some(first), Some(last)) => {
                let end = Position { offset: last.offset + 1, column: last.column + 1, ..*last };
                Span { file: self.span.file.clone(), start: *first, end }
            }
            _ => self.span.clone(),
        }
    }

    /// The text of a part, on one line.
    pub(super) fn part(&self, start: usize, end: usize) -> String {
        let part = self.text.get(start..end).unwrap_or(&self.text);
        part.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Finds the bytes of a scalar's value in what is written: quotes, escapes, indents and folded lines are passed over.
fn places(text: &str, span: &Span, file: &str) -> Option<Vec<Position>> {
    let written = file.get(span.start.offset..)?;
    let mut at = span.start;
    let mut letters = written.chars();
    if written.starts_with(['|', '>']) {
        for letter in letters.by_ref() {
            step(&mut at, letter);
            if letter == '\n' {
                break;
            }
        }
    } else if written.starts_with(['"', '\'']) {
        step(&mut at, letters.next()?);
    }
    let mut places = Vec::with_capacity(text.len());
    for wanted in text.chars() {
        if wanted.is_whitespace() {
            places.push(at);
            continue;
        }
        loop {
            let here = at;
            let letter = letters.next()?;
            step(&mut at, letter);
            if letter == wanted {
                places.extend(std::iter::repeat_n(here, wanted.len_utf8()));
                break;
            }
            // Anything else means that this is not the text that was written.
            if !letter.is_whitespace() && !matches!(letter, '\\' | '\'') {
                return None;
            }
        }
    }
    Some(places)
}

fn step(at: &mut Position, letter: char) {
    at.offset += letter.len_utf8();
    if letter == '\n' {
        at.line += 1;
        at.column = 1;
    } else {
        at.column += 1;
    }
}
