//! The rows of *why* for every verdict and reason, at several widths.

use std::sync::Arc;

use sigscope::model::reason::Reason;
use sigscope::model::trace::Trace;
use sigscope::model::world::PolicyFile;
use sigscope::model::{Missing, World};
use sigscope::ui::action::{Act, Move, Pane, Why as WhyAct};
use sigscope::ui::overlay::why::Why;
use sigscope::ui::overlay::why::policy_lines::policy_lines;
use sigscope::ui::overlay::why::rows::{Size, WhyRow, why_rows};
use sigscope::ui::subject::TraceKey;

use crate::demo;
use crate::picture::{Stage, compare};
use crate::trace::{self, POLICY, POLICY_FILE};

fn text(rows: &[WhyRow]) -> String {
    rows.iter().map(|row| row.line.text() + "\n").collect()
}

fn world(traces: Vec<Trace>) -> World {
    World {
        files: vec![PolicyFile {
            path: POLICY_FILE.into(),
            text: POLICY.into(),
            hash: "".into(),
            policies: Vec::new(),
            broken: None,
        }],
        traces: traces.into_iter().map(Arc::new).collect(),
        ..World::default()
    }
}

#[test]
fn rows_fit_their_pane_whatever_failed() {
    let mut traces: Vec<Trace> = trace::all_reasons().into_iter().map(trace::denied).collect();
    traces.extend(trace::all_missing().into_iter().map(trace::undecided));
    traces.extend([trace::passed(), trace::not_selected()]);
    for trace in traces {
        for (width, ascii) in [(36, true), (54, false), (76, false), (120, true)] {
            let rows = why_rows(&trace, &[], Size { width, ascii });
            for row in &rows {
                assert!(row.line.width() <= width, "{width}: {}", row.line.text());
            }
            let text = text(&rows);
            assert!(text.contains(trace.verdict.label()) && text.contains(trace.code.as_str()), "{text}");
            assert!(!ascii || text.replace('…', "~").is_ascii(), "{text}");
        }
    }
}

#[test]
fn both_sides_are_aligned_with_the_marks_below() {
    let reason = Reason::OtherDigest { wanted: trace::digest('1'), found: trace::digest('2').to_string() };
    let rows = why_rows(&trace::denied(reason), &[], Size { width: 54, ascii: false });
    let lines: Vec<String> = rows.iter().map(|row| row.line.text()).collect();
    let want = lines.iter().position(|line| line.starts_with("want ")).unwrap();
    assert_eq!(lines[want].find('1'), lines[want + 1].find("222"));
    assert_eq!(lines[want + 2].find('~'), lines[want + 1].find("222"), "{lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with('>') && line.contains("SIG-DIGEST")), "{lines:#?}");
}

#[test]
fn another_clause_shows_its_own_sides() {
    let trace = trace::denied(Reason::NoSignature);
    let shown = text(&why_rows(&trace, &[2, 0, 0, 1], Size { width: 60, ascii: true }));
    assert!(
        shown.contains("clause: key can be read") && shown.contains("It was checked and holds."),
        "{shown}"
    );
    assert!(!shown.contains("want "), "{shown}");
}

#[test]
fn the_gutter_counts_every_result_once_a_line() {
    let (denied, passed) = (trace::denied(Reason::NoSignature), trace::passed());
    let lines = policy_lines(&world(vec![denied.clone(), passed.clone(), passed]), &denied, None);
    let line = |text: &str| lines.iter().find(|line| line.text.contains(text)).unwrap();
    let keys = line("- keys:");
    let counts = keys.counts.unwrap();
    assert_eq!((counts.held, counts.failed, counts.not_exercised, counts.undecided), (2, 1, 0, 0));
    let decided = keys.decided.clone().unwrap();
    assert_eq!(keys.text.chars().skip(decided.start).take(decided.len()).collect::<String>(), "keys:");
    assert_eq!(line("webhookTimeoutSeconds").counts, None);
    assert_eq!(lines.iter().filter(|line| line.decided.is_some()).count(), 1);
    assert!(policy_lines(&World::default(), &denied, None).is_empty());
}

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 50)];

fn subjects() -> Vec<(&'static str, Trace)> {
    let digest = Reason::OtherDigest { wanted: trace::digest('1'), found: trace::digest('2').to_string() };
    let key = Reason::KeyMismatch { key: trace::key('a'), claimed: Some(trace::key('b')) };
    let missing =
        Missing::Denied { host: "registry.example.test".into(), status: 403, detail: "denied".into() };
    vec![
        ("digest", trace::denied(digest)),
        ("key", trace::denied(key)),
        ("pass", trace::passed()),
        ("none", trace::not_selected()),
        ("error", trace::undecided(missing)),
    ]
}

#[test]
fn pictures_of_every_verdict_at_three_sizes() {
    for (name, trace) in subjects() {
        let world = world(vec![trace.clone(), trace::passed()]);
        for (width, height) in SIZES {
            for ascii in [false, true] {
                let stage = Stage { world: &world, width, height, ascii };
                let picture = stage.picture(&mut Why::new(TraceKey::of(&trace)));
                assert!(!ascii || picture.is_ascii(), "{picture}");
                assert!(picture.contains(trace.verdict.label()), "{picture}");
                if !ascii || (name, width) == ("digest", 80) {
                    let set = if ascii { "-ascii" } else { "" };
                    compare(&format!("why-{name}-{width}x{height}{set}"), &picture);
                }
            }
        }
    }
}

#[test]
fn one_pane_at_a_time_where_there_is_no_room_for_two() {
    let trace = trace::denied(Reason::NoSignature);
    let world = world(vec![trace.clone()]);
    let stage = Stage { world: &world, width: 80, height: 24, ascii: true };
    let mut why = Why::new(TraceKey::of(&trace));
    assert!(!stage.picture(&mut why).contains("publicKeys"));
    stage.act(&mut why, Act::Pane(Pane::Next));
    let picture = stage.picture(&mut why);
    assert!(picture.contains("publicKeys") && !picture.contains("help:"), "{picture}");
    assert!(picture.contains("^^^^^ SIG-NONE"), "{picture}");
    compare("why-policy-80x24-ascii", &picture);
}

#[test]
fn clauses_are_walked_and_the_policy_follows() {
    let trace = trace::denied(Reason::NoSignature);
    let world = world(vec![trace.clone()]);
    let stage = Stage { world: &world, width: 120, height: 36, ascii: true };
    let mut why = Why::new(TraceKey::of(&trace));
    let decided = stage.subject(&mut why);
    assert_eq!(decided.code, Some(sigscope::model::Code::SigNone));
    assert!(decided.path.ends_with(":27:21"), "{}", decided.path);
    for _ in 0..40 {
        stage.act(&mut why, Act::Move(Move::PreviousSibling));
    }
    let first = stage.subject(&mut why);
    assert!(first.path.ends_with(":15:9"), "{}", first.path);
    let mut seen = vec![first.path];
    for _ in 0..40 {
        stage.act(&mut why, Act::Move(Move::NextSibling));
        seen.push(stage.subject(&mut why).path);
    }
    assert!(seen.last().is_some_and(|path| path.ends_with(":10:3")), "{seen:?}");
    assert!(stage.picture(&mut why).contains("clause: failureAction"));
}

#[test]
fn a_result_that_is_gone_says_so_and_others_of_the_image_are_one_key_away() {
    let mut other = trace::passed();
    other.rule = "another-rule".into();
    let trace = trace::denied(Reason::NoSignature);
    let both = world(vec![trace.clone(), other]);
    let stage = Stage { world: &both, width: 120, height: 36, ascii: false };
    let mut why = Why::new(TraceKey::of(&trace));
    stage.act(&mut why, Act::Why(WhyAct::Result(true)));
    assert!(stage.picture(&mut why).contains("✓ PASS"));
    stage.act(&mut why, Act::Why(WhyAct::Result(false)));
    assert!(stage.picture(&mut why).contains("✗ DENY"));
    let empty = Stage { world: &World::default(), width: 80, height: 24, ascii: false };
    assert!(empty.picture(&mut why).contains("no longer there"));
    for (width, height) in [(60, 16), (100, 16), (61, 17)] {
        Stage { world: &both, width, height, ascii: false }.picture(&mut why);
    }
}

#[test]
fn the_times_of_a_result_stand_below_it_or_behind_its_clauses() {
    let world = demo::world_read();
    let logged = |trace: &&Arc<Trace>| trace.image.image.contains("etl");
    let trace = world.traces.iter().find(logged).unwrap();
    let wide = Stage { world: &world, width: 120, height: 36, ascii: false };
    let picture = wide.picture(&mut Why::new(TraceKey::of(trace)));
    assert!(picture.contains("log entry") && picture.contains("made → logged → now"), "{picture}");
    // The policy switches the log off: what it says is a claim.
    assert!(!picture.contains("promise holds"), "{picture}");
    compare("why-times-120x36", &picture);
    let narrow = Stage { world: &world, width: 80, height: 24, ascii: true };
    let mut why = Why::new(TraceKey::of(trace));
    stage_end(&narrow, &mut why);
    compare("why-times-80x24-ascii", &narrow.picture(&mut why));
    assert!(narrow.picture(&mut why).contains("made > logged > now"));
}

/// The last rows of the detail.
fn stage_end(stage: &Stage<'_>, why: &mut Why) {
    for _ in 0..5 {
        stage.act(why, Act::Move(Move::PageDown));
    }
}

#[test]
fn what_a_promise_of_the_log_proves_is_told_apart_from_claims() {
    let world = demo::world_read();
    let held = world.traces.iter().find(|trace| {
        let image = trace.image.image.contains("invoices");
        image && trace.policy.name == "require-logged-signature"
    });
    let trace = held.unwrap();
    let stage = Stage { world: &world, width: 120, height: 36, ascii: false };
    let picture = stage.picture(&mut Why::new(TraceKey::of(trace)));
    assert!(picture.contains("✓ the log's promise holds"), "{picture}");
}
