//! What `update` wants to happen outside: plain data, comparable and printable.

use std::sync::Arc;
use std::time::Duration;

use super::run::Left;
use crate::engine::{Command, Draft, SourceInput};
use crate::model::Moment;
use crate::model::ledger::Ledger;

/// An order to the engine, in the part of its language that screens speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Look at an image in addition.
    Image(String),
    /// Look at a repository in addition.
    Repository(String),
    /// Follow another context; `-`: the one before; empty: the same once more.
    Context(String),
    /// Look at these namespaces only; none: at all.
    Namespaces(Vec<String>),
    /// Fetch these images first.
    Prefer(Vec<Arc<str>>),
    /// Read the documents that hang on an image.
    Read(Arc<str>),
    /// Look again at an image, or at all.
    Refresh(Option<Arc<str>>),
    /// Cancel a job, or all.
    Cancel(Option<u64>),
    /// Judge everything as if a policy file had another text, or no longer.
    Draft(Option<Draft>),
}

/// A file to be written: drafts and what else the user exports. No file that is there is ever replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// The user's own name for it; else a number is added when it is taken.
    pub exact: bool,
    /// True for the text of the draft itself.
    pub draft: bool,
    /// What is written.
    pub text: String,
}

impl Order {
    /// The engine's command.
    #[must_use]
    pub fn command(self) -> Command {
        match self {
            Self::Image(name) => Command::Open(SourceInput::Image(name)),
            Self::Repository(name) => Command::Open(SourceInput::Repository(name)),
            Self::Context(name) => Command::Context(name),
            Self::Namespaces(names) => Command::Namespaces(names),
            Self::Prefer(names) => Command::Prefer(names),
            Self::Read(name) => Command::Read(name),
            Self::Refresh(name) => Command::Refresh(name),
            Self::Cancel(job) => Command::Cancel(job),
            Self::Draft(draft) => Command::Draft(draft),
        }
    }
}

/// The evidence of all verdicts, to be written into a directory. No directory that is there is ever written into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Its name; a number is added when it is taken.
    pub name: String,
    /// The command that leads to the same.
    pub command: String,
    /// The audit as JSON.
    pub verdicts: String,
    /// The instant that it is of.
    pub as_of: Moment,
}

/// A directory with evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The directory.
    pub dir: String,
    /// Manifests and blobs in it.
    pub blobs: usize,
}

/// What is waited for: an `After` that was overtaken comes back with an old number and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    /// The end of a notice.
    Notice(u64),
    /// The end of the time in which a second Ctrl-c quits.
    Cancel(u64),
    /// Ages on screen have to be counted on.
    Age(u64),
}

/// An effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Tell the engine.
    Order(Order),
    /// Copy to the clipboard of the terminal (OSC 52).
    Copy(String),
    /// Write a file.
    Write(Export),
    /// Compare two images.
    Compare(Arc<str>, Arc<str>),
    /// Keep the acknowledgements: as they were last kept, and as they are to be.
    Keep(Box<(Ledger, Ledger)>),
    /// Write the evidence of all verdicts into a directory.
    Evidence(Evidence),
    /// Open a text in the user's own editor.
    Edit {
        /// Its name there.
        name: String,
        /// The text.
        text: String,
    },
    /// Tell what has been asked of whom.
    Requests,
    /// Send the token back after a while.
    After(Duration, Token),
    /// Capture or release the mouse.
    Mouse(bool),
    /// Stop the process until it is continued.
    Suspend,
    /// Leave, and begin again with something else.
    Begin(Left),
    /// Forget what the terminal shows, and draw everything.
    Redraw,
    /// End.
    Quit,
}
