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
use crate::ui::evidence::{EvidenceNode, Raw};
use crate::ui::layout::{PaneId, inside};
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
            Act::Filter => self.typing = true,
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
        &["open", "why", "raw", "copy-value", "copy-path", "noise", "next-pane", "filter", "back", "help"]
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

    /// Enter: on a value that is a digest, to the line about that digest; else the detail.
    fn open(&mut self, at: &At<'_>) -> Vec<Ask> {
        let target = self.selected().and_then(|node| {
            let named = node.value.parse::<Digest>().ok()?;
            (node.digest.as_ref() != Some(&named)).then_some(named)
        });
        match target {
            Some(digest) if self.jump(&digest) => Vec::new(),
            Some(digest) => vec![Ask::Note(
                Severity::Info,
                format!("nothing here is {digest}; it may hang on another image"),
            )],
            None => {
                let (tree, _) = self.pages(at.area);
                if !self.tree.go(Move::Right, tree) {
                    self.split.focus = PaneId::Detail;
                }
                Vec::new()
            }
        }
    }
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
