//! Carries actions out: those of the program itself here, the others in the part that has the keys.

use std::sync::Arc;
use std::time::Duration;

use super::action::{Act, Copy, Go, Show, Versus, named};
use super::contexts::{context, demo, namespaces, reconnect};
use super::copy;
use super::effect::{Effect, Order, Token};
use super::export;
pub(super) use super::export::{exported, kept};
use super::history::ScreenId;
use super::model::Model;
use super::overlay::help::Help;
use super::overlay::palette::{self, Palette};
use super::overlay::text::TextPane;
use super::overlay::why::Why;
use super::overlay::{Overlay, jobs::Jobs, messages::Messages};
use super::part::{Ask, lacking};
use super::pivot;
use super::places::{self, Letter};
use super::switch::{flip, keys, theme};
pub(super) use super::try_out::{attempt, discard, draft, edited, policy_place, quit, save, wrote};
use super::update::{CANCEL_SECONDS, scopes};
use crate::model::world::{ImageRow, ImageState, Severity};
use crate::model::{Code, Digest};

/// Most overlays over one another.
const MOST_OVERLAYS: usize = 12;
/// Most commands that are kept.
const MOST_COMMANDS: usize = 100;

pub(super) fn note(model: &mut Model, severity: Severity, text: impl Into<String>) -> Vec<Effect> {
    vec![model.notices.tell(severity, text, model.now)]
}

/// Carries an action out.
pub(super) fn act(model: &mut Model, act: Act) -> Vec<Effect> {
    match act {
        Act::Quit => quit(model),
        Act::Draft => draft(model),
        Act::Demo => demo(model),
        Act::Cancel => cancel(model),
        Act::Suspend => vec![Effect::Suspend],
        Act::Redraw => vec![Effect::Redraw],
        Act::Escape | Act::Back if !model.overlays.is_empty() && !model.top().typing() => {
            model.overlays.pop();
            Vec::new()
        }
        Act::Back => back(model),
        Act::Go(place) => travel(model, place),
        Act::Show(show) => open(model, show),
        Act::Copy(what) => copy_out(model, what),
        Act::Mark => mark(model),
        Act::Unmark => {
            model.marks.clear();
            Vec::new()
        }
        Act::Refresh => refresh(model),
        Act::Range => places::range(model),
        Act::Bookmark(set) => {
            model.typed.letter = Some(if set { Letter::Set } else { Letter::Jump });
            Vec::new()
        }
        Act::Print => print(model),
        Act::Dump => places::dump(model),
        Act::Escape if places::forget(model) => Vec::new(),
        Act::Switch(switch) => flip(model, switch),
        Act::Export(wanted) => export::export(model, wanted),
        Act::Identity(detail) => pivot::identity(model, detail),
        Act::Compare => pivot::compare(model),
        Act::Versus(Versus::Compare) => pivot::versus(model),
        other if model.top().lacks(other) => note(model, Severity::Info, lacking(other)),
        other => {
            let wanted = model.with_top(|part, at| part.act(other, at));
            asks(model, wanted)
        }
    }
}

/// Carries out what parts ask for.
pub(super) fn asks(model: &mut Model, asks: Vec<Ask>) -> Vec<Effect> {
    asks.into_iter().flat_map(|ask| one(model, ask)).collect()
}

fn one(model: &mut Model, ask: Ask) -> Vec<Effect> {
    match ask {
        Ask::Do(effect) => vec![effect],
        Ask::Act(wanted) => act(model, wanted),
        Ask::Command(text) => {
            remember(model, &text);
            command(model, &text)
        }
        Ask::Evidence(image) => {
            leave(model, ScreenId::Evidence);
            model.screens.evidence.show(image);
            Vec::new()
        }
        Ask::Digest(digest) => locate(model, &digest),
        Ask::Document(pane) => {
            push(model, Overlay::Document(pane));
            Vec::new()
        }
        Ask::Lines(title, lines) => {
            push(model, Overlay::Text(TextPane::of(title, &lines)));
            Vec::new()
        }
        Ask::Policy(key) => {
            leave(model, ScreenId::Policies);
            let world = model.world.clone();
            if let Some(trace) = key.find(&world) {
                model.screens.policies.look_at(trace, &world);
            }
            Vec::new()
        }
        Ask::Why(key) => {
            push(model, Overlay::Why(Box::new(Why::new(key))));
            Vec::new()
        }
        Ask::Screen(screen) => go(model, screen),
        Ask::Try(edit) => attempt(model, &edit),
        Ask::Discard => discard(model),
        Ask::Note(severity, text) => note(model, severity, text),
        Ask::Ledger(ledger) => {
            model.prefs.ledger = ledger.clone();
            vec![Effect::Keep(Box::new((model.prefs.kept.clone(), ledger)))]
        }
        Ask::Close => {
            model.overlays.pop();
            Vec::new()
        }
    }
}

/// Goes to what has a digest: a line of the image on screen, else an image that is it.
fn locate(model: &mut Model, digest: &Digest) -> Vec<Effect> {
    if model.screen == ScreenId::Evidence && model.screens.evidence.jump(digest) {
        model.overlays.clear();
        return Vec::new();
    }
    let is = |row: &&ImageRow| match &row.state {
        ImageState::Ready(evidence) => {
            evidence.digest == *digest || evidence.platforms.iter().any(|platform| platform.digest == *digest)
        }
        _ => false,
    };
    match model.world.images.iter().find(is).map(|row| row.name.clone()) {
        Some(image) => one(model, Ask::Evidence(image)),
        None => {
            note(model, Severity::Info, format!("no image here is {digest}, and nothing on this one has it"))
        }
    }
}

pub(super) fn push(model: &mut Model, overlay: Overlay) {
    if model.overlays.len() < MOST_OVERLAYS {
        model.overlays.push(overlay);
    }
}

/// Changes the screen and remembers the place that is left.
pub(super) fn leave(model: &mut Model, screen: ScreenId) {
    model.overlays.clear();
    let place = model.place();
    model.history.leave(place);
    model.screen = screen;
}

/// Goes to a screen; the Evidence screen takes along what is selected.
pub(super) fn go(model: &mut Model, screen: ScreenId) -> Vec<Effect> {
    let subject = model.subject();
    if screen == ScreenId::Evidence {
        let first = || model.world.images.first().map(|row| row.name.clone());
        let Some(image) = subject.image.or_else(first) else {
            return note(model, Severity::Info, "there is no image yet");
        };
        if model.screen != screen || !model.overlays.is_empty() {
            leave(model, screen);
        }
        model.screens.evidence.show(image);
        return Vec::new();
    }
    if model.screen == screen {
        model.overlays.clear();
        return Vec::new();
    }
    leave(model, screen);
    let world = model.world.clone();
    if screen == ScreenId::Policies
        && let Some(trace) = subject.trace.as_ref().and_then(|key| key.find(&world))
    {
        model.screens.policies.look_at(trace, &world);
    }
    Vec::new()
}

fn travel(model: &mut Model, place: Go) -> Vec<Effect> {
    let present = model.place();
    let found = match place {
        Go::Workloads => return go(model, ScreenId::Workloads),
        Go::Owner => return owner(model),
        Go::Images => return go(model, ScreenId::Images),
        Go::Evidence => return go(model, ScreenId::Evidence),
        Go::Policies => return go(model, ScreenId::Policies),
        Go::Identities => return go(model, ScreenId::Identities),
        Go::Audit => return go(model, ScreenId::Audit),
        Go::Back => model.history.back(present),
        Go::Forward => model.history.forward(present),
        Go::Last => model.history.other(present),
    };
    if let Some(place) = found {
        places::restore(model, &place);
    }
    Vec::new()
}

/// The Workloads screen at an owner of the selected image.
fn owner(model: &mut Model) -> Vec<Effect> {
    let Some(image) = model.subject().image else {
        return note(model, Severity::Info, "no image is selected");
    };
    let world = model.world.clone();
    if !model.screens.workloads.look_at(&image, &world) {
        return note(model, Severity::Info, "no workload uses this image");
    }
    go(model, ScreenId::Workloads)
}

/// A full pane or another focus first, then the place before, then the end.
fn back(model: &mut Model) -> Vec<Effect> {
    let place = model.place();
    let before = model.with_top(|part, at| part.subject(at));
    let wanted = model.with_top(|part, at| part.act(Act::Back, at));
    if !wanted.is_empty() || model.place() != place || model.with_top(|part, at| part.subject(at)) != before {
        return asks(model, wanted);
    }
    if model.history.has_past() {
        return travel(model, Go::Back);
    }
    quit(model)
}

fn cancel(model: &mut Model) -> Vec<Effect> {
    let asked = matches!(model.overlays.last(), Some(Overlay::Confirm(_)));
    if model.typed.cancelled || asked {
        return vec![Effect::Quit];
    }
    if model.newest.settled() {
        return quit(model);
    }
    model.typed.cancelled = true;
    model.typed.token += 1;
    let token = Token::Cancel(model.typed.token);
    let mut effects =
        vec![Effect::Order(Order::Cancel(None)), Effect::After(Duration::from_secs(CANCEL_SECONDS), token)];
    effects.extend(note(model, Severity::Warning, "work cancelled; Ctrl-c again quits"));
    effects
}

fn open(model: &mut Model, show: Show) -> Vec<Effect> {
    let subject = model.subject();
    let overlay = match show {
        Show::Help => Overlay::Help(Help::new(scopes(model))),
        Show::Palette => Overlay::Palette(Palette::after(&model.prefs.commands)),
        Show::Jobs => Overlay::Jobs(Jobs::default()),
        Show::Messages => Overlay::Messages(Messages::default()),
        Show::Requests => return vec![Effect::Requests],
        Show::Info => match super::about::page(model, &subject) {
            Some(pane) => Overlay::Text(pane),
            None => return note(model, Severity::Info, "nothing is selected"),
        },
        Show::Why => match subject.trace {
            Some(_) if matches!(model.overlays.last(), Some(Overlay::Why(_))) => return Vec::new(),
            Some(key) => Overlay::Why(Box::new(Why::new(key))),
            None => return note(model, Severity::Info, "no policy has judged this yet"),
        },
        Show::Code => match subject.code {
            Some(code) => Overlay::Text(TextPane::page(code)),
            None => return note(model, Severity::Info, "this has no code"),
        },
        Show::Raw => match subject.raw {
            Some(content) => Overlay::Text(TextPane::raw(&content)),
            None => return note(model, Severity::Info, "nothing has been fetched for this"),
        },
    };
    push(model, overlay);
    Vec::new()
}

/// The keys of copying follow, and what they choose is shown.
fn print(model: &mut Model) -> Vec<Effect> {
    let first = named("copy-digest").and_then(|action| model.prefs.keys.of(action).first()?.first().copied());
    if let Some(chord) = first {
        model.typed.print = true;
        model.typed.pending = vec![chord];
    }
    Vec::new()
}

fn copy_out(model: &mut Model, what: Copy) -> Vec<Effect> {
    let print = std::mem::take(&mut model.typed.print);
    match copy::text(model, what) {
        Some(text) if !text.is_empty() && print => {
            push(model, Overlay::Text(TextPane::printed(copy::name(what), &text)));
            Vec::new()
        }
        Some(text) if !text.is_empty() => {
            let told = format!("copied {} (OSC 52)", copy::name(what));
            let mut effects = vec![Effect::Copy(text)];
            effects.extend(note(model, Severity::Info, told));
            effects
        }
        _ => note(model, Severity::Info, format!("there is no {} here", copy::name(what))),
    }
}

fn mark(model: &mut Model) -> Vec<Effect> {
    let Some(image) = model.subject().image else {
        let mut effects = note(model, Severity::Info, "no image is selected: there is nothing to mark");
        effects.extend(act(model, Act::Move(super::action::Move::Down)));
        return effects;
    };
    if !model.marks.remove(&image) {
        model.marks.insert(image);
    }
    act(model, Act::Move(super::action::Move::Down))
}

/// The marked images, else the selected one.
fn refresh(model: &mut Model) -> Vec<Effect> {
    let mut names: Vec<Arc<str>> = model.marks.iter().cloned().collect();
    if names.is_empty() {
        names.extend(model.subject().image);
    }
    if names.is_empty() {
        return reconnect(model);
    }
    let told = if names.len() == 1 {
        "looking again".to_owned()
    } else {
        format!("looking again at {} images", names.len())
    };
    let mut effects: Vec<Effect> =
        names.into_iter().map(|name| Effect::Order(Order::Refresh(Some(name)))).collect();
    effects.extend(note(model, Severity::Info, told));
    effects
}

/// Keeps a command, to be found again with `up`.
fn remember(model: &mut Model, text: &str) {
    let commands = &mut model.prefs.commands;
    commands.retain(|known| known != text);
    if commands.len() >= MOST_COMMANDS {
        commands.remove(0);
    }
    if !text.is_empty() {
        commands.push(text.to_owned());
    }
}

/// Runs a command of the palette.
pub(super) fn command(model: &mut Model, text: &str) -> Vec<Effect> {
    let (word, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let rest = rest.trim();
    match (word, rest) {
        ("", _) => Vec::new(),
        ("q", "") => quit(model),
        ("q!", "") => vec![Effect::Quit],
        ("w", path) => save(model, path),
        ("ctx", name) => context(model, name),
        ("ns", names) => namespaces(model, names),
        ("theme", name) if !name.is_empty() => theme(model, name),
        ("keys", name) if !name.is_empty() => keys(model, name),
        ("explain", code) if !code.is_empty() => match code.parse::<Code>() {
            Ok(code) => {
                push(model, Overlay::Text(TextPane::page(code)));
                Vec::new()
            }
            Err(()) => note(model, Severity::Error, format!("there is no code {code}")),
        },
        ("compare", names) if !names.is_empty() => pivot::versus_named(model, names),
        ("export", kind) if !kind.is_empty() => export::named(model, kind),
        ("open", source) if !source.is_empty() => vec![Effect::Order(source_order(source))],
        _ => match named(word) {
            Some(action) => match action.check(model) {
                Ok(()) => act(model, action.act),
                Err(why) => note(model, Severity::Info, why),
            },
            None => {
                let near = palette::nearest(word);
                let hint = if near.is_empty() {
                    String::new()
                } else {
                    format!("; did you mean {}?", near.join(", "))
                };
                note(model, Severity::Error, format!("there is no command `{word}`{hint}"))
            }
        },
    }
}

/// A tag or digest names one image; without one all tags of the repository are meant.
fn source_order(source: &str) -> Order {
    let last = source.rsplit('/').next().unwrap_or(source);
    if last.contains([':', '@']) {
        Order::Image(source.to_owned())
    } else {
        Order::Repository(source.to_owned())
    }
}
