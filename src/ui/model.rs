//! All state of the terminal program.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::history::{History, Place, ScreenId, Spot};
use super::keymap::{Chord, Keymap};
use super::layout;
use super::locator::Origin;
use super::notice::Notices;
use super::overlay::Overlay;
use super::part::{At, Part};
use super::places::{Letter, Range};
use super::screen::Screens;
use super::settings::Settings;
use super::subject::Subject;
use super::theme::{Ink, ThemeError};
use crate::model::World;
use crate::model::ledger::Ledger;
use crate::model::moment::Moment;

/// Preferences of the user.
#[derive(Clone, Debug)]
pub struct Prefs {
    /// Theme, depth and character set.
    pub ink: Ink,
    /// True while the mouse is captured.
    pub mouse: bool,
    /// True while the picture stands still.
    pub frozen: bool,
    /// Options as typed, for the command that shows the same.
    pub options: String,
    /// The user's own editor.
    pub editor: String,
    /// What was acknowledged.
    pub ledger: Ledger,
    /// What of it the file held when it was last read or written.
    pub kept: Ledger,
    /// Where that is kept; `None`: nowhere.
    pub ledger_file: Option<PathBuf>,
    /// Which keys mean what.
    pub keys: Keymap,
    /// Where the session reads, for locators.
    pub origin: Origin,
    /// Commands that were typed, the newest last.
    pub commands: Vec<String>,
}

/// Keys on their way to an action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// A prefix that waits for more.
    pub pending: Vec<Chord>,
    /// The next key is the letter of a bookmark.
    pub letter: Option<Letter>,
    /// What is chosen next is shown, not copied.
    pub print: bool,
    /// A range of marks that was begun.
    pub range: Option<Range>,
    /// The place of a locator, until what it is about is there.
    pub wanted: Option<Place>,
    /// True while another Ctrl-c quits.
    pub cancelled: bool,
    /// Number of the last thing that was waited for.
    pub token: u64,
    /// True while ages are counted on.
    pub ageing: bool,
    /// What the engine was last asked to fetch first.
    pub preferred: Vec<Arc<str>>,
    /// Since when work runs.
    pub pace: Option<super::header::Pace>,
    /// The image whose documents the engine was last asked to read.
    pub read: Option<Arc<str>>,
    /// Images by verdict, in the order of `Verdict::ALL`, with the revision that they were counted in.
    pub tally: (u64, [usize; 6]),
}

/// The model.
#[derive(Clone, Debug)]
pub struct Model {
    /// The snapshot on screen.
    pub world: Arc<World>,
    /// The newest snapshot; another one only while the picture is frozen.
    pub newest: Arc<World>,
    /// The screen that is shown.
    pub screen: ScreenId,
    /// All screens.
    pub screens: Screens,
    /// Open overlays, the top one last.
    pub overlays: Vec<Overlay>,
    /// Where the user has been.
    pub history: History,
    /// Marked images.
    pub marks: BTreeSet<Arc<str>>,
    /// What the user was told.
    pub notices: Notices,
    /// Preferences.
    pub prefs: Prefs,
    /// The time.
    pub now: Moment,
    /// The whole terminal.
    pub area: Rect,
    /// Keys.
    pub typed: Typed,
}

impl Model {
    /// The model before anything is known.
    ///
    /// # Errors
    /// When the theme cannot be used.
    pub fn new(settings: &Settings, width: u16, height: u16, now: Moment) -> Result<Self, ThemeError> {
        let ink = Ink::new(settings.theme()?, settings.depth, settings.ascii);
        let world = Arc::new(World::default());
        Ok(Self {
            newest: world.clone(),
            world,
            screen: settings.place.screen,
            screens: Screens::default(),
            overlays: Vec::new(),
            history: History::default(),
            marks: BTreeSet::new(),
            notices: Notices::default(),
            prefs: Prefs {
                ink,
                mouse: !settings.no_mouse,
                frozen: false,
                options: settings.options.clone(),
                editor: settings.editor.clone(),
                ledger: Ledger::default(),
                kept: Ledger::default(),
                ledger_file: settings.ledger.clone(),
                keys: settings.keys.clone(),
                origin: settings.origin.clone(),
                commands: Vec::new(),
            },
            now,
            area: Rect::new(0, 0, width, height),
            typed: Typed {
                // A screen alone is there at once.
                wanted: Some(settings.place.clone()).filter(|place| place.spot != Spot::default()),
                ..Typed::default()
            },
        })
    }

    /// The part that takes the keys.
    #[must_use]
    pub fn top(&self) -> &dyn Part {
        match self.overlays.last() {
            Some(overlay) => overlay.part(),
            None => self.screens.part(self.screen),
        }
    }

    /// Calls `with` for the part that takes the keys.
    pub fn with_top<T>(&mut self, with: impl FnOnce(&mut dyn Part, &At<'_>) -> T) -> T {
        let regions = layout::regions(self);
        let area = match self.overlays.last() {
            Some(overlay) => overlay.area(&regions),
            None => regions.body,
        };
        let at = At {
            world: &self.world,
            area,
            glyphs: self.prefs.ink.glyphs,
            now: self.now,
            marks: &self.marks,
            notices: &self.notices.all,
            keys: &self.prefs.keys,
            ledger: &self.prefs.ledger,
        };
        match self.overlays.last_mut() {
            Some(overlay) => with(overlay.part_mut(), &at),
            None => with(self.screens.part_mut(self.screen), &at),
        }
    }

    /// What parts see, for a part that is drawn in `area`.
    #[must_use]
    pub fn at(&self, area: Rect) -> At<'_> {
        At {
            world: &self.world,
            area,
            glyphs: self.prefs.ink.glyphs,
            now: self.now,
            marks: &self.marks,
            notices: &self.notices.all,
            keys: &self.prefs.keys,
            ledger: &self.prefs.ledger,
        }
    }

    /// What is selected: in the topmost overlay that is about something, else on the screen.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let at = self.at(self.area);
        for overlay in self.overlays.iter().rev() {
            let subject = overlay.part().subject(&at);
            if subject != Subject::default() {
                return subject;
            }
        }
        self.screens.part(self.screen).subject(&at)
    }

    /// True when the Images screen has the keys.
    #[must_use]
    pub fn on_images(&self) -> bool {
        self.screen == ScreenId::Images
    }

    /// The present place.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { screen: self.screen, spot: self.screens.spot(self.screen) }
    }
}
