//! Lines of text in a pane, scrolled.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint::paint;
use crate::ui::action::Move;
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};

/// The first line in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    /// Counted from 0.
    pub top: usize,
}

impl Scroll {
    /// Keeps within `length` lines with `page` in sight.
    pub fn fit(&mut self, length: usize, page: usize) {
        self.top = self.top.min(length.saturating_sub(page.max(1)));
    }

    /// Moves.
    pub fn go(&mut self, step: Move, length: usize, page: usize) {
        self.top = match step {
            Move::Last => length,
            step => step.target(self.top, length, page),
        };
        self.fit(length, page);
    }

    /// Turns the wheel.
    pub fn wheel(&mut self, down: bool, length: usize, page: usize) {
        self.top = if down { self.top.saturating_add(3) } else { self.top.saturating_sub(3) };
        self.fit(length, page);
    }

    /// Brings a line into sight, with some lines before it.
    pub fn show(&mut self, line: usize, length: usize, page: usize) {
        let margin = (page / 4).min(3);
        if line < self.top + margin {
            self.top = line.saturating_sub(margin);
        } else if line + margin >= self.top + page {
            self.top = (line + margin + 1).saturating_sub(page);
        }
        self.fit(length, page);
    }

    /// Draws the lines in sight.
    pub fn draw(self, lines: &[Line], area: Rect, out: &mut Buffer, ink: &Ink) {
        for (line, y) in lines.iter().skip(self.top).zip(area.top()..area.bottom()) {
            paint(line, Rect { y, height: 1, ..area }, ink.glyphs.dots, out);
        }
    }

    /// `12-30 of 80`, when not all lines are in sight.
    #[must_use]
    pub fn place(self, length: usize, page: usize) -> Line {
        if length <= page {
            return Line::new();
        }
        let last = (self.top + page).min(length);
        Line::of(Role::Muted, format!("{}-{last} of {length}", self.top + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_within_the_text() {
        let mut scroll = Scroll::default();
        scroll.go(Move::Last, 10, 4);
        assert_eq!(scroll.top, 6);
        scroll.go(Move::PageUp, 10, 4);
        assert_eq!(scroll.top, 2);
        scroll.show(9, 10, 4);
        assert_eq!(scroll.top, 6);
        scroll.fit(2, 4);
        assert_eq!((scroll.top, scroll.place(2, 4).text()), (0, String::new()));
    }
}
