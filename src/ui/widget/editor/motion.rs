//! Keys while a text is typed. Here, beside fields, keys are matched one by one.

use super::buffer::Editor;
use crate::ui::action::Move;
use crate::ui::keymap::{Chord, Key};

impl Editor {
    /// Takes a key; false: it edits nothing.
    pub fn key(&mut self, chord: Chord, page: usize) -> bool {
        match (chord.ctrl, chord.key) {
            (false, Key::Char(c)) => self.char(c),
            (false, Key::Enter) => self.newline(),
            (false, Key::Tab) => self.tab(),
            (false, Key::Backspace) | (true, Key::Char('h')) => self.backspace(),
            (false, Key::Delete) => self.delete(),
            (true, Key::Char('w')) => self.delete_word(),
            (true, Key::Char('u')) => drop(self.undo()),
            (true, Key::Char('r')) => drop(self.redo()),
            (false, Key::Left) => self.shift(Move::Left, page),
            (false, Key::Right) => self.shift(Move::Right, page),
            (false, Key::Up) => self.shift(Move::Up, page),
            (false, Key::Down) => self.shift(Move::Down, page),
            (false, Key::PageUp) => self.shift(Move::PageUp, page),
            (false, Key::PageDown) => self.shift(Move::PageDown, page),
            (false, Key::Home) | (true, Key::Char('a')) => self.along(false, false),
            (false, Key::End) | (true, Key::Char('e')) => self.along(true, false),
            (true, Key::Left) => self.along(false, true),
            (true, Key::Right) => self.along(true, true),
            _ => return false,
        }
        true
    }
}
