//! One line of text in several roles: what rows, titles and panes are made of.

use unicode_segmentation::UnicodeSegmentation;

use super::safe::Shown;
use super::width::{take, width};
use crate::ui::theme::Role;

/// Pieces from left to right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Role and text of each piece.
    pub pieces: Vec<(Role, Shown)>,
}

impl Line {
    /// An empty line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A line of one piece.
    #[must_use]
    pub fn of(role: Role, text: impl Into<Shown>) -> Self {
        Self::new().with(role, text)
    }

    /// The same with another piece behind it.
    #[must_use]
    pub fn with(mut self, role: Role, text: impl Into<Shown>) -> Self {
        self.push(role, text);
        self
    }

    /// Adds a piece; an empty one is left out.
    pub fn push(&mut self, role: Role, text: impl Into<Shown>) {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push((role, text));
        }
    }

    /// Adds all pieces of another line.
    pub fn extend(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
    }

    /// Columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|(_, text)| width(text.as_str())).sum()
    }

    /// The text without roles.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// The line cut to `room` columns, `dots` at the end when something was cut.
    #[must_use]
    pub fn cut(&self, room: usize, dots: &str) -> Self {
        if self.width() <= room {
            return self.clone();
        }
        let (mut left, mut out) = (room.saturating_sub(width(dots)), Self::new());
        let mut last = Role::Muted;
        for (role, text) in &self.pieces {
            last = *role;
            let columns = width(text.as_str());
            if columns > left {
                out.push(*role, Shown::part(take(text.as_str().graphemes(true), left)));
                break;
            }
            left -= columns;
            out.push(*role, text.clone());
        }
        out.push(last, Shown::part(take(dots.graphemes(true), room)));
        out
    }

    /// The line filled with blanks to `room` columns.
    #[must_use]
    pub fn padded(mut self, room: usize) -> Self {
        let gap = room.saturating_sub(self.width());
        self.push(Role::Text, Shown::part(" ".repeat(gap)));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_across_pieces() {
        let line = Line::of(Role::Deny, "DENY ").with(Role::Text, "because");
        assert_eq!(line.cut(8, "…").text(), "DENY be…");
        assert_eq!(line.cut(3, "…").text(), "DE…");
        assert_eq!(line.cut(0, "…").text(), "");
        assert_eq!(line.cut(99, "…").text(), "DENY because");
        assert_eq!(line.padded(14).width(), 14);
    }
}
