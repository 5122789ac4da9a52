//! The exit status: what scripts branch on. The numbers are never given a new meaning.

use std::fmt;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: everything passed, or nothing had to be judged.
    Pass,
    /// 1: something is denied.
    Denied,
    /// 2: something could not be decided, and nothing is denied.
    Undecided,
    /// 3: the arguments are wrong, or an input is missing or cannot be read.
    Usage,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Denied => 1,
            Self::Undecided => 2,
            Self::Usage => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// Why a command stops before it has a result: one line, a hint, and the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The status.
    pub exit: Exit,
    /// What is wrong, one sentence without a full stop.
    pub problem: String,
    /// What to do about it, when that is known.
    pub hint: Option<String>,
}

impl Stop {
    /// Wrong arguments or an unreadable input.
    #[must_use]
    pub fn usage(problem: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, problem: problem.into(), hint: None }
    }

    /// Something that cannot be decided.
    #[must_use]
    pub fn undecided(problem: impl Into<String>) -> Self {
        Self { exit: Exit::Undecided, problem: problem.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.problem)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}
