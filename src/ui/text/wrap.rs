//! Breaking text into lines of at most a width, at blanks where there are any.

use unicode_segmentation::UnicodeSegmentation;

use super::line::Line;
use super::safe::Shown;
use super::width::{take, width};
use crate::ui::theme::Role;

/// Breaks a text; every line but the first begins with `hang` blanks.
#[must_use]
pub fn wrap(role: Role, text: &Shown, room: usize, hang: usize) -> Vec<Line> {
    wrap_line(&Line::of(role, text.clone()), room, hang)
}

/// Breaks a line of several roles.
#[must_use]
pub fn wrap_line(line: &Line, room: usize, hang: usize) -> Vec<Line> {
    let room = room.max(1);
    let hang = if hang + 8 > room { 0 } else { hang };
    let (mut out, mut current, mut used) = (Vec::new(), Line::new(), 0);
    for (role, text) in &line.pieces {
        for word in text.as_str().split_inclusive(' ') {
            let mut rest = word;
            let columns = width(word.trim_end_matches(' '));
            if used + columns > room && used > hang && columns + hang <= room {
                out.push(std::mem::take(&mut current));
                used = start(&mut current, hang);
            }
            while !rest.is_empty() {
                if used + width(rest.trim_end_matches(' ')) <= room {
                    current.push(*role, Shown::part(rest.to_owned()));
                    used += width(rest);
                    break;
                }
                // In a full line not even a mark without width may follow: blanks at its end would count again.
                if used >= room && used > hang {
                    out.push(std::mem::take(&mut current));
                    used = start(&mut current, hang);
                    continue;
                }
                let piece = take(rest.graphemes(true), room.saturating_sub(used));
                if piece.is_empty() && used <= hang {
                    break;
                }
                rest = rest.get(piece.len()..).unwrap_or_default();
                current.push(*role, Shown::part(piece));
                out.push(std::mem::take(&mut current));
                used = start(&mut current, hang);
            }
        }
    }
    if !current.pieces.is_empty() || out.is_empty() {
        out.push(current);
    }
    out.into_iter().map(trimmed).collect()
}

fn start(line: &mut Line, hang: usize) -> usize {
    line.push(Role::Text, Shown::part(" ".repeat(hang)));
    hang
}

/// Blanks at the end of a line take no columns.
fn trimmed(mut line: Line) -> Line {
    if let Some((role, text)) = line.pieces.pop() {
        line.push(role, Shown::part(text.as_str().trim_end_matches(' ').to_owned()));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, room: usize, hang: usize) -> Vec<String> {
        wrap(Role::Text, &Shown::new(text), room, hang).iter().map(Line::text).collect()
    }

    #[test]
    fn breaks_at_blanks_and_inside_long_words() {
        assert_eq!(texts("the policy does not name it", 12, 0), ["the policy", "does not", "name it"]);
        assert_eq!(
            texts("want https://example.test/long/path", 20, 5),
            ["want https://example", "     .test/long/path"]
        );
        assert_eq!(texts("", 10, 0), [""]);
        // A mark without width behind a blank that stands beyond the line.
        assert_eq!(texts("! \u{113bb}00", 1, 0), ["!", "\u{113bb}0", "0"]);
        for room in 0..40 {
            for line in texts("漢字 and sha256:0123456789abcdef0123456789 end", room, 3) {
                assert!(width(&line) <= room.max(1), "{room} {line}");
            }
        }
    }
}
