//! The comparison as a part of the program: its actions, its subject, its place.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::state::{VersusPane, label, place};
use super::view;
use crate::ui::action::{Act, Move, Pane, Scope, Versus as VersusAct};
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::{Subject, TraceKey};
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Ink, Role};

impl Part for VersusPane {
    fn scope(&self) -> Scope {
        Scope::Versus
    }

    fn crumb(&self) -> Line {
        Line::of(Role::Text, Shown::new(&format!("{} … {}", label(&self.old), label(&self.new))))
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        match act {
            Act::Move(step) => self.step(step, at),
            Act::Found(forward) => self.go(if forward { Move::Down } else { Move::Up }, at),
            Act::Pane(Pane::Next | Pane::Previous) => {
                let list = self.split.focus == PaneId::List;
                self.split.focus = if list { PaneId::Detail } else { PaneId::List };
            }
            Act::Pane(Pane::Full) => self.split.full = !self.split.full,
            Act::Pane(Pane::DetailDown) => self.scroll(Move::Down, at),
            Act::Pane(Pane::DetailUp) => self.scroll(Move::Up, at),
            Act::Versus(VersusAct::Old) => self.turn(at.world, false),
            Act::Versus(VersusAct::New) => self.turn(at.world, true),
            Act::Versus(VersusAct::All) => self.all = !self.all,
            Act::Open => {
                return self.trace().map(|trace| Ask::Why(TraceKey::of(trace))).into_iter().collect();
            }
            _ => {}
        }
        Vec::new()
    }

    fn lacks(&self, act: Act) -> bool {
        match act {
            Act::Filter | Act::FilterValue => true,
            Act::Found(_) | Act::Open => self.rows.is_empty(),
            _ => false,
        }
    }

    fn fit(&mut self, at: &At<'_>) {
        self.make(at);
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        view::draw(self, at, out, ink);
    }

    fn subject(&self, _at: &At<'_>) -> Subject {
        let Some((row, trace)) = self.row().zip(self.trace()) else { return Subject::default() };
        Subject {
            image: Some(row.image.image.as_str().into()),
            trace: Some(TraceKey::of(trace)),
            digest: trace.digest.clone(),
            code: Some(trace.code),
            raw: None,
            path: trace.location.as_ref().map(ToString::to_string).unwrap_or_default(),
            value: format!("{} -> {}", row.old.verdict, row.new.verdict),
        }
    }

    fn click(&mut self, position: Position, at: &At<'_>) -> Vec<Ask> {
        let panes = self.panes(at.area);
        let Some(pane) = panes.hit(position) else { return Vec::new() };
        self.split.focus = pane;
        let top = inside(panes.of(pane).unwrap_or_default()).y + 1;
        if let Some(row) = position.y.checked_sub(top).filter(|_| pane == PaneId::List) {
            let index = self.cursor.offset + usize::from(row);
            let (page, rows) = (self.page(at.area), &self.rows);
            if index < rows.len() {
                self.cursor.jump(index, rows.len(), page, |index| rows.get(index).map(place));
            }
        }
        Vec::new()
    }

    fn wheel(&mut self, down: bool, position: Position, at: &At<'_>) {
        if self.panes(at.area).hit(position) == Some(PaneId::Detail) {
            self.scroll.wheel(down, self.lines.len(), self.detail_page(at.area));
        } else {
            let (page, rows) = (self.page(at.area), &self.rows);
            self.cursor.wheel(down, rows.len(), page, |index| rows.get(index).map(place));
        }
    }

    fn hints(&self) -> &'static [&'static str] {
        &["next-found", "why", "versus-all", "versus-old", "versus-new", "next-pane", "escape", "help"]
    }
}

impl VersusPane {
    fn step(&mut self, step: Move, at: &At<'_>) {
        match (step, self.split.focus) {
            (Move::NextSibling, _) => self.go(Move::Down, at),
            (Move::PreviousSibling, _) => self.go(Move::Up, at),
            (Move::Left, _) => self.split.focus = PaneId::List,
            (Move::Right, _) => self.split.focus = PaneId::Detail,
            (step, PaneId::List) => self.go(step, at),
            (step, _) => self.scroll(step, at),
        }
    }

    fn go(&mut self, step: Move, at: &At<'_>) {
        let (page, rows) = (self.page(at.area), &self.rows);
        self.cursor.go(step, rows.len(), page, |index| rows.get(index).map(place));
    }

    fn scroll(&mut self, step: Move, at: &At<'_>) {
        let page = self.detail_page(at.area);
        self.scroll.go(step, self.lines.len(), page);
    }
}
