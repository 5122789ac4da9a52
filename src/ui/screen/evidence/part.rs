//! The Evidence screen as a part of the program: its actions and its subject.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::state::State;
use super::view;
use crate::model::Digest;
use crate::model::trace::Trace;
use crate::model::world::Severity;
use crate::ui::action::{Act, Evidence as EvidenceAct, Field as FieldAct, Move, Pane, Scope};
use crate::ui::evidence::{EvidenceNode, Raw, timeline};
use crate::ui::layout::{PaneId, inside};
use crate::ui::overlay::document::DocumentPane;
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::{Content, Subject, TraceKey};
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::Field;

impl Part for State {
    fn scope(&self) -> Scope {
        if self.typing { Scope::Field } else { Scope::Evidence }
    }

    fn crumb(&self) -> Line {
        let line = Line::of(Role::Text, "Evidence");
        match &self.image {
            Some(image) => line.with(Role::Muted, " ▸ ").with(Role::Text, &**image),
            None => line,
        }
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        let (tree, _) = self.pages(at.area);
        match act {
            Act::Move(step) => return self.shift(step, at),
            Act::Open => return self.open(at),
            Act::Fold(fold) => self.tree.fold(fold, tree),
            Act::Pane(pane) => self.turn(pane, at),
            Act::Evidence(EvidenceAct::Noise) => self.noise = !self.noise,
            Act::Evidence(EvidenceAct::Document) => return self.document(true),
            Act::Evidence(EvidenceAct::Timeline) => return self.timeline(at),
            Act::Filter => self.typing = true,
            Act::FilterValue => {
                let value = self.selected().map(|node| node.value.clone()).unwrap_or_default();
                if value.is_empty() {
                    let told = "this line has no value to filter by".to_owned();
                    return vec![Ask::Note(Severity::Info, told)];
                }
                self.field.set(&value);
            }
            Act::Found(forward) => {
                self.tree.go(if forward { Move::Down } else { Move::Up }, tree);
            }
            Act::Field(FieldAct::Accept) => self.typing = false,
            Act::Field(FieldAct::Cancel) | Act::Escape => {
                self.typing = false;
                self.field.set("");
            }
            _ => {}
        }
        Vec::new()
    }

    fn fit(&mut self, at: &At<'_>) {
        self.make(at);
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        view::draw(self, at, out, ink);
    }

    fn subject(&self, at: &At<'_>) -> Subject {
        let Some(image) = self.image.clone() else { return Subject::default() };
        let worst = at
            .world
            .traces_of(&image)
            .reduce(|a, b| if a.verdict.worse(b.verdict) == a.verdict { a } else { b })
            .map(|trace| &**trace);
        let mut subject = Subject {
            trace: worst.map(TraceKey::of),
            code: worst.map(|trace: &Trace| trace.code),
            digest: self.evidence(at.world).map(|evidence| evidence.digest.clone()),
            image: Some(image),
            ..Subject::default()
        };
        if let Some(node) = self.selected() {
            subject.path.clone_from(&node.path);
            subject.value.clone_from(&node.value);
            subject.raw = content(node);
            if node.digest.is_some() {
                subject.digest.clone_from(&node.digest);
            }
        }
        subject
    }

    fn filter(&self) -> String {
        let pointer = self.selected().and_then(|node| node.path.split_once('#'));
        let pointer = pointer.map(|(_, pointer)| pointer).filter(|pointer| pointer.starts_with('/'));
        pointer.map(crate::model::document::filter_of).unwrap_or_default()
    }

    fn field(&mut self) -> Option<&mut Field> {
        self.typing.then_some(&mut self.field)
    }

    fn typing(&self) -> bool {
        self.typing
    }

    fn click(&mut self, position: Position, at: &At<'_>) -> Vec<Ask> {
        let panes = self.panes(at.area);
        let Some(pane) = panes.hit(position) else { return Vec::new() };
        self.split.focus = pane;
        let inner = panes.of(pane).map(inside).unwrap_or_default();
        if pane == PaneId::List && inner.contains(position) {
            self.tree.click(position.y - inner.y);
        }
        Vec::new()
    }

    fn wheel(&mut self, down: bool, position: Position, at: &At<'_>) {
        let (tree, detail) = self.pages(at.area);
        match self.panes(at.area).hit(position) {
            Some(PaneId::List) => self.tree.wheel(down, tree),
            Some(_) => self.detail.wheel(down, self.rows.len(), detail),
            None => {}
        }
    }

    fn hints(&self) -> &'static [&'static str] {
        &[
            "open",
            "document",
            "timeline",
            "why",
            "raw",
            "copy-value",
            "copy-path",
            "noise",
            "next-pane",
            "filter",
            "back",
            "help",
        ]
    }
}

impl State {
    fn shift(&mut self, step: Move, at: &At<'_>) -> Vec<Ask> {
        let (tree, detail) = self.pages(at.area);
        if self.split.focus != PaneId::List {
            match step {
                Move::Left => self.split.focus = PaneId::List,
                step => self.detail.go(step, self.rows.len(), detail),
            }
            return Vec::new();
        }
        match step {
            Move::NextSibling | Move::PreviousSibling => self.neighbour(step == Move::NextSibling, at),
            Move::Right if !self.tree.go(step, tree) => self.split.focus = PaneId::Detail,
            Move::Right => {}
            step => {
                self.tree.go(step, tree);
            }
        }
        Vec::new()
    }

    /// The next or previous image in the order of the sources.
    fn neighbour(&mut self, forward: bool, at: &At<'_>) {
        let images = &at.world.images;
        let present = images.iter().position(|row| Some(&row.name) == self.image.as_ref());
        let next = match (present, forward) {
            (Some(present), true) => present + 1,
            (Some(present), false) => present.wrapping_sub(1),
            (None, _) => 0,
        };
        if let Some(row) = images.get(next) {
            self.show(row.name.clone());
        }
    }

    fn turn(&mut self, pane: Pane, at: &At<'_>) {
        let (_, detail) = self.pages(at.area);
        match pane {
            Pane::Next | Pane::Previous => {
                self.split.focus =
                    if self.split.focus == PaneId::List { PaneId::Detail } else { PaneId::List };
            }
            Pane::Full => self.split.full = !self.split.full,
            Pane::DetailDown => self.detail.go(Move::Down, self.rows.len(), detail),
            Pane::DetailUp => self.detail.go(Move::Up, self.rows.len(), detail),
        }
    }

    /// Opens the document of the selected line; `near`: else of what is below it, or of what it is a part of.
    fn document(&self, near: bool) -> Vec<Ask> {
        let path = self.tree.selected();
        let selected = EvidenceNode::find(&self.nodes, path).filter(|node| node.view.is_some());
        let found = selected.or_else(|| {
            // Group headings are above everything: what they hold is not what the line is a part of.
            let parts = (2..=path.len()).rev().filter(|_| near);
            let mut above = parts.filter_map(|length| EvidenceNode::find(&self.nodes, path.get(..length)?));
            above.find_map(first_document)
        });
        let found = found.and_then(|node| node.view.clone().map(|view| (node, view)));
        let Some((node, view)) = found else {
            if near {
                return vec![Ask::Note(Severity::Info, "there is no document here".to_owned())];
            }
            return Vec::new();
        };
        let above =
            path.get(..path.len().saturating_sub(1)).and_then(|path| EvidenceNode::find(&self.nodes, path));
        let raw = content(node).or_else(|| above.and_then(content));
        let title = view.sections.iter().map(|one| one.title.as_str()).find(|title| node.id.ends_with(title));
        let pane = DocumentPane::new(node.path.clone(), view.clone(), raw, title.unwrap_or_default());
        vec![Ask::Document(Box::new(pane))]
    }

    fn timeline(&self, at: &At<'_>) -> Vec<Ask> {
        let Some(evidence) = self.evidence(at.world) else {
            return vec![Ask::Note(Severity::Info, "nothing has been fetched for this".to_owned())];
        };
        let title = format!("times of {}", self.image.as_deref().unwrap_or_default());
        vec![Ask::Lines(title, timeline(at.world, evidence, usize::from(at.area.width), at.glyphs.ascii))]
    }

    /// Enter: on a value that is a digest, to the line about that digest; else the detail.
    fn open(&mut self, at: &At<'_>) -> Vec<Ask> {
        let target = self.selected().and_then(|node| {
            let named = node.value.parse::<Digest>().ok()?;
            (node.digest.as_ref() != Some(&named)).then_some(named)
        });
        match target {
            Some(digest) if self.jump(&digest) => Vec::new(),
            Some(digest) => vec![Ask::Digest(digest)],
            None => {
                let asked = self.document(false);
                if !asked.is_empty() {
                    return asked;
                }
                let (tree, _) = self.pages(at.area);
                if !self.tree.go(Move::Right, tree) {
                    self.split.focus = PaneId::Detail;
                }
                Vec::new()
            }
        }
    }
}

/// The line itself or the first one below it that has a document.
fn first_document(node: &EvidenceNode) -> Option<&EvidenceNode> {
    if node.view.is_some() { Some(node) } else { node.children.iter().find_map(first_document) }
}

/// What the raw view shows of a line.
fn content(node: &EvidenceNode) -> Option<Content> {
    let bytes: Arc<[u8]> = match &node.raw {
        Raw::None => return None,
        Raw::Bytes(bytes) => bytes.clone(),
        Raw::Text(text) => text.as_bytes().into(),
    };
    let title = if node.path.is_empty() { node.label.clone() } else { node.path.clone() };
    Some(Content { title, bytes })
}
