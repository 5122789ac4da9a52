//! Draws the model: header, screen or overlay, path of screens, hints. Everything in roles; `Ink` makes colours of them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::action::named;
use super::detail::verdict_role;
use super::header;
use super::history::ScreenId;
use super::keymap::Chord;
use super::layout::{LEAST, Regions};
use super::model::Model;
use super::text::{Line, Shown};
use super::theme::{Ink, Role};
use super::update::scopes;
use super::widget::paint::clear;
use super::widget::{Frame, paint, paint_right};
use crate::explain::verdict_symbol;
use crate::model::Moment;
use crate::model::verdict::Verdict;
use crate::model::world::Severity;

/// Draws everything into a buffer of the size of the regions. Returns where the selected row begins in a plain picture.
pub fn view(model: &Model, regions: &Regions, out: &mut Buffer, ink: &Ink) -> Option<Position> {
    out.set_style(regions.whole, Role::Text.ink());
    if regions.small {
        small(model, regions, out, ink);
    } else {
        header(model, regions.header, out, ink);
        model.screens.part(model.screen).view(&model.at(regions.body), out, ink);
        for overlay in &model.overlays {
            let area = overlay.area(regions);
            clear(area, out);
            out.set_style(area, Role::Text.ink());
            overlay.part().view(&model.at(area), out, ink);
        }
        crumbs(model, regions.crumbs, out, ink);
        hints(model, regions.hints, out, ink);
        which_key(model, regions.body, out, ink);
    }
    ink.resolve(out)
}

/// What is missing, and the way to the same answer.
fn small(model: &Model, regions: &Regions, out: &mut Buffer, ink: &Ink) {
    let whole = regions.whole;
    let (width, height) = LEAST;
    let lines = [
        Line::of(Role::Title, "sigscope"),
        Line::of(Role::Text, format!("needs {width}x{height}, this is {}x{}", whole.width, whole.height)),
        Line::of(Role::Muted, format!("sigscope audit {}", model.prefs.options)),
        Line::of(Role::Muted, "Q quits"),
    ];
    for (line, y) in lines.iter().zip(whole.top()..whole.bottom()) {
        paint(line, Rect { y, height: 1, ..whole }, ink.glyphs.dots, out);
    }
}

fn header(model: &Model, area: Rect, out: &mut Buffer, ink: &Ink) {
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    let dots = ink.glyphs.dots;
    let state = state(model);
    let used = paint_right(&state, row(0), dots, out);
    let room = |used: u16, y: u16| Rect { width: area.width.saturating_sub(used + 1), ..row(y) };
    paint(&title(model), room(used, 0), dots, out);
    if area.height >= 3 {
        // Before the first snapshot there is no time to speak of.
        let time = match model.world.as_of {
            Moment(0) => Line::new(),
            moment => Line::of(Role::Muted, format!("as of {moment} ")),
        };
        let used = paint_right(&time, row(1), dots, out);
        paint(&counts(model, false), room(used, 1), dots, out);
        paint(&tabs(model, false), row(2), dots, out);
    } else {
        let counts = counts(model, true);
        let tabs = tabs(model, short_tabs(model));
        let width = u16::try_from(tabs.width()).unwrap_or(u16::MAX);
        paint(&tabs, row(1), dots, out);
        let right =
            Rect { x: area.x + width.min(area.width), width: area.width.saturating_sub(width), ..row(1) };
        paint_right(&counts, right, dots, out);
    }
}

fn title(model: &Model) -> Line {
    let world = &model.world;
    let policies: usize = world.files.iter().map(|file| file.policies.len()).sum();
    let broken = world.files.iter().filter(|file| file.broken.is_some()).count();
    let mut line = Line::of(Role::Title, " sigscope  ");
    line.push(Role::Text, header::place(world));
    line.push(Role::Muted, format!("   policies {policies}"));
    let drafts = world.files.iter().flat_map(|file| &file.policies).filter(|policy| policy.draft).count();
    if drafts > 0 {
        line.push(Role::Mark, format!(", {drafts} draft"));
    }
    if broken > 0 {
        line.push(Role::Error, format!(", {broken} broken"));
    }
    if !world.trust.is_empty() {
        line.push(Role::Muted, Shown::new(&format!("   trust {}", world.trust)));
    }
    line
}

/// What the engine is doing.
fn state(model: &Model) -> Line {
    let world = &model.world;
    let (done, all) = world.progress;
    let mut line = Line::new();
    if model.prefs.frozen {
        line.push(Role::Badge, "FROZEN ");
    }
    let what_if = &model.screens.what_if;
    if !what_if.drafts.is_empty() {
        line.push(Role::Badge, "WHAT-IF ");
        let judged = what_if.answer.judged;
        if model.screen == ScreenId::WhatIf && judged.all > 0 {
            // Rounded up: less than a millisecond is not nothing.
            let milliseconds = judged.took.div_ceil(1_000);
            let took = if milliseconds > 0 { format!(" in {milliseconds} ms") } else { String::new() };
            line.push(Role::Muted, format!("{} judged{took}  ", judged.done));
        }
    }
    line.extend(header::link(world, model.now));
    if world.settled() {
        line.push(Role::Muted, "idle ");
    } else if done < all {
        line.push(Role::Wait, format!("verifying {done}/{all} "));
        if let Some(rest) = model.typed.pace.and_then(|pace| pace.rest(world, model.now)) {
            line.push(Role::Wait, format!("eta {} ", header::age(rest)));
        }
    }
    line
}

/// How many images stand how; in short without verdicts that no image has.
fn counts(model: &Model, short: bool) -> Line {
    let numbers = model.typed.tally.1;
    let mut line = Line::of(Role::Text, " ");
    for (verdict, number) in Verdict::ALL.into_iter().zip(numbers) {
        let always = !short && matches!(verdict, Verdict::Deny | Verdict::Error | Verdict::Pass);
        if number > 0 || always {
            let role = if number > 0 { verdict_role(verdict) } else { Role::Muted };
            let symbol = verdict_symbol(verdict, model.prefs.ink.glyphs.ascii);
            if line.pieces.len() > 1 {
                line.push(Role::Text, if short { " " } else { "  " });
            }
            line.push(role, format!("{symbol} {number} {}", verdict.word()));
        }
    }
    line
}

/// With `short`, only the present screen has its name.
fn tab(screen: ScreenId, present: bool, short: bool) -> String {
    let (key, name) = screen.tab();
    match (present, short) {
        (true, _) => format!("[{key} {name}] "),
        (false, true) => format!(" {key} "),
        (false, false) => format!(" {key} {name}  "),
    }
}

fn tabs(model: &Model, short: bool) -> Line {
    ScreenId::ALL.into_iter().fold(Line::of(Role::Text, " "), |line, screen| {
        let present = screen.tab() == model.screen.tab();
        line.with(if present { Role::Title } else { Role::Muted }, tab(screen, present, short))
    })
}

/// Where tabs and counts share a row, names of other screens make room for the counts.
fn short_tabs(model: &Model) -> bool {
    let header = super::layout::regions(model).header;
    let width = tabs(model, false).width() + counts(model, true).width() + 1;
    header.height < 3 && width > usize::from(header.width)
}

/// The screen whose tab is at a position.
#[must_use]
pub fn tab_at(model: &Model, position: Position) -> Option<ScreenId> {
    let header = super::layout::regions(model).header;
    if header.height == 0 || position.y + 1 != header.bottom() {
        return None;
    }
    let short = short_tabs(model);
    let mut x = header.x + 1;
    for screen in ScreenId::ALL {
        let width = tab(screen, screen.tab() == model.screen.tab(), short).len();
        let width = u16::try_from(width).unwrap_or(0);
        if (x..x + width).contains(&position.x) {
            return Some(screen);
        }
        x += width;
    }
    None
}

fn crumbs(model: &Model, area: Rect, out: &mut Buffer, ink: &Ink) {
    let dots = ink.glyphs.dots;
    let mut used = 0;
    if let Some((severity, text)) = &model.notices.shown {
        let role = match severity {
            Severity::Info => Role::Ok,
            Severity::Warning => Role::Audit,
            Severity::Error => Role::Error,
        };
        let line = Line::of(role, Shown::new(text)).with(Role::Text, " ");
        let room = Rect { x: area.x + area.width / 4, width: area.width - area.width / 4, ..area };
        used = paint_right(&line, room, dots, out);
    }
    let mut line = Line::of(Role::Text, " ");
    line.extend(model.screens.part(model.screen).crumb());
    for overlay in &model.overlays {
        line.push(Role::Muted, format!(" {} ", ink.glyphs.crumb));
        line.extend(overlay.part().crumb());
    }
    if !model.marks.is_empty() {
        line.push(Role::Mark, format!("   {} marked", model.marks.len()));
    }
    paint(&line, Rect { width: area.width.saturating_sub(used + 1), ..area }, dots, out);
}

/// As many hints as fit, whole ones only; what leads out and to help has its place at the right.
fn hints(model: &Model, area: Rect, out: &mut Buffer, ink: &Ink) {
    let mut always = Line::new();
    if !model.top().typing() {
        for name in ["help", "back"] {
            always.extend(hint(model, name).unwrap_or_default());
        }
    }
    let used = paint_right(&always, area, ink.glyphs.dots, out);
    let room = usize::from(area.width.saturating_sub(used));
    let mut line = Line::of(Role::Text, " ");
    for name in model.top().hints().iter().filter(|name| !matches!(**name, "help" | "back")) {
        let Some(next) = hint(model, name) else { continue };
        if line.width() + next.width() > room {
            break;
        }
        line.extend(next);
    }
    paint(&line, Rect { width: area.width.saturating_sub(used), ..area }, ink.glyphs.dots, out);
}

/// Key and name of an action that works now.
fn hint(model: &Model, name: &str) -> Option<Line> {
    let action = named(name).filter(|action| action.when.check(model).is_ok())?;
    let keys = model.prefs.keys.of(action).first()?;
    let words = action.name.replace('-', " ");
    Some(Line::of(Role::Key, Chord::written(keys)).with(Role::Muted, format!(" {words}  ")))
}

/// A prefix that waits shows what can follow.
fn which_key(model: &Model, body: Rect, out: &mut Buffer, ink: &Ink) {
    if model.typed.pending.is_empty() {
        return;
    }
    let next = model.prefs.keys.continuations(&scopes(model), &model.typed.pending);
    // Two columns where there is room: the box then hides less of what the keys are about.
    let columns = if body.width >= 100 { 2 } else { 1 };
    let rows = next.len().div_ceil(columns);
    let height = u16::try_from(rows + 2).unwrap_or(u16::MAX).min(body.height);
    let area = Rect { y: body.bottom() - height, height, ..body };
    clear(area, out);
    out.set_style(area, Role::Text.ink());
    let title = Line::of(Role::Title, Chord::written(&model.typed.pending));
    let inner = Frame::titled(title, true).draw(area, out, ink);
    let wide = inner.width / u16::try_from(columns).unwrap_or(1);
    for (chunk, x) in next.chunks(rows.max(1)).zip((inner.left()..).step_by(usize::from(wide.max(1)))) {
        for ((keys, action), y) in chunk.iter().zip(inner.top()..inner.bottom()) {
            let (role, why) = match action.when.check(model) {
                Ok(()) => (Role::Text, String::new()),
                Err(why) => (Role::Muted, format!(" ({why})")),
            };
            let line =
                Line::of(Role::Key, format!(" {keys:<6}")).with(role, action.doc).with(Role::Muted, why);
            paint(&line, Rect { x, y, width: wide, height: 1 }, ink.glyphs.dots, out);
        }
    }
}
