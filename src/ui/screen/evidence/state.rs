//! What the Evidence screen remembers: which image, what is open and selected, how far it is scrolled.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::model::artifact::Evidence;
use crate::model::world::ImageState;
use crate::model::{Digest, World};
use crate::ui::evidence::{EvidenceNode, branches, detail_rows, evidence_tree};
use crate::ui::history::Spot;
use crate::ui::layout::{Panes, Split, inside, two_panes};
use crate::ui::part::At;
use crate::ui::text::Line;
use crate::ui::widget::{Field, Scroll, Tree};

/// Levels that are open at first: groups and the things in them.
const OPEN: usize = 1;
/// Columns of the tree, in hundredths of the screen.
const TREE: u16 = 55;
/// Between the ids of a remembered line; no id holds it, ids from outside are digests and JSON pointers.
const JOINT: &str = "\u{1f}";

/// What lines were made from; other values make other lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    revision: u64,
    image: Option<Arc<str>>,
    ascii: bool,
    noise: bool,
    filter: String,
}

/// The screen.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub(super) image: Option<Arc<str>>,
    pub(super) nodes: Vec<EvidenceNode>,
    pub(super) tree: Tree,
    pub(super) split: Split,
    pub(super) detail: Scroll,
    pub(super) rows: Vec<Line>,
    pub(super) field: Field,
    pub(super) typing: bool,
    pub(super) noise: bool,
    /// A line that is to be selected once it is there.
    wanted: Vec<String>,
    made: Option<Made>,
    /// Selected line and width that the rows of the detail were made for.
    shown: Option<(Vec<String>, usize)>,
}

impl State {
    /// Shows another image; the same one stays as it is.
    pub fn show(&mut self, image: Arc<str>) {
        if self.image.as_ref() != Some(&image) {
            *self = Self { image: Some(image), noise: self.noise, ..Self::default() };
        }
    }

    /// The image that is shown.
    #[must_use]
    pub fn image(&self) -> Option<&Arc<str>> {
        self.image.as_ref()
    }

    /// What is remembered of this screen.
    #[must_use]
    pub fn spot(&self) -> Spot {
        Spot { image: self.image.clone(), row: self.tree.selected().join(JOINT), filter: self.field.text() }
    }

    /// Brings back what was remembered.
    pub fn restore(&mut self, spot: &Spot) {
        if let Some(image) = &spot.image {
            self.show(image.clone());
        }
        self.field.set(&spot.filter);
        if !spot.row.is_empty() {
            self.wanted = spot.row.split(JOINT).map(str::to_owned).collect();
        }
    }

    /// Goes to the line about a digest.
    pub fn jump(&mut self, digest: &Digest) -> bool {
        let mut path = Vec::new();
        if !find_digest(&self.nodes, digest, &mut path) {
            return false;
        }
        self.tree.select(&path);
        true
    }

    /// The evidence, if it has been fetched.
    pub(super) fn evidence<'a>(&self, world: &'a World) -> Option<&'a Arc<Evidence>> {
        match &world.image(self.image.as_deref()?)?.state {
            ImageState::Ready(evidence) => Some(evidence),
            _ => None,
        }
    }

    /// The selected line.
    pub(super) fn selected(&self) -> Option<&EvidenceNode> {
        EvidenceNode::find(&self.nodes, self.tree.selected())
    }

    /// Where the panes are: the tree as the list, and the detail.
    pub(super) fn panes(&self, area: Rect) -> Panes {
        two_panes(area, self.split, TREE)
    }

    /// Rows in sight of the tree and of the detail.
    pub(super) fn pages(&self, area: Rect) -> (usize, usize) {
        let panes = self.panes(area);
        let height = |pane: Option<Rect>| usize::from(pane.map(inside).unwrap_or_default().height);
        (height(panes.list), height(panes.detail))
    }

    /// Makes the lines that are drawn.
    pub(super) fn make(&mut self, at: &At<'_>) {
        let made = Made {
            revision: at.world.revision,
            image: self.image.clone(),
            ascii: at.glyphs.ascii,
            noise: self.noise,
            filter: self.field.text().trim().to_lowercase(),
        };
        if self.made.as_ref() != Some(&made) {
            self.remake(at.world, &made);
            self.made = Some(made);
            self.shown = None;
        }
        let panes = self.panes(at.area);
        let inner = |pane: Option<Rect>| pane.map(inside).unwrap_or_default();
        let (list, detail) = (inner(panes.list), inner(panes.detail));
        self.tree.fit(list.width, usize::from(list.height), at.glyphs.dots);
        if !self.wanted.is_empty() && !self.tree.is_empty() {
            let wanted = std::mem::take(&mut self.wanted);
            self.tree.select(&wanted);
            self.tree.fit(list.width, usize::from(list.height), at.glyphs.dots);
        }
        self.make_detail(usize::from(detail.width), at);
        self.detail.fit(self.rows.len(), usize::from(detail.height));
    }

    fn remake(&mut self, world: &World, made: &Made) {
        let nodes = match self.evidence(world) {
            Some(evidence) => evidence_tree(world, evidence),
            None => Vec::new(),
        };
        self.nodes = EvidenceNode::narrowed(&nodes, made.noise, &made.filter);
        self.tree.set(branches(&self.nodes, made.ascii), OPEN);
        if !made.filter.is_empty() {
            self.tree.fold(crate::ui::action::Fold::OpenAll, 0);
        }
    }

    fn make_detail(&mut self, width: usize, at: &At<'_>) {
        let wanted = Some((self.tree.selected().to_vec(), width));
        if self.shown == wanted || width == 0 {
            return;
        }
        let rows = self.selected().map(|node| detail_rows(node, width, at.glyphs.ascii)).unwrap_or_default();
        if self.shown.as_ref().map(|shown| &shown.0) != wanted.as_ref().map(|wanted| &wanted.0) {
            self.detail = Scroll::default();
        }
        self.rows = rows;
        self.shown = wanted;
    }
}

fn find_digest(nodes: &[EvidenceNode], digest: &Digest, path: &mut Vec<String>) -> bool {
    for node in nodes {
        path.push(node.id.clone());
        if node.digest.as_ref() == Some(digest) || find_digest(&node.children, digest, path) {
            return true;
        }
        path.pop();
    }
    false
}
