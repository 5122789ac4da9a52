//! Two policies over the same images: disagreements first, both sides with their reasons.

use std::sync::Arc;

use sigscope::model::reason::Reason;
use sigscope::model::trace::{PolicyId, Trace};
use sigscope::model::world::{PolicyFile, PolicyRow};
use sigscope::model::{Missing, Span, World};
use sigscope::ui::action::{Act, Versus};
use sigscope::ui::overlay::versus::{VersusPane, other};
use sigscope::ui::part::Ask;
use sigscope::ui::subject::TraceKey;

use crate::picture::{Stage, compare};
use crate::trace::{self, POLICY, POLICY_FILE};

fn id(kind: &str) -> PolicyId {
    PolicyId { kind: kind.to_owned(), namespace: String::new(), name: "signed".to_owned() }
}

/// Four images: both agree about the first, disagree about the second, one cannot decide about the third, and the new
/// policy is not about the fourth.
fn world() -> World {
    let missing = || Missing::Denied { host: "r.example".into(), status: 403, detail: "denied".into() };
    let sides: [(Trace, Option<Trace>); 4] = [
        (trace::passed(), Some(trace::passed())),
        (trace::passed(), Some(trace::denied(Reason::NoSignature))),
        (trace::passed(), Some(trace::undecided(missing()))),
        (trace::denied(Reason::NoSignature), None),
    ];
    let mut traces = Vec::new();
    for (number, (old, new)) in sides.into_iter().enumerate() {
        let both = [Some((old, "ClusterPolicy")), new.map(|new| (new, "ImageValidatingPolicy"))];
        for (mut trace, kind) in both.into_iter().flatten() {
            trace.policy = id(kind);
            trace.image.image = format!("r.example/app:{number}");
            traces.push(Arc::new(trace));
        }
    }
    let row = |kind: &str| PolicyRow {
        id: id(kind),
        span: Span::whole(POLICY_FILE.into()),
        action: "Enforce".to_owned(),
        rules: Vec::new(),
        problems: Vec::new(),
        lints: Vec::new(),
        draft: false,
    };
    World {
        files: vec![PolicyFile {
            path: POLICY_FILE.into(),
            text: POLICY.into(),
            hash: "".into(),
            policies: vec![row("ClusterPolicy"), row("ImageValidatingPolicy")],
            broken: None,
        }],
        traces,
        ..World::default()
    }
}

#[test]
fn disagreements_come_first_and_what_agrees_is_shown_on_demand() {
    let world = world();
    let new = other(&world, &id("ClusterPolicy")).unwrap();
    assert_eq!(new, id("ImageValidatingPolicy"));
    for (width, height) in [(80, 24), (120, 36)] {
        let stage = Stage { world: &world, width, height, ascii: false };
        let mut pane = VersusPane::new(id("ClusterPolicy"), new.clone());
        let picture = stage.picture(&mut pane);
        assert!(picture.contains("2 disagree · 1 undecided · 1 agree"), "{picture}");
        assert!(!picture.contains("app:0"), "{picture}");
        compare(&format!("compare-{width}x{height}"), &picture);
        stage.act(&mut pane, Act::Versus(Versus::All));
        assert!(stage.picture(&mut pane).contains("app:0"));
    }
}

#[test]
fn the_keys_of_findings_walk_and_enter_explains_the_side_that_denies() {
    let world = world();
    let stage = Stage { world: &world, width: 120, height: 36, ascii: true };
    let mut pane = VersusPane::new(id("ClusterPolicy"), id("ImageValidatingPolicy"));
    let subject = |pane: &mut VersusPane| stage.subject(pane).image.unwrap().to_string();
    assert_eq!(subject(&mut pane), "r.example/app:1");
    let asks = stage.act(&mut pane, Act::Open);
    let denied = world.traces.iter().find(|trace| trace.verdict.label() == "DENY").unwrap();
    assert_eq!(asks, [Ask::Why(TraceKey::of(denied))]);
    stage.act(&mut pane, Act::Found(true));
    assert_eq!(subject(&mut pane), "r.example/app:3");
    let picture = stage.picture(&mut pane);
    assert!(picture.contains("this policy is not about it") && picture.is_ascii(), "{picture}");
}
