//! Acknowledging: which findings, with what note, and the way back.

use super::rows::Dealt;
use super::state::State;
use crate::model::Trace;
use crate::model::ledger::{Ledger, Standing};
use crate::model::world::Severity;
use crate::ui::part::{Ask, At};
use crate::ui::subject::TraceKey;
use crate::ui::widget::Field;

/// Most steps that are taken back.
const MOST_STEPS: usize = 100;

/// A note that is being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// The line.
    pub field: Field,
    /// The findings that it is for.
    pub about: Vec<TraceKey>,
}

impl State {
    /// The findings of marked images, else the selected one.
    fn chosen(&self, at: &At<'_>) -> Vec<TraceKey> {
        let marked = |row: &&super::rows::Row| at.marks.contains(row.image.as_str());
        let keys: Vec<TraceKey> = self.rows.iter().filter(marked).map(|row| row.key.clone()).collect();
        if keys.is_empty() { self.row().map(|row| row.key.clone()).into_iter().collect() } else { keys }
    }

    /// Begins to type the note of an acknowledgement, or of one that is there.
    pub(super) fn begin(&mut self, comment: bool, at: &At<'_>) -> Vec<Ask> {
        let about = self.chosen(at);
        let tell = |text: &str| vec![Ask::Note(Severity::Info, text.to_owned())];
        let Some(first) = about.first().and_then(|key| key.find(at.world)) else {
            return tell("there is no finding here");
        };
        let acknowledged =
            |key: &TraceKey| self.rows.iter().any(|row| row.key == *key && row.dealt == Dealt::Acknowledged);
        if comment && !about.iter().all(acknowledged) {
            return tell("only what is acknowledged can be commented: A acknowledges");
        }
        if !comment && about.iter().all(acknowledged) {
            return tell("it is acknowledged: c changes the note, u takes it back");
        }
        let before = match at.ledger.standing(at.world, first) {
            Standing::Holds(entry) | Standing::Lapsed(entry, _) => entry.note.clone(),
            Standing::Open => String::new(),
        };
        self.note = Some(Note { field: Field::with(&before), about });
        Vec::new()
    }

    /// Takes the note that was typed.
    pub(super) fn accept(&mut self, at: &At<'_>) -> Vec<Ask> {
        let Some(note) = self.note.take() else { return Vec::new() };
        let mut ledger = at.ledger.clone();
        let traces: Vec<&Trace> =
            note.about.iter().filter_map(|key| key.find(at.world)).map(|trace| &**trace).collect();
        for trace in &traces {
            ledger.acknowledge(at.world, trace, note.field.text().trim(), at.now);
        }
        self.change(
            at.ledger.clone(),
            ledger,
            format!("acknowledged {} (u takes it back)", count(traces.len())),
        )
    }

    /// Takes the last change back, else the selected acknowledgement.
    pub(super) fn undo(&mut self, at: &At<'_>) -> Vec<Ask> {
        if let Some((before, after)) = self.steps.pop() {
            let told = "the last change is taken back".to_owned();
            // What others said since stays.
            let ledger = Ledger::merged(&after, &before, at.ledger.clone());
            return vec![Ask::Ledger(ledger), Ask::Note(Severity::Info, told)];
        }
        let mut ledger = at.ledger.clone();
        for trace in self.chosen(at).iter().filter_map(|key| key.find(at.world)) {
            ledger.withdraw(trace);
        }
        if ledger == *at.ledger {
            return vec![Ask::Note(Severity::Info, "there is nothing to take back".to_owned())];
        }
        self.change(at.ledger.clone(), ledger, "acknowledgement withdrawn (u brings it back)".to_owned())
    }

    fn change(&mut self, before: Ledger, after: Ledger, told: String) -> Vec<Ask> {
        if self.steps.len() >= MOST_STEPS {
            self.steps.remove(0);
        }
        self.steps.push((before, after.clone()));
        vec![Ask::Ledger(after), Ask::Note(Severity::Info, told)]
    }
}

fn count(number: usize) -> String {
    if number == 1 { "one finding".to_owned() } else { format!("{number} findings") }
}
