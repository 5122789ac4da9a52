//! The whole program over the demo, without a terminal: keys in, what has changed out.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::style::Color;
use sigscope::model::World;
use sigscope::ui::action::named;
use sigscope::ui::effect::Effect;
use sigscope::ui::history::Place;
use sigscope::ui::keymap::{Chord, Keymap};
use sigscope::ui::layout::regions;
use sigscope::ui::msg::Msg;
use sigscope::ui::theme::{Depth, Role};
use sigscope::ui::{Model, Settings, update, view};

use crate::demo::{NOON, world_read};

/// A theme in which the colour of a cell is the number of its role.
pub(crate) fn roles() -> String {
    let lines: String = Role::ALL
        .iter()
        .enumerate()
        .filter(|(_, role)| **role != Role::Selection)
        .map(|(number, role)| format!("{} = \"#0000{number:02x}\"\n", role.name()))
        .collect();
    format!("[roles]\nselection = {{ bg = \"#0000ff\" }}\n{lines}")
}

/// A letter for the role of every cell, `.` for ordinary text; a capital on the ground of the selection.
pub(crate) fn plane(buffer: &Buffer) -> String {
    let letter = |fg: Color, bg: Color| {
        let Color::Rgb(0, 0, number) = fg else { return '?' };
        let letter = if number == 0 { '.' } else { char::from(b'a' + number - 1) };
        if bg == Color::Rgb(0, 0, 0xff) { letter.to_ascii_uppercase() } else { letter }
    };
    let row = |y: u16| -> String {
        (0..buffer.area.width)
            .map(|x| (buffer[(x, y)].fg, buffer[(x, y)].bg))
            .map(|(fg, bg)| letter(fg, bg))
            .collect()
    };
    (0..buffer.area.height).map(|y| row(y).trim_end_matches('.').to_owned() + "\n").collect()
}

/// The program over a world, in roles.
pub(crate) fn over(world: Arc<World>, (width, height): (u16, u16), ascii: bool) -> Model {
    let settings = Settings {
        depth: Depth::True,
        ascii,
        own_theme: Some(roles()),
        place: Place::default(),
        ..Settings::default()
    };
    let mut model = Model::new(&settings, width, height, NOON).unwrap();
    update(&mut model, Msg::World(world));
    model
}

/// The program over the demo, on the Images screen.
pub(crate) fn demo(size: (u16, u16)) -> Model {
    over(world_read(), size, false)
}

/// Presses keys, as the table of actions writes them.
pub(crate) fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let chords = Chord::sequence(keys).unwrap_or_default();
    chords.into_iter().flat_map(|chord| update(model, Msg::Key(chord))).collect()
}

/// What is drawn.
pub(crate) fn buffer(model: &Model) -> Buffer {
    let mut buffer = Buffer::empty(model.area);
    view(model, &regions(model), &mut buffer, &model.prefs.ink);
    buffer
}

/// What is drawn, as text.
pub(crate) fn text(model: &Model) -> String {
    sigscope::ui::shot::text(&buffer(model))
}

/// A model before and after a key.
pub(crate) struct Seen {
    pub(crate) before: Model,
    pub(crate) after: Model,
    pub(crate) effects: Vec<Effect>,
}

impl Seen {
    /// Comes there by the keys of the default preset, then presses a key of another.
    pub(crate) fn of(mut model: Model, way: &str, map: &Keymap, keys: &[Chord]) -> Self {
        press(&mut model, way);
        model.prefs.keys = map.clone();
        let before = model.clone();
        let mut effects = Vec::new();
        for chord in keys {
            effects.extend(update(&mut model, Msg::Key(*chord)));
        }
        Self { before, after: model, effects }
    }

    /// Both pictures.
    pub(crate) fn pictures(&self) -> (String, String) {
        (text(&self.before), text(&self.after))
    }

    /// The place of the selection before and after among the images of the list.
    pub(crate) fn moved(&self) -> (usize, usize) {
        (at(&self.before), at(&self.after))
    }

    /// What was copied.
    pub(crate) fn copied(&self) -> String {
        self.effects
            .iter()
            .find_map(|effect| if let Effect::Copy(text) = effect { Some(text.clone()) } else { None })
            .unwrap_or_default()
    }

    /// What the notice line says now.
    pub(crate) fn said(&self) -> String {
        self.after.notices.all.last().map(|message| message.text.clone()).unwrap_or_default()
    }

    /// The model after more keys of the default preset.
    pub(crate) fn then(&self, keys: &str) -> Model {
        let mut model = self.after.clone();
        model.prefs.keys = Keymap::default();
        press(&mut model, keys);
        model
    }
}

/// Names of the images in the order of the rows.
pub(crate) fn order(model: &Model) -> Vec<Arc<str>> {
    model.screens.part(model.screen).order()
}

/// The place of the selected image among the rows.
pub(crate) fn at(model: &Model) -> usize {
    let image = model.subject().image.unwrap();
    order(model).iter().position(|name| *name == image).unwrap()
}

/// Rows on the ground of the selection, as text.
pub(crate) fn selected(model: &Model) -> Vec<String> {
    let buffer = buffer(model);
    let on = |x: u16, y: u16| buffer[(x, y)].bg == Color::Rgb(0, 0, 0xff);
    let row = |y: u16| -> String {
        (0..buffer.area.width).filter(|x| on(*x, y)).map(|x| buffer[(x, y)].symbol()).collect()
    };
    (0..buffer.area.height).map(row).filter(|row| !row.trim().is_empty()).collect()
}

/// The row on screen of the first selected line.
pub(crate) fn selected_row(model: &Model) -> u16 {
    let buffer = buffer(model);
    let on = |y: u16| (0..buffer.area.width).any(|x| buffer[(x, y)].bg == Color::Rgb(0, 0, 0xff));
    (0..buffer.area.height).find(|y| on(*y)).unwrap()
}

/// Where the pane with the focus begins, and how many panes there are.
pub(crate) fn panes(model: &Model) -> ((usize, usize), usize) {
    let text = text(model);
    let mut focus = (0, 0);
    let mut count = 0;
    for (y, row) in text.lines().enumerate() {
        for (x, c) in row.chars().enumerate() {
            if c == '┏' {
                focus = (x, y);
            }
            count += usize::from(matches!(c, '┏' | '┌'));
        }
    }
    (focus, count)
}

/// The name of an action is one of the table.
pub(crate) fn keys_of(map: &Keymap, action: &str) -> Vec<Vec<Chord>> {
    map.of(named(action).unwrap()).to_vec()
}
