//! What the command line decides about the terminal program.

use std::path::PathBuf;

use super::history::Place;
use super::keymap::Keymap;
use super::locator::Origin;
use super::theme::{Depth, Theme, ThemeError};

/// Settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// How many colours to write.
    pub depth: Depth,
    /// ASCII characters only.
    pub ascii: bool,
    /// Name of the theme; empty: `terminal`, or `mono` without colours.
    pub theme: String,
    /// Text of the user's own theme of that name.
    pub own_theme: Option<String>,
    /// Leave the mouse to the terminal.
    pub no_mouse: bool,
    /// Options as typed that the headless commands need to see the same: `--layouts A=B --policy FILE`.
    pub options: String,
    /// Where to begin: a screen, or the place of a locator.
    pub place: Place,
    /// Where the session reads, for locators.
    pub origin: Origin,
    /// The file of acknowledgements; `None`: they are kept nowhere.
    pub ledger: Option<PathBuf>,
    /// The user's own editor, with its arguments; empty: none.
    pub editor: String,
    /// Which keys mean what.
    pub keys: Keymap,
    /// What is wrong with the user's files, for the messages.
    pub problems: Vec<String>,
}

impl Settings {
    /// The theme.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn theme(&self) -> Result<Theme, ThemeError> {
        if let Some(text) = self.own_theme.as_ref().filter(|_| self.depth != Depth::Plain) {
            return Theme::parse(&self.theme, text);
        }
        match (self.theme.as_str(), self.depth) {
            (_, Depth::Plain) | ("", Depth::None) => Theme::built_in("mono"),
            ("", _) => Theme::built_in("terminal"),
            (name, _) => Theme::built_in(name),
        }
    }

    /// True when the environment asks for ASCII: a locale that is not UTF-8, or a terminal without box drawing.
    #[must_use]
    pub fn wants_ascii(variable: impl Fn(&str) -> Option<String>) -> bool {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default();
        let lower = locale.to_ascii_lowercase();
        matches!(term.as_str(), "linux" | "dumb") || !(lower.contains("utf-8") || lower.contains("utf8"))
    }
}
