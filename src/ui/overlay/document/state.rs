//! What the document view remembers: what it shows, what is selected, what is searched.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::tables::{Entry, Tables};
use super::tree::JsonTree;
use crate::model::Digest;
use crate::model::document::{Document, Item, Kind, Subtree};
use crate::model::facts::Fact;
use crate::model::view::PredicateView;
use crate::report::facts::Written;
use crate::ui::layout::inside;
use crate::ui::subject::Content;
use crate::ui::widget::{Field, Scroll};

/// Most values of what is copied as JSON.
const COPIED: u32 = 20_000;

/// A document.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentPane {
    /// Where it is: the digest of its layer.
    pub(super) place: String,
    pub(super) view: Arc<PredicateView>,
    /// The bytes that it was read from.
    pub(super) raw: Option<Content>,
    /// True while the JSON tree is shown.
    pub(super) json: bool,
    pub(super) tables: Tables,
    /// The selected row of the tables.
    pub(super) at: usize,
    pub(super) tree: JsonTree,
    pub(super) scroll: Scroll,
    pub(super) field: Field,
    pub(super) typing: bool,
}

impl DocumentPane {
    /// A view of a document; without tables its JSON tree is shown. `title`: begin at the table of this title.
    #[must_use]
    pub fn new(place: String, view: Arc<PredicateView>, raw: Option<Content>, title: &str) -> Self {
        let start = view.content.item().map_or(0, Item::id);
        let tree = JsonTree::of(view.content.document(), start);
        let json = view.format == "other" || view.sections.is_empty();
        let wanted = |at: &usize| match Tables::entry(&view, *at) {
            Entry::Title(number) => view.sections.get(number).is_some_and(|one| one.title == title),
            _ => false,
        };
        let at = (0..Tables::len(&view)).find(wanted).unwrap_or(0);
        Self {
            place,
            tables: Tables::of(&view),
            view,
            raw,
            json,
            at,
            tree,
            scroll: Scroll::default(),
            field: Field::default(),
            typing: false,
        }
    }

    pub(super) fn document(&self) -> &Document {
        self.view.content.document()
    }

    pub(super) fn len(&self) -> usize {
        if self.json { self.tree.len() } else { Tables::len(&self.view) }
    }

    pub(super) fn row(&self) -> usize {
        if self.json { self.tree.at } else { self.at }
    }

    pub(super) fn select(&mut self, row: usize) {
        let row = row.min(self.len().saturating_sub(1));
        if self.json {
            self.tree.at = row;
        } else {
            self.at = row;
        }
    }

    pub(super) fn page(area: Rect) -> usize {
        usize::from(inside(area).height.saturating_sub(1))
    }

    /// The value under the cursor.
    pub(super) fn item(&self) -> Option<Item<'_>> {
        let id = if self.json {
            self.tree.selected()
        } else {
            Tables::node(&self.view, Tables::entry(&self.view, self.at))
        };
        self.document().item(id?)
    }

    /// Changes between tables and tree; the tree shows what the row was made from.
    pub(super) fn turn(&mut self) {
        if self.json && !self.view.sections.is_empty() {
            self.json = false;
        } else if !self.json {
            let id = self.item().map(Item::id);
            self.json = true;
            if let Some(id) = id {
                let content = self.view.content.clone();
                self.tree.reveal(content.document(), id);
            }
        }
    }

    /// To the next thing found, or the previous one.
    pub(super) fn found(&mut self, forward: bool) -> bool {
        let wanted = self.field.text().to_lowercase();
        if wanted.is_empty() {
            return true;
        }
        if self.json {
            let content = self.view.content.clone();
            let present = self.tree.selected().unwrap_or(0);
            let from = if forward { present.saturating_add(1) } else { present };
            let hit = content.document().find(&wanted, from, forward);
            if let Some(id) = hit {
                self.tree.reveal(content.document(), id);
            }
            return hit.is_some();
        }
        let hit = Tables::find(&self.view, &wanted, self.at, forward);
        if let Some(row) = hit {
            self.at = row;
        }
        hit.is_some()
    }

    /// The value under the cursor as it is copied: a text as it is, anything else as JSON.
    pub(super) fn value(&self) -> String {
        let Some(item) = self.item() else { return String::new() };
        match item.kind() {
            Kind::List | Kind::Map if item.after() - item.id() > COPIED => String::new(),
            Kind::List | Kind::Map => {
                let tree = Subtree::new(self.view.content.document().clone(), item.id());
                serde_json::to_string_pretty(&Written(&Fact::Json(tree))).unwrap_or_default()
            }
            _ => item.text().to_owned(),
        }
    }

    /// The digest that the line names: written out, as a member of a digest set, or in a cell of its row.
    pub(super) fn digest(&self) -> Option<Digest> {
        let item = self.item()?;
        let named = |item: Item<'_>| {
            let written = || item.text().parse::<Digest>().ok();
            written().or_else(|| format!("{}:{}", item.key()?, item.text()).parse::<Digest>().ok())
        };
        let behind = || item.text().rsplit_once('@').and_then(|(_, digest)| digest.parse::<Digest>().ok());
        let set = || item.get("digest").and_then(|set| set.children().find_map(named));
        named(item).or_else(behind).or_else(set)
    }
}
