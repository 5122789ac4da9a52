//! The Audit screen: acknowledgements with notes, what they are bound to, how they lapse, and what leaves the screen.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use sigscope::model::world::{ImageRow, ImageState, PolicyFile, PolicyRow};
use sigscope::model::{Moment, Reference, Span, Trace, Verdict, World};
use sigscope::ui::effect::Effect;
use sigscope::ui::keymap::Chord;
use sigscope::ui::layout::regions;
use sigscope::ui::msg::Msg;
use sigscope::ui::{Model, Settings, update, view};

use crate::trace;

const NAMES: [&str; 3] = ["r.example/a:1", "r.example/b:1", "r.example/c:1"];

fn findings() -> Vec<Trace> {
    let sample = trace::denied(trace::all_reasons().remove(0));
    let named = |name: &&str| {
        let mut trace = sample.clone();
        trace.image.image = (*name).to_owned();
        trace.digest = Some(trace::digest(name.chars().nth(10).unwrap()));
        trace
    };
    NAMES.iter().map(named).collect()
}

fn world(revision: u64, traces: Vec<Trace>, hash: &str) -> Arc<World> {
    let id = traces.first().map(|trace| trace.policy.clone()).unwrap();
    let policy = PolicyRow {
        draft: false,
        id,
        span: Span::whole(trace::POLICY_FILE.into()),
        action: "Enforce".to_owned(),
        rules: Vec::new(),
        problems: Vec::new(),
        lints: Vec::new(),
    };
    let row = |name: &&str| ImageRow {
        name: (*name).into(),
        reference: Ok(Reference::parse(name).unwrap()),
        state: ImageState::NotAsked,
        uses: Vec::new(),
        since: Moment(0),
    };
    Arc::new(World {
        revision,
        images: NAMES.iter().map(row).collect(),
        files: vec![PolicyFile {
            path: trace::POLICY_FILE.into(),
            text: trace::POLICY.into(),
            hash: hash.into(),
            policies: vec![policy],
            broken: None,
        }],
        traces: traces.into_iter().map(Arc::new).collect(),
        ..World::default()
    })
}

fn opened() -> Model {
    let mut model = Model::new(&Settings::default(), 200, 50, Moment(1_795_516_245)).unwrap();
    update(&mut model, Msg::World(world(1, findings(), "sha256:1")));
    keys(&mut model, "6");
    model
}

fn keys(model: &mut Model, text: &str) -> Vec<Effect> {
    Chord::sequence(text).unwrap().into_iter().flat_map(|chord| update(model, Msg::Key(chord))).collect()
}

fn typed(model: &mut Model, text: &str) {
    for c in text.chars() {
        let key = if c == ' ' { "space".to_owned() } else { c.to_string() };
        keys(model, &key);
    }
}

fn picture(model: &Model) -> String {
    let mut buffer = Buffer::empty(model.area);
    view(model, &regions(model), &mut buffer, &model.prefs.ink);
    sigscope::ui::shot::text(&buffer)
}

/// Acknowledges what is selected with a note.
fn acknowledged() -> Model {
    let mut model = opened();
    keys(&mut model, "A");
    typed(&mut model, "seen by ops");
    let effects = keys(&mut model, "enter");
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::Keep(change) => Some(change.1.clone()),
        _ => None,
    });
    assert_eq!(kept.as_ref(), Some(&model.prefs.ledger), "it is kept at once");
    model
}

#[test]
fn a_finding_is_acknowledged_with_a_note() {
    let mut model = acknowledged();
    let screen = picture(&model);
    assert!(screen.contains("2 open · 1 acknowledged"), "{screen}");
    assert!(screen.contains("acknowledged 2026-11-24T10:30:45Z: seen by ops"), "{screen}");
    keys(&mut model, "w");
    assert!(picture(&model).contains("seen by ops"), "why says it too:\n{}", picture(&model));
    keys(&mut model, "esc c");
    typed(&mut model, " and sec");
    keys(&mut model, "enter");
    assert_eq!(model.prefs.ledger.entries.len(), 1);
    assert_eq!(model.prefs.ledger.entries[0].note, "seen by ops and sec");
}

#[test]
fn escape_forgets_a_note_and_u_goes_back_step_by_step() {
    let mut model = opened();
    keys(&mut model, "A");
    typed(&mut model, "x");
    keys(&mut model, "esc");
    assert!(model.prefs.ledger.entries.is_empty());
    keys(&mut model, "A enter j A enter");
    assert_eq!(model.prefs.ledger.entries.len(), 2);
    keys(&mut model, "u");
    assert_eq!(model.prefs.ledger.entries.len(), 1);
    let effects = keys(&mut model, "u");
    assert!(model.prefs.ledger.entries.is_empty());
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::Keep(change) if change.1.entries.is_empty()))
    );
    keys(&mut model, "u");
    assert!(picture(&model).contains("nothing to take back"));
}

#[test]
fn marks_are_acknowledged_together() {
    let mut model = opened();
    keys(&mut model, "g g space space");
    assert_eq!(model.marks.len(), 2);
    keys(&mut model, "A enter");
    assert_eq!(model.prefs.ledger.entries.len(), 2);
    assert!(picture(&model).contains("1 open · 2 acknowledged"), "{}", picture(&model));
}

#[test]
fn an_acknowledgement_lapses_when_digest_policy_or_verdict_change() {
    type Change = fn(&mut Trace);
    let changed: [(&str, Change, &str); 3] = [
        ("the digest", |trace| trace.digest = Some(trace::digest('9')), "sha256:1"),
        ("the policy", |_| {}, "sha256:2"),
        ("the verdict", |trace| trace.verdict = Verdict::Audit, "sha256:1"),
    ];
    for (what, change, hash) in changed {
        let mut model = acknowledged();
        let selected = model.subject().image.unwrap();
        let mut traces = findings();
        traces.iter_mut().filter(|trace| *trace.image.image == *selected).for_each(change);
        update(&mut model, Msg::World(world(2, traces, hash)));
        let row = model.screens.audit.rows.iter().find(|row| *row.image == *selected).unwrap();
        assert_eq!(row.dealt.word(), "LAPSED", "{what}");
        keys(&mut model, "/");
        typed(&mut model, "lapsed");
        keys(&mut model, "enter");
        let screen = picture(&model);
        assert!(screen.contains(&format!("lapsed, since {what} changed")), "{what}:\n{screen}");
        // What was changed back is what was acknowledged.
        update(&mut model, Msg::World(world(3, findings(), "sha256:1")));
        let row = model.screens.audit.rows.iter().find(|row| *row.image == *selected).unwrap();
        assert_eq!(row.dealt.word(), "ack");
    }
}

#[test]
fn exports_hold_what_was_said() {
    let mut model = acknowledged();
    let mut written = |sequence: &str| {
        let effects = keys(&mut model, sequence);
        let found = effects.into_iter().find_map(|effect| match effect {
            Effect::Write(file) => Some((file.name, file.text)),
            Effect::Evidence(evidence) => Some((evidence.name, evidence.verdicts)),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{sequence} writes nothing"))
    };
    for (sequence, name) in [("o j", "sigscope-audit.json"), ("X", "sigscope-evidence")] {
        let (found, text) = written(sequence);
        assert_eq!(found, name);
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let said: Vec<&serde_json::Value> = document["results"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|result| result.get("acknowledgement"))
            .collect();
        assert_eq!(said.len(), 1, "{document:#}");
        assert_eq!((&said[0]["holds"], &said[0]["note"]), (&true.into(), &"seen by ops".into()));
    }
    for (sequence, part) in [
        ("o s", "2.1.0"),
        ("o u", "<testsuite"),
        ("o m", "|"),
        ("o p", "wgpolicyk8s.io"),
        ("o o", "openreports.io"),
    ] {
        assert!(written(sequence).1.contains(part), "{sequence}");
    }
}

#[test]
fn what_another_sigscope_kept_meanwhile_stays_also_when_a_change_is_taken_back() {
    let mut model = acknowledged();
    let mine = model.prefs.ledger.clone();
    let mut kept = mine.clone();
    let mut others = mine.entries[0].clone();
    others.image = "r.example/other:1".into();
    others.digest = None;
    kept.entries.insert(0, others.clone());
    update(&mut model, Msg::Kept(Ok(Box::new((mine, kept.clone())))));
    assert_eq!((&model.prefs.ledger, &model.prefs.kept), (&kept, &kept));
    let effects = keys(&mut model, "u");
    assert_eq!(model.prefs.ledger.entries, [others]);
    let base = effects.iter().find_map(|effect| match effect {
        Effect::Keep(change) => Some(&change.0),
        _ => None,
    });
    assert_eq!(base, Some(&kept), "what the file holds is what the change is made to");
}
