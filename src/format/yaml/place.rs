//! From the parser's character numbers to byte offsets, lines and columns.

use std::sync::Arc;

use saphyr_parser::ScalarStyle;

use crate::model::span::{Position, Span};

/// True for the styles `|` and `>`.
pub(super) fn is_block(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
}

/// Finds places in one text.
pub(super) struct Places<'a> {
    pub(super) file: Arc<str>,
    text: &'a str,
    /// Bytes of the file before the text: its byte order mark.
    before: usize,
    /// Byte offset of each character; absent when the text is ASCII.
    bytes: Option<Vec<usize>>,
    /// Character number of each line's first character.
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    /// `before`: bytes of the file that come before the text.
    pub(super) fn new(file: Arc<str>, text: &'a str, before: usize) -> Self {
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(offset, _)| offset).collect());
        let breaks = text.chars().enumerate().filter(|(_, c)| *c == '\n').map(|(index, _)| index + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        Self { file, text, before, bytes, lines }
    }

    fn offset(&self, index: usize) -> usize {
        match &self.bytes {
            Some(bytes) => bytes.get(index).copied().unwrap_or(self.text.len()),
            None => index.min(self.text.len()),
        }
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(self.offset(start)..self.offset(end)).unwrap_or_default()
    }

    /// The place of a character.
    pub(super) fn position(&self, index: usize) -> Position {
        let index = index.min(self.bytes.as_ref().map_or(self.text.len(), Vec::len));
        let line = self.lines.partition_point(|start| *start <= index).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let narrow = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Position {
            offset: self.before + self.offset(index),
            line: narrow(line),
            column: narrow(index - start + 1),
        }
    }

    /// A range of characters without the white space at its end.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let end = start.max(self.content_end(start, end));
        Span { file: self.file.clone(), start: self.position(start), end: self.position(end) }
    }

    /// Number of the character behind the last one of a range that is no white space, else the start of the range.
    pub(super) fn content_end(&self, start: usize, end: usize) -> usize {
        let blank = self.slice(start, end).chars().rev().take_while(|c| c.is_whitespace()).count();
        end.max(start) - blank
    }

    /// Where a block scalar without content would start: the parser names a line behind it.
    pub(super) fn behind_header(&self, start: usize) -> usize {
        self.content_end(0, start)
    }

    /// Number of the first character of the line of a character, and the line up to it. Here a carriage return alone
    /// ends a line as it does for the parser (the lines that are counted are those that editors show), and a byte order
    /// mark is no part of it.
    fn line_up_to(&self, index: usize) -> (usize, &'a str) {
        let line = self.lines.partition_point(|start| *start <= index);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let ahead = self.slice(start, index);
        match ahead.rsplit_once(['\r', '\u{feff}']) {
            Some((before, ahead)) => (start + before.chars().count() + 1, ahead),
            None => (start, ahead),
        }
    }

    /// Where a list starts that is indented like its key: the parser names the place behind its first `-`.
    pub(super) fn first_dash(&self, index: usize) -> usize {
        let (start, ahead) = self.line_up_to(index);
        let blank = ahead.chars().take_while(|c| c.is_whitespace()).count();
        if ahead.chars().nth(blank) == Some('-') { start + blank } else { index }
    }

    /// Where an item of a block list is that has nothing: behind its `-`. The parser names the end of the line, which may
    /// be that of a comment.
    pub(super) fn no_item(&self, index: usize) -> Span {
        let (start, ahead) = self.line_up_to(index);
        let marks = ahead.chars().take_while(|c| matches!(c, '-' | '?' | ':' | ' ' | '\t'));
        let behind =
            marks.enumerate().filter(|(_, c)| *c == '-').last().map_or(index, |(at, _)| start + at + 1);
        Span::at(self.file.clone(), self.position(behind))
    }

    /// Where a key's value is that is nothing: right behind the `:` that the parser names for it, else (it then names
    /// what comes next) behind the last thing read.
    pub(super) fn no_value(&self, start: usize, last: usize) -> Span {
        let mut here = self.slice(start, start + 2).chars();
        let mark = here.next() == Some(':');
        let alone = here.next().is_none_or(|c| c.is_whitespace() || matches!(c, ',' | ']' | '}'));
        let at = if mark && alone { start + 1 } else { last.min(start) };
        Span::at(self.file.clone(), self.position(at))
    }

    /// The text of a block scalar that ends at `end`. The parser adds a line feed when the file ends without one; the
    /// YAML specification (8.1.1.2) and Kubernetes' reader do not.
    pub(super) fn block_text<'t>(&self, text: &'t str, style: ScalarStyle, end: usize) -> &'t str {
        let cut =
            is_block(style) && self.offset(end) == self.text.len() && !self.text.ends_with(['\n', '\r']);
        if cut { text.strip_suffix('\n').unwrap_or(text) } else { text }
    }

    /// True when what the parser reads as the start of a collection ends with a bracket: a flow collection.
    pub(super) fn is_flow(&self, start: usize, end: usize) -> bool {
        self.slice(start, end).ends_with(['[', '{'])
    }

    /// The text of a line, counted from 1.
    pub(super) fn line(&self, line: u32) -> &'a str {
        let number = usize::try_from(line).unwrap_or(usize::MAX);
        let Some(start) = number.checked_sub(1).and_then(|index| self.lines.get(index)) else { return "" };
        let end = self.lines.get(number).copied().unwrap_or(usize::MAX);
        self.slice(*start, end).trim_end_matches(['\n', '\r'])
    }
}
