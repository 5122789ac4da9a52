//! One repository kept as an OCI image layout, wherever its bytes lie: tags, manifests, blobs, referrers.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::names;
use crate::format::hash::digest_of;
use crate::format::oci::{self, DEPTH_LIMIT, Descriptor, Document, MANIFEST_LIMIT};
use crate::model::{Digest, Missing, Reference};
use crate::port::{Answer, Manifest, Referrers, Store, TagPage};

/// Most manifests that are read to find referrers.
const MOST_MANIFESTS: usize = 20_000;

/// Where the bytes of a layout lie.
pub trait Shelf: Send + Sync {
    /// The `index.json`.
    ///
    /// # Errors
    /// Why it cannot be had.
    fn index(&self) -> Result<Arc<[u8]>, Missing>;

    /// The content that a digest names, of at most `limit` bytes; [`Repository`] checks it against the digest.
    ///
    /// # Errors
    /// Why it cannot be had.
    fn content(&self, digest: &Digest, limit: u64) -> Result<Arc<[u8]>, Missing>;
}

/// A layout, read as one repository.
#[derive(Debug)]
pub struct Repository<S> {
    pub(super) shelf: S,
    name: Reference,
    /// What was walked, for the `index.json` of this digest.
    walked: Mutex<Option<(Digest, Arc<Vec<Link>>)>>,
}

/// A manifest that has a subject.
#[derive(Debug)]
struct Link {
    subject: Digest,
    descriptor: Value,
}

/// A manifest to be read on the walk.
struct Stop {
    descriptor: Descriptor,
    depth: u32,
    /// Whether it may be absent: platforms of an index need not all be copied (`skopeo copy`, sparse indexes).
    optional: bool,
}

impl<S: Shelf> Repository<S> {
    /// Reads a shelf as the repository of `reference`.
    ///
    /// # Errors
    /// When its `index.json` cannot be read.
    pub fn new(shelf: S, reference: &Reference) -> Result<Self, Missing> {
        let name = Reference { tag: None, digest: None, ..reference.clone() };
        let repository = Self { shelf, name, walked: Mutex::new(None) };
        repository.index()?;
        Ok(repository)
    }

    /// The repository's name, without tag and digest.
    #[must_use]
    pub fn repository(&self) -> &Reference {
        &self.name
    }

    fn read_digest(&self, digest: &Digest, limit: u64) -> Result<Arc<[u8]>, Missing> {
        let bytes = self.shelf.content(digest, limit)?;
        oci::check(&bytes, digest)?;
        Ok(bytes)
    }

    fn index(&self) -> Result<(Digest, Document), Missing> {
        let bytes = self.shelf.index()?;
        let document = Document::parse(&format!("index.json of {}", self.name.name()), &bytes)?;
        Ok((digest_of(&bytes), document))
    }

    /// Entries of `index.json`, and the tags that name them. A layout without any tag answers to `latest` when only one
    /// of its entries is no referrer: that is what tools write which were given no name.
    fn entries(&self) -> Result<Vec<(Option<String>, Descriptor)>, Missing> {
        let (_, document) = self.index()?;
        let what = format!("index.json of {}", self.name.name());
        let mut entries = Vec::new();
        for entry in document.manifests() {
            let descriptor = Descriptor::read(&what, entry)?;
            entries.push((names::tag(&descriptor), descriptor));
        }
        if entries.iter().all(|(tag, _)| tag.is_none()) {
            self.name_unnamed(&mut entries)?;
        }
        Ok(entries)
    }

    /// Names the entries of a layout that has no names.
    fn name_unnamed(&self, entries: &mut [(Option<String>, Descriptor)]) -> Result<(), Missing> {
        let descriptors: Vec<&Descriptor> = entries.iter().map(|(_, descriptor)| descriptor).collect();
        let saved = names::saved_by_cosign(&descriptors);
        if !saved.is_empty() {
            for (entry, name) in entries.iter_mut().zip(saved) {
                entry.0 = name;
            }
            return Ok(());
        }
        let mut whole = Vec::new();
        for (place, descriptor) in descriptors.iter().enumerate() {
            let what = descriptor.digest.to_string();
            let bytes = self.read_digest(&descriptor.digest, MANIFEST_LIMIT)?;
            if Document::parse(&what, &bytes)?.subject(&what)?.is_none() {
                whole.push(place);
            }
        }
        if let [place] = whole[..]
            && let Some(entry) = entries.get_mut(place)
        {
            entry.0 = Some("latest".to_owned());
        }
        Ok(())
    }

    fn find(&self, reference: &Reference) -> Result<Manifest, Missing> {
        let (digest, announced) = match &reference.digest {
            Some(digest) => (digest.clone(), None),
            None => {
                let tag = reference.identifier();
                let entries = self.entries()?;
                let named = entries.into_iter().find(|(name, _)| name.as_deref() == Some(tag));
                let (_, descriptor) =
                    named.ok_or_else(|| Missing::NotFound { what: format!("{}:{tag}", self.name.name()) })?;
                (descriptor.digest, Some(descriptor.media_type))
            }
        };
        let bytes = self.read_digest(&digest, MANIFEST_LIMIT).map_err(|missing| match missing {
            // The tag is there: what it names being absent must not read as "no such tag".
            Missing::NotFound { what } if announced.is_some() => Missing::Malformed {
                what,
                problem: "the index of the layout names it, but it is absent".to_owned(),
            },
            other => other,
        })?;
        let media_type = match Document::parse(&digest.to_string(), &bytes) {
            Ok(document) => document.media_type(announced.as_deref()),
            // Whoever asked will meet the same problem, with the bytes at hand.
            Err(_) => announced.unwrap_or_default(),
        };
        Ok(Manifest { digest, media_type, bytes })
    }

    fn fetch(&self, digest: &Digest, size: u64, limit: u64) -> Result<Arc<[u8]>, Missing> {
        let what = || format!("{digest} of {}", self.name.name());
        if size > limit {
            return Err(Missing::TooLarge { what: what(), size, limit });
        }
        let bytes = self.shelf.content(digest, limit)?;
        let found = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if found != size {
            return Err(Missing::Truncated { what: what(), wanted: size, found });
        }
        oci::check(&bytes, digest)?;
        Ok(bytes)
    }

    /// Every manifest with a subject that can be reached from `index.json`, in its order.
    fn links(&self) -> Result<Arc<Vec<Link>>, Missing> {
        let (digest, document) = self.index()?;
        let mut memory = self.walked.lock().unwrap_or_else(PoisonError::into_inner);
        match &*memory {
            Some((known, links)) if *known == digest => Ok(links.clone()),
            _ => {
                let links = Arc::new(self.walk(&document)?);
                *memory = Some((digest, links.clone()));
                Ok(links)
            }
        }
    }

    fn walk(&self, index: &Document) -> Result<Vec<Link>, Missing> {
        let mut stops = stops(index, "index.json", 0)?;
        let (mut links, mut seen) = (Vec::new(), HashSet::new());
        let mut next = 0;
        while let Some(stop) = stops.get(next) {
            next += 1;
            let (depth, optional, digest) = (stop.depth, stop.optional, stop.descriptor.digest.clone());
            let announced = stop.descriptor.media_type.clone();
            if !seen.insert(digest.clone()) {
                continue;
            }
            if seen.len() > MOST_MANIFESTS {
                return Err(Missing::TooMany {
                    what: "manifests in the layout".to_owned(),
                    limit: MOST_MANIFESTS,
                });
            }
            let bytes = match self.read_digest(&digest, MANIFEST_LIMIT) {
                Err(Missing::NotFound { .. }) if optional => continue,
                other => other?,
            };
            let document = Document::parse(digest.as_str(), &bytes)?;
            if let Some(subject) = document.subject(digest.as_str())? {
                let descriptor = json!({
                    "mediaType": document.media_type(Some(&announced)),
                    "digest": digest.as_str(),
                    "size": bytes.len(),
                    "artifactType": document.artifact_type(),
                    "annotations": document.annotations(),
                });
                links.push(Link { subject, descriptor });
            }
            if document.is_index() {
                if depth >= DEPTH_LIMIT {
                    return Err(Missing::TooDeep {
                        what: "index in index of the layout".to_owned(),
                        limit: DEPTH_LIMIT,
                    });
                }
                stops.extend(self::stops(&document, digest.as_str(), depth + 1)?);
            }
        }
        Ok(links)
    }
}

/// The manifests that an index lists. Entries of other media types are content, not manifests.
fn stops(index: &Document, what: &str, depth: u32) -> Result<Vec<Stop>, Missing> {
    let mut stops = Vec::new();
    for entry in index.manifests() {
        let descriptor = Descriptor::read(what, entry)?;
        if descriptor.media_type.is_empty() || oci::is_manifest_type(&descriptor.media_type) {
            let optional = depth > 0 && descriptor.platform.is_some();
            stops.push(Stop { descriptor, depth, optional });
        }
    }
    Ok(stops)
}

fn ready<'a, T: Send + 'a>(result: Result<T, Missing>) -> Answer<'a, T> {
    Box::pin(std::future::ready(result))
}

impl<S: Shelf> Store for Repository<S> {
    fn manifest<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Manifest> {
        ready(self.find(reference))
    }

    fn blob<'a>(
        &'a self,
        _repository: &'a Reference,
        digest: &'a Digest,
        size: u64,
        limit: u64,
    ) -> Answer<'a, Arc<[u8]>> {
        ready(self.fetch(digest, size, limit))
    }

    fn referrers<'a>(&'a self, _repository: &'a Reference, subject: &'a Digest) -> Answer<'a, Referrers> {
        ready(self.links().map(|links| {
            let about = links.iter().filter(|link| link.subject == *subject);
            Referrers::Answered(about.map(|link| link.descriptor.clone()).collect())
        }))
    }

    fn tags<'a>(&'a self, _repository: &'a Reference, _page: Option<&'a str>) -> Answer<'a, TagPage> {
        ready(self.entries().map(|entries| {
            let mut seen = HashSet::new();
            let tags = entries.into_iter().filter_map(|(tag, _)| tag);
            TagPage { tags: tags.filter(|tag| seen.insert(tag.clone())).collect(), next: None }
        }))
    }
}
