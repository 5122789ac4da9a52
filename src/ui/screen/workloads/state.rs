//! State of the Workloads screen and how it changes.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::columns::Longest;
use super::detail::Detail;
use super::entry::Entry;
use super::order::Order;
use super::rows::{Folds, Row, RowId, has_below, rows};
use crate::analyse::workloads::{Container, Group, Table, group};
use crate::model::World;
use crate::model::verdict::Verdict;
use crate::model::world::ImageRow;
use crate::ui::action::{Fold, Move, Pane};
use crate::ui::filter::Filter;
use crate::ui::history::Spot;
use crate::ui::layout::{PaneId, Panes, Split, inside, three_panes};
use crate::ui::part::{Ask, At};
use crate::ui::widget::Cursor;

/// What the rows were derived from: revision, filter, order, number of changes to the folds.
type ListKey = (u64, String, Order, u64);

/// What is folded, with the number of its changes.
#[derive(Clone, Debug, Default)]
pub struct Folding {
    /// The folds.
    pub folds: Folds,
    /// Grows with every change.
    pub changes: u64,
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
    pub folding: Folding,
    /// Panes.
    pub split: Split,
    /// Wide columns.
    pub wide: bool,
    /// The detail.
    pub detail: Detail,
    /// The table, as of the last `fit` or as offered before it.
    pub table: Arc<Table>,
    /// Groups, as of the last `fit`.
    pub groups: Vec<Group>,
    /// Rows, as of the last `fit`.
    pub rows: Vec<Row>,
    /// What columns are cut from, with the registry that all images are in.
    pub(super) widths: (Longest, String),
    key: Option<ListKey>,
}

impl State {
    /// Takes a table that was made elsewhere; it is used when the world of its revision is shown.
    pub fn offer(&mut self, table: Arc<Table>) {
        self.table = table;
    }

    /// The panes in an area.
    #[must_use]
    pub fn panes(&self, area: Rect) -> Panes {
        three_panes(area, self.split)
    }

    /// Names of the images in sight.
    pub fn in_sight<'a>(&'a self, area: Rect, world: &'a World) -> impl Iterator<Item = &'a Arc<str>> {
        let rows = self.rows.iter().skip(self.cursor.offset).take(self.page(area));
        rows.filter_map(move |row| Some(&world.images.get(row.container(&self.table)?.image)?.name))
    }

    /// What is remembered of this screen.
    #[must_use]
    pub fn spot(&self) -> Spot {
        let id = self.cursor.selected().cloned().unwrap_or_default();
        let parts = [Some(&*id.group), id.owner.as_deref(), id.pod.as_deref(), id.container.as_deref()];
        let row: Vec<&str> = parts.into_iter().map_while(|part| part).collect();
        Spot { image: None, row: row.join("\n"), filter: self.filter.field.text() }
    }

    /// Goes back to what is remembered.
    pub fn restore(&mut self, spot: &Spot) {
        self.filter.set(&spot.filter);
        self.cursor.touched = true;
        let mut parts = spot.row.split('\n');
        let group = parts.next().unwrap_or_default().to_owned();
        let mut next = || parts.next().map(Arc::from);
        let id = RowId { group, owner: next(), pod: next(), container: next() };
        self.cursor.select(id);
    }

    /// Selects the first owner that uses an image; false: none does.
    pub fn look_at(&mut self, image: &str, world: &World) -> bool {
        self.take_table(world);
        self.filter.clear();
        let used = |workload: &&crate::analyse::workloads::Workload| {
            workload.containers().any(|(_, _, container)| container.used.image == image)
        };
        let Some(owner) = self.table.workloads.iter().find(used).map(|workload| workload.label.clone())
        else {
            return false;
        };
        self.cursor.touched = true;
        self.regroup();
        let holds = |group: &&Group| {
            group.members.iter().any(|member| {
                self.table.workloads.get(member.workload).is_some_and(|workload| workload.label == owner)
            })
        };
        if let Some(group) = self.groups.iter().find(holds).cloned() {
            if !self.folding.folds.open(&group) {
                self.turn(&group);
            }
            self.folding.folds.whole.insert(group.key.clone());
            self.folding.changes += 1;
            self.cursor.select(RowId { group: group.key, owner: Some(owner), pod: None, container: None });
        }
        true
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

    /// The selected row.
    #[must_use]
    pub fn row(&self) -> Option<Row> {
        self.rows.get(self.cursor.index()).copied()
    }

    /// The container that the selection is about.
    #[must_use]
    pub fn container(&self) -> Option<&Container> {
        self.row()?.container(&self.table)
    }

    /// The image that the selection is about.
    #[must_use]
    pub fn image<'a>(&self, world: &'a World) -> Option<&'a ImageRow> {
        let container = self.container()?;
        world.images.get(container.image).filter(|row| *row.name == *container.used.image)
    }

    /// Whether what is below an owner is shown.
    #[must_use]
    pub fn is_open(&self, row: Row) -> bool {
        let id = row.id(&self.table, &self.groups);
        id.owner.is_some_and(|owner| self.folding.folds.opened.contains(&(id.group, owner)))
    }

    fn id(&self, index: usize) -> Option<RowId> {
        self.rows.get(index).map(|row| row.id(&self.table, &self.groups))
    }

    pub(super) fn step(&mut self, step: Move, at: &At<'_>) -> Vec<Ask> {
        let panes = self.panes(at.area);
        let page_of = |pane: Option<Rect>| pane.map_or(1, |area| usize::from(inside(area).height));
        match self.split.focus {
            PaneId::List => return self.step_list(step, at),
            PaneId::Detail => {
                if matches!(step, Move::Left) {
                    self.split.focus = PaneId::List;
                }
                self.detail.scroll.go(step, self.detail.lines.len(), page_of(panes.detail));
            }
            PaneId::Tree => {
                if !self.detail.tree.go(step, page_of(panes.tree)) {
                    if step != Move::Left {
                        return self.evidence(at);
                    }
                    self.split.focus = PaneId::List;
                }
            }
        }
        Vec::new()
    }

    pub(super) fn step_list(&mut self, step: Move, at: &At<'_>) -> Vec<Ask> {
        let page = self.page(at.area);
        match step {
            Move::Left => self.collapse(page),
            Move::Right => return self.expand(at),
            Move::NextSibling | Move::PreviousSibling => {
                let from = self.cursor.index();
                let owner = |index: &usize| matches!(self.rows.get(*index), Some(Row::Owner { .. }));
                let found = match step {
                    Move::NextSibling => (from + 1..self.rows.len()).find(owner),
                    _ => (0..from).rev().find(owner),
                };
                if let Some(index) = found {
                    self.jump(index, page);
                }
            }
            step => {
                let length = self.rows.len();
                let target = step.target(self.cursor.index(), length, page);
                self.jump(target, page);
            }
        }
        Vec::new()
    }

    pub(super) fn jump(&mut self, index: usize, page: usize) {
        let id = self.id(index.min(self.rows.len().saturating_sub(1)));
        self.cursor.touched = true;
        self.cursor.jump(index, self.rows.len(), page, |_| id.clone());
    }

    pub(super) fn wheel_list(&mut self, down: bool, page: usize) {
        let (rows, table, groups) = (&self.rows, &self.table, &self.groups);
        let id = |index: usize| rows.get(index).map(|row: &Row| row.id(table, groups));
        self.cursor.wheel(down, rows.len(), page, id);
    }

    fn turn(&mut self, group: &Group) {
        let folds = &mut self.folding.folds;
        if !folds.turned.remove(&group.key) {
            folds.turned.insert(group.key.clone());
        }
        self.folding.changes += 1;
    }

    fn group_of(&self, row: Row) -> Option<Group> {
        self.groups.get(row.group()).cloned()
    }

    pub(super) fn collapse(&mut self, page: usize) {
        let Some(row) = self.row() else { return };
        let id = row.id(&self.table, &self.groups);
        match (row, id.owner.clone()) {
            (Row::Group(_), _) => {
                if let Some(group) = self.group_of(row).filter(|group| self.folding.folds.open(group)) {
                    self.turn(&group);
                }
                return;
            }
            (Row::Owner { .. }, Some(owner)) => {
                if self.folding.folds.opened.remove(&(id.group.clone(), owner)) {
                    self.folding.changes += 1;
                    return;
                }
            }
            _ => {}
        }
        let parent = match row {
            Row::Container { .. } | Row::Pods { .. } => RowId { pod: None, container: None, ..id },
            _ => RowId { group: id.group, ..RowId::default() },
        };
        let place = self.rows.iter().position(|row| row.id(&self.table, &self.groups) == parent);
        if let Some(index) = place {
            self.jump(index, page);
        }
    }

    pub(super) fn expand(&mut self, at: &At<'_>) -> Vec<Ask> {
        self.cursor.touched = true;
        let Some(row) = self.row() else { return Vec::new() };
        match row {
            Row::Group(_) => {
                if let Some(group) = self.group_of(row).filter(|group| !self.folding.folds.open(group)) {
                    self.turn(&group);
                }
            }
            Row::More { .. } => {
                let key = self.groups.get(row.group()).map(|group| group.key.clone()).unwrap_or_default();
                self.folding.folds.whole.insert(key);
                self.folding.changes += 1;
            }
            Row::Owner { .. } if row.workload(&self.table).is_some_and(has_below) && !self.is_open(row) => {
                let id = row.id(&self.table, &self.groups);
                if let Some(owner) = id.owner {
                    self.folding.folds.opened.insert((id.group, owner));
                    self.folding.changes += 1;
                }
            }
            _ => return self.evidence(at),
        }
        Vec::new()
    }

    /// What Enter does: headings open and close, all else leads to the evidence.
    pub(super) fn open(&mut self, at: &At<'_>) -> Vec<Ask> {
        match self.row() {
            Some(row @ Row::Group(_)) => {
                if let Some(group) = self.group_of(row) {
                    self.cursor.touched = true;
                    self.turn(&group);
                }
                Vec::new()
            }
            Some(Row::More { .. }) => self.expand(at),
            _ => self.evidence(at),
        }
    }

    fn evidence(&self, at: &At<'_>) -> Vec<Ask> {
        self.image(at.world).map(|image| Ask::Evidence(image.name.clone())).into_iter().collect()
    }

    pub(super) fn fold(&mut self, fold: Fold, at: &At<'_>) {
        let page = self.page(at.area);
        if self.split.focus == PaneId::Tree {
            return self.detail.tree.fold(fold, page);
        }
        let index = self.cursor.index();
        let is_open = self.row().is_some_and(|row| match row {
            Row::Group(_) => self.group_of(row).is_some_and(|group| self.folding.folds.open(&group)),
            row => self.is_open(row),
        });
        match fold {
            Fold::Toggle if is_open => self.collapse(page),
            Fold::Toggle | Fold::Open => {
                let opens = match self.row() {
                    Some(row @ Row::Owner { .. }) => row.workload(&self.table).is_some_and(has_below),
                    Some(Row::Group(_) | Row::More { .. }) => true,
                    _ => false,
                };
                if opens && !is_open {
                    drop(self.expand(at));
                }
            }
            Fold::Close => self.collapse(page),
            Fold::OpenAll => self.fold_groups(true),
            Fold::CloseAll => self.fold_groups(false),
            Fold::Middle => self.cursor.offset = index.saturating_sub(page / 2),
            Fold::Top => self.cursor.offset = index,
            Fold::Bottom => self.cursor.offset = (index + 1).saturating_sub(page),
        }
    }

    fn fold_groups(&mut self, open: bool) {
        for group in self.groups.clone() {
            if self.folding.folds.open(&group) != open {
                self.turn(&group);
            }
            if open {
                self.folding.folds.whole.insert(group.key);
            }
        }
        self.folding.changes += 1;
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

    fn take_table(&mut self, world: &World) {
        // A table that was offered for this world saves the work.
        if self.table.revision != world.revision || self.key.is_none() && self.table.workloads.is_empty() {
            self.table = Arc::new(Table::of(world));
        }
    }

    fn regroup(&mut self) {
        let entries: Vec<Entry<'_>> =
            self.table.workloads.iter().map(|workload| Entry { table: &self.table, workload }).collect();
        let mut places = self.filter.apply(&entries);
        self.order.sort(&self.table, &mut places);
        self.groups = group(&self.table, self.order.by, &places);
    }

    pub(super) fn fit_list(&mut self, at: &At<'_>) {
        let key = (at.world.revision, self.filter.field.text(), self.order, self.folding.changes);
        if self.key.as_ref() != Some(&key) {
            let before = self.key.take();
            let same =
                |what: fn(&ListKey, &ListKey) -> bool| before.as_ref().is_some_and(|old| what(old, &key));
            if !same(|old, new| old.0 == new.0) {
                self.take_table(at.world);
                let host = common_host(&self.table);
                self.widths = (Longest::of(&self.table, &host), host);
            }
            if !same(|old, new| (old.0, &old.1, old.2) == (new.0, &new.1, new.2)) {
                self.regroup();
            }
            self.rows = rows(&self.table, &self.groups, &self.folding.folds, self.filter.counts());
            self.key = Some(key);
            self.choose();
        }
        let page = self.page(at.area);
        let (rows, table, groups) = (&self.rows, &self.table, &self.groups);
        let id = |index: usize| rows.get(index).map(|row: &Row| row.id(table, groups));
        self.cursor.fit(rows.len(), page, id);
    }

    /// Until the user has moved, the first denied owner is the selected one, else the first. A filter can take the selected
    /// row away: then the first owner is nearer than a heading.
    fn choose(&mut self) {
        if self.cursor.touched {
            let selected = self.cursor.selected().cloned().unwrap_or_default();
            if self.id(self.cursor.index()).as_ref() == Some(&selected) {
                return;
            }
            let stays =
                |id: &RowId| *id == selected || (id.group == selected.group && id.owner == selected.owner);
            if (0..self.rows.len()).filter_map(|index| self.id(index)).any(|id| stays(&id)) {
                return;
            }
        }
        let owner = |row: &&Row| matches!(row, Row::Owner { .. });
        let denied =
            |row: &&Row| row.workload(&self.table).is_some_and(|workload| workload.verdict == Verdict::Deny);
        let found = self.rows.iter().filter(owner).find(denied).or_else(|| self.rows.iter().find(owner));
        if let Some(id) = found.map(|row| row.id(&self.table, &self.groups)) {
            self.cursor.select(id);
        }
    }
}

/// The registry of all images, with its slash, so that rows need not repeat it; empty when there are several.
fn common_host(table: &Table) -> String {
    let host = |image: &str| image.find('/').map_or(0, |at| at + 1);
    let mut images = table.workloads.iter().flat_map(|workload| workload.containers());
    let Some((_, _, first)) = images.next() else { return String::new() };
    let common = first.used.image.get(..host(&first.used.image)).unwrap_or_default();
    let shared = images.all(|(_, _, container)| container.used.image.starts_with(common));
    if shared { common.to_owned() } else { String::new() }
}
