//! What is switched while the program runs: the standing picture, the mouse, columns, themes, keys.

use super::action::{Act, Switch};
use super::effect::Effect;
use super::keymap::{Keymap, PRESETS};
use super::model::Model;
use super::perform::{asks, note};
use super::theme::Theme;
use crate::model::world::Severity;

/// Switches something on or off.
pub(super) fn flip(model: &mut Model, switch: Switch) -> Vec<Effect> {
    match switch {
        Switch::Freeze => {
            model.prefs.frozen = !model.prefs.frozen;
            if !model.prefs.frozen {
                model.world = model.newest.clone();
            }
            let told =
                if model.prefs.frozen { "the picture stands still; the work goes on (F)" } else { "live" };
            note(model, Severity::Info, told)
        }
        Switch::Mouse => {
            model.prefs.mouse = !model.prefs.mouse;
            let told = if model.prefs.mouse { "mouse: sigscope" } else { "mouse: the terminal's own" };
            let mut effects = vec![Effect::Mouse(model.prefs.mouse)];
            effects.extend(note(model, Severity::Info, told));
            effects
        }
        Switch::Theme => {
            let names = Theme::names();
            let at = names.iter().position(|name| *name == model.prefs.ink.theme.name).unwrap_or_default();
            let next = names.get((at + 1) % names.len().max(1)).copied().unwrap_or("terminal");
            theme(model, next)
        }
        Switch::Wide => {
            let wanted = model.with_top(|part, at| part.act(Act::Switch(Switch::Wide), at));
            asks(model, wanted)
        }
    }
}

/// `:keys PRESET`.
pub(super) fn keys(model: &mut Model, name: &str) -> Vec<Effect> {
    let Some(map) = Keymap::preset(name) else {
        let known: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
        return note(model, Severity::Error, format!("no preset `{name}`; there are {}", known.join(", ")));
    };
    model.prefs.keys = map;
    note(model, Severity::Info, format!("keys: {name} (? lists them)"))
}

/// `:theme NAME`.
pub(super) fn theme(model: &mut Model, name: &str) -> Vec<Effect> {
    match Theme::built_in(name) {
        Ok(theme) => {
            model.prefs.ink.theme = theme;
            note(model, Severity::Info, format!("theme {name}"))
        }
        Err(error) => note(model, Severity::Error, error.to_string()),
    }
}
