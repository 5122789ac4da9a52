//! Colours as theme files write them: sixteen names, `#rrggbb`, `default`.

use ratatui::style::Color;

/// The sixteen colours of terminals, in their order, with the values that xterm gives them.
pub const SIXTEEN: [(&str, Color, [u8; 3]); 16] = [
    ("black", Color::Black, [0, 0, 0]),
    ("red", Color::Red, [205, 0, 0]),
    ("green", Color::Green, [0, 205, 0]),
    ("yellow", Color::Yellow, [205, 205, 0]),
    ("blue", Color::Blue, [0, 0, 238]),
    ("magenta", Color::Magenta, [205, 0, 205]),
    ("cyan", Color::Cyan, [0, 205, 205]),
    ("white", Color::Gray, [229, 229, 229]),
    ("bright-black", Color::DarkGray, [127, 127, 127]),
    ("bright-red", Color::LightRed, [255, 0, 0]),
    ("bright-green", Color::LightGreen, [0, 255, 0]),
    ("bright-yellow", Color::LightYellow, [255, 255, 0]),
    ("bright-blue", Color::LightBlue, [92, 92, 255]),
    ("bright-magenta", Color::LightMagenta, [255, 0, 255]),
    ("bright-cyan", Color::LightCyan, [0, 255, 255]),
    ("bright-white", Color::White, [255, 255, 255]),
];

/// Reads a colour.
#[must_use]
pub fn color(text: &str) -> Option<Color> {
    if text == "default" {
        return Some(Color::Reset);
    }
    if let Some(hex) = text.strip_prefix('#') {
        let number = u32::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 6)?;
        let [_, r, g, b] = number.to_be_bytes();
        return Some(Color::Rgb(r, g, b));
    }
    SIXTEEN.iter().find(|(name, ..)| *name == text).map(|(_, color, _)| *color)
}

/// The components of a colour; `None` for the terminal's own default.
#[must_use]
pub fn components(color: Color) -> Option<[u8; 3]> {
    match color {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(number) => Some(indexed(number)),
        other => SIXTEEN.iter().find(|(_, color, _)| *color == other).map(|(.., rgb)| *rgb),
    }
}

/// The 256-colour palette of xterm: sixteen names, a cube of six steps, 24 greys.
fn indexed(number: u8) -> [u8; 3] {
    if let Some((.., rgb)) = SIXTEEN.get(usize::from(number)) {
        return *rgb;
    }
    if number >= 232 {
        let grey = 8 + (number - 232) * 10;
        return [grey; 3];
    }
    let cube = number - 16;
    let step = |n: u8| if n == 0 { 0 } else { 55 + n * 40 };
    [step(cube / 36), step(cube / 6 % 6), step(cube % 6)]
}
