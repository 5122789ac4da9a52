//! Draws the Workloads screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::columns::Columns;
use super::empty;
use super::rows::Row;
use super::state::State;
use crate::model::cluster::Link;
use crate::model::verdict::Verdict;
use crate::ui::header::age;
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
        tree(state, area, out, ink);
    }
}

fn list(state: &State, at: &At<'_>, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::List;
    let inner = frame(state, at, focused).draw(area, out, ink);
    if inner.is_empty() {
        return;
    }
    if state.rows.is_empty() {
        let lines = empty::lines(at.world, at.now, usize::from(inner.width.saturating_sub(4)));
        let inner = Rect { x: inner.x + 2.min(inner.width), y: inner.y + 1.min(inner.height), ..inner };
        Scroll::default().draw(&lines, inner.intersection(area), out, ink);
        return;
    }
    let row = |y: u16| Rect { y, height: 1, ..inner };
    let lost = lost_for(at);
    let columns = Columns::fit(usize::from(inner.width), state.widths.0, state.wide, lost.is_some());
    let lost = lost.unwrap_or_default();
    paint(&columns.head(), row(inner.y), ink.glyphs.dots, out);
    let filter = u16::from(state.filter_shown()).min(inner.height.saturating_sub(1));
    let bottom = inner.bottom() - filter;
    let shown = state.rows.iter().enumerate().skip(state.cursor.offset);
    for ((index, item), y) in shown.zip(inner.y + 1..bottom) {
        let marked = matches!(item, Row::Owner { .. })
            && !at.marks.is_empty()
            && item.container(&state.table).is_some_and(|one| at.marks.contains(one.used.image.as_str()));
        paint(&columns.row(state, *item, marked, &lost, ink.glyphs), row(y), ink.glyphs.dots, out);
        if index == state.cursor.index() {
            ground(Role::Selection, row(y), focused, out);
        }
    }
    if filter > 0 {
        paint(&state.filter.line(), row(bottom), ink.glyphs.dots, out);
    }
}

/// For how long the source of the rows has been lost.
fn lost_for(at: &At<'_>) -> Option<String> {
    match &at.world.cluster.link {
        Link::Lost { since, .. } => Some(age(at.now.0 - since.0)),
        _ => None,
    }
}

fn frame(state: &State, at: &At<'_>, focused: bool) -> Frame {
    let title = Line::of(Role::Title, format!("Workloads by {}", state.order.by.word()));
    let all = state.table.workloads.len();
    let mut remark = Line::new();
    if state.filter.counts() {
        let shown: std::collections::BTreeSet<usize> =
            state.groups.iter().flat_map(|group| &group.members).map(|member| member.workload).collect();
        remark.push(Role::Mark, format!("{} of {all} · ", shown.len()));
    } else if all > 0 {
        let (denied, pods) = state.table.of_verdict(Verdict::Deny);
        if denied > 0 {
            remark.push(Role::Deny, format!("{denied} denied · {pods} pods"));
            remark.push(Role::Muted, " · ");
        } else {
            remark.push(Role::Muted, format!("{all} · {} pods · ", state.table.pods()));
        }
    }
    remark.push(Role::Muted, state.order.words());
    let marks = at.marks.len();
    let foot = if marks > 0 { Line::of(Role::Mark, format!("{marks} marked (●)")) } else { Line::new() };
    Frame::titled(title, focused).remark(remark).foot(foot)
}

fn detail(state: &State, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::Detail;
    let room = usize::from(inside(area).width.saturating_sub(4));
    let name = match state.row() {
        Some(row) => match row.container(&state.table) {
            Some(container) => container.used.image.clone(),
            None => state.groups.get(row.group()).map(|group| group.title.clone()).unwrap_or_default(),
        },
        None => String::new(),
    };
    let title = Line::of(Role::Title, middle(&Shown::new(&name), room, ink.glyphs.dots));
    let page = usize::from(inside(area).height);
    let detail = &state.detail;
    let place = detail.scroll.place(detail.lines.len(), page);
    let inner = Frame::titled(title, focused).foot(place).draw(area, out, ink);
    detail.scroll.draw(&detail.lines, inner, out, ink);
}

fn tree(state: &State, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::Tree;
    let tree = &state.detail.tree;
    let inner = Frame::titled(Line::of(Role::Title, "Evidence"), focused).draw(area, out, ink);
    if tree.is_empty() {
        let text = if state.container().is_some() {
            "Nothing has been fetched for this image."
        } else {
            "Select an owner."
        };
        let lines = wrap(Role::Muted, &Shown::new(text), usize::from(inner.width), 0);
        Scroll::default().draw(&lines, inner, out, ink);
        return;
    }
    tree.draw(inner, focused, out, ink);
}
