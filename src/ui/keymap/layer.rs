//! A file of keys: read with its lines, and settled where it contradicts itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::chord::{Chord, Key};
use crate::ui::action::{ActionSpec, Scope, named};

/// Most keys of one action.
const MOST_KEYS: usize = 8;
/// Most keys of one sequence.
const LONGEST: usize = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    preset: Option<Spanned<String>>,
    #[serde(default)]
    prefixes: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    keys: BTreeMap<String, Spanned<KeysText>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum KeysText {
    One(String),
    Many(Vec<String>),
}

/// What a file says about one action.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The line, counted from 1.
    pub(super) line: usize,
    /// The action.
    pub(super) action: &'static ActionSpec,
    /// Its keys from now on.
    pub(super) keys: Vec<Vec<Chord>>,
}

/// What a file says.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    /// The preset that it stands on, with its line.
    pub(super) preset: Option<(usize, String)>,
    /// First keys of sequences that become others.
    pub(super) prefixes: Vec<(Chord, Chord)>,
    /// Actions with their keys.
    pub(super) entries: Vec<Entry>,
    /// What was wrong, with its line; it does not count.
    pub(super) problems: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// When it is not TOML, or not of this form: the place and the problem.
pub(super) fn parse(text: &str, file: &str) -> Result<Layer, String> {
    let read: FileText =
        toml::from_str(text).map_err(|error| format!("{file}: {}", error.to_string().trim_end()))?;
    let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let mut layer = Layer {
        preset: read.preset.map(|name| (line(name.span().start), name.into_inner())),
        ..Layer::default()
    };
    for (from, to) in read.prefixes {
        let at = line(to.span().start);
        match (from.parse(), to.into_inner().parse()) {
            (Ok(from), Ok(to)) => layer.prefixes.push((from, to)),
            (Err(bad), _) | (_, Err(bad)) => layer.problems.push(format!("{file}:{at}: no key `{bad}`")),
        }
    }
    for (name, written) in read.keys {
        let at = line(written.span().start);
        let Some(action) = named(&name) else {
            layer.problems.push(format!("{file}:{at}: no action `{name}` (docs/keys.md lists them)"));
            continue;
        };
        let written = match written.into_inner() {
            KeysText::One(one) => vec![one],
            KeysText::Many(many) => many,
        };
        match keys(action, &written) {
            Ok(keys) => layer.entries.push(Entry { line: at, action, keys }),
            Err(problem) => layer.problems.push(format!("{file}:{at}: {problem}")),
        }
    }
    layer.entries.sort_by_key(|entry| entry.line);
    Ok(layer)
}

fn keys(action: &ActionSpec, written: &[String]) -> Result<Vec<Vec<Chord>>, String> {
    if written.len() > MOST_KEYS {
        return Err(format!("{} has more than {MOST_KEYS} keys", action.name));
    }
    let mut all = Vec::new();
    for text in written {
        let sequence = Chord::sequence(text).map_err(|bad| format!("no key `{bad}`"))?;
        if sequence.len() > LONGEST {
            return Err(format!("`{text}` is longer than {LONGEST} keys"));
        }
        if let Some(chord) = sequence.iter().find(|chord| chord.ctrl && ambiguous(chord.key)) {
            return Err(format!("`{chord}` is another key on the wire"));
        }
        let typed = matches!(action.scope, Scope::Field | Scope::Editor)
            && sequence.iter().any(|chord| !chord.ctrl && matches!(chord.key, Key::Char(_)));
        if typed {
            return Err(format!("`{text}` is text where `{}` works", action.name));
        }
        all.push(sequence);
    }
    Ok(all)
}

/// Tab, Enter, Escape, Backspace and a line feed are what these send (ASCII control characters).
fn ambiguous(key: Key) -> bool {
    matches!(key, Key::Char('i' | 'j' | 'm' | '[' | 'h'))
}

/// True when keys of both scopes can count at the same time.
pub(super) fn overlap(one: Scope, other: Scope) -> bool {
    let with_global = |scope: Scope| !matches!(scope, Scope::Field | Scope::Editor);
    one == other
        || (one == Scope::Global && with_global(other))
        || (other == Scope::Global && with_global(one))
}

/// True when one sequence makes the other unreachable: equal, or the beginning of it, either way round.
pub(super) fn hides(one: &[Chord], other: &[Chord]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// Takes the keys away that the file gives to two actions at once, and says so with both lines. An action that loses all
/// that the file gave it keeps what it had.
pub(super) fn settle(entries: &[Entry], file: &str) -> (Vec<Entry>, Vec<String>) {
    let mut problems = Vec::new();
    let mut settled = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let mut kept = Vec::new();
        for own in &entry.keys {
            let Some((at, other)) = rival(entries, index, own) else {
                kept.push(own.clone());
                continue;
            };
            // Told once for the pair, at its first half.
            if index < at {
                problems.push(format!(
                    "{file}:{} and {file}:{}: `{}` cannot mean both {} and {}; it keeps its meaning",
                    entry.line,
                    other.line,
                    Chord::written(own),
                    entry.action.name,
                    other.action.name
                ));
            }
        }
        if entry.keys.is_empty() || !kept.is_empty() {
            settled.push(Entry { keys: kept, ..entry.clone() });
        }
    }
    (settled, problems)
}

/// Another action of the file to which it gives the same keys.
fn rival<'a>(entries: &'a [Entry], index: usize, own: &[Chord]) -> Option<(usize, &'a Entry)> {
    let scope = entries.get(index)?.action.scope;
    entries.iter().enumerate().find(|(at, other)| {
        *at != index && overlap(scope, other.action.scope) && other.keys.iter().any(|their| hides(own, their))
    })
}
