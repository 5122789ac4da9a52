//! A tree of lines over `tui-tree-widget`: its items are built when the tree or the width changes, never per frame, and
//! selection and scroll position are kept here, so that moving needs no drawing.

use std::collections::HashSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line as RawLine, Span};
use ratatui::widgets::StatefulWidget;
use tui_tree_widget::{TreeItem, TreeState};

use super::paint::ground;
use crate::ui::action::{Fold, Move};
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};

/// Longest path that is followed; deeper lines are cut off.
const DEEPEST: usize = 32;

/// A line with lines below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// Identifies the line among its siblings.
    pub id: String,
    /// What is drawn.
    pub line: Line,
    /// Lines below.
    pub children: Vec<Self>,
}

impl Branch {
    /// A line without lines below.
    #[must_use]
    pub fn leaf(id: impl Into<String>, line: Line) -> Self {
        Self { id: id.into(), line, children: Vec::new() }
    }
}

/// A tree with its selection.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    branches: Vec<Branch>,
    items: Vec<TreeItem<'static, String>>,
    width: u16,
    open: HashSet<Vec<String>>,
    selected: Vec<String>,
    /// Paths in sight if the pane were high enough, in order.
    rows: Vec<Vec<String>>,
    offset: usize,
}

impl Tree {
    /// Replaces the lines; what was open and selected stays so where it still is.
    pub fn set(&mut self, branches: Vec<Branch>, open_first: usize) {
        if self.branches == branches {
            return;
        }
        if self.branches.is_empty() {
            open_levels(&branches, &mut Vec::new(), open_first, &mut self.open);
        }
        self.branches = branches;
        self.width = 0;
    }

    /// Forgets lines, selection and what is open.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// True when there are no lines.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.branches.is_empty()
    }

    /// Path of ids to the selected line.
    #[must_use]
    pub fn selected(&self) -> &[String] {
        &self.selected
    }

    /// Selects a line, opening what is above it.
    pub fn select(&mut self, path: &[String]) {
        for length in 1..path.len() {
            self.open.insert(path.get(..length).unwrap_or_default().to_vec());
        }
        self.selected = path.to_vec();
        self.flatten();
    }

    /// Rebuilds what depends on the size, and keeps the selection in sight.
    pub fn fit(&mut self, width: u16, page: usize, dots: &str) {
        if self.width != width.max(1) {
            self.width = width.max(1);
            self.items = items(&self.branches, usize::from(width), 0, dots);
            self.flatten();
        }
        if !self.rows.contains(&self.selected) {
            let mut path = std::mem::take(&mut self.selected);
            while !path.is_empty() && !self.rows.contains(&path) {
                path.pop();
            }
            self.selected =
                if path.is_empty() { self.rows.first().cloned().unwrap_or_default() } else { path };
        }
        let at = self.at();
        let page = page.max(1);
        if at < self.offset {
            self.offset = at;
        }
        if at >= self.offset + page {
            self.offset = at + 1 - page;
        }
        self.offset = self.offset.min(self.rows.len().saturating_sub(page));
    }

    /// Moves. Returns false when there is nothing to collapse or expand, so that the caller can leave or open.
    pub fn go(&mut self, step: Move, page: usize) -> bool {
        match step {
            Move::Left => self.left(),
            Move::Right => self.right(),
            Move::NextSibling => self.sibling(true),
            Move::PreviousSibling => self.sibling(false),
            step => {
                let target = step.target(self.at(), self.rows.len(), page);
                self.pick(target);
                true
            }
        }
    }

    /// Folds.
    pub fn fold(&mut self, fold: Fold, page: usize) {
        match fold {
            Fold::Toggle if self.open.contains(&self.selected) => drop(self.open.remove(&self.selected)),
            Fold::Toggle | Fold::Open => drop(self.open.insert(self.selected.clone())),
            Fold::Close => drop(self.open.remove(&self.selected)),
            Fold::OpenAll => open_levels(&self.branches, &mut Vec::new(), DEEPEST, &mut self.open),
            Fold::CloseAll => {
                self.open.clear();
                self.selected.truncate(1);
            }
            Fold::Middle => self.offset = self.at().saturating_sub(page / 2),
            Fold::Top => self.offset = self.at(),
            Fold::Bottom => self.offset = (self.at() + 1).saturating_sub(page),
        }
        self.flatten();
    }

    /// Selects the line in a row of the pane.
    pub fn click(&mut self, row: u16) {
        self.pick(self.offset + usize::from(row));
    }

    /// Turns the wheel.
    pub fn wheel(&mut self, down: bool, page: usize) {
        let most = self.rows.len().saturating_sub(page.max(1));
        self.offset = if down { (self.offset + 3).min(most) } else { self.offset.saturating_sub(3) };
        let last = self.offset + page.max(1) - 1;
        self.pick(self.at().clamp(self.offset, last));
    }

    /// Number of lines that are not folded away.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Draws the lines in sight.
    pub fn draw(&self, area: Rect, focused: bool, out: &mut Buffer, ink: &Ink) {
        let area = area.intersection(out.area);
        let Ok(tree) = tui_tree_widget::Tree::new(&self.items) else { return };
        let (closed, opened) = if ink.glyphs.ascii { ("> ", "v ") } else { ("▸ ", "▾ ") };
        let tree = tree.node_closed_symbol(closed).node_open_symbol(opened).node_no_children_symbol("  ");
        let mut state = TreeState::default();
        for path in &self.open {
            state.open(path.clone());
        }
        // The widget learns how far it can scroll only by drawing: it gets one row to draw, out of sight.
        let mut aside = Buffer::empty(Rect::new(0, 0, 1, 1));
        StatefulWidget::render(tree.clone(), aside.area, &mut aside, &mut state);
        state.scroll_down(self.offset);
        StatefulWidget::render(tree, area, out, &mut state);
        let row = self.at().checked_sub(self.offset).and_then(|row| u16::try_from(row).ok());
        if let Some(row) = row.filter(|row| *row < area.height && !self.rows.is_empty())
            && focused
        {
            ground(Role::Selection, Rect { y: area.y + row, height: 1, ..area }, false, out);
        }
    }

    fn at(&self) -> usize {
        self.rows.iter().position(|path| *path == self.selected).unwrap_or(0)
    }

    fn pick(&mut self, index: usize) {
        if let Some(path) = self.rows.get(index.min(self.rows.len().saturating_sub(1))) {
            self.selected = path.clone();
        }
    }

    fn left(&mut self) -> bool {
        if self.open.remove(&self.selected) && has_children(&self.branches, &self.selected) {
            self.flatten();
            return true;
        }
        if self.selected.len() > 1 {
            self.selected.pop();
            return true;
        }
        false
    }

    fn right(&mut self) -> bool {
        if !has_children(&self.branches, &self.selected) {
            return false;
        }
        if self.open.insert(self.selected.clone()) {
            self.flatten();
        } else {
            self.pick(self.at() + 1);
        }
        true
    }

    fn sibling(&mut self, forward: bool) -> bool {
        let at = self.at();
        let level = self.selected.len();
        let same = |path: &&Vec<String>| path.len() <= level;
        let found = if forward {
            self.rows.iter().skip(at + 1).find(same)
        } else {
            self.rows.iter().take(at).rev().find(same)
        };
        if let Some(path) = found {
            self.selected = path.clone();
        }
        true
    }

    fn flatten(&mut self) {
        let mut state = TreeState::default();
        for path in &self.open {
            state.open(path.clone());
        }
        self.rows = state.flatten(&self.items).into_iter().map(|row| row.identifier).collect();
    }
}

fn items(branches: &[Branch], width: usize, depth: usize, dots: &str) -> Vec<TreeItem<'static, String>> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    for branch in branches.iter().filter(|branch| seen.insert(branch.id.as_str())) {
        let room = width.saturating_sub(2 * depth + 2);
        let spans: Vec<Span<'static>> = branch
            .line
            .cut(room, dots)
            .pieces
            .into_iter()
            .map(|(role, text)| Span::styled(text.to_string(), role.ink()))
            .collect();
        let below =
            if depth < DEEPEST { items(&branch.children, width, depth + 1, dots) } else { Vec::new() };
        let text = RawLine::from(spans);
        out.push(
            TreeItem::new(branch.id.clone(), text.clone(), below)
                .unwrap_or_else(|_| TreeItem::new_leaf(branch.id.clone(), text)),
        );
    }
    out
}

fn open_levels(branches: &[Branch], path: &mut Vec<String>, levels: usize, open: &mut HashSet<Vec<String>>) {
    if levels == 0 {
        return;
    }
    for branch in branches.iter().filter(|branch| !branch.children.is_empty()) {
        path.push(branch.id.clone());
        open.insert(path.clone());
        open_levels(&branch.children, path, levels - 1, open);
        path.pop();
    }
}

fn has_children(branches: &[Branch], path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    let Some(branch) = branches.iter().find(|branch| branch.id == *first) else { return false };
    if rest.is_empty() { !branch.children.is_empty() } else { has_children(&branch.children, rest) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::{Depth, Theme};

    fn tree() -> Tree {
        let leaf = |id: &str| Branch::leaf(id, Line::of(Role::Text, id));
        let mut tree = Tree::default();
        let a = Branch { children: vec![leaf("b"), leaf("c")], ..leaf("a") };
        tree.set(vec![a, leaf("d"), leaf("e")], 1);
        tree.fit(10, 3, "…");
        tree
    }

    fn picture(tree: &Tree) -> Vec<String> {
        let ink = Ink::new(Theme::built_in("mono").unwrap(), Depth::None, false);
        let mut out = Buffer::empty(Rect::new(0, 0, 6, 3));
        tree.draw(out.area, true, &mut out, &ink);
        (0..3).map(|y| (0..6).map(|x| out[(x, y)].symbol().to_owned()).collect::<String>()).collect()
    }

    #[test]
    fn moves_folds_and_scrolls() {
        let mut tree = tree();
        assert_eq!(picture(&tree), ["▾ a   ", "    b ", "    c "]);
        tree.go(Move::Last, 3);
        tree.fit(10, 3, "…");
        assert_eq!(
            (tree.selected(), picture(&tree)),
            (&["e".to_owned()][..], vec!["    c ".to_owned(), "  d   ".to_owned(), "  e   ".to_owned()])
        );
        tree.go(Move::First, 3);
        assert!(tree.go(Move::Left, 3) && !tree.go(Move::Left, 3));
        tree.fit(10, 3, "…");
        assert_eq!(picture(&tree), ["▸ a   ", "  d   ", "  e   "]);
        assert!(tree.go(Move::Right, 3) && tree.go(Move::Right, 3));
        assert_eq!(tree.selected(), ["a", "b"]);
        assert!(!tree.go(Move::Right, 3));
    }
}
