//! Near misses and the answers to them, as text and JSON.

use serde_json::{Value, json};

use crate::model::Code;
use crate::model::probe::{Probe, ProbeAnswer};
use crate::model::safe::line;

/// How many would be admitted, and how many cannot be decided.
#[must_use]
pub fn counts(probes: &[Probe]) -> (usize, usize) {
    let count =
        |wanted: &dyn Fn(&ProbeAnswer) -> bool| probes.iter().filter(|one| wanted(&one.answer)).count();
    (
        count(&|answer| matches!(answer, ProbeAnswer::Admitted)),
        count(&|answer| matches!(answer, ProbeAnswer::Undecided(_))),
    )
}

/// The word and the code of an answer.
fn answer(probe: &Probe) -> (&'static str, Code) {
    match probe.answer {
        ProbeAnswer::Admitted => ("admitted", Code::PolWide),
        ProbeAnswer::Refused(code) => ("refused", code),
        ProbeAnswer::Undecided(code) => ("undecided", code),
    }
}

/// One line per near miss, by image; what is admitted is in capitals and has its place in the policy.
#[must_use]
pub fn text(probes: &[Probe]) -> String {
    let mut out = String::new();
    let mut image = None;
    for probe in probes {
        if image != Some(&probe.image) {
            out.push_str(&format!("near misses of {}\n", line(&probe.image)));
            image = Some(&probe.image);
        }
        let (word, code) = answer(probe);
        let word = if probe.answer == ProbeAnswer::Admitted { "ADMITTED" } else { word };
        out.push_str(&format!("  {word:<9} {code:<14} {:<26}", probe.kind.words()));
        if let Some(span) = probe.location.as_ref().filter(|_| probe.answer == ProbeAnswer::Admitted) {
            out.push_str(&format!(" {}", line(&span.to_string())));
        }
        if !probe.signer.is_empty() {
            out.push_str(&format!(" {}", line(&probe.signer)));
        }
        out.push('\n');
    }
    let (admitted, undecided) = counts(probes);
    let all = probes.len();
    out.push_str(&format!(
        "{admitted} of {all} near misses would be admitted, {undecided} cannot be decided\n"
    ));
    out
}

/// One object.
#[must_use]
pub fn json(probes: &[Probe]) -> Value {
    let one = |probe: &Probe| {
        let (word, code) = answer(probe);
        let place = probe
            .location
            .as_ref()
            .map(|span| json!({ "file": &*span.file, "line": span.start.line, "column": span.start.column }));
        json!({
            "kind": probe.kind.name(),
            "image": &*probe.image,
            "signer": probe.signer,
            "answer": word,
            "code": code.as_str(),
            "policy": {
                "kind": probe.policy.kind,
                "namespace": probe.policy.namespace,
                "name": probe.policy.name,
            },
            "location": place,
        })
    };
    let (admitted, undecided) = counts(probes);
    json!({
        "admitted": admitted,
        "undecided": undecided,
        "probes": probes.iter().map(one).collect::<Vec<Value>>(),
    })
}
