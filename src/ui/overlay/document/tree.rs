//! The JSON tree of a document: which values are open, and the lines in sight.

use crate::model::document::{Document, Item, Kind};
use crate::ui::text::{Line, Shown};
use crate::ui::theme::Role;

/// What is open, and the values that have a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct JsonTree {
    /// For each value whether it is open.
    open: Vec<bool>,
    /// Values with a line, in order.
    rows: Vec<u32>,
    /// The selected line.
    pub(super) at: usize,
}

impl JsonTree {
    /// The tree with the whole and this value open.
    pub(super) fn of(document: &Document, start: u32) -> Self {
        let mut tree = Self { open: vec![false; document.len()], ..Self::default() };
        tree.set(0, true);
        tree.set(start, true);
        tree.reveal(document, start);
        tree
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The selected value.
    pub(super) fn selected(&self) -> Option<u32> {
        self.rows.get(self.at).copied()
    }

    fn is_open(&self, id: u32) -> bool {
        usize::try_from(id).ok().and_then(|id| self.open.get(id)).copied().unwrap_or(false)
    }

    fn set(&mut self, id: u32, open: bool) {
        if let Some(slot) = usize::try_from(id).ok().and_then(|id| self.open.get_mut(id)) {
            *slot = open;
        }
    }

    /// Opens all that a value is in, and selects it.
    pub(super) fn reveal(&mut self, document: &Document, id: u32) {
        let mut above = document.item(id).and_then(Item::parent);
        while let Some(item) = above {
            self.set(item.id(), true);
            above = item.parent();
        }
        self.flatten(document);
        // Lines are in the order of the document.
        self.at =
            self.rows.binary_search(&id).unwrap_or_else(|near| near.min(self.rows.len().saturating_sub(1)));
    }

    /// Opens or closes the selected value.
    pub(super) fn fold(&mut self, document: &Document, open: Option<bool>) {
        let Some(id) = self.selected() else { return };
        self.set(id, open.unwrap_or(!self.is_open(id)));
        self.flatten(document);
    }

    /// Opens or closes everything.
    pub(super) fn fold_all(&mut self, document: &Document, open: bool) {
        let selected = self.selected().unwrap_or(0);
        self.open.fill(open);
        self.set(0, true);
        self.flatten(document);
        self.at = self.rows.binary_search(&selected).unwrap_or_else(|near| near.saturating_sub(1));
    }

    /// Closes the selected value, else goes to the one above. False: there is none.
    pub(super) fn left(&mut self, document: &Document) -> bool {
        let Some(item) = self.selected().and_then(|id| document.item(id)) else { return false };
        if self.is_open(item.id()) && item.children().next().is_some() && item.id() != 0 {
            self.fold(document, Some(false));
            return true;
        }
        let Some(parent) = item.parent() else { return false };
        self.at = self.rows.binary_search(&parent.id()).unwrap_or(0);
        true
    }

    /// Opens the selected value, else goes into it.
    pub(super) fn right(&mut self, document: &Document) {
        let Some(item) = self.selected().and_then(|id| document.item(id)) else { return };
        if item.children().next().is_none() {
            return;
        }
        if self.is_open(item.id()) {
            self.at = (self.at + 1).min(self.rows.len().saturating_sub(1));
        } else {
            self.fold(document, Some(true));
        }
    }

    fn flatten(&mut self, document: &Document) {
        self.rows.clear();
        let mut next = document.root();
        while let Some(item) = next {
            self.rows.push(item.id());
            let into = self.is_open(item.id()) && matches!(item.kind(), Kind::List | Kind::Map);
            next = document.item(if into { item.id().saturating_add(1) } else { item.after() });
        }
    }

    /// A line as it is drawn.
    pub(super) fn line(&self, document: &Document, row: usize, ascii: bool) -> Line {
        let Some(item) = self.rows.get(row).and_then(|id| document.item(*id)) else { return Line::new() };
        let depth = item.path().len();
        let holds = matches!(item.kind(), Kind::List | Kind::Map) && item.children().next().is_some();
        let fold = match (holds, self.is_open(item.id()), ascii) {
            (false, ..) => "  ",
            (true, true, true) => "v ",
            (true, true, false) => "▾ ",
            (true, false, true) => "> ",
            (true, false, false) => "▸ ",
        };
        let mut line = Line::of(Role::Muted, format!("{}{fold}", "  ".repeat(depth)));
        match item.key() {
            Some(key) => line.push(Role::Key, Shown::new(key)),
            None if item.parent().is_some() => line.push(Role::Muted, item.place().to_string()),
            None => line.push(Role::Muted, "document"),
        }
        line.push(Role::Muted, ": ");
        match item.kind() {
            Kind::List => line.push(Role::Muted, format!("[{}]", item.count())),
            Kind::Map => line.push(Role::Muted, format!("{{{}}}", item.count())),
            Kind::Text => line.push(Role::Text, Shown::new(item.text())),
            Kind::Null | Kind::Bool | Kind::Number => line.push(Role::Code, Shown::new(item.text())),
        }
        line
    }
}
