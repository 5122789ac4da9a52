//! Every key of `docs/keys.md`, in every preset, does what it says: each action has a proof, and a new one without a proof
//! does not compile.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sigscope::ui::action::{ACTIONS, Act, ActionSpec, Scope, Show};
use sigscope::ui::keymap::{Chord, Keymap, PRESETS};
use sigscope::ui::msg::Msg;
use sigscope::ui::update;

use crate::proof_global as global;
use crate::proof_screen as screen;
use crate::stand::{Seen, buffer, demo, press};

/// Keys of the default preset that lead to where the action is tried, and what has to be otherwise behind its key.
pub(crate) struct Proof {
    pub(crate) way: &'static str,
    pub(crate) size: (u16, u16),
    /// Before the way: what the demo alone does not hold.
    pub(crate) world: fn(sigscope::ui::Model) -> sigscope::ui::Model,
    pub(crate) holds: Box<dyn Fn(&Seen)>,
}

/// A proof in 120 columns.
pub(crate) fn proof(way: &'static str, holds: impl Fn(&Seen) + 'static) -> Proof {
    Proof { way, size: (120, 36), world: |model| model, holds: Box::new(holds) }
}

impl Proof {
    /// In 80 columns, where lists are longer than their panes.
    pub(crate) fn small(mut self) -> Self {
        self.size = (80, 24);
        self
    }

    /// In a terminal of another size.
    pub(crate) fn at(mut self, size: (u16, u16)) -> Self {
        self.size = size;
        self
    }

    /// Over another world.
    pub(crate) fn over(mut self, world: fn(sigscope::ui::Model) -> sigscope::ui::Model) -> Self {
        self.world = world;
        self
    }
}

/// The proofs of an action. The match has no arm for the rest: whoever adds an action says here how it is told from all
/// others.
fn proofs(action: &ActionSpec) -> Vec<Proof> {
    match (action.scope, action.act) {
        (Scope::Document, Act::Pane(_)) => screen::tables(),
        (Scope::Confirm, Act::Open) => screen::confirm(),
        (_, Act::Move(step)) => global::moves(step),
        (_, Act::Open) => global::open(),
        (_, Act::Escape) => global::escape(),
        (_, Act::Back) => global::back(),
        (_, Act::Quit) => global::quit(),
        (_, Act::Cancel) => global::cancel(),
        (_, Act::Suspend) => global::suspend(),
        (_, Act::Redraw) => global::redraw(),
        (_, Act::Refresh) => global::refresh(),
        (_, Act::Mark) => global::mark(),
        (_, Act::Unmark) => global::unmark(),
        (_, Act::Range) => global::range(),
        (_, Act::Bookmark(set)) => global::bookmark(set),
        (_, Act::Print) => global::print(),
        (_, Act::Dump) => global::dump(),
        (_, Act::Go(place)) => global::go(place),
        (_, Act::Pane(pane)) => global::pane(pane),
        (_, Act::Filter) => global::filter(),
        (_, Act::FilterValue) => global::filter_value(),
        (_, Act::Found(forward)) => global::found(forward),
        (_, Act::Show(show)) => global::show(show),
        (_, Act::Copy(what)) => screen::copy(what),
        (_, Act::Sort(sort)) => global::sort(sort),
        (_, Act::Fold(fold)) => global::fold(fold),
        (_, Act::Switch(switch)) => global::switch(switch),
        (_, Act::Demo) => screen::demo(),
        (_, Act::Evidence(what)) => screen::evidence(what),
        (_, Act::Policies(what)) => screen::policies(what),
        (_, Act::Why(what)) => screen::why(what),
        (_, Act::Jobs(what)) => screen::jobs(what),
        (_, Act::Audit(what)) => screen::audit(what),
        (_, Act::Identity(detail)) => screen::identity(detail),
        (_, Act::Compare) => screen::compare(),
        (_, Act::Diff(what)) => screen::diff(what),
        (_, Act::Versus(what)) => screen::versus(what),
        (_, Act::Export(what)) => screen::export(what),
        (_, Act::Draft) => screen::draft(),
        (_, Act::WhatIf(what)) => screen::what_if(what),
        (_, Act::Field(what)) => screen::field(what),
    }
}

/// Runs a proof; what it panics with is kept, so that all that lie are known at once.
fn tried(what: &str, proof: &Proof, seen: &Seen, lies: &mut Vec<String>) {
    if catch_unwind(AssertUnwindSafe(|| (proof.holds)(seen))).is_err() {
        lies.push(format!("{what} behind `{}`, which said {:?}", proof.way, seen.said()));
    }
}

#[test]
fn every_key_of_every_preset_does_what_it_says() {
    let mut lies = Vec::new();
    for (preset, _) in PRESETS {
        let map = Keymap::preset(preset).unwrap();
        for action in ACTIONS {
            for keys in map.of(action) {
                for proof in proofs(action) {
                    let seen = Seen::of((proof.world)(demo(proof.size)), proof.way, &map, keys);
                    let what = format!("{preset}: `{}` for {}", Chord::written(keys), action.name);
                    tried(&what, &proof, &seen, &mut lies);
                }
            }
        }
    }
    assert!(lies.is_empty(), "\nLIES\n{}\nEND\n", lies.join("\n"));
}

/// What has no key has a name in the palette, and does the same there.
#[test]
fn every_command_of_the_palette_does_what_it_says() {
    let mut lies = Vec::new();
    for action in ACTIONS.iter().filter(|action| !matches!(action.scope, Scope::Field | Scope::Editor)) {
        let all = proofs(action);
        assert!(!all.is_empty(), "{} has no proof", action.name);
        for proof in all {
            let mut model = (proof.world)(demo(proof.size));
            press(&mut model, proof.way);
            let before = model.clone();
            let effects = update(&mut model, Msg::Command(action.name.to_owned()));
            let seen = Seen { before, after: model, effects };
            tried(&format!(":{}", action.name), &proof, &seen, &mut lies);
        }
    }
    assert!(lies.is_empty(), "\nLIES\n{}\nEND\n", lies.join("\n"));
}

/// Where keys are pressed: every screen and every overlay.
const PLACES: &[&str] = &[
    "1 j",
    "j",
    "/ e t l enter 3 j",
    "4",
    "5",
    "6 j",
    "/ g a t e w a y enter e",
    "w",
    "d",
    "x",
    "/ e t l enter 3 j j j j j j o",
    "g j",
    "g m",
];

/// What is so already.
const ALREADY: &[(&str, &str)] = &[
    ("workloads", "1 j"),
    ("owner", "1 j"),
    ("group-cause", "1 j"),
    ("images", "j"),
    ("group-repository", "j"),
    ("evidence", "/ e t l enter 3 j"),
    ("policies", "4"),
    ("identities", "5"),
    ("audit", "6 j"),
    ("why", "w"),
];

/// A key that works everywhere does something everywhere, or says why it does not. Whoever moves at an end and whoever closes
/// what is not there needs to be told nothing.
#[test]
fn no_key_that_works_everywhere_is_silent_anywhere() {
    let mut silent = Vec::new();
    let quiet = |act: Act| {
        matches!(act, Act::Move(_) | Act::Escape | Act::Fold(_) | Act::Pane(_))
            || act == Act::Show(Show::Palette)
    };
    for way in PLACES {
        let mut there = demo((120, 36));
        press(&mut there, way);
        for action in ACTIONS.iter().filter(|one| one.scope == Scope::Global && !quiet(one.act)) {
            let mut model = there.clone();
            let effects: Vec<_> = match Keymap::default().of(action).first() {
                Some(keys) => keys.iter().flat_map(|chord| update(&mut model, Msg::Key(*chord))).collect(),
                None => update(&mut model, Msg::Command(action.name.to_owned())),
            };
            let same = buffer(&model) == buffer(&there) && model.place() == there.place();
            let same = same && model.marks == there.marks && model.typed == there.typed;
            if effects.is_empty() && same && !ALREADY.contains(&(action.name, way)) {
                silent.push(format!("{} behind `{way}`", action.name));
            }
        }
    }
    assert!(silent.is_empty(), "\nLIES\n{}\nEND\n", silent.join("\n"));
}
