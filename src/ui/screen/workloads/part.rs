//! The Workloads screen as a part of the program: its actions, its subject, mouse and hints.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::state::State;
use super::view;
use crate::model::world::ImageState;
use crate::ui::action::{Act, Field as FieldAct, Move, Scope, Switch};
use crate::ui::history::ScreenId;
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::{Content, Subject, TraceKey};
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::Field;

impl Part for State {
    fn scope(&self) -> Scope {
        Scope::Workloads
    }

    fn order(&self) -> Vec<Arc<str>> {
        let containers = self.rows.iter().filter_map(|row| row.container(&self.table));
        containers.map(|container| Arc::from(container.used.image.as_str())).collect()
    }

    fn crumb(&self) -> Line {
        let mut line = Line::of(Role::Text, ScreenId::Workloads.tab().1);
        let Some(row) = self.row() else { return line };
        let group = self.groups.get(row.group()).map(|group| group.title.as_str()).unwrap_or_default();
        let owner = row.workload(&self.table).map(|workload| &*workload.label).unwrap_or_default();
        for part in [group, owner].into_iter().filter(|part| !part.is_empty()) {
            line.push(Role::Muted, " ▸ ");
            line.push(Role::Text, Shown::new(part));
        }
        line
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        match act {
            Act::Move(step) => return self.step(step, at),
            Act::Open if self.split.focus == PaneId::List => return self.open(at),
            Act::Open => return self.step(Move::Right, at),
            Act::Escape => return self.escape(),
            Act::Back if self.split.full || self.split.focus != PaneId::List => return self.escape(),
            Act::Filter => self.filter.begin(),
            Act::Field(FieldAct::Accept) => self.filter.accept(),
            Act::Field(FieldAct::Cancel) => self.filter.cancel(),
            Act::Field(FieldAct::Next) => return self.step_list(Move::Down, at),
            Act::Field(FieldAct::Previous) => return self.step_list(Move::Up, at),
            Act::FilterValue => self.filter_value(),
            Act::Found(forward) => {
                return self.step_list(if forward { Move::NextSibling } else { Move::PreviousSibling }, at);
            }
            Act::Sort(sort) => self.order.choose(sort),
            Act::Fold(fold) => self.fold(fold, at),
            Act::Pane(pane) => self.pane(pane, at),
            Act::Switch(Switch::Wide) => self.wide = !self.wide,
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
        let Some(container) = self.container() else { return Subject::default() };
        let trace = container.trace();
        let evidence = match self.image(at.world).map(|image| &image.state) {
            Some(ImageState::Ready(evidence)) => Some(evidence),
            _ => None,
        };
        let place = trace.and_then(|trace| trace.location.as_ref());
        Subject {
            image: self.image(at.world).map(|image| image.name.clone()),
            trace: trace.map(|trace| TraceKey::of(trace)),
            digest: evidence.map(|evidence| evidence.digest.clone()),
            code: self
                .table
                .causes
                .get(container.cause)
                .and_then(|cause| cause.code)
                .or(trace.map(|t| t.code)),
            raw: evidence.map(|evidence| Content {
                title: format!("{} {}", evidence.media_type, evidence.digest),
                bytes: evidence.raw.clone(),
            }),
            path: place.map(ToString::to_string).unwrap_or_default(),
            value: self
                .row()
                .and_then(|row| row.workload(&self.table))
                .map(|workload| workload.label.to_string())
                .unwrap_or_default(),
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
                        return self.open(at);
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
            _ => self.wheel_list(down, self.page(at.area)),
        }
    }

    fn hints(&self) -> &'static [&'static str] {
        if self.filter.typing {
            return &["accept", "dismiss", "next-candidate"];
        }
        if self.rows.is_empty() {
            return &["demo", "palette", "images", "help", "back"];
        }
        &[
            "down",
            "right",
            "why",
            "what-if",
            "explain",
            "filter",
            "group-next",
            "mark",
            "palette",
            "help",
            "back",
        ]
    }
}

impl State {
    fn filter_value(&mut self) {
        let Some(row) = self.row() else { return };
        let code = row.container(&self.table).and_then(|one| self.table.causes.get(one.cause)?.code);
        let value = match (code, row.workload(&self.table)) {
            (Some(code), _) => format!("code:{code}"),
            (None, Some(workload)) => format!("verdict:{}", workload.verdict.word()),
            (None, None) => return,
        };
        self.filter.set(&value);
    }
}
