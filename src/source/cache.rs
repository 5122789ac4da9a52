//! What was fetched once is kept on disk, by digest, in a directory that is itself an OCI layout.
//!
//! A manifest is taken from the cache only for the repository that it was fetched from: that another repository holds
//! the same content does not prove that this one does. Tags, lists and referrers change and are never kept.

use std::fs::{self, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::catalogue::Catalogue;
use super::files::read_bounded;
use super::requests::{RequestLog, RequestRecord};
use crate::format::oci::{self, Document, MANIFEST_LIMIT};
use crate::model::world::HostRow;
use crate::model::{Digest, Missing, Reference};
use crate::port::{Answer, Manifest, Referrers, Store, TagPage};

/// A store with a memory.
pub struct Cache<S> {
    inner: S,
    disk: Disk,
    log: RequestLog,
}

/// The directory. Whatever goes wrong with it is a warning: the answer is there all the same.
#[derive(Debug)]
struct Disk {
    dir: PathBuf,
    catalogue: Mutex<Catalogue>,
    /// The first thing that went wrong; after it nothing is written any more.
    warning: Mutex<Option<String>>,
}

impl<S: Store> Cache<S> {
    /// Keeps what `inner` gives in `dir`, which is made when the first thing is kept. Hits are noted in `log`.
    pub fn new(inner: S, dir: &Path, log: RequestLog) -> Self {
        let catalogue = Mutex::new(Catalogue::read(dir));
        Self { inner, disk: Disk { dir: dir.to_owned(), catalogue, warning: Mutex::default() }, log }
    }

    /// Why nothing is kept any more, if so.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.disk.warning.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hit(&self, repository: &Reference, kind: &str, digest: &Digest, bytes: &[u8]) {
        self.log.add(RequestRecord {
            method: "GET",
            host: repository.registry.clone(),
            path: format!("/v2/{}/{kind}/{digest}", repository.repository),
            status: None,
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            cached: true,
        });
    }

    async fn get_manifest(&self, reference: &Reference) -> Result<Manifest, Missing> {
        if let Some(digest) = &reference.digest
            && self.disk.catalogue().knows(&reference.name(), digest)
            && let Some(bytes) = self.disk.read(digest, MANIFEST_LIMIT)
            && let Ok(document) = Document::parse(digest.as_str(), &bytes)
        {
            self.hit(reference, "manifests", digest, &bytes);
            let media_type = document.media_type(None);
            return Ok(Manifest { digest: digest.clone(), media_type, bytes: bytes.into() });
        }
        let manifest = self.inner.manifest(reference).await?;
        self.disk.keep(&manifest.digest, &manifest.bytes);
        self.disk.note(reference, &manifest);
        Ok(manifest)
    }

    async fn get_blob(
        &self,
        repository: &Reference,
        digest: &Digest,
        size: u64,
        limit: u64,
    ) -> Result<Arc<[u8]>, Missing> {
        if size <= limit
            && let Some(bytes) = self.disk.read(digest, size)
            && u64::try_from(bytes.len()) == Ok(size)
        {
            self.hit(repository, "blobs", digest, &bytes);
            return Ok(bytes.into());
        }
        let bytes = self.inner.blob(repository, digest, size, limit).await?;
        self.disk.keep(digest, &bytes);
        Ok(bytes)
    }
}

impl Disk {
    fn catalogue(&self) -> std::sync::MutexGuard<'_, Catalogue> {
        self.catalogue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.dir.join("blobs").join(digest.algorithm()).join(digest.hex())
    }

    /// The content, checked again. What does not match its name any more is removed, so that it is fetched anew.
    fn read(&self, digest: &Digest, limit: u64) -> Option<Vec<u8>> {
        let path = self.path(digest);
        let bytes = read_bounded(&path, limit).ok()?;
        if oci::check(&bytes, digest).is_ok() {
            return Some(bytes);
        }
        if let Err(error) = fs::remove_file(&path) {
            self.warn(&path, &error);
        }
        None
    }

    fn keep(&self, digest: &Digest, bytes: &[u8]) {
        let path = self.path(digest);
        if self.broken() || path.exists() {
            return;
        }
        if let Err(error) = start(&self.dir).and_then(|()| write_whole(&path, bytes)) {
            self.warn(&path, &error);
        }
    }

    fn note(&self, reference: &Reference, manifest: &Manifest) {
        let due = self.catalogue().add(reference, manifest);
        if due {
            self.flush();
        }
    }

    fn flush(&self) {
        if self.broken() {
            return;
        }
        let path = self.dir.join("index.json");
        let text = self.catalogue().merged(&self.dir);
        if let Some(text) = text
            && let Err(error) = start(&self.dir).and_then(|()| write_whole(&path, text.as_bytes()))
        {
            self.warn(&path, &error);
        }
    }

    fn broken(&self) -> bool {
        self.warning.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn warn(&self, path: &Path, error: &io::Error) {
        let mut warning = self.warning.lock().unwrap_or_else(PoisonError::into_inner);
        warning.get_or_insert_with(|| format!("the cache is not written: {}: {error}", path.display()));
    }
}

/// Makes the directory a layout, if it is none yet.
fn start(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let mark = dir.join("oci-layout");
    if !mark.exists() {
        write_whole(&mark, br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    }
    let index = dir.join("index.json");
    if !index.exists() {
        write_whole(&index, super::catalogue::EMPTY.as_bytes())?;
    }
    Ok(())
}

/// Writes beside the place and renames, so that nobody ever reads half a file.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let chance = std::collections::hash_map::RandomState::new().build_hasher().finish();
    let part = folder.join(format!(".part-{}-{chance:016x}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&part)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // It may not even be there; the error that counts is the first one.
        let _ = fs::remove_file(&part);
    }
    written
}

impl<S> Drop for Cache<S> {
    fn drop(&mut self) {
        self.disk.flush();
    }
}

impl<S: Store> Store for Cache<S> {
    fn manifest<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Manifest> {
        Box::pin(self.get_manifest(reference))
    }

    fn blob<'a>(
        &'a self,
        repository: &'a Reference,
        digest: &'a Digest,
        size: u64,
        limit: u64,
    ) -> Answer<'a, Arc<[u8]>> {
        Box::pin(self.get_blob(repository, digest, size, limit))
    }

    fn referrers<'a>(&'a self, repository: &'a Reference, subject: &'a Digest) -> Answer<'a, Referrers> {
        self.inner.referrers(repository, subject)
    }

    fn tags<'a>(&'a self, repository: &'a Reference, page: Option<&'a str>) -> Answer<'a, TagPage> {
        self.inner.tags(repository, page)
    }

    fn hosts(&self) -> Vec<HostRow> {
        self.inner.hosts()
    }
}
