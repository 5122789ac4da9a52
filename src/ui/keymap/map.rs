//! Which keys mean which action: those of the table, a preset over them, the user's own file over both.

use std::collections::HashMap;

use super::chord::Chord;
use super::layer::{self, Entry, Layer};
use crate::ui::action::{ACTIONS, ActionSpec, Scope};

/// What a sequence means.
#[derive(Clone, Copy, Debug)]
pub enum Match {
    /// An action.
    Action(&'static ActionSpec),
    /// The beginning of longer sequences.
    Prefix,
    /// Nothing.
    Nothing,
}

/// The keys of every action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    /// Name of the preset that it stands on.
    pub preset: String,
    keys: HashMap<&'static str, Vec<Vec<Chord>>>,
}

/// The presets: name and text; the table of actions is the first of them.
pub const PRESETS: &[(&str, &str)] = &[
    ("default", ""),
    ("arrows", include_str!("presets/arrows.toml")),
    ("k9s", include_str!("presets/k9s.toml")),
    ("strict-vim", include_str!("presets/strict-vim.toml")),
];

impl Default for Keymap {
    fn default() -> Self {
        let keys = ACTIONS.iter().map(|action| (action.name, sequences(action).collect())).collect();
        Self { preset: "default".to_owned(), keys }
    }
}

impl Keymap {
    /// A preset by its name; `None`: there is none of that name.
    #[must_use]
    pub fn preset(name: &str) -> Option<Self> {
        let (name, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
        let mut map = Self::default();
        // A test holds that the presets have no problems.
        if let Ok(layer) = layer::parse(text, name) {
            map.lay(&layer, name, &mut Vec::new());
        }
        map.preset = (*name).to_owned();
        Some(map)
    }

    /// The user's file over the preset that it names, or over `preset`. What is wrong with it is returned, one line for
    /// each problem with its place; the rest of the file counts all the same.
    #[must_use]
    pub fn read(text: &str, file: &str, preset: Option<&str>) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let layer = layer::parse(text, file).unwrap_or_else(|problem| {
            problems.push(problem);
            Layer::default()
        });
        let written = layer.preset.clone().map(|(line, name)| (format!("{file}:{line}: "), name));
        let (place, name) = match preset {
            Some(name) => (String::new(), name.to_owned()),
            None => written.unwrap_or_else(|| (String::new(), "default".to_owned())),
        };
        let mut map = Self::preset(&name).unwrap_or_else(|| {
            let known: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
            problems.push(format!("{place}no preset `{name}`; there are {}", known.join(", ")));
            Self::default()
        });
        map.lay(&layer, file, &mut problems);
        (map, problems)
    }

    /// The sequences of an action; the first one is shown in hints.
    #[must_use]
    pub fn of(&self, action: &ActionSpec) -> &[Vec<Chord>] {
        self.keys.get(action.name).map_or(&[], Vec::as_slice)
    }

    /// All keys of an action as people write them.
    #[must_use]
    pub fn written(&self, action: &ActionSpec) -> String {
        let all: Vec<String> = self.of(action).iter().map(|keys| Chord::written(keys)).collect();
        all.join(" ")
    }

    /// Looks a sequence up; scopes are asked in their order.
    #[must_use]
    pub fn lookup(&self, scopes: &[Scope], sequence: &[Chord]) -> Match {
        let mut prefix = false;
        for scope in scopes {
            for action in ACTIONS.iter().filter(|action| action.scope == *scope) {
                for keys in self.of(action) {
                    if keys == sequence {
                        return Match::Action(action);
                    }
                    prefix |= keys.len() > sequence.len() && keys.starts_with(sequence);
                }
            }
        }
        if prefix { Match::Prefix } else { Match::Nothing }
    }

    /// What can follow a prefix: the next keys and the action, for the box that shows them.
    #[must_use]
    pub fn continuations(&self, scopes: &[Scope], prefix: &[Chord]) -> Vec<(String, &'static ActionSpec)> {
        let mut found: Vec<(String, &'static ActionSpec)> = Vec::new();
        for action in ACTIONS.iter().filter(|action| scopes.contains(&action.scope)) {
            for keys in self.of(action) {
                if let Some(rest) = keys.strip_prefix(prefix).filter(|rest| !rest.is_empty())
                    && !found
                        .iter()
                        .any(|(written, known)| *written == Chord::written(rest) || known.name == action.name)
                {
                    found.push((Chord::written(rest), action));
                }
            }
        }
        found
    }

    /// Lays a file over what stands.
    fn lay(&mut self, layer: &Layer, file: &str, problems: &mut Vec<String>) {
        for (from, to) in &layer.prefixes {
            for sequence in self.keys.values_mut().flatten().filter(|keys| keys.len() > 1) {
                if let Some(first) = sequence.first_mut().filter(|first| *first == from) {
                    *first = *to;
                }
            }
        }
        problems.extend(layer.problems.iter().cloned());
        let (entries, clashes) = layer::settle(&layer.entries, file);
        problems.extend(clashes);
        // What the file gives to one action is taken from those that it does not speak of.
        for Entry { action, keys, .. } in &entries {
            let named = |name: &str| entries.iter().any(|entry| entry.action.name == name);
            for other in ACTIONS.iter().filter(|other| !named(other.name)) {
                if layer::overlap(action.scope, other.scope)
                    && let Some(theirs) = self.keys.get_mut(other.name)
                {
                    theirs.retain(|their| !keys.iter().any(|own| layer::hides(own, their)));
                }
            }
        }
        for Entry { action, keys, .. } in entries {
            self.keys.insert(action.name, keys);
        }
        // Whatever a file says, there is a way out.
        if let Some(cancel) = crate::ui::action::named("cancel").filter(|action| self.of(action).is_empty()) {
            self.keys.insert(cancel.name, sequences(cancel).collect());
            problems.push(format!("{file}: `cancel` keeps its key: it is the way out"));
        }
    }
}

/// The sequences of an action in the table; what cannot be read is no key (a test holds that there is none).
pub fn sequences(action: &ActionSpec) -> impl Iterator<Item = Vec<Chord>> {
    action.keys.iter().filter_map(|text| Chord::sequence(text).ok())
}
