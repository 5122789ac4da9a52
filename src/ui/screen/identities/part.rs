//! The Identities screen as a part of the program: its actions, its subject, mouse and hints.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::state::State;
use super::view;
use crate::model::Verdict;
use crate::ui::action::{Act, Move, Scope};
use crate::ui::detail::standing;
use crate::ui::history::ScreenId;
use crate::ui::layout::{PaneId, Split, inside};
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::{Subject, TraceKey};
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};

impl Part for State {
    fn scope(&self) -> Scope {
        Scope::Identities
    }

    fn crumb(&self) -> Line {
        let mut line = Line::of(Role::Text, ScreenId::Identities.tab().1);
        if let Some(row) = self.row() {
            line.push(Role::Muted, " ▸ ");
            line.push(Role::Text, row.name.as_str());
        }
        line
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        match act {
            Act::Move(step) => self.step(step, at.area),
            Act::Open => self.expand(),
            Act::Escape | Act::Back if self.split != Split::default() => self.split = Split::default(),
            Act::Fold(fold) => self.fold(fold, at.area),
            Act::Pane(pane) => self.pane(pane, at.area),
            Act::Found(forward) => self.step(if forward { Move::Down } else { Move::Up }, at.area),
            _ => {}
        }
        Vec::new()
    }

    fn lacks(&self, act: Act) -> bool {
        matches!(act, Act::Filter | Act::FilterValue)
    }

    fn fit(&mut self, at: &At<'_>) {
        self.fit_list(at);
        self.fit_detail(at);
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        view::view(self, at, out, ink);
    }

    /// The image that it signed and that stands worst.
    fn subject(&self, at: &At<'_>) -> Subject {
        let Some(one) = self.identity() else { return Subject::default() };
        let rows = one.images.iter().filter_map(|place| at.world.images.get(*place));
        let stands = rows.map(|row| {
            let traces: Vec<_> = at.world.traces_of(&row.name).map(|trace| &**trace).collect();
            let (verdict, trace) = standing(row, &traces);
            (row, verdict, trace.map(TraceKey::of))
        });
        let worst = stands.reduce(|a, b| if Verdict::worse(a.1, b.1) == a.1 { a } else { b });
        let Some((row, _, key)) = worst else { return Subject::default() };
        let trace = key.as_ref().and_then(|key| key.find(at.world));
        Subject {
            image: Some(row.name.clone()),
            digest: trace.and_then(|trace| trace.digest.clone()),
            code: trace.map(|trace| trace.code),
            trace: key.clone(),
            raw: None,
            path: String::new(),
            value: one.who.words(),
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
                self.cursor.touched = true;
                self.cursor.jump(index, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
            }
        }
        Vec::new()
    }

    fn wheel(&mut self, down: bool, position: Position, at: &At<'_>) {
        if self.panes(at.area).hit(position) == Some(PaneId::Detail) {
            self.scroll.wheel(down, self.lines.len(), self.detail_page(at.area));
        } else {
            let (page, rows) = (self.page(at.area), &self.rows);
            self.cursor.wheel(down, rows.len(), page, |i| rows.get(i).map(|row| row.id.clone()));
        }
    }

    fn hints(&self) -> &'static [&'static str] {
        &["down", "open", "blast", "why", "next-pane", "mark", "export", "palette", "help", "back"]
    }
}
