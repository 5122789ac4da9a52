//! The document view as a part of the program.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::state::DocumentPane;
use crate::model::document::Item;
use crate::model::world::Severity;
use crate::ui::action::{Act, Field as FieldAct, Fold, Move, Pane, Scope};
use crate::ui::layout::inside;
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::Subject;
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::{Field, Frame, ground, paint};

impl Part for DocumentPane {
    fn scope(&self) -> Scope {
        Scope::Document
    }

    fn crumb(&self) -> Line {
        Line::of(Role::Text, self.view.format)
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        let page = Self::page(at.area);
        match act {
            Act::Move(Move::Left) if self.json => {
                let content = self.view.content.clone();
                self.tree.left(content.document());
            }
            Act::Move(Move::Right) if self.json => {
                let content = self.view.content.clone();
                self.tree.right(content.document());
            }
            Act::Move(step) => self.select(step.target(self.row(), self.len(), page)),
            Act::Fold(fold) => self.fold(fold, page),
            Act::Pane(Pane::Next | Pane::Previous) => self.turn(),
            Act::Pane(Pane::DetailDown) => self.select(self.row() + page / 2),
            Act::Pane(Pane::DetailUp) => self.select(self.row().saturating_sub(page / 2)),
            Act::Open => return self.open(),
            Act::Filter => self.typing = true,
            Act::Field(FieldAct::Accept) => {
                self.typing = false;
                return self.search(true);
            }
            Act::Field(FieldAct::Cancel) => {
                self.typing = false;
                self.field.set("");
            }
            Act::Found(forward) => return self.search(forward),
            _ => {}
        }
        Vec::new()
    }

    fn lacks(&self, act: Act) -> bool {
        match act {
            Act::FilterValue => true,
            Act::Found(_) => self.field.is_empty(),
            _ => false,
        }
    }

    fn fit(&mut self, at: &At<'_>) {
        self.select(self.row());
        let (length, page, row) = (self.len(), Self::page(at.area), self.row());
        self.scroll.fit(length, page);
        self.scroll.show(row, length, page);
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        let title = Line::of(Role::Title, self.view.format)
            .with(Role::Muted, if self.json { "  JSON tree" } else { "  tables" });
        let remark = Line::of(Role::Muted, format!("{} of {}", self.row() + 1, self.len()));
        let body = Frame::titled(title, true).remark(remark).draw(at.area, out, ink);
        let text = Rect { height: body.height.saturating_sub(1), ..body };
        for (row, y) in (self.scroll.top..self.len()).zip(text.top()..text.bottom()) {
            let line = if self.json {
                self.tree.line(self.document(), row, ink.glyphs.ascii)
            } else {
                self.tables.line(&self.view, row, ink.glyphs.dots)
            };
            let place = Rect { y, height: 1, ..text };
            paint(&line, place, ink.glyphs.dots, out);
            if row == self.row() {
                ground(Role::Selection, place, false, out);
            }
        }
        let foot = Rect { y: body.bottom().saturating_sub(1), height: 1, ..body };
        let line = if self.typing || !self.field.is_empty() {
            self.field.line("/", self.typing)
        } else {
            Line::of(Role::Muted, "claimed, not verified: ").with(Role::Text, Shown::new(&self.view.headline))
        };
        paint(&line, foot, ink.glyphs.dots, out);
    }

    fn subject(&self, _at: &At<'_>) -> Subject {
        let item = self.item();
        Subject {
            digest: self.digest(),
            raw: self.raw.clone(),
            path: item.map(|item| format!("{}#{}", self.place, item.pointer())).unwrap_or_default(),
            value: self.value(),
            ..Subject::default()
        }
    }

    fn filter(&self) -> String {
        self.item().map(Item::jq).unwrap_or_default()
    }

    fn field(&mut self) -> Option<&mut Field> {
        self.typing.then_some(&mut self.field)
    }

    fn typing(&self) -> bool {
        self.typing
    }

    fn click(&mut self, position: Position, at: &At<'_>) -> Vec<Ask> {
        let body = inside(at.area);
        if body.contains(position) {
            self.select(self.scroll.top + usize::from(position.y - body.y));
        }
        Vec::new()
    }

    fn wheel(&mut self, down: bool, _position: Position, _at: &At<'_>) {
        self.select(if down { self.row() + 3 } else { self.row().saturating_sub(3) });
    }

    fn hints(&self) -> &'static [&'static str] {
        &["tables", "filter", "next-found", "open", "copy-value", "copy-path", "copy-filter", "raw", "escape"]
    }
}

impl DocumentPane {
    fn search(&mut self, forward: bool) -> Vec<Ask> {
        if self.found(forward) {
            return Vec::new();
        }
        vec![Ask::Note(Severity::Info, format!("nothing here holds `{}`", self.field.text()))]
    }

    fn fold(&mut self, fold: Fold, page: usize) {
        if matches!(fold, Fold::Middle | Fold::Top | Fold::Bottom) {
            let row = self.row();
            self.scroll.top = match fold {
                Fold::Top => row,
                Fold::Bottom => (row + 1).saturating_sub(page),
                _ => row.saturating_sub(page / 2),
            };
            return;
        }
        if !self.json {
            return;
        }
        let content = self.view.content.clone();
        let document = content.document();
        match fold {
            Fold::Open => self.tree.fold(document, Some(true)),
            Fold::Close => self.tree.fold(document, Some(false)),
            Fold::OpenAll => self.tree.fold_all(document, true),
            Fold::CloseAll => self.tree.fold_all(document, false),
            _ => self.tree.fold(document, None),
        }
    }

    /// Enter: to what a digest names; a row of a table in the tree; a list or object open or closed.
    fn open(&mut self) -> Vec<Ask> {
        if let Some(digest) = self.digest() {
            return vec![Ask::Digest(digest)];
        }
        if self.json {
            let content = self.view.content.clone();
            self.tree.fold(content.document(), None);
        } else if self.item().is_some() {
            self.turn();
        } else {
            let told = "a heading: Enter opens values, and goes to what a digest names".to_owned();
            return vec![Ask::Note(Severity::Info, told)];
        }
        Vec::new()
    }
}
