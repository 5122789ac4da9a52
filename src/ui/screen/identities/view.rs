//! Draws the Identities screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::rows::Row;
use super::state::State;
use crate::model::Moment;
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::At;
use crate::ui::text::width::{end, middle};
use crate::ui::text::{Line, Shown, wrap::wrap};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::paint::{ground, paint};
use crate::ui::widget::{Frame, Scroll};

/// Images, pods and first seen.
const COUNTS: usize = 22;

/// Draws both panes.
pub fn view(state: &State, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
    let panes = state.panes(at.area);
    if let Some(area) = panes.list {
        list(state, at, area, out, ink);
    }
    if let Some(area) = panes.detail {
        let focused = state.split.focus == PaneId::Detail;
        let place = state.scroll.place(state.lines.len(), usize::from(inside(area).height));
        let title = Line::of(Role::Title, "What stands on it");
        let inner = Frame::titled(title, focused).foot(place).draw(area, out, ink);
        state.scroll.draw(&state.lines, inner, out, ink);
    }
}

fn list(state: &State, at: &At<'_>, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::List;
    let verified = state.known.all.all.iter().filter(|one| one.verified).count();
    let remark = Line::of(
        Role::Muted,
        format!("{verified} verified · {} only claimed", state.known.all.all.len() - verified),
    );
    let inner =
        Frame::titled(Line::of(Role::Title, "Identities"), focused).remark(remark).draw(area, out, ink);
    if inner.is_empty() {
        return;
    }
    if state.rows.is_empty() {
        let text =
            "Nobody is known yet. Signers appear as soon as images are fetched; a policy has to verify them.";
        let lines = wrap(Role::Muted, &Shown::new(text), usize::from(inner.width), 0);
        Scroll::default().draw(&lines, inner, out, ink);
        return;
    }
    let name = usize::from(inner.width).saturating_sub(COUNTS).max(12);
    let head = format!("{:<name$}{:>6}{:>6}  {:<8}", "  IDENTITY", "IMGS", "PODS", "FIRST");
    paint(&Line::of(Role::Muted, head), Rect { height: 1, ..inner }, ink.glyphs.dots, out);
    let shown = state.rows.iter().enumerate().skip(state.cursor.offset);
    for ((index, row), y) in shown.zip(inner.y + 1..inner.bottom()) {
        let place = Rect { y, height: 1, ..inner };
        paint(&line(row, name, at.world.as_of, ink), place, ink.glyphs.dots, out);
        if index == state.cursor.index() {
            ground(Role::Selection, place, focused, out);
        }
    }
}

fn line(row: &Row, room: usize, now: Moment, ink: &Ink) -> Line {
    let fold = match row.open {
        None => " ",
        Some(true) => "▾",
        Some(false) => "▸",
    };
    let lead = format!("{}{fold} ", "  ".repeat(row.depth));
    let left = room.saturating_sub(row.depth * 2 + 3);
    let text = Shown::new(&row.name);
    // Names of keys and workflows are told apart by their ends, people by their beginnings.
    let name = if row.open.is_some() {
        end(&text, left, ink.glyphs.dots)
    } else {
        middle(&text, left, ink.glyphs.dots)
    };
    let role = if row.identity.is_none() {
        Role::Title
    } else if row.verified {
        Role::Text
    } else {
        Role::Muted
    };
    let mut line = Line::of(Role::Muted, lead).with(role, name).cut(room, ink.glyphs.dots).padded(room);
    let dash = |number: usize| if number == 0 { "-".to_owned() } else { number.to_string() };
    line.push(Role::Muted, format!("{:>6}{:>6}  ", dash(row.images), dash(row.pods)));
    if row.new {
        line.push(Role::Badge, format!("{} NEW", age(now, row.first)));
    } else {
        line.push(Role::Muted, age(now, row.first));
    }
    line
}

/// How long ago.
fn age(now: Moment, first: Option<Moment>) -> String {
    first.map(|first| crate::ui::header::age(now.0.saturating_sub(first.0))).unwrap_or_default()
}
