//! State of the Policies screen and how it changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::rows::{Row, RowId, rows};
use super::text::{TextLine, lines};
use super::view;
use crate::model::trace::PolicyId;
use crate::model::{Trace, World};
use crate::ui::action::{Act, Fold, Move, Pane, Policies, Scope};
use crate::ui::history::{ScreenId, Spot};
use crate::ui::layout::{PaneId, Panes, Split, inside, two_panes};
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::{Content, Subject, TraceKey};
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::{Cursor, Scroll};

/// What the text was derived from.
type TextKey = (u64, Arc<str>, u16, bool);

/// The state.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Selection.
    pub cursor: Cursor<RowId>,
    /// What is closed.
    pub closed: BTreeSet<RowId>,
    /// Panes.
    pub split: Split,
    /// Rows, as of the last `fit`.
    pub rows: Vec<Row>,
    /// Lines of the selected file.
    pub text: Vec<TextLine>,
    /// Their scroll position.
    pub scroll: Scroll,
    /// The line of the file that the selection is about.
    pub line: u32,
    rows_key: Option<(u64, BTreeSet<RowId>)>,
    text_key: Option<TextKey>,
    shown: Option<(RowId, u32)>,
}

impl State {
    /// The panes in an area.
    #[must_use]
    pub fn panes(&self, area: Rect) -> Panes {
        two_panes(area, self.split, 42)
    }

    /// Selects the rule of a result, and the line that decided.
    pub fn look_at(&mut self, trace: &Trace, world: &World) {
        let holds = |file: &&crate::model::world::PolicyFile| {
            file.policies.iter().any(|policy| policy.id == trace.policy)
        };
        let Some(file) = world.files.iter().find(holds) else { return };
        let mut rules = file.policies.iter().filter(|p| p.id == trace.policy).flat_map(|p| &p.rules);
        let rule = rules.find(|rule| trace.is_of_rule(&rule.name)).map(|rule| rule.name.clone());
        let id = RowId { file: file.path.clone(), policy: Some(trace.policy.clone()), rule };
        self.closed.retain(|closed| closed.file != id.file);
        self.cursor.touched = true;
        self.cursor.select(id.clone());
        self.line = trace.location.as_ref().map_or(0, |span| span.start.line);
        self.shown = Some((id, 0));
    }

    /// What is remembered of this screen.
    #[must_use]
    pub fn spot(&self) -> Spot {
        Spot { image: None, row: self.cursor.selected().map(key).unwrap_or_default(), filter: String::new() }
    }

    /// Goes back to what is remembered.
    pub fn restore(&mut self, spot: &Spot) {
        if let Some(row) = self.rows.iter().find(|row| key(&row.id) == spot.row) {
            self.cursor.select(row.id.clone());
        }
    }

    /// The policy of the selection; on a file its first.
    #[must_use]
    pub fn policy(&self, world: &World) -> Option<PolicyId> {
        let id = self.cursor.selected()?;
        let first = || {
            let file = world.files.iter().find(|file| file.path == id.file)?;
            file.policies.first().map(|policy| policy.id.clone())
        };
        id.policy.clone().or_else(first)
    }

    fn row(&self) -> Option<&Row> {
        self.rows.get(self.cursor.index())
    }

    fn pages(&self, area: Rect) -> (usize, usize) {
        let panes = self.panes(area);
        let height = |pane: Option<Rect>| usize::from(pane.map(inside).unwrap_or_default().height);
        // The first row of each pane is for headings.
        (height(panes.list).saturating_sub(1), height(panes.detail).saturating_sub(1))
    }

    fn step(&mut self, step: Move, at: &At<'_>) -> Vec<Ask> {
        let (page, text_page) = self.pages(at.area);
        if self.split.focus == PaneId::Detail {
            match step {
                Move::Left => self.split.focus = PaneId::List,
                Move::NextSibling => self.problem(true, text_page),
                Move::PreviousSibling => self.problem(false, text_page),
                step => self.scroll.go(step, self.text.len(), text_page),
            }
            return Vec::new();
        }
        match step {
            Move::Left => self.collapse(page),
            Move::Right => self.expand(),
            step => {
                let rows = &self.rows;
                self.cursor.go(step, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
            }
        }
        Vec::new()
    }

    fn collapse(&mut self, page: usize) {
        let Some(row) = self.row().cloned() else { return };
        if row.open {
            self.closed.insert(row.id);
            return;
        }
        let parent = match (&row.id.policy, &row.id.rule) {
            (Some(_), Some(_)) => RowId { rule: None, ..row.id },
            (Some(_), None) => RowId { policy: None, rule: None, ..row.id },
            (None, _) => return,
        };
        if let Some(index) = self.rows.iter().position(|row| row.id == parent) {
            let rows = &self.rows;
            self.cursor.jump(index, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
        }
    }

    fn expand(&mut self) {
        let Some(row) = self.row().cloned() else { return };
        if row.opens && !row.open {
            self.closed.remove(&row.id);
        } else {
            self.split.focus = PaneId::Detail;
        }
    }

    fn fold(&mut self, fold: Fold, page: usize) {
        match fold {
            Fold::Toggle if self.row().is_some_and(|row| row.open) => self.collapse(page),
            Fold::Toggle | Fold::Open => {
                if let Some(row) = self.row().cloned() {
                    self.closed.remove(&row.id);
                }
            }
            Fold::Close => self.collapse(page),
            Fold::OpenAll => self.closed.clear(),
            Fold::CloseAll => {
                self.closed = self
                    .rows
                    .iter()
                    .map(|row| RowId { policy: None, rule: None, ..row.id.clone() })
                    .collect();
            }
            Fold::Middle => self.cursor.offset = self.cursor.index().saturating_sub(page / 2),
            Fold::Top => self.cursor.offset = self.cursor.index(),
            Fold::Bottom => self.cursor.offset = (self.cursor.index() + 1).saturating_sub(page),
        }
    }

    fn problem(&mut self, forward: bool, page: usize) {
        let bad = |line: &TextLine| line.bad && line.own;
        let numbers: Vec<(usize, u32)> = self
            .text
            .iter()
            .enumerate()
            .filter(|(_, line)| bad(line))
            .map(|(at, line)| (at, line.number))
            .collect();
        let found = if forward {
            numbers.iter().find(|(_, number)| *number > self.line).or(numbers.first())
        } else {
            numbers.iter().rev().find(|(_, number)| *number < self.line).or(numbers.last())
        };
        if let Some((at, number)) = found {
            self.line = *number;
            self.scroll.show(*at, self.text.len(), page);
        }
    }

    fn pane(&mut self, pane: Pane, page: usize) {
        match pane {
            Pane::Next | Pane::Previous => {
                let list = self.split.focus == PaneId::List;
                self.split.focus = if list { PaneId::Detail } else { PaneId::List };
            }
            Pane::Full => self.split.full = !self.split.full,
            Pane::DetailDown => self.scroll.go(Move::Down, self.text.len(), page),
            Pane::DetailUp => self.scroll.go(Move::Up, self.text.len(), page),
        }
    }

    fn fit_text(&mut self, at: &At<'_>) {
        let Some(row) = self.row().cloned() else {
            self.text.clear();
            return;
        };
        let room = self.panes(at.area).detail.map(inside).unwrap_or_default();
        let text_key = (at.world.revision, row.id.file.clone(), room.width, at.glyphs.ascii);
        if self.text_key.as_ref() != Some(&text_key) {
            let file = at.world.files.iter().find(|file| file.path == row.id.file);
            self.text = file
                .map(|file| lines(at.world, file, usize::from(room.width), at.glyphs))
                .unwrap_or_default();
            self.text_key = Some(text_key);
            self.shown = self.shown.take().filter(|(id, _)| id.file == row.id.file);
        }
        let page = self.pages(at.area).1;
        let moved = self.shown.as_ref().is_none_or(|(id, _)| *id != row.id);
        if moved {
            self.line = row.span.as_ref().map_or(1, |span| span.start.line);
        }
        if self.shown.as_ref() != Some(&(row.id.clone(), room.height.into())) {
            let index = self.text.iter().position(|line| line.own && line.number == self.line).unwrap_or(0);
            self.scroll.show(index, self.text.len(), page);
            self.shown = Some((row.id, room.height.into()));
        }
        self.scroll.fit(self.text.len(), page);
    }

    /// The worst result of the selected policy or rule.
    fn trace<'a>(&self, world: &'a World) -> Option<&'a Trace> {
        let id = &self.row()?.id;
        let policy = id.policy.as_ref()?;
        world
            .traces
            .iter()
            .filter(|trace| {
                trace.policy == *policy && id.rule.as_ref().is_none_or(|rule| trace.is_of_rule(rule))
            })
            .map(|trace| &**trace)
            .reduce(|a, b| if a.verdict.worse(b.verdict) == a.verdict { a } else { b })
    }
}

/// A row as a text.
fn key(id: &RowId) -> String {
    let policy = id.policy.as_ref().map(|id| format!("{} {} {}", id.kind, id.namespace, id.name));
    format!("{}\n{}\n{}", id.file, policy.unwrap_or_default(), id.rule.as_deref().unwrap_or_default())
}

impl Part for State {
    fn scope(&self) -> Scope {
        Scope::Policies
    }

    fn crumb(&self) -> Line {
        let mut line = Line::of(Role::Text, ScreenId::Policies.tab().1);
        if let Some(row) = self.row() {
            line.push(Role::Muted, " ▸ ");
            line.push(Role::Text, row.name.as_str());
        }
        line
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        let (page, text_page) = self.pages(at.area);
        match act {
            Act::Move(step) => return self.step(step, at),
            Act::Open => self.expand(),
            Act::Escape | Act::Back if self.split.full || self.split.focus != PaneId::List => {
                self.split = Split::default();
            }
            Act::Fold(fold) => self.fold(fold, page),
            Act::Pane(pane) => self.pane(pane, text_page),
            Act::Policies(Policies::Problem(forward)) | Act::Found(forward) => {
                self.problem(forward, text_page);
            }
            _ => {}
        }
        Vec::new()
    }

    fn lacks(&self, act: Act) -> bool {
        matches!(act, Act::Filter | Act::FilterValue)
    }

    fn fit(&mut self, at: &At<'_>) {
        let rows_key = (at.world.revision, self.closed.clone());
        if self.rows_key.as_ref() != Some(&rows_key) {
            self.rows = rows(at.world, &self.closed);
            self.rows_key = Some(rows_key);
        }
        let rows = &self.rows;
        let page = self.pages(at.area).0;
        self.cursor.fit(rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
        self.fit_text(at);
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        view::view(self, at, out, ink);
    }

    fn subject(&self, at: &At<'_>) -> Subject {
        let Some(row) = self.row() else { return Subject::default() };
        let trace = self.trace(at.world);
        let file = at.world.files.iter().find(|file| file.path == row.id.file);
        Subject {
            image: trace.map(|trace| Arc::from(trace.image.image.as_str())),
            trace: trace.map(TraceKey::of),
            digest: trace.and_then(|trace| trace.digest.clone()),
            code: trace.map(|trace| trace.code),
            raw: file
                .map(|file| Content { title: file.path.to_string(), bytes: file.text.as_bytes().into() }),
            path: format!("{}:{}", row.id.file, self.line.max(1)),
            value: row.name.clone(),
        }
    }

    fn click(&mut self, position: Position, at: &At<'_>) -> Vec<Ask> {
        let panes = self.panes(at.area);
        let Some(pane) = panes.hit(position) else { return Vec::new() };
        self.split.focus = pane;
        let top = inside(panes.of(pane).unwrap_or_default()).y + 1;
        let Some(row) = position.y.checked_sub(top).map(usize::from) else { return Vec::new() };
        if pane == PaneId::List {
            let index = self.cursor.offset + row;
            if index < self.rows.len() {
                let (page, rows) = (self.pages(at.area).0, &self.rows);
                self.cursor.jump(index, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
            }
        } else if let Some(line) = self.text.get(self.scroll.top + row) {
            self.line = line.number;
        }
        Vec::new()
    }

    fn wheel(&mut self, down: bool, position: Position, at: &At<'_>) {
        let (page, text_page) = self.pages(at.area);
        if self.panes(at.area).hit(position) == Some(PaneId::Detail) {
            self.scroll.wheel(down, self.text.len(), text_page);
        } else {
            let rows = &self.rows;
            self.cursor.wheel(down, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
        }
    }

    fn hints(&self) -> &'static [&'static str] {
        &["down", "open", "next-pane", "next-problem", "why", "raw", "palette", "help", "back"]
    }
}
