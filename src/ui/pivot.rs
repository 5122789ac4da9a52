//! From an image to who signed it, and to another image beside it.

use std::sync::Arc;

use super::effect::Effect;
use super::history::ScreenId;
use super::model::Model;
use super::overlay::Overlay;
use super::overlay::diff::DiffPane;
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
