//! All messages so far: of the engine and of the terminal program, newest last.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::model::world::{Message, Severity};
use crate::ui::action::{Act, Scope};
use crate::ui::layout::inside;
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::Subject;
use crate::ui::text::wrap::wrap_line;
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::{Frame, Scroll};

/// The overlay.
#[derive(Clone, Debug, Default)]
pub struct Messages {
    lines: Vec<Line>,
    scroll: Scroll,
    /// Revision, number of notices and width that the lines were made from.
    made: Option<(u64, usize, usize)>,
}

fn role(severity: Severity) -> Role {
    match severity {
        Severity::Info => Role::Text,
        Severity::Warning => Role::Audit,
        Severity::Error => Role::Error,
    }
}

fn page(area: Rect) -> usize {
    usize::from(inside(area).height)
}

impl Part for Messages {
    fn scope(&self) -> Scope {
        Scope::Raw
    }

    fn crumb(&self) -> Line {
        Line::of(Role::Text, "Messages")
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        if let Act::Move(step) = act {
            self.scroll.go(step, self.lines.len(), page(at.area));
        }
        Vec::new()
    }

    fn lacks(&self, act: Act) -> bool {
        matches!(act, Act::Open | Act::Filter | Act::FilterValue | Act::Found(_))
    }

    fn fit(&mut self, at: &At<'_>) {
        let room = usize::from(inside(at.area).width).max(1);
        let made = (at.world.revision, at.notices.len(), room);
        if self.made != Some(made) {
            let at_end = self.made.is_none() || self.scroll.top + page(at.area) >= self.lines.len();
            let mut all: Vec<&Message> = at.world.messages.iter().chain(at.notices).collect();
            all.sort_by_key(|message| message.at);
            self.lines = all
                .into_iter()
                .flat_map(|message| {
                    let time = message.at.to_string();
                    let line = Line::of(Role::Muted, format!("{} ", time.get(11..).unwrap_or_default()));
                    wrap_line(&line.with(role(message.severity), Shown::new(&message.text)), room, 10)
                })
                .collect();
            self.made = Some(made);
            if at_end {
                self.scroll.top = self.lines.len();
            }
        }
        self.scroll.fit(self.lines.len(), page(at.area));
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        let remark = self.scroll.place(self.lines.len(), page(at.area));
        let body =
            Frame::titled(Line::of(Role::Title, "Messages"), true).remark(remark).draw(at.area, out, ink);
        if self.lines.is_empty() {
            let empty = [Line::of(Role::Muted, "nothing has been said yet")];
            Scroll::default().draw(&empty, body, out, ink);
        }
        self.scroll.draw(&self.lines, body, out, ink);
    }

    fn subject(&self, _at: &At<'_>) -> Subject {
        Subject::default()
    }

    fn wheel(&mut self, down: bool, _position: Position, at: &At<'_>) {
        self.scroll.wheel(down, self.lines.len(), page(at.area));
    }

    fn hints(&self) -> &'static [&'static str] {
        &["down", "last", "escape"]
    }
}
