//! The entries of an image index: platforms, and the attestation manifests that BuildKit puts beside them.

use super::candidate::{Candidate, Finds};
use super::limits::Limits;
use crate::format::oci::{Descriptor, Document};
use crate::model::{ArtifactKind, Found, Missing, Platform};

/// BuildKit's mark on an entry (docs/attestations/attestation-storage.md of moby/buildkit).
const MARK: (&str, &str) = ("vnd.docker.reference.type", "attestation-manifest");

/// Splits the entries.
pub(super) fn look(index: &Document, limits: &Limits) -> (Vec<Platform>, Finds) {
    let (mut platforms, mut finds) = (Vec::new(), Finds::default());
    let hides = [ArtifactKind::BuildkitAttestation];
    if index.manifests().len() > limits.referrers {
        let limit = limits.referrers;
        let why = Missing::TooMany { what: "entries of the index".to_owned(), limit };
        finds.gap("entries of the index", Found::Index, &hides, why);
    }
    for (number, entry) in index.manifests().iter().take(limits.referrers).enumerate() {
        let what = format!("entry {} of the index", number + 1);
        let entry = match Descriptor::read(&what, entry) {
            Ok(entry) => entry,
            Err(why) => {
                finds.gap(what, Found::Index, &hides, why);
                continue;
            }
        };
        if entry.annotations.get(MARK.0).is_some_and(|mark| mark == MARK.1) {
            let candidate = Candidate {
                digest: entry.digest,
                found: vec![Found::Index],
                hides: hides.to_vec(),
                annotations: entry.annotations,
                manifest: None,
            };
            finds.merge(Finds { candidates: vec![candidate], gaps: Vec::new() });
        } else {
            platforms.push(Platform {
                name: entry.platform.unwrap_or_else(|| "unknown".to_owned()),
                digest: entry.digest,
                media_type: entry.media_type,
                size: entry.size,
            });
        }
    }
    (platforms, finds)
}
