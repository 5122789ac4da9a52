//! Going to another cluster, to other namespaces, to the demo.

use super::effect::{Effect, Order};
use super::model::Model;
use super::perform::note;
use super::run::Left;
use crate::model::cluster::Link;
use crate::model::world::Severity;

/// `:ctx NAME`.
pub(super) fn context(model: &mut Model, name: &str) -> Vec<Effect> {
    if name.is_empty() {
        let present = &model.world.cluster.context;
        let text =
            if present.is_empty() { "`:ctx NAME` follows a context of the kubeconfig" } else { present };
        let text = text.to_owned();
        return note(model, Severity::Info, text);
    }
    let recorded = matches!(model.world.cluster.link, Link::Recorded { .. });
    if !model.prefs.origin.demo && !recorded {
        return vec![Effect::Order(Order::Context(name.to_owned()))];
    }
    // The trust of the demo must judge nothing but the demo, and that of a snapshot nothing but the snapshot.
    leave(model, Left::Cluster(name.to_owned()))
}

/// `:ns a,b` and `:ns all`.
pub(super) fn namespaces(model: &mut Model, names: &str) -> Vec<Effect> {
    if model.world.cluster.link == Link::None {
        return note(model, Severity::Info, "no cluster is followed: `:ctx NAME` follows one");
    }
    let names: Vec<String> = names
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty() && name != "all")
        .collect();
    vec![Effect::Order(Order::Namespaces(names))]
}

/// The recording has trust of its own: the program begins again with it.
pub(super) fn demo(model: &mut Model) -> Vec<Effect> {
    if model.prefs.origin.demo {
        return note(model, Severity::Info, "this is the demo");
    }
    leave(model, Left::Demo)
}

/// Asks a cluster again that cannot be seen.
pub(super) fn reconnect(model: &mut Model) -> Vec<Effect> {
    if matches!(model.world.cluster.link, Link::Failed { .. } | Link::Lost { .. }) {
        let mut effects = vec![Effect::Order(Order::Context(String::new()))];
        effects.extend(note(model, Severity::Info, "asking the cluster again"));
        return effects;
    }
    note(model, Severity::Info, "no image is selected")
}

fn leave(model: &mut Model, left: Left) -> Vec<Effect> {
    if model.screens.what_if.unsaved() {
        return note(model, Severity::Warning, "a draft is not saved: save or discard it first");
    }
    vec![Effect::Begin(left)]
}
