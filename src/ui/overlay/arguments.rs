//! What can stand behind a command of the palette: contexts, namespaces, themes, presets, codes, kinds of exports, images.

use std::collections::BTreeSet;

use crate::model::{Code, World};
use crate::ui::export::KINDS;
use crate::ui::keymap::PRESETS;
use crate::ui::theme::Theme;

/// Most arguments of one kind that are offered.
const MOST: usize = 2_000;

/// Arguments of a command, with what there is to say of each.
pub(super) fn arguments(command: &str, world: &World) -> Vec<(String, String)> {
    let plain = |name: &str| (name.to_owned(), String::new());
    match command {
        "ctx" => {
            let own = &world.cluster.context;
            let say = |name: &String| if name == own { "followed now" } else { "" }.to_owned();
            let contexts = world.cluster.contexts.iter().map(|name| (name.clone(), say(name)));
            contexts.take(MOST).chain([("-".to_owned(), "the one before".to_owned())]).collect()
        }
        "ns" => {
            let all = ("all".to_owned(), "every namespace".to_owned());
            std::iter::once(all).chain(namespaces(world).into_iter().take(MOST).map(plain)).collect()
        }
        "theme" => Theme::names().into_iter().map(plain).collect(),
        "keys" => PRESETS.iter().map(|(name, _)| plain(name)).collect(),
        "explain" => {
            Code::ALL.iter().map(|code| (code.as_str().to_owned(), code.meaning().to_owned())).collect()
        }
        "export" => KINDS.iter().map(|(name, _)| plain(name)).collect(),
        "open" => world.images.iter().take(MOST).map(|row| plain(&row.name)).collect(),
        _ => Vec::new(),
    }
}

/// Namespaces in which something is known to run.
fn namespaces(world: &World) -> BTreeSet<&str> {
    let rows = world.cluster.workloads.iter().chain(world.declared.iter());
    rows.map(|row| row.pod.namespace.as_str()).filter(|name| !name.is_empty()).collect()
}
