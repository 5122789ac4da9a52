//! Draws the Images screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::columns::Columns;
use super::state::State;
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::At;
use crate::ui::text::{Line, Shown, width::middle, wrap::wrap};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::paint::{ground, paint};
use crate::ui::widget::{Frame, Scroll};

/// Draws all panes.
pub fn view(state: &State, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
    let panes = state.panes(at.area);
    if let Some(area) = panes.list {
        list(state, at, area, out, ink);
    }
    if let Some(area) = panes.detail {
        detail(state, area, out, ink);
    }
    if let Some(area) = panes.tree {
        tree(state, at, area, out, ink);
    }
}

fn list(state: &State, at: &At<'_>, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::List;
    let inner = frame(state, at, focused).draw(area, out, ink);
    if inner.is_empty() {
        return;
    }
    if state.rows.is_empty() {
        empty(at, inner, out, ink);
        return;
    }
    let row = |y: u16| Rect { y, height: 1, ..inner };
    let columns = Columns::fit(usize::from(inner.width), &state.rows, state.wide);
    paint(&columns.head(), row(inner.y), ink.glyphs.dots, out);
    let filter = u16::from(state.filter_shown()).min(inner.height.saturating_sub(1));
    let bottom = inner.bottom() - filter;
    let shown = state.rows.iter().enumerate().skip(state.cursor.offset);
    for ((index, item), y) in shown.zip(inner.y + 1..bottom) {
        let marked =
            item.id.trace.is_none() && item.id.image.as_ref().is_some_and(|name| at.marks.contains(name));
        paint(&columns.row(item, marked, ink.glyphs), row(y), ink.glyphs.dots, out);
        if index == state.cursor.index() {
            ground(Role::Selection, row(y), focused, out);
        }
    }
    if filter > 0 {
        paint(&state.filter.line(), row(bottom), ink.glyphs.dots, out);
    }
}

fn frame(state: &State, at: &At<'_>, focused: bool) -> Frame {
    let images = at.world.images.len();
    let shown = state.rows.iter().filter(|row| row.id.image.is_some() && row.id.trace.is_none()).count();
    let host = state.host.trim_end_matches('/');
    let place = if host.is_empty() { String::new() } else { format!(" in {host}") };
    let title = Line::of(Role::Title, format!("Images{place}{}", state.order.group_words()));
    let mut remark = Line::new();
    if state.filter.counts() {
        remark.push(Role::Mark, format!("{shown} of {images} · "));
    } else {
        remark.push(Role::Muted, format!("{images} · "));
    }
    remark.push(Role::Muted, state.order.words());
    let marks = at.marks.len();
    let foot = if marks > 0 { Line::of(Role::Mark, format!("{marks} marked (●)")) } else { Line::new() };
    Frame::titled(title, focused).remark(remark).foot(foot)
}

/// What to do when there is nothing to show.
fn empty(at: &At<'_>, area: Rect, out: &mut Buffer, ink: &Ink) {
    let text = if at.world.jobs.is_empty() && at.world.revision > 0 {
        "Nothing is looked at yet. `:open HOST/REPO` lists a repository, `:open HOST/REPO:TAG` one image."
    } else {
        "Looking for images. Rows appear here as soon as they are known."
    };
    let lines = wrap(Role::Muted, &Shown::new(text), usize::from(area.width.saturating_sub(4)), 0);
    let area = Rect { x: area.x + 2.min(area.width), y: area.y + 1.min(area.height), ..area };
    Scroll::default().draw(&lines, area.intersection(out.area), out, ink);
}

fn detail(state: &State, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::Detail;
    let room = usize::from(inside(area).width.saturating_sub(4));
    let name = state.cursor.selected().map_or("", |id| id.image.as_deref().unwrap_or(&id.group));
    let title = Line::of(Role::Title, middle(&Shown::new(name), room, ink.glyphs.dots));
    let page = usize::from(inside(area).height);
    let detail = &state.detail;
    let place = detail.scroll.place(detail.lines.len(), page);
    let inner = Frame::titled(title, focused).foot(place).draw(area, out, ink);
    detail.scroll.draw(&detail.lines, inner, out, ink);
}

fn tree(state: &State, at: &At<'_>, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::Tree;
    let tree = &state.detail.tree;
    let title = Line::of(Role::Title, "Evidence");
    let inner = Frame::titled(title, focused).draw(area, out, ink);
    if tree.is_empty() {
        let waiting =
            state.cursor.selected().and_then(|id| id.image.as_deref()).and_then(|name| at.world.image(name));
        let text =
            if waiting.is_some() { "Nothing has been fetched for this image." } else { "Select an image." };
        let lines = wrap(Role::Muted, &Shown::new(text), usize::from(inner.width), 0);
        Scroll::default().draw(&lines, inner, out, ink);
        return;
    }
    tree.draw(inner, focused, out, ink);
}
