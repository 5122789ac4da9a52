//! The scenes that are pictured: keys typed into the program over the demo.

use std::sync::Arc;

use ratatui::buffer::Buffer;

use super::svg::{Defaults, svg};
use super::text::text;
use crate::engine::Draft;
use crate::model::{WhatIf, World};
use crate::ui::effect::{Effect, Order};
use crate::ui::keymap::Chord;
use crate::ui::layout::regions;
use crate::ui::model::Model;
use crate::ui::msg::Msg;
use crate::ui::settings::Settings;
use crate::ui::theme::{Depth, ThemeError};
use crate::ui::{update, view};

/// A scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    /// Its name, and that of its files.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// Keys, as the table of actions writes them.
    pub keys: &'static str,
    /// Columns and rows.
    pub size: (u16, u16),
    /// ASCII characters only.
    pub ascii: bool,
}

const fn scene(name: &'static str, title: &'static str, keys: &'static str, size: (u16, u16)) -> Scene {
    Scene { name, title, keys, size, ascii: false }
}

/// An image that is in no log: why, the remedy as a draft, the first flip.
const WHAT_IF: &str = "/ g a t e w a y enter w a n";

/// The attestation of an image, as tables.
const DOCUMENT: &str = "/ e t l enter 3 j j j j j j o";
/// The same in the tree.
const ATTESTED: &str = "/ e t l enter 3 j j j j j j l j l j j l j l";

/// Every scene.
pub const SCENES: &[Scene] = &[
    scene("workloads", "Workloads by the cause of their denial", "1", (120, 36)),
    scene("workloads-80", "Workloads in 80 columns", "1", (80, 24)),
    scene("workloads-200", "Workloads in 200 columns", "1", (200, 50)),
    scene("workloads-namespace", "Workloads by namespace", "1 s N", (120, 36)),
    scene(
        "workloads-drift",
        "A pod that runs something else than its image names",
        "1 / c h e c k o u t enter j j l j",
        (120, 36),
    ),
    scene("images", "Images with their verdicts", "", (120, 36)),
    scene("images-80", "Images in 80 columns", "", (80, 24)),
    scene("images-200", "Images in 200 columns", "", (200, 50)),
    scene("why", "Why an image is denied: policy and evidence side by side", "j j j j j j w", (120, 36)),
    scene("why-80", "Why in 80 columns", "j j j j j j w", (80, 24)),
    scene("why-times", "Why, with the times that it stands on", "/ e t l enter w", (120, 36)),
    scene("why-200", "Why in 200 columns", "j j j j j j w", (200, 50)),
    scene("evidence", "Evidence of one image", "j 3 j j l l j", (120, 36)),
    scene("evidence-80", "Evidence in 80 columns", ATTESTED, (80, 24)),
    scene("evidence-200", "Evidence in 200 columns", ATTESTED, (200, 50)),
    scene("document", "What an attestation says", DOCUMENT, (120, 36)),
    scene("timeline", "The times that hang on an image", "/ e t l enter 3 t", (120, 36)),
    scene("policies", "Policies with how often each line held and failed", "j j j j j j 4", (120, 36)),
    scene("compare", "Where two policies disagree, and why", "4 C", (120, 36)),
    scene("compare-80", "Two policies in 80 columns", "4 C", (80, 24)),
    scene("identities", "Who signed what, and what stands on each of them", "5", (120, 36)),
    scene("identities-80", "Identities in 80 columns", "5", (80, 24)),
    scene("audit", "Findings and what was said of them", "6", (120, 36)),
    scene("audit-80", "Findings in 80 columns", "6", (80, 24)),
    scene("what-if", "A remedy as a draft, and what it changes", WHAT_IF, (120, 36)),
    scene("what-if-80", "What-if in 80 columns", WHAT_IF, (80, 24)),
    scene("what-if-200", "What-if in 200 columns", WHAT_IF, (200, 50)),
    scene("help", "Help", "?", (120, 36)),
    scene("palette", "The palette", ": g r o u p", (120, 36)),
    scene("code", "The page of a code", "x", (120, 36)),
    scene("small", "Too small", "", (50, 12)),
    Scene { name: "ascii", title: "Without Unicode", keys: "j j j j j j w", size: (80, 24), ascii: true },
];

/// A picture of a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// As text.
    pub text: String,
    /// As SVG.
    pub svg: String,
}

/// Plays a scene over a settled world and pictures its end; `judge` answers drafts.
///
/// # Errors
/// When there is no theme of that name.
pub fn picture(
    scene: &Scene,
    theme: &str,
    world: &Arc<World>,
    judge: &mut dyn FnMut(Draft) -> Arc<WhatIf>,
) -> Result<Picture, ThemeError> {
    let mut stage = Stage::new(theme, scene.size, scene.ascii, world)?;
    for chord in Chord::sequence(scene.keys).unwrap_or_default() {
        stage.press(chord, judge);
    }
    let buffer = stage.draw();
    Ok(Picture { text: text(&buffer), svg: svg(&buffer, scene.title, defaults(theme)) })
}

/// What a terminal of that theme has of its own.
pub(super) fn defaults(theme: &str) -> Defaults {
    if theme == "light" {
        Defaults { text: [0x1f, 0x23, 0x28], ground: [0xff, 0xff, 0xff] }
    } else {
        Defaults { text: [0xd4, 0xd4, 0xd4], ground: [0x16, 0x18, 0x1d] }
    }
}

/// The program without a terminal.
pub(super) struct Stage {
    model: Model,
}

impl Stage {
    pub(super) fn new(
        theme: &str,
        (width, height): (u16, u16),
        ascii: bool,
        world: &Arc<World>,
    ) -> Result<Self, ThemeError> {
        let settings = Settings {
            depth: Depth::True,
            ascii,
            theme: theme.to_owned(),
            no_mouse: true,
            ..Settings::default()
        };
        let mut model = Model::new(&settings, width, height, world.as_of)?;
        update(&mut model, Msg::World(world.clone()));
        Ok(Self { model })
    }

    pub(super) fn press(&mut self, chord: Chord, judge: &mut dyn FnMut(Draft) -> Arc<WhatIf>) {
        for effect in update(&mut self.model, Msg::Key(chord)) {
            if let Effect::Order(Order::Draft(Some(draft))) = effect {
                update(&mut self.model, Msg::WhatIf(judge(draft)));
            }
        }
    }

    pub(super) fn draw(&self) -> Buffer {
        let mut buffer = Buffer::empty(self.model.area);
        view(&self.model, &regions(&self.model), &mut buffer, &self.model.prefs.ink);
        buffer
    }
}
