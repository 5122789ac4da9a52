//! The user's own keys and themes: `keys.toml` and `themes/NAME.toml` in the directory of configuration.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::args::Look;
use crate::cli::exit::Stop;
use crate::cli::resolve;
use crate::ui::keymap::{Keymap, PRESETS};
use crate::ui::theme::Theme;

/// Longest file of keys or colours, in bytes.
const LONGEST: u64 = 64 * 1024;

/// What the user is used to.
pub(super) struct Habits {
    /// Keys.
    pub(super) keys: Keymap,
    /// Text of the user's own theme.
    pub(super) theme: Option<String>,
    /// What is wrong with the files; the program starts all the same.
    pub(super) problems: Vec<String>,
}

/// Reads them.
///
/// # Errors
/// When the command line names a preset that there is not, or a theme of the user's own cannot be read.
pub(super) fn read(look: &Look) -> Result<Habits, Stop> {
    if let Some(name) = look.keys.as_deref().filter(|name| !PRESETS.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
        return Err(Stop::usage(format!("no preset of keys `{name}`"))
            .hint(format!("there are {}", known.join(", "))));
    }
    let directory = resolve::config_directory();
    let mut problems = Vec::new();
    let own = directory.as_ref().map(|directory| directory.join("keys.toml"));
    let text = own.as_deref().and_then(|path| {
        optional(path).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        })
    });
    let file = own.map(|path| path.display().to_string()).unwrap_or_default();
    let (keys, wrong) = Keymap::read(&text.unwrap_or_default(), &file, look.keys.as_deref());
    problems.extend(wrong);
    Ok(Habits { keys, theme: theme(look, directory)?, problems })
}

/// A theme of the user's own counts unless the program has one of that name.
fn theme(look: &Look, directory: Option<PathBuf>) -> Result<Option<String>, Stop> {
    let Some(name) = look.theme.as_deref().filter(|name| !Theme::names().contains(name)) else {
        return Ok(None);
    };
    // A name, not a path: nothing outside the directory is read.
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let path = directory.filter(|_| plain).map(|found| found.join("themes").join(format!("{name}.toml")));
    path.map_or(Ok(None), |path| optional(&path)).map_err(Stop::usage)
}

/// The text of a file; none when it is not there.
fn optional(path: &Path) -> Result<Option<String>, String> {
    if !path.try_exists().unwrap_or(true) {
        return Ok(None);
    }
    let bytes = crate::source::files::read_bounded(path, LONGEST).map_err(|error| error.to_string())?;
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| format!("{}: {}", path.display(), io::Error::from(io::ErrorKind::InvalidData)))
}
