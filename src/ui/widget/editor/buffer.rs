//! The text being edited and the place in it.

use std::collections::VecDeque;

use tui_textarea::{CursorMove, TextArea};

use crate::model::safe;
use crate::ui::action::Move;

/// Longest text that can be edited, in bytes: that of a policy file that is read.
pub const MOST_BYTES: usize = 1024 * 1024;
/// Columns of one indent, as policies are written.
const INDENT: usize = 2;
/// Changes that can be undone.
const HISTORY: usize = 1_000;
/// Most edits of one change.
const MOST_EDITS: usize = 3;

/// An editor.
#[derive(Clone, Debug)]
pub struct Editor {
    area: TextArea<'static>,
    bytes: usize,
    changes: u64,
    /// How many edits of `area` each change was that can be taken back, the newest last; and each that can be made again.
    done: VecDeque<usize>,
    undone: Vec<usize>,
}

impl Editor {
    /// An editor with a text, at its beginning. Line ends become line feeds.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let lines: Vec<String> =
            text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned()).collect();
        let mut area = TextArea::new(lines);
        area.set_max_histories(HISTORY * MOST_EDITS);
        Self { bytes: text.len(), area, changes: 0, done: VecDeque::new(), undone: Vec::new() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Its lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and character of the cursor, counted from 0.
    #[must_use]
    pub fn place(&self) -> (usize, usize) {
        self.area.cursor()
    }

    /// Grows with every change of the text.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Notes a change that was so many edits: it is taken back, and made again, as one.
    fn changed(&mut self, edits: usize) {
        if edits == 0 {
            return;
        }
        if self.done.len() == HISTORY {
            self.done.pop_front();
        }
        self.done.push_back(edits);
        self.undone.clear();
        self.count();
    }

    fn count(&mut self) {
        self.changes += 1;
        self.bytes = self.area.lines().iter().map(|line| line.len() + 1).sum();
    }

    /// The line that the cursor is in.
    fn line(&self) -> &str {
        self.area.lines().get(self.place().0).map(String::as_str).unwrap_or_default()
    }

    /// Text before the cursor in its line.
    fn before(&self) -> String {
        self.line().chars().take(self.place().1).collect()
    }

    fn next_char(&self) -> Option<char> {
        self.line().chars().nth(self.place().1)
    }

    /// Goes to a line and character.
    pub fn go(&mut self, line: usize, character: usize) {
        let short = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(short(line), short(character)));
    }

    /// Moves; `page` lines are in sight.
    pub fn shift(&mut self, step: Move, page: usize) {
        let (line, column) = self.place();
        match step {
            Move::Left => self.area.move_cursor(CursorMove::Back),
            Move::Right => self.area.move_cursor(CursorMove::Forward),
            step => self.go(step.target(line, self.area.lines().len(), page), column),
        }
    }

    /// To the beginning or the end of the line; words with `word`.
    pub(super) fn along(&mut self, forward: bool, word: bool) {
        self.area.move_cursor(match (forward, word) {
            (true, true) => CursorMove::WordForward,
            (false, true) => CursorMove::WordBack,
            (true, false) => CursorMove::End,
            (false, false) => CursorMove::Head,
        });
    }

    /// Types a text as it stands: no help with brackets and indents. What could drive a terminal is left out.
    pub fn insert(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "  ");
        let clean: String = text.chars().filter(|c| *c == '\n' || !safe::is_unsafe(*c)).collect();
        if !clean.is_empty() && self.bytes.saturating_add(clean.len()) <= MOST_BYTES {
            let changed = self.area.insert_str(clean);
            self.changed(usize::from(changed));
        }
    }

    /// Types a character; brackets come in pairs where nothing follows, and a closing one steps over its like.
    pub(super) fn char(&mut self, c: char) {
        let next = self.next_char();
        if matches!(c, ')' | ']' | '}') && next == Some(c) {
            self.area.move_cursor(CursorMove::Forward);
            return;
        }
        let partner = match c {
            '[' => Some(']'),
            '{' => Some('}'),
            '(' => Some(')'),
            _ => None,
        };
        let free = next.is_none_or(|next| next.is_whitespace() || matches!(next, ')' | ']' | '}' | ','));
        match partner.filter(|_| free) {
            Some(partner) => {
                self.insert(&format!("{c}{partner}"));
                self.area.move_cursor(CursorMove::Back);
            }
            None => self.insert(c.encode_utf8(&mut [0; 4])),
        }
    }

    /// A new line with the indent that the line before asks for.
    pub(super) fn newline(&mut self) {
        let before = self.before();
        let indent = before.len() - before.trim_start_matches(' ').len();
        let rest = before.trim();
        // What stands below a dash is aligned with what follows it.
        let dashes = before.get(indent..).unwrap_or_default();
        let dash = dashes.len() - dashes.trim_start_matches(['-', ' ']).len();
        let list = if rest.starts_with("- ") { dash } else { 0 };
        let deeper =
            if rest.ends_with(':') || rest.ends_with("|-") || rest.ends_with('|') { INDENT } else { 0 };
        let deeper = if rest.starts_with('#') { 0 } else { deeper };
        self.insert(&format!("\n{}", " ".repeat(indent + list + deeper)));
    }

    /// A new line below this one.
    pub fn open_line(&mut self) {
        self.along(true, false);
        self.newline();
    }

    /// To the next multiple of an indent.
    pub(super) fn tab(&mut self) {
        let column = self.place().1;
        self.insert(&" ".repeat(INDENT - column % INDENT));
    }

    /// One character back; a whole indent where nothing else stands before, and an empty pair of brackets as one.
    pub(super) fn backspace(&mut self) {
        let before = self.before();
        let blank = !before.is_empty() && before.chars().all(|c| c == ' ');
        let pair = matches!(
            (before.chars().last(), self.next_char()),
            (Some('['), Some(']')) | (Some('{'), Some('}')) | (Some('('), Some(')'))
        );
        let count = if blank { (before.len() - 1) % INDENT + 1 } else { 1 };
        if pair {
            self.area.move_cursor(CursorMove::Forward);
        }
        let edits = (0..count + usize::from(pair)).filter(|_| self.area.delete_char()).count();
        self.changed(edits);
    }

    /// The character under the cursor.
    pub(super) fn delete(&mut self) {
        let changed = self.area.delete_next_char();
        self.changed(usize::from(changed));
    }

    /// The word before the cursor.
    pub(super) fn delete_word(&mut self) {
        let changed = self.area.delete_word();
        self.changed(usize::from(changed));
    }

    /// The whole line.
    pub fn delete_line(&mut self) {
        self.along(false, false);
        let length = self.line().chars().count();
        let last = self.place().0 + 1 == self.area.lines().len();
        let edits = if last && self.place().0 > 0 {
            usize::from(self.area.delete_str(length)) + usize::from(self.area.delete_char())
        } else {
            usize::from(self.area.delete_str(length + 1))
        };
        self.changed(edits);
    }

    /// Replaces the whole text as one change that can be undone.
    pub fn replace(&mut self, text: &str) {
        let place = self.place();
        if text == self.text() || text.len() > MOST_BYTES {
            return;
        }
        self.area.select_all();
        let clean: String = text.chars().filter(|c| *c == '\n' || !safe::is_unsafe(*c)).collect();
        // What was selected is cut, then the new text is put in: two edits where both are something.
        let edits = usize::from(!self.area.is_empty()) + usize::from(!clean.is_empty());
        if clean.is_empty() {
            self.area.cut();
        } else {
            self.area.insert_str(clean);
        }
        self.changed(edits);
        self.go(place.0, place.1);
    }

    /// Takes a change back.
    pub fn undo(&mut self) -> bool {
        let Some(edits) = self.done.pop_back() else { return false };
        for _ in 0..edits {
            self.area.undo();
        }
        self.undone.push(edits);
        self.count();
        true
    }

    /// Makes a change again.
    pub fn redo(&mut self) -> bool {
        let Some(edits) = self.undone.pop() else { return false };
        for _ in 0..edits {
            self.area.redo();
        }
        self.done.push_back(edits);
        self.count();
        true
    }

    /// Goes to the next or previous place of a text, capitals ignored, around the ends. False: it is nowhere.
    pub fn find(&mut self, text: &str, forward: bool) -> bool {
        let wanted = text.to_lowercase();
        let here = self.place();
        let found: Vec<(usize, usize)> = self
            .area
            .lines()
            .iter()
            .enumerate()
            .flat_map(|(number, line)| {
                let lower = line.to_lowercase();
                let places: Vec<usize> = lower
                    .match_indices(&wanted)
                    .map(|(at, _)| lower.get(..at).unwrap_or_default().chars().count())
                    .collect();
                places.into_iter().map(move |at| (number, at))
            })
            .collect();
        if wanted.is_empty() {
            return false;
        }
        let next = if forward {
            found.iter().find(|place| **place > here).or_else(|| found.first())
        } else {
            found.iter().rev().find(|place| **place < here).or_else(|| found.last())
        };
        let Some((line, column)) = next.copied() else { return false };
        self.go(line, column);
        true
    }

    /// The bracket that belongs to the one under the cursor, in the same line or another.
    #[must_use]
    pub fn partner(&self) -> Option<(usize, usize)> {
        let (line, column) = self.place();
        let c = self.next_char()?;
        let (other, forward) = match c {
            '[' => (']', true),
            '{' => ('}', true),
            '(' => (')', true),
            ']' => ('[', false),
            '}' => ('{', false),
            ')' => ('(', false),
            _ => return None,
        };
        let all = self.area.lines().iter().enumerate();
        let mut places: Vec<(usize, usize, char)> = all
            .flat_map(|(number, text)| text.chars().enumerate().map(move |(at, c)| (number, at, c)))
            .filter(|(_, _, found)| *found == c || *found == other)
            .collect();
        if !forward {
            places.reverse();
        }
        let mut depth = 0_usize;
        for (number, at, found) in places.into_iter().skip_while(|(l, a, _)| (*l, *a) != (line, column)) {
            depth = if found == c { depth + 1 } else { depth.saturating_sub(1) };
            if depth == 0 {
                return Some((number, at));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helps_with_indents_and_brackets() {
        let mut editor = Editor::new("spec:");
        editor.open_line();
        for c in "- a: [1".chars() {
            editor.char(c);
        }
        assert_eq!(editor.text(), "spec:\n  - a: [1]");
        editor.char(']');
        editor.newline();
        assert_eq!(editor.text(), "spec:\n  - a: [1]\n    ");
        editor.backspace();
        assert_eq!(editor.text(), "spec:\n  - a: [1]\n  ");
        editor.go(1, 7);
        assert_eq!(editor.partner(), Some((1, 9)));
        editor.delete_line();
        assert_eq!(editor.text(), "spec:\n  ");
        while editor.undo() {}
        assert_eq!(editor.text(), "spec:");
        while editor.redo() {}
        assert_eq!(editor.text(), "spec:\n  ");
    }

    #[test]
    fn takes_no_controls_and_finds_around_the_end() {
        let mut editor = Editor::new("one\ntwo\none");
        editor.insert("a\u{1b}\tb\r\n");
        assert_eq!(editor.lines(), ["a  b", "one", "two", "one"]);
        assert!(editor.find("ONE", true) && editor.find("one", true));
        assert_eq!(editor.place(), (1, 0));
        assert!(editor.find("one", false) && !editor.find("three", true));
        assert_eq!(editor.place(), (3, 0));
        editor.replace("x");
        assert_eq!(editor.text(), "x");
        assert!(editor.undo());
        assert_eq!(editor.lines().len(), 4);
        assert!(editor.redo() && !editor.redo());
        assert_eq!(editor.text(), "x");
        editor.replace("");
        assert!(editor.text().is_empty() && editor.undo());
        assert_eq!(editor.text(), "x");
        editor.delete_line();
        editor.insert("{}");
        editor.go(0, 1);
        editor.backspace();
        assert!(editor.text().is_empty() && editor.undo());
        assert_eq!(editor.text(), "{}");
        assert!(editor.undo() && editor.text().is_empty(), "an empty text is a step of its own");
        assert!(editor.undo() && editor.text() == "x");
        while editor.undo() {}
        assert_eq!(editor.text(), "one\ntwo\none");
    }
}
