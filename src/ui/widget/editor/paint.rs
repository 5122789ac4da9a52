//! YAML in roles, line by line: what a line alone can tell is enough to read by.

use unicode_segmentation::UnicodeSegmentation;

use crate::ui::text::{Line, Shown, width};
use crate::ui::theme::Role;

/// A line of YAML in roles.
#[must_use]
pub fn highlight(text: &str) -> Line {
    let body = text.trim_start();
    let (lead, body) = text.split_at(text.len() - body.len());
    let mut line = Line::of(Role::Text, Shown::new(lead));
    if body.starts_with('#') || body == "---" {
        line.push(Role::Muted, Shown::new(body));
        return line;
    }
    let after = body.trim_start_matches("- ");
    let (dashes, after) = body.split_at(body.len() - after.len());
    line.push(Role::Muted, Shown::new(dashes));
    match key(after) {
        Some(end) => {
            let (name, rest) = after.split_at(end);
            line.push(Role::Key, Shown::new(name));
            line.push(Role::Muted, ":");
            value(rest.get(1..).unwrap_or_default(), &mut line);
        }
        None => value(after, &mut line),
    }
    line
}

/// Where the key of a mapping ends: before a colon with a blank or nothing behind it.
fn key(text: &str) -> Option<usize> {
    let end = text
        .match_indices(':')
        .map(|(at, _)| at)
        .find(|at| text.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))?;
    let name = text.get(..end)?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_./\"'*$".contains(c));
    plain.then_some(end)
}

fn value(text: &str, line: &mut Line) {
    let body = text.trim_start();
    line.push(Role::Text, Shown::new(text.get(..text.len() - body.len()).unwrap_or_default()));
    let comment = body.find(" #").filter(|_| !body.starts_with(['"', '\'']));
    let (body, comment) = body.split_at(comment.unwrap_or(body.len()));
    let role = match body.trim() {
        "true" | "false" | "null" | "|" | "|-" | ">" | ">-" => Role::Code,
        number if !number.is_empty() && number.parse::<f64>().is_ok() => Role::Code,
        quoted if quoted.starts_with(['"', '\'']) => Role::Link,
        _ => Role::Text,
    };
    line.push(role, Shown::new(body));
    line.push(Role::Muted, Shown::new(comment));
}

/// The line without its first `columns` columns.
#[must_use]
pub fn skip(line: &Line, columns: usize) -> Line {
    let mut left = columns;
    let mut out = Line::new();
    for (role, text) in &line.pieces {
        let mut kept = String::new();
        for cluster in text.as_str().graphemes(true) {
            if left == 0 {
                kept.push_str(cluster);
            } else {
                left = left.saturating_sub(width(cluster));
            }
        }
        out.push(*role, Shown::new(&kept));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_values_and_comments_differ() {
        let roles = |text: &str| -> Vec<(Role, String)> {
            highlight(text).pieces.into_iter().map(|(role, text)| (role, text.to_string())).collect()
        };
        let line = roles("  - count: 1 # all");
        assert!(
            line.contains(&(Role::Key, "count".to_owned())) && line.contains(&(Role::Code, "1".to_owned()))
        );
        assert_eq!(line.last().map(|(role, _)| *role), Some(Role::Muted));
        assert!(roles("- https://a.b/c").iter().all(|(role, _)| *role != Role::Key));
        for text in ["", "- ", "a: \"b: c\"", "   x", "k:", "\u{1b}[0m"] {
            assert_eq!(highlight(text).text(), Shown::new(text).as_str());
        }
        assert_eq!(skip(&highlight("ab: cd"), 3).text(), " cd");
    }
}
