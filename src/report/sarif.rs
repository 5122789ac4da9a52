//! The audit as SARIF 2.1.0 (OASIS), for code scanning: a denial is a failure, what could not be decided is `open`.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};

use super::audit::{AcknowledgementOut, policy, verdict};
use super::table::place;
use crate::explain::sentence;
use crate::model::ledger::{Ledger, Standing};
use crate::model::{Code, Span, Trace, Verdict, World};

/// The log.
#[must_use]
pub fn sarif(world: &World, ledger: &Ledger) -> Value {
    let codes: BTreeSet<Code> = world.traces.iter().map(|trace| trace.code).collect();
    let rules: Vec<Value> = codes
        .iter()
        .map(|code| json!({"id": code.as_str(), "shortDescription": {"text": code.meaning()}}))
        .collect();
    let undecided: Vec<Value> = world
        .traces
        .iter()
        .filter(|trace| verdict(trace) == Verdict::Error)
        .map(|trace| json!({"level": "error", "message": {"text": text(trace)}}))
        .collect();
    let results: Vec<Value> = world
        .traces
        .iter()
        .map(|trace| {
            let mut result = result(trace, &codes);
            acknowledged(&mut result, &ledger.standing(world, trace));
            result
        })
        .collect();
    let mut run = run(&rules, &results);
    run["invocations"] = json!([{
        "executionSuccessful": undecided.is_empty(),
        "toolExecutionNotifications": undecided,
    }]);
    log(&run)
}

/// A run of this program.
pub(super) fn run(rules: &[Value], results: &[Value]) -> Value {
    json!({
        "tool": {"driver": {"name": "sigscope", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    })
}

/// The document around one run.
pub(super) fn log(run: &Value) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    })
}

fn text(trace: &Trace) -> String {
    format!("{}: {} ({})", trace.image.image, sentence(trace), place(trace))
}

fn result(trace: &Trace, codes: &BTreeSet<Code>) -> Value {
    // A level other than `none` is allowed for failures only (SARIF 2.1.0, 3.27.10).
    let (kind, level) = match verdict(trace) {
        Verdict::Deny => ("fail", "error"),
        Verdict::Audit => ("fail", "warning"),
        Verdict::Error | Verdict::Waiting => ("open", "none"),
        Verdict::Pass => ("pass", "none"),
        Verdict::None => ("notApplicable", "none"),
    };
    let locations: Vec<Value> = trace.location.iter().map(location).collect();
    json!({
        "ruleId": trace.code.as_str(),
        "ruleIndex": codes.iter().position(|code| *code == trace.code),
        "kind": kind,
        "level": level,
        "message": {"text": text(trace)},
        "locations": locations,
        "partialFingerprints": {"sigscope/v1": fingerprint(trace)},
        "properties": {
            "verdict": verdict(trace).word(),
            "image": trace.image.image,
            "digest": trace.digest.as_ref().map(ToString::to_string),
            "policy": policy(trace),
            "draft": trace.draft,
            "rule": trace.rule,
            "resource": place(trace),
            "engineMessage": trace.engine_message,
        },
    })
}

/// An acknowledgement that holds suppresses the result (SARIF 2.1.0, 3.35); one that lapsed is only told.
fn acknowledged(result: &mut Value, standing: &Standing<'_>) {
    let Some(said) = AcknowledgementOut::of(standing) else { return };
    if said.holds {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": said.note,
            "properties": {"at": said.at},
        }]);
    }
    result["properties"]["acknowledgement"] =
        json!({"holds": said.holds, "changed": said.changed, "at": said.at, "note": said.note});
}

/// What makes two results of two runs the same finding.
fn fingerprint(trace: &Trace) -> String {
    [policy(trace), trace.rule.clone(), place(trace), trace.image.image.clone(), trace.code.to_string()]
        .join("|")
}

pub(super) fn location(span: &Span) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&span.file)},
        "region": {"startLine": span.start.line, "startColumn": span.start.column},
    }})
}

/// A path as a URI reference (RFC 3986): relative paths stay relative.
fn uri(path: &str) -> String {
    let head = if path.starts_with('/') { "file://" } else { "" };
    path.bytes().fold(head.to_owned(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
