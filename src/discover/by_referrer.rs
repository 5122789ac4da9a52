//! OCI 1.1 referrers: by the API, or by the fallback tag where a source has no such API (distribution-spec, "Listing
//! Referrers", "Referrers Tag Schema").

use std::collections::BTreeMap;

use serde_json::Value;

use super::candidate::{Candidate, Finds};
use super::limits::Limits;
use crate::format::oci::{Descriptor, Document};
use crate::model::artifact::ReferrersApi;
use crate::model::{Digest, Found, Missing, Reference};
use crate::port::{Referrers, Store};

/// Asks for referrers. A failure can hide any kind of artifact: what a referrer is stands in its manifest only.
pub(super) async fn look(
    store: &dyn Store,
    subject: &Reference,
    digest: &Digest,
    limits: &Limits,
) -> (Finds, ReferrersApi) {
    let mut finds = Finds::default();
    match store.referrers(subject, digest).await {
        Ok(Referrers::Answered(entries)) => {
            take(&mut finds, &entries, "referrer", &Found::Referrers, limits);
            (finds, ReferrersApi::Answered)
        }
        Ok(Referrers::NoApi) => fallback(store, subject, digest, limits).await,
        Err(why) => {
            finds.gap("referrers", Found::Referrers, &[], why);
            (finds, ReferrersApi::Unknown)
        }
    }
}

async fn fallback(
    store: &dyn Store,
    subject: &Reference,
    digest: &Digest,
    limits: &Limits,
) -> (Finds, ReferrersApi) {
    let mut finds = Finds::default();
    let tag = format!("{}-{}", digest.algorithm(), digest.hex());
    let what = format!("fallback tag {tag}");
    let via = || Found::FallbackTag(tag.clone());
    let manifest = match store.manifest(&subject.tagged(&tag)).await {
        // Some registries take the tag for the digest, and give the image itself: its platforms are no referrers.
        Ok(manifest) if manifest.digest == *digest => return (finds, ReferrersApi::FallbackTag),
        Ok(manifest) => manifest,
        Err(Missing::NotFound { .. }) => return (finds, ReferrersApi::FallbackTag),
        Err(why) => {
            finds.gap(what, via(), &[], why);
            return (finds, ReferrersApi::Unknown);
        }
    };
    let api = match Document::parse(&what, &manifest.bytes) {
        Ok(index) if index.is_index() => {
            take(&mut finds, index.manifests(), "referrer", &via(), limits);
            ReferrersApi::FallbackTag
        }
        Ok(_) => {
            let problem = "it is not an index".to_owned();
            finds.gap(what.clone(), via(), &[], Missing::Malformed { what, problem });
            ReferrersApi::Unknown
        }
        Err(why) => {
            finds.gap(what, via(), &[], why);
            ReferrersApi::Unknown
        }
    };
    (finds, api)
}

/// Takes the digests only: `artifactType` of an entry may be that of the configuration (old go-containerregistry), or
/// be left out.
fn take(finds: &mut Finds, entries: &[Value], what: &str, found: &Found, limits: &Limits) {
    if entries.len() > limits.referrers {
        let limit = limits.referrers;
        finds.gap("referrers", found.clone(), &[], Missing::TooMany { what: "referrers".to_owned(), limit });
    }
    for (number, entry) in entries.iter().take(limits.referrers).enumerate() {
        let what = format!("{what} {}", number + 1);
        match Descriptor::read(&what, entry) {
            Ok(descriptor) => finds.merge(Finds {
                candidates: vec![Candidate {
                    digest: descriptor.digest,
                    found: vec![found.clone()],
                    hides: Vec::new(),
                    annotations: BTreeMap::new(),
                    manifest: None,
                }],
                gaps: Vec::new(),
            }),
            Err(why) => finds.gap(what, found.clone(), &[], why),
        }
    }
}
