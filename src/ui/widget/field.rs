//! One line of text that is being typed. Here, and only here, keys are matched one by one.

use unicode_segmentation::UnicodeSegmentation;

use crate::ui::keymap::{Chord, Key};
use crate::ui::text::{Line, Shown};
use crate::ui::theme::Role;

/// Most characters that can be typed.
const LONGEST: usize = 500;

/// A text field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    before: String,
    after: String,
}

impl Field {
    /// A field with a text, the cursor behind it.
    #[must_use]
    pub fn with(text: &str) -> Self {
        Self { before: text.to_owned(), after: String::new() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    /// True when nothing is typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Replaces the text.
    pub fn set(&mut self, text: &str) {
        *self = Self::with(text);
    }

    /// Types a text; controls are left out.
    pub fn insert(&mut self, text: &str) {
        for c in text.chars().filter(|c| !crate::model::safe::is_unsafe(*c)) {
            if self.before.len() + self.after.len() < LONGEST {
                self.before.push(c);
            }
        }
    }

    /// Takes a key. Returns false for a key that edits nothing.
    pub fn key(&mut self, chord: Chord) -> bool {
        match (chord.ctrl, chord.key) {
            (false, Key::Char(c)) => self.insert(c.encode_utf8(&mut [0; 4])),
            (false, Key::Backspace) | (true, Key::Char('h')) => drop(self.before_cluster()),
            (false, Key::Delete) => drop(self.after_cluster()),
            (false, Key::Left) | (true, Key::Char('b')) => {
                let moved = self.before_cluster();
                self.after.insert_str(0, &moved);
            }
            (false, Key::Right) | (true, Key::Char('f')) => {
                let moved = self.after_cluster();
                self.before.push_str(&moved);
            }
            (false, Key::Home) | (true, Key::Char('a')) => {
                self.after = self.text();
                self.before.clear();
            }
            (false, Key::End) | (true, Key::Char('e')) => {
                self.before = self.text();
                self.after.clear();
            }
            (true, Key::Char('u')) => self.before.clear(),
            (true, Key::Char('k')) => self.after.clear(),
            (true, Key::Char('w')) => {
                let kept = self.before.trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.before.truncate(kept);
            }
            _ => return false,
        }
        true
    }

    fn before_cluster(&mut self) -> String {
        let at = self.before.grapheme_indices(true).next_back().map_or(0, |(at, _)| at);
        self.before.split_off(at)
    }

    fn after_cluster(&mut self) -> String {
        let end = self.after.graphemes(true).next().map_or(0, str::len);
        self.after.drain(..end).collect()
    }

    /// The field as a line; while it is active the place of the cursor is marked.
    #[must_use]
    pub fn line(&self, prompt: &str, active: bool) -> Line {
        let mut line = Line::of(Role::Key, prompt).with(Role::Text, Shown::new(&self.before));
        if active {
            let next = self.after.graphemes(true).next().unwrap_or(" ");
            line.push(Role::Badge, Shown::new(next));
            line.push(
                Role::Text,
                Shown::new(self.after.get(next.len().min(self.after.len())..).unwrap_or_default()),
            );
        } else {
            line.push(Role::Text, Shown::new(&self.after));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_at_clusters() {
        let mut field = Field::with("deny ae\u{301}");
        for key in ["backspace", "left", "home", "x", "end", "ctrl-w"] {
            field.key(key.parse().unwrap());
        }
        assert_eq!(field.text(), "xdeny ");
        field.insert("a\u{1b}\nb");
        assert_eq!(field.text(), "xdeny ab");
        assert!(!field.key(Chord::key(Key::Esc)));
        assert_eq!(field.line("/", true).text(), "/xdeny ab ");
    }
}
