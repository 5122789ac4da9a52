//! Draws one line into one row of cells.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::ui::text::Line;
use crate::ui::theme::Role;

/// Draws a line from the left end of `area`'s first row, cut to its width. Returns the columns used.
pub fn paint(line: &Line, area: Rect, dots: &str, out: &mut Buffer) -> u16 {
    let area = area.intersection(out.area);
    if area.is_empty() {
        return 0;
    }
    let mut x = area.x;
    for (role, text) in &line.cut(usize::from(area.width), dots).pieces {
        let left = usize::from(area.right().saturating_sub(x));
        (x, _) = out.set_stringn(x, area.y, text.as_str(), left, role.ink());
    }
    x - area.x
}

/// Draws a line at the right end of `area`'s first row. Returns the columns used.
pub fn paint_right(line: &Line, area: Rect, dots: &str, out: &mut Buffer) -> u16 {
    let width = u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width);
    paint(line, Rect { x: area.x + area.width - width, width, ..area }, dots, out)
}

/// Gives a row the ground of a role, and bold text where it is the selected one of the focused pane.
pub fn ground(role: Role, area: Rect, strong: bool, out: &mut Buffer) {
    let area = area.intersection(out.area);
    out.set_style(area, role.ground());
    if strong {
        out.set_style(area, ratatui::style::Style::new().add_modifier(Modifier::BOLD));
    }
}

/// Empties an area.
pub fn clear(area: Rect, out: &mut Buffer) {
    let area = area.intersection(out.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = out.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
}
