//! The table of actions: no clash, every action reachable and documented, conditions that say why not.

use std::collections::{BTreeMap, BTreeSet};

use sigscope::ui::action::{ACTIONS, Scope, named};
use sigscope::ui::keymap::resolve::sequences;
use sigscope::ui::keymap::{Chord, Key, Match, lookup};

#[test]
fn every_key_can_be_read_and_no_scope_gives_one_key_two_meanings() {
    let mut seen: BTreeMap<(Scope, String), &str> = BTreeMap::new();
    for action in ACTIONS {
        let keys: Vec<_> = sequences(action).collect();
        assert_eq!(keys.len(), action.keys.len(), "{}: a key that cannot be read", action.name);
        for sequence in keys {
            let written = Chord::written(&sequence);
            if let Some(other) = seen.insert((action.scope, written.clone()), action.name) {
                panic!("{written} means {other} and {}", action.name);
            }
        }
    }
}

#[test]
fn no_screen_takes_a_key_that_works_everywhere() {
    let global: BTreeSet<Vec<Chord>> =
        ACTIONS.iter().filter(|action| action.scope == Scope::Global).flat_map(sequences).collect();
    for action in
        ACTIONS.iter().filter(|action| !matches!(action.scope, Scope::Global | Scope::Field | Scope::Editor))
    {
        for sequence in sequences(action) {
            assert!(!global.contains(&sequence), "{} takes {}", action.name, Chord::written(&sequence));
        }
    }
}

#[test]
fn no_sequence_hides_behind_a_shorter_one() {
    for scope in Scope::ALL {
        // While text is typed no other scope counts.
        let alone = matches!(scope, Scope::Field | Scope::Editor);
        let scopes = if alone { vec![*scope] } else { vec![*scope, Scope::Global] };
        for action in ACTIONS.iter().filter(|action| scopes.contains(&action.scope)) {
            for sequence in sequences(action) {
                for shorter in 1..sequence.len() {
                    let prefix = &sequence[..shorter];
                    assert!(
                        matches!(lookup(&scopes, prefix), Match::Prefix),
                        "{}",
                        Chord::written(&sequence)
                    );
                }
                match lookup(&scopes, &sequence) {
                    Match::Action(found) => assert_eq!(found.name, action.name),
                    other => panic!("{} means {other:?}", Chord::written(&sequence)),
                }
            }
        }
    }
}

/// Ctrl and Alt are hard to reach for some, and ctrl-i, ctrl-j, ctrl-m, ctrl-[ and ctrl-h are other keys on the wire.
#[test]
fn control_is_never_the_only_way_and_never_ambiguous() {
    for action in ACTIONS {
        let keys: Vec<_> = sequences(action).collect();
        for chord in keys.iter().flatten().filter(|chord| chord.ctrl) {
            assert!(!matches!(chord.key, Key::Char('i' | 'j' | 'm' | '[' | 'h')), "{}", action.name);
        }
        // Every action is a command of the palette, which needs no control key.
        assert_eq!(named(action.name).map(|found| found.name), Some(action.name));
        assert!(!action.doc.is_empty() && action.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
    }
}

#[test]
fn names_are_unique() {
    let names: BTreeSet<&str> = ACTIONS.iter().map(|action| action.name).collect();
    assert_eq!(names.len(), ACTIONS.len());
}
