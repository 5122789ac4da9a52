//! The audit with one line per result, in the form that editors and `grep` read: `file:line:column: verdict: …`.

use std::fmt::Write;

use super::audit::{message, policy, verdict};
use super::safe::line;
use super::table::place;
use crate::model::World;

/// The lines, in the order of the audit.
#[must_use]
pub fn concise(world: &World) -> String {
    world.traces.iter().fold(String::new(), |mut out, trace| {
        let at = trace.location.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let text = format!(
            "{at}: {}: {} {}/{} {} {}: {}",
            verdict(trace),
            trace.code,
            policy(trace),
            trace.rule,
            trace.image.image,
            place(trace),
            message(trace)
        );
        let _ = writeln!(out, "{}", line(&text));
        out
    })
}
