//! State of the Images screen and how it changes.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::order::Order;
use super::rows::{Entry, Folds, Row, RowId, common_host, entries, rows};
use crate::model::verdict::Verdict;
use crate::model::world::{ImageRow, ImageState};
use crate::model::{Trace, World};
use crate::ui::action::{Fold, Move, Pane};
use crate::ui::detail::{image_lines, standing};
use crate::ui::effect::{Effect, Order as EngineOrder};
use crate::ui::evidence::{branches, evidence_tree};
use crate::ui::filter::Filter;
use crate::ui::history::Spot;
use crate::ui::layout::{PaneId, Panes, Split, inside, three_panes, wide_panes};
use crate::ui::part::{Ask, At};
use crate::ui::text::Line;
use crate::ui::theme::Role;
use crate::ui::widget::{Cursor, Scroll, Tree};

/// What the rows were derived from.
type ListKey = (u64, String, Order, Folds);
/// What the detail was derived from.
type DetailKey = (u64, RowId, u16, bool);

/// The detail of the selected row.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// Its lines.
    pub lines: Vec<Line>,
    /// Their scroll position.
    pub scroll: Scroll,
    /// What hangs on the image.
    pub tree: Tree,
    key: Option<DetailKey>,
}

/// The state.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Selection.
    pub cursor: Cursor<RowId>,
    /// Filter.
    pub filter: Filter,
    /// Sorting and grouping.
    pub order: Order,
    /// What is folded.
    pub folds: Folds,
    /// Panes.
    pub split: Split,
    /// Wide columns.
    pub wide: bool,
    /// The detail.
    pub detail: Detail,
    /// Rows, as of the last `fit`.
    pub rows: Vec<Row>,
    /// The registry that all images are in, with its slash; empty: there are several.
    pub host: String,
    entries: Vec<Entry>,
    key: Option<ListKey>,
}

impl State {
    /// The panes in an area.
    #[must_use]
    pub fn panes(&self, area: Rect) -> Panes {
        if self.wide { wide_panes(area, self.split) } else { three_panes(area, self.split) }
    }

    /// Names of the images in sight.
    pub fn in_sight(&self, area: Rect) -> impl Iterator<Item = &Arc<str>> {
        let page = self.page(area);
        self.rows.iter().skip(self.cursor.offset).take(page).filter_map(|row| row.id.image.as_ref())
    }

    /// What is remembered of this screen.
    #[must_use]
    pub fn spot(&self) -> Spot {
        let id = self.cursor.selected();
        Spot {
            image: id.and_then(|id| id.image.clone()),
            row: id.map(|id| id.group.clone()).unwrap_or_default(),
            filter: self.filter.field.text(),
        }
    }

    /// Goes back to what is remembered.
    pub fn restore(&mut self, spot: &Spot) {
        self.filter.set(&spot.filter);
        self.cursor.touched = true;
        self.cursor.select(RowId { group: spot.row.clone(), image: spot.image.clone(), trace: None });
        self.follow();
    }

    /// Rows of the list that are in sight; one row is for the headings, one for the filter when there is one.
    pub(super) fn page(&self, area: Rect) -> usize {
        let inner = self.panes(area).list.map(inside).unwrap_or_default();
        usize::from(inner.height).saturating_sub(1 + usize::from(self.filter_shown()))
    }

    /// True when the filter takes a row.
    #[must_use]
    pub fn filter_shown(&self) -> bool {
        self.filter.typing || !self.filter.field.is_empty()
    }

    pub(super) fn row(&self) -> Option<&Row> {
        self.rows.get(self.cursor.index())
    }

    pub(super) fn image<'a>(&self, world: &'a World) -> Option<&'a ImageRow> {
        world.image(self.row()?.id.image.as_deref()?)
    }

    pub(super) fn trace<'a>(&self, world: &'a World) -> Option<&'a Trace> {
        let row = self.row()?;
        if let Some(key) = &row.id.trace {
            return key.find(world).map(|trace| &**trace);
        }
        let image = self.image(world)?;
        let traces: Vec<&Trace> = world.traces_of(&image.name).map(|trace| &**trace).collect();
        standing(image, &traces).1
    }

    pub(super) fn step(&mut self, step: Move, at: &At<'_>) -> Vec<Ask> {
        let panes = self.panes(at.area);
        let page_of = |pane: Option<Rect>| pane.map_or(1, |area| usize::from(inside(area).height));
        match self.split.focus {
            PaneId::Detail => {
                if matches!(step, Move::Left) {
                    self.split.focus = PaneId::List;
                }
                self.detail.scroll.go(step, self.detail.lines.len(), page_of(panes.detail));
            }
            PaneId::Tree => {
                if !self.detail.tree.go(step, page_of(panes.tree)) {
                    return match step {
                        Move::Left => {
                            self.split.focus = PaneId::List;
                            Vec::new()
                        }
                        _ => self.open(),
                    };
                }
            }
            PaneId::List => return self.step_list(step, at),
        }
        Vec::new()
    }

    pub(super) fn step_list(&mut self, step: Move, at: &At<'_>) -> Vec<Ask> {
        let page = self.page(at.area);
        match step {
            Move::Left => self.collapse(page),
            Move::Right => return self.expand(),
            Move::NextSibling | Move::PreviousSibling => {
                let forward = step == Move::NextSibling;
                let is_image = |row: &Row| row.id.image.is_some() && row.id.trace.is_none();
                let from = self.cursor.index();
                let found = if forward {
                    (from + 1..self.rows.len()).find(|i| self.rows.get(*i).is_some_and(is_image))
                } else {
                    (0..from).rev().find(|i| self.rows.get(*i).is_some_and(is_image))
                };
                if let Some(index) = found {
                    self.jump(index, page);
                }
            }
            step => {
                let rows = &self.rows;
                self.cursor.go(step, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
            }
        }
        Vec::new()
    }

    pub(super) fn jump(&mut self, index: usize, page: usize) {
        let rows = &self.rows;
        self.cursor.touched = true;
        self.cursor.jump(index, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
    }

    pub(super) fn collapse(&mut self, page: usize) {
        let Some(id) = self.row().map(|row| row.id.clone()) else { return };
        match (&id.image, &id.trace) {
            (Some(image), None) if self.folds.opened.contains(image) => drop(self.folds.opened.remove(image)),
            (None, _) => drop(self.folds.closed.insert(id.group)),
            _ => {
                let parent =
                    RowId { trace: None, image: id.trace.as_ref().and(id.image.clone()), group: id.group };
                if let Some(index) = self.rows.iter().position(|row| row.id == parent) {
                    self.jump(index, page);
                }
            }
        }
    }

    pub(super) fn expand(&mut self) -> Vec<Ask> {
        self.cursor.touched = true;
        let Some(row) = self.row().cloned() else { return Vec::new() };
        match (&row.id.image, &row.id.trace) {
            (None, _) => drop(self.folds.closed.remove(&row.id.group)),
            (Some(image), None) if row.below > 0 && !row.open => {
                self.folds.opened.insert(image.clone());
            }
            _ => return self.open(),
        }
        Vec::new()
    }

    pub(super) fn open(&mut self) -> Vec<Ask> {
        let Some(row) = self.row() else { return Vec::new() };
        match (&row.id.image, &row.id.trace) {
            (_, Some(trace)) => vec![Ask::Why(trace.clone())],
            (Some(image), None) => vec![Ask::Evidence(image.clone())],
            (None, _) => {
                let group = row.id.group.clone();
                if !self.folds.closed.remove(&group) {
                    self.folds.closed.insert(group);
                }
                Vec::new()
            }
        }
    }

    pub(super) fn fold(&mut self, fold: Fold, at: &At<'_>) {
        let page = self.page(at.area);
        if self.split.focus == PaneId::Tree {
            return self.detail.tree.fold(fold, page);
        }
        let index = self.cursor.index();
        match fold {
            Fold::Toggle if self.row().is_some_and(|row| row.open) => self.collapse(page),
            Fold::Toggle | Fold::Open => {
                if self.row().is_some_and(|row| row.below > 0 && !row.open) {
                    drop(self.expand());
                }
            }
            Fold::Close => self.collapse(page),
            Fold::OpenAll => self.folds.closed.clear(),
            Fold::CloseAll => self.folds.closed = self.rows.iter().map(|row| row.id.group.clone()).collect(),
            Fold::Middle => self.cursor.offset = index.saturating_sub(page / 2),
            Fold::Top => self.cursor.offset = index,
            Fold::Bottom => self.cursor.offset = (index + 1).saturating_sub(page),
        }
    }

    pub(super) fn pane(&mut self, pane: Pane, at: &At<'_>) {
        let panes = self.panes(at.area);
        let page = panes.detail.map_or(1, |area| usize::from(inside(area).height));
        match pane {
            Pane::Next | Pane::Previous => {
                let order = [PaneId::List, PaneId::Detail, PaneId::Tree];
                let now = order.iter().position(|pane| *pane == self.split.focus).unwrap_or(0);
                let next = if pane == Pane::Next { now + 1 } else { now + 2 };
                self.split.focus = order.get(next % 3).copied().unwrap_or_default();
            }
            Pane::Full => self.split.full = !self.split.full,
            Pane::DetailDown => self.detail.scroll.go(Move::Down, self.detail.lines.len(), page),
            Pane::DetailUp => self.detail.scroll.go(Move::Up, self.detail.lines.len(), page),
        }
    }

    pub(super) fn escape(&mut self) -> Vec<Ask> {
        if self.split.full {
            self.split.full = false;
        } else if self.split.focus != PaneId::List {
            self.split.focus = PaneId::List;
        } else {
            self.filter.clear();
        }
        Vec::new()
    }

    pub(super) fn fit_list(&mut self, at: &At<'_>) {
        let key = (at.world.revision, self.filter.state(at.now), self.order, self.folds.clone());
        if self.key.as_ref() != Some(&key) {
            if self.key.as_ref().is_none_or(|old| old.0 != key.0) {
                self.entries = entries(at.world);
                self.host = common_host(&self.entries).to_owned();
            }
            let kept = self.filter.apply(&self.entries, at.now);
            self.rows = rows(&self.entries, &self.host, self.order, &self.folds, &kept);
            self.key = Some(key);
            self.follow();
            self.choose();
        }
        let page = self.page(at.area);
        let rows = &self.rows;
        self.cursor.fit(rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
    }

    /// A selected image that has another group now (other groups, the place of a locator) is found by its name.
    fn follow(&mut self) {
        let Some(id) = self.cursor.selected() else { return };
        if self.row().is_some_and(|row| row.id == *id) || self.rows.iter().any(|row| row.id == *id) {
            return;
        }
        let same = |row: &&Row| id.image.is_some() && row.id.image == id.image;
        if let Some(row) = self.rows.iter().find(same) {
            let id = row.id.clone();
            self.cursor.select(id);
        }
    }

    /// Until the user has moved, the first denied image is the selected one, else the first.
    pub(super) fn choose(&mut self) {
        if self.cursor.touched {
            // A filter or fold can take the selected row away: then the first image is nearer than a heading.
            let gone = self.cursor.selected().is_some_and(|id| !self.rows.iter().any(|row| row.id == *id));
            if !gone
                || self
                    .rows
                    .iter()
                    .any(|row| self.cursor.selected().is_some_and(|id| id.group == row.id.group))
            {
                return;
            }
        }
        let image = |row: &&Row| row.id.image.is_some();
        let denied = self.rows.iter().filter(image).find(|row| row.verdict == Verdict::Deny);
        if let Some(row) = denied.or_else(|| self.rows.iter().find(image)) {
            self.cursor.select(row.id.clone());
        }
    }

    pub(super) fn fit_detail(&mut self, at: &At<'_>) {
        let panes = self.panes(at.area);
        let room = panes.detail.map(inside).unwrap_or_default();
        let id = self.row().map(|row| row.id.clone()).unwrap_or_default();
        let key = (at.world.revision, id, room.width, at.glyphs.ascii);
        if self.detail.key.as_ref() != Some(&key) {
            let same_row = self.detail.key.as_ref().is_some_and(|old| old.1 == key.1);
            if !same_row {
                self.detail.scroll = Scroll::default();
                self.detail.tree.reset();
            }
            let width = usize::from(room.width);
            let image = self.image(at.world);
            self.detail.lines = match image {
                Some(image) => image_lines(at.world, image, self.trace(at.world), width, at.glyphs),
                None => self
                    .row()
                    .map_or_else(|| vec![Line::of(Role::Muted, "Nothing is selected.")], group_lines),
            };
            let nodes = match image.map(|image| &image.state) {
                Some(ImageState::Ready(evidence)) => evidence_tree(at.world, evidence),
                _ => Vec::new(),
            };
            let branches = branches(&nodes, at.glyphs.ascii);
            self.detail.tree.set(branches, 1);
            self.detail.key = Some(key);
        }
        self.detail.scroll.fit(self.detail.lines.len(), usize::from(room.height));
        let tree = panes.tree.map(inside).unwrap_or_default();
        self.detail.tree.fit(tree.width, usize::from(tree.height), at.glyphs.dots);
    }

    pub(super) fn refresh(&self, at: &At<'_>) -> Vec<Ask> {
        let names: Vec<Arc<str>> = if at.marks.is_empty() {
            self.row().and_then(|row| row.id.image.clone()).into_iter().collect()
        } else {
            at.marks.iter().cloned().collect()
        };
        names.into_iter().map(|name| Ask::Do(Effect::Order(EngineOrder::Refresh(Some(name))))).collect()
    }
}

fn group_lines(row: &Row) -> Vec<Line> {
    vec![
        Line::of(Role::Title, row.name.as_str()),
        Line::of(Role::Text, format!("{} images: {}", row.below, row.policy)),
    ]
}
