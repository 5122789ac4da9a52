//! What stands on the selected identity, in lines.

use super::rows::{Known, Row};
use crate::analyse::identities::{Blast, Identity, Who};
use crate::model::World;
use crate::ui::text::wrap::wrap_line;
use crate::ui::text::{Line, Shown};
use crate::ui::theme::Role;

/// Most names in a list.
const MOST: usize = 200;

/// The lines, broken to `room` columns.
#[must_use]
pub fn lines(world: &World, known: &Known, row: &Row, room: usize) -> Vec<Line> {
    let mut out = Lines { room, lines: Vec::new() };
    let found = row.identity.and_then(|place| Some((known.all.all.get(place)?, known.blasts.get(place)?)));
    match found {
        Some((one, blast)) => identity(world, one, blast, &mut out),
        None => {
            out.text(Role::Title, &row.name);
            out.pair("reach", &format!("{} images · {} pods below this", row.images, row.pods));
        }
    }
    out.lines.push(Line::new());
    let looked = format!("{} images looked at", known.all.looked_at);
    let missing = if known.all.incomplete > 0 {
        format!("{looked}; of {} not everything could be looked at", known.all.incomplete)
    } else {
        format!("{looked}, everything of them")
    };
    out.pair("known from", &missing);
    out.pair("", "logs were not searched");
    out.lines
}

fn identity(world: &World, one: &Identity, blast: &Blast, out: &mut Lines) {
    out.text(Role::Title, &one.who.words());
    let images = blast.images.len();
    if one.who == Who::Nobody {
        out.pair("reach", &format!("{} · {}", count(images, "image"), count(blast.pods, "pod")));
    } else if one.verified {
        trusted(world, one, blast, out);
    } else {
        out.text(Role::Audit, "No policy verified a signature of this: it proves nothing, and may be a lie.");
        out.pair("claims", &format!("{} · {}", count(images, "image"), count(blast.pods, "pod")));
    }
    if let (Some(first), Some(last)) = (one.first, one.last) {
        let new = if one.new { "  NEW: not seen before the last day" } else { "" };
        out.pair("first seen", &format!("{first}{new}"));
        out.pair("last seen", &last.to_string());
    }
    for (label, values) in &one.habits {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        out.pair(label, &values.join(", "));
    }
    out.list("owners", blast.owners.iter().map(|(owner, pods)| format!("{owner}  {}", count(*pods, "pod"))));
    let name = |place: &usize| world.images.get(*place).map(|row| row.name.to_string()).unwrap_or_default();
    out.list("signed", blast.images.iter().map(name));
}

fn trusted(world: &World, one: &Identity, blast: &Blast, out: &mut Lines) {
    let images = blast.images.len();
    out.text(Role::Muted, "If this identity is not to be trusted:");
    let reach = format!(
        "{} · {} · {}",
        count(images, "image"),
        count(blast.pods, "pod"),
        count(blast.namespaces.len(), "namespace")
    );
    out.pair("reach", &reach);
    out.pair("admitted", &format!("{} of these images are admitted now", blast.admitted));
    out.pair("also made", &count(one.attestations, "attestation"));
    out.pair(
        "sole proof",
        &format!("{} of {} have no other verified signer", blast.sole.len(), count(images, "image")),
    );
    let name = |place: usize| world.images.get(place).map(|row| row.name.to_string()).unwrap_or_default();
    let (back, none): (Vec<_>, Vec<_>) = blast.fallbacks.iter().partition(|back| back.to.is_some());
    if !blast.fallbacks.is_empty() {
        let told =
            format!("{} of {} can go back to an older digest that passes", back.len(), blast.fallbacks.len());
        out.pair("fall back", &told);
    }
    out.list("none for", none.iter().map(|back| name(back.image)));
    out.list(
        "back to",
        back.iter().filter_map(|back| Some(format!("{} <- {}", name(back.to?), name(back.image)))),
    );
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

struct Lines {
    room: usize,
    lines: Vec<Line>,
}

impl Lines {
    fn text(&mut self, role: Role, text: &str) {
        self.lines.extend(wrap_line(&Line::of(role, Shown::new(text)), self.room, 0));
    }

    fn pair(&mut self, name: &str, value: &str) {
        let line =
            Line::of(Role::Muted, Shown::new(&format!("{name:<11}"))).with(Role::Text, Shown::new(value));
        self.lines.extend(wrap_line(&line, self.room, 11));
    }

    fn list(&mut self, title: &str, items: impl Iterator<Item = String>) {
        for (number, item) in items.take(MOST).enumerate() {
            self.pair(if number == 0 { title } else { "" }, &item);
        }
    }
}
