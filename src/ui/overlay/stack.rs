//! The overlays as one type, with their places.

use ratatui::layout::Rect;

use super::confirm::Confirm;
use super::diff::DiffPane;
use super::document::DocumentPane;
use super::help::Help;
use super::jobs::Jobs;
use super::messages::Messages;
use super::palette::Palette;
use super::text::TextPane;
use super::versus::VersusPane;
use super::why::Why;
use crate::ui::layout::{Regions, middle};
use crate::ui::part::Part;

/// An overlay.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// Why.
    Why(Box<Why>),
    /// The differences of two images.
    Diff(Box<DiffPane>),
    /// Two policies over the same images.
    Versus(Box<VersusPane>),
    /// Help.
    Help(Help),
    /// The palette.
    Palette(Palette),
    /// The page of a code, or content as it came.
    Text(TextPane),
    /// A document.
    Document(Box<DocumentPane>),
    /// Jobs.
    Jobs(Jobs),
    /// Messages.
    Messages(Messages),
    /// Whether a draft may go.
    Confirm(Confirm),
}

impl Overlay {
    /// As a part.
    #[must_use]
    pub fn part(&self) -> &dyn Part {
        match self {
            Self::Why(why) => why.as_ref(),
            Self::Diff(diff) => diff.as_ref(),
            Self::Versus(pane) => pane.as_ref(),
            Self::Help(help) => help,
            Self::Palette(palette) => palette,
            Self::Text(text) => text,
            Self::Document(document) => document.as_ref(),
            Self::Jobs(jobs) => jobs,
            Self::Messages(messages) => messages,
            Self::Confirm(confirm) => confirm,
        }
    }

    /// As a part to be changed.
    pub fn part_mut(&mut self) -> &mut dyn Part {
        match self {
            Self::Why(why) => why.as_mut(),
            Self::Diff(diff) => diff.as_mut(),
            Self::Versus(pane) => pane.as_mut(),
            Self::Help(help) => help,
            Self::Palette(palette) => palette,
            Self::Text(text) => text,
            Self::Document(document) => document.as_mut(),
            Self::Jobs(jobs) => jobs,
            Self::Messages(messages) => messages,
            Self::Confirm(confirm) => confirm,
        }
    }

    /// Its place: *why* takes the whole body, lists and pages leave a rim where there is room for one.
    #[must_use]
    pub fn area(&self, regions: &Regions) -> Rect {
        let body = regions.body;
        let rim = |width: u16, height: u16| {
            if body.width <= 90 { body } else { middle(body, width, height) }
        };
        match self {
            Self::Why(_) | Self::Document(_) | Self::Diff(_) | Self::Versus(_) => body,
            Self::Palette(_) => Rect { height: body.height.min(14), ..middle(body, 80, body.height) },
            Self::Help(_) => rim(100, body.height),
            Self::Text(_) | Self::Messages(_) => rim(120, body.height),
            Self::Jobs(_) => rim(100, 20),
            Self::Confirm(_) => middle(body, 50, 3),
        }
    }
}
