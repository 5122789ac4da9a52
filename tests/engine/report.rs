//! The forms of the audit over traces of every reason and everything that can be missing.

use std::sync::Arc;

use serde_json::Value;
use sigscope::model::ledger::Ledger;
use sigscope::model::{Trace, Verdict, World};
use sigscope::report::audit::{Audit, Summary};
use sigscope::report::ink::Ink;
use sigscope::report::junit::Failures;
use sigscope::report::{concise, json, junit, sarif, table, why};

use crate::schema::{sarif_is_sound, valid, well_formed};
use crate::trace::{all_missing, all_reasons, denied, not_selected, passed, undecided};

fn world(traces: Vec<Trace>) -> World {
    World { traces: traces.into_iter().map(Arc::new).collect(), ..World::default() }
}

fn everything() -> World {
    let mut traces: Vec<Trace> = all_reasons().into_iter().map(denied).collect();
    traces.extend(all_missing().into_iter().map(undecided));
    traces.extend([passed(), not_selected()]);
    let mut audit = denied(all_reasons().remove(0));
    audit.verdict = Verdict::Audit;
    traces.push(audit);
    let mut waiting = passed();
    waiting.verdict = Verdict::Waiting;
    traces.push(waiting);
    world(traces)
}

/// A trace whose every text is hostile.
fn hostile() -> World {
    let bad = "x\u{1b}[31m<&>\"'\u{202e}\u{9b}\u{7}\n::error::\u{fffe}";
    let mut trace = denied(all_reasons().remove(0));
    trace.resource.name = bad.to_owned();
    trace.image.image = bad.to_owned();
    trace.image.container = bad.to_owned();
    trace.policy.name = bad.to_owned();
    trace.rule = bad.to_owned();
    trace.engine_message = bad.to_owned();
    if let Some(place) = &mut trace.location {
        place.file = bad.into();
    }
    world(vec![trace])
}

fn document(world: &World) -> (String, Value) {
    let text = json::document(&Audit::of(world)).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

#[test]
fn every_outcome_follows_the_schema() {
    let world = everything();
    let (_, value) = document(&world);
    valid(&value);
    let results = value["results"].as_array().unwrap();
    assert_eq!(results.len(), world.traces.len());
    for result in results {
        let message = result["message"].as_str().unwrap();
        assert!(message.ends_with('.') && !message.contains('\n'), "{message}");
    }
    let summary = Summary::of(&world);
    assert_eq!(summary.results, summary.pass + summary.deny + summary.audit + summary.error + summary.none);
    assert!(results.iter().all(|result| result["verdict"] != "waiting"), "what waits could not be decided");
}

#[test]
fn every_outcome_has_its_place_in_sarif_and_junit() {
    let world = everything();
    sarif_is_sound(&sarif::sarif(&world, &Ledger::default()));
    let summary = Summary::of(&world);
    let quiet = junit::junit(&world, &Ledger::default(), Failures::default());
    well_formed(&quiet);
    assert_eq!(quiet.matches("<failure ").count(), summary.deny);
    assert_eq!(quiet.matches("<error ").count(), summary.error);
    assert_eq!(quiet.matches("<skipped ").count(), summary.none);
    assert_eq!(quiet.matches("<testcase ").count(), summary.results);
    assert_eq!(
        junit::junit(&world, &Ledger::default(), Failures { audit: true, accepted: false })
            .matches("<failure ")
            .count(),
        summary.deny + summary.audit
    );
}

#[test]
fn the_worst_stands_first_and_every_result_has_a_line() {
    let world = everything();
    let text = table::table(&world, &Ledger::default(), Ink { color: false, ascii: true });
    let words: Vec<&str> = text
        .lines()
        .filter_map(|line| line.get(2..6))
        .filter(|word| word.chars().all(char::is_uppercase))
        .collect();
    let rank = |word: &&str| {
        Verdict::ALL.iter().position(|verdict| verdict.label().starts_with(*word)).unwrap_or(usize::MAX)
    };
    let ranks: Vec<usize> = words.iter().map(rank).filter(|rank| *rank < usize::MAX).collect();
    assert!(ranks.is_sorted() && !ranks.is_empty(), "{text}");
    assert_eq!(concise::concise(&world, &Ledger::default()).lines().count(), world.traces.len());
    assert!(text.ends_with(&format!("{}\n", table::summary(&Summary::of(&world)))));
}

#[test]
fn hostile_text_is_shown_and_never_obeyed() {
    let world = hostile();
    let (text, value) = document(&world);
    valid(&value);
    assert!(value["results"][0]["image"].as_str().unwrap().contains('\u{1b}'), "JSON keeps what was written");
    let ink = Ink::default();
    let junit = junit::junit(&world, &Ledger::default(), Failures::default());
    well_formed(&junit);
    let sarif = json::document(&sarif::sarif(&world, &Ledger::default())).unwrap();
    let traces = || world.traces.iter().map(AsRef::as_ref);
    let why = why::text(&world, traces(), ink);
    let why_json = json::document(&why::WhyOut::of("x", traces())).unwrap();
    for out in [
        text,
        junit,
        sarif,
        why,
        why_json,
        table::table(&world, &Ledger::default(), ink),
        concise::concise(&world, &Ledger::default()),
    ] {
        assert!(!out.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{out:?}");
        assert!(!out.contains("\n::error"), "no line of ours begins with text from outside: {out}");
    }
}

#[test]
fn an_empty_audit_is_a_document_too() {
    let (_, value) = document(&World::default());
    valid(&value);
    sarif_is_sound(&sarif::sarif(&World::default(), &Ledger::default()));
    well_formed(&junit::junit(&World::default(), &Ledger::default(), Failures::default()));
}
