//! `--plain`: text only, marks in place of styles, and the cursor where a screen reader has to read.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use sigscope::ui::layout::regions;
use sigscope::ui::msg::Msg;
use sigscope::ui::theme::Depth;
use sigscope::ui::{Model, Settings, update, view};

use crate::demo::{NOON, world_read};
use crate::planes::VIEWS;
use crate::stand::press;

fn plain((width, height): (u16, u16)) -> Model {
    let settings = Settings { depth: Depth::Plain, ..Settings::default() };
    let mut model = Model::new(&settings, width, height, NOON).unwrap();
    update(&mut model, Msg::World(world_read()));
    model
}

fn drawn(model: &Model) -> (Buffer, Option<(u16, u16)>) {
    let mut buffer = Buffer::empty(model.area);
    let cursor = view(model, &regions(model), &mut buffer, &model.prefs.ink);
    (buffer, cursor.map(|place| (place.x, place.y)))
}

fn row(buffer: &Buffer, y: u16) -> String {
    (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect()
}

#[test]
fn nothing_but_text_is_drawn() {
    for size in [(80, 24), (120, 36), (200, 50)] {
        for (name, way) in VIEWS.iter().chain([("workloads", "1"), ("diff", "d")].iter()) {
            let mut model = plain(size);
            press(&mut model, way);
            let (buffer, _) = drawn(&model);
            for cell in &buffer.content {
                assert_eq!(
                    (cell.fg, cell.bg, cell.modifier),
                    (Color::Reset, Color::Reset, Modifier::empty())
                );
                assert!(cell.symbol().is_ascii(), "{name}: {}", cell.symbol());
            }
            // A pane is told by its title: the one with the focus has a mark before it.
            let rows: Vec<String> = (0..size.1).map(|y| row(&buffer, y)).collect();
            assert!(*name == "which-key" || rows.iter().any(|row| row.contains('*')), "{name}: {rows:#?}");
            assert!(
                rows.iter().all(|row| !row.contains("----")
                    || row.contains("-----BEGIN")
                    || row.contains("-----END")),
                "{name}: {rows:#?}"
            );
        }
    }
}

/// The selected row has a mark, the cursor stands on it, and both go along.
#[test]
fn the_cursor_stands_where_the_selection_is() {
    for way in ["s f g g", "1", "5", "6", "4 g g", "/ e t l enter 3"] {
        let mut model = plain((80, 24));
        press(&mut model, way);
        let (buffer, cursor) = drawn(&model);
        let (x, y) = cursor.unwrap();
        assert_eq!(buffer[(x, y)].symbol(), ">", "{way}");
        press(&mut model, "j");
        let (buffer, below) = drawn(&model);
        let (x, next) = below.unwrap();
        assert!(next > y && buffer[(x, next)].symbol() == ">", "{way}: {y} {next}");
    }
    // Where text is typed the cursor stands in it.
    let mut model = plain((80, 24));
    press(&mut model, "/ g a t e");
    let (buffer, cursor) = drawn(&model);
    let (x, y) = cursor.unwrap();
    assert!(row(&buffer, y)[..usize::from(x)].ends_with("/gate"), "{}", row(&buffer, y));
    press(&mut model, "w a y enter e");
    let (buffer, cursor) = drawn(&model);
    let draft = model.screens.what_if.draft().unwrap();
    let line = draft.editor.text().lines().nth(draft.editor.place().0).unwrap().trim().to_owned();
    assert!(row(&buffer, cursor.unwrap().1).contains(&line[..line.len().min(30)]), "{line}");
}
