//! A page of Markdown as lines of a pane: paragraphs are joined and broken anew, headings and code stand out. Only what
//! the pages of the codes use is known.

use super::wrap::wrap;
use super::{Line, Shown};
use crate::ui::theme::Role;

/// What is being collected.
#[derive(Default)]
struct Block {
    text: String,
    hang: usize,
}

/// The lines of a page, broken to `room` columns.
#[must_use]
pub fn page(text: &str, room: usize) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let (mut block, mut code) = (Block::default(), false);
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        if fence {
            flush(&mut block, room, &mut out);
            code = !code;
        } else if code || line.starts_with('|') {
            flush(&mut block, room, &mut out);
            out.push(Line::of(Role::Code, Shown::new(&format!("  {line}"))));
        } else if line.trim().is_empty() {
            flush(&mut block, room, &mut out);
            if out.last().is_some_and(|line| !line.pieces.is_empty()) {
                out.push(Line::new());
            }
        } else if let Some(heading) = line.strip_prefix('#') {
            flush(&mut block, room, &mut out);
            out.push(Line::of(Role::Title, Shown::new(heading.trim_start_matches('#').trim_start())));
        } else {
            let item = bullet(line);
            if item > 0 {
                flush(&mut block, room, &mut out);
                block.hang = item;
            }
            if !block.text.is_empty() {
                block.text.push(' ');
            }
            block.text.push_str(if item > 0 { line } else { line.trim() });
        }
    }
    flush(&mut block, room, &mut out);
    out
}

/// Columns in front of the text of an item of a list; 0: it is none.
fn bullet(line: &str) -> usize {
    let text = line.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match text.as_bytes().get(digits..) {
        Some([b'-' | b'*', b' ', ..]) if digits == 0 => 2,
        Some([b'.', b' ', ..]) if digits > 0 => digits + 2,
        _ => return 0,
    };
    line.len() - text.len() + marker
}

fn flush(block: &mut Block, room: usize, out: &mut Vec<Line>) {
    let Block { text, hang } = std::mem::take(block);
    if !text.is_empty() {
        out.extend(wrap(Role::Text, &Shown::new(&text), room, hang));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_joined_and_items_hang() {
        let text =
            "# A\n\nOne line\nand more of it.\n\n- item that is\n  longer\n1. first\n\n```yaml\na:  b\n```\n";
        let lines: Vec<String> = page(text, 16).iter().map(Line::text).collect();
        assert_eq!(
            lines,
            [
                "A",
                "",
                "One line and",
                "more of it.",
                "",
                "- item that is",
                "  longer",
                "1. first",
                "",
                "  a:  b"
            ]
        );
    }
}
