//! Why an expression has no value: an error as the real engine has it, or something that cannot be known here.

use std::fmt;

use crate::model::missing::Missing;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// The real engine gives this error.
    Error(String),
    /// What the real engine would do is not known: never an error of the policy, and never a value.
    Undecided(Missing),
}

impl Stop {
    /// An error.
    pub fn error(text: impl Into<String>) -> Self {
        Self::Error(text.into())
    }

    /// cel-go's error for arguments that no overload takes.
    #[must_use]
    pub fn no_overload() -> Self {
        Self::Error("no such overload".to_owned())
    }

    /// Something that is not evaluated.
    pub fn not_implemented(what: impl Into<String>) -> Self {
        Self::Undecided(Missing::NotImplemented { what: what.into() })
    }

    /// The worse of two: what is not known may have been anything.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Error(_), Self::Undecided(_)) => other,
            _ => self,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(text) => f.write_str(text),
            Self::Undecided(missing) => missing.fmt(f),
        }
    }
}
