//! Borders of a picture as lines, so that they join whatever font and line height a reader has.

use std::collections::BTreeMap;

use ratatui::buffer::{Buffer, Cell};

/// Lines of one look: colour, and whether they are heavy.
pub type Look = (String, bool);

/// A line in half cells: from, to, each as column and row.
pub type Segment = ((u16, u16), (u16, u16));

/// To which sides a border goes from the middle of its cell (left, right, up, down), and whether it is heavy.
#[must_use]
pub fn sides(symbol: &str) -> Option<([bool; 4], bool)> {
    let (l, r, u, d, no) = (true, true, true, true, false);
    Some(match symbol {
        "─" => ([l, r, no, no], false),
        "│" => ([no, no, u, d], false),
        "┌" => ([no, r, no, d], false),
        "┐" => ([l, no, no, d], false),
        "└" => ([no, r, u, no], false),
        "┘" => ([l, no, u, no], false),
        "━" => ([l, r, no, no], true),
        "┃" => ([no, no, u, d], true),
        "┏" => ([no, r, no, d], true),
        "┓" => ([l, no, no, d], true),
        "┗" => ([no, r, u, no], true),
        "┛" => ([l, no, u, no], true),
        _ => return None,
    })
}

/// All lines by their look; neighbours in a row or column are one line.
#[must_use]
pub fn borders(picture: &Buffer, color: impl Fn(&Cell) -> String) -> BTreeMap<Look, Vec<Segment>> {
    let area = picture.area;
    let cell = |x: u16, y: u16| {
        let cell = picture.cell((area.x + x, area.y + y))?;
        sides(cell.symbol()).map(|(sides, heavy)| (sides, (color(cell), heavy)))
    };
    let mut out: BTreeMap<Look, Vec<Segment>> = BTreeMap::new();
    for y in 0..area.height {
        let row = (0..area.width).map(|x| cell(x, y).map(|([left, right, ..], look)| ([left, right], look)));
        for (from, to, look) in joined(row) {
            out.entry(look).or_default().push(((from, 2 * y + 1), (to, 2 * y + 1)));
        }
    }
    for x in 0..area.width {
        let column = (0..area.height).map(|y| cell(x, y).map(|([.., up, down], look)| ([up, down], look)));
        for (from, to, look) in joined(column) {
            out.entry(look).or_default().push(((2 * x + 1, from), (2 * x + 1, to)));
        }
    }
    out
}

/// Halves of cells that follow each other with one look, as lines from and to.
fn joined(cells: impl Iterator<Item = Option<([bool; 2], Look)>>) -> Vec<(u16, u16, Look)> {
    let mut out: Vec<(u16, u16, Look)> = Vec::new();
    for (at, cell) in (0u16..).step_by(2).zip(cells) {
        let Some((halves, look)) = cell else { continue };
        for (half, _) in (at..).zip(halves).filter(|(_, there)| *there) {
            match out.last_mut() {
                Some(last) if last.1 == half && last.2 == look => last.1 = half + 1,
                _ => out.push((half, half + 1, look.clone())),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_line() {
        let picture = Buffer::with_lines(["┌──┐", "│x │", "└──┘"]);
        let lines = borders(&picture, |_| String::new());
        let light = &lines[&(String::new(), false)];
        assert_eq!(light, &[((1, 1), (7, 1)), ((1, 5), (7, 5)), ((1, 1), (1, 5)), ((7, 1), (7, 5))]);
    }
}
