//! The audit with one line per result, in the form that editors and `grep` read: `file:line:column: verdict: …`.

use std::fmt::Write;

use super::audit::{policy, verdict};
use super::table::place;
use crate::explain::sentence;
use crate::model::World;
use crate::model::ledger::Ledger;
use crate::model::safe::line;

/// The lines, in the order of the audit.
#[must_use]
pub fn concise(world: &World, ledger: &Ledger) -> String {
    world.traces.iter().fold(String::new(), |mut out, trace| {
        let at = trace.location.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let said =
            ledger.standing(world, trace).words().map_or_else(String::new, |said| format!(" ({said})"));
        let text = format!(
            "{at}: {}: {} {} {} {}: {}{said}",
            verdict(trace),
            trace.code,
            trace.marked(format!("{}/{}", policy(trace), trace.rule)),
            trace.image.image,
            place(trace),
            sentence(trace)
        );
        let _ = writeln!(out, "{}", line(&text));
        out
    })
}
