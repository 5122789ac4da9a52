//! The what-if screen: keys reach the text in their order, what is typed is judged, nothing unsaved goes unasked.

use std::sync::Arc;

use sigscope::model::lint::{Lint, Severity};
use sigscope::model::probe::{NearMiss, Probe, ProbeAnswer};
use sigscope::model::trace::PolicyId;
use sigscope::model::world::PolicyFile;
use sigscope::model::{Code, Moment, Position, Span, WhatIf, World};
use sigscope::ui::effect::{Effect, Order};
use sigscope::ui::history::ScreenId;
use sigscope::ui::keymap::Chord;
use sigscope::ui::layout::regions;
use sigscope::ui::msg::Msg;
use sigscope::ui::shot::text;
use sigscope::ui::{Model, Settings, update, view};

const TEXT: &str = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {}\n";

/// The Policies screen over one file, its draft opened.
fn opened() -> (Model, Vec<Effect>) {
    let file = PolicyFile {
        path: "p.yaml".into(),
        text: TEXT.into(),
        hash: "".into(),
        policies: Vec::new(),
        broken: None,
    };
    let world = World { revision: 1, files: vec![file], ..World::default() };
    let mut model = Model::new(&Settings::default(), 120, 36, Moment(1_000)).unwrap();
    update(&mut model, Msg::World(Arc::new(world)));
    let effects = keys(&mut model, "4 e");
    (model, effects)
}

fn picture(model: &Model) -> String {
    let mut out = ratatui::buffer::Buffer::empty(model.area);
    view(model, &regions(model), &mut out, &model.prefs.ink);
    text(&out)
}

fn keys(model: &mut Model, keys: &str) -> Vec<Effect> {
    let chords = Chord::sequence(keys).unwrap();
    chords.into_iter().flat_map(|chord| update(model, Msg::Key(chord))).collect()
}

/// Texts that the engine was asked to judge, with their numbers.
fn judged(effects: &[Effect]) -> Vec<(u64, String)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Order(Order::Draft(Some(draft))) => Some((draft.generation, draft.text.to_string())),
            _ => None,
        })
        .collect()
}

#[test]
fn every_key_reaches_the_text_in_order_and_is_judged() {
    let (mut model, effects) = opened();
    assert_eq!(model.screen, ScreenId::WhatIf);
    assert_eq!(judged(&effects), [(1, TEXT.to_owned())]);
    let effects = keys(&mut model, "i # q : / j k g g 2 space ? Q");
    let typed = judged(&effects);
    assert_eq!(typed.last().unwrap().1, format!("#q:/jkgg2 ?Q{TEXT}"));
    let numbers: Vec<u64> = typed.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (2..2 + 12).collect::<Vec<_>>());
    // Outside insert mode the same keys are actions again.
    assert!(judged(&keys(&mut model, "esc j k G g g")).is_empty());
    let undone = keys(&mut model, "u");
    assert!(judged(&undone).len() == 1);
    assert_eq!(model.screens.what_if.draft().map(|draft| draft.editor.place().0), Some(0));
}

#[test]
fn an_old_answer_is_not_taken_for_the_present_one() {
    let (mut model, _) = opened();
    keys(&mut model, "i x");
    update(&mut model, Msg::WhatIf(Arc::new(WhatIf { generation: 1, ..WhatIf::default() })));
    assert!(!model.screens.what_if.current());
    update(&mut model, Msg::WhatIf(Arc::new(WhatIf { generation: 2, ..WhatIf::default() })));
    assert!(model.screens.what_if.current());
}

#[test]
fn unsaved_text_goes_only_after_a_yes() {
    let (mut model, _) = opened();
    assert!(keys(&mut model, "Q").contains(&Effect::Quit), "an unchanged draft is no reason to ask");
    keys(&mut model, "i x esc");
    assert!(!keys(&mut model, "Q").contains(&Effect::Quit));
    assert_eq!(model.overlays.len(), 1);
    keys(&mut model, "esc");
    assert!(model.overlays.is_empty() && model.screens.what_if.unsaved());
    let effects = keys(&mut model, "ctrl-s");
    let Some(Effect::Write(export)) = effects.iter().find(|effect| matches!(effect, Effect::Write(_))) else {
        panic!("{effects:?}");
    };
    assert_eq!((export.name.as_str(), export.exact, export.draft), ("p.yaml.draft", false, true));
    assert_eq!(export.text, format!("x{TEXT}"));
    update(&mut model, Msg::Wrote { result: Ok("p.yaml.draft".to_owned()), draft: true });
    assert!(keys(&mut model, "Q").contains(&Effect::Quit));
    keys(&mut model, "i y esc ctrl-x");
    let effects = keys(&mut model, "enter");
    assert!(effects.contains(&Effect::Order(Order::Draft(None))));
    assert_eq!((model.screen, model.screens.what_if.drafts.len()), (ScreenId::Policies, 0));
}

#[test]
fn a_patch_holds_the_difference_and_the_users_editor_gets_the_text() {
    let (mut model, _) = opened();
    let none = keys(&mut model, "X");
    assert!(!none.iter().any(|effect| matches!(effect, Effect::Write(_))), "nothing differs");
    let effects = keys(&mut model, "G i # esc X");
    let patch = effects.iter().find_map(|effect| match effect {
        Effect::Write(export) => Some(export.text.clone()),
        _ => None,
    });
    assert!(patch.unwrap().starts_with("--- p.yaml\n+++ p.yaml\n@@ "));
    let effects = keys(&mut model, "E");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Edit { name, .. } if name == "p.yaml")));
    let effects = update(&mut model, Msg::Edited(Ok("spec: {}\n".to_owned())));
    assert_eq!(judged(&effects).last().unwrap().1, "spec: {}\n");
    assert_eq!(judged(&keys(&mut model, "u")).len(), 1, "it can be undone");
}

#[test]
fn pasted_text_is_typed_and_searched_text_is_found() {
    let (mut model, _) = opened();
    assert!(judged(&update(&mut model, Msg::Paste("nothing".to_owned()))).is_empty());
    keys(&mut model, "i");
    let effects = update(&mut model, Msg::Paste("# a\u{1b}\n".to_owned()));
    assert_eq!(judged(&effects).last().unwrap().1, format!("# a\n{TEXT}"));
    keys(&mut model, "esc / s p e c enter");
    assert_eq!(model.screens.what_if.draft().map(|draft| draft.editor.place()), Some((3, 0)));
}

#[test]
fn findings_stand_at_their_line_and_are_explained_by_one_key() {
    let (mut model, _) = opened();
    let at = |line| Position { offset: 0, line, column: 3 };
    let lint = |code, severity, line, message: &str| Lint {
        code,
        severity,
        span: Span { file: "p.yaml".into(), start: at(line), end: at(line) },
        message: message.to_owned(),
    };
    let lints = vec![
        lint(Code::LintAnchor, Severity::Warning, 2, "nothing holds its end"),
        lint(Code::PolInvalid, Severity::Error, 3, "no rules"),
    ];
    let probe = Probe {
        kind: NearMiss::Fork,
        image: "r.example/app:v1".into(),
        signer: "https://github.com/acme-other/app".to_owned(),
        answer: ProbeAnswer::Admitted,
        policy: PolicyId { kind: String::new(), namespace: String::new(), name: String::new() },
        location: Some(Span { file: "p.yaml".into(), start: at(2), end: at(2) }),
    };
    let answer =
        WhatIf { generation: 1, file: "p.yaml".into(), lints, probes: [probe].into(), ..WhatIf::default() };
    update(&mut model, Msg::WhatIf(Arc::new(answer)));
    // On a line without a finding the gravest one is shown.
    let shown = picture(&model);
    assert!(shown.contains("!   3") && shown.contains("~   2"), "{shown}");
    assert!(shown.contains("! 3:3 POL-INVALID no rules"), "{shown}");
    keys(&mut model, "j");
    assert!(picture(&model).contains("~ 2:3 LINT-ANCHOR nothing holds its end"));
    keys(&mut model, "x");
    assert!(picture(&model).contains("an expression without ends"), "{}", picture(&model));
    keys(&mut model, "esc tab G");
    let shown = picture(&model);
    assert!(shown.contains("ADMITS  fork of the repository  POL-WIDE"), "{shown}");
    keys(&mut model, "x");
    assert!(picture(&model).contains("the policy admits near misses"), "{}", picture(&model));
    keys(&mut model, "esc enter");
    assert_eq!(model.screens.what_if.draft().map(|draft| draft.editor.place().0), Some(1));
}
