//! What the comparison remembers: both policies, the images in their order, which of them is looked at.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::analyse::{Agreement, Side, Versus, versus_of};
use crate::model::trace::PolicyId;
use crate::model::workload::{ContainerImage, ResourceId};
use crate::model::{Trace, World};
use crate::ui::detail::trace_lines;
use crate::ui::layout::{Panes, Split, inside, two_panes};
use crate::ui::part::At;
use crate::ui::text::Line;
use crate::ui::text::wrap::wrap_line;
use crate::ui::theme::Role;
use crate::ui::widget::{Cursor, Scroll};

/// An image of a resource.
pub(super) type Place = (ResourceId, ContainerImage);

/// What the rows were made from.
type RowsKey = (u64, PolicyId, PolicyId, bool);

/// The overlay.
#[derive(Clone, Debug)]
pub struct VersusPane {
    /// The policy on the old side.
    pub old: PolicyId,
    /// The policy on the new side.
    pub new: PolicyId,
    /// True while images about which both agree are shown too.
    pub all: bool,
    /// Disagreements first, then what is undecided.
    pub(super) rows: Vec<Versus>,
    /// Images by agreement: agree, disagree, undecided.
    pub(super) counts: [usize; 3],
    pub(super) cursor: Cursor<Place>,
    pub(super) split: Split,
    pub(super) lines: Vec<Line>,
    pub(super) scroll: Scroll,
    key: Option<RowsKey>,
    lines_key: Option<(RowsKey, Place, u16, bool)>,
}

impl VersusPane {
    /// Compares two policies.
    #[must_use]
    pub fn new(old: PolicyId, new: PolicyId) -> Self {
        Self {
            old,
            new,
            all: false,
            rows: Vec::new(),
            counts: [0; 3],
            cursor: Cursor::default(),
            split: Split::default(),
            lines: Vec::new(),
            scroll: Scroll::default(),
            key: None,
            lines_key: None,
        }
    }

    /// Puts the next policy on a side; never the one that is on the other.
    pub(super) fn turn(&mut self, world: &World, new_side: bool) {
        let (present, taken) = if new_side { (&self.new, &self.old) } else { (&self.old, &self.new) };
        let all: Vec<&PolicyId> = judging(world).filter(|id| *id != taken).collect();
        let at = all.iter().position(|id| *id == present);
        let Some(next) = all.get(at.map_or(0, |at| at + 1) % all.len().max(1)) else { return };
        let next = (*next).clone();
        *(if new_side { &mut self.new } else { &mut self.old }) = next;
    }

    /// The panes in an area.
    pub(super) fn panes(&self, area: Rect) -> Panes {
        two_panes(area, self.split, 50)
    }

    /// Rows of the list in sight, below its heading.
    pub(super) fn page(&self, area: Rect) -> usize {
        let list = self.panes(area).list.map(inside).unwrap_or_default();
        usize::from(list.height).saturating_sub(1)
    }

    /// Rows of the detail in sight.
    pub(super) fn detail_page(&self, area: Rect) -> usize {
        usize::from(self.panes(area).detail.map(inside).unwrap_or_default().height)
    }

    /// The image that is looked at.
    pub(super) fn row(&self) -> Option<&Versus> {
        self.rows.get(self.cursor.index())
    }

    /// The result to explain: the worse of both sides, on equal terms the new one.
    pub(super) fn trace(&self) -> Option<&Arc<Trace>> {
        let row = self.row()?;
        let worse = row.old.verdict.worse(row.new.verdict) != row.new.verdict;
        let (first, second) = if worse { (&row.old, &row.new) } else { (&row.new, &row.old) };
        first.trace.as_ref().or(second.trace.as_ref())
    }

    /// Derives rows and lines.
    pub(super) fn make(&mut self, at: &At<'_>) {
        let key = (at.world.revision, self.old.clone(), self.new.clone(), self.all);
        if self.key.as_ref() != Some(&key) {
            self.remake(at.world);
            self.key = Some(key.clone());
        }
        let (page, rows) = (self.page(at.area), &self.rows);
        self.cursor.fit(rows.len(), page, |index| rows.get(index).map(place));
        let room = self.panes(at.area).detail.map(inside).unwrap_or_default().width;
        let Some(row) = self.row() else {
            self.lines.clear();
            self.lines_key = None;
            return;
        };
        let lines_key = (key, place(row), room, at.glyphs.ascii);
        if self.lines_key.as_ref() != Some(&lines_key) {
            let row = row.clone();
            self.lines = self.both(at, &row, usize::from(room));
            self.lines_key = Some(lines_key);
            self.scroll = Scroll::default();
        }
        self.scroll.fit(self.lines.len(), self.detail_page(at.area));
    }

    fn remake(&mut self, world: &World) {
        let mut rows = versus_of(world, &self.old, &self.new);
        // Nothing is to be said about what neither is about.
        rows.retain(|row| row.old.verdict != row.new.verdict || row.old.trace.is_some());
        let count = |wanted| rows.iter().filter(|row| row.agreement() == wanted).count();
        self.counts = [count(Agreement::Agree), count(Agreement::Disagree), count(Agreement::Undecided)];
        let all = self.all;
        rows.retain(|row| all || row.agreement() != Agreement::Agree);
        rows.sort_by_key(|row| match row.agreement() {
            Agreement::Disagree => 0,
            Agreement::Undecided => 1,
            Agreement::Agree => 2,
        });
        self.rows = rows;
    }

    /// Both sides of an image, one below the other.
    fn both(&self, at: &At<'_>, row: &Versus, room: usize) -> Vec<Line> {
        let mut out = Vec::new();
        let used = Line::of(Role::Muted, "used by ").with(Role::Text, row.resource.to_string());
        out.extend(wrap_line(&used, room, 8));
        for (name, id, side) in [("old", &self.old, &row.old), ("new", &self.new, &row.new)] {
            out.push(Line::new());
            let head = Line::of(Role::Title, format!("{name}  ")).with(Role::Text, label(id));
            out.extend(wrap_line(&head, room, 5));
            out.extend(one(at, side, room));
        }
        out
    }
}

fn one(at: &At<'_>, side: &Side, room: usize) -> Vec<Line> {
    match &side.trace {
        Some(trace) => trace_lines(at.world, trace, room, at.glyphs),
        None => wrap_line(&Line::of(Role::Muted, "- NONE  this policy is not about it"), room, 0),
    }
}

/// What identifies a row.
pub(super) fn place(row: &Versus) -> Place {
    (row.resource.clone(), row.image.clone())
}

/// Kind and name, as they tell policies of two engines apart.
pub(super) fn label(id: &PolicyId) -> String {
    let space = if id.namespace.is_empty() { String::new() } else { format!("{}/", id.namespace) };
    format!("{}/{space}{}", id.kind, id.name)
}

/// Policies that decide about images, in the order of their files.
fn judging(world: &World) -> impl Iterator<Item = &PolicyId> {
    let rows = world.files.iter().flat_map(|file| &file.policies);
    rows.filter(|row| !row.is_exception()).map(|row| &row.id)
}

/// What to compare a policy with first: one of another engine's kind, else the next one.
#[must_use]
pub fn other(world: &World, id: &PolicyId) -> Option<PolicyId> {
    let others: Vec<&PolicyId> = judging(world).filter(|other| *other != id).collect();
    let kind = others.iter().find(|other| other.kind != id.kind);
    let at = judging(world).position(|known| known == id).unwrap_or(0);
    kind.or_else(|| others.get(at)).or(others.first()).map(|found| (*found).clone())
}
