//! The one question that is ever asked: whether a draft that is in no file may go.

use ratatui::buffer::Buffer;

use crate::ui::action::{Act, Scope, WhatIf};
use crate::ui::effect::Effect;
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::Subject;
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::{Frame, paint};

/// What happens with a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// The program ends.
    Quit,
    /// The draft on screen is forgotten.
    Discard,
}

impl Part for Confirm {
    fn scope(&self) -> Scope {
        Scope::Confirm
    }

    fn crumb(&self) -> Line {
        Line::of(Role::Text, "sure?")
    }

    fn act(&mut self, act: Act, _: &At<'_>) -> Vec<Ask> {
        match (act, *self) {
            (Act::Open, Self::Quit) => vec![Ask::Do(Effect::Quit)],
            (Act::Open, Self::Discard) => vec![Ask::Close, Ask::Act(Act::WhatIf(WhatIf::Drop))],
            _ => Vec::new(),
        }
    }

    fn lacks(&self, act: Act) -> bool {
        matches!(act, Act::Filter | Act::FilterValue | Act::Found(_))
    }

    fn fit(&mut self, _: &At<'_>) {}

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        let inner =
            Frame::titled(Line::of(Role::Title, "A draft is not saved"), true).draw(at.area, out, ink);
        let what = match self {
            Self::Quit => "leave without it",
            Self::Discard => "forget it",
        };
        let line =
            Line::of(Role::Key, "enter").with(Role::Text, format!(" {what}   ")).with(Role::Key, "esc");
        paint(&line.with(Role::Text, " keep it"), inner, ink.glyphs.dots, out);
    }

    fn subject(&self, _: &At<'_>) -> Subject {
        Subject::default()
    }

    fn hints(&self) -> &'static [&'static str] {
        &["confirm", "escape"]
    }
}
