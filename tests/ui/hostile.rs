//! Whatever is typed, clicked and looked at: nothing panics, nothing that drives a terminal is drawn, and the same
//! messages give the same picture.

use std::sync::Arc;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use sigscope::model::moment::Moment;
use sigscope::model::safe::is_unsafe;
use sigscope::model::world::{ImageRow, ImageState, Job, Message, PolicyFile, Severity};
use sigscope::model::{Reference, World};
use sigscope::ui::keymap::Chord;
use sigscope::ui::layout::regions;
use sigscope::ui::msg::{Mouse, Msg};
use sigscope::ui::text::Shown;
use sigscope::ui::text::width::{end, middle, width};
use sigscope::ui::text::wrap::wrap;
use sigscope::ui::theme::Role;
use sigscope::ui::{Model, Settings, update, view};

use crate::evidence_fixture::evidence;
use crate::trace::{self, POLICY, POLICY_FILE};

/// Keys that mean something somewhere, and some that do not.
const KEYS: &[&str] = &[
    "e",
    "i",
    "o",
    "u",
    "U",
    "D",
    "a",
    "X",
    "E",
    "{",
    "[",
    "ctrl-s",
    "ctrl-x",
    "ctrl-w",
    "Y",
    "j",
    "k",
    "h",
    "l",
    "g",
    "G",
    "w",
    "x",
    "r",
    "y",
    "s",
    "z",
    "a",
    "o",
    "c",
    "R",
    "M",
    "/",
    ":",
    "?",
    "n",
    "N",
    "*",
    "space",
    "enter",
    "esc",
    "tab",
    "backtab",
    "backspace",
    "J",
    "K",
    "f",
    "F",
    "W",
    "H",
    "L",
    "-",
    "2",
    "3",
    "4",
    "[",
    "]",
    "{",
    "}",
    ".",
    "d",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "pgup",
    "pgdn",
    "delete",
    "ctrl-d",
    "ctrl-u",
    "ctrl-l",
    "ctrl-w",
    "ctrl-n",
    "ctrl-p",
    "ctrl-c",
    "f1",
    "é",
    "漢",
    "!",
    "1",
    "q",
];

/// A world with everything that outsiders can write full of what they might.
fn world(revision: u64, hostile: &str) -> Arc<World> {
    let names =
        ["127.0.0.1:5000/myorg/key-p256:v1.2.3", "127.0.0.1:5000/myorg/unsigned:v1.2.3", "r.example/a:b"];
    let states = [
        ImageState::Ready(Arc::new(evidence("key-p256"))),
        ImageState::Ready(Arc::new(evidence("unsigned"))),
        ImageState::Failed(trace::all_missing().remove(1)),
    ];
    let mut images: Vec<ImageRow> = names
        .iter()
        .zip(states)
        .map(|(name, state)| ImageRow {
            name: (*name).into(),
            reference: Ok(Reference::parse(name).unwrap()),
            state,
            uses: Vec::new(),
            since: Moment(0),
        })
        .collect();
    images.push(ImageRow {
        name: hostile.into(),
        reference: Err(hostile.to_owned()),
        state: ImageState::Waiting,
        uses: Vec::new(),
        since: Moment(0),
    });
    let mut traces: Vec<_> = trace::all_reasons().into_iter().map(trace::denied).collect();
    traces.push(trace::passed());
    for (index, trace) in traces.iter_mut().enumerate() {
        trace.image.image = names[index % names.len()].to_owned();
        trace.rule = format!("rule {index} {hostile}");
        trace.engine_message = hostile.to_owned();
    }
    let text = format!("{POLICY}\n# {hostile}\n");
    Arc::new(World {
        revision,
        title: hostile.to_owned(),
        images,
        files: vec![PolicyFile {
            path: POLICY_FILE.into(),
            text: text.into(),
            hash: "".into(),
            policies: Vec::new(),
            broken: None,
        }],
        traces: traces.into_iter().map(Arc::new).collect(),
        jobs: vec![Job {
            id: 1,
            what: hostile.to_owned(),
            host: hostile.to_owned(),
            since: Moment(0),
            ..Job::default()
        }],
        messages: vec![Message { at: Moment(0), severity: Severity::Error, text: hostile.to_owned() }],
        progress: (1, 4),
        trust: hostile.to_owned(),
        ..World::default()
    })
}

#[derive(Clone, Debug)]
enum Step {
    Key(usize),
    Click(u16, u16),
    Wheel(bool, u16, u16),
    Resize(u16, u16),
    World(bool),
    Paste(String),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..KEYS.len()).prop_map(Step::Key),
        2 => (0u16..210, 0u16..60).prop_map(|(x, y)| Step::Click(x, y)),
        1 => (any::<bool>(), 0u16..210, 0u16..60).prop_map(|(down, x, y)| Step::Wheel(down, x, y)),
        1 => (0u16..210, 0u16..60).prop_map(|(w, h)| Step::Resize(w, h)),
        1 => any::<bool>().prop_map(Step::World),
        1 => "\\PC{0,12}|[\u{0}-\u{9f}]{0,6}".prop_map(Step::Paste),
    ]
}

fn message(step: &Step, revision: u64, hostile: &str) -> Msg {
    match step {
        Step::Key(at) => Msg::Key(KEYS[*at].parse::<Chord>().unwrap()),
        Step::Click(x, y) => Msg::Mouse(Mouse::Click, *x, *y),
        Step::Wheel(down, x, y) => Msg::Mouse(if *down { Mouse::WheelDown } else { Mouse::WheelUp }, *x, *y),
        Step::Resize(w, h) => Msg::Resize(*w, *h),
        Step::World(true) => Msg::World(world(revision, hostile)),
        Step::World(false) => Msg::World(Arc::new(World { revision, ..World::default() })),
        Step::Paste(text) => Msg::Paste(text.clone()),
    }
}

fn picture(model: &Model) -> Buffer {
    let mut out = Buffer::empty(model.area);
    view(model, &regions(model), &mut out, &model.prefs.ink);
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_messages_break_it(
        steps in prop::collection::vec(step(), 1..60),
        hostile in "[\u{0}-\u{ff}\u{202e}\u{200b}\u{2028}漢é]{0,40}",
        ascii in any::<bool>(),
    ) {
        let settings = Settings { ascii, ..Settings::default() };
        let play = || {
            let mut model = Model::new(&settings, 120, 36, Moment(100)).unwrap();
            update(&mut model, Msg::World(world(1, &hostile)));
            let mut effects = Vec::new();
            for (revision, step) in (2..).zip(&steps) {
                effects.extend(update(&mut model, message(step, revision, &hostile)));
                for cell in &picture(&model).content {
                    assert!(!cell.symbol().chars().any(is_unsafe), "{:?}", cell.symbol());
                    assert!(!ascii || cell.symbol().is_ascii(), "{:?}", cell.symbol());
                }
            }
            (picture(&model), effects)
        };
        prop_assert_eq!(play(), play());
    }
}

proptest! {
    #[test]
    fn what_is_shown_drives_no_terminal_and_fits(text in any::<String>(), room in 0usize..60) {
        let shown = Shown::new(&text);
        prop_assert!(!shown.as_str().chars().any(is_unsafe), "{shown}");
        for cut in [end(&shown, room, "…"), middle(&shown, room, "..")] {
            prop_assert!(width(cut.as_str()) <= room, "{cut}");
        }
        for line in wrap(Role::Text, &shown, room, 3) {
            prop_assert!(line.width() <= room.max(1), "{}", line.text());
        }
    }
}
