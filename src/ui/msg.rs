//! Everything that can happen to the model.

use std::sync::Arc;

use super::action::Act;
use super::effect::{Exported, Token};
use super::keymap::Chord;
use super::prepared::Prepared;
use crate::model::diff::Diff;
use crate::model::ledger::Ledger;
use crate::model::moment::Moment;
use crate::model::request::RequestRecord;
use crate::model::{WhatIf, World};

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// The left button went down.
    Click,
    /// The wheel went down.
    WheelDown,
    /// The wheel went up.
    WheelUp,
}

/// A message.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A new snapshot.
    World(Arc<World>),
    /// A new snapshot with what was made of it beside the keys.
    Ready(Arc<World>, Prepared),
    /// A new answer for the draft.
    WhatIf(Arc<WhatIf>),
    /// A file was written under this name, or why not; with `draft` it holds the draft.
    Wrote {
        /// Where, or why not.
        result: Result<String, String>,
        /// True for the text of the draft itself.
        draft: bool,
    },
    /// What is otherwise between two images, or why that is not known.
    Compared {
        /// The first.
        a: Arc<str>,
        /// The second.
        b: Arc<str>,
        /// The answer.
        answer: Result<Arc<Diff>, String>,
    },
    /// The acknowledgements were written, or why not.
    Kept(Result<Box<(Ledger, Ledger)>, String>),
    /// The evidence was written into this directory, or why not.
    Exported(Result<Exported, String>),
    /// The text that the user's editor left, or why there is none.
    Edited(Result<String, String>),
    /// What has been asked of whom so far.
    Requests(Vec<RequestRecord>),
    /// The engine has stopped.
    EngineGone,
    /// A key.
    Key(Chord),
    /// Text that was pasted.
    Paste(String),
    /// The mouse, at column and row.
    Mouse(Mouse, u16, u16),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// It is this late now.
    Tick(Moment),
    /// A time that was waited for is over.
    Elapsed(Token),
    /// An action.
    Act(Act),
    /// A command of the palette, as typed.
    Command(String),
    /// Something is wrong with a file of the user's: keys, themes.
    Problem(String),
    /// The process is asked to end.
    Stop,
}
