//! One store for everything: directories, recordings and registries, each for the references that are theirs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::layout::Layout;
use super::layouts::Layouts;
use crate::model::world::HostRow;
use crate::model::{Digest, Missing, Reference};
use crate::port::{Answer, Manifest, Referrers, Store, TagPage};

/// Sends each question to the source that a reference belongs to: what is mounted first, then `--layouts`, then the
/// network.
#[derive(Clone, Default)]
pub struct Mux {
    layouts: Layouts,
    /// Layouts that were opened; each remembers its referrers.
    open: Arc<Mutex<HashMap<String, Arc<Layout>>>>,
    /// By repository (`HOST/NAME`) or by host.
    mounted: Arc<Mutex<HashMap<String, Arc<dyn Store>>>>,
    network: Option<Arc<dyn Store>>,
}

impl Mux {
    /// Reads directories as the rules say; without a network.
    #[must_use]
    pub fn new(layouts: Layouts) -> Self {
        Self { layouts, ..Self::default() }
    }

    /// Asks this store for everything else.
    #[must_use]
    pub fn with_network(self, network: Arc<dyn Store>) -> Self {
        Self { network: Some(network), ..self }
    }

    /// Serves a host, or one repository `HOST/NAME`, from a store.
    pub fn mount(&self, name: &str, store: Arc<dyn Store>) {
        self.mounted.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), store);
    }

    /// The store that a reference belongs to.
    ///
    /// # Errors
    /// When a rule speaks of it but its directory cannot be read, or when it would take a network and there is none.
    pub fn store_for(&self, reference: &Reference) -> Result<Arc<dyn Store>, Missing> {
        let name = reference.name();
        let mounted = self.mounted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = mounted.get(&name).or_else(|| mounted.get(&reference.registry)) {
            return Ok(store.clone());
        }
        drop(mounted);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(layout) = open.get(&name) {
            return Ok(layout.clone());
        }
        match self.layouts.find(reference) {
            Some(layout) => {
                let layout = Arc::new(layout?);
                open.insert(name, layout.clone());
                Ok(layout)
            }
            None => self.network.clone().ok_or_else(|| Missing::Unsupported {
                what: format!("registry {} (there is no network here)", reference.registry),
            }),
        }
    }
}

impl Store for Mux {
    fn manifest<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Manifest> {
        Box::pin(async move { self.store_for(reference)?.manifest(reference).await })
    }

    fn blob<'a>(
        &'a self,
        repository: &'a Reference,
        digest: &'a Digest,
        size: u64,
        limit: u64,
    ) -> Answer<'a, Arc<[u8]>> {
        Box::pin(async move { self.store_for(repository)?.blob(repository, digest, size, limit).await })
    }

    fn referrers<'a>(&'a self, repository: &'a Reference, subject: &'a Digest) -> Answer<'a, Referrers> {
        Box::pin(async move { self.store_for(repository)?.referrers(repository, subject).await })
    }

    fn tags<'a>(&'a self, repository: &'a Reference, page: Option<&'a str>) -> Answer<'a, TagPage> {
        Box::pin(async move { self.store_for(repository)?.tags(repository, page).await })
    }

    fn hosts(&self) -> Vec<HostRow> {
        self.network.as_ref().map(|network| network.hosts()).unwrap_or_default()
    }
}
