//! Which action a sequence of keys means in the scopes that are active.

use super::chord::Chord;
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

/// Looks a sequence up; scopes are asked in their order.
#[must_use]
pub fn lookup(scopes: &[Scope], sequence: &[Chord]) -> Match {
    let mut prefix = false;
    for scope in scopes {
        for action in ACTIONS.iter().filter(|action| action.scope == *scope) {
            for keys in sequences(action) {
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
pub fn continuations(scopes: &[Scope], prefix: &[Chord]) -> Vec<(String, &'static ActionSpec)> {
    let mut found: Vec<(String, &'static ActionSpec)> = Vec::new();
    for action in ACTIONS.iter().filter(|action| scopes.contains(&action.scope)) {
        for keys in sequences(action) {
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

/// The sequences of an action; what cannot be read is no key (a test holds that there is none).
pub fn sequences(action: &ActionSpec) -> impl Iterator<Item = Vec<Chord>> {
    action.keys.iter().filter_map(|text| Chord::sequence(text).ok())
}
