//! How many colours the terminal has, and the one place that reduces colours to them.

use ratatui::style::Color;

use super::names::{SIXTEEN, components};

/// How many colours are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Depth {
    /// No style and no line at all: marks in place of both, for screen readers.
    Plain,
    /// No colour code at all.
    None,
    /// The sixteen named ones.
    Sixteen,
    /// The palette of 256.
    Indexed,
    /// 24 bits.
    #[default]
    True,
}

impl Depth {
    /// What the environment says, for `--color auto`: `NO_COLOR`, `COLORTERM`, `TERM` (by name, so that this reads no
    /// environment itself).
    #[must_use]
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if set("NO_COLOR").is_some() {
            return Self::None;
        }
        let term = set("TERM").unwrap_or_default();
        match set("COLORTERM").as_deref() {
            Some("truecolor" | "24bit") => Self::True,
            _ if term == "dumb" => Self::None,
            _ if term.contains("direct") => Self::True,
            _ if term.contains("256") => Self::Indexed,
            _ => Self::Sixteen,
        }
    }

    /// The nearest colour that this depth has.
    #[must_use]
    pub fn reduce(self, color: Color) -> Color {
        match (self, color) {
            (Self::Plain | Self::None, _) | (_, Color::Reset) => Color::Reset,
            (Self::True, _) => color,
            (Self::Indexed, Color::Rgb(r, g, b)) => nearest(16..=255, [r, g, b]),
            (Self::Indexed, _) => color,
            (Self::Sixteen, Color::Rgb(r, g, b)) => named([r, g, b]),
            (Self::Sixteen, Color::Indexed(_)) => components(color).map_or(Color::Reset, named),
            (Self::Sixteen, _) => color,
        }
    }
}

fn nearest(range: std::ops::RangeInclusive<u8>, wanted: [u8; 3]) -> Color {
    let far = |number: &u8| components(Color::Indexed(*number)).map_or(u32::MAX, |rgb| distance(rgb, wanted));
    range.min_by_key(far).map_or(Color::Reset, Color::Indexed)
}

fn named(wanted: [u8; 3]) -> Color {
    let near = SIXTEEN.iter().min_by_key(|(.., rgb)| distance(*rgb, wanted));
    near.map_or(Color::Reset, |(_, color, _)| *color)
}

/// Weighted by how bright the eye sees the components.
fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    let weights = [3, 4, 2];
    a.iter().zip(b).zip(weights).map(|((a, b), weight)| weight * u32::from(a.abs_diff(b)).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reduces_to_the_nearest() {
        assert_eq!(Depth::Indexed.reduce(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(Depth::Sixteen.reduce(Color::Rgb(250, 10, 10)), Color::LightRed);
        assert_eq!(Depth::None.reduce(Color::Rgb(1, 2, 3)), Color::Reset);
        assert_eq!(Depth::Sixteen.reduce(Color::Reset), Color::Reset);
    }

    #[test]
    fn reads_the_environment() {
        let env = |pairs: &'static [(&str, &str)]| {
            Depth::detect(move |name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned())
            })
        };
        assert_eq!(env(&[("TERM", "xterm"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(env(&[("TERM", "xterm-256color")]), Depth::Indexed);
        assert_eq!(env(&[("TERM", "linux")]), Depth::Sixteen);
        assert_eq!(env(&[("TERM", "dumb")]), Depth::None);
        assert_eq!(env(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(env(&[("COLORTERM", "truecolor"), ("NO_COLOR", "")]), Depth::True);
    }
}
