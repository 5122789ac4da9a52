//! What a function refuses, in Kyverno's words (`pkg/engine/jmespath/error.go`).

use std::fmt;

use crate::lang::jmespath::Fault;

/// Why a function refuses its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An argument of another type: its number from 1, and what is wanted.
    Type(i64, String),
    /// Anything else, in words.
    Generic(String),
    /// An argument that is not there: its number, and how many there are.
    OutOfBounds(i64, i64),
    /// A divisor of zero.
    ZeroDivisor,
    /// `modulo` of what is not whole.
    NotWholeModulo,
    /// Operands that do not go together.
    Mismatch,
    /// `round` to a number of digits that is not whole.
    NotWholeRound,
    /// `round` to a negative number of digits; Kyverno forgets to fill in the numbers.
    NegativeRound,
}

impl Problem {
    /// The whole text for a function.
    #[must_use]
    pub fn text(&self, function: &str) -> String {
        format!("JMESPath function '{function}': {self}")
    }

    pub(super) fn of(self, function: &str) -> Fault {
        Fault::Value { problem: self.text(function) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(number, wanted) => write!(f, "argument #{number} is not of type {wanted}"),
            Self::Generic(text) => f.write_str(text),
            Self::OutOfBounds(number, count) => write!(f, "{number} argument is out of bounds ({count})"),
            Self::ZeroDivisor => f.write_str("Zero divisor passed"),
            Self::NotWholeModulo => f.write_str("Non-integer argument(s) passed for modulo"),
            Self::Mismatch => f.write_str("Types mismatch"),
            Self::NotWholeRound => f.write_str("Non-integer argument(s) passed for round off"),
            Self::NegativeRound => f.write_str("%!d(MISSING) argument is out of bounds (%!d(MISSING))"),
        }
    }
}
