//! Draws the what-if screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::rows::{because, heading};
use super::state::{Draft, State};
use super::{lints, probes};
use crate::ui::layout::PaneId;
use crate::ui::part::At;
use crate::ui::text::width::middle;
use crate::ui::text::{Line, Shown, width};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::editor::{highlight, skip};
use crate::ui::widget::paint::{ground, paint};
use crate::ui::widget::{Frame, Scroll};

/// Columns before the text: mark, number, bar.
pub(super) const GUTTER: usize = 7;

/// Draws both panes, or the one that has room.
pub(super) fn draw(state: &State, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
    let panes = state.panes(at.area);
    if let Some(area) = panes.list {
        match state.draft() {
            Some(draft) => text(state, draft, area, out, ink),
            None => nothing(area, out, ink),
        }
    }
    if let Some(area) = panes.detail {
        flips(state, area, out, ink);
    }
}

fn nothing(area: Rect, out: &mut Buffer, ink: &Ink) {
    let inner = Frame::titled(Line::of(Role::Title, "What-if"), true).draw(area, out, ink);
    let text = "There is no draft. `e` on a policy or on any verdict opens one.";
    paint(&Line::of(Role::Muted, text), inner, ink.glyphs.dots, out);
}

fn text(state: &State, draft: &Draft, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::List;
    let (line, column) = draft.editor.place();
    let unsaved = draft.editor.changes() != draft.kept;
    let what = if unsaved { " (draft, unsaved)" } else { " (draft)" };
    let room = usize::from(area.width).saturating_sub(what.len() + 24);
    let title = Line::of(Role::Title, middle(&Shown::new(&draft.file), room, ink.glyphs.dots))
        .with(Role::Badge, what);
    let mode = if state.inserting { "INSERT" } else { "NORMAL" };
    let remark = Line::of(Role::Title, mode).with(Role::Muted, format!("  {}:{}", line + 1, column + 1));
    let inner = Frame::titled(title, focused).remark(remark).foot(lints::counts(state)).draw(area, out, ink);
    let said = lints::status(state, line, usize::from(inner.width), lints::rows(inner.height));
    let Some(rows) = inner.height.checked_sub(lints::rows(inner.height)) else { return };
    let partner = if focused { draft.editor.partner() } else { None };
    let lines = draft.editor.lines().iter().enumerate().skip(state.view.0.top);
    for ((number, content), y) in lines.zip(inner.y..inner.y + rows) {
        let row = Rect { y, height: 1, ..inner };
        gutter(state, number, row, out, ink);
        let left = u16::try_from(GUTTER).unwrap_or(0).min(row.width);
        let row = Rect { x: row.x + left, width: row.width - left, ..row };
        let shown = skip(&highlight(content), state.view.1);
        paint(&shown, row, ink.glyphs.dots, out);
        if number == line {
            ground(Role::Selection, row, false, out);
        }
        for (at, role) in [(Some((line, column)), Role::Badge), (partner, Role::Mark)] {
            if let Some((_, character)) = at.filter(|(of, _)| *of == number && focused) {
                cell(content, character, state.view.1, row, role, out);
            }
        }
    }
    for (line, y) in said.iter().zip(inner.y + rows..inner.bottom()) {
        paint(line, Rect { y, height: 1, ..inner }, ink.glyphs.dots, out);
    }
}

/// Gives one character of a line a look of its own: the cursor, the partner of a bracket.
fn cell(content: &str, character: usize, left: usize, row: Rect, role: Role, out: &mut Buffer) {
    let before: String = content.chars().take(character).collect();
    let columns = width(Shown::new(&before).as_str());
    let Some(columns) = columns.checked_sub(left).and_then(|columns| u16::try_from(columns).ok()) else {
        return;
    };
    if columns < row.width
        && let Some(cell) = out.cell_mut((row.x + columns, row.y))
    {
        cell.set_style(role.ink());
        cell.set_style(ratatui::style::Style::new().add_modifier(ratatui::style::Modifier::REVERSED));
    }
}

fn gutter(state: &State, number: usize, row: Rect, out: &mut Buffer, ink: &Ink) {
    let changed = state.marks.1.contains(&number);
    let (mark, role) = match (lints::at(state, number), changed) {
        (Some(lint), _) => lints::mark(lint.severity),
        (None, true) => ("+", Role::Added),
        (None, false) => (" ", Role::Muted),
    };
    let line = Line::of(role, format!("{mark}{:>4}", number + 1)).with(Role::Border, " │");
    paint(&line, row, ink.glyphs.dots, out);
}

fn flips(state: &State, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus != PaneId::List;
    let answer = &state.answer;
    let judged = answer.judged;
    let remark = if answer.busy {
        Line::of(Role::Wait, format!("{} of {} judged", judged.done, judged.all))
    } else {
        Line::of(Role::Muted, format!("{} of {}", answer.flips.len(), judged.counts.iter().sum::<usize>()))
    };
    let title = Line::of(Role::Title, "Flips against the saved policies");
    let mut foot = Line::new();
    if answer.broken.is_some() {
        foot = Line::of(Role::Error, "of the last text that was a policy");
    } else if !state.current() && answer.generation > 0 {
        foot = Line::of(Role::Wait, "judging");
    }
    let inner = Frame::titled(title, focused).remark(remark).foot(foot).draw(area, out, ink);
    if inner.height < 2 {
        return;
    }
    paint(&heading(usize::from(inner.width)), Rect { height: 1, ..inner }, ink.glyphs.dots, out);
    let list = Rect { y: inner.y + 1, height: inner.height - 2, ..inner };
    let width = usize::from(inner.width);
    let rows = state.rows.iter().skip(state.cursor.offset).take(usize::from(list.height));
    let lines: Vec<Line> = rows.map(|row| row.line(answer, width, ink.glyphs)).collect();
    Scroll::default().draw(&lines, list, out, ink);
    let selected = u16::try_from(state.cursor.index().saturating_sub(state.cursor.offset)).unwrap_or(0);
    if selected < list.height && !state.rows.is_empty() {
        let row = Rect { y: list.y + selected, height: 1, ..list };
        ground(Role::Selection, row, focused, out);
    }
    let selected = state.rows.get(state.cursor.index());
    let flip = selected.and_then(|row| row.flip()).and_then(|flip| answer.flips.get(flip));
    let probe = selected.and_then(|row| row.probe()).and_then(|probe| answer.probes.get(probe));
    let row = Rect { y: inner.bottom() - 1, height: 1, ..inner };
    if let Some(flip) = flip {
        paint(&because(flip), row, ink.glyphs.dots, out);
    } else if let Some(probe) = probe {
        paint(&probes::because(probe), row, ink.glyphs.dots, out);
    }
}
