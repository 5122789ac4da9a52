//! Draws the answer to *why*.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::rows::verdict_role;
use super::state::Why;
use crate::explain::{clause_rows, verdict_symbol};
use crate::model::Trace;
use crate::ui::evidence::Lanes;
use crate::ui::layout::PaneId;
use crate::ui::part::At;
use crate::ui::text::Line;
use crate::ui::text::wrap::wrap_line;
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::paint::{clear, ground};
use crate::ui::widget::{Frame, Scroll, paint};

/// Draws both panes, or the one that has room.
pub(super) fn draw(why: &Why, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
    clear(at.area, out);
    let panes = why.panes(at.area);
    let Some(trace) = why.trace(at.world) else {
        return gone(at.area, out, ink);
    };
    if let Some(area) = panes.list {
        policy(why, trace, area, out, ink);
    }
    if let Some(area) = panes.detail {
        detail(why, trace, area, out, ink);
    }
    if let Some((area, lanes)) = panes.tree.zip(why.times.as_ref()) {
        times(lanes, area, out, ink);
    }
}

/// Below both panes: certificate, log, time stamp, build and now.
fn times(lanes: &Lanes, area: Rect, out: &mut Buffer, ink: &Ink) {
    let title =
        Line::of(Role::Title, "Times").with(Role::Muted, " as the documents say, in order and not to scale");
    let inner = Frame::titled(title, false).draw(area, out, ink);
    let lines = lanes.lines(usize::from(inner.width), ink.glyphs.ascii);
    Scroll::default().draw(&lines, inner, out, ink);
}

/// The result went away while it was looked at: a policy was edited, or the image is gone.
fn gone(area: Rect, out: &mut Buffer, ink: &Ink) {
    let inner = Frame::titled(Line::of(Role::Title, "Why"), true).draw(area, out, ink);
    let text =
        "This result is no longer there: its policy or its image has changed. Esc goes back to the list.";
    let lines = wrap_line(&Line::of(Role::Muted, text), usize::from(inner.width), 0);
    Scroll::default().draw(&lines, inner, out, ink);
}

fn policy(why: &Why, trace: &Trace, area: Rect, out: &mut Buffer, ink: &Ink) {
    let rows = clause_rows(trace);
    let path = why.path(trace);
    let number = rows.iter().position(|row| row.path == path).map_or(0, |at| at + 1);
    let mut title = Line::of(Role::Title, trace.marked(trace.policy.name.clone()));
    if let Some(span) = why.place(trace) {
        let separator = if ink.glyphs.ascii { " - " } else { " · " };
        title = title.with(Role::Muted, format!("{separator}{}", span.file));
    }
    let clauses = match number {
        0 => format!("{} clauses", rows.len()),
        number => format!("clause {number} of {}", rows.len()),
    };
    let remark = Line::of(Role::Muted, clauses);
    let page = usize::from(area.height.saturating_sub(2));
    let mut foot = why.policy.place(why.lines.len(), page);
    if !why.head.pieces.is_empty() {
        foot.push(
            Role::Muted,
            if foot.pieces.is_empty() { "n/e: not exercised" } else { ", n/e: not exercised" },
        );
    }
    let focused = why.split.focus == PaneId::List;
    let mut inner = Frame::titled(title, focused).remark(remark).foot(foot).draw(area, out, ink);
    if why.lines.is_empty() {
        let text = Line::of(Role::Muted, "The text of this policy is not at hand.");
        Scroll::default().draw(&wrap_line(&text, usize::from(inner.width), 0), inner, out, ink);
        return;
    }
    if !why.head.pieces.is_empty() && inner.height > 0 {
        paint(&why.head, inner, ink.glyphs.dots, out);
        inner = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
    }
    for (row, y) in why.lines.iter().skip(why.policy.top).zip(inner.top()..inner.bottom()) {
        let place = Rect { y, height: 1, ..inner };
        paint(&row.line, place, ink.glyphs.dots, out);
        if row.selected {
            ground(Role::Selection, place, false, out);
        }
    }
}

fn detail(why: &Why, trace: &Trace, area: Rect, out: &mut Buffer, ink: &Ink) {
    let symbol = verdict_symbol(trace.verdict, ink.glyphs.ascii);
    let role = verdict_role(trace.verdict);
    let remark = Line::of(role, format!("{symbol} {}", trace.verdict.label()));
    let title = Line::of(Role::Title, "Why ").with(Role::Text, short_name(&trace.image.image));
    let page = usize::from(area.height.saturating_sub(2));
    let foot = why.detail.place(why.rows.len(), page);
    let focused = why.split.focus != PaneId::List;
    let inner = Frame::titled(title, focused).remark(remark).foot(foot).draw(area, out, ink);
    let path = why.path(trace);
    for (row, y) in why.rows.iter().skip(why.detail.top).zip(inner.top()..inner.bottom()) {
        let place = Rect { y, height: 1, ..inner };
        paint(&row.line, place, ink.glyphs.dots, out);
        if row.clause.as_ref() == Some(&path) {
            ground(Role::Selection, place, focused, out);
        }
    }
}

/// What follows the host: the registry is in the sentence anyway.
fn short_name(image: &str) -> &str {
    image.split_once('/').map_or(image, |(_, name)| name)
}
