//! Reads one artifact: its manifest, then its layers within the limits.

use super::candidate::Candidate;
use super::join::{self, Work};
use super::kind::kind;
use super::limits::Limits;
use crate::format::oci::{self, Descriptor, Document};
use crate::model::{Artifact, ArtifactKind, Blob, Found, Gap, Layer, Missing, Reference};
use crate::port::{Manifest, Store};

/// An artifact without its layers' content, and what of it could not be read.
pub(super) type Outline = Result<(Artifact, Vec<Gap>), Vec<Gap>>;

/// A gap for each way by which the missing thing would have been reached.
fn gaps(what: &str, found: &[Found], hides: &[ArtifactKind], why: &Missing) -> Vec<Gap> {
    let gap = |via: &Found| Gap {
        what: what.to_owned(),
        via: via.clone(),
        hides: hides.to_vec(),
        why: why.clone(),
    };
    found.iter().map(gap).collect()
}

/// Fetches the manifest if need be, and reads it.
pub(super) async fn outline(
    store: &dyn Store,
    subject: &Reference,
    candidate: Candidate,
    limits: &Limits,
) -> Outline {
    let what = candidate.digest.to_string();
    let gap = |why: Missing| gaps(&what, &candidate.found, &candidate.hides, &why);
    let manifest = match &candidate.manifest {
        Some(manifest) => manifest.clone(),
        None => store.manifest(&subject.at(candidate.digest.clone())).await.map_err(gap)?,
    };
    read(&what, &candidate, &manifest, limits).map_err(gap)
}

/// The size of a manifest in bytes, if it is within the limit.
pub(super) fn size_of(what: &str, manifest: &Manifest, limits: &Limits) -> Result<u64, Missing> {
    let size = u64::try_from(manifest.bytes.len()).unwrap_or(u64::MAX);
    if size > limits.manifest {
        return Err(Missing::TooLarge { what: what.to_owned(), size, limit: limits.manifest });
    }
    Ok(size)
}

fn read(
    what: &str,
    candidate: &Candidate,
    manifest: &Manifest,
    limits: &Limits,
) -> Result<(Artifact, Vec<Gap>), Missing> {
    let size = size_of(what, manifest, limits)?;
    oci::check(&manifest.bytes, &candidate.digest)?;
    let document = Document::parse(what, &manifest.bytes)?;
    document.typed(what)?;
    let media_type = document.media_type(Some(&manifest.media_type));
    let mut artifact = Artifact {
        kind: kind(&document, &media_type, &candidate.found),
        digest: candidate.digest.clone(),
        media_type,
        artifact_type: document.artifact_type().to_owned(),
        found: candidate.found.clone(),
        subject: document.subject(what)?,
        annotations: candidate.annotations.clone().into_iter().chain(document.annotations()).collect(),
        size,
        layers: Vec::new(),
        raw: manifest.bytes.clone(),
    };
    let mut problems = Vec::new();
    let hides = [artifact.kind.clone()];
    let mut gap = |what: String, why| problems.extend(gaps(&what, &candidate.found, &hides, &why));
    if document.layers().len() > limits.layers {
        let many = Missing::TooMany { what: format!("layers of {what}"), limit: limits.layers };
        gap(format!("layers of {what}"), many);
    }
    for (number, layer) in document.layers().iter().take(limits.layers).enumerate() {
        let what = format!("layer {} of {what}", number + 1);
        match Descriptor::read(&what, layer) {
            Ok(layer) => artifact.layers.push(Layer {
                media_type: layer.media_type,
                digest: layer.digest,
                size: layer.size,
                annotations: layer.annotations,
                blob: Blob::Missing(Missing::Waiting),
            }),
            Err(why) => gap(what, why),
        }
    }
    // The engines read a manifest as a whole or not at all: what it holds beside the broken part decides nothing.
    if !problems.is_empty() {
        artifact.layers.clear();
    }
    Ok((artifact, problems))
}

/// Fetches the content of all layers, as far as the limits allow. Sizes are those of the descriptors, which the source
/// holds its answers to.
pub(super) async fn fill(
    store: &dyn Store,
    subject: &Reference,
    artifacts: &mut [Artifact],
    limits: &Limits,
) -> Vec<Gap> {
    let mut left = limits.total;
    let mut work: Vec<Work<'_, Result<std::sync::Arc<[u8]>, Missing>>> = Vec::new();
    for artifact in artifacts.iter() {
        let limit = limits.layer_of(&artifact.kind);
        for layer in &artifact.layers {
            let allowed = limit.min(left);
            if layer.size > allowed {
                let what = layer.digest.to_string();
                let refused = Missing::TooLarge { what, size: layer.size, limit: allowed };
                work.push(Box::pin(std::future::ready(Err(refused))));
            } else {
                left -= layer.size;
                work.push(store.blob(subject, &layer.digest, layer.size, limit));
            }
        }
    }
    let mut answers = join::all(work).await.into_iter();
    let mut problems = Vec::new();
    for artifact in artifacts {
        for (number, layer) in artifact.layers.iter_mut().enumerate() {
            let answer = answers.next().unwrap_or(Err(Missing::Waiting));
            let checked = answer.and_then(|bytes| oci::check(&bytes, &layer.digest).map(|()| bytes));
            layer.blob = match checked {
                Ok(bytes) => Blob::Held(bytes),
                Err(why) => {
                    let what = format!("layer {} of {}", number + 1, artifact.digest);
                    problems.extend(gaps(&what, &artifact.found, std::slice::from_ref(&artifact.kind), &why));
                    Blob::Missing(why)
                }
            };
        }
    }
    problems
}
