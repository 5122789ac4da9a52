//! Places and ranges: bookmarks, the locator of a view, marks over a range, the screen as a file.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::effect::{Effect, Export};
use super::history::Place;
use super::keymap::{Chord, Key};
use super::locator::Locator;
use super::model::Model;
use super::perform::note;
use crate::model::world::Severity;

/// Marks that grow from one row to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The image that it began at.
    anchor: Arc<str>,
    /// What was marked before.
    before: BTreeSet<Arc<str>>,
}

/// What the next letter means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// A bookmark is set.
    Set,
    /// A bookmark is gone to.
    Jump,
}

/// Takes the letter of a bookmark; any other key forgets the question.
pub(super) fn letter(model: &mut Model, kind: Letter, chord: Chord) -> Vec<Effect> {
    let Key::Char(name) = chord.key else { return Vec::new() };
    if chord.ctrl || !name.is_ascii_alphanumeric() {
        return note(model, Severity::Info, "a bookmark is a letter or a digit");
    }
    match kind {
        Letter::Set => {
            let place = model.place();
            model.history.bookmarks.insert(name, place);
            note(model, Severity::Info, format!("bookmark {name}: ' {name} comes back"))
        }
        Letter::Jump => match model.history.bookmarks.get(&name).cloned() {
            Some(place) => {
                let present = model.place();
                model.history.leave(present);
                restore(model, &place);
                Vec::new()
            }
            None => note(model, Severity::Info, format!("there is no bookmark {name}")),
        },
    }
}

/// Goes to a place.
pub(super) fn restore(model: &mut Model, place: &Place) {
    model.overlays.clear();
    model.screen = place.screen;
    model.screens.restore(place.screen, &place.spot);
}

/// Begins a range of marks, or keeps the one that was begun.
pub(super) fn range(model: &mut Model) -> Vec<Effect> {
    if model.typed.range.take().is_some() {
        let told = format!("{} marked", model.marks.len());
        return note(model, Severity::Info, told);
    }
    let Some(anchor) = model.subject().image else {
        return note(model, Severity::Info, "no image is selected");
    };
    model.typed.range = Some(Range { anchor, before: model.marks.clone() });
    note(model, Severity::Info, "range: move to its other end, v keeps it, Esc forgets it")
}

/// Forgets a range that was begun. True when there was one.
pub(super) fn forget(model: &mut Model) -> bool {
    let range = model.typed.range.take();
    if let Some(range) = &range {
        model.marks.clone_from(&range.before);
    }
    range.is_some()
}

/// Marks what lies between the beginning of the range and the selection.
pub(super) fn extend(model: &mut Model) {
    let Some(range) = &model.typed.range else { return };
    let Some(present) = model.subject().image else { return };
    let order = model.screens.part(model.screen).order();
    let find = |wanted: &str| order.iter().position(|name| **name == *wanted);
    let (Some(from), Some(to)) = (find(&range.anchor), find(&present)) else { return };
    let between = order.get(from.min(to)..=from.max(to)).unwrap_or_default();
    model.marks = range.before.iter().chain(between).cloned().collect();
}

/// The present view as a locator.
pub(super) fn locator(model: &Model) -> String {
    Locator { origin: model.prefs.origin.clone(), place: model.place() }.to_string()
}

/// The screen as it is, as text in a file.
pub(super) fn dump(model: &Model) -> Vec<Effect> {
    let mut buffer = ratatui::buffer::Buffer::empty(model.area);
    super::view::view(model, &super::layout::regions(model), &mut buffer, &model.prefs.ink);
    let text = super::shot::text(&buffer);
    vec![Effect::Write(Export { name: "sigscope-screen.txt".to_owned(), exact: false, draft: false, text })]
}
