//! Proofs of the actions that work everywhere: moving, going, panes, marks, lists.

use std::sync::Arc;

use sigscope::model::world::{ImageRow, Job};
use sigscope::model::{Moment, World};
use sigscope::ui::action::{Act, Fold, Go, Move, Pane, Show, Sort, Switch};
use sigscope::ui::effect::{Effect, Order};
use sigscope::ui::history::ScreenId;
use sigscope::ui::msg::Msg;
use sigscope::ui::overlay::Overlay;
use sigscope::ui::places::Letter;
use sigscope::ui::{Model, update};

use crate::proof::{Proof, proof};
use crate::stand::{Seen, at, order, panes, selected, selected_row, text};

/// Work that runs.
pub(crate) fn busy(mut model: Model) -> Model {
    let job = |id: u64, what: &str| Job {
        id,
        what: what.into(),
        host: "h".into(),
        since: Moment(0),
        ..Job::default()
    };
    let jobs = vec![job(1, "fetch one"), job(2, "fetch two")];
    let world = World { jobs, revision: model.world.revision + 1, ..(*model.world).clone() };
    update(&mut model, Msg::World(Arc::new(world)));
    model
}

/// Rows of the list of images that are in sight, without its headings.
fn page(model: &Model) -> usize {
    text(model).lines().filter(|row| row.starts_with('┃')).count() - 1
}

pub(crate) fn moves(step: Move) -> Vec<Proof> {
    let flat = |way, holds: fn(&Seen)| vec![proof(way, holds).small()];
    match step {
        Move::Down => flat("s f g g", |seen| assert_eq!(seen.moved(), (0, 1))),
        Move::Up => flat("s f g g j j", |seen| assert_eq!(seen.moved(), (2, 1))),
        Move::First => flat("s f G", |seen| assert_eq!(seen.moved(), (order(&seen.before).len() - 1, 0))),
        Move::Last => flat("s f g g", |seen| assert_eq!(seen.moved(), (0, order(&seen.before).len() - 1))),
        Move::HalfDown => flat("s f g g", |seen| assert_eq!(seen.moved(), (0, page(&seen.before) / 2))),
        Move::HalfUp => flat("s f G", |seen| {
            assert_eq!(seen.moved().0 - seen.moved().1, page(&seen.before) / 2);
        }),
        Move::PageDown => flat("s f g g", |seen| assert_eq!(seen.moved(), (0, page(&seen.before)))),
        Move::PageUp => flat("s f G", |seen| assert_eq!(seen.moved().0 - seen.moved().1, page(&seen.before))),
        Move::Left => vec![
            proof("g g j", |seen| assert!(selected(&seen.after)[0].contains("shop/checkout  1 deny"))),
            proof("g g", |seen| assert_eq!(order(&seen.before).len(), order(&seen.after).len() + 2)),
        ],
        Move::Right => vec![
            proof("g g h", |seen| assert_eq!(order(&seen.before).len() + 2, order(&seen.after).len())),
            proof("j l", |seen| {
                assert!(matches!(seen.after.overlays.last(), None | Some(Overlay::Why(_))));
                assert_ne!(seen.pictures().0, seen.pictures().1);
            }),
        ],
        Move::NextSibling | Move::PreviousSibling => siblings(step == Move::NextSibling),
    }
}

fn siblings(forward: bool) -> Vec<Proof> {
    let image = move |seen: &Seen| {
        let names: Vec<Arc<str>> = seen.after.world.images.iter().map(|row| row.name.clone()).collect();
        let place = |model: &Model| {
            let image = model.subject().image;
            names.iter().position(|name| Some(name) == image.as_ref()).unwrap()
        };
        let (before, after) = (place(&seen.before), place(&seen.after));
        assert_eq!(if forward { before + 1 } else { before - 1 }, after);
        assert_eq!(seen.after.screen, ScreenId::Evidence, "without leaving");
    };
    let clause = move |seen: &Seen| {
        assert!(matches!(seen.after.overlays.last(), Some(Overlay::Why(_))));
        assert_ne!(selected(&seen.before), selected(&seen.after), "another clause");
    };
    vec![proof("3 ]", image), proof("w ]", clause)]
}

pub(crate) fn open() -> Vec<Proof> {
    vec![proof("", |seen| {
        assert_eq!((seen.before.screen, seen.after.screen), (ScreenId::Images, ScreenId::Evidence));
        assert_eq!(seen.before.subject().image, seen.after.subject().image);
    })]
}

pub(crate) fn escape() -> Vec<Proof> {
    vec![
        proof("x", |seen| assert_eq!((seen.before.overlays.len(), seen.after.overlays.len()), (1, 0))),
        proof("/ g a t e w a y enter", |seen| {
            assert!(text(&seen.before).contains("1 of 17") && text(&seen.after).contains(" 17 · verdict"));
        }),
    ]
}

pub(crate) fn back() -> Vec<Proof> {
    vec![
        proof("4", |seen| assert_eq!(seen.after.screen, ScreenId::Images)),
        proof("", |seen| assert_eq!(seen.effects, [Effect::Quit])),
    ]
}

pub(crate) fn quit() -> Vec<Proof> {
    vec![proof("4", |seen| assert_eq!(seen.effects, [Effect::Quit]))]
}

pub(crate) fn cancel() -> Vec<Proof> {
    let cancels = |seen: &Seen| {
        assert!(seen.effects.contains(&Effect::Order(Order::Cancel(None))), "{:?}", seen.effects);
        let again = update(&mut seen.after.clone(), Msg::Act(Act::Cancel));
        assert_eq!(again, [Effect::Quit], "again");
    };
    vec![proof("4", |seen| assert_eq!(seen.effects, [Effect::Quit])), proof("", cancels).over(busy)]
}

pub(crate) fn suspend() -> Vec<Proof> {
    vec![proof("", |seen| assert_eq!(seen.effects, [Effect::Suspend]))]
}

pub(crate) fn redraw() -> Vec<Proof> {
    vec![proof("", |seen| assert_eq!(seen.effects, [Effect::Redraw]))]
}

fn refreshed(seen: &Seen) -> Vec<Arc<str>> {
    let of = |effect: &Effect| match effect {
        Effect::Order(Order::Refresh(name)) => name.clone(),
        _ => None,
    };
    seen.effects.iter().filter_map(of).collect()
}

pub(crate) fn refresh() -> Vec<Proof> {
    vec![
        proof("", |seen| assert_eq!(refreshed(seen), [seen.before.subject().image.unwrap()])),
        proof("space space", |seen| {
            assert_eq!(refreshed(seen), seen.before.marks.iter().cloned().collect::<Vec<_>>());
        }),
    ]
}

pub(crate) fn mark() -> Vec<Proof> {
    vec![
        proof("s f", |seen| {
            assert!(seen.after.marks.contains(&seen.before.subject().image.unwrap()));
            assert_eq!(at(&seen.before) + 1, at(&seen.after));
        }),
        proof("s f space k", |seen| assert!(seen.after.marks.is_empty(), "a second time it goes")),
    ]
}

pub(crate) fn unmark() -> Vec<Proof> {
    vec![proof("space space", |seen| {
        assert_eq!((seen.before.marks.len(), seen.after.marks.len()), (2, 0));
    })]
}

pub(crate) fn range() -> Vec<Proof> {
    vec![
        proof("s f g g", |seen| assert_eq!(seen.then("j j v").marks.len(), 3)),
        proof("s f g g v j j", |seen| {
            assert_eq!((seen.after.marks.len(), seen.then("j").marks.len()), (3, 3), "kept");
        }),
    ]
}

pub(crate) fn bookmark(set: bool) -> Vec<Proof> {
    if set {
        return vec![proof("s f", |seen| {
            assert_eq!(seen.after.typed.letter, Some(Letter::Set));
            assert_eq!(seen.then("a 4 ' a").place(), seen.before.place());
        })];
    }
    vec![proof("s f m a 4", |seen| {
        assert_eq!(seen.after.typed.letter, Some(Letter::Jump));
        assert_eq!(seen.then("a").screen, ScreenId::Images);
    })]
}

pub(crate) fn print() -> Vec<Proof> {
    vec![proof("", |seen| {
        // The next key of the same preset says what.
        let mut model = seen.after.clone();
        let keys = crate::stand::keys_of(&model.prefs.keys, "copy-reference");
        let effects = update(&mut model, Msg::Key(keys[0][1]));
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Copy(_))), "nothing is copied");
        assert!(text(&model).contains(&*seen.before.subject().image.unwrap()));
        assert!(matches!(model.overlays.last(), Some(Overlay::Text(_))));
    })]
}

pub(crate) fn dump() -> Vec<Proof> {
    vec![proof("", |seen| match &seen.effects[0] {
        Effect::Write(file) => {
            assert_eq!((file.name.as_str(), &file.text), ("sigscope-screen.txt", &seen.pictures().0));
        }
        other => panic!("{other:?}"),
    })]
}

pub(crate) fn go(place: Go) -> Vec<Proof> {
    let to = |way, screen: ScreenId| {
        vec![proof(way, move |seen: &Seen| {
            assert_ne!(seen.before.screen, screen);
            assert_eq!(seen.after.screen, screen);
        })]
    };
    match place {
        Go::Workloads => to("", ScreenId::Workloads),
        Go::Images => to("4", ScreenId::Images),
        Go::Policies => vec![proof("w", |seen| {
            assert_eq!(seen.after.screen, ScreenId::Policies);
            assert!(text(&seen.after).contains("─ demo/policies/require-shop-signature.yaml ─"));
        })],
        Go::Identities => to("", ScreenId::Identities),
        Go::Audit => to("", ScreenId::Audit),
        Go::Evidence => vec![proof("j", |seen| {
            assert_eq!(seen.after.screen, ScreenId::Evidence);
            assert_eq!(seen.before.subject().image, seen.after.subject().image);
        })],
        Go::Owner => vec![proof("/ g a t e w a y enter", |seen| {
            assert_eq!(seen.after.screen, ScreenId::Workloads);
            assert_eq!(seen.before.subject().image, seen.after.subject().image);
            assert!(selected(&seen.after)[0].contains("deploy/gateway"));
        })],
        Go::Back => to("3 4", ScreenId::Evidence),
        Go::Forward => to("3 4 H", ScreenId::Policies),
        Go::Last => vec![proof("3 4", |seen| {
            assert_eq!(seen.after.screen, ScreenId::Evidence);
            assert_eq!(seen.then("-").screen, ScreenId::Policies, "there and back");
        })],
    }
}

fn scrolled(model: &Model) -> usize {
    let text = text(model);
    let foot = text.lines().find_map(|row| row.split("└─ ").nth(1)).unwrap().to_owned();
    foot.split('-').next().unwrap().parse().unwrap()
}

pub(crate) fn pane(pane: Pane) -> Vec<Proof> {
    match pane {
        Pane::Next => vec![proof("", |seen| {
            let (before, after) = (panes(&seen.before).0, panes(&seen.after).0);
            assert!(after.0 > before.0 && after.1 == before.1, "to the one on the right: {after:?}");
        })],
        Pane::Previous => vec![proof("", |seen| {
            let (before, after) = (panes(&seen.before).0, panes(&seen.after).0);
            assert!(after.1 > before.1, "to the last one: {after:?}");
        })],
        Pane::Full => vec![
            proof("", |seen| assert_eq!((panes(&seen.before).1, panes(&seen.after).1), (3, 1))),
            proof("f", |seen| assert_eq!((panes(&seen.before).1, panes(&seen.after).1), (1, 3))),
        ],
        Pane::DetailDown => {
            vec![proof("", |seen| assert_eq!((scrolled(&seen.before), scrolled(&seen.after)), (1, 2)))]
        }
        Pane::DetailUp => {
            vec![proof("J J", |seen| assert_eq!((scrolled(&seen.before), scrolled(&seen.after)), (3, 2)))]
        }
    }
}

pub(crate) fn filter() -> Vec<Proof> {
    let narrows = |seen: &Seen| {
        assert!(seen.after.top().typing());
        assert!(text(&seen.then("g a t e w a y")).contains(" of 17 "), "a list is narrowed");
    };
    let searches = |seen: &Seen| {
        assert!(seen.after.top().typing());
        assert!(text(&seen.then("l a y e r s enter")).contains("layers"), "a text is searched");
    };
    vec![proof("", narrows), proof("r", searches)]
}

pub(crate) fn filter_value() -> Vec<Proof> {
    vec![proof("", |seen| {
        let code = seen.before.subject().code.unwrap().to_string();
        let picture = text(&seen.after);
        assert!(picture.contains(&format!("code:{code}")) && picture.contains("3 of 17"), "{picture}");
    })]
}

/// From the second of three hits: the third, or the first.
pub(crate) fn found(forward: bool) -> Vec<Proof> {
    let text_pane = move |seen: &Seen| {
        let top = |model: &Model| {
            let text = text(model);
            let row = text.lines().find(|row| row.starts_with('┃')).unwrap().to_owned();
            assert!(row.contains("the"), "{row}");
            row
        };
        assert_ne!(top(&seen.before), top(&seen.after));
        let back = seen.then(if forward { "N" } else { "n" });
        assert_eq!(top(&seen.before), top(&back), "there and back");
    };
    let list = move |seen: &Seen| {
        let (before, after) = seen.moved();
        assert_eq!(if forward { before + 1 } else { before - 1 }, after);
    };
    vec![proof("x / t h e enter", text_pane).small(), proof("s f / d e n y enter g g j", list)]
}

pub(crate) fn show(show: Show) -> Vec<Proof> {
    let overlay = |way, wanted: fn(&Overlay) -> bool, words: fn(&Seen) -> String| {
        vec![proof(way, move |seen: &Seen| {
            assert!(seen.after.overlays.last().is_some_and(wanted));
            let words = words(seen);
            assert!(text(&seen.after).contains(&words), "{words}:\n{}", text(&seen.after));
        })]
    };
    match show {
        Show::Help => overlay("", |o| matches!(o, Overlay::Help(_)), |_| "type to filter".into()),
        Show::Palette => {
            overlay("", |o| matches!(o, Overlay::Palette(_)), |_| "Tab completes, Enter runs".into())
        }
        Show::Why => overlay("", |o| matches!(o, Overlay::Why(_)), |_| "Why shop/checkout:v1.2.4".into()),
        Show::Code => overlay(
            "",
            |o| matches!(o, Overlay::Text(_)),
            |seen| format!("explain {}", seen.before.subject().code.unwrap()),
        ),
        Show::Raw => overlay("", |o| matches!(o, Overlay::Text(_)), |_| "\"mediaType\":".into()),
        Show::Jobs => overlay("", |o| matches!(o, Overlay::Jobs(_)), |_| "no work is running".into()),
        Show::Requests => vec![proof("", |seen| assert_eq!(seen.effects, [Effect::Requests]))],
        Show::Info => {
            overlay("", |o| matches!(o, Overlay::Text(_)), |_| "info: registry.example/shop".into())
        }
        Show::Messages => overlay("F", |o| matches!(o, Overlay::Messages(_)), |_| "stands still".into()),
    }
}

fn rows(model: &Model) -> Vec<&ImageRow> {
    order(model).iter().filter_map(|name| model.world.image(name)).collect()
}

/// The screen's title says the order, and the rows are in it.
pub(crate) fn sort(sort: Sort) -> Vec<Proof> {
    let says = |way, words: &'static str| {
        vec![proof(way, move |seen: &Seen| {
            let (before, after) = seen.pictures();
            assert!(!before.contains(words) && after.contains(words), "{words}:\n{after}");
        })]
    };
    match sort {
        Sort::Verdict => vec![
            proof("s f s n", |seen| assert!(text(&seen.after).contains("verdict ↓"))),
            proof("s f g g", |seen| {
                assert!(text(&seen.after).contains("verdict ↑"), "again: reversed");
                assert_ne!(order(&seen.before), order(&seen.after));
            }),
            proof("1", |seen| assert!(text(&seen.after).contains("sort: verdict"))),
        ],
        Sort::Name => vec![
            proof("s f", |seen| assert!(rows(&seen.after).is_sorted_by_key(|row| row.name.clone()))),
            proof("s f s n", |seen| {
                assert!(rows(&seen.after).iter().rev().is_sorted_by_key(|row| row.name.clone()));
            }),
            proof("1", |seen| assert!(text(&seen.after).contains("sort: name"))),
        ],
        Sort::Uses => says("s f", "uses ↓"),
        Sort::ByRepository => says("s f", "by repository"),
        Sort::ByResource => says("", "by resource"),
        Sort::ByVerdict => says("", "by cause"),
        Sort::Flat => {
            vec![proof("", |seen| {
                assert!(!text(&seen.after).contains("▾ ✗"), "no groups:\n{}", text(&seen.after));
            })]
        }
        Sort::Pods => says("1 s n", "sort: pods ↓"),
        Sort::ByNamespace => says("1", "by namespace"),
        Sort::ByIdentity => says("1", "Workloads by identity"),
        Sort::NextGroup => says("1", "Workloads by owner"),
    }
}

pub(crate) fn fold(fold: Fold) -> Vec<Proof> {
    let rows = |model: &Model| order(model).len();
    match fold {
        Fold::Toggle => vec![
            proof("g g", move |seen| assert_eq!(rows(&seen.before), rows(&seen.after) + 2)),
            proof("g g h", move |seen| assert_eq!(rows(&seen.before) + 2, rows(&seen.after))),
        ],
        Fold::Open => vec![proof("g g h", move |seen| assert_eq!(rows(&seen.before) + 2, rows(&seen.after)))],
        Fold::Close => vec![proof("g g", move |seen| assert_eq!(rows(&seen.before), rows(&seen.after) + 2))],
        Fold::OpenAll => vec![proof("z M", move |seen| assert!(rows(&seen.before) < rows(&seen.after)))],
        Fold::CloseAll => vec![proof("", move |seen| assert!(rows(&seen.before) > rows(&seen.after)))],
        Fold::Middle => vec![in_sight("s f g g j j j j j j j j j j", |top, row, page| {
            assert!(row.abs_diff(top + page / 2) <= 1, "row {row} of {page}");
        })],
        Fold::Top => vec![in_sight("s f g g j j j", |top, row, _| assert_eq!(row, top))],
        Fold::Bottom => {
            vec![in_sight("s f g g j j j j j j j j j j j j k k k", |top, row, page| {
                assert_eq!(row, top + page - 1);
            })]
        }
    }
}

/// The same selection on another row of the screen.
fn in_sight(way: &'static str, holds: fn(u16, u16, u16)) -> Proof {
    proof(way, move |seen: &Seen| {
        let head = text(&seen.after).lines().position(|row| row.contains("VERDICT")).unwrap();
        let top = u16::try_from(head).unwrap() + 1;
        let page = u16::try_from(page(&seen.after)).unwrap();
        holds(top, selected_row(&seen.after), page);
        assert_eq!(seen.moved().0, seen.moved().1);
        assert_ne!(selected_row(&seen.before), selected_row(&seen.after));
    })
    .small()
}

pub(crate) fn switch(switch: Switch) -> Vec<Proof> {
    match switch {
        Switch::Freeze => vec![
            proof("", |seen| assert!(seen.after.prefs.frozen && text(&seen.after).contains("FROZEN"))),
            proof("F", |seen| assert!(!seen.after.prefs.frozen)),
        ],
        Switch::Mouse => vec![
            proof("", |seen| assert!(seen.effects.contains(&Effect::Mouse(false)))),
            proof("M", |seen| assert!(seen.effects.contains(&Effect::Mouse(true)))),
        ],
        Switch::Wide => vec![
            proof("", |seen| {
                let digest = seen.before.subject().digest.unwrap().to_string();
                let wide = |model: &Model| selected(model)[0].contains(&digest);
                assert!(!wide(&seen.before) && wide(&seen.after), "{:?}", selected(&seen.after));
            })
            .at((300, 50)),
            proof("", |seen| {
                let wide = |model: &Model| selected(model)[0].contains("require-shop-signature");
                assert!(!wide(&seen.before) && wide(&seen.after), "{:?}", selected(&seen.after));
            }),
            proof("1", |seen| assert_ne!(selected(&seen.before)[0], selected(&seen.after)[0])),
        ],
        Switch::Theme => vec![proof("", |seen| {
            assert_ne!(seen.before.prefs.ink.theme.name, seen.after.prefs.ink.theme.name);
        })],
    }
}
