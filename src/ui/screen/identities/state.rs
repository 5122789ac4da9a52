//! State of the Identities screen and how it changes.

use std::collections::BTreeSet;

use ratatui::layout::Rect;

use super::detail::lines;
use super::rows::{Known, Row, id, parent, rows};
use crate::analyse::identities::Identity;
use crate::model::World;
use crate::ui::action::{Fold, Move, Pane};
use crate::ui::history::Spot;
use crate::ui::layout::{PaneId, Panes, Split, inside, two_panes};
use crate::ui::part::At;
use crate::ui::text::Line;
use crate::ui::widget::{Cursor, Scroll};

/// The state.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Selection.
    pub cursor: Cursor<String>,
    /// What is closed.
    pub closed: BTreeSet<String>,
    /// Panes.
    pub split: Split,
    /// Identities, as of the last `fit`.
    pub known: Known,
    /// Rows, as of the last `fit`.
    pub rows: Vec<Row>,
    /// Lines about the selected one.
    pub lines: Vec<Line>,
    /// Their scroll position.
    pub scroll: Scroll,
    revision: Option<u64>,
    rows_key: Option<BTreeSet<String>>,
    detail_key: Option<(u64, String, u16)>,
}

impl State {
    /// The panes in an area.
    #[must_use]
    pub fn panes(&self, area: Rect) -> Panes {
        two_panes(area, self.split, 50)
    }

    /// What is remembered of this screen.
    #[must_use]
    pub fn spot(&self) -> Spot {
        Spot { image: None, row: self.cursor.selected().cloned().unwrap_or_default(), filter: String::new() }
    }

    /// Goes back to what is remembered.
    pub fn restore(&mut self, spot: &Spot) {
        self.cursor.touched = true;
        self.cursor.select(spot.row.clone());
    }

    /// Selects who signed an image, a verified signer before a claim; false: nobody is known.
    pub fn look_at(&mut self, image: &str, world: &World, detail: bool) -> bool {
        self.known(world);
        let Some(place) = world.images.iter().position(|row| &*row.name == image) else { return false };
        let Some(found) = self.known.all.all.iter().find(|one| one.images.contains(&place)) else {
            return false;
        };
        let id = id(found);
        let mut above = parent(&id);
        while let Some(path) = above {
            self.closed.remove(path);
            above = parent(path);
        }
        self.cursor.touched = true;
        self.cursor.select(id);
        self.split = Split { focus: if detail { PaneId::Detail } else { PaneId::List }, full: false };
        true
    }

    fn known(&mut self, world: &World) {
        if self.revision != Some(world.revision) {
            self.known = Known::of(world);
            self.revision = Some(world.revision);
            self.rows_key = None;
        }
    }

    pub(super) fn row(&self) -> Option<&Row> {
        self.rows.get(self.cursor.index())
    }

    pub(super) fn identity(&self) -> Option<&Identity> {
        self.known.all.all.get(self.row()?.identity?)
    }

    /// Rows in sight below the headings.
    pub(super) fn page(&self, area: Rect) -> usize {
        let inner = self.panes(area).list.map(inside).unwrap_or_default();
        usize::from(inner.height).saturating_sub(1)
    }

    pub(super) fn detail_page(&self, area: Rect) -> usize {
        usize::from(self.panes(area).detail.map(inside).unwrap_or_default().height)
    }

    pub(super) fn step(&mut self, step: Move, area: Rect) {
        if self.split.focus != PaneId::List {
            match step {
                Move::Left => self.split.focus = PaneId::List,
                step => self.scroll.go(step, self.lines.len(), self.detail_page(area)),
            }
            return;
        }
        let page = self.page(area);
        match step {
            Move::Left => self.collapse(page),
            Move::Right => self.expand(),
            step => {
                let rows = &self.rows;
                self.cursor.go(step, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
            }
        }
    }

    fn collapse(&mut self, page: usize) {
        let Some(row) = self.row().cloned() else { return };
        if row.open == Some(true) {
            self.closed.insert(row.id);
            return;
        }
        let above = parent(&row.id).and_then(|above| self.rows.iter().position(|row| row.id == above));
        if let Some(index) = above {
            let rows = &self.rows;
            self.cursor.jump(index, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
        }
    }

    pub(super) fn expand(&mut self) {
        let Some(row) = self.row().cloned() else { return };
        if row.open == Some(false) {
            self.closed.remove(&row.id);
        } else {
            self.split.focus = PaneId::Detail;
        }
    }

    pub(super) fn fold(&mut self, fold: Fold, area: Rect) {
        let page = self.page(area);
        match fold {
            Fold::Toggle if self.row().is_some_and(|row| row.open == Some(true)) => self.collapse(page),
            Fold::Toggle | Fold::Open => {
                if let Some(row) = self.row().cloned() {
                    self.closed.remove(&row.id);
                }
            }
            Fold::Close => self.collapse(page),
            Fold::OpenAll => self.closed.clear(),
            Fold::CloseAll => {
                self.closed =
                    self.rows.iter().filter(|row| row.open.is_some()).map(|row| row.id.clone()).collect();
            }
            Fold::Middle => self.cursor.offset = self.cursor.index().saturating_sub(page / 2),
            Fold::Top => self.cursor.offset = self.cursor.index(),
            Fold::Bottom => self.cursor.offset = (self.cursor.index() + 1).saturating_sub(page),
        }
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

    pub(super) fn fit_list(&mut self, at: &At<'_>) {
        self.known(at.world);
        if self.rows_key.as_ref() != Some(&self.closed) {
            self.rows = rows(at.world, &self.known, &self.closed);
            self.rows_key = Some(self.closed.clone());
        }
        if !self.cursor.touched
            && let Some(row) = self.rows.iter().find(|row| row.identity.is_some())
        {
            self.cursor.select(row.id.clone());
        }
        let (page, rows) = (self.page(at.area), &self.rows);
        self.cursor.fit(rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
    }

    pub(super) fn fit_detail(&mut self, at: &At<'_>) {
        let room = self.panes(at.area).detail.map(inside).unwrap_or_default();
        let Some(row) = self.row().cloned() else {
            self.lines.clear();
            return;
        };
        let key = (at.world.revision, row.id.clone(), room.width);
        if self.detail_key.as_ref() != Some(&key) {
            if self.detail_key.as_ref().is_none_or(|old| old.1 != key.1) {
                self.scroll = Scroll::default();
            }
            self.lines = lines(at.world, &self.known, &row, usize::from(room.width));
            self.detail_key = Some(key);
        }
        self.scroll.fit(self.lines.len(), usize::from(room.height));
    }
}
