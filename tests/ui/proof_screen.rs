//! Proofs of the actions of single screens, of copying, exporting and typing.

use std::sync::Arc;

use sigscope::explain::why_text;
use sigscope::ui::action::{Audit, Copy, Diff, Evidence, Export, Field, Jobs, Policies, Versus, WhatIf, Why};
use sigscope::ui::effect::{Effect, Order};
use sigscope::ui::history::ScreenId;
use sigscope::ui::msg::Msg;
use sigscope::ui::overlay::Overlay;
use sigscope::ui::{Left, Model, update};

use crate::proof::{Proof, proof};
use crate::proof_global::busy;
use crate::stand::{Seen, panes, press, selected, text};

/// A denied image with a draft of its policy.
const DRAFT: &str = "/ g a t e w a y enter e";
/// The same, and the line of the selection is another.
const EDITED: &str = "/ g a t e w a y enter e D";
/// An attestation as a document.
const DOCUMENT: &str = "/ e t l enter 3 j j j j j j o";

fn says(way: &'static str, words: &'static str) -> Proof {
    proof(way, move |seen: &Seen| {
        let (before, after) = seen.pictures();
        assert!(!before.contains(words) && after.contains(words), "{words}:\n{after}");
    })
}

fn copied(way: &'static str, wanted: fn(&Model) -> String) -> Vec<Proof> {
    vec![proof(way, move |seen: &Seen| {
        let wanted = wanted(&seen.before);
        assert!(!wanted.is_empty());
        assert_eq!(seen.copied(), wanted);
        assert!(text(&seen.after).contains("copied "), "it is told");
    })]
}

fn why_of(model: &Model) -> String {
    let trace = model.subject().trace.unwrap().find(&model.world).unwrap().clone();
    let file = &trace.location.as_ref().unwrap().file;
    let policy = model.world.files.iter().find(|known| *known.path == **file).map(|known| &*known.text);
    why_text(&trace, policy)
}

pub(crate) fn copy(what: Copy) -> Vec<Proof> {
    match what {
        Copy::Digest => copied("", |model| model.subject().digest.unwrap().to_string()),
        Copy::Reference => copied("", |model| model.subject().image.unwrap().to_string()),
        Copy::Code => copied("", |model| model.subject().code.unwrap().to_string()),
        Copy::Path => copied("", |_| "demo/policies/require-shop-signature.yaml:29:23".into()),
        Copy::Value => copied("3", |model| model.subject().value),
        Copy::Filter => vec![proof("/ e t l enter 3 j j j j j j o j", |seen| {
            assert!(seen.copied().starts_with('.'), "{:?}", seen.copied());
        })],
        Copy::Why => copied("", why_of),
        Copy::Command => vec![proof("", |seen| {
            assert!(seen.copied().starts_with("sigscope why registry.example/shop/checkout:v1.2.4"));
            let near = "\n# nearest: kyverno apply demo/policies/require-shop-signature.yaml --resource pod.yaml --registry";
            assert!(seen.copied().ends_with(near), "{}", seen.copied());
        })
        .over(|mut model| {
            model.prefs.origin.pods = vec!["pod.yaml".to_owned()];
            model
        }),
            // The demo has no headless source: what is copied opens the same view, and says where the evidence goes.
            proof("4", |seen| {
                let copied = seen.copied();
                let place = copied.strip_prefix("sigscope open '").and_then(|rest| rest.split('\'').next()).unwrap();
                let locator = place.parse::<sigscope::ui::locator::Locator>().unwrap();
                assert!(locator.origin.demo && locator.place == seen.before.place());
                assert!(copied.contains("\n# without a terminal: X exports the evidence"), "{copied}");
            })
            .over(|mut model| {
                model.prefs.origin.demo = true;
                model
            }),
        ],
        Copy::Json => vec![proof("", |seen| {
            let json: serde_json::Value = serde_json::from_str(&seen.copied()).unwrap();
            assert_eq!((&json["verdict"], &json["code"]), (&"deny".into(), &"SIG-NONE".into()));
        })],
        Copy::Locator => vec![proof("4", |seen| {
            let locator = seen.copied();
            let place = locator.parse::<sigscope::ui::locator::Locator>().unwrap().place;
            assert_eq!(place, seen.before.place());
        })],
    }
}

pub(crate) fn demo() -> Vec<Proof> {
    vec![
        proof("1", |seen| assert_eq!(seen.said(), "this is the demo")).over(|mut model| {
            model.prefs.origin.demo = true;
            model
        }),
        proof("1", |seen| assert_eq!(seen.effects, [Effect::Begin(Left::Demo)])),
    ]
}

pub(crate) fn evidence(what: Evidence) -> Vec<Proof> {
    match what {
        Evidence::Noise => vec![proof("/ e t l enter 3 z R", |seen| {
            assert!(text(&seen.after).contains("━ all fields "), "{}", text(&seen.after));
            let lines =
                |model: &Model| text(model).lines().find(|row| row.contains(" lines ")).map(str::to_owned);
            assert_ne!(lines(&seen.before), lines(&seen.after));
        })],
        Evidence::Document => vec![proof("/ e t l enter 3 j j j j j j", |seen| {
            assert!(matches!(seen.after.overlays.last(), Some(Overlay::Document(_))));
        })],
        Evidence::Timeline => vec![says("/ e t l enter 3", "times of registry.example/data/etl:v1.2.3")],
    }
}

pub(crate) fn tables() -> Vec<Proof> {
    vec![proof(DOCUMENT, |seen| {
        assert_ne!(seen.pictures().0, seen.pictures().1);
        // The hints name the keys of each preset.
        let body = |picture: String| picture.lines().take(30).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(body(text(&seen.then("o"))), body(seen.pictures().0), "and back");
    })]
}

pub(crate) fn policies(what: Policies) -> Vec<Proof> {
    let Policies::Problem(forward) = what;
    vec![proof("4 tab g g } }", move |seen: &Seen| {
        let line = |model: &Model| model.screens.policies.line;
        let (before, after) = (line(&seen.before), line(&seen.after));
        assert!(if forward { after > before } else { after < before }, "{before} {after}");
        let failing = selected(&seen.after);
        assert!(failing.iter().any(|row| row.contains('▸')), "{failing:?}");
    })]
}

pub(crate) fn why(what: Why) -> Vec<Proof> {
    match what {
        Why::Result(forward) => vec![proof("j w }", move |seen: &Seen| {
            let of = |model: &Model| model.subject().trace;
            assert_ne!(of(&seen.before), of(&seen.after), "another result");
            assert_eq!(seen.before.subject().image, seen.after.subject().image, "of the same image");
            assert_eq!(of(&seen.before), of(&seen.then(if forward { "{" } else { "}" })), "and back");
        })],
        Why::Times => vec![says("/ e t l enter w", "times of registry.example/data/etl:v1.2.3")],
        Why::Try => vec![proof("/ g a t e w a y enter w", |seen| {
            assert_eq!(seen.after.screen, ScreenId::WhatIf);
            assert!(text(&seen.after).contains("tried as a draft: "));
        })],
    }
}

pub(crate) fn jobs(what: Jobs) -> Vec<Proof> {
    match what {
        Jobs::Cancel => vec![
            proof("g j j", |seen| {
                assert_eq!(seen.effects, [Effect::Order(Order::Cancel(Some(2)))]);
            })
            .over(busy),
        ],
    }
}

pub(crate) fn audit(what: Audit) -> Vec<Proof> {
    let kept = |model: &Model| model.prefs.ledger.entries.len();
    match what {
        Audit::Acknowledge => vec![proof("6", move |seen| {
            assert!(seen.after.top().typing(), "a note is typed");
            let then = seen.then("o k enter");
            assert_eq!((kept(&then), then.prefs.ledger.entries[0].note.as_str()), (1, "ok"));
        })],
        Audit::Comment => vec![proof("6 A o k enter", |seen| {
            let then = seen.then("! enter");
            assert_eq!(then.prefs.ledger.entries[0].note, "ok!");
        })],
        Audit::Undo => vec![proof("6 A o k enter", move |seen| {
            assert_eq!((kept(&seen.before), kept(&seen.after)), (1, 0));
        })],
    }
}

/// On every screen where an image is selected, and in the answer to why.
fn everywhere(holds: fn(&Seen)) -> Vec<Proof> {
    ["1", "", "3", "4", "5", "6", "w"].into_iter().map(|way| proof(way, holds)).collect()
}

pub(crate) fn identity(detail: bool) -> Vec<Proof> {
    everywhere(if detail {
        |seen| {
            assert_eq!(seen.after.screen, ScreenId::Identities);
            assert!(panes(&seen.after).0.0 > 0, "at the detail:\n{}", text(&seen.after));
        }
    } else {
        |seen| {
            assert_eq!(seen.after.screen, ScreenId::Identities);
            assert_eq!(panes(&seen.after).0.0, 0, "at the list:\n{}", text(&seen.after));
        }
    })
}

pub(crate) fn compare() -> Vec<Proof> {
    let compares = |seen: &Seen| {
        let image = seen.before.subject().image.unwrap();
        let compared = seen.effects.iter().find_map(|effect| match effect {
            Effect::Compare(_, b) => Some(b.clone()),
            _ => None,
        });
        assert_eq!(compared, Some(image));
        assert!(matches!(seen.after.overlays.last(), Some(Overlay::Diff(_))));
    };
    // Beside the marked one; the images themselves have one of their repository.
    let marked = ["space 1", "space", "s f g g j space 3", "space w", "G space 6"];
    let mut all: Vec<Proof> = marked.into_iter().map(|way| proof(way, compares)).collect();
    all.push(proof("", compares));
    all
}

/// The policies that are compared.
fn compared(model: &Model) -> (String, String, bool) {
    let Some(Overlay::Versus(pane)) = model.overlays.last() else { panic!("nothing is compared") };
    (pane.old.name.clone(), pane.new.name.clone(), pane.all)
}

pub(crate) fn versus(what: Versus) -> Vec<Proof> {
    if what == Versus::Compare {
        return vec![proof("4", |seen: &Seen| {
            let (old, new, _) = compared(&seen.after);
            assert!(old != new && seen.before.overlays.is_empty());
        })];
    }
    vec![proof("4 C", move |seen: &Seen| {
        let (before, after) = (compared(&seen.before), compared(&seen.after));
        let changed = [before.0 != after.0, before.1 != after.1, before.2 != after.2];
        let wanted = [what == Versus::Old, what == Versus::New, what == Versus::All];
        assert_eq!(changed, wanted, "{before:?} {after:?}");
    })]
}

pub(crate) fn diff(what: Diff) -> Vec<Proof> {
    match what {
        Diff::Noise => vec![says("", "1 noise shown").over(|mut model| {
            press(&mut model, "d");
            let Some(Overlay::Diff(pane)) = model.overlays.last() else { panic!("nothing is compared") };
            let (a, b) = (pane.a.clone(), pane.b.clone());
            let answer = Ok(Arc::new(crate::pivot::answer()));
            update(&mut model, Msg::Compared { a, b, answer });
            model
        })],
    }
}

fn written(way: &'static str, name: &'static str, holds: &'static str) -> Vec<Proof> {
    vec![proof(way, move |seen: &Seen| match &seen.effects[0] {
        Effect::Write(file) => {
            assert_eq!(file.name, name);
            assert!(file.text.contains(holds), "{}", file.text);
        }
        other => panic!("{other:?}"),
    })]
}

pub(crate) fn export(what: Export) -> Vec<Proof> {
    let evidence = |seen: &Seen| assert!(matches!(&seen.effects[0], Effect::Evidence(_)));
    match what {
        Export::Here => {
            let mut all = written(EDITED, "require-logged-signature.yaml.patch", "\n-");
            all.push(proof("6", evidence));
            all.push(proof("", evidence));
            all
        }
        Export::Evidence => vec![proof("", evidence)],
        Export::Json => written("6", "sigscope-audit.json", "\"results\""),
        Export::Sarif => written("6", "sigscope-audit.sarif", "sarif-2.1.0"),
        Export::Junit => written("6", "sigscope-audit.xml", "<testsuites"),
        Export::Markdown => written("6", "sigscope-audit.md", "| "),
        Export::PolicyReport => written("6", "sigscope-audit.policyreport.json", "wgpolicyk8s.io"),
        Export::OpenReports => written("6", "sigscope-audit.openreports.json", "openreports.io"),
    }
}

pub(crate) fn draft() -> Vec<Proof> {
    let opens = |seen: &Seen| {
        assert_eq!(seen.after.screen, ScreenId::WhatIf, "{}", seen.said());
        let asked = |effect: &Effect| matches!(effect, Effect::Order(Order::Draft(Some(_))));
        assert!(seen.effects.iter().any(asked), "it is judged");
    };
    everywhere(opens)
}

pub(crate) fn confirm() -> Vec<Proof> {
    vec![proof("/ g a t e w a y enter e D Q", |seen| {
        assert!(matches!(seen.before.overlays.last(), Some(Overlay::Confirm(_))));
        assert_eq!(seen.effects, [Effect::Quit]);
    })]
}

fn draft_text(model: &Model) -> String {
    model.screens.what_if.draft().map(|draft| draft.editor.text()).unwrap_or_default()
}

pub(crate) fn what_if(what: WhatIf) -> Vec<Proof> {
    let changes = |way, holds: fn(&str, &str)| {
        vec![proof(way, move |seen: &Seen| holds(&draft_text(&seen.before), &draft_text(&seen.after)))]
    };
    let lines = |text: &str| text.lines().count();
    match what {
        WhatIf::Insert => vec![proof(DRAFT, move |seen| {
            assert!(seen.after.screens.what_if.inserting && text(&seen.after).contains("INSERT"));
            assert_eq!(lines(&draft_text(&seen.before)), lines(&draft_text(&seen.after)), "at its place");
        })],
        WhatIf::Normal => vec![proof("/ g a t e w a y enter e i", |seen| {
            assert!(!seen.after.screens.what_if.inserting && text(&seen.after).contains("NORMAL"));
        })],
        WhatIf::Line => vec![proof(DRAFT, move |seen| {
            assert!(seen.after.screens.what_if.inserting);
            assert_eq!(lines(&draft_text(&seen.before)) + 1, lines(&draft_text(&seen.after)));
        })],
        WhatIf::Undo => vec![proof(EDITED, |seen| {
            let saved = seen.before.world.files.iter().map(|file| file.text.to_string());
            assert!(saved.collect::<Vec<_>>().contains(&draft_text(&seen.after)), "as it is saved");
            assert_ne!(draft_text(&seen.before), draft_text(&seen.after));
        })],
        WhatIf::Redo => vec![proof("/ g a t e w a y enter e D u", |seen| {
            assert_ne!(draft_text(&seen.before), draft_text(&seen.after));
            assert_eq!(draft_text(&seen.then("u")), draft_text(&seen.before));
        })],
        WhatIf::DeleteLine => {
            changes(DRAFT, |before, after| assert_eq!(before.lines().count(), after.lines().count() + 1))
        }
        WhatIf::External => vec![proof(DRAFT, |seen| match &seen.effects[0] {
            Effect::Edit { name, text } => {
                assert_eq!(name, "require-logged-signature.yaml");
                assert_eq!(*text, draft_text(&seen.before));
            }
            other => panic!("{other:?}"),
        })],
        WhatIf::Save => vec![proof(EDITED, |seen| match &seen.effects[0] {
            Effect::Write(file) => {
                assert!(file.draft);
                assert_eq!(file.text, draft_text(&seen.before));
            }
            other => panic!("{other:?}"),
        })],
        WhatIf::Patch => written(EDITED, "require-logged-signature.yaml.patch", "\n-"),
        WhatIf::Discard | WhatIf::Drop => vec![
            proof(EDITED, |seen| {
                assert!(matches!(seen.after.overlays.last(), Some(Overlay::Confirm(_))), "it is asked");
                assert_eq!(seen.then("Y").screen, ScreenId::Policies);
                assert!(seen.then("Y").screens.what_if.draft().is_none());
            }),
            proof(DRAFT, |seen| assert!(seen.after.screens.what_if.draft().is_none(), "nothing to ask")),
        ],
    }
}

pub(crate) fn field(what: Field) -> Vec<Proof> {
    match what {
        Field::Accept => vec![
            proof("/ g a t e w a y", |seen| {
                assert!(!seen.after.top().typing() && text(&seen.after).contains("1 of 17"));
            }),
            proof(": f r e e z e", |seen| assert!(seen.after.prefs.frozen)),
        ],
        Field::Cancel => vec![
            proof("/ g a t e w a y", |seen| {
                assert!(!seen.after.top().typing() && !text(&seen.after).contains(" of 17"));
            }),
            proof(": f r e e z e", |seen| {
                assert!(!seen.after.prefs.frozen && seen.after.overlays.is_empty());
            }),
        ],
        Field::Complete => vec![says(": f r e e", ":freeze ")],
        Field::Next => vec![proof(": g r o u p", |seen| {
            assert_ne!(selected(&seen.before), selected(&seen.after));
            assert_eq!(selected(&seen.before), selected(&seen.then("up")));
        })],
        Field::Previous => vec![proof(": g r o u p down down", |seen| {
            assert_ne!(selected(&seen.before), selected(&seen.after));
            assert_eq!(selected(&seen.before), selected(&seen.then("down")));
        })],
    }
}
