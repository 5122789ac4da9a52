//! The times that a verdict stands on, a line for each kind: certificate, log, time stamp, build and now, and their order.

use crate::model::artifact::{Artifact, Evidence};
use crate::model::notary::NotaryCheck;
use crate::model::proof::StepName;
use crate::model::reading::{Event, EventKind};
use crate::model::{Digest, Moment, Outcome, Trace, World};
use crate::ui::text::{Line, width};
use crate::ui::theme::Role;

/// Columns of the names of lanes.
const NAME: usize = 12;
/// From this width a strip shows where the times lie.
const STRIP_FROM: usize = 96;
/// Columns of the strip.
const STRIP: usize = 36;
/// Most times of one kind that are drawn.
const MOST: usize = 8;

/// One kind of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What it is about.
    pub name: &'static str,
    /// Its times, earliest first.
    pub times: Vec<Moment>,
    /// True when the first and the second are the ends of a time.
    pub spans: bool,
    /// In words.
    pub words: String,
    /// What verification says: `None` for what is only claimed.
    pub verified: Option<&'static str>,
}

/// All lanes of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lanes {
    /// In the order of the screen.
    pub lanes: Vec<Lane>,
    /// The order of the times in a sentence.
    pub order: String,
    /// Whether the order is as it must be; `None`: there is nothing to compare.
    pub sound: Option<bool>,
}

/// The lanes of a result; `looked_at` is the evidence of the clause that is looked at. `None`: nothing was fetched.
#[must_use]
pub fn lanes(world: &World, trace: &Trace, looked_at: Option<&Digest>) -> Option<Lanes> {
    let row = world.image(&trace.image.image)?;
    let crate::model::world::ImageState::Ready(evidence) = &row.state else { return None };
    let artifact = artifact(evidence, trace, looked_at);
    let events: Vec<&Event> = artifact.map(|artifact| events(world, artifact)).unwrap_or_default();
    let made = evidence.artifacts.iter().flat_map(|artifact| self::events(world, artifact));
    let made: Vec<&Event> = made.filter(|event| event.kind == EventKind::Made).collect();
    let proved = Proved::of(world, evidence, artifact);
    let mut lanes = vec![
        certificate(&events, &proved),
        logged(&events, &proved),
        stamped(&events, &proved),
        built(&made, world.as_of),
    ];
    lanes.retain(|lane| !lane.words.is_empty());
    let (order, sound) = order(&events, &made, world.as_of);
    Some(Lanes { lanes, order, sound })
}

/// The artifact that the clause is about, else that of any clause, else the first with a time.
fn artifact<'a>(evidence: &'a Evidence, trace: &Trace, looked_at: Option<&Digest>) -> Option<&'a Artifact> {
    let holding = |digest: &Digest| {
        evidence.artifacts.iter().find(|artifact| {
            artifact.digest == *digest || artifact.layers.iter().any(|layer| layer.digest == *digest)
        })
    };
    if let Some(found) = looked_at.and_then(holding) {
        return Some(found);
    }
    let mut found = None;
    trace.walk(&mut |_, clause| {
        if found.is_none() {
            found = clause.evidence.as_ref().and_then(|path| holding(&path.digest));
        }
    });
    found.or_else(|| evidence.artifacts.first())
}

fn events<'a>(world: &'a World, artifact: &Artifact) -> Vec<&'a Event> {
    let layers = 0..artifact.layers.len();
    layers.filter_map(|index| world.read_of(&artifact.digest, index)).flat_map(|read| &read.events).collect()
}

/// Which steps of verification held for the artifact, whoever asked.
#[derive(Default)]
struct Proved {
    chain: bool,
    promise: Vec<Moment>,
    stamp: bool,
}

impl Proved {
    fn of(world: &World, evidence: &Evidence, artifact: Option<&Artifact>) -> Self {
        let Some(artifact) = artifact else { return Self::default() };
        let mut out = Self::default();
        let here = |row: &&crate::model::world::ProofRow| {
            row.subject == evidence.digest && row.artifact == artifact.digest
        };
        for row in world.proofs.iter().filter(here) {
            let held = |name| row.proof.step(name).is_some_and(|step| step.outcome == Outcome::Held);
            // A promise or a stamp counts for the signature only when the signature is what it says.
            if held(StepName::Signature) {
                out.chain |= held(StepName::Chain);
                out.stamp |= held(StepName::Stamp);
                out.promise.extend(row.proof.logged_at.filter(|_| held(StepName::LogPromise)));
            }
        }
        for proof in world.notary_proofs.iter().filter(|proof| proof.manifest == artifact.digest) {
            let held =
                |check| proof.steps.iter().any(|step| step.check == check && step.outcome == Outcome::Held);
            if proof.subject == evidence.digest && held(NotaryCheck::Integrity) {
                out.chain |= held(NotaryCheck::Authenticity);
            }
        }
        out
    }
}

fn of_kind(events: &[&Event], kind: EventKind) -> Vec<Moment> {
    let mut times: Vec<Moment> =
        events.iter().filter(|event| event.kind == kind).map(|event| event.at).collect();
    times.sort_unstable();
    times.dedup();
    times.truncate(MOST);
    times
}

fn certificate(events: &[&Event], proved: &Proved) -> Lane {
    let (begins, ends) = (of_kind(events, EventKind::Begins), of_kind(events, EventKind::Ends));
    let (times, words) = match (begins.first(), ends.first()) {
        (Some(from), Some(to)) => (vec![*from, *to], format!("{from} to {to}")),
        _ => (Vec::new(), String::new()),
    };
    let verified = proved.chain.then_some("its issuer is trusted");
    Lane { name: "certificate", times, spans: true, words, verified }
}

fn logged(events: &[&Event], proved: &Proved) -> Lane {
    let times = of_kind(events, EventKind::Logged);
    let said = events.iter().find(|event| event.kind == EventKind::Logged);
    let words = said.map(|event| format!("{} {}", event.at, event.what)).unwrap_or_default();
    let verified =
        times.first().is_some_and(|at| proved.promise.contains(at)).then_some("the log's promise holds");
    Lane { name: "log entry", times, spans: false, words, verified }
}

fn stamped(events: &[&Event], proved: &Proved) -> Lane {
    let (stamps, claims) = (of_kind(events, EventKind::Stamped), of_kind(events, EventKind::Signed));
    let (times, words) = match (stamps.as_slice(), claims.as_slice()) {
        ([first, ..], _) => (stamps.clone(), format!("{first} by a time stamp authority")),
        ([], [first, ..]) => (claims.clone(), format!("{first} as the signer says, no time stamp")),
        ([], []) => (Vec::new(), String::new()),
    };
    // With several stamps it is not said which of them held.
    let verified = (proved.stamp && stamps.len() == 1).then_some("the time stamp holds");
    Lane {
        name: if stamps.is_empty() { "signed" } else { "time stamp" },
        times,
        spans: false,
        words,
        verified,
    }
}

fn built(made: &[&Event], now: Moment) -> Lane {
    let first = made.iter().min_by_key(|event| event.at);
    let words = first.map_or(format!("now {now}"), |event| format!("{} {}; now", event.at, event.what));
    let times = first.iter().map(|event| event.at).chain([now]).collect();
    let name = if first.is_some() { "build, now" } else { "now" };
    Lane { name, times, spans: false, words, verified: None }
}

/// What happened after what, and whether the signature was made while its certificate counted.
fn order(events: &[&Event], made: &[&Event], now: Moment) -> (String, Option<bool>) {
    let first = |kind| of_kind(events, kind).first().copied();
    let (begins, ends) = (first(EventKind::Begins), first(EventKind::Ends));
    let (logged, stamped) = (first(EventKind::Logged), first(EventKind::Stamped));
    let built = made.iter().map(|event| event.at).min();
    let mut steps: Vec<(Moment, &str)> = [
        (built, "made"),
        (begins, "certified"),
        (stamped, "stamped"),
        (logged, "logged"),
        (Some(now), "now"),
    ]
    .into_iter()
    .filter_map(|(at, word)| Some((at?, word)))
    .collect();
    steps.sort_by_key(|(at, _)| *at);
    let words: Vec<&str> = steps.iter().map(|(_, word)| *word).collect();
    let chain = words.join(" → ");
    let (Some(from), Some(to)) = (begins, ends) else {
        let nothing = "nothing that travels with it proves when it was signed".to_owned();
        return (if logged.or(stamped).is_some() { chain } else { nothing }, None);
    };
    let (at, which) = match (stamped, logged) {
        (Some(at), _) => (at, "the time stamp"),
        (None, Some(at)) => (at, "the log's time"),
        (None, None) => (now, "now, as nothing proves an earlier time,"),
    };
    let within = from <= at && at <= to;
    let lies = if within { "lies within" } else { "lies outside" };
    (format!("{chain}: {which} {lies} the certificate's time"), Some(within))
}

impl Lanes {
    /// The lines for so many columns; at most one for each lane and one for the order.
    #[must_use]
    pub fn lines(&self, room: usize, ascii: bool) -> Vec<Line> {
        let scale = self.scale();
        let mut out: Vec<Line> = Vec::new();
        for lane in &self.lanes {
            let mut line = Line::of(Role::Muted, format!("{:<NAME$}", lane.name));
            if room >= STRIP_FROM {
                line.push(Role::Text, strip(lane, &scale, ascii));
                line.push(Role::Muted, "  ");
            }
            line.push(Role::Text, lane.words.as_str());
            if let Some(verified) = lane.verified {
                line.push(Role::Ok, if ascii { " + " } else { " ✓ " });
                line.push(Role::Ok, verified);
            }
            out.push(line);
        }
        if !self.lanes.is_empty() {
            let (role, mark) = match (self.sound, ascii) {
                (None, _) => (Role::Text, ""),
                (Some(true), true) => (Role::Ok, "+ "),
                (Some(true), false) => (Role::Ok, "✓ "),
                (Some(false), true) => (Role::Deny, "x "),
                (Some(false), false) => (Role::Deny, "✗ "),
            };
            let order = if ascii { self.order.replace('→', ">") } else { self.order.clone() };
            out.push(
                Line::of(Role::Muted, format!("{:<NAME$}", "order")).with(role, mark).with(Role::Text, order),
            );
        }
        out
    }

    /// All different times, earliest first: what lies seconds apart beside years is told apart only in steps.
    fn scale(&self) -> Vec<Moment> {
        let mut all: Vec<Moment> = self.lanes.iter().flat_map(|lane| lane.times.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// A lane over the steps of the scale: equal distances, whatever time lies between.
fn strip(lane: &Lane, scale: &[Moment], ascii: bool) -> String {
    let last = scale.len().saturating_sub(1).max(1);
    let column = |at: &Moment| {
        let step = scale.iter().position(|known| known == at).unwrap_or(0);
        step * (STRIP - 1) / last
    };
    let (dot, line, mark) = if ascii { ('.', '=', '*') } else { ('·', '━', '●') };
    let columns: Vec<usize> = lane.times.iter().map(column).collect();
    let (from, to) = (columns.first().copied().unwrap_or(0), columns.last().copied().unwrap_or(0));
    let symbol = |at: usize| match at {
        at if lane.spans && at == from => {
            if ascii {
                '['
            } else {
                '┝'
            }
        }
        at if lane.spans && at == to => {
            if ascii {
                ']'
            } else {
                '┥'
            }
        }
        at if lane.spans && from < at && at < to => line,
        at if columns.contains(&at) => mark,
        _ => dot,
    };
    let out: String = (0..STRIP).map(symbol).collect();
    debug_assert_eq!(width(&out), STRIP);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: EventKind, at: i64) -> Event {
        Event { at: Moment(at), kind, what: "x".to_owned() }
    }

    #[test]
    fn the_time_that_counts_is_compared_with_the_certificate() {
        let all = [
            event(EventKind::Begins, 100),
            event(EventKind::Ends, 200),
            event(EventKind::Logged, 150),
            event(EventKind::Stamped, 250),
        ];
        let events: Vec<&Event> = all.iter().collect();
        let said = |events: &[&Event]| order(events, &[], Moment(1_000));
        assert_eq!(said(&events).1, Some(false), "the stamp counts before the log");
        assert_eq!(said(&events[..3]).1, Some(true));
        let (words, sound) = said(&events[..2]);
        assert!(sound == Some(false) && words.contains("nothing proves"), "{words}");
        assert_eq!(said(&events[2..3]).1, None);
        assert!(said(&[]).0.contains("nothing that travels"));
    }

    #[test]
    fn strips_have_their_width_and_all_marks() {
        let lane = |times: &[i64], spans| Lane {
            name: "x",
            times: times.iter().map(|at| Moment(*at)).collect(),
            spans,
            words: String::new(),
            verified: None,
        };
        let scale: Vec<Moment> = [1, 2, 3, i64::MAX].map(Moment).to_vec();
        let drawn = strip(&lane(&[2, i64::MAX], true), &scale, true);
        assert!(drawn.len() == STRIP && drawn.ends_with(']') && drawn.matches('[').count() == 1, "{drawn}");
        assert_eq!(strip(&lane(&[1, 3], false), &scale, true).matches('*').count(), 2);
        assert_eq!(strip(&lane(&[1], false), &[Moment(1)], true).find('*'), Some(0));
    }
}
