//! Draws one part of the terminal program without the rest, and compares the text with a kept picture.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::collections::BTreeSet;
use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use sigscope::model::World;
use sigscope::model::ledger::Ledger;
use sigscope::model::moment::Moment;
use sigscope::ui::action::Act;
use sigscope::ui::keymap::Keymap;
use sigscope::ui::layout;
use sigscope::ui::part::{Ask, At, Part};
use sigscope::ui::theme::{Depth, Ink, Theme};

/// A part in a terminal of some size.
pub(crate) struct Stage<'a> {
    pub(crate) world: &'a World,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) ascii: bool,
}

impl Stage<'_> {
    fn with<T>(&self, run: impl FnOnce(&At<'_>, &Ink) -> T) -> T {
        let ink = Ink::new(Theme::built_in("mono").unwrap(), Depth::None, self.ascii);
        let marks = BTreeSet::new();
        let keys = Keymap::default();
        let at = At {
            world: self.world,
            area: layout::of(Rect::new(0, 0, self.width, self.height)).body,
            glyphs: ink.glyphs,
            now: Moment(0),
            marks: &marks,
            notices: &[],
            ledger: &Ledger::default(),
            keys: &keys,
        };
        run(&at, &ink)
    }

    /// Sends an action, then lets the part derive its rows.
    pub(crate) fn act(&self, part: &mut dyn Part, act: Act) -> Vec<Ask> {
        self.with(|at, _| {
            part.fit(at);
            let asks = part.act(act, at);
            part.fit(at);
            asks
        })
    }

    /// What the selection is about.
    pub(crate) fn subject(&self, part: &mut dyn Part) -> sigscope::ui::subject::Subject {
        self.with(|at, _| {
            part.fit(at);
            part.subject(at)
        })
    }

    /// The body as text, a line for each row.
    pub(crate) fn picture(&self, part: &mut dyn Part) -> String {
        self.with(|at, ink| {
            part.fit(at);
            let mut out = Buffer::empty(at.area);
            part.view(at, &mut out, ink);
            ink.resolve(&mut out);
            let row = |y: u16| -> String {
                (at.area.left()..at.area.right()).map(|x| out[(x, y)].symbol()).collect::<String>()
            };
            (at.area.top()..at.area.bottom()).map(|y| row(y).trim_end().to_owned() + "\n").collect()
        })
    }
}

/// Compares with `tests/ui/pictures/NAME.txt`; with `SIGSCOPE_BLESS` set, keeps the new picture.
pub(crate) fn compare(name: &str, picture: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/pictures").join(format!("{name}.txt"));
    if std::env::var_os("SIGSCOPE_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, picture).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == picture, "{name} looks different now (SIGSCOPE_BLESS=1 keeps it):\n{picture}");
}
