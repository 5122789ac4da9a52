//! The palette: commands by name, with completion by fuzzy match.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::ui::action::{ACTIONS, Act, ActionSpec, Field as FieldAct, Move, Scope};
use crate::ui::layout::inside;
use crate::ui::part::{Ask, At, Part};
use crate::ui::subject::Subject;
use crate::ui::text::Line;
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
    /// Numbers among the candidates.
    rows: Vec<usize>,
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
    let all = candidates();
    if typed.is_empty() {
        return (0..all.len()).collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, usize)> = all
        .iter()
        .enumerate()
        .filter_map(|(row, candidate)| {
            let score = pattern.score(Utf32Str::new(candidate.text, &mut buffer), &mut matcher)?;
            Some((score, row))
        })
        .collect();
    scored.sort_by_key(|(score, row)| (std::cmp::Reverse(*score), *row));
    scored.into_iter().map(|(_, row)| row).collect()
}

impl Palette {
    fn list(area: Rect) -> Rect {
        let body = inside(area);
        Rect { y: body.y + 1, height: body.height.saturating_sub(1), ..body }
    }

    fn step(&mut self, step: Move, area: Rect) {
        let (rows, page) = (&self.rows, usize::from(Self::list(area).height));
        self.cursor.go(step, rows.len(), page, |i| rows.get(i).copied());
    }

    /// The first word of the selected candidate.
    fn chosen(&self) -> Option<&'static str> {
        // A selection that no longer matches what is typed is none.
        let row = *self.cursor.selected().filter(|row| self.rows.contains(row))?;
        candidates().get(row)?.text.split(' ').next()
    }

    /// What Enter runs: what is typed when it has arguments or is a whole name, else the selected candidate.
    fn command(&self) -> String {
        let typed = self.field.text();
        let typed = typed.trim();
        let whole = candidates().iter().any(|candidate| candidate.text.split(' ').next() == Some(typed));
        match self.chosen() {
            Some(chosen) if !typed.contains(' ') && !whole => chosen.to_owned(),
            _ => typed.to_owned(),
        }
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
                if let Some(chosen) = self.chosen() {
                    self.field.set(&format!("{chosen} "));
                }
            }
            Act::Field(FieldAct::Next) => self.step(Move::Down, at.area),
            Act::Field(FieldAct::Previous) => self.step(Move::Up, at.area),
            _ => {}
        }
        Vec::new()
    }

    fn fit(&mut self, at: &At<'_>) {
        let typed = self.field.text();
        let word = typed.split_whitespace().next().unwrap_or_default();
        self.rows = ranked(word);
        if self.ranked != word {
            // What matched the letters before is not what comes closest now.
            word.clone_into(&mut self.ranked);
            self.cursor = Cursor::default();
        }
        let rows = &self.rows;
        let page = usize::from(Self::list(at.area).height);
        self.cursor.fit(rows.len(), page, |i| rows.get(i).copied());
    }

    fn view(&self, at: &At<'_>, out: &mut Buffer, ink: &Ink) {
        let remark = Line::of(Role::Muted, "Tab completes, Enter runs");
        let body =
            Frame::titled(Line::of(Role::Title, "Command"), true).remark(remark).draw(at.area, out, ink);
        paint(&self.field.line(":", true), Rect { height: 1, ..body }, ink.glyphs.dots, out);
        let (list, all) = (Self::list(at.area), candidates());
        let rows = self.rows.iter().enumerate().skip(self.cursor.offset);
        for ((index, row), y) in rows.zip(list.top()..list.bottom()) {
            let Some(candidate) = all.get(*row) else { continue };
            let place = Rect { y, height: 1, ..list };
            if index == self.cursor.index() {
                ground(Role::Selection, place, true, out);
            }
            let keys = candidate.action.map(|action| at.keys.written(action)).unwrap_or_default();
            let line = Line::of(Role::Text, format!("{:<22}", candidate.text))
                .with(Role::Key, format!("{keys:<10}"))
                .with(Role::Muted, candidate.doc);
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
