//! From an image to who signed it, and to another image beside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use sigscope::model::diff::{Diff, Difference, Side};
use sigscope::model::world::{ImageRow, ImageState};
use sigscope::model::{Moment, Reference, Verdict, World};
use sigscope::ui::action::{ACTIONS, Scope};
use sigscope::ui::effect::Effect;
use sigscope::ui::history::ScreenId;
use sigscope::ui::keymap::Chord;
use sigscope::ui::keymap::map::sequences;
use sigscope::ui::layout::{PaneId, regions};
use sigscope::ui::msg::Msg;
use sigscope::ui::{Model, Settings, update, view};

use crate::evidence_fixture::evidence;

/// Two digests of one repository, and an image that nobody signed.
fn model() -> Model {
    let row = |name: &str, of: &str, repository: &str| {
        let mut evidence = evidence(of);
        evidence.signed = sigscope::discover::signed(&evidence.artifacts);
        evidence.subject = Reference::parse(&format!("r.example/{repository}@{}", evidence.digest)).unwrap();
        ImageRow {
            name: name.into(),
            reference: Ok(Reference::parse(name).unwrap()),
            state: ImageState::Ready(Arc::new(evidence)),
            uses: Vec::new(),
            since: Moment(0),
        }
    };
    let images = vec![
        row("r.example/app:1", "keyless-gh", "app"),
        row("r.example/app:2", "keyless-email", "app"),
        row("r.example/lone:1", "unsigned", "lone"),
    ];
    let mut model = Model::new(&Settings::default(), 120, 36, Moment(1_795_516_245)).unwrap();
    update(
        &mut model,
        Msg::World(Arc::new(World { revision: 1, images, progress: (3, 3), ..World::default() })),
    );
    model
}

fn keys(model: &mut Model, text: &str) -> Vec<Effect> {
    Chord::sequence(text).unwrap().into_iter().flat_map(|chord| update(model, Msg::Key(chord))).collect()
}

fn picture(model: &Model) -> String {
    let mut buffer = Buffer::empty(model.area);
    view(model, &regions(model), &mut buffer, &model.prefs.ink);
    sigscope::ui::shot::text(&buffer)
}

fn select(model: &mut Model, image: &str) {
    keys(model, "2 g g");
    for _ in 0..20 {
        if model.subject().image.as_deref() == Some(image) {
            return;
        }
        keys(model, "j");
    }
    panic!("{image} is not in the list:\n{}", picture(model));
}

#[test]
fn i_goes_to_who_signed_it_and_b_to_what_stands_on_them() {
    let mut model = model();
    select(&mut model, "r.example/app:1");
    keys(&mut model, "i");
    assert_eq!(model.screen, ScreenId::Identities);
    let screen = picture(&model);
    for part in ["build-sign.yaml", "refs/tags/v1.2.3", "No policy verified a signature", "r.example/app:1"] {
        assert!(screen.contains(part), "{part}:\n{screen}");
    }
    keys(&mut model, "H b");
    assert_eq!(model.screens.identities.split.focus, PaneId::Detail);
    select(&mut model, "r.example/lone:1");
    keys(&mut model, "i");
    assert!(picture(&model).contains("(unsigned)"), "{}", picture(&model));
}

#[test]
fn claims_stand_below_a_heading_that_folds() {
    let mut model = model();
    keys(&mut model, "5");
    let before = model.screens.identities.rows.len();
    assert!(picture(&model).contains("not verified by any policy"), "{}", picture(&model));
    keys(&mut model, "z M");
    assert!(model.screens.identities.rows.len() < before);
    keys(&mut model, "z R");
    assert_eq!(model.screens.identities.rows.len(), before);
}

pub(crate) fn answer() -> Diff {
    let side = |image: &str, verdict| Side {
        image: image.to_owned(),
        digest: format!("sha256:{}", "a".repeat(64)).parse().unwrap(),
        verdict: Some(verdict),
        signers: Vec::new(),
    };
    let difference = |field: &str, noise| Difference {
        section: "SPDX: packages".to_owned(),
        field: field.to_owned(),
        a: Some("3.0.13".to_owned()),
        b: Some("3.0.11\u{1b}[31m".to_owned()),
        noise,
    };
    Diff {
        a: side("r.example/app:1", Verdict::Pass),
        b: side("r.example/app:2", Verdict::Deny),
        differences: vec![difference("openssl", false), difference("created", true)],
        same: 7,
        gaps: Vec::new(),
    }
}

#[test]
fn d_compares_with_the_one_before_or_with_the_marked_one() {
    let mut model = model();
    select(&mut model, "r.example/app:2");
    let (a, b): (Arc<str>, Arc<str>) = ("r.example/app:1".into(), "r.example/app:2".into());
    let effects = keys(&mut model, "d");
    assert!(effects.contains(&Effect::Compare(a.clone(), b.clone())), "{effects:?}");
    assert!(picture(&model).contains("Reading what is said"), "{}", picture(&model));
    let answer = Ok(Arc::new(answer()));
    update(&mut model, Msg::Compared { a: a.clone(), b: b.clone(), answer: answer.clone() });
    let screen = picture(&model);
    assert!(screen.contains("~ openssl") && screen.contains("3.0.13") && screen.contains("DENY"), "{screen}");
    assert!(!screen.contains("created") && screen.contains("1 noise hidden"), "{screen}");
    keys(&mut model, ".");
    assert!(picture(&model).contains("~ created"), "{}", picture(&model));
    keys(&mut model, "esc");
    // A late answer to an overlay that was closed changes nothing.
    update(&mut model, Msg::Compared { a, b, answer });
    assert!(model.overlays.is_empty());
    select(&mut model, "r.example/lone:1");
    assert!(keys(&mut model, "d").iter().all(|effect| !matches!(effect, Effect::Compare(..))));
    select(&mut model, "r.example/app:1");
    keys(&mut model, "space");
    select(&mut model, "r.example/lone:1");
    let effects = keys(&mut model, "d");
    assert!(effects.contains(&Effect::Compare("r.example/app:1".into(), "r.example/lone:1".into())));
}

#[test]
fn no_screen_takes_a_key_that_works_on_images() {
    let on_images: BTreeSet<Vec<Chord>> =
        ACTIONS.iter().filter(|action| action.scope == Scope::Image).flat_map(sequences).collect();
    for action in ACTIONS.iter().filter(|action| action.scope == Scope::Global || action.scope.has_images()) {
        for sequence in sequences(action) {
            assert!(!on_images.contains(&sequence), "{} takes {}", action.name, Chord::written(&sequence));
        }
    }
}
