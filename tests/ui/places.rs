//! Bookmarks, ranges of marks, locators, what is shown in place of being copied, the screen as a file.

use std::sync::Arc;

use proptest::prelude::*;
use sigscope::model::Moment;
use sigscope::ui::effect::Effect;
use sigscope::ui::history::{Place, ScreenId, Spot};
use sigscope::ui::locator::{Locator, Origin};
use sigscope::ui::msg::Msg;
use sigscope::ui::{Model, Settings, update};

use crate::update::{keys, model, picture, world};

const THREE: &[&str] = &["r.example/a:v1", "r.example/b:v1", "r.example/c:v1"];

fn shown() -> Model {
    let mut model = model(100, 30);
    update(&mut model, Msg::World(world(1, THREE, false)));
    // No groups: three rows, one for each image.
    keys(&mut model, "s f");
    keys(&mut model, "g g");
    model
}

fn selected(model: &Model) -> String {
    model.subject().image.map(|image| image.to_string()).unwrap_or_default()
}

fn copied(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.as_str()),
        _ => None,
    })
}

#[test]
fn bookmarks_bring_screen_and_selection_back() {
    let mut model = shown();
    keys(&mut model, "j m a");
    let there = selected(&model);
    keys(&mut model, "j 4");
    assert_eq!(model.screen, ScreenId::Policies);
    keys(&mut model, "' a");
    assert_eq!((model.screen, selected(&model)), (ScreenId::Images, there));
    // Where the jump came from is a step back.
    keys(&mut model, "H");
    assert_eq!(model.screen, ScreenId::Policies);
    keys(&mut model, "' z");
    assert!(picture(&model).contains("there is no bookmark z"));
    keys(&mut model, "m esc");
    assert!(model.typed.letter.is_none());
    keys(&mut model, "m !");
    assert!(picture(&model).contains("a bookmark is a letter or a digit"));
}

#[test]
fn a_range_marks_what_lies_between_and_can_be_forgotten() {
    let mut model = shown();
    keys(&mut model, "v j");
    assert_eq!(model.marks.len(), 2);
    keys(&mut model, "G");
    assert_eq!(model.marks.len(), 3);
    keys(&mut model, "k");
    assert_eq!(model.marks.len(), 2);
    keys(&mut model, "esc");
    assert!(model.marks.is_empty());
    keys(&mut model, "g g v G v k");
    assert_eq!(model.marks.len(), 3, "kept, and moving marks nothing more");
}

#[test]
fn what_would_be_copied_can_be_shown() {
    let mut model = shown();
    let effects = keys(&mut model, "P r");
    assert_eq!(copied(&effects), None);
    assert!(picture(&model).contains("image reference") && picture(&model).contains(THREE[0]));
    keys(&mut model, "esc");
    // An unfinished choice changes nothing about the next one.
    keys(&mut model, "P esc");
    assert_eq!(copied(&keys(&mut model, "y r")), Some(THREE[0]));
}

#[test]
fn the_screen_becomes_a_file() {
    let mut model = shown();
    let effects = keys(&mut model, "S");
    let Some(Effect::Write(export)) = effects.first() else { panic!("{effects:?}") };
    assert!(export.text.contains("b:v1") && !export.exact && !export.text.contains('\u{1b}'));
}

#[test]
fn a_locator_opens_the_same_view() {
    let mut model = shown();
    keys(&mut model, "j j");
    let wanted = selected(&model);
    let effects = keys(&mut model, "y l");
    let text = copied(&effects).unwrap().to_owned();
    let locator: Locator = text.parse().unwrap();
    let settings = Settings { place: locator.place, ..Settings::default() };
    let mut other = Model::new(&settings, 100, 30, Moment(1_000)).unwrap();
    // The image is not there yet: the place waits.
    update(&mut other, Msg::World(world(1, &THREE[..1], true)));
    assert_ne!(selected(&other), wanted);
    update(&mut other, Msg::World(world(2, THREE, true)));
    assert_eq!(selected(&other), wanted);
    // Whoever moves first is not carried away later.
    let mut moved = Model::new(&settings, 100, 30, Moment(1_000)).unwrap();
    keys(&mut moved, "4");
    update(&mut moved, Msg::World(world(2, THREE, true)));
    assert_eq!(moved.screen, ScreenId::Policies);
}

#[test]
fn locators_that_are_none_say_why() {
    for (text, wanted) in [
        ("http://x", "begins with"),
        ("sigscope:nowhere", "no screen `nowhere`"),
        ("sigscope:images?trusted-root=/tmp/mine", "no `trusted-root`"),
        ("sigscope:images?cluster=true&kubeconfig=/tmp/mine", "no `kubeconfig`"),
        ("sigscope:images?offline=perhaps", "true or false"),
    ] {
        let error = text.parse::<Locator>().unwrap_err();
        assert!(error.contains(wanted), "{text}: {error}");
    }
    assert!(format!("sigscope:images?filter={}", "x".repeat(9_000)).parse::<Locator>().is_err());
    assert!(format!("sigscope:images?{}", "source=a&".repeat(200)).parse::<Locator>().is_err());
}

proptest! {
    #[test]
    fn locators_come_back_as_they_went(
        screen in 0_usize..4,
        texts in proptest::collection::vec("\\PC{0,20}", 9),
        demo: bool,
        cluster: bool,
        offline: bool,
    ) {
        let screens = [ScreenId::Images, ScreenId::Evidence, ScreenId::Policies, ScreenId::WhatIf];
        let list = |at: usize| vec![texts[at].clone(), "r.example/a:v1".to_owned()];
        let image = (!texts[0].is_empty()).then(|| Arc::from(texts[0].as_str()));
        let locator = Locator {
            origin: Origin {
                demo,
                cluster,
                context: Some(texts[7].clone()),
                namespace: (!texts[8].is_empty()).then(|| texts[8].clone()),
                sources: list(1),
                policies: list(2),
                pods: list(3),
                layouts: list(4),
                offline,
            },
            place: Place {
                screen: screens[screen],
                spot: Spot { image, row: texts[5].clone(), filter: texts[6].clone() },
            },
        };
        prop_assert_eq!(locator.to_string().parse::<Locator>(), Ok(locator));
    }
}
