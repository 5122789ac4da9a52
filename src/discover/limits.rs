//! How much is read about one image.

use crate::format::oci::MANIFEST_LIMIT;
use crate::model::ArtifactKind;

/// Limits for one image; what lies beyond them becomes a gap, never nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest manifest or index, in bytes.
    pub manifest: u64,
    /// Longest layer of an artifact that proves or states something, in bytes.
    pub layer: u64,
    /// Longest layer of an artifact of another kind, in bytes; it is only shown.
    pub other: u64,
    /// All layers of one image's artifacts together, in bytes.
    pub total: u64,
    /// Most layers of one artifact (cosign's limit for a signature manifest).
    pub layers: usize,
    /// Most referrers, and most entries of an index.
    pub referrers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            manifest: MANIFEST_LIMIT,
            // cosign's own limit of an attachment: an SBOM of 50 MB is a third longer in an envelope.
            layer: 128 << 20,
            other: 4 << 20,
            total: 256 << 20,
            layers: 1000,
            referrers: 1000,
        }
    }
}

impl Limits {
    /// Longest layer that is read of an artifact of this kind, in bytes.
    #[must_use]
    pub fn layer_of(&self, kind: &ArtifactKind) -> u64 {
        match kind {
            ArtifactKind::Other(_) => self.other,
            _ => self.layer,
        }
    }
}
