//! Who signed an image, of those whose signature was verified.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::model::World;
use crate::model::digest::Digest;
use crate::model::identity::Identity;
use crate::model::world::ImageState;

/// Stands for an image without a signature that was verified.
pub(super) const NOBODY: &str = "(nobody whose signature was verified)";

/// The signers of each image of the world, in its order.
#[must_use]
pub fn signers(world: &World) -> Vec<Vec<Arc<str>>> {
    // By image and manifest: a signature that was copied to another image says nothing about that one.
    let mut by_artifact: HashMap<(&Digest, &Digest), BTreeSet<Arc<str>>> = HashMap::new();
    for row in &world.proofs {
        // An identity is there as soon as the signature is by its key: only what holds as a whole names a signer.
        if let Some(identity) = row.proof.identity.as_ref().filter(|_| row.proof.holds()) {
            by_artifact.entry((&row.subject, &row.artifact)).or_default().insert(words(identity).into());
        }
    }
    let of = |state: &ImageState| -> Vec<Arc<str>> {
        let ImageState::Ready(evidence) = state else { return Vec::new() };
        let found: BTreeSet<Arc<str>> = evidence
            .artifacts
            .iter()
            .filter_map(|artifact| by_artifact.get(&(&evidence.digest, &artifact.digest)))
            .flatten()
            .cloned()
            .collect();
        found.into_iter().collect()
    };
    world.images.iter().map(|row| of(&row.state)).collect()
}

fn words(identity: &Identity) -> String {
    match identity {
        Identity::Key(key) => format!("{} SHA256:{}", key.kind, key.fingerprint),
        Identity::Certificate(certificate) => match certificate.sans.first() {
            Some((_, name)) => name.clone(),
            None => format!("certificate SHA256:{}", certificate.fingerprint),
        },
    }
}
