//! A bordered pane with a title at its left and a remark at its right; the focused one has a heavy border.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::paint::{paint, paint_right};
use crate::ui::layout::inside;
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};

/// A border.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// At the left of the upper border.
    pub title: Line,
    /// At the right of the upper border.
    pub remark: Line,
    /// At the left of the lower border.
    pub foot: Line,
    /// True for the pane that takes the keys.
    pub focused: bool,
}

impl Frame {
    /// A border with a title.
    #[must_use]
    pub fn titled(title: Line, focused: bool) -> Self {
        Self { title, focused, ..Self::default() }
    }

    /// The same with a remark.
    #[must_use]
    pub fn remark(mut self, remark: Line) -> Self {
        self.remark = remark;
        self
    }

    /// The same with a foot.
    #[must_use]
    pub fn foot(mut self, foot: Line) -> Self {
        self.foot = foot;
        self
    }

    /// Draws the border. Returns what is inside.
    pub fn draw(&self, area: Rect, out: &mut Buffer, ink: &Ink) -> Rect {
        let area = area.intersection(out.area);
        if area.width < 2 || area.height < 2 {
            return inside(area);
        }
        let role = if self.focused { Role::BorderFocus } else { Role::Border };
        let [across, down, corners] = self.lines(ink.glyphs.ascii);
        let style = role.ink();
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        for x in area.left()..area.right() {
            for y in [area.y, bottom] {
                out.set_string(x, y, across, style);
            }
        }
        for y in area.top()..area.bottom() {
            for x in [area.x, right] {
                out.set_string(x, y, down, style);
            }
        }
        let places = [(area.x, area.y), (right, area.y), (area.x, bottom), (right, bottom)];
        for ((x, y), corner) in places.into_iter().zip(corners.chars()) {
            out.set_string(x, y, corner.to_string(), style);
        }
        self.texts(area, out, ink);
        inside(area)
    }

    fn lines(&self, ascii: bool) -> [&'static str; 3] {
        match (ascii, self.focused) {
            (false, true) => ["━", "┃", "┏┓┗┛"],
            (false, false) => ["─", "│", "┌┐└┘"],
            (true, true) => ["=", "|", "++++"],
            (true, false) => ["-", "|", "++++"],
        }
    }

    fn texts(&self, area: Rect, out: &mut Buffer, ink: &Ink) {
        let dots = ink.glyphs.dots;
        let upper = Rect { x: area.x + 2, width: area.width.saturating_sub(4), height: 1, ..area };
        let spaced = |line: &Line| {
            let mut out = Line::of(Role::Text, " ");
            out.extend(line.clone());
            out.with(Role::Text, " ")
        };
        let mut room = upper.width;
        let title = spaced(&self.title);
        let least = u16::try_from(title.width()).unwrap_or(u16::MAX).min(24);
        if !self.remark.pieces.is_empty() && room >= least + 8 {
            let remark = spaced(&self.remark);
            let place = Rect { x: upper.x + least, width: room - least, ..upper };
            room -= paint_right(&remark, place, dots, out);
        }
        if !self.title.pieces.is_empty() {
            paint(&title, Rect { width: room, ..upper }, dots, out);
        }
        if !self.foot.pieces.is_empty() {
            paint(&spaced(&self.foot), Rect { y: area.bottom() - 1, ..upper }, dots, out);
        }
    }
}
