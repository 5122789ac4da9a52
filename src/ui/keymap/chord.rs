//! One press of a key, and how it is written: `j`, `G`, `ctrl-d`, `enter`, `f1`.

use std::fmt;
use std::str::FromStr;

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A character, as it arrives (upper case with shift).
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Tab with shift.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key by its number.
    F(u8),
}

const NAMED: &[(&str, Key)] = &[
    ("space", Key::Char(' ')),
    ("enter", Key::Enter),
    ("esc", Key::Esc),
    ("tab", Key::Tab),
    ("backtab", Key::BackTab),
    ("backspace", Key::Backspace),
    ("delete", Key::Delete),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("pgup", Key::PageUp),
    ("pgdn", Key::PageDown),
];

/// A key with the control key held or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// True with control.
    pub ctrl: bool,
}

impl Chord {
    /// A key alone.
    #[must_use]
    pub fn key(key: Key) -> Self {
        Self { key, ctrl: false }
    }

    /// A character alone.
    #[must_use]
    pub fn char(c: char) -> Self {
        Self::key(Key::Char(c))
    }

    /// The chords of a sequence as the table of actions writes it: separated by blanks.
    ///
    /// # Errors
    /// The part that is no key.
    pub fn sequence(text: &str) -> Result<Vec<Self>, String> {
        text.split(' ').map(str::parse).collect()
    }

    /// A sequence as people write it: `gg`, `y d` as `yd`, `ctrl-d`.
    #[must_use]
    pub fn written(sequence: &[Self]) -> String {
        sequence.iter().map(ToString::to_string).collect()
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, key)| *key == self.key) {
            return f.write_str(name);
        }
        match self.key {
            Key::Char(c) => write!(f, "{c}"),
            Key::F(number) => write!(f, "f{number}"),
            _ => Ok(()),
        }
    }
}

impl FromStr for Chord {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (ctrl, name) = match text.strip_prefix("ctrl-") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if let Some((_, key)) = NAMED.iter().find(|(known, _)| *known == name) {
            return Ok(Self { key: *key, ctrl });
        }
        let mut chars = name.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(Self { key: Key::Char(c), ctrl }),
            (Some('f'), Some(_)) => {
                let number =
                    name.get(1..).and_then(|rest| rest.parse().ok()).filter(|n| (1..=24).contains(n));
                number.map(|n| Self { key: Key::F(n), ctrl }).ok_or_else(|| text.to_owned())
            }
            _ => Err(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for text in ["j", "G", "ctrl-d", "enter", "f1", "space", "?", "-", "["] {
            assert_eq!(text.parse::<Chord>().unwrap().to_string(), text);
        }
        assert_eq!(Chord::written(&Chord::sequence("g g").unwrap()), "gg");
        for bad in ["", "ctrl-", "f99", "hyper"] {
            assert!(bad.parse::<Chord>().is_err(), "{bad}");
        }
    }
}
