//! Makes text from outside safe to put into a sentence: bounded, on one line, nothing invisible.

use crate::model::safe::is_unsafe;

/// Longest value quoted in a sentence, in characters: a digest (71) and a long reference fit.
pub(super) const QUOTED: usize = 200;

/// The text with control, bidirectional and invisible characters written as escapes (`\n`, `\u{202e}`), and cut after
/// `limit` characters.
#[must_use]
pub fn plain(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit.saturating_mul(4)));
    for (count, c) in text.chars().enumerate() {
        if count == limit {
            out.push('…');
            break;
        }
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_unsafe(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// The text quoted in backticks; nothing at all is said in words.
pub(super) fn quoted(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("`{}`", plain(text, QUOTED)) }
}

/// Several quoted texts as a list; `joint` stands before the last.
pub(super) fn listed(texts: &[String], joint: &str) -> String {
    const SHOWN: usize = 6;
    let mut quoted: Vec<String> = texts.iter().take(SHOWN).map(|text| quoted(text)).collect();
    let left = texts.len().saturating_sub(SHOWN);
    if left > 0 {
        quoted.push(format!("{left} more"));
    }
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {joint} {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_invisible_passes() {
        assert_eq!(plain("a\u{1b}[31mb\n\u{202e}c", 99), "a\\u{1b}[31mb\\n\\u{202e}c");
        assert_eq!(plain("aaaa", 3), "aaa…");
        assert_eq!(plain("żółw", 9), "żółw");
    }

    #[test]
    fn lists_read_as_sentences() {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(listed(&texts(&["a", "b", "c"]), "or"), "`a`, `b` or `c`");
        assert_eq!(listed(&texts(&["a"]), "or"), "`a`");
        assert_eq!(listed(&[], "or"), "nothing");
    }
}
