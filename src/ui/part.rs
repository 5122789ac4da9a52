//! What screens and overlays have in common: they take actions, derive their rows when something has changed, and draw
//! themselves.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::action::{Act, Scope};
use super::effect::Effect;
use super::history::ScreenId;
use super::keymap::{Chord, Keymap};
use super::overlay::document::DocumentPane;
use super::subject::{Subject, TraceKey};
use super::text::Line;
use super::theme::{Glyphs, Ink};
use super::widget::field::Field;
use crate::model::ledger::Ledger;
use crate::model::moment::Moment;
use crate::model::world::{Message, Severity};
use crate::model::{Digest, World};

/// What a part sees of the rest.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The snapshot on screen.
    pub world: &'a World,
    /// Where the part is drawn.
    pub area: Rect,
    /// Which symbols there are.
    pub glyphs: Glyphs,
    /// The time.
    pub now: Moment,
    /// Images that are marked, by name.
    pub marks: &'a BTreeSet<Arc<str>>,
    /// Messages of the terminal program itself.
    pub notices: &'a [Message],
    /// What was acknowledged.
    pub ledger: &'a Ledger,
    /// Which keys mean what.
    pub keys: &'a Keymap,
}

/// What a part asks of the rest.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// An effect.
    Do(Effect),
    /// Another action.
    Act(Act),
    /// A command of the palette.
    Command(String),
    /// Show the evidence of this image.
    Evidence(Arc<str>),
    /// Go to what has this digest.
    Digest(Digest),
    /// Open this document.
    Document(Box<DocumentPane>),
    /// Show lines of text under a title.
    Lines(String, Vec<String>),
    /// Show the place of this result in its policy.
    Policy(TraceKey),
    /// Show why this result is as it is.
    Why(TraceKey),
    /// Go to a screen.
    Screen(ScreenId),
    /// Tell the user.
    Note(Severity, String),
    /// Try this edit of a policy as a draft.
    Try(crate::explain::PolicyEdit),
    /// Forget the draft on screen, once the user has said so.
    Discard,
    /// Acknowledgements from now on.
    Ledger(Ledger),
    /// Close this overlay.
    Close,
}

/// Why an action does nothing on a part that lacks it.
#[must_use]
pub(super) fn lacking(act: Act) -> &'static str {
    match act {
        Act::Filter => "there is nothing to filter or search here",
        Act::FilterValue => "there is no value to filter by here",
        Act::Found(_) => "nothing is searched for here: / searches where there is a text or a list",
        Act::Open => "there is nothing to open here",
        _ => "this means nothing here",
    }
}

/// A screen or an overlay.
pub trait Part {
    /// Where its own keys are found.
    fn scope(&self) -> Scope;

    /// Its place in the path of screens.
    fn crumb(&self) -> Line;

    /// Takes an action. Actions that mean nothing here are left alone.
    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask>;

    /// True when an action that works everywhere means nothing here: the user is told so.
    fn lacks(&self, act: Act) -> bool {
        let _ = act;
        false
    }

    /// Derives rows and keeps the selection in sight; called after every message, cheap when nothing has changed.
    fn fit(&mut self, at: &At<'_>);

    /// Draws itself into its area, in roles.
    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink);

    /// What its selection is about.
    fn subject(&self, at: &At<'_>) -> Subject;

    /// The filter of jq that yields the selection from its document; empty: it is in no JSON document.
    fn filter(&self) -> String {
        String::new()
    }

    /// The text field that takes the keys, if one does.
    fn field(&mut self) -> Option<&mut Field> {
        None
    }

    /// Names of images in the order of the rows: what a range of marks covers.
    fn order(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    /// True while a text field takes the keys.
    fn typing(&self) -> bool {
        false
    }

    /// True while keys are typed into a text of many lines: only `esc` and what is no text are actions then.
    fn inserting(&self) -> bool {
        false
    }

    /// Takes a key that is typed into a text; `None`: it edits nothing.
    fn key(&mut self, chord: Chord, at: &At<'_>) -> Option<Vec<Ask>> {
        let _ = (chord, at);
        None
    }

    /// Takes a text that was pasted.
    fn paste(&mut self, text: &str) -> Vec<Ask> {
        if let Some(field) = self.field() {
            field.insert(text);
        }
        Vec::new()
    }

    /// Takes a click.
    fn click(&mut self, position: Position, at: &At<'_>) -> Vec<Ask> {
        let _ = (position, at);
        Vec::new()
    }

    /// Takes a turn of the mouse wheel (true: down) over a position.
    fn wheel(&mut self, down: bool, position: Position, at: &At<'_>) {
        let _ = (down, position, at);
    }

    /// Actions that are worth a hint, the most useful first.
    fn hints(&self) -> &'static [&'static str];
}
