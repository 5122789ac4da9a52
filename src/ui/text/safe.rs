//! The only maker of `Shown`: text in which every character that could drive a terminal, reorder what is read or hide
//! has been made visible. Widgets accept nothing else.

use std::fmt;

use unicode_segmentation::UnicodeSegmentation;

use crate::model::safe;

/// Longest text that is ever drawn, in bytes: far beyond any screen, so that hostile text costs no more.
const LONGEST: usize = 64 * 1024;
/// Most characters in one grapheme cluster; piled-up combining marks would leave their cell.
const PILE: usize = 8;

/// One line of text that is safe to draw.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown(Box<str>);

impl Shown {
    /// Makes a text safe. Line feeds and tabs become visible too: this is one line.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = bounded(text);
        let text = text.replace('\t', "    ");
        let visible = safe::line(&text);
        let plain = visible.chars().all(|c| c.is_ascii() || (c.is_alphanumeric() && !is_blank(c)));
        if plain {
            return Self(visible.into());
        }
        Self(visible.graphemes(true).map(cluster).collect::<String>().into())
    }

    /// The lines of a text, each safe.
    #[must_use]
    pub fn lines(text: &str) -> Vec<Self> {
        text.split('\n').map(|line| Self::new(line.strip_suffix('\r').unwrap_or(line))).collect()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True when there is nothing to draw.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A part of this text made by cutting and joining at cluster borders, which cannot make it unsafe.
    pub(super) fn part(text: String) -> Self {
        Self(text.into())
    }
}

fn bounded(text: &str) -> &str {
    match text.char_indices().find(|(at, _)| *at >= LONGEST) {
        Some((at, _)) => text.get(..at).unwrap_or_default(),
        None => text,
    }
}

/// Characters that take a cell and show nothing, or attach themselves to others without belonging to a script.
fn is_blank(c: char) -> bool {
    matches!(c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}'
        | '\u{3164}' | '\u{ffa0}' | '\u{fe00}'..='\u{fe0e}' | '\u{e0100}'..='\u{e01ef}')
}

fn cluster(text: &str) -> String {
    use fmt::Write;
    let mut out = String::new();
    for (index, c) in text.chars().enumerate() {
        if is_blank(c) || index >= PILE {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Shown {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<&String> for Shown {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_become_visible() {
        assert_eq!(Shown::new("a\u{1b}[31m\u{202e}b\tc\n").as_str(), "a\\u{1b}[31m\\u{202e}b    c\\u{a}");
        assert_eq!(Shown::new("grüße 漢字 ✓").as_str(), "grüße 漢字 ✓");
        assert_eq!(Shown::new("a\u{3164}b").as_str(), "a\\u{3164}b");
        let pile = format!("a{}", "\u{301}".repeat(40));
        assert!(Shown::new(&pile).as_str().contains("\\u{301}"));
        assert_eq!(Shown::lines("a\r\nb\u{7}").len(), 2);
    }
}
