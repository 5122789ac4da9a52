//! What is refused before the parser sees it: characters that Kubernetes' reader refuses or takes for something else,
//! and texts that would cost too much memory.

use super::place::Places;
use super::{MAX_MARKS, error};
use crate::model::span::{Diagnostic, Span};

/// Looks at every character once.
pub(super) fn characters(places: &Places<'_>, text: &str) -> Result<(), Diagnostic> {
    let (mut marks, mut start, mut directive) = (0, true, false);
    for (index, c) in text.chars().enumerate() {
        let place = || Span::at(places.file.clone(), places.position(index));
        if start || c == '\n' {
            directive = start && c == '%';
        }
        start = c == '\n';
        if directive && !c.is_ascii() {
            return Err(error::ours(place(), "a line that starts with `%` may hold ASCII only", None));
        }
        if is_control(c) {
            let hint = "inside double quotes it can be written as \\u and four digits";
            let problem = format!("the control character U+{:04X} is not allowed", u32::from(c));
            return Err(error::ours(place(), problem, Some(hint)));
        }
        // YAML 1.1, and with it goyaml.v2, breaks the line here; YAML 1.2, and with it our parser, does not. A comment
        // would end for one and not for the other.
        if matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}') {
            let hint = "inside double quotes it can be written as \\u and four digits";
            let problem = format!("U+{:04X} ends a line for some readers and not for others", u32::from(c));
            return Err(error::ours(place(), problem, Some(hint)));
        }
        if matches!(c, ',' | ':' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '?') {
            marks += 1;
            if marks > MAX_MARKS {
                let problem =
                    format!("the file holds more than {MAX_MARKS} brackets, commas, colons and marks");
                return Err(error::ours(place(), problem, None));
            }
        }
    }
    Ok(())
}

/// goyaml.v2 `readerc.go`: everything but tab, line feed, carriage return, next line and what is printable.
fn is_control(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}'
        | '\u{fffe}' | '\u{ffff}')
}
