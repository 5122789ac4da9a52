//! The comparison of two sets of policies as text and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::audit::policy;
use super::clause::PlaceOut;
use crate::analyse::{Agreement, Side, Versus};
use crate::explain::{pair, sentence};
use crate::model::safe::line;

/// The lines: one for each image, and both sides below one that is not the same on both.
#[must_use]
pub fn text(all: &[Versus]) -> String {
    let mut out = String::new();
    for one in all {
        let (old, new) = (one.old.verdict.word(), one.new.verdict.word());
        let verdicts = if old == new { old.to_owned() } else { format!("{old} -> {new}") };
        let place = format!("{} {} {}", one.resource, one.image.container, one.image.image);
        let head = format!("{:<9}  {verdicts:<14}  {place}", one.agreement().word());
        let _ = writeln!(out, "{}", line(&head));
        if one.agreement() != Agreement::Agree {
            side(&mut out, "old", &one.old);
            side(&mut out, "new", &one.new);
        }
    }
    let count = |wanted: Agreement| all.iter().filter(|one| one.agreement() == wanted).count();
    let _ = writeln!(
        out,
        "{} {}: {} agree, {} disagree, {} undecided",
        all.len(),
        if all.len() == 1 { "image" } else { "images" },
        count(Agreement::Agree),
        count(Agreement::Disagree),
        count(Agreement::Undecided)
    );
    out
}

fn side(out: &mut String, name: &str, side: &Side) {
    let Some(trace) = &side.trace else {
        let _ = writeln!(out, "  {name}: no policy is about it");
        return;
    };
    let at = trace.location.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let head = format!("{} {} {}/{} {at}", side.verdict, trace.code, policy(trace), trace.rule);
    let _ = writeln!(out, "  {name}: {}", line(&head));
    if let Some(pair) = pair(trace) {
        let _ = writeln!(out, "       want {}\n       have {}", line(&pair.want), line(&pair.have));
    }
    let _ = writeln!(out, "       {}", line(&sentence(trace)));
}

/// One object with every image.
#[must_use]
pub fn json(all: &[Versus]) -> Value {
    let one = |one: &Versus| {
        json!({
            "agreement": one.agreement().word(),
            "resource": {
                "kind": one.resource.kind,
                "namespace": one.resource.namespace,
                "name": one.resource.name,
                "container": one.image.container,
            },
            "image": one.image.image,
            "old": of_side(&one.old),
            "new": of_side(&one.new),
        })
    };
    json!({ "schema": "sigscope.compare/v1", "images": all.iter().map(one).collect::<Vec<Value>>() })
}

fn of_side(side: &Side) -> Value {
    let Some(trace) = &side.trace else {
        return json!({ "verdict": side.verdict.word(), "policy": null });
    };
    let pair = pair(trace);
    json!({
        "verdict": side.verdict.word(),
        "code": trace.code.as_str(),
        "policy": policy(trace),
        "rule": trace.rule,
        "kind": trace.policy.kind,
        "location": trace.location.as_ref().map(PlaceOut::from),
        "want": pair.as_ref().map(|pair| pair.want.clone()),
        "have": pair.as_ref().map(|pair| pair.have.clone()),
        "message": sentence(trace),
        "engine_message": trace.engine_message,
    })
}
