//! From an image to who signed it, and to another image beside it.

use std::sync::Arc;

use super::effect::Effect;
use super::history::ScreenId;
use super::model::Model;
use super::overlay::Overlay;
use super::overlay::diff::DiffPane;
use super::overlay::versus::{self, VersusPane};
use super::perform::{leave, note, push};
use crate::model::World;
use crate::model::world::{ImageRow, ImageState, Severity};

/// The Identities screen at who signed the selected image; with `detail` at what stands on them.
pub(super) fn identity(model: &mut Model, detail: bool) -> Vec<Effect> {
    if model.screen == ScreenId::Identities && model.overlays.is_empty() {
        if detail {
            model.screens.identities.split.focus = super::layout::PaneId::Detail;
        }
        return Vec::new();
    }
    let Some(image) = model.subject().image else {
        return note(model, Severity::Info, "no image is selected");
    };
    let world = model.world.clone();
    if !model.screens.identities.look_at(&image, &world, detail) {
        return note(model, Severity::Info, "it is not known who signed this image: it was not fetched");
    }
    if model.screen == ScreenId::Identities {
        model.overlays.clear();
    } else {
        leave(model, ScreenId::Identities);
    }
    Vec::new()
}

/// The selected image beside the marked one, else beside the one before of its repository.
pub(super) fn compare(model: &mut Model) -> Vec<Effect> {
    let Some(image) = model.subject().image else {
        return note(model, Severity::Info, "no image is selected");
    };
    let marked: Vec<Arc<str>> = model.marks.iter().filter(|name| **name != image).cloned().collect();
    let other = match marked.as_slice() {
        [one] => Some(one.clone()),
        [] => before(&model.world, &image),
        _ => return note(model, Severity::Info, "mark one other image: several are marked"),
    };
    let Some(other) = other else {
        return note(
            model,
            Severity::Info,
            "no other digest of this repository is looked at: mark another image (space) and press d there",
        );
    };
    push(model, Overlay::Diff(Box::new(DiffPane::new(other.clone(), image.clone()))));
    vec![Effect::Compare(other, image)]
}

/// The policy of the selection beside another.
pub(super) fn versus(model: &mut Model) -> Vec<Effect> {
    let Some(old) = model.screens.policies.policy(&model.world) else {
        return note(model, Severity::Info, "no policy is selected");
    };
    let Some(new) = versus::other(&model.world, &old) else {
        return note(model, Severity::Info, "there is no other policy here to compare it with");
    };
    push(model, Overlay::Versus(Box::new(VersusPane::new(old, new))));
    Vec::new()
}

/// `:compare OLD NEW`, by names; with a kind in front (`ClusterPolicy/NAME`) where two have the same.
pub(super) fn versus_named(model: &mut Model, names: &str) -> Vec<Effect> {
    let words: Vec<&str> = names.split_whitespace().collect();
    let [old, new] = words.as_slice() else {
        return note(model, Severity::Error, "`:compare OLD NEW` takes the names of two policies");
    };
    let found = |name: &str| {
        let all = model.world.files.iter().flat_map(|file| &file.policies).map(|row| &row.id);
        let mut all = all.filter(|id| id.name == name || format!("{}/{}", id.kind, id.name) == name);
        all.next().cloned()
    };
    let missing = |name: &str| format!("there is no policy `{name}`; the Policies screen (4) lists them");
    match (found(old), found(new)) {
        (Some(old), Some(new)) => {
            push(model, Overlay::Versus(Box::new(VersusPane::new(old, new))));
            Vec::new()
        }
        (None, _) => note(model, Severity::Error, missing(old)),
        (_, None) => note(model, Severity::Error, missing(new)),
    }
}

/// The nearest image before in the order of the sources that is of the same repository and another digest, else the
/// nearest behind it.
fn before(world: &World, image: &str) -> Option<Arc<str>> {
    let place = world.images.iter().position(|row| &*row.name == image)?;
    let own = world.images.get(place)?;
    let fits = |row: &&ImageRow| match (&row.state, &own.state) {
        (ImageState::Ready(other), ImageState::Ready(evidence)) => {
            other.subject.name() == evidence.subject.name() && other.digest != evidence.digest
        }
        _ => false,
    };
    let (ahead, behind) = world.images.split_at(place);
    ahead.iter().rev().find(fits).or_else(|| behind.iter().find(fits)).map(|row| row.name.clone())
}
