//! Pictures without lines: what is read aloud is text only. The pane with the focus has `*` before its title, the selected row `>`.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::Modifier;

use super::role::Role;

/// Characters that only draw lines.
fn line(symbol: &str) -> bool {
    matches!(
        symbol,
        "─" | "━"
            | "═"
            | "│"
            | "┃"
            | "┌"
            | "┐"
            | "└"
            | "┘"
            | "├"
            | "┤"
            | "┬"
            | "┴"
            | "┼"
            | "┏"
            | "┓"
            | "┗"
            | "┛"
            | "▐"
            | "█"
            | "‾"
    )
}

/// Takes the lines out and puts the marks in; where the cursor belongs: where is typed, else where the selected row begins.
pub(super) fn draw(out: &mut Buffer) -> Option<Position> {
    let typed = typed(out);
    let rows = selected(out);
    for cell in &mut out.content {
        if cell.symbol() == "┏" {
            cell.set_symbol("*");
        } else if line(cell.symbol()) {
            cell.set_symbol(" ");
        }
    }
    for place in &rows {
        if let Some(cell) = out.cell_mut(*place) {
            cell.set_symbol(">");
        }
    }
    typed.or_else(|| rows.first().copied())
}

/// The selected row of the pane with the focus, else every selected row: the places of their marks.
fn selected(out: &Buffer) -> Vec<Position> {
    let area = out.area;
    let ground = |x: u16, y: u16| {
        let cell = out.cell((x, y)).filter(|cell| Role::of(cell.bg) == Some(Role::Selection))?;
        // Bold is what the selected row of the focused pane has beside its ground.
        Some(cell.modifier.contains(Modifier::BOLD))
    };
    let mut found = Vec::new();
    for y in area.top()..area.bottom() {
        if let Some((x, strong)) = (area.left()..area.right()).find_map(|x| Some((x, ground(x, y)?))) {
            // The line of the frame on its left is free for the mark.
            found.push((Position::new(x.saturating_sub(1), y), strong));
        }
    }
    let any = found.iter().any(|(_, strong)| *strong);
    found.into_iter().filter(|(_, strong)| *strong || !any).map(|(place, _)| place).collect()
}

/// The cursor of an editor or of a text field: a cell turned round, or a lone one of a badge below the header.
fn typed(out: &Buffer) -> Option<Position> {
    let area = out.area;
    let badge = |x: u16, y: u16| out.cell((x, y)).is_some_and(|cell| Role::of(cell.fg) == Some(Role::Badge));
    let mut field = None;
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if out.cell((x, y)).is_some_and(|cell| cell.modifier.contains(Modifier::REVERSED)) {
                return Some(Position::new(x, y));
            }
            let alone = badge(x, y) && !badge(x + 1, y) && !(x > area.left() && badge(x - 1, y));
            if alone && y > area.top() + 2 {
                field = Some(Position::new(x, y));
            }
        }
    }
    field
}
