//! What the program tells the user: one line for a few seconds, and a list of all of it.

use std::time::Duration;

use super::effect::{Effect, Token};
use crate::model::moment::Moment;
use crate::model::world::{Message, Severity};

/// Most notices that are kept.
const MOST: usize = 500;

/// Notices so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// All of them, oldest first.
    pub all: Vec<Message>,
    /// The one on screen.
    pub shown: Option<(Severity, String)>,
    number: u64,
}

impl Notices {
    /// Shows a notice; errors stay longer.
    pub fn tell(&mut self, severity: Severity, text: impl Into<String>, at: Moment) -> Effect {
        let text = text.into();
        self.number += 1;
        self.shown = Some((severity, text.clone()));
        self.all.push(Message { at, severity, text });
        if self.all.len() > MOST {
            self.all.remove(0);
        }
        let seconds = if severity == Severity::Info { 4 } else { 8 };
        Effect::After(Duration::from_secs(seconds), Token::Notice(self.number))
    }

    /// Shows what the engine said; it keeps its own list.
    pub fn flash(&mut self, severity: Severity, text: String) -> Effect {
        self.number += 1;
        self.shown = Some((severity, text));
        let seconds = if severity == Severity::Info { 4 } else { 8 };
        Effect::After(Duration::from_secs(seconds), Token::Notice(self.number))
    }

    /// Takes the notice away, unless a newer one has come.
    pub fn expire(&mut self, number: u64) {
        if number == self.number {
            self.shown = None;
        }
    }
}
