//! The audit as JUnit XML: a suite per policy, a case per result.

use std::fmt::Write;

use super::audit::{Summary, policy, verdict};
use super::table::place;
use crate::explain::sentence;
use crate::model::ledger::Ledger;
use crate::model::safe::line;
use crate::model::{Trace, Verdict, World};

/// What counts as a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// What a policy only reports is a failure too.
    pub audit: bool,
    /// A failure whose acknowledgement holds is skipped instead.
    pub accepted: bool,
}

/// Results, and what counts among them.
struct Suites<'a> {
    world: &'a World,
    ledger: &'a Ledger,
    failures: Failures,
}

impl Suites<'_> {
    /// A failure that its acknowledgement takes away.
    fn accepted(&self, trace: &Trace) -> bool {
        self.failures.accepted && self.failing(verdict(trace)) && self.ledger.accepts(self.world, trace)
    }

    fn failing(&self, verdict: Verdict) -> bool {
        verdict == Verdict::Deny || (self.failures.audit && verdict == Verdict::Audit)
    }

    fn failed(&self, trace: &Trace) -> bool {
        self.failing(verdict(trace)) && !self.accepted(trace)
    }
}

/// The document.
#[must_use]
pub fn junit(world: &World, ledger: &Ledger, failures: Failures) -> String {
    let total = Summary::of(world);
    let suites = Suites { world, ledger, failures };
    let failures = world.traces.iter().filter(|trace| suites.failed(trace)).count();
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
        suite(&mut out, name, &traces, &suites);
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, name: &str, traces: &[&Trace], suites: &Suites<'_>) {
    let count = |wanted: Verdict| traces.iter().filter(|trace| verdict(trace) == wanted).count();
    let failures = traces.iter().filter(|trace| suites.failed(trace)).count();
    let accepted = traces.iter().filter(|trace| suites.accepted(trace)).count();
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{}\" skipped=\"{}\">",
        xml(name),
        traces.len(),
        count(Verdict::Error),
        count(Verdict::None) + accepted
    );
    for trace in traces {
        case(out, trace, suites);
    }
    out.push_str("  </testsuite>\n");
}

fn case(out: &mut String, trace: &Trace, suites: &Suites<'_>) {
    let class = xml(&format!("{}.{}", policy(trace), trace.rule));
    let name = xml(&format!("{} {}", place(trace), trace.image.image));
    let at = trace.location.as_ref().map(ToString::to_string).unwrap_or_default();
    // Each on a line of its own, so that no line begins with what somebody else wrote.
    let parts = [
        trace.marked(sentence(trace)),
        format!("at {at}"),
        format!("the engine prints: {}", trace.engine_message),
    ];
    let said = [true, !at.is_empty(), !trace.engine_message.is_empty()];
    let body: Vec<String> =
        parts.iter().zip(said).filter(|(_, said)| *said).map(|(part, _)| xml(part)).collect();
    let body = body.join("\n");
    let head = format!("message=\"{}\" type=\"{}\"", xml(&sentence(trace)), trace.code);
    let _ = write!(out, "    <testcase classname=\"{class}\" name=\"{name}\">");
    let said = suites.ledger.standing(suites.world, trace).words().map(|words| xml(&words));
    if let Some(said) = &said {
        // Readers that know no properties of cases pass over them.
        let _ = write!(out, "<properties><property name=\"acknowledgement\" value=\"{said}\"/></properties>");
    }
    match verdict(trace) {
        _ if suites.accepted(trace) => {
            let _ = write!(out, "<skipped message=\"{}\"/>", said.unwrap_or_default());
        }
        found if suites.failing(found) => {
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
        // A denial always fails, and was written above.
        Verdict::Deny | Verdict::Pass => {}
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
