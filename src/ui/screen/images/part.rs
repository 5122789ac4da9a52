//! The Images screen as a part of the program: its actions, its subject, mouse and hints.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::order::Group;
use super::state::State;
use super::view;
use crate::model::world::ImageState;
use crate::ui::action::{Act, Field as FieldAct, Move, Scope, Switch};
use crate::ui::history::ScreenId;
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::{Content, Subject, TraceKey};
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::Field;

impl Part for State {
    fn scope(&self) -> Scope {
        Scope::Images
    }

    fn order(&self) -> Vec<Arc<str>> {
        self.rows.iter().filter_map(|row| row.id.image.clone()).collect()
    }

    fn crumb(&self) -> Line {
        let mut line = Line::of(Role::Text, ScreenId::Images.tab().1);
        if let Some(row) = self.row() {
            let name = row.id.image.as_deref().unwrap_or(&row.id.group);
            line.push(Role::Muted, " ▸ ");
            line.push(Role::Text, name);
        }
        line
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        match act {
            Act::Move(step) => return self.step(step, at),
            Act::Open if self.split.focus == PaneId::List => return self.open(),
            Act::Open => return self.step(Move::Right, at),
            Act::Escape => return self.escape(),
            Act::Back if self.split.full || self.split.focus != PaneId::List => return self.escape(),
            Act::Filter => self.filter.begin(),
            Act::Field(FieldAct::Accept) => self.filter.accept(),
            Act::Field(FieldAct::Cancel) => self.filter.cancel(),
            Act::Field(FieldAct::Next) => return self.step_list(Move::Down, at),
            Act::Field(FieldAct::Previous) => return self.step_list(Move::Up, at),
            Act::FilterValue => {
                if let Some(row) = self.row() {
                    let value = row.code.map_or_else(
                        || format!("verdict:{}", row.verdict.word()),
                        |code| format!("code:{code}"),
                    );
                    self.filter.set(&value);
                }
            }
            Act::Found(forward) => {
                return self.step_list(if forward { Move::NextSibling } else { Move::PreviousSibling }, at);
            }
            Act::Sort(sort) => self.order.choose(sort),
            Act::Fold(fold) => self.fold(fold, at),
            Act::Pane(pane) => self.pane(pane, at),
            Act::Switch(Switch::Wide) => self.wide = !self.wide,
            Act::Refresh => return self.refresh(at),
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
        let image = self.image(at.world);
        let trace = self.trace(at.world);
        let evidence = image.and_then(|row| match &row.state {
            ImageState::Ready(evidence) => Some(evidence),
            _ => None,
        });
        let place = trace.and_then(|trace| trace.location.as_ref());
        Subject {
            image: image.map(|row| row.name.clone()),
            trace: trace.map(TraceKey::of),
            digest: evidence.map(|evidence| evidence.digest.clone()),
            code: trace.map(|trace| trace.code).or_else(|| self.row().and_then(|row| row.code)),
            raw: evidence.map(|evidence| Content {
                title: format!("{} {}", evidence.media_type, evidence.digest),
                bytes: evidence.raw.clone(),
            }),
            path: place.map(ToString::to_string).unwrap_or_default(),
            value: self.row().map(|row| row.name.clone()).unwrap_or_default(),
        }
    }

    fn field(&mut self) -> Option<&mut Field> {
        self.filter.typing.then_some(&mut self.filter.field)
    }

    fn typing(&self) -> bool {
        self.filter.typing
    }

    fn click(&mut self, position: Position, at: &At<'_>) -> Vec<Ask> {
        let panes = self.panes(at.area);
        let Some(pane) = panes.hit(position) else { return Vec::new() };
        self.split.focus = pane;
        let area = inside(panes.of(pane).unwrap_or_default());
        let Some(row) = position.y.checked_sub(area.y) else { return Vec::new() };
        match pane {
            PaneId::List => {
                let Some(row) = row.checked_sub(1) else { return Vec::new() };
                let index = self.cursor.offset + usize::from(row);
                if index < self.rows.len() {
                    if index == self.cursor.index() {
                        return self.open();
                    }
                    self.jump(index, self.page(at.area));
                }
            }
            PaneId::Tree => self.detail.tree.click(row),
            PaneId::Detail => {}
        }
        Vec::new()
    }

    fn wheel(&mut self, down: bool, position: Position, at: &At<'_>) {
        let panes = self.panes(at.area);
        let height = |pane: Option<Rect>| usize::from(pane.map(inside).unwrap_or_default().height);
        match panes.hit(position) {
            Some(PaneId::Detail) => {
                self.detail.scroll.wheel(down, self.detail.lines.len(), height(panes.detail));
            }
            Some(PaneId::Tree) => self.detail.tree.wheel(down, height(panes.tree)),
            _ => {
                let (page, rows) = (self.page(at.area), &self.rows);
                self.cursor.wheel(down, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
            }
        }
    }

    fn hints(&self) -> &'static [&'static str] {
        if self.filter.typing {
            return &["accept", "dismiss", "next-candidate"];
        }
        if self.order.group == Group::Flat {
            return &["down", "open", "why", "filter", "group-repository", "mark", "palette", "help", "back"];
        }
        &["down", "open", "why", "explain", "filter", "mark", "copy-digest", "palette", "help", "back"]
    }
}
