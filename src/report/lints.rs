//! Findings about policies as lines, JSON and SARIF.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::sarif::{self, location};
use crate::model::Code;
use crate::model::lint::{Lint, Severity};
use crate::model::safe::line;

/// One line per finding: `file:line:column severity code message`.
#[must_use]
pub fn concise(lints: &[Lint]) -> String {
    lints.iter().map(|lint| format!("{} {}\n", line(&lint.span.to_string()), text(lint))).collect()
}

/// A finding without its place.
#[must_use]
pub fn text(lint: &Lint) -> String {
    format!("{} {} {}", lint.severity.word(), lint.code, line(&lint.message))
}

/// One object with all findings.
#[must_use]
pub fn json(lints: &[Lint]) -> Value {
    let one = |lint: &Lint| {
        json!({
            "code": lint.code.as_str(),
            "severity": lint.severity.word(),
            "file": &*lint.span.file,
            "line": lint.span.start.line,
            "column": lint.span.start.column,
            "endLine": lint.span.end.line,
            "endColumn": lint.span.end.column,
            "message": lint.message,
        })
    };
    json!({ "findings": lints.iter().map(one).collect::<Vec<Value>>() })
}

/// The findings as SARIF 2.1.0.
#[must_use]
pub fn sarif(lints: &[Lint]) -> Value {
    let codes: BTreeSet<Code> = lints.iter().map(|lint| lint.code).collect();
    let rules: Vec<Value> = codes
        .iter()
        .map(|code| json!({"id": code.as_str(), "shortDescription": {"text": code.meaning()}}))
        .collect();
    let one = |lint: &Lint| {
        let level = match lint.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "note",
        };
        json!({
            "ruleId": lint.code.as_str(),
            "ruleIndex": codes.iter().position(|code| *code == lint.code),
            "level": level,
            "message": {"text": lint.message},
            "locations": [location(&lint.span)],
        })
    };
    sarif::log(&sarif::run(&rules, &lints.iter().map(one).collect::<Vec<Value>>()))
}
