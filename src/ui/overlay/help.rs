//! Help: every action that has a meaning here, with its keys; typing filters, Enter runs.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::ui::action::{ACTIONS, Act, ActionSpec, Field as FieldAct, Move, Scope};
use crate::ui::layout::inside;
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::Subject;
use crate::ui::text::Line;
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::{Cursor, Field, Frame, Scroll, ground, paint};

/// The overlay.
#[derive(Clone, Debug)]
pub struct Help {
    scopes: Vec<Scope>,
    field: Field,
    cursor: Cursor<usize>,
    /// Numbers in the table of actions.
    rows: Vec<usize>,
}

impl Help {
    /// Help about what works in these scopes.
    #[must_use]
    pub fn new(scopes: Vec<Scope>) -> Self {
        Self { scopes, field: Field::default(), cursor: Cursor::default(), rows: Vec::new() }
    }

    fn list(area: Rect) -> Rect {
        let body = inside(area);
        Rect { y: body.y + 1, height: body.height.saturating_sub(1), ..body }
    }

    fn step(&mut self, step: Move, area: Rect) {
        let (rows, page) = (&self.rows, usize::from(Self::list(area).height));
        self.cursor.go(step, rows.len(), page, |i| rows.get(i).copied());
    }
}

impl Part for Help {
    fn scope(&self) -> Scope {
        Scope::Field
    }

    fn crumb(&self) -> Line {
        Line::of(Role::Text, "Help")
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        match act {
            Act::Field(FieldAct::Accept) => {
                let chosen = self
                    .cursor
                    .selected()
                    .filter(|row| self.rows.contains(row))
                    .and_then(|row| ACTIONS.get(*row));
                return chosen.map_or_else(Vec::new, |action| vec![Ask::Close, Ask::Act(action.act)]);
            }
            Act::Field(FieldAct::Cancel) => return vec![Ask::Close],
            Act::Field(FieldAct::Next) => self.step(Move::Down, at.area),
            Act::Field(FieldAct::Previous) => self.step(Move::Up, at.area),
            Act::Move(step) => self.step(step, at.area),
            _ => {}
        }
        Vec::new()
    }

    fn fit(&mut self, at: &At<'_>) {
        let wanted = self.field.text().to_lowercase();
        let scopes = &self.scopes;
        let meant = |action: &ActionSpec| {
            let text = format!("{} {} {}", action.name, action.doc, at.keys.written(action)).to_lowercase();
            scopes.contains(&action.scope) && wanted.split_whitespace().all(|word| text.contains(word))
        };
        // What is special here stands before what works everywhere.
        let mut rows: Vec<usize> =
            ACTIONS.iter().enumerate().filter(|(_, action)| meant(action)).map(|(row, _)| row).collect();
        rows.sort_by_key(|row| ACTIONS.get(*row).map(|action| (action.scope == Scope::Global, *row)));
        self.rows = rows;
        let rows = &self.rows;
        let page = usize::from(Self::list(at.area).height);
        self.cursor.fit(rows.len(), page, |i| rows.get(i).copied());
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        let remark = Line::of(Role::Muted, "type to filter, Enter runs, Esc closes");
        let body = Frame::titled(Line::of(Role::Title, "Help"), true).remark(remark).draw(at.area, out, ink);
        paint(&self.field.line("/", true), Rect { height: 1, ..body }, ink.glyphs.dots, out);
        let list = Self::list(at.area);
        if self.rows.is_empty() {
            Scroll::default().draw(&[Line::of(Role::Muted, "no action is called so")], list, out, ink);
        }
        let rows = self.rows.iter().enumerate().skip(self.cursor.offset);
        for ((index, row), y) in rows.zip(list.top()..list.bottom()) {
            let Some(action) = ACTIONS.get(*row) else { continue };
            let place = Rect { y, height: 1, ..list };
            if index == self.cursor.index() {
                ground(Role::Selection, place, true, out);
            }
            let line = Line::of(Role::Key, format!("{:<18}", at.keys.written(action)))
                .with(Role::Text, format!("{:<20}", action.name))
                .with(Role::Muted, action.doc);
            paint(&line, place, ink.glyphs.dots, out);
        }
    }

    fn subject(&self, _at: &At<'_>) -> Subject {
        Subject::default()
    }

    fn field(&mut self) -> Option<&mut Field> {
        Some(&mut self.field)
    }

    fn typing(&self) -> bool {
        true
    }

    fn wheel(&mut self, down: bool, _position: Position, at: &At<'_>) {
        let (rows, page) = (&self.rows, usize::from(Self::list(at.area).height));
        self.cursor.wheel(down, rows.len(), page, |i| rows.get(i).copied());
    }

    fn hints(&self) -> &'static [&'static str] {
        &["next-candidate", "accept", "dismiss"]
    }
}
