//! Every identity with what it signed. Only a signature of which everything demanded held counts as signed by somebody;
//! the others are kept apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::who::Who;
use crate::model::digest::Digest;
use crate::model::identity::Identity as Signer;
use crate::model::signed::Signed;
use crate::model::world::{ImageState, ProofRow};
use crate::model::{Evidence, Moment, Proof, World};

/// An identity is NEW for so long after it was first seen, in seconds.
const NEW: i64 = 24 * 60 * 60;

/// An identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who.
    pub who: Who,
    /// A verifier found everything that was demanded. What is not verified proves nothing.
    pub verified: bool,
    /// Images that it signed, by their place in the world.
    pub images: BTreeSet<usize>,
    /// Signatures of images.
    pub signatures: usize,
    /// Statements about images.
    pub attestations: usize,
    /// The earliest time that log or certificate name.
    pub first: Option<Moment>,
    /// The latest.
    pub last: Option<Moment>,
    /// First seen within the last day.
    pub new: bool,
    /// What its certificates say besides: label with every value seen.
    pub habits: BTreeMap<String, BTreeSet<String>>,
}

/// All identities of a world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identities {
    /// Verified ones first, then what nobody signed, then claims; each by its levels.
    pub all: Vec<Identity>,
    /// Images of which not everything could be looked at.
    pub incomplete: usize,
    /// Images that were fetched.
    pub looked_at: usize,
    /// Verified identities of each image, by its place in the world.
    pub of_image: Vec<BTreeSet<Who>>,
}

/// Which signature: the image's digest, the manifest, the layer.
type Key<'a> = (&'a Digest, &'a Digest, usize);

/// Habits that are compared: what an attacker's run has otherwise than the usual ones.
const HABITS: [&str; 3] = ["Runner Environment", "Build Trigger", "Source Repository Ref"];

/// Collects them.
#[must_use]
pub fn identities(world: &World) -> Identities {
    let mut proofs: HashMap<Key<'_>, &ProofRow> = HashMap::new();
    for row in world.proofs.iter().filter(|row| row.proof.holds() && row.proof.identity.is_some()) {
        proofs.insert((&row.subject, &row.artifact, row.index), row);
    }
    let mut found: BTreeMap<(bool, Who), Identity> = BTreeMap::new();
    let mut out = Identities::default();
    for (place, image) in world.images.iter().enumerate() {
        let mut own = BTreeSet::new();
        if let ImageState::Ready(evidence) = &image.state {
            out.looked_at += 1;
            out.incomplete += usize::from(!evidence.gaps.is_empty());
            collect(place, evidence, &proofs, &mut found, &mut own);
        }
        out.of_image.push(own);
    }
    let day_ago = world.as_of.0.saturating_sub(NEW);
    for identity in found.values_mut() {
        identity.new = identity.verified && identity.first.is_some_and(|first| first.0 > day_ago);
    }
    out.all = found.into_values().collect();
    let rank = |one: &Identity| match (one.verified, &one.who) {
        (true, Who::Nobody) => 1,
        (true, _) => 0,
        (false, _) => 2,
    };
    out.all.sort_by_key(|one| (rank(one), one.who.levels()));
    out
}

fn collect(
    place: usize,
    evidence: &Arc<Evidence>,
    proofs: &HashMap<Key<'_>, &ProofRow>,
    found: &mut BTreeMap<(bool, Who), Identity>,
    own: &mut BTreeSet<Who>,
) {
    for signed in &evidence.signed {
        let proof = proofs.get(&(&evidence.digest, &signed.artifact, signed.index));
        let who = match proof.and_then(|row| row.proof.identity.as_ref()) {
            Some(identity) => Who::verified(identity),
            None => Who::claimed(signed),
        };
        if proof.is_some() {
            own.insert(who.clone());
        }
        let entry =
            found.entry((proof.is_some(), who.clone())).or_insert_with(|| empty(who, proof.is_some()));
        entry.images.insert(place);
        if signed.attests() {
            entry.attestations += 1;
        } else {
            entry.signatures += 1;
        }
        let time = match proof {
            Some(row) => proved_time(&row.proof, signed),
            None => signed.time(),
        };
        entry.first = [entry.first, time].into_iter().flatten().min();
        entry.last = entry.last.max(time);
        let claim = signed.claim.iter().flat_map(|claim| &claim.extensions);
        for (label, value) in claim.filter(|(label, _)| HABITS.contains(&label.as_str())) {
            entry.habits.entry(label.clone()).or_default().insert(value.clone());
        }
    }
    // With a gap it cannot be said that there is none.
    if evidence.signed.is_empty() && evidence.gaps.is_empty() {
        let entry = found.entry((true, Who::Nobody)).or_insert_with(|| empty(Who::Nobody, true));
        entry.images.insert(place);
    }
}

/// When something verified was there: what a verified log says, else the beginning of the certificate that was verified.
/// A log entry that nobody asked about says nothing.
fn proved_time(proof: &Proof, signed: &Signed) -> Option<Moment> {
    let certificate = matches!(proof.identity, Some(Signer::Certificate(_)));
    let begins = || signed.claim.as_ref().filter(|_| certificate).and_then(|claim| claim.from);
    proof.logged_at.or_else(begins)
}

fn empty(who: Who, verified: bool) -> Identity {
    Identity {
        who,
        verified,
        images: BTreeSet::new(),
        signatures: 0,
        attestations: 0,
        first: None,
        last: None,
        new: false,
        habits: BTreeMap::new(),
    }
}
