//! Puts together what is known about one image.

use super::artifact::{self, Outline};
use super::candidate::Finds;
use super::join::{self, Work};
use super::limits::Limits;
use super::signed::signed;
use super::{by_index, by_referrer, by_tag};
use crate::format::oci::{self, Document};
use crate::model::artifact::ReferrersApi;
use crate::model::{Artifact, Digest, Evidence, Gap, Missing, Reference};
use crate::port::Store;

/// Resolves an image and finds everything that hangs on it. What could not be looked at is in the gaps.
///
/// # Errors
/// Why the image itself could not be had, or its manifest not be read.
pub async fn evidence(
    store: &dyn Store,
    reference: &Reference,
    limits: &Limits,
) -> Result<Evidence, Missing> {
    let manifest = store.manifest(reference).await?;
    let digest = manifest.digest.clone();
    if let Some(wanted) = &reference.digest {
        oci::check(&manifest.bytes, wanted)?;
    }
    let what = reference.to_string();
    let size = artifact::size_of(&what, &manifest, limits)?;
    let document = Document::parse(&what, &manifest.bytes)?;
    let subject = reference.at(digest.clone());
    let (platforms, in_index) = by_index::look(&document, limits);
    let (mut finds, referrers) = look(store, &subject, (&digest, ""), limits).await;
    finds.merge(in_index);
    let (mut artifacts, mut gaps) = read(store, &subject, finds, limits).await;
    gaps.extend(artifact::fill(store, &subject, &mut artifacts, limits).await);
    Ok(Evidence {
        subject,
        digest,
        media_type: document.media_type(Some(&manifest.media_type)),
        size,
        platforms,
        signed: signed(&artifacts),
        artifacts,
        gaps,
        referrers,
        raw: manifest.bytes,
    })
}

/// What another repository holds for a digest (cosign's `COSIGN_REPOSITORY`, `repository` of Kyverno's policies): tags
/// derived from it, with something before them (cosign's `WithPrefix`), and referrers. The image itself need not be there, and is not asked for: media type, size and content
/// are empty. What could not be looked at is in the gaps.
pub async fn attached(
    store: &dyn Store,
    repository: &Reference,
    digest: &Digest,
    prefix: &str,
    limits: &Limits,
) -> Evidence {
    let subject = repository.at(digest.clone());
    let (finds, referrers) = look(store, &subject, (digest, prefix), limits).await;
    let (mut artifacts, mut gaps) = read(store, &subject, finds, limits).await;
    gaps.extend(artifact::fill(store, &subject, &mut artifacts, limits).await);
    Evidence {
        digest: digest.clone(),
        subject,
        media_type: String::new(),
        size: 0,
        platforms: Vec::new(),
        signed: signed(&artifacts),
        artifacts,
        gaps,
        referrers,
        raw: std::sync::Arc::from([]),
    }
}

/// Looks in every place at once; the order of what was found does not depend on which answer came first.
async fn look(
    store: &dyn Store,
    subject: &Reference,
    (digest, prefix): (&Digest, &str),
    limits: &Limits,
) -> (Finds, ReferrersApi) {
    let mut work: Vec<Work<'_, (Finds, Option<ReferrersApi>)>> = Vec::new();
    for (suffix, kind) in by_tag::SUFFIXES {
        work.push(Box::pin(async move {
            (by_tag::look(store, subject, (digest, prefix), suffix, kind).await, None)
        }));
    }
    work.push(Box::pin(async move {
        let (finds, api) = by_referrer::look(store, subject, digest, limits).await;
        (finds, Some(api))
    }));
    let (mut all, mut referrers) = (Finds::default(), ReferrersApi::Unknown);
    for (finds, api) in join::all(work).await {
        all.merge(finds);
        referrers = api.unwrap_or(referrers);
    }
    (all, referrers)
}

async fn read(
    store: &dyn Store,
    subject: &Reference,
    finds: Finds,
    limits: &Limits,
) -> (Vec<Artifact>, Vec<Gap>) {
    let (mut artifacts, mut gaps) = (Vec::new(), finds.gaps);
    let mut work: Vec<Work<'_, Outline>> = Vec::new();
    for candidate in finds.candidates {
        work.push(Box::pin(artifact::outline(store, subject, candidate, limits)));
    }
    for outline in join::all(work).await {
        match outline {
            Ok((artifact, problems)) => {
                artifacts.push(artifact);
                gaps.extend(problems);
            }
            Err(problems) => gaps.extend(problems),
        }
    }
    (artifacts, gaps)
}
