//! A piece of policy text with the failing span underlined, as compilers show it.

use unicode_width::UnicodeWidthStr;

use super::plain::plain;
use super::text::Style;
use crate::model::Span;

/// Lines shown before the failing one.
const BEFORE: usize = 2;

/// `--> file:line:col`, then the line with a caret underline and `label` beside it. Without a text, or for a line that
/// the text does not have, only the place.
pub(super) fn excerpt(span: &Span, text: Option<&str>, label: &str, style: &Style) -> Vec<String> {
    let mut out = vec![format!("  --> {}:{}:{}", plain(&span.file, 300), span.start.line, span.start.column)];
    let number = usize::try_from(span.start.line).unwrap_or(usize::MAX);
    let lines: Vec<&str> = text.unwrap_or_default().lines().collect();
    let Some(failing) = number.checked_sub(1).and_then(|index| lines.get(index)) else {
        return out;
    };
    let gutter = number.to_string().len().max(2);
    let room = style.width.saturating_sub(gutter + 3).max(20);
    let blank = format!("{:gutter$} |", "");
    out.push(blank.clone());
    let first = number.saturating_sub(BEFORE + 1);
    for (index, line) in lines.iter().enumerate().take(number - 1).skip(first) {
        out.push(format!("{:gutter$} | {}", index + 1, plain(&untabbed(line), room)));
    }
    let under = underline(failing, span, room);
    out.push(format!("{number:gutter$} | {}", plain(&untabbed(failing), room)));
    out.push(format!("{blank} {}", with_label(&under, label, room)));
    out.push(blank);
    out
}

/// A tab would break the alignment; YAML does not allow it in indentation anyway.
fn untabbed(line: &str) -> String {
    line.replace('\t', " ")
}

/// Blanks up to the span, then carets below it: at least one.
fn underline(line: &str, span: &Span, room: usize) -> String {
    let line = untabbed(line);
    let start = usize::try_from(span.start.column).unwrap_or(1).saturating_sub(1);
    let length = line.chars().count();
    let end = if span.end.line == span.start.line {
        usize::try_from(span.end.column)
            .unwrap_or(1)
            .saturating_sub(1)
            .clamp(start + 1, length.max(start + 1))
    } else {
        length.max(start + 1)
    };
    let chars = |from: usize, to: usize| -> usize {
        plain(&line.chars().skip(from).take(to - from).collect::<String>(), usize::MAX).width()
    };
    let (before, marked) = (chars(0, start), chars(start, end).max(1));
    let before = before.min(room.saturating_sub(1));
    let marked = marked.min(room.saturating_sub(before)).max(1);
    format!("{}{}", " ".repeat(before), "^".repeat(marked))
}

/// The label beside the underline where there is room, else nothing: the headline says it anyway.
fn with_label(under: &str, label: &str, room: usize) -> String {
    if under.width() + 1 + label.width() <= room { format!("{under} {label}") } else { under.to_owned() }
}
