//! Contrast of two colours, as WCAG 2.1 defines it (relative luminance, 1.4.3).

use ratatui::style::Color;

use super::names::components;

/// From 1 (equal) to 21 (black on white); `None` when one of them is the terminal's own default.
#[must_use]
pub fn ratio(text: Color, ground: Color) -> Option<f64> {
    let (a, b) = (luminance(components(text)?), luminance(components(ground)?));
    Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
}

fn luminance(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = rgb.map(|component| {
        let c = f64::from(component) / 255.0;
        if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_on_white_is_21() {
        let most = ratio(Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255)).unwrap();
        assert!((most - 21.0).abs() < 0.01);
        assert_eq!(ratio(Color::Reset, Color::Rgb(0, 0, 0)), None);
    }
}
