//! Two images side by side: what differs, section by section; noise on demand.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::model::diff::{Change, Diff, Difference, Side};
use crate::ui::action::{Act, Diff as DiffAct, Move, Scope};
use crate::ui::detail::verdict_words;
use crate::ui::layout::inside;
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::Subject;
use crate::ui::text::width::{end, middle, pad};
use crate::ui::text::{Line, Shown, wrap::wrap};
use crate::ui::theme::{Glyphs, Ink, Role};
use crate::ui::widget::paint::{ground, paint};
use crate::ui::widget::{Cursor, Frame, Scroll};

/// Rows above the list: both images, and the headings.
const HEAD: usize = 4;

/// A row: the heading of a section, or a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Section(usize),
    Difference(usize),
}

/// The overlay.
#[derive(Clone, Debug)]
pub struct DiffPane {
    /// The first image.
    pub a: Arc<str>,
    /// The second image.
    pub b: Arc<str>,
    answer: Option<Result<Arc<Diff>, String>>,
    noise: bool,
    rows: Vec<Row>,
    cursor: Cursor<usize>,
}

impl DiffPane {
    /// Waits for the answer about two images.
    #[must_use]
    pub fn new(a: Arc<str>, b: Arc<str>) -> Self {
        Self { a, b, answer: None, noise: false, rows: Vec::new(), cursor: Cursor::default() }
    }

    /// The answer has come.
    pub fn answered(&mut self, answer: Result<Arc<Diff>, String>) {
        self.answer = Some(answer);
        self.derive();
    }

    fn diff(&self) -> Option<&Arc<Diff>> {
        self.answer.as_ref().and_then(|answer| answer.as_ref().ok())
    }

    fn derive(&mut self) {
        let Some(diff) = self.diff().cloned() else { return };
        self.rows.clear();
        let mut section = "";
        let shown = diff.differences.iter().enumerate().filter(|(_, one)| self.noise || !one.noise);
        for (index, one) in shown {
            if one.section != section {
                section = &one.section;
                self.rows.push(Row::Section(index));
            }
            self.rows.push(Row::Difference(index));
        }
        let keep = self.cursor.index().min(self.rows.len().saturating_sub(1));
        self.cursor = Cursor::default();
        self.cursor.jump(keep, self.rows.len(), 1, Some);
    }

    fn page(area: Rect) -> usize {
        usize::from(inside(area).height).saturating_sub(HEAD)
    }

    fn selected(&self) -> Option<&Difference> {
        match self.rows.get(self.cursor.index())? {
            Row::Difference(index) | Row::Section(index) => self.diff()?.differences.get(*index),
        }
    }

    /// To the next difference, over headings.
    fn next(&mut self, forward: bool, page: usize) {
        let step = if forward { Move::Down } else { Move::Up };
        for _ in 0..2 {
            self.cursor.go(step, self.rows.len(), page, Some);
            if matches!(self.rows.get(self.cursor.index()), Some(Row::Difference(_))) {
                return;
            }
        }
    }
}

impl Part for DiffPane {
    fn scope(&self) -> Scope {
        Scope::Diff
    }

    fn crumb(&self) -> Line {
        Line::of(Role::Text, Shown::new(&format!("diff {} … {}", self.a, self.b)))
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        let page = Self::page(at.area);
        match act {
            Act::Move(Move::NextSibling) | Act::Found(true) => self.next(true, page),
            Act::Move(Move::PreviousSibling) | Act::Found(false) => self.next(false, page),
            Act::Move(Move::Left | Move::Right) => {}
            Act::Move(step) => self.cursor.go(step, self.rows.len(), page, Some),
            Act::Diff(DiffAct::Noise) => {
                self.noise = !self.noise;
                self.derive();
            }
            Act::Open => return vec![Ask::Close, Ask::Evidence(self.b.clone())],
            _ => {}
        }
        Vec::new()
    }

    fn lacks(&self, act: Act) -> bool {
        match act {
            Act::Filter | Act::FilterValue => true,
            Act::Found(_) => self.rows.is_empty(),
            _ => false,
        }
    }

    fn fit(&mut self, at: &At<'_>) {
        self.cursor.fit(self.rows.len(), Self::page(at.area), Some);
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        let mut remark = Line::new();
        if let Some(diff) = self.diff() {
            let hidden = diff.differences.iter().filter(|one| one.noise).count();
            let shown = if self.noise { "shown" } else { "hidden" };
            remark.push(
                Role::Muted,
                format!(
                    "{} of {} fields · {hidden} noise {shown} (.)",
                    diff.matter().count(),
                    diff.same + diff.differences.len()
                ),
            );
        }
        let title = Line::of(Role::Title, "Differences that matter");
        let inner = Frame::titled(title, true).remark(remark).draw(at.area, out, ink);
        let lines = match &self.answer {
            None => vec!["Reading what is said about both images."],
            Some(Err(problem)) => vec![problem.as_str()],
            Some(Ok(diff)) => {
                self.draw(diff, inner, out, ink);
                return;
            }
        };
        let lines: Vec<Line> = lines
            .iter()
            .flat_map(|text| wrap(Role::Muted, &Shown::new(text), usize::from(inner.width), 0))
            .collect();
        Scroll::default().draw(&lines, inner, out, ink);
    }

    fn subject(&self, at: &At<'_>) -> Subject {
        let image = at.world.image(&self.b);
        let trace = at.world.traces_of(&self.b).next();
        Subject {
            image: image.map(|row| row.name.clone()),
            trace: trace.map(|trace| crate::ui::subject::TraceKey::of(trace)),
            digest: self.diff().map(|diff| diff.b.digest.clone()),
            code: trace.map(|trace| trace.code),
            raw: None,
            path: self.selected().map(|one| format!("{}: {}", one.section, one.field)).unwrap_or_default(),
            value: self.selected().and_then(|one| one.b.clone()).unwrap_or_default(),
        }
    }

    fn wheel(&mut self, down: bool, _position: Position, at: &At<'_>) {
        self.cursor.wheel(down, self.rows.len(), Self::page(at.area), Some);
    }

    fn hints(&self) -> &'static [&'static str] {
        &["next-found", "previous-found", "diff-noise", "why", "copy-value", "escape", "help"]
    }
}

impl DiffPane {
    fn draw(&self, diff: &Diff, area: Rect, out: &mut Buffer, ink: &Ink) {
        let row = |y: u16| Rect { y, height: 1, ..area };
        let room = usize::from(area.width);
        for (number, (letter, side)) in [("A", &diff.a), ("B", &diff.b)].into_iter().enumerate() {
            let y = area.y + u16::try_from(number).unwrap_or(0);
            if y < area.bottom() {
                paint(&side_line(letter, side, room, ink.glyphs), row(y), ink.glyphs.dots, out);
            }
        }
        let field = (room * 3 / 10).clamp(12, 44);
        let value = room.saturating_sub(field + 8) / 2;
        let head = format!("    {:<field$}  {:<value$}  B", "FIELD", "A");
        if area.height > 3 {
            paint(&Line::of(Role::Muted, head), row(area.y + 3), ink.glyphs.dots, out);
        }
        if self.rows.is_empty() {
            let text = "Nothing that matters differs.";
            if area.height > 4 {
                paint(&Line::of(Role::Ok, text), row(area.y + 4), ink.glyphs.dots, out);
            }
            return;
        }
        let first = area.y + u16::try_from(HEAD).unwrap_or(0);
        let shown = self.rows.iter().enumerate().skip(self.cursor.offset);
        for ((index, item), y) in shown.zip(first..area.bottom()) {
            let line = match item {
                Row::Section(at) => {
                    let section =
                        diff.differences.get(*at).map(|one| one.section.as_str()).unwrap_or_default();
                    Line::of(Role::Title, Shown::new(&format!("▾ {section}")))
                }
                Row::Difference(at) => match diff.differences.get(*at) {
                    Some(one) => difference_line(one, (field, value), ink.glyphs.dots),
                    None => Line::new(),
                },
            };
            paint(&line, row(y), ink.glyphs.dots, out);
            if index == self.cursor.index() {
                ground(Role::Selection, row(y), true, out);
            }
        }
    }
}

fn side_line(letter: &str, side: &Side, room: usize, glyphs: Glyphs) -> Line {
    let mut line = Line::of(Role::Title, format!("{letter}  "));
    match side.verdict {
        Some(verdict) => line.extend(verdict_words(verdict, glyphs)),
        None => line.push(Role::Muted, "- not judged"),
    }
    line.push(Role::Text, " ");
    line.push(Role::Text, middle(&Shown::new(&side.image), room / 2, glyphs.dots));
    line.push(Role::Muted, format!("  {}", side.digest.short()));
    let signers =
        if side.signers.is_empty() { "no verified signer".to_owned() } else { side.signers.join(", ") };
    line.push(Role::Muted, Shown::new(&format!("  {signers}")));
    line
}

fn difference_line(one: &Difference, (field, value): (usize, usize), dots: &str) -> Line {
    let (role, symbol) = match one.change() {
        Change::Added => (Role::Added, "+"),
        Change::Removed => (Role::Removed, "-"),
        Change::Changed => (Role::Changed, "~"),
    };
    let cell = |text: &Option<String>| Shown::new(text.as_deref().unwrap_or("-"));
    let name = if one.field.is_empty() { Shown::new("(whole)") } else { Shown::new(&one.field) };
    let mut line = Line::of(role, format!("  {symbol} "));
    line.push(
        if one.noise { Role::Muted } else { Role::Text },
        pad(&middle(&name, field, dots), field, dots),
    );
    line.push(Role::Text, "  ");
    line.push(Role::Removed, pad(&end(&cell(&one.a), value, dots), value, dots));
    line.push(Role::Text, "  ");
    line.push(Role::Added, end(&cell(&one.b), value, dots));
    line
}
