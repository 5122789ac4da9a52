//! What goes out: data to stdout, talk to stderr; a reader that went away is no error.

use std::io::{self, ErrorKind, IsTerminal, Write};

use super::args::{ColorWhen, Look};
use super::exit::Stop;
use crate::model::safe::lines;
use crate::report::ink::Ink;

/// Writes data to stdout at once. A closed pipe is silent: who reads has read enough.
///
/// # Errors
/// Any other failure to write.
pub fn data(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Stop::usage(format!("cannot write to standard output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a line of talk to stderr, made safe.
pub fn talk(text: &str) {
    // Nobody is left to be told when stderr is closed.
    let _ = writeln!(io::stderr().lock(), "{}", lines(text));
}

/// A warning on stderr.
pub fn warn(text: &str) {
    talk(&format!("warning: {text}"));
}

/// How text on stdout is drawn.
#[must_use]
pub fn ink(look: &Look) -> Ink {
    Ink { color: !look.plain && color(look.color), ascii: look.plain || look.ascii || !utf8() }
}

fn color(when: ColorWhen) -> bool {
    match when {
        ColorWhen::Never => false,
        ColorWhen::Always | ColorWhen::Sixteen | ColorWhen::Indexed | ColorWhen::True => true,
        ColorWhen::Auto => {
            // https://no-color.org: set and not empty.
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            !refused && variable("TERM") != "dumb" && io::stdout().is_terminal()
        }
    }
}

/// False when the locale names another character set than UTF-8 (the first of the three that is set counts, POSIX).
#[must_use]
pub fn utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable).into_iter().find(|value| !value.is_empty());
    let terminal = variable("TERM");
    let plain = terminal == "linux" || terminal == "dumb";
    let named = |locale: &String| {
        let upper = locale.to_ascii_uppercase();
        upper.contains("UTF-8") || upper.contains("UTF8")
    };
    // Output that is no terminal goes to files and programs, which read UTF-8.
    !io::stdout().is_terminal() || (!plain && locale.as_ref().is_some_and(named))
}

fn variable(name: &str) -> String {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
}
