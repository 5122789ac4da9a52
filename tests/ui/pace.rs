//! A key that is held down, by a clock that the test turns: few frames, and the last one is of the last key.

use std::time::Duration;

use sigscope::ui::frames::{FRAME, Frames};
use sigscope::ui::keymap::{Chord, Key};
use sigscope::ui::msg::Msg;
use sigscope::ui::{Model, update};

use crate::stand::{at, text};
use crate::update::{model, world};

/// How often the key comes.
const EVENTS: u64 = 1_000;

/// More rows than events, so that every event moves.
fn long() -> Model {
    let rows: Vec<String> = (0..=EVENTS).map(|number| format!("r.example/app:v{number:04}")).collect();
    let names: Vec<&str> = rows.iter().map(String::as_str).collect();
    let mut model = model(80, 24);
    update(&mut model, Msg::World(world(1, &names, false)));
    crate::stand::press(&mut model, "s f s n s n g g");
    model
}

/// Events at their times, drawn as the loop draws: after an event when a frame is due, else when its time has come.
fn held(times: &[Duration]) -> (Model, Vec<Duration>, String) {
    let mut model = long();
    let mut frames = Frames::begun(Duration::ZERO);
    let (mut drawn, mut picture) = (Vec::new(), String::new());
    let mut times = times.iter().copied().peekable();
    loop {
        let now = match (times.peek().copied(), frames.wake()) {
            (Some(event), Some(wake)) => event.min(wake),
            (Some(time), None) | (None, Some(time)) => time,
            (None, None) => return (model, drawn, picture),
        };
        while times.next_if(|time| *time <= now).is_some() {
            update(&mut model, Msg::Key(Chord { key: Key::Char('j'), ctrl: false }));
            frames.changed();
        }
        if frames.due(now) {
            drawn.push(now);
            if times.peek().is_none() {
                picture = text(&model);
            }
            frames.shown(now);
        }
    }
}

#[test]
fn a_held_key_draws_at_most_one_frame_in_ten_milliseconds_and_ends_where_it_should() {
    let every = |micros: u64| (1..=EVENTS).map(|n| Duration::from_micros(n * micros)).collect::<Vec<_>>();
    for (times, most) in [(every(1_000), 101), (every(100), 11), (every(1), 2), (every(33_000), 1_000)] {
        let (model, drawn, picture) = held(&times);
        assert_eq!(at(&model), usize::try_from(EVENTS).unwrap(), "no key is lost");
        assert!(!drawn.is_empty() && drawn.len() <= most, "{} frames", drawn.len());
        for pair in drawn.windows(2) {
            assert!(pair[1] - pair[0] >= FRAME, "{pair:?}");
        }
        assert_eq!(picture, text(&model), "the last frame is of the last key");
        assert!(*drawn.last().unwrap() <= *times.last().unwrap() + FRAME, "and comes at once");
    }
}
