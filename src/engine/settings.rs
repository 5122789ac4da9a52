//! What an engine is started with.

use std::sync::Arc;

use super::trust_stores::TrustStores;
use crate::model::Moment;
use crate::model::verifier::LogKey;
use crate::port::{Services, Store};
use crate::trust::Material;

/// Settings that hold for the life of an engine.
#[derive(Clone)]
pub struct Settings {
    /// Where repositories are read.
    pub store: Arc<dyn Store>,
    /// Log keys of the trust root.
    pub log_keys: Arc<[LogKey]>,
    /// All that is trusted: log keys with their windows, authorities of certificates and of time stamps.
    pub material: Arc<Material>,
    /// The material was named by the user, and stands for whatever a policy would fetch.
    pub named: bool,
    /// Trust stores of notation.
    pub trust_stores: Arc<TrustStores>,
    /// Trust in words, for the header.
    pub trust: String,
    /// Logs and other services may not be asked.
    pub offline: bool,
    /// Who asks them; `None`: nobody can.
    pub services: Option<Arc<dyn Services>>,
    /// Replaces the clock.
    pub as_of: Option<Moment>,
    /// Images fetched at the same time, at least 1.
    pub parallel: usize,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("offline", &self.offline)
            .field("as_of", &self.as_of)
            .finish_non_exhaustive()
    }
}
