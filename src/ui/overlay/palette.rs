//! The palette: commands by name and their arguments, completed by fuzzy match, and the commands of before.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::arguments::arguments;
use crate::model::World;
use crate::ui::action::{ACTIONS, Act, ActionSpec, Field as FieldAct, Move, Scope};
use crate::ui::layout::inside;
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::Subject;
use crate::ui::text::{Line, Shown};
use crate::ui::theme::{Ink, Role};
use crate::ui::widget::{Cursor, Field, Frame, ground, paint};

/// Commands that take a word, besides the actions.
pub const COMMANDS: &[(&str, &str)] = &[
    ("open HOST/REPO[:TAG]", "look at an image, or at all tags of a repository, in addition"),
    ("ctx NAME", "follow another context of the kubeconfig; `-`: the one before"),
    ("ns NAME[,NAME]", "look at these namespaces only; `all`: at all"),
    ("theme NAME", "take a theme by name"),
    ("keys PRESET", "take the keys of default, arrows, k9s or strict-vim"),
    ("explain CODE", "the page of a code"),
    ("q", "quit"),
];

/// The overlay.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    field: Field,
    /// What the rows are for.
    ranked: String,
    cursor: Cursor<usize>,
    rows: Vec<Row>,
    /// True once a row was chosen with the cursor, and not only by what is typed.
    moved: bool,
    /// Commands of before, the newest last, and the one that is shown.
    past: Vec<String>,
    shown: Option<usize>,
}

/// A row that can be chosen.
#[derive(Clone, Debug)]
struct Row {
    text: String,
    doc: String,
    action: Option<&'static ActionSpec>,
}

struct Candidate {
    text: &'static str,
    doc: &'static str,
    action: Option<&'static ActionSpec>,
}

fn candidates() -> Vec<Candidate> {
    let commands = COMMANDS.iter().map(|(text, doc)| Candidate { text, doc, action: None });
    let actions = ACTIONS.iter().filter(|action| action.scope != Scope::Field);
    commands.chain(actions.map(|a| Candidate { text: a.name, doc: a.doc, action: Some(a) })).collect()
}

/// The names that come closest to a command that is none.
#[must_use]
pub fn nearest(typed: &str) -> Vec<&'static str> {
    let word = typed.split_whitespace().next().unwrap_or_default();
    ranked(word).into_iter().take(3).filter_map(|row| candidates().get(row).map(|c| c.text)).collect()
}

/// Numbers of the candidates that match, best first.
fn ranked(typed: &str) -> Vec<usize> {
    best(typed, &candidates().iter().map(|candidate| candidate.text).collect::<Vec<_>>())
}

/// Numbers of the texts that match, best first; all of them while nothing is typed.
fn best(typed: &str, all: &[&str]) -> Vec<usize> {
    if typed.is_empty() {
        return (0..all.len()).collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(&typed.to_lowercase(), CaseMatching::Ignore, Normalization::Smart);
    let mut buffer = Vec::new();
    let score = |text: &str, matcher: &mut Matcher, buffer: &mut Vec<char>| {
        pattern.score(Utf32Str::new(text, buffer), matcher)
    };
    let numbered = all.iter().enumerate();
    let mut scored: Vec<(u32, usize)> = numbered
        .filter_map(|(row, text)| Some((score(&text.to_lowercase(), &mut matcher, &mut buffer)?, row)))
        .collect();
    scored.sort_by_key(|(score, row)| (std::cmp::Reverse(*score), *row));
    scored.into_iter().map(|(_, row)| row).collect()
}

/// What stays before the word that is completed, and that word: namespaces stand in a list.
fn parts(typed: &str) -> (&str, &str) {
    let head = typed.find(' ').map_or(0, |at| at + 1);
    let list = if typed.starts_with("ns ") { typed.rfind(',').map_or(0, |at| at + 1) } else { 0 };
    typed.split_at(head.max(list).min(typed.len()))
}

fn rows(typed: &str, world: &World) -> Vec<Row> {
    let (before, word) = parts(typed);
    let Some(command) = before.split(' ').next().filter(|_| !before.is_empty()) else {
        let all = candidates();
        let found = ranked(word).into_iter().filter_map(|row| all.get(row));
        let row =
            |one: &Candidate| Row { text: one.text.to_owned(), doc: one.doc.to_owned(), action: one.action };
        return found.map(row).collect();
    };
    let all = arguments(command, world);
    let texts: Vec<&str> = all.iter().map(|(text, _)| text.as_str()).collect();
    let found = best(word.trim(), &texts).into_iter().filter_map(|row| all.get(row));
    found.map(|(text, doc)| Row { text: text.clone(), doc: doc.clone(), action: None }).collect()
}

impl Palette {
    fn list(area: Rect) -> Rect {
        let body = inside(area);
        Rect { y: body.y + 1, height: body.height.saturating_sub(1), ..body }
    }

    /// With the commands of before, the newest last.
    #[must_use]
    pub fn after(past: &[String]) -> Self {
        Self { past: past.to_vec(), ..Self::default() }
    }

    fn step(&mut self, step: Move, area: Rect) {
        let (length, page) = (self.rows.len(), usize::from(Self::list(area).height));
        self.cursor.go(step, length, page, Some);
        self.moved = true;
    }

    /// Where nothing is typed yet, up leads to the commands of before, and down back from them.
    fn turn(&mut self, older: bool) -> bool {
        let last = self.past.len();
        let next = match (self.shown, older) {
            (None, true) if self.field.is_empty() && !self.moved && last > 0 => Some(last - 1),
            (Some(at), true) => Some(at.saturating_sub(1)),
            (Some(at), false) if at + 1 < last => Some(at + 1),
            (Some(_), false) => None,
            _ => return false,
        };
        self.shown = next;
        let text = next.and_then(|at| self.past.get(at)).cloned().unwrap_or_default();
        self.field.set(&text);
        true
    }

    fn selected(&self) -> Option<&Row> {
        self.rows.get(self.cursor.index())
    }

    /// What is typed with the selected row in place of its last word.
    fn completed(&self) -> Option<String> {
        let typed = self.field.text();
        let (before, _) = parts(&typed);
        let text = &self.selected()?.text;
        Some(if before.is_empty() {
            format!("{} ", text.split(' ').next().unwrap_or_default())
        } else {
            format!("{before}{text}")
        })
    }

    /// What Enter runs: what is typed when it has arguments or is a whole name, else the selected candidate. Of
    /// arguments a candidate is taken only where the cursor chose it: not all that may be meant are known here.
    fn command(&self) -> String {
        let typed = self.field.text();
        let typed = typed.trim();
        let whole = candidates().iter().any(|candidate| candidate.text.split(' ').next() == Some(typed));
        let wanted = self.moved || !(self.field.text().contains(' ') || whole);
        let chosen = self.completed().filter(|_| wanted);
        chosen.map_or_else(|| typed.to_owned(), |chosen| chosen.trim_end().to_owned())
    }
}

impl Part for Palette {
    fn scope(&self) -> Scope {
        Scope::Field
    }

    fn crumb(&self) -> Line {
        Line::of(Role::Text, "Command")
    }

    fn act(&mut self, act: Act, at: &At<'_>) -> Vec<Ask> {
        match act {
            Act::Field(FieldAct::Accept) => return vec![Ask::Close, Ask::Command(self.command())],
            Act::Field(FieldAct::Cancel) => return vec![Ask::Close],
            Act::Field(FieldAct::Complete) => {
                if let Some(completed) = self.completed() {
                    self.field.set(&completed);
                }
            }
            Act::Field(FieldAct::Next) if self.turn(false) => {}
            Act::Field(FieldAct::Previous) if self.turn(true) => {}
            Act::Field(FieldAct::Next) => self.step(Move::Down, at.area),
            Act::Field(FieldAct::Previous) => self.step(Move::Up, at.area),
            _ => {}
        }
        Vec::new()
    }

    fn fit(&mut self, at: &At<'_>) {
        let typed = self.field.text();
        self.rows = rows(&typed, at.world);
        if self.ranked != typed {
            // What matched the letters before is not what comes closest now.
            self.ranked = typed;
            self.cursor = Cursor::default();
            self.moved = false;
            let shown = self.shown.and_then(|at| self.past.get(at));
            self.shown = self.shown.filter(|_| shown == Some(&self.ranked));
        }
        let page = usize::from(Self::list(at.area).height);
        self.cursor.fit(self.rows.len(), page, Some);
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        let past = if self.past.is_empty() { "" } else { "Up: before, " };
        let remark = Line::of(Role::Muted, format!("{past}Tab completes, Enter runs"));
        let body =
            Frame::titled(Line::of(Role::Title, "Command"), true).remark(remark).draw(at.area, out, ink);
        paint(&self.field.line(":", true), Rect { height: 1, ..body }, ink.glyphs.dots, out);
        let list = Self::list(at.area);
        let rows = self.rows.iter().enumerate().skip(self.cursor.offset);
        for ((index, candidate), y) in rows.zip(list.top()..list.bottom()) {
            let place = Rect { y, height: 1, ..list };
            if index == self.cursor.index() {
                ground(Role::Selection, place, true, out);
            }
            let keys = candidate.action.map(|action| at.keys.written(action)).unwrap_or_default();
            // Names of contexts, namespaces and images are somebody else's words.
            let line = Line::of(Role::Text, Shown::new(&format!("{:<22}", candidate.text)))
                .with(Role::Key, format!("{keys:<10}"))
                .with(Role::Muted, candidate.doc.clone());
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
        self.step(if down { Move::Down } else { Move::Up }, at.area);
    }

    fn hints(&self) -> &'static [&'static str] {
        &["next-candidate", "complete", "accept", "dismiss"]
    }
}
