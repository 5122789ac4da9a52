//! Drafts on their way in and out: opening one from where the user is, trying a remedy, saving, leaving.

use std::sync::Arc;

use super::effect::Effect;
use super::history::ScreenId;
use super::model::Model;
use super::overlay::Overlay;
use super::overlay::confirm::Confirm;
use super::perform::{asks, leave, note, push};
use crate::explain::PolicyEdit;
use crate::model::world::Severity;

/// The policy file and line that the selection is about.
pub(super) fn policy_place(model: &Model) -> Option<(Arc<str>, u32)> {
    let subject = model.subject();
    if model.screen == ScreenId::Policies && model.overlays.is_empty() {
        let (file, line) = subject.path.rsplit_once(':')?;
        return known(model, file).map(|file| (file, line.parse().unwrap_or(1)));
    }
    let trace = subject.trace.as_ref()?.find(&model.world)?;
    let mut place = trace.location.clone();
    trace.walk(&mut |_, clause| {
        if place.is_none() {
            place.clone_from(&clause.location);
        }
    });
    let place = place?;
    known(model, &place.file).map(|file| (file, place.start.line))
}

fn known(model: &Model, file: &str) -> Option<Arc<str>> {
    model.world.files.iter().find(|known| *known.path == *file).map(|known| known.path.clone())
}

/// Opens the policy of the selection as a draft.
pub(super) fn draft(model: &mut Model) -> Vec<Effect> {
    if model.screen == ScreenId::WhatIf && model.overlays.is_empty() {
        return Vec::new();
    }
    let Some((file, line)) = policy_place(model) else {
        return note(model, Severity::Info, "there is no policy to edit here");
    };
    open(model, &file, line);
    let wanted = model.screens.what_if.ask();
    asks(model, wanted)
}

fn open(model: &mut Model, file: &Arc<str>, line: u32) {
    if model.screen == ScreenId::WhatIf {
        model.overlays.clear();
    } else {
        leave(model, ScreenId::WhatIf);
    }
    let world = model.world.clone();
    model.screens.what_if.open(file, line, &world);
}

/// Opens a draft with an edit made in it.
pub(super) fn attempt(model: &mut Model, edit: &PolicyEdit) -> Vec<Effect> {
    let Some(file) = known(model, &edit.file) else {
        return note(model, Severity::Info, "the policy is no longer there");
    };
    let saved = super::screen::what_if::saved(&model.world, &file).to_owned();
    let present = model.screens.what_if.drafts.iter().find(|draft| draft.file == file);
    if present.is_some_and(|draft| draft.editor.text() != saved) {
        open(model, &file, 0);
        return note(
            model,
            Severity::Info,
            "this policy has a draft already: the remedy is for the saved text",
        );
    }
    open(model, &file, 0);
    model.screens.what_if.replace(edit.from, edit.to, &edit.with);
    let wanted = model.screens.what_if.ask();
    let mut effects = asks(model, wanted);
    effects.extend(note(model, Severity::Info, format!("tried as a draft: {}", edit.label)));
    effects
}

/// Forgets the draft; asks first when it is in no file.
pub(super) fn discard(model: &mut Model) -> Vec<Effect> {
    if model.screens.what_if.unsaved() {
        push(model, Overlay::Confirm(Confirm::Discard));
        return Vec::new();
    }
    super::perform::act(model, super::action::Act::WhatIf(super::action::WhatIf::Drop))
}

/// Leaves; asks first when a draft is in no file.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    let asked = matches!(model.overlays.last(), Some(Overlay::Confirm(_)));
    if !asked && model.screens.what_if.unsaved() {
        push(model, Overlay::Confirm(Confirm::Quit));
        return Vec::new();
    }
    vec![Effect::Quit]
}

/// `:w` and `:w FILE`.
pub(super) fn save(model: &mut Model, path: &str) -> Vec<Effect> {
    let wanted = model.screens.what_if.save(Some(path).filter(|path| !path.is_empty()));
    if wanted.is_empty() {
        return note(model, Severity::Info, "there is no draft to save");
    }
    asks(model, wanted)
}

/// What came of writing a file.
pub(super) fn wrote(model: &mut Model, result: Result<String, String>, draft: bool) -> Vec<Effect> {
    match result {
        Ok(path) => {
            if draft {
                model.screens.what_if.kept();
            }
            note(model, Severity::Info, format!("saved {path}; nothing was applied"))
        }
        Err(problem) => note(model, Severity::Error, problem),
    }
}

/// What came of the user's own editor.
pub(super) fn edited(model: &mut Model, result: Result<String, String>) -> Vec<Effect> {
    match result {
        Ok(text) => {
            let wanted = model.screens.what_if.edited(&text);
            asks(model, wanted)
        }
        Err(problem) => note(model, Severity::Error, problem),
    }
}
