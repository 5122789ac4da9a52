//! Text from outside made safe to print: control characters and bidirectional controls become visible, nothing else
//! changes.

use std::borrow::Cow;
use std::fmt::Write;

/// True for characters that can drive a terminal or reorder what is read: C0 (with line feed and tab), DEL, C1, the
/// bidirectional controls (UAX #9), the zero-width characters, line and paragraph separator, and tags.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line that is safe to print: every unsafe character is shown as `\u{1b}`.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, is_unsafe)
}

/// Several lines that are safe to print: like `line`, but line feeds stay, and a tab becomes four spaces.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    if text.contains('\t') {
        return Cow::Owned(escape(&text.replace('\t', "    "), |c| c != '\n' && is_unsafe(c)).into_owned());
    }
    escape(text, |c| c != '\n' && is_unsafe(c))
}

fn escape(text: &str, unsafe_here: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&unsafe_here) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().fold(String::with_capacity(text.len() + 8), |mut out, c| {
        if unsafe_here(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
        out
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_drives_a_terminal() {
        assert_eq!(
            line("a\u{1b}[31mb\u{9b}2Jc\u{202e}d\u{7f}\n"),
            "a\\u{1b}[31mb\\u{9b}2Jc\\u{202e}d\\u{7f}\\u{a}"
        );
        assert!(matches!(line("grüße 漢字 ✓"), Cow::Borrowed(_)));
        assert_eq!(lines("a\tb\n\u{1b}"), "a    b\n\\u{1b}");
    }
}
