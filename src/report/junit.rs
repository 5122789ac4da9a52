//! The audit as JUnit XML: a suite per policy, a case per result.

use std::fmt::Write;

use super::audit::{Summary, policy, verdict};
use super::table::place;
use crate::explain::sentence;
use crate::model::safe::line;
use crate::model::{Trace, Verdict, World};

/// The document. With `audit_fails` a result that a policy only reports is a failure too.
#[must_use]
pub fn junit(world: &World, audit_fails: bool) -> String {
    let total = Summary::of(world);
    let failures = total.deny + if audit_fails { total.audit } else { 0 };
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"sigscope\" tests=\"{}\" failures=\"{failures}\" errors=\"{}\">",
        total.results, total.error
    );
    let mut policies: Vec<String> = Vec::new();
    for trace in &world.traces {
        let name = policy(trace);
        if !policies.contains(&name) {
            policies.push(name);
        }
    }
    for name in &policies {
        let traces: Vec<&Trace> =
            world.traces.iter().map(AsRef::as_ref).filter(|trace| policy(trace) == *name).collect();
        suite(&mut out, name, &traces, audit_fails);
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, name: &str, traces: &[&Trace], audit_fails: bool) {
    let count = |wanted: Verdict| traces.iter().filter(|trace| verdict(trace) == wanted).count();
    let failures = count(Verdict::Deny) + if audit_fails { count(Verdict::Audit) } else { 0 };
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{}\" skipped=\"{}\">",
        xml(name),
        traces.len(),
        count(Verdict::Error),
        count(Verdict::None)
    );
    for trace in traces {
        case(out, trace, audit_fails);
    }
    out.push_str("  </testsuite>\n");
}

fn case(out: &mut String, trace: &Trace, audit_fails: bool) {
    let class = xml(&format!("{}.{}", policy(trace), trace.rule));
    let name = xml(&format!("{} {}", place(trace), trace.image.image));
    let at = trace.location.as_ref().map(ToString::to_string).unwrap_or_default();
    // Each on a line of its own, so that no line begins with what somebody else wrote.
    let parts = [sentence(trace), format!("at {at}"), format!("the engine prints: {}", trace.engine_message)];
    let said = [true, !at.is_empty(), !trace.engine_message.is_empty()];
    let body: Vec<String> =
        parts.iter().zip(said).filter(|(_, said)| *said).map(|(part, _)| xml(part)).collect();
    let body = body.join("\n");
    let head = format!("message=\"{}\" type=\"{}\"", xml(&sentence(trace)), trace.code);
    let _ = write!(out, "    <testcase classname=\"{class}\" name=\"{name}\">");
    match verdict(trace) {
        Verdict::Deny => {
            let _ = write!(out, "<failure {head}>{body}</failure>");
        }
        Verdict::Audit if audit_fails => {
            let _ = write!(out, "<failure {head}>{body}</failure>");
        }
        Verdict::Audit => {
            let _ = write!(out, "<system-out>audit: {body}</system-out>");
        }
        Verdict::Error | Verdict::Waiting => {
            let _ = write!(out, "<error {head}>{body}</error>");
        }
        Verdict::None => {
            let _ = write!(out, "<skipped message=\"{}\"/>", xml(&sentence(trace)));
        }
        Verdict::Pass => {}
    }
    out.push_str("</testcase>\n");
}

/// Escaped for XML 1.0, which has no way to write control characters: they are shown.
fn xml(text: &str) -> String {
    line(text).chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
        out
    })
}
