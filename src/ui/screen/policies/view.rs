//! Draws the Policies screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::rows::Row;
use super::state::State;
use super::text::{TextLine, heading};
use crate::model::verdict::Verdict;
use crate::ui::detail::verdict_role;
use crate::ui::layout::PaneId;
use crate::ui::part::At;
use crate::ui::text::width::{end, middle, pad};
use crate::ui::text::{Line, Shown, wrap::wrap};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::paint::{ground, paint};
use crate::ui::widget::{Frame, Scroll};

/// Verdicts that can have a column of their own.
const COLUMNS: [(Verdict, &str); 4] =
    [(Verdict::Pass, "PASS"), (Verdict::Deny, "DENY"), (Verdict::Audit, "AUD"), (Verdict::Error, "ERR")];
/// Columns of one count.
const COUNT: usize = 5;

/// Draws both panes.
pub fn view(state: &State, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
    let panes = state.panes(at.area);
    if let Some(area) = panes.list {
        list(state, at, area, out, ink);
    }
    if let Some(area) = panes.detail {
        text(state, at, area, out, ink);
    }
}

fn list(state: &State, at: &At<'_>, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::List;
    let files = at.world.files.len();
    let policies: usize = at.world.files.iter().map(|file| file.policies.len()).sum();
    let broken = at.world.files.iter().filter(|file| file.broken.is_some()).count();
    let mut remark =
        Line::of(Role::Muted, format!("{policies} in {files} file{}", if files == 1 { "" } else { "s" }));
    if broken > 0 {
        remark.push(Role::Error, format!(" · {broken} broken"));
    }
    let inner = Frame::titled(Line::of(Role::Title, "Policies"), focused).remark(remark).draw(area, out, ink);
    if inner.is_empty() {
        return;
    }
    if state.rows.is_empty() {
        let text = "No policy is loaded, so nothing is judged. Start with `--policy FILE|DIR` to see what they decide and why.";
        let lines = wrap(Role::Muted, &Shown::new(text), usize::from(inner.width), 0);
        Scroll::default().draw(&lines, inner, out, ink);
        return;
    }
    let room = usize::from(inner.width);
    let columns = columns(&state.rows);
    let name = room.saturating_sub(COUNT * columns.len()).max(12);
    let mut head = Line::of(Role::Muted, pad(&Shown::new("  POLICY, RULE"), name, ""));
    for (_, title) in &columns {
        head.push(Role::Muted, format!("{title:>COUNT$}"));
    }
    paint(&head, Rect { height: 1, ..inner }, ink.glyphs.dots, out);
    let shown = state.rows.iter().enumerate().skip(state.cursor.offset);
    for ((index, row), y) in shown.zip(inner.y + 1..inner.bottom()) {
        let place = Rect { y, height: 1, ..inner };
        paint(&row_line(row, name, &columns, ink), place, ink.glyphs.dots, out);
        if index == state.cursor.index() {
            ground(Role::Selection, place, focused, out);
        }
    }
}

/// Passed and denied always, the others where a row has such results.
fn columns(rows: &[Row]) -> Vec<(Verdict, &'static str)> {
    let used = |verdict: Verdict| rows.iter().any(|row| count(row, verdict) > 0);
    let always = |verdict| matches!(verdict, Verdict::Pass | Verdict::Deny);
    COLUMNS.into_iter().filter(|(verdict, _)| always(*verdict) || used(*verdict)).collect()
}

fn count(row: &Row, verdict: Verdict) -> usize {
    let at = Verdict::ALL.iter().position(|known| *known == verdict);
    at.and_then(|at| row.counts.get(at)).copied().unwrap_or(0)
}

fn row_line(row: &Row, room: usize, columns: &[(Verdict, &str)], ink: &Ink) -> Line {
    let dots = ink.glyphs.dots;
    let depth = usize::from(row.id.policy.is_some()) + usize::from(row.id.rule.is_some());
    let fold = match (row.opens, row.open) {
        (false, _) => " ",
        (true, true) => "▾",
        (true, false) => "▸",
    };
    let lead = format!("{}{fold} ", "  ".repeat(depth));
    let behind = match (row.broken, row.problems, row.action.as_str()) {
        (true, ..) => " broken".to_owned(),
        (false, 0, "") => String::new(),
        (false, 0, action) => format!(" {action}"),
        (false, problems, action) => {
            format!(" {action} {problems} problem{}", if problems == 1 { "" } else { "s" })
        }
    };
    let left = room.saturating_sub(lead.len().min(depth * 2 + 2) + behind.len() + 1);
    let name = Shown::from(&row.name);
    let name = if depth == 0 { middle(&name, left, dots) } else { end(&name, left, dots) };
    let role = if depth == 0 { Role::Title } else { Role::Text };
    let wrong = row.broken || row.problems > 0;
    let mut line = Line::of(Role::Muted, lead).with(role, name);
    line.push(if wrong { Role::Error } else { Role::Muted }, behind);
    line = line.cut(room, dots).padded(room);
    for (verdict, _) in columns {
        let count = count(row, *verdict);
        let role = if count == 0 { Role::Muted } else { verdict_role(*verdict) };
        let text = if count == 0 { "-".to_owned() } else { count.to_string() };
        line.push(role, format!("{text:>COUNT$}"));
    }
    line
}

fn text(state: &State, at: &At<'_>, area: Rect, out: &mut Buffer, ink: &Ink) {
    let focused = state.split.focus == PaneId::Detail;
    let file = state.cursor.selected().map(|id| id.file.to_string()).unwrap_or_default();
    let room = usize::from(area.width.saturating_sub(8));
    let title = Line::of(Role::Title, middle(&Shown::new(&file), room, ink.glyphs.dots));
    let page = usize::from(area.height.saturating_sub(3));
    let place = state.scroll.place(state.text.len(), page);
    let inner = Frame::titled(title, focused).foot(place).draw(area, out, ink);
    if inner.is_empty() {
        return;
    }
    let broken =
        at.world.files.iter().find(|known| *known.path == *file).and_then(|known| known.broken.as_ref());
    let head = match broken {
        Some(problem) => {
            let place = format!("{}:{}", problem.span.start.line, problem.span.start.column);
            Line::of(Role::Error, format!("! broken at {place}: {}", problem.problem))
        }
        None => heading(ink.glyphs),
    };
    paint(&head, Rect { height: 1, ..inner }, ink.glyphs.dots, out);
    let lines = state.text.iter().skip(state.scroll.top);
    for (line, y) in lines.zip(inner.y + 1..inner.bottom()) {
        draw_text(state, line, Rect { y, height: 1, ..inner }, out, ink);
    }
}

fn draw_text(state: &State, line: &TextLine, place: Rect, out: &mut Buffer, ink: &Ink) {
    paint(&line.line, place, ink.glyphs.dots, out);
    if line.own && line.number == state.line {
        ground(Role::Selection, place, false, out);
    }
}
