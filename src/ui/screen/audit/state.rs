//! State of the Audit screen and how it changes.

use ratatui::layout::Rect;

use super::detail::lines;
use super::notes::Note;
use super::rows::{Row, rows};
use crate::model::Trace;
use crate::model::World;
use crate::model::ledger::Ledger;
use crate::ui::action::{Move, Pane};
use crate::ui::filter::Filter;
use crate::ui::history::Spot;
use crate::ui::layout::{PaneId, Panes, Split, inside, two_panes};
use crate::ui::part::{Ask, At};
use crate::ui::subject::TraceKey;
use crate::ui::text::Line;
use crate::ui::widget::{Cursor, Scroll};

/// What the detail was derived from.
type DetailKey = (u64, TraceKey, u16, bool, Option<String>);

/// The state.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Selection.
    pub cursor: Cursor<TraceKey>,
    /// Filter.
    pub filter: Filter,
    /// Panes.
    pub split: Split,
    /// Rows, as of the last `fit`.
    pub rows: Vec<Row>,
    /// Findings without the filter.
    pub all: usize,
    /// Lines about the selected finding.
    pub lines: Vec<Line>,
    /// Their scroll position.
    pub scroll: Scroll,
    /// The note that is typed.
    pub note: Option<Note>,
    /// Ledgers before and after each change.
    pub(super) steps: Vec<(Ledger, Ledger)>,
    key: Option<(u64, String, Ledger)>,
    detail_key: Option<DetailKey>,
}

impl State {
    /// The panes in an area.
    #[must_use]
    pub fn panes(&self, area: Rect) -> Panes {
        two_panes(area, self.split, 62)
    }

    /// What is remembered of this screen.
    #[must_use]
    pub fn spot(&self) -> Spot {
        let key = self.cursor.selected();
        Spot {
            image: key.map(|key| key.image.1.as_str().into()),
            row: key
                .map(|key| format!("{}\n{}\n{}", key.resource, key.policy.name, key.rule))
                .unwrap_or_default(),
            filter: self.filter.field.text(),
        }
    }

    /// Goes back to what is remembered.
    pub fn restore(&mut self, spot: &Spot) {
        self.filter.set(&spot.filter);
        let same = |row: &&Row| {
            let key = &row.key;
            spot.image.as_deref() == Some(key.image.1.as_str())
                && format!("{}\n{}\n{}", key.resource, key.policy.name, key.rule) == spot.row
        };
        if let Some(row) = self.rows.iter().find(same) {
            self.cursor.select(row.key.clone());
        }
    }

    pub(super) fn row(&self) -> Option<&Row> {
        self.rows.get(self.cursor.index())
    }

    pub(super) fn trace<'a>(&self, world: &'a World) -> Option<&'a Trace> {
        self.row()?.key.find(world).map(|trace| &**trace)
    }

    /// True when a line is typed below the list.
    #[must_use]
    pub fn line_shown(&self) -> bool {
        self.note.is_some() || self.filter.typing || !self.filter.field.is_empty()
    }

    /// Rows in sight: one row is for the headings, one for what is typed.
    pub(super) fn page(&self, area: Rect) -> usize {
        let inner = self.panes(area).list.map(inside).unwrap_or_default();
        usize::from(inner.height).saturating_sub(1 + usize::from(self.line_shown()))
    }

    pub(super) fn detail_page(&self, area: Rect) -> usize {
        usize::from(self.panes(area).detail.map(inside).unwrap_or_default().height)
    }

    pub(super) fn step(&mut self, step: Move, at: &At<'_>) -> Vec<Ask> {
        if self.split.focus != PaneId::List {
            match step {
                Move::Left => self.split.focus = PaneId::List,
                step => self.scroll.go(step, self.lines.len(), self.detail_page(at.area)),
            }
            return Vec::new();
        }
        match step {
            Move::Left => {}
            Move::Right => self.split.focus = PaneId::Detail,
            step => {
                let (page, rows) = (self.page(at.area), &self.rows);
                self.cursor.go(step, rows.len(), page, |i| rows.get(i).map(|row| row.key.clone()));
            }
        }
        Vec::new()
    }

    pub(super) fn pane(&mut self, pane: Pane, area: Rect) {
        let page = self.detail_page(area);
        match pane {
            Pane::Next | Pane::Previous => {
                let list = self.split.focus == PaneId::List;
                self.split.focus = if list { PaneId::Detail } else { PaneId::List };
            }
            Pane::Full => self.split.full = !self.split.full,
            Pane::DetailDown => self.scroll.go(Move::Down, self.lines.len(), page),
            Pane::DetailUp => self.scroll.go(Move::Up, self.lines.len(), page),
        }
    }

    pub(super) fn escape(&mut self) {
        if self.split.full {
            self.split.full = false;
        } else if self.split.focus != PaneId::List {
            self.split.focus = PaneId::List;
        } else {
            self.filter.clear();
        }
    }

    pub(super) fn fit_list(&mut self, at: &At<'_>) {
        let text = self.filter.state(at.now);
        let same = self.key.as_ref().is_some_and(|(revision, filter, ledger)| {
            *revision == at.world.revision && *filter == text && ledger == at.ledger
        });
        if !same {
            let all = rows(at.world, at.ledger);
            let kept = self.filter.apply(&all, at.now);
            self.all = all.len();
            self.rows = kept.into_iter().filter_map(|index| all.get(index).cloned()).collect();
            self.key = Some((at.world.revision, text, at.ledger.clone()));
        }
        let (page, rows) = (self.page(at.area), &self.rows);
        self.cursor.fit(rows.len(), page, |i| rows.get(i).map(|row| row.key.clone()));
    }

    pub(super) fn fit_detail(&mut self, at: &At<'_>) {
        let room = self.panes(at.area).detail.map(inside).unwrap_or_default();
        let Some(trace) = self.trace(at.world) else {
            self.lines.clear();
            self.detail_key = None;
            return;
        };
        let words = at.ledger.standing(at.world, trace).words();
        let key = (at.world.revision, TraceKey::of(trace), room.width, at.glyphs.ascii, words);
        if self.detail_key.as_ref() != Some(&key) {
            if self.detail_key.as_ref().is_none_or(|old| old.1 != key.1) {
                self.scroll = Scroll::default();
            }
            self.lines = lines(at, trace, usize::from(room.width));
            self.detail_key = Some(key);
        }
        self.scroll.fit(self.lines.len(), usize::from(room.height));
    }
}
