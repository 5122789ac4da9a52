//! Findings about policies before any image is looked at, whatever their engine.

use std::sync::Arc;

use super::kyverno;
use super::load::{Loaded, load};
use crate::model::code::Code;
use crate::model::lint::{Lint, Severity};
use crate::model::span::Diagnostic;

/// Everything that is conspicuous in a policy.
#[must_use]
pub fn lint(policy: &Loaded) -> Vec<Lint> {
    match policy {
        Loaded::Kyverno(policy) => kyverno::lint(policy),
        other => {
            let row = other.row();
            let hint = |problem: Diagnostic| Lint {
                code: Code::PolUnsupported,
                severity: Severity::Hint,
                span: problem.span,
                message: problem.problem,
            };
            row.problems.into_iter().map(hint).collect()
        }
    }
}

/// The findings of all policies of a text, and how many policies there are.
///
/// # Errors
/// When the text cannot be parsed.
pub fn lint_text(file: &Arc<str>, text: &str) -> Result<(usize, Vec<Lint>), Diagnostic> {
    let loaded = load(file, text)?;
    Ok((loaded.len(), loaded.iter().flat_map(lint).collect()))
}
