//! Conditions of actions: each can say why the action does not work now.

use crate::ui::history::ScreenId;
use crate::ui::model::Model;

/// When an action works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// When an image is selected.
    Image,
    /// When the selection has a verdict.
    Verdict,
    /// When the selection has a digest.
    Digest,
    /// When there is content behind the selection.
    Raw,
    /// When the selection has a code.
    Code,
    /// When the list of images is on screen.
    Images,
    /// When the list of workloads is on screen.
    Workloads,
    /// When one of these two lists is on screen.
    Lists,
    /// When work runs or waits.
    Work,
    /// When there is a place to go back to.
    Past,
    /// When there is a place to go forward to.
    Future,
    /// When the selection is about a policy.
    Policy,
    /// When something is marked.
    Marks,
}

impl When {
    /// Whether it holds.
    ///
    /// # Errors
    /// Why not, in a few words.
    pub fn check(self, model: &Model) -> Result<(), &'static str> {
        let say = |holds: bool, why: &'static str| if holds { Ok(()) } else { Err(why) };
        // Behind an overlay no list has the keys.
        let bare = model.overlays.is_empty();
        match self {
            Self::Always => Ok(()),
            Self::Image => say(model.subject().image.is_some(), "no image is selected"),
            Self::Verdict => say(model.subject().trace.is_some(), "no policy has judged this yet"),
            Self::Digest => say(model.subject().digest.is_some(), "the digest is not known yet"),
            Self::Raw => say(model.subject().raw.is_some(), "nothing has been fetched for this"),
            Self::Code => say(model.subject().code.is_some(), "this has no code"),
            Self::Images => say(model.on_images() && bare, "this works on the Images screen (2)"),
            Self::Workloads => {
                say(model.screen == ScreenId::Workloads && bare, "this works on the Workloads screen (1)")
            }
            Self::Lists => say(
                bare && (model.on_images() || model.screen == ScreenId::Workloads),
                "this works on the Workloads and Images screens (1, 2)",
            ),
            Self::Work => say(!model.world.settled(), "no work is running"),
            Self::Past => say(model.history.has_past(), "there is nothing to go back to"),
            Self::Future => say(model.history.has_future(), "there is nothing to go forward to"),
            Self::Policy => {
                say(crate::ui::perform::policy_place(model).is_some(), "there is no policy to edit here")
            }
            Self::Marks => say(!model.marks.is_empty(), "nothing is marked"),
        }
    }
}
