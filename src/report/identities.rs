//! Identities and what stands on them, as text and as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;

use crate::analyse::identities::{Blast, Identities, Identity, Who, blast};
use crate::model::World;
use crate::model::safe::line;

/// Name of the format; it changes only when a reader would break.
pub const SCHEMA: &str = "sigscope.identities/v1";

/// All of them.
#[derive(Clone, Debug, Serialize)]
pub struct IdentitiesOut {
    /// `sigscope.identities/v1`.
    pub schema: &'static str,
    /// Verified ones first.
    pub identities: Vec<IdentityOut>,
    /// Images that were looked at.
    pub looked_at: usize,
    /// Of these, images of which something could not be looked at: an identity may be missing.
    pub incomplete: usize,
}

/// One.
#[derive(Clone, Debug, Serialize)]
pub struct IdentityOut {
    /// In one line.
    pub identity: String,
    /// Issuer, repository, workflow and ref, as far as it has them.
    pub levels: Vec<String>,
    /// Only what a policy verified proves anything.
    pub verified: bool,
    /// Images.
    pub images: Vec<String>,
    /// Signatures of images.
    pub signatures: usize,
    /// Statements about images.
    pub attestations: usize,
    /// First seen, by the log, else by the certificate.
    pub first_seen: Option<String>,
    /// Last seen.
    pub last_seen: Option<String>,
    /// Not seen before the last day.
    pub new: bool,
    /// What its certificates say besides.
    pub habits: BTreeMap<String, BTreeSet<String>>,
    /// What stands on it.
    pub blast: BlastOut,
}

/// What stands on an identity.
#[derive(Clone, Debug, Serialize)]
pub struct BlastOut {
    /// Pods that run what it signed.
    pub pods: usize,
    /// Whose these are, with how many.
    pub owners: BTreeMap<String, usize>,
    /// Their namespaces.
    pub namespaces: BTreeSet<String>,
    /// Images that every policy admits now.
    pub admitted: usize,
    /// Images that nobody else is known to have signed.
    pub sole_proof: Vec<String>,
    /// For each of these an older image of the repository that passes without it; `null`: there is none.
    pub fall_back: BTreeMap<String, Option<String>>,
}

impl IdentitiesOut {
    /// Everything.
    #[must_use]
    pub fn of(world: &World, all: &Identities) -> Self {
        Self {
            schema: SCHEMA,
            identities: all.all.iter().map(|one| identity(world, all, one)).collect(),
            looked_at: all.looked_at,
            incomplete: all.incomplete,
        }
    }
}

fn identity(world: &World, all: &Identities, one: &Identity) -> IdentityOut {
    IdentityOut {
        identity: one.who.words(),
        levels: one.who.levels(),
        verified: one.verified && one.who != Who::Nobody,
        images: one.images.iter().map(|place| name(world, *place)).collect(),
        signatures: one.signatures,
        attestations: one.attestations,
        first_seen: one.first.map(|at| at.to_string()),
        last_seen: one.last.map(|at| at.to_string()),
        new: one.new,
        habits: one.habits.clone(),
        blast: blast_out(world, &blast(world, all, one)),
    }
}

fn blast_out(world: &World, blast: &Blast) -> BlastOut {
    BlastOut {
        pods: blast.pods,
        owners: blast.owners.iter().map(|(owner, pods)| (owner.to_string(), *pods)).collect(),
        namespaces: blast.namespaces.clone(),
        admitted: blast.admitted,
        sole_proof: blast.sole.iter().map(|place| name(world, *place)).collect(),
        fall_back: blast
            .fallbacks
            .iter()
            .map(|back| (name(world, back.image), back.to.map(|place| name(world, place))))
            .collect(),
    }
}

fn name(world: &World, place: usize) -> String {
    world.images.get(place).map(|row| row.name.to_string()).unwrap_or_default()
}

/// For people: a tree by issuer, repository, workflow and ref; claims that nobody verified apart.
#[must_use]
pub fn text(world: &World, all: &Identities) -> String {
    let mut out = String::new();
    for (verified, title) in [(true, ""), (false, "not verified by any policy: these prove nothing")] {
        let own: Vec<&Identity> = all.all.iter().filter(|one| one.verified == verified).collect();
        if own.is_empty() {
            continue;
        }
        if !title.is_empty() {
            let _ = writeln!(out, "\n{title}");
        }
        let mut before: Vec<String> = Vec::new();
        for one in own {
            entry(&mut out, world, all, one, &mut before);
        }
    }
    let _ = writeln!(
        out,
        "\n{} images looked at; of {} not everything could be looked at. First and last seen: by a verified log, else by the certificate",
        all.looked_at, all.incomplete
    );
    if world.files.is_empty() {
        let _ = writeln!(out, "no policy is loaded, so that nothing is verified (`--policy FILE`)");
    }
    out
}

fn entry(out: &mut String, world: &World, all: &Identities, one: &Identity, before: &mut Vec<String>) {
    let levels = one.who.levels();
    let same = levels.iter().zip(before.iter()).take_while(|(a, b)| a == b).count();
    for (depth, level) in levels.iter().enumerate().skip(same.min(levels.len().saturating_sub(1))) {
        let _ = writeln!(out, "{}{}", "  ".repeat(depth), line(level));
    }
    let indent = "  ".repeat(levels.len());
    let blast = blast(world, all, one);
    let mut facts = vec![count(one.images.len(), "image"), count(blast.pods, "pod")];
    if one.attestations > 0 {
        facts.push(count(one.attestations, "attestation"));
    }
    if let (Some(first), Some(last)) = (one.first, one.last) {
        facts.push(format!("first seen {first}, last {last}{}", if one.new { " NEW" } else { "" }));
    }
    let _ = writeln!(out, "{indent}{}", facts.join(" · "));
    if one.verified && one.who != Who::Nobody {
        let back = blast.fallbacks.iter().filter(|back| back.to.is_some()).count();
        let _ = writeln!(
            out,
            "{indent}without it: {} lose their only signer, {back} of these can go back to an older digest",
            count(blast.sole.len(), "image")
        );
    }
    for (label, values) in &one.habits {
        let values: Vec<String> = values.iter().map(|value| line(value).to_string()).collect();
        let _ = writeln!(out, "{indent}{}: {}", line(label).to_lowercase(), values.join(", "));
    }
    for place in &one.images {
        let _ = writeln!(out, "{indent}  {}", line(&name(world, *place)));
    }
    *before = levels;
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
