//! The tree of an index: its manifests in order, and what those say that BuildKit puts beside an image.

use std::path::Path;

use serde_json::Value;

use crate::cli::exit::Stop;
use crate::discover::Limits;
use crate::format::facts;
use crate::format::oci::{Descriptor, Document};
use crate::model::facts::Fact;
use crate::model::{Missing, Reference};
use crate::port::Store;
use crate::source::{block_on, files, open_layout};

/// Longest `index.json` of a layout that is read, in bytes.
const INDEX: u64 = 16 << 20;
/// Deepest index in an index that is followed.
const DEEPEST: usize = 4;
/// BuildKit's mark on an entry (docs/attestations/attestation-storage.md of moby/buildkit).
const MARK: (&str, &str) = ("vnd.docker.reference.type", "attestation-manifest");

/// The facts of a layout directory: each entry of its index.
///
/// # Errors
/// When it is none.
pub(super) fn layout(dir: &Path) -> Result<Fact, Stop> {
    let wrong = |problem: String| Stop::usage(problem);
    let store = open_layout(dir).map_err(|error| wrong(error.to_string()))?;
    let bytes =
        files::read_bounded(&dir.join("index.json"), INDEX).map_err(|error| wrong(error.to_string()))?;
    let index = Document::parse("index.json", &bytes).map_err(|missing| wrong(missing.to_string()))?;
    let repository = store.repository().clone();
    let mut walk = Walk::new(&store, repository);
    let tree: Vec<Fact> = index.manifests().iter().map(|entry| block_on(walk.entry(entry, 0))).collect();
    Ok(Fact::map().with("kind", "layout").with("tree", tree))
}

/// A walk through manifests, within the limits of one image.
pub(super) struct Walk<'a> {
    store: &'a dyn Store,
    repository: Reference,
    limits: Limits,
    /// Bytes of layers that may still be read.
    left: u64,
    /// Manifests that may still be read.
    manifests: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(store: &'a dyn Store, repository: Reference) -> Self {
        let limits = Limits::default();
        Self { store, repository, limits, left: limits.total, manifests: limits.referrers }
    }

    /// What an entry names, with all below it.
    pub(super) async fn entry(&mut self, entry: &Value, depth: usize) -> Fact {
        let known = |name: &str| {
            let value = entry.get(name).filter(|value| !value.is_null());
            value.map_or(Fact::Null, facts::plain)
        };
        let facts = Fact::map()
            .with("digest", known("digest"))
            .with("media_type", known("mediaType"))
            .with("platform", known("platform"))
            .with("annotations", known("annotations"));
        match self.content(entry).await {
            Ok((_, document)) if document.is_index() && depth < DEEPEST => {
                let mut children = Vec::new();
                for child in document.manifests().iter().take(self.limits.referrers) {
                    children.push(Box::pin(self.entry(child, depth + 1)).await);
                }
                facts.with("children", children)
            }
            Ok((descriptor, document)) => {
                let facts = facts.with("layers", document.layers().len());
                let marked = descriptor.annotations.get(MARK.0).is_some_and(|mark| mark == MARK.1);
                if marked {
                    facts.with("attestation_layers", self.statements(&document).await)
                } else {
                    facts
                }
            }
            Err(missing) => facts.with("parse_error", missing.to_string()),
        }
    }

    async fn content(&mut self, entry: &Value) -> Result<(Descriptor, Document), Missing> {
        let descriptor = Descriptor::read("an entry of the index", entry)?;
        let what = descriptor.digest.to_string();
        self.manifests = self
            .manifests
            .checked_sub(1)
            .ok_or_else(|| Missing::TooMany { what: "manifests".to_owned(), limit: self.limits.referrers })?;
        let reference =
            Reference { tag: None, digest: Some(descriptor.digest.clone()), ..self.repository.clone() };
        let manifest = self.store.manifest(&reference).await?;
        Ok((descriptor, Document::parse(&what, &manifest.bytes)?))
    }

    /// The layers of an attestation manifest. Nothing signs them, unless a layer is an envelope.
    async fn statements(&mut self, document: &Document) -> Vec<Fact> {
        let mut out = Vec::new();
        for layer in document.layers().iter().take(self.limits.layers) {
            let known = |name: &str| layer.get(name).map_or(Fact::Null, facts::plain);
            let facts =
                Fact::map().with("media_type", known("mediaType")).with("annotations", known("annotations"));
            out.push(match self.layer(layer).await {
                Ok(bytes) => facts.and(facts::beside(&bytes)),
                Err(missing) => facts.with("parse_error", missing.to_string()),
            });
        }
        out
    }

    async fn layer(&mut self, layer: &Value) -> Result<std::sync::Arc<[u8]>, Missing> {
        let descriptor = Descriptor::read("a layer", layer)?;
        let limit = self.left.min(self.limits.layer);
        let (digest, size) = (&descriptor.digest, descriptor.size);
        let bytes = self.store.blob(&self.repository, digest, size, limit).await?;
        self.left = self.left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(bytes)
    }
}
