//! A page of text: the explanation of a code, or content as it came, made safe, scrolled and searched.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::model::Code;
use crate::ui::action::{Act, Field as FieldAct, Move, Pane, Scope};
use crate::ui::layout::inside;
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::{Content, Subject};
use crate::ui::text::{Line, Shown};
use crate::ui::text::{page::page, wrap::wrap};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::{Field, Frame, Scroll};

/// Bytes that are laid out as text; the rest is counted.
const LONGEST: usize = 4 << 20;

/// The overlay.
#[derive(Clone, Debug)]
pub struct TextPane {
    title: String,
    lines: Vec<Shown>,
    code: Option<Code>,
    wrapped: (usize, Vec<Line>),
    scroll: Scroll,
    field: Field,
    typing: bool,
}

impl TextPane {
    /// The page of a code.
    #[must_use]
    pub fn page(code: Code) -> Self {
        Self::new(format!("explain {code}"), Vec::new(), Some(code))
    }

    /// Content as it came; JSON is indented.
    #[must_use]
    pub fn raw(content: &Content) -> Self {
        let bytes = &content.bytes;
        let json = (bytes.len() <= LONGEST)
            .then(|| serde_json::from_slice::<serde_json::Value>(bytes).ok())
            .flatten()
            .and_then(|value| serde_json::to_string_pretty(&value).ok());
        let text = json.unwrap_or_else(|| {
            let shown = bytes.get(..bytes.len().min(LONGEST)).unwrap_or_default();
            String::from_utf8_lossy(shown).into_owned()
        });
        let mut lines = Shown::lines(&text);
        if bytes.len() > LONGEST {
            lines.push(Shown::new(&format!("(cut: {} of {} bytes are shown)", LONGEST, bytes.len())));
        }
        Self::new(content.title.clone(), lines, None)
    }

    /// Lines of ours.
    #[must_use]
    pub fn of(title: String, lines: &[String]) -> Self {
        Self::new(title, lines.iter().map(|line| Shown::new(line)).collect(), None)
    }

    /// Text that would have been copied.
    #[must_use]
    pub fn printed(title: &str, text: &str) -> Self {
        Self::new(title.to_owned(), Shown::lines(text), None)
    }

    fn new(title: String, lines: Vec<Shown>, code: Option<Code>) -> Self {
        Self {
            title,
            lines,
            code,
            wrapped: (0, Vec::new()),
            scroll: Scroll::default(),
            field: Field::default(),
            typing: false,
        }
    }

    fn page_rows(area: Rect) -> usize {
        usize::from(inside(area).height.saturating_sub(1))
    }

    /// To the next line (or the previous one) that holds what is searched.
    fn found(&mut self, forward: bool, area: Rect) {
        let wanted = self.field.text().to_lowercase();
        if wanted.is_empty() {
            return;
        }
        let rows = &self.wrapped.1;
        let hit =
            |row: &usize| rows.get(*row).is_some_and(|line| line.text().to_lowercase().contains(&wanted));
        let next = if forward {
            (self.scroll.top + 1..rows.len()).chain(0..=self.scroll.top).find(hit)
        } else {
            (0..self.scroll.top).rev().chain((self.scroll.top..rows.len()).rev()).find(hit)
        };
        if let Some(row) = next {
            self.scroll.top = row;
            self.scroll.fit(rows.len(), Self::page_rows(area));
        }
    }
}

impl Part for TextPane {
    fn scope(&self) -> Scope {
        Scope::Raw
    }

    fn crumb(&self) -> Line {
        Line::of(Role::Text, &self.title)
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        let (length, page) = (self.wrapped.1.len(), Self::page_rows(at.area));
        match act {
            Act::Move(step) => self.scroll.go(step, length, page),
            Act::Pane(Pane::DetailDown) => self.scroll.go(Move::Down, length, page),
            Act::Pane(Pane::DetailUp) => self.scroll.go(Move::Up, length, page),
            Act::Filter => self.typing = true,
            Act::Field(FieldAct::Accept) => {
                self.typing = false;
                self.found(true, at.area);
            }
            Act::Field(FieldAct::Cancel) => {
                self.typing = false;
                self.field.set("");
            }
            Act::Found(forward) => self.found(forward, at.area),
            _ => {}
        }
        Vec::new()
    }

    fn lacks(&self, act: Act) -> bool {
        match act {
            Act::Open | Act::FilterValue => true,
            Act::Found(_) => self.field.is_empty(),
            _ => false,
        }
    }

    fn fit(&mut self, at: &At<'_>) {
        let room = usize::from(inside(at.area).width).max(1);
        if self.wrapped.0 != room {
            let lines = match self.code {
                Some(code) => page(crate::explain::page(code), room),
                None => self.lines.iter().flat_map(|line| wrap(Role::Text, line, room, 0)).collect(),
            };
            self.wrapped = (room, lines);
        }
        self.scroll.fit(self.wrapped.1.len(), Self::page_rows(at.area));
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        let frame = Frame::titled(Line::of(Role::Title, &self.title), true)
            .remark(self.scroll.place(self.wrapped.1.len(), Self::page_rows(at.area)));
        let body = frame.draw(at.area, out, ink);
        let text = Rect { height: body.height.saturating_sub(1), ..body };
        let lines: Vec<Line> =
            self.wrapped.1.iter().skip(self.scroll.top).take(usize::from(text.height)).cloned().collect();
        Scroll::default().draw(&lines, text, out, ink);
        let foot = Rect { y: body.bottom().saturating_sub(1), height: 1, ..body };
        if self.typing || !self.field.is_empty() {
            crate::ui::widget::paint(&self.field.line("/", self.typing), foot, ink.glyphs.dots, out);
        }
    }

    fn subject(&self, _at: &At<'_>) -> Subject {
        Subject { code: self.code, ..Subject::default() }
    }

    fn field(&mut self) -> Option<&mut Field> {
        self.typing.then_some(&mut self.field)
    }

    fn typing(&self) -> bool {
        self.typing
    }

    fn wheel(&mut self, down: bool, _position: Position, at: &At<'_>) {
        self.scroll.wheel(down, self.wrapped.1.len(), Self::page_rows(at.area));
    }

    fn hints(&self) -> &'static [&'static str] {
        &["down", "page-down", "filter", "next-found", "escape"]
    }
}
