//! The recorded demo: keys typed into the program over the demo, as an asciicast and as an SVG that moves.

use std::fmt::Write;
use std::sync::Arc;

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::scene::{Stage, defaults};
use super::svg::{body, moving};
use crate::engine::Draft;
use crate::model::{WhatIf, World};
use crate::ui::keymap::Chord;
use crate::ui::theme::ThemeError;

/// Columns and rows.
const SIZE: (u16, u16) = (100, 30);
/// Between two keys, in milliseconds.
const KEY: u32 = 180;

/// Keys, and how long what they show stays, in milliseconds.
const BEATS: &[(&str, u32)] = &[
    ("1", 4_000),
    ("w", 6_000),
    ("esc / g a t e w a y enter", 2_500),
    ("w", 6_000),
    ("a", 6_000),
    ("n", 4_000),
    ("ctrl-x Y 1 esc / e t l enter", 2_500),
    ("3", 4_000),
    ("t", 5_000),
    ("esc 4", 5_000),
    ("?", 3_000),
    ("esc 1 esc", 3_000),
];

/// The recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// asciicast version 2: one JSON value a line.
    pub cast: String,
    /// The same as an SVG; a frame for each beat.
    pub svg: String,
}

/// Plays the tour over a settled world; `judge` answers drafts.
///
/// # Errors
/// When there is no theme of that name.
pub fn recording(
    theme: &str,
    world: &Arc<World>,
    judge: &mut dyn FnMut(Draft) -> Arc<WhatIf>,
) -> Result<Recording, ThemeError> {
    let mut stage = Stage::new(theme, SIZE, false, world)?;
    let mut before = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    let mut cast = format!(
        "{{\"version\": 2, \"width\": {}, \"height\": {}, \"title\": \"sigscope demo\"}}\n",
        SIZE.0, SIZE.1
    );
    let (mut now, mut frames) = (0, Vec::new());
    for (keys, stays) in BEATS {
        let chords = if keys.is_empty() { Vec::new() } else { Chord::sequence(keys).unwrap_or_default() };
        let last = chords.len().saturating_sub(1);
        if chords.is_empty() {
            show(&stage, &mut before, now, &mut cast);
        }
        for (number, chord) in chords.into_iter().enumerate() {
            stage.press(chord, judge);
            show(&stage, &mut before, now, &mut cast);
            now += if number == last { 0 } else { KEY };
        }
        frames.push((body(&before, defaults(theme)), *stays));
        now += stays;
    }
    // The last picture stays as long as it is meant to.
    let _ = writeln!(cast, "{}", event(now, ""));
    Ok(Recording { cast, svg: moving(&frames, SIZE, "A tour of sigscope over its demo", defaults(theme)) })
}

/// Writes what has changed since the picture before.
fn show(stage: &Stage, before: &mut Buffer, now: u32, cast: &mut String) {
    let next = stage.draw();
    let mut bytes = Vec::new();
    let mut terminal = CrosstermBackend::new(&mut bytes);
    // Writing into memory cannot fail.
    let drawn = terminal.draw(before.diff(&next).into_iter());
    if drawn.is_ok() && Backend::flush(&mut terminal).is_ok() {
        let _ = writeln!(cast, "{}", event(now, &String::from_utf8_lossy(&bytes)));
    }
    *before = next;
}

fn event(now: u32, text: &str) -> String {
    let text = serde_json::Value::from(text);
    format!("[{}.{:03}, \"o\", {text}]", now / 1_000, now % 1_000)
}
