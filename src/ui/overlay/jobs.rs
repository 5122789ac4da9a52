//! Work that runs and what comes next: what, for which host, for how long, how often it was tried, and how much is asked
//! of each host at a time; one job can be cancelled.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::model::world::{HostRow, Job, Severity};
use crate::model::{Moment, World};
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

/// Most lines about hosts.
const HOSTS: usize = 4;

/// Hosts that are asked something, or that asked to be left alone.
fn busy(world: &World) -> impl Iterator<Item = &HostRow> {
    world.hosts.iter().filter(|host| host.running + host.waiting > 0 || host.pause > 0).take(HOSTS)
}

/// Rows of the list; the lines about hosts stand below it.
fn page(at: &At<'_>) -> usize {
    usize::from(inside(at.area).height).saturating_sub(busy(at.world).count())
}

fn host(host: &HostRow) -> Line {
    let mut line = Line::of(Role::Muted, Shown::new(&format!("{}: ", host.name)));
    line.push(Role::Text, format!("{} of {} requests at a time", host.running, host.limit));
    if host.waiting > 0 {
        line.push(Role::Muted, format!(", {} wait", host.waiting));
    }
    if host.pause > 0 {
        line.push(Role::Wait, format!(", asked to be left alone for {} s", host.pause));
    }
    line
}

/// How long, what, for which host, how often tried.
fn job(job: &Job, now: Moment) -> Line {
    let seconds = now.0.saturating_sub(job.since.0).max(0);
    let time = if job.waits { "  next  ".to_owned() } else { format!("{seconds:>4} s  ") };
    let mut line = Line::of(Role::Muted, time)
        .with(if job.waits { Role::Muted } else { Role::Text }, Shown::new(&job.what))
        .with(Role::Muted, Shown::new(&format!("  {}", job.host)));
    if job.requests > 0 {
        line.push(Role::Muted, format!("  {} requests", job.requests));
    }
    if job.again > 0 {
        line.push(Role::Wait, format!(", {} again", job.again));
    }
    line
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
                self.cursor.go(step, ids.len(), page(at), |i| ids.get(i).copied());
            }
            Act::Jobs(JobsAct::Cancel) => {
                return vec![match self.cursor.selected().filter(|id| self.ids.contains(id)) {
                    Some(id) => Ask::Do(Effect::Order(Order::Cancel(Some(*id)))),
                    None => Ask::Note(Severity::Info, "no work is running".to_owned()),
                }];
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
        self.cursor.fit(ids.len(), page(at), |i| ids.get(i).copied());
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
        let below = body.top() + u16::try_from(page(at)).unwrap_or(0);
        let row = |y: u16| Rect { y, height: 1, ..body };
        for (one, y) in busy(at.world).zip(below..body.bottom()) {
            paint(&host(one), row(y), ink.glyphs.dots, out);
        }
        let rows = at.world.jobs.iter().enumerate().skip(self.cursor.offset);
        for ((index, one), y) in rows.zip(body.top()..below) {
            if index == self.cursor.index() {
                ground(Role::Selection, row(y), true, out);
            }
            paint(&job(one, at.now), row(y), ink.glyphs.dots, out);
        }
    }

    fn subject(&self, _at: &At<'_>) -> Subject {
        Subject::default()
    }

    fn wheel(&mut self, down: bool, _position: Position, at: &At<'_>) {
        let ids = &self.ids;
        self.cursor.wheel(down, ids.len(), page(at), |i| ids.get(i).copied());
    }

    fn hints(&self) -> &'static [&'static str] {
        &["down", "cancel-job", "escape"]
    }
}
