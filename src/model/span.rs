//! Where something stands in a file: positions that every clause of a policy keeps.

use std::fmt;
use std::sync::Arc;

/// One place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Bytes from the start of the file.
    pub offset: usize,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
}

/// A range in a named file; `end` is exclusive.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// First character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
}

impl Span {
    /// A span that is one position wide.
    #[must_use]
    pub fn at(file: Arc<str>, at: Position) -> Self {
        Self { file, start: at, end: at }
    }

    /// The first line of a file, for what is about the file as a whole.
    #[must_use]
    pub fn whole(file: Arc<str>) -> Self {
        let start = Position { offset: 0, line: 1, column: 1 };
        Self { file, start, end: start }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.start.line, self.start.column)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}:{}", self, self.end.line, self.end.column)
    }
}

/// A problem in an input file: what is wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub span: Span,
    /// What is wrong, one sentence without a full stop.
    pub problem: String,
    /// What to do about it, when that is known.
    pub hint: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.span, self.problem)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}
