//! State of the what-if screen: drafts by file, the newest answer, what is selected.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::rows::{Row, rows};
use crate::engine::Draft as Text;
use crate::model::World;
use crate::model::draft::WhatIf;
use crate::report::patch::{Edit, edits};
use crate::ui::effect::{Effect, Order};
use crate::ui::history::Spot;
use crate::ui::layout::{PaneId, Panes, Split, beside, inside, stacked};
use crate::ui::part::{Ask, At};
use crate::ui::widget::{Cursor, Editor, Field, Scroll};

/// From this width editor and flips stand side by side.
const BESIDE: u16 = 100;

/// A text that stands for a policy file.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The file.
    pub file: Arc<str>,
    /// The text being edited.
    pub editor: Editor,
    /// Changes of the text when it was saved or opened.
    pub kept: u64,
    /// Changes of the text when it was last judged.
    sent: Option<u64>,
}

/// The state.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Drafts; the one on screen last.
    pub drafts: Vec<Draft>,
    /// The newest answer.
    pub answer: Arc<WhatIf>,
    /// Panes: the editor is the list, the flips are the detail.
    pub split: Split,
    /// True while what is typed goes into the text.
    pub inserting: bool,
    /// What is searched for, and whether it is being typed.
    pub search: (Field, bool),
    /// First line and column of the text in sight.
    pub view: (Scroll, usize),
    /// Flips and what else the answer says.
    pub rows: Vec<Row>,
    /// The selected one.
    pub cursor: Cursor<String>,
    /// Lines that differ from the saved text, and what they were found in.
    pub marks: (Option<(u64, u64, usize)>, BTreeSet<usize>),
    generation: u64,
    /// True while the rows are those of the answer.
    made: bool,
}

impl State {
    /// The draft on screen.
    #[must_use]
    pub fn draft(&self) -> Option<&Draft> {
        self.drafts.last()
    }

    pub(super) fn editor(&mut self) -> Option<&mut Editor> {
        self.drafts.last_mut().map(|draft| &mut draft.editor)
    }

    /// True while a draft has changes that are in no file.
    #[must_use]
    pub fn unsaved(&self) -> bool {
        self.drafts.iter().any(|draft| draft.editor.changes() != draft.kept)
    }

    /// Opens a file at a line, counted from 1; its draft goes on where there is one.
    pub fn open(&mut self, file: &Arc<str>, line: u32, world: &World) {
        if let Some(at) = self.drafts.iter().position(|draft| draft.file == *file) {
            let draft = self.drafts.remove(at);
            self.drafts.push(draft);
        } else {
            let saved = saved(world, file);
            self.drafts.push(Draft { file: file.clone(), editor: Editor::new(saved), kept: 0, sent: None });
        }
        // Another file may have been judged since.
        for draft in &mut self.drafts {
            draft.sent = None;
        }
        self.split = Split::default();
        self.inserting = false;
        self.view = (Scroll::default(), 0);
        if line > 0
            && let Some(editor) = self.editor()
        {
            editor.go(usize::try_from(line).unwrap_or(1) - 1, 0);
        }
    }

    /// Replaces a piece of the text of the draft on screen.
    pub fn replace(&mut self, from: usize, to: usize, with: &str) {
        let Some(editor) = self.editor() else { return };
        let text = editor.text();
        if let (Some(head), Some(tail)) = (text.get(..from), text.get(to..)) {
            let line = head.matches('\n').count() + usize::from(with.starts_with('\n'));
            editor.replace(&format!("{head}{with}{tail}"));
            editor.go(line, 0);
        }
    }

    /// A newer answer.
    pub fn answered(&mut self, answer: Arc<WhatIf>) {
        self.answer = answer;
        self.made = false;
    }

    /// True when the answer is about the text on screen.
    #[must_use]
    pub fn current(&self) -> bool {
        self.answer.generation == self.generation && !self.answer.busy
    }

    /// Has the text judged when it has changed since.
    pub(crate) fn ask(&mut self) -> Vec<Ask> {
        let Some(draft) = self.drafts.last_mut() else { return Vec::new() };
        if draft.sent == Some(draft.editor.changes()) {
            return Vec::new();
        }
        draft.sent = Some(draft.editor.changes());
        self.generation += 1;
        let order =
            Text { file: draft.file.clone(), text: draft.editor.text().into(), generation: self.generation };
        vec![Ask::Do(Effect::Order(Order::Draft(Some(order))))]
    }

    /// The draft on screen is saved as it is.
    pub fn kept(&mut self) {
        if let Some(draft) = self.drafts.last_mut() {
            draft.kept = draft.editor.changes();
        }
    }

    /// Forgets the draft on screen.
    pub fn discard(&mut self) -> Vec<Ask> {
        self.drafts.pop();
        self.inserting = false;
        self.answer = Arc::default();
        self.made = false;
        for draft in &mut self.drafts {
            draft.sent = None;
        }
        vec![Ask::Do(Effect::Order(Order::Draft(None)))]
    }

    /// What is remembered of this screen.
    #[must_use]
    pub fn spot(&self) -> Spot {
        let row = self.draft().map(|draft| draft.file.to_string()).unwrap_or_default();
        Spot { image: None, row, filter: String::new() }
    }

    /// Goes back to what is remembered.
    pub fn restore(&mut self, spot: &Spot) {
        if let Some(at) = self.drafts.iter().position(|draft| *draft.file == *spot.row) {
            let draft = self.drafts.remove(at);
            self.drafts.push(draft);
        }
    }

    /// The panes in an area: the text as the list, what it changes as the detail.
    #[must_use]
    pub fn panes(&self, area: Rect) -> Panes {
        let alone = self.split.full || (area.width < BESIDE && self.split.focus != PaneId::List);
        if alone {
            return match self.split.focus {
                PaneId::List => Panes { list: Some(area), ..Panes::default() },
                _ => Panes { detail: Some(area), ..Panes::default() },
            };
        }
        let (text, flips) = if area.width < BESIDE {
            stacked(area, area.height.saturating_sub((area.height / 3).max(6)))
        } else {
            beside(area, area.width / 2)
        };
        Panes { list: Some(text), detail: Some(flips), tree: None }
    }

    /// Lines of the text and rows of the flips in sight.
    pub(super) fn pages(&self, area: Rect) -> (usize, usize) {
        let panes = self.panes(area);
        let height = |pane: Option<Rect>| usize::from(pane.map(inside).unwrap_or_default().height);
        // The last rows of the editor say what is wrong with the text.
        let lines = panes.list.map(inside).unwrap_or_default().height;
        let lines = lines.saturating_sub(super::lints::rows(lines));
        (usize::from(lines).max(1), height(panes.detail).max(1))
    }

    /// Makes rows, and keeps selection and cursor in sight.
    pub(super) fn make(&mut self, at: &At<'_>) {
        if !std::mem::replace(&mut self.made, true) {
            self.rows = rows(&self.answer);
        }
        self.mark(at.world);
        let (lines, page) = self.pages(at.area);
        let (rows, answer) = (&self.rows, &self.answer);
        self.cursor.fit(rows.len(), page, |i| rows.get(i).map(|row| row.id(answer)));
        let columns = usize::from(self.panes(at.area).list.map(inside).unwrap_or_default().width)
            .saturating_sub(super::view::GUTTER + 1)
            .max(1);
        let Some(draft) = self.drafts.last() else { return };
        let (line, column) = draft.editor.place();
        let length = draft.editor.lines().len();
        if line < self.view.0.top || line >= self.view.0.top + lines {
            self.view.0.show(line, length, lines);
        }
        self.view.0.fit(length, lines);
        if column < self.view.1 {
            self.view.1 = column.saturating_sub(columns / 4);
        } else if column >= self.view.1 + columns {
            self.view.1 = column + 1 - columns + columns / 4;
        }
    }

    fn mark(&mut self, world: &World) {
        let Some(draft) = self.drafts.last() else { return };
        let made = (world.revision, draft.editor.changes(), self.drafts.len());
        if self.marks.0 == Some(made) {
            return;
        }
        let text = draft.editor.text();
        let new = edits(saved(world, &draft.file), &text);
        let new = new.into_iter().filter(|edit| !matches!(edit, Edit::Removed(_)));
        let added = new.enumerate().filter(|(_, edit)| matches!(edit, Edit::Added(_)));
        self.marks = (Some(made), added.map(|(number, _)| number).collect());
    }

    /// Goes to the next or previous flip, and shows in the text what decides it.
    pub(super) fn walk(&mut self, forward: bool, at: &At<'_>) {
        let here = self.cursor.index();
        let flips = || self.rows.iter().enumerate().filter(|(_, row)| row.flip().is_some()).map(|(at, _)| at);
        let next = if forward {
            flips().find(|index| *index > here || !self.cursor.touched).or_else(|| flips().next())
        } else {
            flips().rfind(|index| *index < here).or_else(|| flips().next_back())
        };
        let (Some(next), rows, answer) = (next, &self.rows, &self.answer) else { return };
        let page = self.pages(at.area).1;
        self.cursor.touched = true;
        self.cursor.jump(next, rows.len(), page, |i| rows.get(i).map(|row| row.id(answer)));
        self.show_place();
    }

    /// Puts the cursor of the text on the line that decides the selected flip.
    pub(super) fn show_place(&mut self) {
        let row = self.rows.get(self.cursor.index());
        let flip = row.and_then(|row| self.answer.flips.get(row.flip()?));
        let probe = row.and_then(|row| self.answer.probes.get(row.probe()?));
        let span = flip
            .and_then(|flip| flip.trace.as_ref()?.location.clone())
            .or_else(|| probe?.location.clone())
            .filter(|span| self.draft().is_some_and(|draft| draft.file == span.file));
        if let (Some(span), Some(editor)) = (span, self.editor()) {
            editor.go(usize::try_from(span.start.line).unwrap_or(1).saturating_sub(1), 0);
        }
    }
}

/// The text of a policy file as it is saved.
pub fn saved<'a>(world: &'a World, file: &str) -> &'a str {
    world.files.iter().find(|known| *known.path == *file).map(|known| &*known.text).unwrap_or_default()
}
