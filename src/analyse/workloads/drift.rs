//! What runs beside what was admitted: the digest of the running container and the digest that its image names now.

use crate::model::artifact::Evidence;
use crate::model::cluster::DriftRow;
use crate::model::digest::Digest;
use crate::model::verdict::Verdict;

/// A container that runs something else than its image names now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The digest that runs.
    pub runs: Digest,
    /// The digest that the image of the manifest names now; nothing: it names none any more.
    pub names: Option<Digest>,
    /// How the digest that runs stands, where it was judged or another image of the world has it.
    pub runs_stand: Option<Verdict>,
}

impl Drift {
    /// What the engine found in a cluster.
    pub(super) fn found(row: &DriftRow) -> Self {
        Self { runs: row.runs.clone(), names: row.names.clone(), runs_stand: row.running }
    }
}

/// Compares an `imageID` with what its image names now; a platform of an index is no other image.
pub(super) fn drift(image_id: &str, evidence: &Evidence) -> Option<Drift> {
    // Runtimes write `repo@digest`, some with a scheme before it, and a bare digest for images that were never pulled:
    // that one is of a configuration, and comparable with nothing.
    let (_, digest) = image_id.rsplit_once('@')?;
    let runs: Digest = digest.parse().ok()?;
    let same = runs == evidence.digest || evidence.platforms.iter().any(|platform| platform.digest == runs);
    (!same).then(|| Drift { runs, names: Some(evidence.digest.clone()), runs_stand: None })
}
