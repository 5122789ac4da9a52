//! State of the Workloads screen and how it changes.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::columns::Longest;
use super::detail::Detail;
use super::grouped::{Grouped, Shape, grouped, widths};
use super::order::Order;
use super::rows::{Folds, Row, RowId, rows};
use crate::analyse::workloads::{Container, Group, Table};
use crate::model::verdict::Verdict;
use crate::model::world::ImageRow;
use crate::model::{Moment, World};
use crate::ui::filter::Filter;
use crate::ui::history::Spot;
use crate::ui::layout::{Panes, Split, inside, three_panes, wide_panes};
use crate::ui::part::At;
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

/// What rows are made from.
#[derive(Clone, Debug, Default)]
struct Made {
    /// Of the rows that there are.
    key: Option<ListKey>,
    /// Groups that were made elsewhere.
    offered: Option<Box<Grouped>>,
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
    made: Made,
}

impl State {
    /// Takes a table and its groups that were made elsewhere; they are used when the world of that revision is shown.
    pub fn offer(&mut self, table: Arc<Table>, grouped: Box<Grouped>) {
        self.table = table;
        self.made.offered = Some(grouped);
    }

    /// What decides how the table is listed.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape { filter: self.filter.field.text(), order: self.order }
    }

    /// The panes in an area.
    #[must_use]
    pub fn panes(&self, area: Rect) -> Panes {
        if self.wide { wide_panes(area, self.split) } else { three_panes(area, self.split) }
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
        self.regroup(world, world.as_of);
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

    pub(super) fn id(&self, index: usize) -> Option<RowId> {
        self.rows.get(index).map(|row| row.id(&self.table, &self.groups))
    }

    fn take_table(&mut self, world: &World) {
        // A table that was offered for this world saves the work.
        if self.table.revision != world.revision || self.made.key.is_none() && self.table.workloads.is_empty()
        {
            self.table = Arc::new(Table::of(world));
        }
    }

    fn regroup(&mut self, world: &World, now: Moment) {
        self.groups = grouped((world, &self.table), &mut self.filter, self.order, now);
    }

    /// Takes the groups that were made elsewhere, if they are those that are asked for.
    fn take_offered(&mut self) -> bool {
        let Some(offered) = self.made.offered.take() else { return false };
        if offered.revision != self.table.revision || offered.shape != self.shape() {
            return false;
        }
        self.filter.adopt(offered.filter);
        self.groups = offered.groups;
        self.widths = offered.widths;
        true
    }

    pub(super) fn fit_list(&mut self, at: &At<'_>) {
        let key = (at.world.revision, self.filter.state(at.now), self.order, self.folding.changes);
        if self.made.key.as_ref() != Some(&key) {
            let before = self.made.key.take();
            let same =
                |what: fn(&ListKey, &ListKey) -> bool| before.as_ref().is_some_and(|old| what(old, &key));
            if !same(|old, new| old.0 == new.0) {
                self.take_table(at.world);
            }
            if !same(|old, new| (old.0, &old.1, old.2) == (new.0, &new.1, new.2)) && !self.take_offered() {
                if !same(|old, new| old.0 == new.0) {
                    self.widths = widths(&self.table);
                }
                self.regroup(at.world, at.now);
            }
            self.rows = rows(&self.table, &self.groups, &self.folding.folds, self.filter.counts());
            self.made.key = Some(key);
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
