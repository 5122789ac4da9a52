//! Manifests that may say something about an image, before they are read.

use std::collections::BTreeMap;

use crate::model::{ArtifactKind, Digest, Found, Gap, Missing};
use crate::port::Manifest;

/// A manifest that was pointed at.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Digest of the manifest.
    pub(super) digest: Digest,
    /// All ways by which it was reached.
    pub(super) found: Vec<Found>,
    /// What not being able to read it can hide; empty: anything.
    pub(super) hides: Vec<ArtifactKind>,
    /// Annotations that the index gives it; the manifest's own go before them.
    pub(super) annotations: BTreeMap<String, String>,
    /// The manifest, where reaching it meant fetching it.
    pub(super) manifest: Option<Manifest>,
}

/// What one way of looking gave.
#[derive(Clone, Debug, Default)]
pub(super) struct Finds {
    /// What was pointed at, in order.
    pub(super) candidates: Vec<Candidate>,
    /// Where looking failed.
    pub(super) gaps: Vec<Gap>,
}

impl Finds {
    /// Adds a failure to look.
    pub(super) fn gap(&mut self, what: impl Into<String>, via: Found, hides: &[ArtifactKind], why: Missing) {
        self.gaps.push(Gap { what: what.into(), via, hides: hides.to_vec(), why });
    }

    /// Adds what another way of looking gave. What was known already is known by one more way.
    pub(super) fn merge(&mut self, other: Self) {
        self.gaps.extend(other.gaps);
        for candidate in other.candidates {
            match self.candidates.iter_mut().find(|known| known.digest == candidate.digest) {
                Some(known) => {
                    let new = candidate
                        .found
                        .into_iter()
                        .filter(|way| !known.found.contains(way))
                        .collect::<Vec<_>>();
                    known.found.extend(new);
                    known.annotations.extend(candidate.annotations);
                    if known.hides.is_empty() || candidate.hides.is_empty() {
                        known.hides.clear();
                    } else {
                        known.hides.extend(candidate.hides);
                    }
                    known.manifest = known.manifest.take().or(candidate.manifest);
                }
                None => self.candidates.push(candidate),
            }
        }
    }
}
