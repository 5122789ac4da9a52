//! cosign's tags: `sha256-HEX.sig`, `.att` and `.sbom` beside the image.

use std::collections::BTreeMap;

use super::candidate::{Candidate, Finds};
use crate::model::{ArtifactKind, Digest, Found, Missing, Reference};
use crate::port::Store;

/// The suffixes, and what a verifier looks for under each.
pub(super) const SUFFIXES: [(&str, ArtifactKind); 3] = [
    ("sig", ArtifactKind::CosignSignature),
    ("att", ArtifactKind::CosignAttestation),
    ("sbom", ArtifactKind::CosignSbom),
];

/// Looks under one suffix. Only "not found" means that there is none.
pub(super) async fn look(
    store: &dyn Store,
    subject: &Reference,
    (digest, prefix): (&Digest, &str),
    suffix: &str,
    kind: ArtifactKind,
) -> Finds {
    let tag = format!("{prefix}{}-{}.{suffix}", digest.algorithm(), digest.hex());
    let mut finds = Finds::default();
    match store.manifest(&subject.tagged(&tag)).await {
        Ok(manifest) => finds.candidates.push(Candidate {
            digest: manifest.digest.clone(),
            found: vec![Found::Tag(tag)],
            hides: vec![kind],
            annotations: BTreeMap::new(),
            manifest: Some(manifest),
        }),
        Err(Missing::NotFound { .. }) => {}
        Err(why) => finds.gap(format!("tag {tag}"), Found::Tag(tag), &[kind], why),
    }
    finds
}
