//! Over a slow line: what a key costs in bytes, and that the terminal is never wiped between two frames.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{TerminalOptions, Viewport};
use sigscope::ui::layout::regions;
use sigscope::ui::{Model, view};

use crate::demo::world_read;
use crate::planes::VIEWS;
use crate::stand::{over, press};

/// The smallest useful terminal.
const SIZE: (u16, u16) = (80, 24);
/// What one move may cost, in bytes: a selection that goes on, its detail, its place in the path of screens. At 9 600 baud that is
/// a fifth of a second for a row of text and less than two for a whole new detail.
const MOVE: usize = 2_500;
/// What any frame may cost: every cell anew with a style of its own.
const FRAME: usize = 80 * 24 * 6;

/// Where the bytes go.
#[derive(Clone, Default)]
struct Wire(Rc<RefCell<Vec<u8>>>);

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal that counts.
struct Line {
    terminal: Terminal<CrosstermBackend<Wire>>,
    wire: Wire,
}

impl Line {
    fn new() -> Self {
        let area = Rect::new(0, 0, SIZE.0, SIZE.1);
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let wire = Wire::default();
        Self { terminal: Terminal::with_options(CrosstermBackend::new(wire.clone()), options).unwrap(), wire }
    }

    /// Draws as the program does; what was written for it.
    fn draw(&mut self, model: &Model) -> String {
        self.terminal
            .draw(|frame| {
                view(model, &regions(model), frame.buffer_mut(), &model.prefs.ink);
            })
            .unwrap();
        String::from_utf8(self.wire.0.take()).unwrap()
    }
}

#[test]
fn a_key_costs_little_and_nothing_flickers() {
    for (name, way) in VIEWS.iter().chain([("workloads", "1")].iter()) {
        let mut model = over(world_read(), SIZE, false);
        let mut line = Line::new();
        assert!(line.draw(&model).len() <= FRAME, "{name}");
        for key in way.split(' ').filter(|key| !key.is_empty()) {
            press(&mut model, key);
            let written = line.draw(&model);
            assert!(written.len() <= FRAME, "{name}: {key} costs {}", written.len());
            assert!(!wiped(&written), "{name}: {key} wipes the screen");
        }
        if matches!(*name, "which-key" | "palette" | "help") {
            continue;
        }
        for key in "j j j k J K j k".split(' ') {
            press(&mut model, key);
            let written = line.draw(&model);
            assert!(written.len() <= MOVE, "{name}: {key} costs {} bytes", written.len());
            assert!(!wiped(&written), "{name}: {key} wipes the screen");
        }
        // A frame in which nothing has changed costs next to nothing: ratatui resets the style, and that is all.
        let idle = line.draw(&model);
        assert!(idle.len() <= 32, "{name}: {idle:?}");
    }
}

/// True when the screen, or what is below the cursor, is erased: what would flicker.
fn wiped(written: &str) -> bool {
    ["\x1b[2J", "\x1b[J", "\x1b[0J", "\x1b[1J", "\x1b[3J", "\x1bc"].iter().any(|code| written.contains(code))
}
