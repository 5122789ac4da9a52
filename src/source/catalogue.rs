//! The `index.json` of the cache: which manifests are kept, and of which repositories they are.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};

use super::files::read_bounded;
use crate::format::oci::{Descriptor, Document, INDEX, REF_NAME};
use crate::model::{Digest, Reference};
use crate::port::Manifest;

/// An index without entries.
pub(super) const EMPTY: &str =
    r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
/// Annotation with the repository that a manifest was fetched from.
pub(super) const REPOSITORY: &str = "dev.sigscope.repository";
/// Longest index that is read, in bytes.
const LIMIT: u64 = 16 << 20;
/// Most entries; the oldest go first.
const MOST: usize = 20_000;
/// Entries that are gathered before the file is written anew.
const GATHER: usize = 64;

/// What the index says, and what is to be added.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    known: HashSet<(String, Digest)>,
    new: Vec<Value>,
}

impl Catalogue {
    /// Reads the index of a cache; one that cannot be read knows nothing, and is replaced.
    pub(super) fn read(dir: &Path) -> Self {
        let known = entries(dir).into_iter().filter_map(|entry| {
            let descriptor = Descriptor::read("cache", &entry).ok()?;
            Some((descriptor.annotations.get(REPOSITORY)?.clone(), descriptor.digest))
        });
        Self { known: known.collect(), new: Vec::new() }
    }

    /// Whether a manifest was fetched from this repository.
    pub(super) fn knows(&self, repository: &str, digest: &Digest) -> bool {
        self.known.contains(&(repository.to_owned(), digest.clone()))
    }

    /// Notes a manifest; `true`: it is time to write.
    pub(super) fn add(&mut self, reference: &Reference, manifest: &Manifest) -> bool {
        let new = self.known.insert((reference.name(), manifest.digest.clone()));
        let tag = reference.tag.as_ref().filter(|_| reference.digest.is_none());
        if new || tag.is_some() {
            let mut annotations = json!({ REPOSITORY: reference.name() });
            if let Some(tag) = tag {
                annotations[REF_NAME] = json!(format!("{}:{tag}", reference.name()));
            }
            self.new.push(json!({
                "mediaType": manifest.media_type,
                "digest": manifest.digest.as_str(),
                "size": manifest.bytes.len(),
                "annotations": annotations,
            }));
        }
        self.new.len() >= GATHER
    }

    /// The text of the index with everything new in it; `None`: nothing is new. The file is read again, for another
    /// process may have written meanwhile.
    pub(super) fn merged(&mut self, dir: &Path) -> Option<String> {
        if self.new.is_empty() {
            return None;
        }
        let mut entries = entries(dir);
        for entry in self.new.drain(..) {
            let name =
                |entry: &Value| entry.pointer("/annotations").and_then(|all| all.get(REF_NAME)).cloned();
            // A tag names one manifest only; what is there already need not be there twice.
            let (tag, same) = (name(&entry), entry.clone());
            entries.retain(|old| *old != same && (tag.is_none() || name(old) != tag));
            entries.push(entry);
        }
        let surplus = entries.len().saturating_sub(MOST);
        entries.drain(..surplus);
        Some(json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).to_string())
    }
}

fn entries(dir: &Path) -> Vec<Value> {
    let bytes = read_bounded(&dir.join("index.json"), LIMIT).unwrap_or_default();
    Document::parse("index.json", &bytes).map(|index| index.manifests().to_vec()).unwrap_or_default()
}
