//! The recording's form and how it is served: a line of JSON for each blob, then one for each repository.
//!
//! `{"text": …}` or `{"base64": …}` is a blob, `{"repository": …, "index": …}` a repository with its `index.json`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::HOST;
use crate::format::hash::digest_of;
use crate::model::{Digest, Missing, Reference};
use crate::port::{Answer, Manifest, Referrers, Store, TagPage};
use crate::source::files::read_bounded;
use crate::source::repository::{Repository, Shelf};
use crate::source::{FileError, FileProblem};

/// Repositories of the demo, and the layouts of `tests/fixtures` that they are recorded from.
pub const PLACES: [(&str, &str); 15] = [
    ("data/etl", "everything"),
    ("data/warehouse", "notation-jws"),
    ("payments/fraud", "key-rsa2048"),
    ("payments/gateway", "key-p256-notlog"),
    ("payments/invoices", "key-p256-v2"),
    ("payments/ledger", "tampered-payload-digest"),
    ("payments/settlement", "tampered-log-body"),
    ("platform/builder", "att-full"),
    ("platform/ingress", "keyless-gh"),
    ("platform/proxy", "bundle-keyless"),
    ("shop/cart", "key-two"),
    ("shop/catalog", "multiarch-index"),
    ("shop/checkout", "tag-moved"),
    ("shop/frontend", "unsigned"),
    ("shop/search", "key-other"),
];

/// Longest file that is packed, in bytes.
const FILE_LIMIT: u64 = 1 << 20;

static RECORDING: &str = include_str!("../../../assets/demo/recording.jsonl");

static DEMO: LazyLock<Arc<HashMap<String, Repository<Recorded>>>> =
    LazyLock::new(|| Arc::new(read(RECORDING)));

type Blobs = HashMap<Digest, Arc<[u8]>>;

#[derive(Debug)]
struct Recorded {
    index: Arc<[u8]>,
    blobs: Arc<Blobs>,
}

/// The registry of the recording; cheap to clone.
#[derive(Clone, Debug)]
pub struct Demo(Arc<HashMap<String, Repository<Recorded>>>);

/// The demo's registry.
#[must_use]
pub fn store() -> Demo {
    Demo(DEMO.clone())
}

/// Reads a recording. Lines that are neither blob nor repository do not occur: a test packs the file anew and compares.
fn read(text: &str) -> HashMap<String, Repository<Recorded>> {
    let (mut blobs, mut indexes) = (Blobs::new(), Vec::new());
    for line in text.lines() {
        let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
        let field = |name: &str| line.get(name).and_then(Value::as_str);
        let bytes = match (field("text"), field("base64")) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(code)) => STANDARD.decode(code).unwrap_or_default(),
            (None, None) => {
                if let (Some(name), Some(index)) = (field("repository"), field("index")) {
                    indexes.push((name.to_owned(), Arc::<[u8]>::from(index.as_bytes())));
                }
                continue;
            }
        };
        blobs.insert(digest_of(&bytes), bytes.into());
    }
    let blobs = Arc::new(blobs);
    let open = |(name, index): (String, Arc<[u8]>)| {
        let reference =
            Reference { registry: HOST.to_owned(), repository: name.clone(), tag: None, digest: None };
        Some((name, Repository::new(Recorded { index, blobs: blobs.clone() }, &reference).ok()?))
    };
    indexes.into_iter().filter_map(open).collect()
}

/// Packs layouts below `dir` into a recording.
///
/// # Errors
/// The first file that cannot be read.
pub fn pack(dir: &Path) -> Result<String, FileError> {
    let (mut blobs, mut repositories) = (BTreeMap::new(), String::new());
    for (name, layout) in PLACES {
        let root = dir.join(layout);
        let path = root.join("index.json");
        let index = read_bounded(&path, FILE_LIMIT)?;
        let index = String::from_utf8(index).map_err(|error| {
            FileError::new(&path, FileProblem::NotText { at: error.utf8_error().valid_up_to() })
        })?;
        repositories.push_str(&format!("{}\n", json!({"index": index, "repository": name})));
        let folder = root.join("blobs/sha256");
        for entry in fs::read_dir(&folder).map_err(|error| FileError::io(&folder, &error))? {
            let path = entry.map_err(|error| FileError::io(&folder, &error))?.path();
            let bytes = read_bounded(&path, FILE_LIMIT)?;
            blobs.insert(digest_of(&bytes), bytes);
        }
    }
    let line = |bytes: Vec<u8>| match String::from_utf8(bytes) {
        Ok(text) => json!({"text": text}),
        Err(error) => json!({"base64": STANDARD.encode(error.as_bytes())}),
    };
    let blobs: String = blobs.into_values().map(|bytes| format!("{}\n", line(bytes))).collect();
    Ok(blobs + &repositories)
}

impl Shelf for Recorded {
    fn index(&self) -> Result<Arc<[u8]>, Missing> {
        Ok(self.index.clone())
    }

    fn content(&self, digest: &Digest, limit: u64) -> Result<Arc<[u8]>, Missing> {
        let what = || format!("{digest} of the demo");
        let bytes = self.blobs.get(digest).ok_or_else(|| Missing::NotFound { what: what() })?;
        match u64::try_from(bytes.len()) {
            Ok(size) if size > limit => Err(Missing::TooLarge { what: what(), size, limit }),
            _ => Ok(bytes.clone()),
        }
    }
}

impl Demo {
    /// Names of the repositories, sorted.
    #[must_use]
    pub fn repositories(&self) -> Vec<String> {
        let mut names: Vec<String> = self.0.keys().map(|name| format!("{HOST}/{name}")).collect();
        names.sort();
        names
    }

    fn find(&self, reference: &Reference) -> Result<&Repository<Recorded>, Missing> {
        let known = (reference.registry == HOST).then(|| self.0.get(&reference.repository)).flatten();
        known.ok_or_else(|| Missing::NotFound { what: format!("repository {}", reference.name()) })
    }
}

fn refuse<'a, T: Send + 'a>(missing: Missing) -> Answer<'a, T> {
    Box::pin(std::future::ready(Err(missing)))
}

impl Store for Demo {
    fn manifest<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Manifest> {
        self.find(reference).map_or_else(refuse, |repository| repository.manifest(reference))
    }

    fn blob<'a>(
        &'a self,
        repository: &'a Reference,
        digest: &'a Digest,
        size: u64,
        limit: u64,
    ) -> Answer<'a, Arc<[u8]>> {
        self.find(repository).map_or_else(refuse, |found| found.blob(repository, digest, size, limit))
    }

    fn referrers<'a>(&'a self, repository: &'a Reference, subject: &'a Digest) -> Answer<'a, Referrers> {
        self.find(repository).map_or_else(refuse, |found| found.referrers(repository, subject))
    }

    fn tags<'a>(&'a self, repository: &'a Reference, page: Option<&'a str>) -> Answer<'a, TagPage> {
        self.find(repository).map_or_else(refuse, |found| found.tags(repository, page))
    }
}
