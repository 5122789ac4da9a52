//! What is conspicuous in a policy by itself, before any image is looked at.

use super::code::Code;
use super::span::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing may be wrong.
    Hint,
    /// The policy hardly means what it says.
    Warning,
    /// The engine refuses the policy.
    Error,
}

impl Severity {
    /// The word in every output.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Which trap; its page says more.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// What, one sentence without a full stop; it may hold text of the policy.
    pub message: String,
}
