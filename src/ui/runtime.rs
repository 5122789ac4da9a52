//! The loop: it moves messages and runs effects, and draws at most a hundred times a second, only when something has
//! changed.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::EventStream;
use futures_util::StreamExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::action::Act;
use super::effect::{Effect, Evidence, Export, Exported};
use super::frames::Frames;
use super::layout::regions;
use super::model::Model;
use super::msg::Msg;
use super::prepared::Prepared;
use super::run::{Asked, Left};
use super::screen::workloads::Shape;
use super::term::{input, screen::Screen};
use super::{update, view};
use crate::engine::{Command, Handle, clock, ledger};

/// Snapshots and answers that are kept beside the screen: the one on screen, and the one before it.
const HELD: usize = 2;

/// Runs until the user leaves. `problems` of the user's files are shown first; `asked` tells what was asked of whom.
///
/// # Errors
/// When the terminal fails.
pub async fn run(
    mut model: Model,
    handle: Handle,
    mut screen: Screen,
    (problems, asked): (Vec<String>, Asked),
) -> io::Result<Left> {
    let (inbox, mut messages) = mpsc::unbounded_channel();
    for problem in problems {
        let _ = inbox.send(Msg::Problem(problem));
    }
    let (shape, shapes) = watch::channel(model.screens.workloads.shape());
    watch_engine(handle.clone(), inbox.clone(), shapes);
    watch_signals(&inbox)?;
    let mut events = EventStream::new();
    let begun = Instant::now();
    draw(&mut model, &mut screen)?;
    let mut frames = Frames::begun(begun.elapsed());
    loop {
        let wake = frames.wake();
        let first = tokio::select! {
            biased;
            Some(message) = messages.recv() => Some(message),
            event = events.next() => match event {
                Some(Ok(event)) => input::message(event),
                // A terminal that is gone ends the program.
                Some(Err(error)) => return Err(error),
                None => return Ok(Left::Quit),
            },
            () = sleep_until(begun + wake.unwrap_or(Duration::ZERO)), if wake.is_some() => None,
        };
        let mut waiting: Vec<Msg> = first.into_iter().collect();
        while let Ok(message) = messages.try_recv() {
            waiting.push(message);
        }
        for message in waiting {
            frames.changed();
            // What a terminal keeps on its screen while its size changes is anybody's guess, even when it ends as it was.
            if matches!(message, Msg::Resize(..)) {
                screen.wipe()?;
            }
            let effects = take(&mut model, message);
            for effect in effects {
                if let Effect::Edit { name, text } = effect {
                    // While another program has the terminal nobody else may read its keys.
                    drop(events);
                    let result = screen.lend(&model.prefs.editor, &name, &text)?;
                    events = EventStream::new();
                    let _ = inbox.send(Msg::Edited(result));
                } else if effect == Effect::Requests {
                    let _ = inbox.send(Msg::Requests(asked()));
                } else if let Some(left) = perform(effect, &model, &handle, &inbox, &mut screen)? {
                    handle.send(Command::Quit);
                    return Ok(left);
                }
            }
        }
        shape.send_if_modified(|known| {
            let now = model.screens.workloads.shape();
            let news = *known != now;
            *known = now;
            news
        });
        if frames.due(begun.elapsed()) {
            draw(&mut model, &mut screen)?;
            frames.shown(begun.elapsed());
        }
    }
}

/// The time is told before each message: `update` reads no clock.
fn take(model: &mut Model, message: Msg) -> Vec<Effect> {
    let mut effects = update(model, Msg::Tick(clock::now()));
    effects.extend(update(model, message));
    effects
}

fn draw(model: &mut Model, screen: &mut Screen) -> io::Result<()> {
    let size = screen.terminal.size()?;
    if (size.width, size.height) != (model.area.width, model.area.height) {
        update(model, Msg::Resize(size.width, size.height));
    }
    screen.terminal.draw(|frame| {
        let area = frame.area();
        let mut shown = super::layout::of(area);
        if area == model.area {
            shown = regions(model);
        }
        // Screen readers read where the cursor stands.
        if let Some(selected) = view(model, &shown, frame.buffer_mut(), &model.prefs.ink) {
            frame.set_cursor_position(selected);
        }
    })?;
    Ok(())
}

/// Carries an effect out; leaves where it says so.
fn perform(
    effect: Effect,
    model: &Model,
    handle: &Handle,
    inbox: &mpsc::UnboundedSender<Msg>,
    screen: &mut Screen,
) -> io::Result<Option<Left>> {
    match effect {
        Effect::Order(order) => handle.send(order.command()),
        Effect::Copy(text) => screen.copy(&text)?,
        Effect::After(delay, token) => {
            let inbox = inbox.clone();
            tokio::spawn(async move {
                sleep(delay).await;
                // The loop may have ended meanwhile.
                let _ = inbox.send(Msg::Elapsed(token));
            });
        }
        Effect::Mouse(on) => screen.mouse(on)?,
        Effect::Suspend => {
            screen.suspend()?;
            // The first size after `fg` may be that of another window.
            let _ = inbox.send(Msg::Tick(model.now));
        }
        Effect::Write(export) => {
            let draft = export.draft;
            let _ = inbox.send(Msg::Wrote { result: write(&export), draft });
        }
        Effect::Compare(a, b) => {
            let (handle, inbox) = (handle.clone(), inbox.clone());
            tokio::spawn(async move {
                let answer = handle.diff(a.clone(), b.clone()).await.map(Arc::new);
                // The loop may have ended meanwhile.
                let _ = inbox.send(Msg::Compared { a, b, answer });
            });
        }
        Effect::Keep(change) => {
            if let Some(path) = &model.prefs.ledger_file {
                let (base, mine) = *change;
                let result = ledger::save(path, &base, &mine).map(|kept| Box::new((mine, kept)));
                let _ = inbox.send(Msg::Kept(result));
            }
        }
        Effect::Evidence(evidence) => export(evidence, handle.clone(), inbox.clone()),
        // The loop does it: it has the keys.
        Effect::Edit { .. } | Effect::Requests => {}
        Effect::Redraw => screen.wipe()?,
        Effect::Begin(left) => return Ok(Some(left)),
        Effect::Quit => return Ok(Some(Left::Quit)),
    }
    Ok(None)
}

/// Writes the evidence in the background.
fn export(evidence: Evidence, handle: Handle, inbox: mpsc::UnboundedSender<Msg>) {
    tokio::spawn(async move {
        let Evidence { name, command, verdicts, as_of } = evidence;
        let names = std::iter::once(name.clone()).chain((2..MOST_NAMES).map(|at| format!("{name}.{at}")));
        let free = names.into_iter().find(|name| std::fs::symlink_metadata(name).is_err());
        let result = match free {
            Some(dir) => handle.export(dir.into(), false, command, verdicts, as_of).await,
            None => Err(format!("{name} is there already; nothing was replaced")),
        };
        let told =
            result.map(|written| Exported { dir: written.path.display().to_string(), blobs: written.blobs });
        // The loop may have ended meanwhile.
        let _ = inbox.send(Msg::Exported(told));
    });
}

/// Names that are tried beside the first.
const MOST_NAMES: usize = 100;

/// Writes a file that is not there yet; its name, or why not.
fn write(export: &Export) -> Result<String, String> {
    let names = std::iter::once(export.name.clone()).chain((2..MOST_NAMES).map(|number| {
        let (stem, end) = export.name.rsplit_once('.').unwrap_or((&export.name, "draft"));
        format!("{stem}.{number}.{end}")
    }));
    let tries = if export.exact { 1 } else { MOST_NAMES };
    for name in names.take(tries) {
        match OpenOptions::new().write(true).create_new(true).open(&name) {
            Ok(mut file) => {
                let written = file.write_all(export.text.as_bytes());
                return written.map(|()| name.clone()).map_err(|error| format!("{name}: {error}"));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{name} cannot be written: {error}")),
        }
    }
    Err(format!("{} is there already; nothing was replaced. `:w NAME` takes another name", export.name))
}

/// What the screen was given last, kept so that the screen is not the last to let it go: taking ten thousand rows apart
/// would make a key wait.
struct Held<T>(VecDeque<T>);

impl<T> Held<T> {
    fn keep(&mut self, one: T) {
        self.0.push_back(one);
        if self.0.len() > HELD {
            self.0.pop_front();
        }
    }
}

/// Every newer snapshot becomes a message; those in between are skipped.
fn watch_engine(mut handle: Handle, inbox: mpsc::UnboundedSender<Msg>, shapes: watch::Receiver<Shape>) {
    let (mut answers, to) = (handle.clone(), inbox.clone());
    tokio::spawn(async move {
        let mut held = Held(VecDeque::new());
        while answers.judged().await {
            let answer = answers.what_if();
            held.keep(answer.clone());
            if to.send(Msg::WhatIf(answer)).is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        let mut going = inbox.send(Msg::World(handle.world())).is_ok();
        let mut held = Held(VecDeque::new());
        while going {
            going = if handle.changed().await {
                let world = handle.world();
                // Keys must not wait for what ten thousand pods come to.
                let made = tokio::task::spawn_blocking({
                    let (world, shape) = (world.clone(), shapes.borrow().clone());
                    move || Prepared::of(&world, &shape, clock::now())
                });
                match made.await {
                    Ok(made) => {
                        held.keep((world.clone(), made.table.clone()));
                        inbox.send(Msg::Ready(world, made)).is_ok()
                    }
                    Err(_) => inbox.send(Msg::World(world)).is_ok(),
                }
            } else {
                let _ = inbox.send(Msg::EngineGone);
                false
            };
        }
    });
}

/// Being asked to end ends the loop, so that the terminal is given back.
fn watch_signals(inbox: &mpsc::UnboundedSender<Msg>) -> io::Result<()> {
    for kind in [SignalKind::terminate(), SignalKind::hangup()] {
        let (mut signal, inbox) = (signal(kind)?, inbox.clone());
        tokio::spawn(async move {
            signal.recv().await;
            let _ = inbox.send(Msg::Stop);
        });
    }
    // Who asks the program to stop from outside must not be left with a terminal in raw mode either.
    let stop = SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw());
    let (mut signal, inbox) = (signal(stop)?, inbox.clone());
    tokio::spawn(async move {
        while signal.recv().await.is_some() {
            if inbox.send(Msg::Act(Act::Suspend)).is_err() {
                break;
            }
        }
    });
    Ok(())
}
