//! Findings about policies before any image is looked at, whatever their engine.

use std::sync::Arc;

use super::kyverno;
use super::load::{Loaded, load};
use crate::model::code::Code;
use crate::model::lint::{Lint, Severity};
use crate::model::reason::Reason;
use crate::model::span::Diagnostic;
use crate::model::trace::Outcome;

/// Everything that is conspicuous in a policy.
#[must_use]
pub fn lint(policy: &Loaded) -> Vec<Lint> {
    match policy {
        Loaded::Kyverno(policy) => kyverno::lint(policy),
        other => other_engine(other),
    }
}

/// What the engine refuses, and what sigscope does not evaluate yet.
fn other_engine(policy: &Loaded) -> Vec<Lint> {
    let refused = policy.as_a_whole().map(|trace| trace.clauses).unwrap_or_default();
    let errors = refused.into_iter().filter_map(|clause| match (clause.outcome, clause.location) {
        (Outcome::Failed(Reason::PolicyInvalid { problem }), Some(span)) => {
            Some(Lint { code: Code::PolInvalid, severity: Severity::Error, span, message: problem })
        }
        _ => None,
    });
    let problems = policy.row().problems;
    let later = problems.into_iter().filter(|problem| problem.problem.starts_with("not supported yet"));
    let hints = later.map(|problem| Lint {
        code: Code::PolUnsupported,
        severity: Severity::Hint,
        span: problem.span,
        message: problem.problem,
    });
    errors.chain(hints).collect()
}

/// The findings of all policies of a text, and how many policies there are.
///
/// # Errors
/// When the text cannot be parsed.
pub fn lint_text(file: &Arc<str>, text: &str) -> Result<(usize, Vec<Lint>), Diagnostic> {
    let loaded = load(file, text)?;
    Ok((loaded.len(), loaded.iter().flat_map(lint).collect()))
}
