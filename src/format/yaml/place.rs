//! From the parser's character numbers to byte offsets, lines and columns.

use std::sync::Arc;

use crate::model::span::{Position, Span};

/// Finds places in one text.
pub(super) struct Places<'a> {
    pub(super) file: Arc<str>,
    text: &'a str,
    /// Byte offset of each character; absent when the text is ASCII.
    bytes: Option<Vec<usize>>,
    /// Character number of each line's first character.
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(super) fn new(file: Arc<str>, text: &'a str) -> Self {
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(offset, _)| offset).collect());
        let breaks = text.chars().enumerate().filter(|(_, c)| *c == '\n').map(|(index, _)| index + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        Self { file, text, bytes, lines }
    }

    fn offset(&self, index: usize) -> usize {
        match &self.bytes {
            Some(bytes) => bytes.get(index).copied().unwrap_or(self.text.len()),
            None => index.min(self.text.len()),
        }
    }

    /// The place of a character.
    pub(super) fn position(&self, index: usize) -> Position {
        let line = self.lines.partition_point(|start| *start <= index).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let narrow = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Position { offset: self.offset(index), line: narrow(line), column: narrow(index - start + 1) }
    }

    /// A range of characters without the white space at its end.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let slice = self.text.get(self.offset(start)..self.offset(end.max(start))).unwrap_or_default();
        let blank = slice.chars().rev().take_while(|c| c.is_whitespace()).count();
        let end = end.max(start).saturating_sub(blank).max(start);
        Span { file: self.file.clone(), start: self.position(start), end: self.position(end) }
    }

    /// True when a bracket opens a flow collection here.
    pub(super) fn is_flow(&self, index: usize) -> bool {
        self.text.get(self.offset(index)..).is_some_and(|rest| rest.starts_with(['[', '{']))
    }

    /// The text of a line, counted from 1.
    pub(super) fn line(&self, line: usize) -> &'a str {
        self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default()
    }
}
