//! Draws the Evidence screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::State;
use crate::model::Code;
use crate::model::world::ImageState;
use crate::ui::layout::PaneId;
use crate::ui::part::At;
use crate::ui::text::Line;
use crate::ui::text::wrap::wrap_line;
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::{Frame, Scroll};

/// Draws tree and detail.
pub(super) fn draw(state: &State, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
    let panes = state.panes(at.area);
    if let Some(area) = panes.list {
        tree(state, at, area, out, ink);
    }
    if let Some(area) = panes.detail {
        detail(state, area, out, ink);
    }
}

fn tree(state: &State, at: &At<'_>, area: Rect, out: &mut Buffer, ink: &Ink) {
    let title = Line::of(Role::Title, state.image.as_deref().unwrap_or("Evidence"));
    let focused = state.split.focus == PaneId::List;
    let mut foot = Line::new();
    if state.typing || !state.field.is_empty() {
        foot = state.field.line("/", state.typing);
    } else if state.noise {
        foot.push(Role::Muted, "all fields");
    }
    let remark = Line::of(Role::Muted, format!("{} lines", state.tree.len()));
    let frame = Frame::titled(title, focused).foot(foot).remark(remark);
    let inner = frame.draw(area, out, ink);
    if state.tree.is_empty() {
        let lines: Vec<Line> =
            nothing(state, at).iter().flat_map(|line| wrap_line(line, usize::from(inner.width), 0)).collect();
        Scroll::default().draw(&lines, inner, out, ink);
    } else {
        state.tree.draw(inner, focused, out, ink);
    }
}

/// Why there is no tree: each cause in its own words.
fn nothing(state: &State, at: &At<'_>) -> Vec<Line> {
    let Some(name) = &state.image else {
        return vec![Line::of(Role::Muted, "No image is selected: choose one on the Images screen (2).")];
    };
    let Some(row) = at.world.image(name) else {
        return vec![Line::of(Role::Muted, "This image is no longer among those that are looked at.")];
    };
    match (&row.reference, &row.state) {
        (Err(problem), _) => vec![Line::of(Role::Error, problem)],
        (_, ImageState::Waiting) => vec![Line::of(Role::Wait, "Waiting to be fetched.")],
        (_, ImageState::Fetching) => vec![Line::of(Role::Wait, "Being fetched.")],
        (_, ImageState::NotAsked) => {
            vec![Line::of(Role::Muted, "Not fetched: no rule matches this image. R fetches it all the same.")]
        }
        (_, ImageState::Failed(missing)) => vec![
            Line::of(Role::Error, format!("Could not be fetched: {missing}.")),
            Line::of(Role::Code, Code::of_missing(missing).as_str()),
            Line::of(Role::Muted, "Nothing is known about its signatures. R tries again."),
        ],
        (_, ImageState::Ready(_)) => {
            vec![Line::of(Role::Muted, "Nothing matches the filter. Esc clears it.")]
        }
    }
}

fn detail(state: &State, area: Rect, out: &mut Buffer, ink: &Ink) {
    let page = usize::from(area.height.saturating_sub(2));
    let foot = state.detail.place(state.rows.len(), page);
    let focused = state.split.focus == PaneId::Detail;
    let inner = Frame::titled(Line::of(Role::Title, "Detail"), focused).foot(foot).draw(area, out, ink);
    state.detail.draw(&state.rows, inner, out, ink);
}
