//! Every screen and overlay at every size, in Unicode and ASCII, with the role of every cell; and what the pictures say without
//! styles.

use std::sync::Arc;

use sigscope::model::world::ImageState;
use sigscope::model::{Verdict, World};
use sigscope::ui::history::ScreenId;
use sigscope::ui::layout::LEAST;

use crate::demo::world_read;
use crate::picture::compare;
use crate::stand::{buffer, over, plane, press, text};

/// The sizes of the design: the smallest useful one, two that are usual, and one that is too small.
pub(crate) const SIZES: [(u16, u16); 4] = [(80, 24), (120, 36), (200, 50), (59, 15)];

/// Screens and overlays with the keys that lead there. Workloads have pictures of their own.
pub(crate) const VIEWS: &[(&str, &str)] = &[
    ("images", ""),
    ("evidence", "/ e t l enter 3 j j"),
    ("policies", "4"),
    ("identities", "5"),
    ("audit", "6"),
    ("what-if", "/ g a t e w a y enter e"),
    ("why", "w"),
    ("document", "/ e t l enter 3 j j j j j j o"),
    ("help", "?"),
    ("palette", ":"),
    ("code", "x"),
    ("jobs", "g j"),
    ("messages", "g m"),
    ("which-key", "y"),
];

/// A file for each view and set of characters, with all sizes.
#[test]
fn pictures_of_every_view_with_the_role_of_every_cell() {
    for (name, way) in VIEWS {
        for (set, ascii) in [("unicode", false), ("ascii", true)] {
            let mut all = String::new();
            for size in SIZES {
                let mut model = over(world_read(), size, ascii);
                press(&mut model, way);
                let buffer = buffer(&model);
                let text = sigscope::ui::shot::text(&buffer);
                assert!(!ascii || text.is_ascii(), "{name}:\n{text}");
                all.push_str(&format!("{}x{}\n{text}\n{}\n", size.0, size.1, plane(&buffer)));
            }
            compare(&format!("view-{name}-{set}"), &all);
        }
    }
}

/// With nothing but the letters, whoever compares two rows sees that their verdicts differ: the word of its own verdict stands in
/// every row, and no other's.
#[test]
fn without_styles_rows_with_different_verdicts_differ_in_their_text() {
    let mut world = World::clone(&world_read());
    // What the demo has none of: work that waits, and an image that cannot be reached.
    for (row, state) in world.images.iter_mut().rev().zip([
        ImageState::Waiting,
        ImageState::Failed(sigscope::model::Missing::Unreachable {
            host: "registry.example".into(),
            detail: "connection refused".into(),
        }),
        ImageState::NotAsked,
    ]) {
        let gone = row.name.clone();
        row.state = state;
        world.traces.retain(|trace| trace.image.image != *gone);
    }
    world.revision += 1;
    let world = Arc::new(world);
    let words: Vec<&str> = Verdict::ALL.iter().map(|verdict| verdict.label()).collect();
    for ascii in [false, true] {
        for size in [(80, 60), (120, 60), (200, 60)] {
            let mut model = over(world.clone(), size, ascii);
            press(&mut model, "s f");
            let mut seen: std::collections::BTreeSet<&&str> = Default::default();
            let picture = text(&model);
            for row in picture.lines().skip(5).take(17) {
                let row: String = row.chars().take(20).collect();
                let found: Vec<&&str> =
                    words.iter().filter(|word| row.split(' ').any(|w| w == **word)).collect();
                assert_eq!(found.len(), 1, "{row:?} in\n{picture}");
                seen.extend(found);
            }
            assert!(seen.len() >= 5, "{seen:?}");
        }
    }
}

/// Whatever is shown, the last row names keys that lead on, and nothing is wider than its terminal.
#[test]
fn every_view_says_what_can_be_done_next_and_nothing_overflows() {
    for (name, way) in VIEWS.iter().chain([("workloads", "1"), ("diff", "d"), ("evidence-raw", "3 r")].iter())
    {
        for ascii in [false, true] {
            let mut model = over(world_read(), (80, 24), ascii);
            press(&mut model, way);
            let picture = text(&model);
            let hints = picture.lines().last().unwrap().to_owned();
            let leads = ["esc ", "back", "help", "accept"].iter().any(|word| hints.contains(word));
            assert!(leads || *name == "which-key", "{name}: {hints}");
            assert!(!hints.ends_with('…') && !hints.ends_with(".."), "{name}: {hints}");
            assert!(picture.lines().all(|row| row.chars().count() <= 80), "{name}");
        }
    }
    // Too small for a picture: the size that is needed and the command that gives the same answer.
    let model = over(world_read(), (LEAST.0 - 1, LEAST.1 - 1), false);
    let picture = text(&model);
    assert!(picture.contains("60x16") && picture.contains("sigscope "), "{picture}");
    assert_eq!(model.screen, ScreenId::Images);
}
