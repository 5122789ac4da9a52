//! The what-if screen as a part of the program: its actions, what is typed, what it asks for.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::state::{State, saved};
use super::{lints, probes, view};
use crate::report::patch::patch;
use crate::ui::action::{Act, Field as FieldAct, Move, Pane, Scope, WhatIf};
use crate::ui::effect::{Effect, Export};
use crate::ui::keymap::Chord;
use crate::ui::layout::{PaneId, inside};
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::{Subject, TraceKey};
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::{Field, Scroll};

impl Part for State {
    fn scope(&self) -> Scope {
        Scope::WhatIf
    }

    fn crumb(&self) -> Line {
        let mut line = Line::of(Role::Text, "Policies ▸ ");
        if let Some(draft) = self.draft() {
            let name = draft.file.rsplit('/').next().unwrap_or_default();
            line.push(Role::Text, Shown::new(name));
            line.push(Role::Muted, " ▸ ");
        }
        line.with(Role::Text, "what-if")
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        let mut asks = match act {
            Act::WhatIf(what) => self.edit(what, at),
            Act::Field(what) => self.searched(what),
            other => {
                self.moved(other, at);
                Vec::new()
            }
        };
        asks.extend(self.ask());
        asks
    }

    fn lacks(&self, act: Act) -> bool {
        match act {
            Act::FilterValue => true,
            Act::Found(_) => self.search.0.is_empty() && self.rows.iter().all(|row| row.flip().is_none()),
            _ => false,
        }
    }

    fn fit(&mut self, at: &At<'_>) {
        self.make(at);
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        view::draw(self, at, out, ink);
    }

    fn subject(&self, _: &At<'_>) -> Subject {
        let place = self.draft().map(|draft| format!("{}:{}", draft.file, draft.editor.place().0 + 1));
        let row = self.rows.get(self.cursor.index());
        let flip = row.and_then(|row| self.answer.flips.get(row.flip()?));
        let probe = row.and_then(|row| self.answer.probes.get(row.probe()?));
        let lint = self.draft().and_then(|draft| lints::shown(self, draft.editor.place().0));
        let lint = lint.filter(|_| self.split.focus == PaneId::List).map(|lint| lint.code);
        let trace = flip.and_then(|flip| flip.trace.as_ref());
        Subject {
            image: flip
                .map(|flip| Arc::from(flip.image.image.as_str()))
                .or_else(|| probe.map(|probe| probe.image.clone())),
            trace: trace.map(|trace| TraceKey::of(trace)),
            digest: trace.and_then(|trace| trace.digest.clone()),
            code: lint.or_else(|| trace.map(|trace| trace.code)).or_else(|| probe.map(probes::code)),
            raw: None,
            path: place.unwrap_or_default(),
            value: String::new(),
        }
    }

    fn field(&mut self) -> Option<&mut Field> {
        self.search.1.then_some(&mut self.search.0)
    }

    fn typing(&self) -> bool {
        self.search.1
    }

    fn inserting(&self) -> bool {
        self.inserting
    }

    fn key(&mut self, chord: Chord, at: &At<'_>) -> Option<Vec<Ask>> {
        let page = self.pages(at.area).0;
        self.editor()?.key(chord, page).then(|| self.ask())
    }

    fn paste(&mut self, text: &str) -> Vec<Ask> {
        if !self.inserting {
            return Vec::new();
        }
        if let Some(editor) = self.editor() {
            editor.insert(text);
        }
        self.ask()
    }

    fn click(&mut self, position: Position, at: &At<'_>) -> Vec<Ask> {
        let panes = self.panes(at.area);
        let Some(pane) = panes.hit(position) else { return Vec::new() };
        self.split.focus = pane;
        let area = panes.of(pane).map(inside).unwrap_or_default();
        let row = usize::from(position.y.saturating_sub(area.y));
        if pane == PaneId::List {
            let gutter = u16::try_from(view::GUTTER).unwrap_or(0);
            let column = usize::from(position.x.saturating_sub(area.x + gutter)) + self.view.1;
            let line = self.view.0.top + row;
            if let Some(editor) = self.editor() {
                editor.go(line, column);
            }
        } else if let Some(row) = row.checked_sub(1) {
            let (rows, answer) = (&self.rows, &self.answer);
            let (index, page) = (self.cursor.offset + row, self.pages(at.area).1);
            self.cursor.jump(index, rows.len(), page, |i| rows.get(i).map(|row| row.id(answer)));
        }
        Vec::new()
    }

    fn wheel(&mut self, down: bool, position: Position, at: &At<'_>) {
        let page = self.pages(at.area).1;
        if self.panes(at.area).hit(position) == Some(PaneId::List) {
            let step = if down { Move::Down } else { Move::Up };
            let page = self.pages(at.area).0;
            for _ in 0..3 {
                if let Some(editor) = self.editor() {
                    editor.shift(step, page);
                }
            }
        } else {
            let (rows, answer) = (&self.rows, &self.answer);
            self.cursor.wheel(down, rows.len(), page, |i| rows.get(i).map(|row| row.id(answer)));
        }
    }

    fn hints(&self) -> &'static [&'static str] {
        if self.inserting {
            return &["normal"];
        }
        &[
            "insert",
            "undo",
            "next-found",
            "next-pane",
            "save-draft",
            "export",
            "external-editor",
            "filter",
            "why",
        ]
    }
}

impl State {
    fn moved(&mut self, act: Act, at: &At<'_>) {
        let (lines, page) = self.pages(at.area);
        match act {
            Act::Move(step) if self.split.focus == PaneId::List => {
                if let Some(editor) = self.editor() {
                    editor.shift(step, lines);
                }
            }
            Act::Move(Move::Left) => self.split.focus = PaneId::List,
            Act::Move(step) => {
                let (rows, answer) = (&self.rows, &self.answer);
                self.cursor.go(step, rows.len(), page, |i| rows.get(i).map(|row| row.id(answer)));
            }
            Act::Pane(Pane::Next | Pane::Previous) => {
                let text = self.split.focus == PaneId::List;
                self.split.focus = if text { PaneId::Detail } else { PaneId::List };
            }
            Act::Pane(Pane::Full) => self.split.full = !self.split.full,
            Act::Pane(pane) => {
                let step = if pane == Pane::DetailDown { Move::Down } else { Move::Up };
                let (rows, answer) = (&self.rows, &self.answer);
                self.cursor.go(step, rows.len(), page, |i| rows.get(i).map(|row| row.id(answer)));
            }
            Act::Open if self.split.focus == PaneId::List => self.inserting = true,
            Act::Open => {
                self.show_place();
                self.split.focus = PaneId::List;
            }
            Act::Filter => self.search = (Field::default(), true),
            Act::Found(forward) => self.found(forward, at),
            Act::Escape if !self.search.0.is_empty() => self.search = (Field::default(), false),
            Act::Escape | Act::Back if self.split.full || self.split.focus != PaneId::List => {
                self.split = crate::ui::layout::Split::default();
            }
            _ => {}
        }
    }

    /// The next place of what is searched for, else the next flip.
    fn found(&mut self, forward: bool, at: &At<'_>) {
        let text = self.search.0.text();
        if text.is_empty() || self.split.focus != PaneId::List {
            self.walk(forward, at);
        } else if let Some(editor) = self.editor() {
            editor.find(&text, forward);
        }
    }

    fn searched(&mut self, what: FieldAct) -> Vec<Ask> {
        match what {
            FieldAct::Accept => {
                self.search.1 = false;
                let text = self.search.0.text();
                let found = self.editor().is_some_and(|editor| editor.find(&text, true));
                if !found && !text.is_empty() {
                    let told = format!("`{text}` is nowhere in the text");
                    return vec![Ask::Note(crate::model::world::Severity::Info, told)];
                }
            }
            FieldAct::Cancel => self.search = (Field::default(), false),
            FieldAct::Complete | FieldAct::Next | FieldAct::Previous => {}
        }
        Vec::new()
    }

    fn edit(&mut self, what: WhatIf, at: &At<'_>) -> Vec<Ask> {
        if what == WhatIf::Drop {
            let mut asks = self.discard();
            if self.drafts.is_empty() {
                asks.push(Ask::Screen(crate::ui::history::ScreenId::Policies));
            }
            return asks;
        }
        self.split.focus = PaneId::List;
        let Some(editor) = self.editor() else { return Vec::new() };
        match what {
            WhatIf::Insert => self.inserting = true,
            WhatIf::Normal => self.inserting = false,
            WhatIf::Line => {
                editor.open_line();
                self.inserting = true;
            }
            WhatIf::Undo => drop(editor.undo()),
            WhatIf::Redo => drop(editor.redo()),
            WhatIf::DeleteLine => editor.delete_line(),
            WhatIf::External => return self.external(),
            WhatIf::Save => return self.save(None),
            WhatIf::Patch => return self.patch(at),
            WhatIf::Discard => return vec![Ask::Discard],
            WhatIf::Drop => {}
        }
        Vec::new()
    }

    fn external(&self) -> Vec<Ask> {
        let Some(draft) = self.draft() else { return Vec::new() };
        let text = draft.editor.text();
        vec![Ask::Do(Effect::Edit { name: base(&draft.file).to_owned(), text })]
    }

    /// Saves the draft, under a name of the user's or one beside the policy's own.
    pub(crate) fn save(&self, path: Option<&str>) -> Vec<Ask> {
        let Some(draft) = self.draft() else { return Vec::new() };
        let (name, exact) = match path {
            Some(path) => (path.to_owned(), true),
            // An ending that no policy directory is read by: a saved draft never becomes a policy by itself.
            None => (format!("{}.draft", base(&draft.file)), false),
        };
        vec![Ask::Do(Effect::Write(Export { name, exact, draft: true, text: draft.editor.text() }))]
    }

    fn patch(&self, at: &At<'_>) -> Vec<Ask> {
        let Some(draft) = self.draft() else { return Vec::new() };
        let text = patch(&draft.file, saved(at.world, &draft.file), &draft.editor.text());
        if text.is_empty() {
            let told = "the draft is the saved policy: there is nothing to export".to_owned();
            return vec![Ask::Note(crate::model::world::Severity::Info, told)];
        }
        let name = format!("{}.patch", base(&draft.file));
        vec![Ask::Do(Effect::Write(Export { name, exact: false, draft: false, text }))]
    }

    /// The text as another editor left it.
    pub(crate) fn edited(&mut self, text: &str) -> Vec<Ask> {
        if let Some(editor) = self.editor() {
            editor.replace(text);
        }
        self.view.0 = Scroll { top: self.view.0.top };
        self.ask()
    }
}

fn base(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}
