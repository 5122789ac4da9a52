//! Draws the Audit screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::rows::{Dealt, Row};
use super::state::State;
use crate::ui::detail::verdict_words;
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::At;
use crate::ui::text::width::{end, middle, pad};
use crate::ui::text::{Line, Shown, wrap::wrap};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::paint::{ground, paint};
use crate::ui::widget::{Frame, Scroll};

/// Mark, verdict and standing.
const LEAD: usize = 17;
/// The code.
const CODE: usize = 14;

/// Draws both panes.
pub fn view(state: &State, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
    let panes = state.panes(at.area);
    if let Some(area) = panes.list {
        list(state, at, area, out, ink);
    }
    if let Some(area) = panes.detail {
        detail(state, area, out, ink);
    }
}

fn list(state: &State, at: &At<'_>, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::List;
    let inner = frame(state, at, focused).draw(area, out, ink);
    if inner.is_empty() {
        return;
    }
    if state.rows.is_empty() {
        let text = if at.world.settled() {
            "Nothing is denied, and nothing is undecided. 2 shows every image with its verdict."
        } else {
            "Looking. What is denied or cannot be decided appears here."
        };
        let lines = wrap(Role::Muted, &Shown::new(text), usize::from(inner.width), 0);
        Scroll::default().draw(&lines, inner, out, ink);
        return;
    }
    let row = |y: u16| Rect { y, height: 1, ..inner };
    let left = usize::from(inner.width).saturating_sub(LEAD + CODE + 1);
    let image = if left >= 44 { left * 45 / 100 } else { left };
    let head = format!("  {:<8}{:<7}{:<CODE$} {}", "VERDICT", "STATE", "CODE", "IMAGE");
    let mut head = Line::of(Role::Muted, head);
    if image < left {
        head = head.padded(LEAD + CODE + 1 + image + 1).with(Role::Muted, "RESOURCE  POLICY/RULE");
    }
    paint(&head, row(inner.y), ink.glyphs.dots, out);
    let below = u16::from(state.line_shown()).min(inner.height.saturating_sub(1));
    let bottom = inner.bottom() - below;
    let shown = state.rows.iter().enumerate().skip(state.cursor.offset);
    for ((index, item), y) in shown.zip(inner.y + 1..bottom) {
        let marked = at.marks.contains(item.image.as_str());
        paint(&line(item, marked, (image, left), ink), row(y), ink.glyphs.dots, out);
        if index == state.cursor.index() {
            ground(Role::Selection, row(y), focused, out);
        }
    }
    if below > 0 {
        let typed = match &state.note {
            Some(note) => note.field.line("note: ", true),
            None => state.filter.line(),
        };
        paint(&typed, row(bottom), ink.glyphs.dots, out);
    }
}

fn frame(state: &State, at: &At<'_>, focused: bool) -> Frame {
    let count = |dealt: Dealt| state.rows.iter().filter(|row| row.dealt == dealt).count();
    let shown = state.rows.len();
    let mut remark = Line::new();
    if shown < state.all {
        remark.push(Role::Mark, format!("{shown} of {} · ", state.all));
    }
    remark.push(Role::Muted, format!("{} open", count(Dealt::Open)));
    remark.push(Role::Muted, format!(" · {} acknowledged", count(Dealt::Acknowledged)));
    if count(Dealt::Lapsed) > 0 {
        remark.push(Role::Audit, format!(" · {} lapsed", count(Dealt::Lapsed)));
    }
    let foot = if at.marks.is_empty() {
        Line::new()
    } else {
        Line::of(Role::Mark, format!("{} marked (●)", at.marks.len()))
    };
    Frame::titled(Line::of(Role::Title, "Findings"), focused).remark(remark).foot(foot)
}

fn line(row: &Row, marked: bool, (image, left): (usize, usize), ink: &Ink) -> Line {
    let dots = ink.glyphs.dots;
    let mut line = Line::of(Role::Mark, if marked { "● " } else { "  " });
    line.extend(verdict_words(row.verdict, ink.glyphs));
    let role = match row.dealt {
        Dealt::Open => Role::Muted,
        Dealt::Acknowledged => Role::Ok,
        Dealt::Lapsed => Role::Audit,
    };
    line.push(role, format!(" {:<7}", row.dealt.word()));
    let mut line = line.cut(LEAD, dots).padded(LEAD);
    line.push(Role::Code, pad(&Shown::new(row.code.as_str()), CODE, dots));
    line.push(Role::Text, " ");
    line.push(Role::Text, pad(&middle(&Shown::from(&row.image), image, dots), image, dots));
    if image < left {
        let rest = left - image - 1;
        let text = Shown::new(&format!("{}  {}", row.resource, row.policy));
        line.push(Role::Text, " ");
        line.push(Role::Muted, end(&text, rest, dots));
    }
    line
}

fn detail(state: &State, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::Detail;
    let room = usize::from(inside(area).width.saturating_sub(4));
    let name = state.cursor.selected().map_or("", |key| key.image.1.as_str());
    let title = Line::of(Role::Title, middle(&Shown::new(name), room, ink.glyphs.dots));
    let place = state.scroll.place(state.lines.len(), usize::from(inside(area).height));
    let inner = Frame::titled(title, focused).foot(place).draw(area, out, ink);
    state.scroll.draw(&state.lines, inner, out, ink);
}
