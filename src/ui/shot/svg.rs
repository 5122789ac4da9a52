//! A picture as SVG: one rectangle a ground, one text a run of cells of one look; the same bytes for the same picture.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::border::{borders, sides};
use crate::ui::text::width;
use crate::ui::theme::names::components;

/// Width and height of a cell, and the size of the letters, in pixels.
const CELL: (f32, f32) = (8.4, 18.0);
const LETTERS: f32 = 14.0;
const RIM: f32 = 12.0;

/// Colours for cells that have the terminal's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// Text.
    pub text: [u8; 3],
    /// Ground.
    pub ground: [u8; 3],
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[derive(Clone, PartialEq, Eq)]
struct Ink {
    text: [u8; 3],
    ground: [u8; 3],
    bold: bool,
    italic: bool,
    underlined: bool,
}

fn ink(cell: &Cell, defaults: Defaults) -> Ink {
    let of = |color: Color, own: [u8; 3]| components(color).unwrap_or(own);
    let (mut text, mut ground) = (of(cell.fg, defaults.text), of(cell.bg, defaults.ground));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut text, &mut ground);
    }
    if cell.modifier.contains(Modifier::DIM) {
        let mix = |a: u8, b: u8| u8::try_from((u16::from(a) * 3 + u16::from(b) * 2) / 5).unwrap_or(a);
        let [r, g, b] = text;
        let [x, y, z] = ground;
        text = [mix(r, x), mix(g, y), mix(b, z)];
    }
    Ink {
        text,
        ground,
        bold: cell.modifier.contains(Modifier::BOLD),
        italic: cell.modifier.contains(Modifier::ITALIC),
        underlined: cell.modifier.contains(Modifier::UNDERLINED),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Runs of cells with one look: first column, columns, text.
fn runs(buffer: &Buffer, y: u16, defaults: Defaults) -> Vec<(u16, usize, String, Ink)> {
    let area = buffer.area;
    let mut runs: Vec<(u16, usize, String, Ink)> = Vec::new();
    let mut x = area.left();
    while x < area.right() {
        let Some(cell) = buffer.cell((x, y)) else { break };
        let columns = width(cell.symbol()).max(1);
        let look = ink(cell, defaults);
        let symbol = if sides(cell.symbol()).is_some() { " " } else { cell.symbol() };
        match runs.last_mut() {
            Some(last) if last.3 == look => {
                last.1 += columns;
                last.2.push_str(symbol);
            }
            _ => runs.push((x - area.left(), columns, symbol.to_owned(), look)),
        }
        x = x.saturating_add(u16::try_from(columns).unwrap_or(1));
    }
    runs
}

#[allow(clippy::cast_precision_loss, reason = "columns and rows of a terminal")]
fn size((width, height): (u16, u16)) -> (f32, f32) {
    (f32::from(width) * CELL.0 + 2.0 * RIM, f32::from(height) * CELL.1 + 2.0 * RIM)
}

fn head(cells: (u16, u16), title: &str, style: &str, defaults: Defaults) -> String {
    let (width, height) = size(cells);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\">\n<title>{}</title>\n<style>text{{font-family:'DejaVu Sans Mono',Menlo,\
         Consolas,'Liberation Mono',monospace;font-size:{LETTERS}px;white-space:pre}}{style}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{}\"/>\n",
        escaped(title),
        hex(defaults.ground)
    )
}

/// The picture. The buffer must be in colours, not in roles.
#[must_use]
pub fn svg(buffer: &Buffer, title: &str, defaults: Defaults) -> String {
    let cells = (buffer.area.width, buffer.area.height);
    format!("{}{}</svg>\n", head(cells, title, "", defaults), body(buffer, defaults))
}

/// Pictures one after the other, each for so many milliseconds, again and again. Who asks for less motion sees the first.
#[must_use]
pub fn moving(frames: &[(String, u32)], cells: (u16, u16), title: &str, defaults: Defaults) -> String {
    let height = size(cells).1;
    let whole: u32 = frames.iter().map(|(_, stays)| stays).sum();
    let (mut style, mut strip, mut at) = (String::new(), String::new(), 0);
    for (number, (frame, stays)) in frames.iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "a few frames, minutes in milliseconds")]
        let (top, percent) = (number as f32 * height, at as f32 * 100.0 / whole.max(1) as f32);
        let _ = write!(style, "{percent:.2}%{{transform:translateY(-{top:.1}px)}}");
        let _ = write!(strip, "<g transform=\"translate(0 {top:.1})\">\n{frame}</g>\n");
        at += stays;
    }
    let style = format!(
        "@keyframes tour{{{style}}}.strip{{animation:tour {whole}ms step-end infinite}}\
         @media(prefers-reduced-motion:reduce){{.strip{{animation:none}}}}"
    );
    format!("{}<g class=\"strip\">\n{strip}</g>\n</svg>\n", head(cells, title, &style, defaults))
}

/// What is drawn, without the frame of the document.
#[must_use]
pub fn body(buffer: &Buffer, defaults: Defaults) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for (row, y) in (area.top()..area.bottom()).enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "rows of a terminal")]
        let top = row as f32 * CELL.1 + RIM;
        for (x, columns, text, look) in runs(buffer, y, defaults) {
            #[allow(clippy::cast_precision_loss, reason = "columns of a terminal")]
            let (left, wide) = (f32::from(x) * CELL.0 + RIM, columns as f32 * CELL.0);
            if look.ground != defaults.ground {
                let _ = writeln!(
                    out,
                    "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{:.1}\" fill=\"{}\"/>",
                    CELL.1,
                    hex(look.ground)
                );
            }
            if !text.trim().is_empty() {
                letters(&mut out, (left, top + CELL.1 * 0.75, wide), &text, &look);
            }
        }
    }
    lines(buffer, defaults, &mut out);
    out
}

/// One path for the borders of each look.
fn lines(buffer: &Buffer, defaults: Defaults, out: &mut String) {
    let place = |(x, y): (u16, u16)| {
        let (x, y) = (f32::from(x) * CELL.0 / 2.0 + RIM, f32::from(y) * CELL.1 / 2.0 + RIM);
        format!("{x:.1} {y:.1}")
    };
    for ((color, heavy), segments) in borders(buffer, |cell| hex(ink(cell, defaults).text)) {
        let path: String =
            segments.iter().map(|(from, to)| format!("M{}L{}", place(*from), place(*to))).collect();
        let wide = if heavy { "2.5" } else { "1" };
        let _ = writeln!(
            out,
            "<path d=\"{path}\" stroke=\"{color}\" stroke-width=\"{wide}\" stroke-linecap=\"square\" fill=\"none\"/>"
        );
    }
}

fn letters(out: &mut String, (left, base, wide): (f32, f32, f32), text: &str, look: &Ink) {
    let mut style = String::new();
    for (on, attribute) in [
        (look.bold, " font-weight=\"bold\""),
        (look.italic, " font-style=\"italic\""),
        (look.underlined, " text-decoration=\"underline\""),
    ] {
        if on {
            style.push_str(attribute);
        }
    }
    let _ = writeln!(
        out,
        "<text x=\"{left:.1}\" y=\"{base:.1}\" textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" \
         fill=\"{}\"{style} xml:space=\"preserve\">{}</text>",
        hex(look.text),
        escaped(text)
    );
}
