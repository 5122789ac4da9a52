//! The table of actions: no clash, every action reachable and documented, conditions that say why not.

use std::collections::{BTreeMap, BTreeSet};

use sigscope::ui::action::{ACTIONS, Scope, named};
use sigscope::ui::keymap::map::sequences;
use sigscope::ui::keymap::{Chord, Key, Keymap, Match, PRESETS};

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
        // Jobs have no codes to explain; `x` ends one, as it does in other programs' lists of tasks.
        let jobs = action.name == "cancel-job";
        for sequence in sequences(action).filter(|sequence| !jobs || Chord::written(sequence) != "x") {
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
                        matches!(Keymap::default().lookup(&scopes, prefix), Match::Prefix),
                        "{}",
                        Chord::written(&sequence)
                    );
                }
                match Keymap::default().lookup(&scopes, &sequence) {
                    // The one key of a list that works otherwise elsewhere, see above.
                    Match::Action(found) if found.name == "cancel-job" && action.name == "explain" => {}
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

/// Looks up what keys mean on the Images screen.
fn means(map: &Keymap, keys: &str) -> String {
    match map.lookup(&[Scope::Images, Scope::Global], &Chord::sequence(keys).unwrap()) {
        Match::Action(action) => action.name.to_owned(),
        Match::Prefix => "…".to_owned(),
        Match::Nothing => String::new(),
    }
}

#[test]
fn presets_have_no_mistake_and_leave_no_action_that_had_a_key_without_one() {
    for (name, text) in PRESETS {
        let (_, problems) = Keymap::read(text, name, None);
        assert_eq!(problems, Vec::<String>::new(), "{name}");
        let map = Keymap::preset(name).unwrap();
        for action in ACTIONS.iter().filter(|action| !action.keys.is_empty()) {
            assert!(!map.of(action).is_empty(), "{name}: {} has no key", action.name);
            for sequence in map.of(action) {
                let alone = matches!(action.scope, Scope::Field | Scope::Editor);
                let scopes = if alone { vec![action.scope] } else { vec![action.scope, Scope::Global] };
                match map.lookup(&scopes, sequence) {
                    Match::Action(found) => assert_eq!(found.name, action.name, "{name}"),
                    other => {
                        panic!("{name}: {} of {} means {other:?}", Chord::written(sequence), action.name)
                    }
                }
            }
        }
    }
}

/// Whoever has no letters at hand still reaches all that the hints of the screens name.
#[test]
fn arrows_needs_no_letter_for_what_is_used_most() {
    let map = Keymap::preset("arrows").unwrap();
    for name in [
        "down", "up", "left", "right", "open", "escape", "back", "help", "palette", "filter", "why",
        "what-if", "mark",
    ] {
        let first = &map.of(named(name).unwrap())[0];
        assert!(!first.iter().any(|chord| matches!(chord.key, Key::Char(_))), "{name}: {first:?}");
    }
}

#[test]
fn k9s_and_vim_habits_hold() {
    let k9s = Keymap::preset("k9s").unwrap();
    for (keys, wanted) in [
        ("y", "raw"),
        ("c y", "copy-digest"),
        ("d", "why"),
        ("e", "what-if"),
        ("ctrl-w", "wide"),
        ("0", "group-none"),
    ] {
        assert_eq!(means(&k9s, keys), wanted, "{keys}");
    }
    let vim = Keymap::preset("strict-vim").unwrap();
    assert_eq!(means(&vim, "q"), "");
    assert_eq!(means(&vim, "Z Z"), "back");
    assert_eq!(means(&vim, "g g"), "first");
}

#[test]
fn a_file_overrides_single_keys_and_takes_them_from_what_had_them() {
    let (map, problems) =
        Keymap::read("[keys]\nwhy = [\"d\", \"ctrl-y\"]\nfreeze = \"f12\"\n", "keys.toml", None);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(
        (means(&map, "d"), means(&map, "ctrl-y"), means(&map, "w")),
        ("why".into(), "why".into(), String::new())
    );
    assert_eq!((means(&map, "f12"), means(&map, "F")), ("freeze".into(), String::new()));
    // A key that begins longer ones takes them; a longer one takes the key that it begins with.
    let (map, problems) = Keymap::read("[keys]\nwhy = \"g\"\nhelp = \"j j\"\n", "keys.toml", None);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(
        (means(&map, "g"), means(&map, "g g"), means(&map, "home")),
        ("why".into(), String::new(), "first".into())
    );
    assert_eq!(
        (means(&map, "j"), means(&map, "j j"), means(&map, "down")),
        ("…".into(), "help".into(), "down".into())
    );
}

#[test]
fn a_clash_names_both_lines_and_the_key_keeps_its_meaning() {
    let text = "[keys]\nwhy = \"d\"\nmark = [\"m\"]\nraw = [\"d\", \"v\"]\n";
    let (map, problems) = Keymap::read(text, "keys.toml", None);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].contains("keys.toml:2 and keys.toml:4: `d` cannot mean both why and raw"),
        "{problems:?}"
    );
    // `why` has lost all that the file gave it, so it keeps its own; `raw` has the other key.
    assert_eq!(
        (means(&map, "w"), means(&map, "v"), means(&map, "m")),
        ("why".into(), "raw".into(), "mark".into())
    );
}

#[test]
fn mistakes_in_a_file_of_keys_are_named_with_their_line_and_the_rest_counts() {
    let text = "[keys]\nwhy = \"ctrl-i\"\nwhat = \"d\"\nraw = \"hyper-x\"\naccept = \"a\"\ncancel = []\nfreeze = \"v\"\n";
    let (map, problems) = Keymap::read(text, "keys.toml", None);
    for wanted in [
        "keys.toml:2: `ctrl-i` is another key on the wire",
        "keys.toml:3: no action `what`",
        "keys.toml:4: no key `hyper-x`",
        "keys.toml:5: `a` is text where `accept` works",
        "keys.toml: `cancel` keeps its key",
    ] {
        assert!(problems.iter().any(|problem| problem.contains(wanted)), "{wanted}: {problems:#?}");
    }
    assert_eq!(
        (means(&map, "v"), means(&map, "ctrl-c"), means(&map, "w")),
        ("freeze".into(), "cancel".into(), "why".into())
    );
    for (broken, wanted) in [
        ("[keys", "keys.toml"),
        ("preset = \"emacs\"", "keys.toml:1: no preset `emacs`"),
        ("wrong = 1", "unknown field"),
    ] {
        let (map, problems) = Keymap::read(broken, "keys.toml", None);
        assert!(problems.iter().any(|problem| problem.contains(wanted)), "{problems:?}");
        assert_eq!(map, Keymap::default());
    }
    let (map, problems) = Keymap::read("preset = \"k9s\"\n[keys]\nwhy = \"ctrl-y\"", "keys.toml", None);
    assert_eq!((problems.len(), means(&map, "ctrl-y"), means(&map, "y")), (0, "why".into(), "raw".into()));
}
