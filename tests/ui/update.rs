//! Messages in, effects and state out: nothing here needs a terminal, a clock or an engine.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use sigscope::model::world::{ImageRow, ImageState, Job, Message, Severity};
use sigscope::model::{Moment, Reference, World};
use sigscope::ui::effect::{Effect, Order, Token};
use sigscope::ui::history::ScreenId;
use sigscope::ui::keymap::Chord;
use sigscope::ui::layout::regions;
use sigscope::ui::msg::{Mouse, Msg};
use sigscope::ui::{Model, Settings, update, view};

use crate::trace;

pub(crate) fn model(width: u16, height: u16) -> Model {
    Model::new(&Settings::default(), width, height, Moment(1_000)).unwrap()
}

fn row(name: &str, state: ImageState) -> ImageRow {
    ImageRow {
        name: name.into(),
        reference: Ok(Reference::parse(name).unwrap()),
        state,
        uses: Vec::new(),
        since: Moment(0),
    }
}

pub(crate) fn world(revision: u64, rows: &[&str], busy: bool) -> Arc<World> {
    let denied = trace::denied(trace::all_reasons().remove(0));
    let mut traces = Vec::new();
    for name in rows {
        let mut trace = denied.clone();
        trace.image.image = (*name).to_owned();
        traces.push(Arc::new(trace));
    }
    let job = Job {
        id: 7,
        what: "fetch it".to_owned(),
        host: "r.example".to_owned(),
        since: Moment(990),
        ..Job::default()
    };
    Arc::new(World {
        revision,
        images: rows.iter().map(|name| row(name, ImageState::Waiting)).collect(),
        traces,
        jobs: if busy { vec![job] } else { Vec::new() },
        progress: (0, if busy { rows.len() } else { 0 }),
        ..World::default()
    })
}

pub(crate) fn keys(model: &mut Model, text: &str) -> Vec<Effect> {
    Chord::sequence(text).unwrap().into_iter().flat_map(|chord| update(model, Msg::Key(chord))).collect()
}

pub(crate) fn picture(model: &Model) -> String {
    let mut buffer = Buffer::empty(model.area);
    view(model, &regions(model), &mut buffer, &model.prefs.ink);
    sigscope::ui::shot::text(&buffer)
}

#[test]
fn the_first_frame_needs_nothing() {
    for (width, height) in [(0, 0), (1, 1), (59, 15), (80, 24), (120, 36), (200, 50), (500, 3)] {
        let model = model(width, height);
        assert_eq!(picture(&model).lines().count(), usize::from(height));
    }
}

#[test]
fn a_world_selects_what_is_denied_and_counts_it() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/a:1", "r.example/b:1"], false)));
    assert_eq!(model.subject().image.as_deref(), Some("r.example/a:1"));
    assert!(picture(&model).contains("✗ 2 deny"));
}

#[test]
fn a_selection_stays_on_its_image_when_rows_come_and_go() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/b:1", "r.example/c:1"], false)));
    keys(&mut model, "G");
    assert_eq!(model.subject().image.as_deref(), Some("r.example/c:1"));
    update(&mut model, Msg::World(world(2, &["r.example/a:1", "r.example/b:1", "r.example/c:1"], false)));
    assert_eq!(model.subject().image.as_deref(), Some("r.example/c:1"));
}

#[test]
fn a_frozen_picture_stands_still_while_the_newest_is_kept() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/a:1"], false)));
    keys(&mut model, "F");
    update(&mut model, Msg::World(world(2, &["r.example/a:1", "r.example/b:1"], false)));
    assert_eq!((model.world.revision, model.newest.revision), (1, 2));
    keys(&mut model, "F");
    assert_eq!(model.world.revision, 2);
}

#[test]
fn control_c_cancels_the_work_first_and_quits_second() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/a:1"], true)));
    let effects = keys(&mut model, "ctrl-c");
    assert!(effects.contains(&Effect::Order(Order::Cancel(None))), "{effects:?}");
    assert!(!effects.contains(&Effect::Quit));
    assert!(keys(&mut model, "ctrl-c").contains(&Effect::Quit));
}

#[test]
fn a_second_control_c_that_comes_late_cancels_again() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/a:1"], true)));
    keys(&mut model, "ctrl-c");
    let token = Token::Cancel(model.typed.token);
    let other = Token::Cancel(model.typed.token + 9);
    update(&mut model, Msg::Elapsed(other));
    assert!(model.typed.cancelled, "an old token changes nothing");
    update(&mut model, Msg::Elapsed(token));
    assert!(!keys(&mut model, "ctrl-c").contains(&Effect::Quit));
}

#[test]
fn without_work_control_c_quits_at_once() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/a:1"], false)));
    assert!(keys(&mut model, "ctrl-c").contains(&Effect::Quit));
}

#[test]
fn an_idle_program_waits_for_nothing() {
    let mut model = model(120, 36);
    let effects = update(&mut model, Msg::World(world(1, &["r.example/a:1"], false)));
    assert!(effects.is_empty(), "{effects:?}");
    let busy = update(&mut model, Msg::World(world(2, &["r.example/a:1"], true)));
    assert!(busy.iter().any(|effect| matches!(effect, Effect::After(_, Token::Age(_)))), "{busy:?}");
    assert!(busy.iter().any(|effect| matches!(effect, Effect::Order(Order::Prefer(_)))), "{busy:?}");
}

#[test]
fn escape_closes_one_thing_at_a_time() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/a:1"], false)));
    keys(&mut model, "w x");
    assert_eq!(model.overlays.len(), 2);
    keys(&mut model, "esc");
    assert_eq!(model.overlays.len(), 1);
    keys(&mut model, "esc");
    assert_eq!(model.overlays.len(), 0);
    assert!(keys(&mut model, "q").contains(&Effect::Quit), "at the root q quits");
}

#[test]
fn screens_are_remembered_with_their_selection() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/a:1", "r.example/b:1"], false)));
    keys(&mut model, "G 3");
    assert_eq!(model.screen, ScreenId::Evidence);
    keys(&mut model, "H");
    assert_eq!((model.screen, model.subject().image.as_deref()), (ScreenId::Images, Some("r.example/b:1")));
    keys(&mut model, "L");
    assert_eq!(model.screen, ScreenId::Evidence);
}

#[test]
fn copying_is_an_effect_and_is_told() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/a:1"], false)));
    let effects = keys(&mut model, "y r");
    assert!(effects.contains(&Effect::Copy("r.example/a:1".to_owned())), "{effects:?}");
    assert!(picture(&model).contains("copied image reference"));
    let effects = keys(&mut model, "y c");
    assert!(effects.iter().any(
        |effect| matches!(effect, Effect::Copy(text) if text.starts_with("sigscope why r.example/a:1"))
    ));
}

#[test]
fn what_does_not_work_says_why() {
    let mut model = model(120, 36);
    let effects = keys(&mut model, "w");
    assert!(!effects.is_empty() && model.overlays.is_empty());
    assert!(picture(&model).contains("no policy has judged this yet"));
}

#[test]
fn the_filter_never_leaves_an_empty_list() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/a:1", "r.example/b:1"], false)));
    keys(&mut model, "/");
    for c in "image:b:1".chars() {
        update(&mut model, Msg::Key(Chord::char(c)));
        assert!(model.subject().image.is_some(), "nothing is left after {c}");
    }
    assert_eq!(model.subject().image.as_deref(), Some("r.example/b:1"));
    for c in "zzz".chars() {
        update(&mut model, Msg::Key(Chord::char(c)));
    }
    assert!(model.subject().image.is_some(), "a term that leaves nothing is ignored");
}

#[test]
fn the_mouse_means_what_is_drawn() {
    let mut model = model(120, 36);
    update(&mut model, Msg::World(world(1, &["r.example/a:1", "r.example/b:1"], false)));
    let text = picture(&model);
    let (y, line) = text.lines().enumerate().find(|(_, line)| line.contains("4 Policies")).unwrap();
    let x = line.chars().take_while(|c| *c != '4').count();
    update(&mut model, Msg::Mouse(Mouse::Click, u16::try_from(x).unwrap(), u16::try_from(y).unwrap()));
    assert_eq!(model.screen, ScreenId::Policies);
    keys(&mut model, "2");
    let text = picture(&model);
    let (y, _) = text.lines().enumerate().find(|(_, line)| line.contains(" b:1")).unwrap();
    update(&mut model, Msg::Mouse(Mouse::Click, 8, u16::try_from(y).unwrap()));
    assert_eq!(model.subject().image.as_deref(), Some("r.example/b:1"));
}

#[test]
fn messages_of_the_engine_are_shown_once_and_kept() {
    let mut model = model(120, 36);
    let mut loud = World::clone(&world(1, &["r.example/a:1"], false));
    loud.messages.push(Message {
        at: Moment(1),
        severity: Severity::Error,
        text: "cannot list it".to_owned(),
    });
    update(&mut model, Msg::World(Arc::new(loud.clone())));
    assert!(picture(&model).contains("cannot list it"));
    update(&mut model, Msg::Elapsed(Token::Notice(1)));
    assert!(!picture(&model).contains("cannot list it"));
    loud.revision = 2;
    update(&mut model, Msg::World(Arc::new(loud)));
    assert!(!picture(&model).contains("cannot list it"));
    keys(&mut model, "g m");
    assert!(picture(&model).contains("cannot list it"));
}

#[test]
fn hostile_text_is_made_visible_and_sizes_do_not_break_it() {
    let mut model = model(120, 36);
    let mut hostile = World::clone(&world(1, &["r.example/a:1"], false));
    hostile.title = "\u{1b}[31mred\u{202e}gro\u{7}".to_owned();
    update(&mut model, Msg::World(Arc::new(hostile)));
    for (width, height) in [(120, 36), (60, 16), (61, 17), (99, 20), (1, 1), (160, 45)] {
        update(&mut model, Msg::Resize(width, height));
        assert_eq!(model.area, Rect::new(0, 0, width, height));
        let text = picture(&model);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text}");
    }
}

#[test]
fn the_same_messages_give_the_same_picture() {
    let run = || {
        let mut model = model(120, 36);
        update(&mut model, Msg::World(world(1, &["r.example/a:1", "r.example/b:1"], false)));
        let effects = keys(&mut model, "j w ] J esc s n /");
        (format!("{effects:?}"), picture(&model))
    };
    assert_eq!(run(), run());
}
