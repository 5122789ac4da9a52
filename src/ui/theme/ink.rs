//! Turns a picture drawn in roles into one in colours: theme, depth and character set meet here and nowhere else.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};

use super::depth::Depth;
use super::file::{Look, Theme};
use super::glyph::{self, Glyphs};
use super::plain;
use super::role::Role;

/// A theme on a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ink {
    /// The theme.
    pub theme: Theme,
    /// How many colours there are.
    pub depth: Depth,
    /// Which characters there are.
    pub glyphs: Glyphs,
}

impl Ink {
    /// Joins the three.
    #[must_use]
    pub fn new(theme: Theme, depth: Depth, ascii: bool) -> Self {
        let glyphs = if depth == Depth::Plain { Glyphs::PLAIN } else { Glyphs::set(ascii) };
        Self { theme, depth, glyphs }
    }

    /// Replaces roles by colours, and in ASCII every other character by its stand-in. Returns where the selection is marked in
    /// plain pictures.
    pub fn resolve(&self, out: &mut Buffer) -> Option<Position> {
        let marked = if self.depth == Depth::Plain { plain::draw(out) } else { None };
        let ground = self.theme.look(Role::Text);
        let ascii = self.glyphs.ascii || self.depth == Depth::Plain;
        let mut behind_wide = false;
        for cell in &mut out.content {
            self.cell(cell, ground);
            if !ascii {
                continue;
            }
            // The second cell of a wide character is empty: it must not swallow a column.
            if behind_wide && cell.symbol().is_empty() {
                cell.set_symbol(" ");
            }
            behind_wide = false;
            if !cell.symbol().is_ascii() {
                behind_wide = super::super::text::width(cell.symbol()) > 1;
                let stand_in = glyph::ascii(cell.symbol());
                cell.set_symbol(stand_in);
            }
        }
        if self.depth == Depth::Plain {
            for cell in &mut out.content {
                (cell.fg, cell.bg, cell.modifier) = (Color::Reset, Color::Reset, Modifier::empty());
            }
        }
        marked
    }

    fn cell(&self, cell: &mut Cell, ground: Look) {
        let text = Role::of(cell.fg).map_or(ground, |role| self.theme.look(role));
        let below = Role::of(cell.bg).filter(|role| *role != Role::Text).map(|role| self.theme.look(role));
        let mut modifier = cell.modifier | text.modifier;
        let (mut fg, mut bg) = (text.fg, text.bg.or(ground.bg));
        if let Some(below) = below {
            // A selected row keeps the colours of its words unless the theme gives the selection one.
            fg = below.fg.or(fg);
            bg = below.bg.or(bg);
            modifier |= below.modifier;
            if self.depth == Depth::None && below.bg.is_some() {
                modifier |= Modifier::REVERSED;
            }
        }
        let reduce =
            |color: Option<Color>| self.depth.reduce(color.or(Some(Color::Reset)).unwrap_or(Color::Reset));
        cell.fg = reduce(fg.or(ground.fg));
        cell.bg = reduce(bg);
        cell.modifier = modifier;
    }
}
