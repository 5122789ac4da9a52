//! What the answer to *why* remembers: which result, which clause, which pane, how far each is scrolled.

use ratatui::layout::Rect;

use super::policy_lines::policy_lines;
use super::policy_rows::{PolicyRow, gutter_head, policy_rows};
use super::rows::{Size, WhyRow, clause_at, said_row, times_rows, try_row, why_rows};
use crate::explain::{PolicyEdit, clause_rows, policy_edits};
use crate::model::{Span, Trace, World};
use crate::ui::evidence::{Lanes, lanes};
use crate::ui::layout::{PaneId, Panes, Split, beside, inside, stacked};
use crate::ui::part::At;
use crate::ui::subject::TraceKey;
use crate::ui::text::Line;
use crate::ui::widget::Scroll;

/// From this width policy and trace stand side by side.
const BESIDE: u16 = 100;
/// From this height the times stand below both.
const BELOW: u16 = 28;

/// What rows were made from; other values make other rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Made {
    revision: u64,
    list: usize,
    detail: usize,
    ascii: bool,
    key: Option<TraceKey>,
    selected: Vec<usize>,
    said: Option<String>,
    /// True when the times have a place of their own.
    below: bool,
}

/// The overlay.
#[derive(Clone, Debug)]
pub struct Why {
    pub(super) key: TraceKey,
    /// Path of the clause that is looked at; empty: the one that decided.
    pub(super) selected: Vec<usize>,
    pub(super) split: Split,
    pub(super) policy: Scroll,
    pub(super) detail: Scroll,
    /// Heading of the gutter.
    pub(super) head: Line,
    pub(super) lines: Vec<PolicyRow>,
    pub(super) rows: Vec<WhyRow>,
    /// The times that the result stands on, once its evidence is here.
    pub(super) times: Option<Lanes>,
    made: Made,
    /// True until the clause that is looked at has been brought into sight.
    seek: bool,
}

impl Why {
    /// Opens at the clause that decided.
    #[must_use]
    pub fn new(key: TraceKey) -> Self {
        Self {
            key,
            selected: Vec::new(),
            split: Split { focus: PaneId::Detail, full: false },
            policy: Scroll::default(),
            detail: Scroll::default(),
            head: Line::new(),
            lines: Vec::new(),
            rows: Vec::new(),
            times: None,
            made: Made::default(),
            seek: true,
        }
    }

    /// The result, if the snapshot still has it.
    pub(super) fn trace<'a>(&self, world: &'a World) -> Option<&'a Trace> {
        self.key.find(world).map(|trace| &**trace)
    }

    /// The path of the clause that is looked at, with the one that decided as itself.
    pub(super) fn path(&self, trace: &Trace) -> Vec<usize> {
        if self.selected.is_empty() { trace.deciding.clone() } else { self.selected.clone() }
    }

    /// The place in the policy of the clause that is looked at: its own, else that of the nearest clause above it.
    pub(super) fn place(&self, trace: &Trace) -> Option<Span> {
        let mut path = self.path(trace);
        while !path.is_empty() {
            if let Some(span) = clause_at(trace, &path).and_then(|clause| clause.location.clone()) {
                return Some(span);
            }
            path.pop();
        }
        trace.location.clone()
    }

    /// Looks at the next or previous clause.
    pub(super) fn step(&mut self, world: &World, forward: bool) {
        let Some(trace) = self.trace(world) else { return };
        let paths: Vec<Vec<usize>> = clause_rows(trace).into_iter().map(|row| row.path).collect();
        let present = self.path(trace);
        let at = paths.iter().position(|path| *path == present);
        let next = match (at, forward) {
            (Some(at), true) => at.saturating_add(1).min(paths.len().saturating_sub(1)),
            (Some(at), false) => at.saturating_sub(1),
            (None, _) => 0,
        };
        if let Some(path) = paths.into_iter().nth(next) {
            self.look_at(path);
        }
    }

    /// Looks at a clause.
    pub(super) fn look_at(&mut self, path: Vec<usize>) {
        self.selected = path;
        self.seek = true;
    }

    /// Looks at the first or last clause.
    pub(super) fn end(&mut self, world: &World, last: bool) {
        let Some(trace) = self.trace(world) else { return };
        let rows = clause_rows(trace);
        let row = if last { rows.last() } else { rows.first() };
        if let Some(path) = row.map(|row| row.path.clone()) {
            self.look_at(path);
        }
    }

    /// Goes to the next or previous result of the same image.
    pub(super) fn result(&mut self, world: &World, forward: bool) {
        let keys: Vec<TraceKey> =
            world.traces_of(&self.key.image.1).map(|trace| TraceKey::of(trace)).collect();
        let Some(at) = keys.iter().position(|key| *key == self.key) else { return };
        let next = if forward { at + 1 } else { at + keys.len().saturating_sub(1) };
        if let Some(key) = keys.into_iter().cycle().nth(next) {
            let split = self.split;
            *self = Self { split, ..Self::new(key) };
        }
    }

    /// Where the panes are: policy text as the list, trace as the detail.
    pub(super) fn panes(&self, area: Rect) -> Panes {
        if area.width < BESIDE || self.split.full {
            return match self.split.focus {
                PaneId::List => Panes { list: Some(area), ..Panes::default() },
                PaneId::Detail | PaneId::Tree => Panes { detail: Some(area), ..Panes::default() },
            };
        }
        // What says nothing but "now" needs no place of its own.
        let worth = |times: &&Lanes| area.height >= BELOW && times.lanes.len() > 1;
        let times = self.times.as_ref().filter(worth).map_or(0, |times| {
            let lines = times.lanes.len() + 1;
            u16::try_from(lines + 2).unwrap_or(7)
        });
        let (upper, below) = stacked(area, area.height - times);
        let (left, right) = beside(upper, upper.width * 52 / 100);
        Panes { list: Some(left), detail: Some(right), tree: (times > 0).then_some(below) }
    }

    /// The image that is asked about.
    #[must_use]
    pub fn image(&self) -> &str {
        &self.key.image.1
    }

    /// Rows in sight of the policy text, below the heading of the gutter.
    pub(super) fn policy_page(&self, area: Rect) -> usize {
        let height = self.panes(area).list.map(inside).unwrap_or_default().height;
        usize::from(height).saturating_sub(usize::from(!self.head.pieces.is_empty()))
    }

    /// Rows in sight of the trace.
    pub(super) fn detail_page(&self, area: Rect) -> usize {
        usize::from(self.panes(area).detail.map(inside).unwrap_or_default().height)
    }

    /// Makes the rows that are drawn, and keeps both panes in their bounds.
    pub(super) fn make(&mut self, at: &At<'_>) {
        let key = (at.world.revision, Some(&self.key), &self.selected);
        if key != (self.made.revision, self.made.key.as_ref(), &self.made.selected) {
            self.times = self.trace(at.world).and_then(|trace| self.times_of(at.world, trace));
        }
        let panes = self.panes(at.area);
        let columns = |pane: Option<Rect>| usize::from(pane.map(inside).unwrap_or_default().width);
        let made = Made {
            revision: at.world.revision,
            list: columns(panes.list),
            detail: columns(panes.detail),
            ascii: at.glyphs.ascii,
            key: Some(self.key.clone()),
            selected: self.selected.clone(),
            said: self.trace(at.world).and_then(|trace| at.ledger.standing(at.world, trace).words()),
            below: panes.tree.is_some(),
        };
        if made != self.made {
            self.remake(at.world, &made);
            self.made = made;
        }
        let (list, detail) = (self.policy_page(at.area), self.detail_page(at.area));
        if self.seek {
            self.bring_into_sight(at.world, list, detail);
        }
        // A pane that is not drawn keeps its place.
        if panes.list.is_some() {
            self.policy.fit(self.lines.len(), list);
        }
        if panes.detail.is_some() {
            self.detail.fit(self.rows.len(), detail);
        }
    }

    fn times_of(&self, world: &World, trace: &Trace) -> Option<Lanes> {
        let clause = clause_at(trace, &self.path(trace));
        let evidence = clause.and_then(|clause| clause.evidence.as_ref());
        lanes(world, trace, evidence.map(|path| &path.digest)).filter(|lanes| !lanes.lanes.is_empty())
    }

    fn remake(&mut self, world: &World, made: &Made) {
        let Some(trace) = self.trace(world) else {
            self.head = Line::new();
            self.lines.clear();
            self.rows.clear();
            return;
        };
        let lines = policy_lines(world, trace, self.place(trace).as_ref());
        let size = |width: usize| Size { width, ascii: made.ascii };
        let mut rows =
            if made.detail == 0 { Vec::new() } else { why_rows(trace, &self.selected, size(made.detail)) };
        if let Some(edit) = edits(world, trace).first().filter(|_| made.detail > 0) {
            // Before the list of clauses: what can be done is in sight at once.
            let trace = rows.iter().position(|row| row.line.text().starts_with("trace: "));
            let place = trace.unwrap_or(rows.len());
            rows.splice(place..place, try_row(&edit.label, size(made.detail)));
        }
        if let Some(said) = made.said.as_ref().filter(|_| made.detail > 0) {
            let trace = rows.iter().position(|row| row.line.text().starts_with("trace: "));
            let place = trace.unwrap_or(rows.len());
            rows.splice(place..place, said_row(said, size(made.detail)));
        }
        if let Some(times) = self.times.as_ref().filter(|_| made.detail > 0 && !made.below) {
            rows.extend(times_rows(times, size(made.detail)));
        }
        let (head, lines) =
            (gutter_head(&lines, size(made.list)), policy_rows(&lines, trace.code, size(made.list)));
        self.head = head;
        self.lines = lines;
        self.rows = rows;
    }

    fn bring_into_sight(&mut self, world: &World, list: usize, detail: usize) {
        let Some(trace) = self.trace(world) else { return };
        let path = self.path(trace);
        if let Some(line) = self.lines.iter().position(|line| line.selected) {
            self.policy.show(line + 1, self.lines.len(), list);
            self.policy.show(line, self.lines.len(), list);
        }
        // At first the headline is more than the list of clauses.
        if !self.selected.is_empty()
            && let Some(row) = self.rows.iter().position(|row| row.clause.as_ref() == Some(&path))
        {
            self.detail.show(row, self.rows.len(), detail);
        }
        self.seek = list == 0 || (detail == 0 && !self.selected.is_empty());
    }
}

/// Remedies of a result that are edits of its policy's text.
pub(super) fn edits(world: &World, trace: &Trace) -> Vec<PolicyEdit> {
    let Some(span) = &trace.location else { return Vec::new() };
    let file = world.files.iter().find(|file| file.path == span.file);
    file.map(|file| policy_edits(trace, &file.text)).unwrap_or_default()
}
