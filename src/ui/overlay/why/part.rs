//! The answer to *why* as a part of the program: its actions, its subject, its place.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::rows::clause_at;
use super::state::{Why, edits};
use super::view;
use crate::explain::pair_of;
use crate::model::world::{ImageState, Severity};
use crate::model::{Outcome, Trace};
use crate::ui::action::{Act, Move, Pane, Scope, Why as WhyAct};
use crate::ui::evidence::timeline;
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::Subject;
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};

impl Part for Why {
    fn scope(&self) -> Scope {
        Scope::Why
    }

    fn crumb(&self) -> Line {
        Line::of(Role::Text, "Why ").with(Role::Muted, &self.key.rule)
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        match act {
            Act::Move(movement) => self.shift(movement, at),
            Act::Pane(Pane::Next | Pane::Previous) => self.turn(),
            Act::Pane(Pane::Full) => self.split.full = !self.split.full,
            Act::Pane(Pane::DetailDown) => self.scroll(Move::Down, at),
            Act::Pane(Pane::DetailUp) => self.scroll(Move::Up, at),
            Act::Why(WhyAct::Result(forward)) => self.result(at.world, forward),
            Act::Why(WhyAct::Try) => return self.attempt(at),
            Act::Why(WhyAct::Times) => return self.all_times(at),
            Act::Open => {
                return match self.split.focus {
                    PaneId::List => vec![Ask::Close, Ask::Policy(self.key.clone())],
                    _ => vec![Ask::Close, Ask::Evidence(Arc::from(self.key.image.1.as_str()))],
                };
            }
            _ => {}
        }
        Vec::new()
    }

    fn lacks(&self, act: Act) -> bool {
        matches!(act, Act::Filter | Act::FilterValue | Act::Found(_))
    }

    fn fit(&mut self, at: &At<'_>) {
        self.make(at);
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        view::draw(self, at, out, ink);
    }

    fn subject(&self, at: &At<'_>) -> Subject {
        self.trace(at.world).map_or_else(Subject::default, |trace| self.subject_of(trace))
    }

    fn click(&mut self, position: Position, at: &At<'_>) -> Vec<Ask> {
        let panes = self.panes(at.area);
        let Some(pane) = panes.hit(position) else { return Vec::new() };
        if pane == PaneId::Tree {
            return vec![Ask::Act(Act::Why(WhyAct::Times))];
        }
        self.split.focus = pane;
        let area = panes.of(pane).map(inside).unwrap_or_default();
        let row = usize::from(position.y.saturating_sub(area.y));
        if pane == PaneId::Detail
            && area.contains(position)
            && let Some(path) = self.rows.get(self.detail.top + row).and_then(|row| row.clause.clone())
        {
            self.look_at(path);
        }
        Vec::new()
    }

    fn wheel(&mut self, down: bool, position: Position, at: &At<'_>) {
        let (list, detail) = (self.policy_page(at.area), self.detail_page(at.area));
        match self.panes(at.area).hit(position) {
            Some(PaneId::List) => self.policy.wheel(down, self.lines.len(), list),
            Some(_) => self.detail.wheel(down, self.rows.len(), detail),
            None => {}
        }
    }

    fn hints(&self) -> &'static [&'static str] {
        &[
            "next-sibling",
            "previous-sibling",
            "next-pane",
            "try-remedy",
            "what-if",
            "explain",
            "times",
            "copy-why",
            "next-result",
            "escape",
            "help",
        ]
    }
}

impl Why {
    /// The first remedy that is an edit of the policy, as a draft.
    fn attempt(&self, at: &At<'_>) -> Vec<Ask> {
        let edit = self.trace(at.world).and_then(|trace| edits(at.world, trace).into_iter().next());
        match edit {
            Some(edit) => vec![Ask::Try(edit)],
            None => vec![Ask::Note(
                Severity::Info,
                "no remedy here is an edit of the policy; e edits it by hand".to_owned(),
            )],
        }
    }

    /// The times of everything that hangs on the image, one below the other.
    fn all_times(&self, at: &At<'_>) -> Vec<Ask> {
        match at.world.image(self.image()).map(|row| &row.state) {
            Some(ImageState::Ready(evidence)) => {
                let lines = timeline(at.world, evidence, usize::from(at.area.width), at.glyphs.ascii);
                vec![Ask::Lines(format!("times of {}", self.image()), lines)]
            }
            _ => vec![Ask::Note(Severity::Info, "nothing has been fetched for this image".to_owned())],
        }
    }

    /// Clauses in the trace, lines in the policy.
    fn shift(&mut self, movement: Move, at: &At<'_>) {
        match (movement, self.split.focus) {
            (Move::NextSibling, _) => self.step(at.world, true),
            (Move::PreviousSibling, _) => self.step(at.world, false),
            (Move::Left, _) => self.split.focus = PaneId::List,
            (Move::Right, _) => self.split.focus = PaneId::Detail,
            (movement, PaneId::List) => {
                let page = self.policy_page(at.area);
                self.policy.go(movement, self.lines.len(), page);
            }
            (Move::Down, _) => self.step(at.world, true),
            (Move::Up, _) => self.step(at.world, false),
            (Move::First, _) => self.end(at.world, false),
            (Move::Last, _) => self.end(at.world, true),
            (movement, _) => self.scroll(movement, at),
        }
    }

    fn scroll(&mut self, movement: Move, at: &At<'_>) {
        let page = self.detail_page(at.area);
        self.detail.go(movement, self.rows.len(), page);
    }

    fn turn(&mut self) {
        self.split.focus = match self.split.focus {
            PaneId::List => PaneId::Detail,
            PaneId::Detail | PaneId::Tree => PaneId::List,
        };
    }

    fn subject_of(&self, trace: &Trace) -> Subject {
        let clause = clause_at(trace, &self.path(trace));
        let outcome: Option<&Outcome> = clause.map(|clause| &clause.outcome);
        let value = match outcome.and_then(pair_of) {
            Some(pair) => pair.have,
            None => clause
                .and_then(|clause| clause.facts.first())
                .map(|fact| fact.value.clone())
                .unwrap_or_default(),
        };
        Subject {
            image: Some(Arc::from(trace.image.image.as_str())),
            trace: Some(self.key.clone()),
            digest: trace.digest.clone(),
            code: outcome.and_then(Outcome::code).or(Some(trace.code)),
            raw: None,
            path: self.place(trace).map(|span| span.to_string()).unwrap_or_default(),
            value,
        }
    }
}
