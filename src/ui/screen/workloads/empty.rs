//! What the list says while it is empty: what is wrong, and what can be done next.

use crate::model::cluster::Link;
use crate::model::{Moment, World};
use crate::ui::header::age;
use crate::ui::text::{Line, Shown, wrap::wrap};
use crate::ui::theme::Role;

/// The way out that always works.
const DEMO: &str = "D opens the demo: a recording inside the program, without any network.";

/// Lines of one paragraph at most.
const LINES: usize = 4;

/// The lines.
#[must_use]
pub fn lines(world: &World, now: Moment, room: usize) -> Vec<Line> {
    let cluster = &world.cluster;
    let mut out = Vec::new();
    // However much somebody has to say about a failure: what to do stays in sight.
    let mut say =
        |role: Role, text: &str| out.extend(wrap(role, &Shown::new(text), room, 0).into_iter().take(LINES));
    match &cluster.link {
        Link::Failed { problem, hint } => {
            say(Role::Error, &format!("No workloads can be seen: {problem}."));
            say(Role::Text, &format!("What to do: {hint}."));
        }
        Link::Lost { since, problem, hint } => {
            let age = age(now.0 - since.0);
            say(Role::Error, &format!("No answer for {age}: {problem}."));
            say(Role::Text, &format!("What to do: {hint}."));
        }
        Link::Listing => {
            let place = if cluster.context.is_empty() { "the cluster" } else { &cluster.context };
            say(Role::Wait, &format!("Asking {place} for its pods. Rows appear as soon as they are known."));
            say(
                Role::Muted,
                "If nothing comes: is its address reachable from here (VPN, proxy), and does `kubectl get pods` answer?",
            );
        }
        Link::Live => {
            let place = cluster.namespace.as_ref().map_or_else(
                || format!("The cluster {} has no pods.", cluster.context),
                |namespace| format!("The namespace {namespace} of {} has no pods.", cluster.context),
            );
            say(Role::Title, &place);
            say(
                Role::Text,
                "It is watched: a pod appears here when it is made. `:ns NAME` looks at another namespace, `:ns all` at all, `:ctx NAME` at another cluster.",
            );
        }
        Link::Recorded { at } => {
            say(Role::Title, &format!("The snapshot of {at} has no pods."));
        }
        Link::None if world.revision == 0 || !world.jobs.is_empty() => {
            say(Role::Wait, "Looking for workloads. Rows appear here as soon as they are known.");
        }
        Link::None => {
            say(Role::Title, "No workloads are looked at.");
            say(
                Role::Text,
                "`:ctx NAME` follows a cluster of the kubeconfig; `sigscope open --pod FILE` looks at manifests; 2 shows the images.",
            );
        }
    }
    say(Role::Text, DEMO);
    out
}
