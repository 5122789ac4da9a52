//! What the header says of the cluster and of the work: where it looks, how the connection stands, how long it will take.

use super::text::{Line, Shown};
use super::theme::Role;
use crate::model::cluster::Link;
use crate::model::{Moment, World};

/// A time span in its greatest unit: `12s`, `3m`, `5h`, `2d`.
#[must_use]
pub fn age(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// What is looked at: `prod-eu ▸ payments`, or the names of the sources.
#[must_use]
pub fn place(world: &World) -> Shown {
    let cluster = &world.cluster;
    if cluster.link == Link::None {
        return Shown::new(if world.title.is_empty() { "nothing opened yet" } else { &world.title });
    }
    let context = if cluster.context.is_empty() { "cluster" } else { &cluster.context };
    let namespace = cluster.namespace.as_deref().unwrap_or("all");
    let rest = if world.title.is_empty() { String::new() } else { format!(", {}", world.title) };
    Shown::new(&format!("{context} ▸ {namespace}{rest}"))
}

/// How the connection stands; nothing without a cluster.
#[must_use]
pub fn link(world: &World, now: Moment) -> Line {
    match &world.cluster.link {
        Link::None => Line::new(),
        Link::Listing => Line::of(Role::Wait, format!("LISTING {} pods ", world.cluster.pods)),
        Link::Live => Line::of(Role::Badge, "LIVE "),
        Link::Recorded { at } => Line::of(Role::Badge, format!("SNAPSHOT of {at} ")),
        Link::Lost { since, .. } => Line::of(Role::Error, format!("LOST {} ", age(now.0 - since.0))),
        Link::Failed { .. } => Line::of(Role::Error, "NO CLUSTER "),
    }
}

/// Since when work runs, and how much was done then: from this it is estimated how long the rest will take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// When it began.
    pub since: Moment,
    /// What was done then.
    pub done: usize,
}

impl Pace {
    /// The pace after a snapshot.
    #[must_use]
    pub fn after(before: Option<Self>, world: &World, now: Moment) -> Option<Self> {
        let (done, all) = world.progress;
        if done >= all {
            return None;
        }
        before.filter(|pace| pace.done <= done).or(Some(Self { since: now, done }))
    }

    /// Seconds that the rest will take, once there is something to estimate from.
    #[must_use]
    pub fn rest(self, world: &World, now: Moment) -> Option<i64> {
        let (done, all) = world.progress;
        let took = now.0.saturating_sub(self.since.0);
        let did = i64::try_from(done.checked_sub(self.done)?).ok()?;
        let left = i64::try_from(all.checked_sub(done)?).ok()?;
        if took < 2 || did == 0 {
            return None;
        }
        Some(left.saturating_mul(took).checked_div(did).unwrap_or(0).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        for (seconds, text) in [(-5, "0s"), (59, "59s"), (60, "1m"), (7_200, "2h"), (172_800, "2d")] {
            assert_eq!(age(seconds), text);
        }
    }

    #[test]
    fn the_rest_is_estimated_from_what_was_done() {
        let world = |done| World { progress: (done, 400), ..World::default() };
        let pace = Pace::after(None, &world(0), Moment(10));
        assert_eq!(pace.and_then(|pace| pace.rest(&world(1), Moment(11))), None);
        let pace = Pace::after(pace, &world(100), Moment(20));
        assert_eq!(pace.and_then(|pace| pace.rest(&world(100), Moment(20))), Some(30));
        assert_eq!(Pace::after(pace, &world(400), Moment(50)), None);
    }
}
