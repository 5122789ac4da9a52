//! What happens to the model: pure, without I/O, clock or randomness.

use std::sync::Arc;

use ratatui::layout::{Position, Rect};

use super::action::Scope;
use super::effect::{Effect, Order, Token};
use super::history::ScreenId;
use super::keymap::{Chord, Match};
use super::model::Model;
use super::msg::{Mouse, Msg};
use super::perform;
use crate::model::cluster::Link;
use crate::model::world::Severity;

/// How long a second Ctrl-c quits, in seconds.
pub(super) const CANCEL_SECONDS: u64 = 2;
/// How often ages on screen are counted on while work runs, in seconds.
const AGE_SECONDS: u64 = 1;

/// Takes a message; returns what is to happen outside.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut effects = match msg {
        Msg::World(world) => snapshot(model, world),
        Msg::Ready(world, made) => {
            if !model.prefs.frozen {
                model.typed.tally = (world.revision, made.tally);
                model.screens.workloads.offer(made.table, made.grouped);
            }
            snapshot(model, world)
        }
        Msg::EngineGone => vec![model.notices.tell(Severity::Error, "the engine stopped", model.now)],
        Msg::Key(chord) => key(model, chord),
        Msg::Paste(text) => {
            let asks = model.with_top(|part, _| part.paste(&text));
            perform::asks(model, asks)
        }
        Msg::WhatIf(answer) => {
            model.screens.what_if.answered(answer);
            Vec::new()
        }
        Msg::Wrote { result, draft } => perform::wrote(model, result, draft),
        Msg::Requests(all) => {
            perform::push(model, super::overlay::Overlay::Text(super::asked::page(&all)));
            Vec::new()
        }
        Msg::Kept(result) => perform::kept(model, result),
        Msg::Compared { a, b, answer } => {
            compared(model, &a, &b, answer);
            Vec::new()
        }
        Msg::Exported(result) => perform::exported(model, result),
        Msg::Edited(result) => perform::edited(model, result),
        Msg::Mouse(mouse, column, row) => pointer(model, mouse, Position::new(column, row)),
        Msg::Resize(width, height) => {
            model.area = Rect::new(0, 0, width, height);
            Vec::new()
        }
        Msg::Tick(now) => {
            model.now = now;
            Vec::new()
        }
        Msg::Elapsed(token) => elapsed(model, token),
        Msg::Act(act) => perform::act(model, act),
        Msg::Command(text) => perform::command(model, &text),
        Msg::Problem(text) => vec![model.notices.tell(Severity::Error, text, model.now)],
        Msg::Stop => vec![Effect::Quit],
    };
    fit(model);
    effects.extend(prefer(model));
    effects.extend(read(model));
    effects.extend(age(model));
    effects
}

/// The answer goes to the overlay that waits for it; one that was closed needs none.
fn compared(model: &mut Model, a: &str, b: &str, answer: Result<Arc<crate::model::diff::Diff>, String>) {
    let waits = model.overlays.iter_mut().find_map(|overlay| match overlay {
        super::overlay::Overlay::Diff(pane) if *pane.a == *a && *pane.b == *b => Some(pane),
        _ => None,
    });
    if let Some(pane) = waits {
        pane.answered(answer);
    }
}

/// Scopes whose keys count now, the most special first.
#[must_use]
pub fn scopes(model: &Model) -> Vec<Scope> {
    let top = model.top();
    match (top.typing(), top.inserting()) {
        (true, _) => vec![Scope::Field],
        (false, true) => vec![Scope::Editor],
        (false, false) if top.scope().has_images() => vec![top.scope(), Scope::Image, Scope::Global],
        (false, false) => vec![top.scope(), Scope::Global],
    }
}

fn snapshot(model: &mut Model, world: Arc<crate::model::World>) -> Vec<Effect> {
    // What the engine says goes to the notice line once, when it is new.
    let known = model.newest.messages.len();
    let fresh: Vec<_> = world.messages.iter().skip(known).cloned().collect();
    model.newest = world.clone();
    if !model.prefs.frozen {
        model.world = world;
        model.typed.pace = super::header::Pace::after(model.typed.pace, &model.world, model.now);
    }
    arrive(model);
    let worst = fresh.into_iter().max_by_key(|message| message.severity as u8);
    worst.map(|message| model.notices.flash(message.severity, message.text)).into_iter().collect()
}

/// Goes to the place of a locator once what it is about is there.
fn arrive(model: &mut Model) {
    let there = |place: &super::history::Place| {
        let named = |image: &Arc<str>| model.world.images.iter().any(|row| row.name == *image);
        place.spot.image.as_ref().is_none_or(named) || model.world.settled()
    };
    if !model.world.images.is_empty()
        && let Some(place) = model.typed.wanted.take_if(|place| there(place))
    {
        super::places::restore(model, &place);
    }
}

fn key(model: &mut Model, chord: Chord) -> Vec<Effect> {
    // Whoever moves has arrived: the place of a locator is no longer waited for.
    model.typed.wanted = None;
    if let Some(kind) = model.typed.letter.take() {
        return super::places::letter(model, kind, chord);
    }
    let effects = pressed(model, chord);
    if model.typed.pending.is_empty() {
        model.typed.print = false;
    }
    super::places::extend(model);
    effects
}

fn pressed(model: &mut Model, chord: Chord) -> Vec<Effect> {
    let mut sequence = std::mem::take(&mut model.typed.pending);
    let began = !sequence.is_empty();
    sequence.push(chord);
    let scopes = scopes(model);
    match model.prefs.keys.lookup(&scopes, &sequence) {
        Match::Action(action) => match action.check(model) {
            Ok(()) => perform::act(model, action.act),
            Err(why) => vec![model.notices.tell(Severity::Info, why, model.now)],
        },
        Match::Prefix => {
            model.typed.pending = sequence;
            Vec::new()
        }
        Match::Nothing if model.top().typing() || model.top().inserting() => {
            let asks = model.with_top(|part, at| {
                if part.typing() {
                    let _ = part.field().is_some_and(|field| field.key(chord));
                    return None;
                }
                part.key(chord, at)
            });
            if let Some(asks) = asks {
                return perform::asks(model, asks);
            }
            // What works everywhere and is no text works while typing too.
            match model.prefs.keys.lookup(&[Scope::Global], &[chord]) {
                Match::Action(action) if chord.ctrl && always(action.name) => perform::act(model, action.act),
                _ => Vec::new(),
            }
        }
        Match::Nothing if began => {
            let keys = Chord::written(&sequence);
            vec![model.notices.tell(Severity::Info, format!("{keys} is no key (? lists them)"), model.now)]
        }
        Match::Nothing => Vec::new(),
    }
}

/// Control keys that must never be swallowed by a text field.
fn always(name: &str) -> bool {
    matches!(name, "cancel" | "suspend" | "redraw")
}

fn pointer(model: &mut Model, mouse: Mouse, position: Position) -> Vec<Effect> {
    let asks = match mouse {
        Mouse::Click => {
            if let Some(screen) = super::view::tab_at(model, position) {
                return perform::go(model, screen);
            }
            model.with_top(|part, at| part.click(position, at))
        }
        Mouse::WheelDown | Mouse::WheelUp => {
            model.with_top(|part, at| part.wheel(mouse == Mouse::WheelDown, position, at));
            Vec::new()
        }
    };
    perform::asks(model, asks)
}

fn elapsed(model: &mut Model, token: Token) -> Vec<Effect> {
    match token {
        Token::Notice(number) => model.notices.expire(number),
        Token::Cancel(number) if number == model.typed.token => model.typed.cancelled = false,
        Token::Age(_) => model.typed.ageing = false,
        Token::Cancel(_) => {}
    }
    Vec::new()
}

/// Images by verdict, counted once for each snapshot.
fn tally(model: &mut Model) {
    if model.typed.tally.0 != model.world.revision {
        model.typed.tally = (model.world.revision, super::prepared::tally(&model.world));
    }
}

/// Rows and selections follow what has happened.
fn fit(model: &mut Model) {
    tally(model);
    let regions = super::layout::regions(model);
    let screen = model.screen;
    let Model { world, prefs, now, marks, notices, screens, overlays, .. } = model;
    let mut at = super::part::At {
        world,
        area: regions.body,
        glyphs: prefs.ink.glyphs,
        now: *now,
        marks,
        notices: &notices.all,
        keys: &prefs.keys,
        ledger: &prefs.ledger,
    };
    screens.part_mut(screen).fit(&at);
    for overlay in overlays {
        at.area = overlay.area(&regions);
        overlay.part_mut().fit(&at);
    }
}

/// What is in sight is fetched before the rest.
fn prefer(model: &mut Model) -> Option<Effect> {
    if model.world.settled() {
        return None;
    }
    let area = super::layout::regions(model).body;
    let names: Vec<Arc<str>> = match model.screen {
        ScreenId::Images => model.screens.images.in_sight(area).cloned().collect(),
        ScreenId::Workloads => model.screens.workloads.in_sight(area, &model.world).cloned().collect(),
        _ => return None,
    };
    (names != model.typed.preferred && !names.is_empty()).then(|| {
        model.typed.preferred.clone_from(&names);
        Effect::Order(Order::Prefer(names))
    })
}

/// The documents of the image on the Evidence screen or under *why* are read, away from the screen.
fn read(model: &mut Model) -> Option<Effect> {
    let asked = model.overlays.iter().rev().find_map(|overlay| match overlay {
        super::overlay::Overlay::Why(why) => Some(Arc::from(why.image())),
        _ => None,
    });
    let shown = || model.screens.evidence.image().filter(|_| model.screen == ScreenId::Evidence).cloned();
    let image = asked.or_else(shown)?;
    (model.typed.read.as_ref() != Some(&image)).then(|| {
        model.typed.read = Some(image.clone());
        Effect::Order(Order::Read(image))
    })
}

/// Ages are counted on only while work runs: a program that waits for a key uses no time.
fn age(model: &mut Model) -> Option<Effect> {
    let lost = matches!(model.world.cluster.link, Link::Lost { .. });
    if (model.world.settled() && !lost) || model.typed.ageing {
        return None;
    }
    model.typed.ageing = true;
    Some(Effect::After(std::time::Duration::from_secs(AGE_SECONDS), Token::Age(0)))
}
