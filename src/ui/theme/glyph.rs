//! Symbols in two sets: Unicode and ASCII.

/// Symbols that take part in the layout; everything else is replaced cell by cell when the picture is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// True for the ASCII set.
    pub ascii: bool,
    /// Marks what was cut.
    pub dots: &'static str,
    /// Between the parts of a path of screens.
    pub crumb: &'static str,
}

impl Glyphs {
    /// The Unicode set.
    pub const UNICODE: Self = Self { ascii: false, dots: "…", crumb: "▸" };
    /// The ASCII set.
    pub const ASCII: Self = Self { ascii: true, dots: "..", crumb: ">" };

    /// For pictures without lines: drawn with lines, which are taken out of the finished picture.
    pub const PLAIN: Self = Self { ascii: false, dots: "..", crumb: ">" };

    /// One of the two.
    #[must_use]
    pub fn set(ascii: bool) -> Self {
        if ascii { Self::ASCII } else { Self::UNICODE }
    }
}

/// The ASCII stand-in for a symbol of one cell; `?` for what has none.
#[must_use]
pub fn ascii(symbol: &str) -> &'static str {
    match symbol {
        "✓" => "+",
        "✗" | "×" => "x",
        "─" | "━" | "‾" | "–" | "—" => "-",
        "═" => "=",
        "│" | "┃" | "▐" | "█" => "|",
        "┌" | "┐" | "└" | "┘" | "├" | "┤" | "┬" | "┴" | "┼" | "┏" | "┓" | "┗" | "┛" => {
            "+"
        }
        "▸" | "▶" | "→" | "›" => ">",
        "▾" | "▼" | "↓" => "v",
        "↑" => "^",
        "←" => "<",
        "●" | "•" => "*",
        "·" => ".",
        "…" => "~",
        "’" | "‘" => "'",
        "“" | "”" => "\"",
        _ => "?",
    }
}
