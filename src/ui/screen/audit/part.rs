//! The Audit screen as a part of the program: its actions, its subject, mouse and hints.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::state::State;
use super::view;
use crate::ui::action::{Act, Audit, Field as FieldAct, Move, Scope};
use crate::ui::history::ScreenId;
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::{Subject, TraceKey};
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::Field;

impl State {
    fn typed(&mut self, act: FieldAct, at: &At<'_>) -> Vec<Ask> {
        match act {
            FieldAct::Accept if self.note.is_some() => return self.accept(at),
            FieldAct::Cancel if self.note.is_some() => self.note = None,
            FieldAct::Accept => self.filter.accept(),
            FieldAct::Cancel => self.filter.cancel(),
            FieldAct::Next if self.note.is_none() => return self.step(Move::Down, at),
            FieldAct::Previous if self.note.is_none() => return self.step(Move::Up, at),
            FieldAct::Next | FieldAct::Previous | FieldAct::Complete => {}
        }
        Vec::new()
    }
}

impl Part for State {
    fn scope(&self) -> Scope {
        Scope::Audit
    }

    fn crumb(&self) -> Line {
        let mut line = Line::of(Role::Text, ScreenId::Audit.tab().1);
        if let Some(row) = self.row() {
            line.push(Role::Muted, " ▸ ");
            line.push(Role::Text, row.image.as_str());
        }
        line
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        match act {
            Act::Field(act) => return self.typed(act, at),
            Act::Move(step) => return self.step(step, at),
            Act::Open if self.split.focus == PaneId::List => {
                return self.row().map(|row| Ask::Why(row.key.clone())).into_iter().collect();
            }
            Act::Escape => self.escape(),
            Act::Back if self.split.full || self.split.focus != PaneId::List => self.escape(),
            Act::Filter => self.filter.begin(),
            Act::FilterValue => {
                if let Some(code) = self.row().map(|row| row.code) {
                    self.filter.set(&format!("code:{code}"));
                }
            }
            Act::Found(forward) => return self.step(if forward { Move::Down } else { Move::Up }, at),
            Act::Pane(pane) => self.pane(pane, at.area),
            Act::Audit(Audit::Acknowledge) => return self.begin(false, at),
            Act::Audit(Audit::Comment) => return self.begin(true, at),
            Act::Audit(Audit::Undo) => return self.undo(at),
            _ => {}
        }
        Vec::new()
    }

    fn fit(&mut self, at: &At<'_>) {
        self.fit_list(at);
        self.fit_detail(at);
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        view::view(self, at, out, ink);
    }

    fn subject(&self, at: &At<'_>) -> Subject {
        let Some(trace) = self.trace(at.world) else { return Subject::default() };
        Subject {
            image: Some(trace.image.image.as_str().into()),
            trace: Some(TraceKey::of(trace)),
            digest: trace.digest.clone(),
            code: Some(trace.code),
            raw: None,
            path: trace.location.as_ref().map(ToString::to_string).unwrap_or_default(),
            value: at.ledger.standing(at.world, trace).words().unwrap_or_default(),
        }
    }

    fn field(&mut self) -> Option<&mut Field> {
        match &mut self.note {
            Some(note) => Some(&mut note.field),
            None => self.filter.typing.then_some(&mut self.filter.field),
        }
    }

    fn typing(&self) -> bool {
        self.note.is_some() || self.filter.typing
    }

    fn click(&mut self, position: Position, at: &At<'_>) -> Vec<Ask> {
        let panes = self.panes(at.area);
        let Some(pane) = panes.hit(position) else { return Vec::new() };
        self.split.focus = pane;
        let top = inside(panes.of(pane).unwrap_or_default()).y + 1;
        let Some(row) = position.y.checked_sub(top).filter(|_| pane == PaneId::List) else {
            return Vec::new();
        };
        let index = self.cursor.offset + usize::from(row);
        if index == self.cursor.index() {
            return self.act(Act::Open, at);
        }
        let (page, rows) = (self.page(at.area), &self.rows);
        if index < rows.len() {
            self.cursor.jump(index, rows.len(), page, |i| rows.get(i).map(|row| row.key.clone()));
        }
        Vec::new()
    }

    fn wheel(&mut self, down: bool, position: Position, at: &At<'_>) {
        if self.panes(at.area).hit(position) == Some(PaneId::Detail) {
            self.scroll.wheel(down, self.lines.len(), self.detail_page(at.area));
        } else {
            let (page, rows) = (self.page(at.area), &self.rows);
            self.cursor.wheel(down, rows.len(), page, |i| rows.get(i).map(|row| row.key.clone()));
        }
    }

    fn hints(&self) -> &'static [&'static str] {
        if self.typing() {
            return &["accept", "dismiss"];
        }
        &["down", "open", "acknowledge", "comment", "take-back", "mark", "filter", "export", "help", "back"]
    }
}
