//! Moving through the list, opening and closing what is in it.

use ratatui::layout::Rect;

use super::rows::{Row, RowId, has_below};
use super::state::State;
use crate::analyse::workloads::Group;
use crate::ui::action::{Fold, Move, Pane};
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::{Ask, At};

impl State {
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

    pub(super) fn turn(&mut self, group: &Group) {
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
        if matches!(row, Row::Group(_)) {
            if let Some(group) = self.group_of(row).filter(|group| self.folding.folds.open(group)) {
                self.turn(&group);
            }
            return;
        }
        if let (Row::Owner { .. }, Some(owner)) = (row, id.owner.clone())
            && self.folding.folds.opened.remove(&(id.group.clone(), owner))
        {
            self.folding.changes += 1;
            return;
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
}
