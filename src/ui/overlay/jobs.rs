//! Work that runs: what, for which host, for how long; one job can be cancelled.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::ui::action::{Act, Jobs as JobsAct, Scope};
use crate::ui::effect::{Effect, Order};
use crate::ui::layout::inside;
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::Subject;
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::{Cursor, Frame, Scroll, ground, paint};

/// The overlay.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    cursor: Cursor<u64>,
    ids: Vec<u64>,
}

fn page(area: Rect) -> usize {
    usize::from(inside(area).height)
}

impl Part for Jobs {
    fn scope(&self) -> Scope {
        Scope::Jobs
    }

    fn crumb(&self) -> Line {
        Line::of(Role::Text, "Jobs")
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        match act {
            Act::Move(step) => {
                let ids = &self.ids;
                self.cursor.go(step, ids.len(), page(at.area), |i| ids.get(i).copied());
            }
            Act::Jobs(JobsAct::Cancel) => {
                if let Some(id) = self.cursor.selected() {
                    return vec![Ask::Do(Effect::Order(Order::Cancel(Some(*id))))];
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn lacks(&self, act: Act) -> bool {
        matches!(act, Act::Open | Act::Filter | Act::FilterValue | Act::Found(_))
    }

    fn fit(&mut self, at: &At<'_>) {
        self.ids = at.world.jobs.iter().map(|job| job.id).collect();
        let ids = &self.ids;
        self.cursor.fit(ids.len(), page(at.area), |i| ids.get(i).copied());
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        let (done, all) = at.world.progress;
        let remark = Line::of(Role::Muted, format!("{done} of {all} images settled"));
        let body = Frame::titled(Line::of(Role::Title, "Jobs"), true).remark(remark).draw(at.area, out, ink);
        if at.world.jobs.is_empty() {
            let empty = [Line::of(Role::Muted, "no work is running")];
            Scroll::default().draw(&empty, body, out, ink);
            return;
        }
        let rows = at.world.jobs.iter().enumerate().skip(self.cursor.offset);
        for ((index, job), y) in rows.zip(body.top()..body.bottom()) {
            let row = Rect { y, height: 1, ..body };
            if index == self.cursor.index() {
                ground(Role::Selection, row, true, out);
            }
            let seconds = at.now.0.saturating_sub(job.since.0).max(0);
            let line = Line::of(Role::Muted, format!("{seconds:>4} s  "))
                .with(Role::Text, Shown::new(&job.what))
                .with(Role::Muted, Shown::new(&format!("  {}", job.host)));
            paint(&line, row, ink.glyphs.dots, out);
        }
    }

    fn subject(&self, _at: &At<'_>) -> Subject {
        Subject::default()
    }

    fn wheel(&mut self, down: bool, _position: Position, at: &At<'_>) {
        let ids = &self.ids;
        self.cursor.wheel(down, ids.len(), page(at.area), |i| ids.get(i).copied());
    }

    fn hints(&self) -> &'static [&'static str] {
        &["down", "cancel-job", "escape"]
    }
}
