//! Makes the immutable world that screens and reports see.

use std::sync::Arc;

use super::state::State;
use crate::model::World;
use crate::model::cluster::Cluster;
use crate::model::world::Job;

impl State {
    /// The world as it is now.
    pub(super) fn snapshot(&self, jobs: Vec<Job>, cluster: Arc<Cluster>) -> World {
        let traces = self.of_policies.iter().chain(self.results.iter().flatten()).cloned().collect();
        World {
            revision: self.rest.revision,
            handled: self.rest.handled,
            title: self.rest.opened.titles.join(", "),
            images: self.images.clone(),
            files: self.files.iter().map(super::files::ReadFile::row).collect(),
            traces,
            proofs: self.rest.memory.rows(),
            jobs,
            hosts: self.settings.store.hosts(),
            messages: self.rest.messages.clone(),
            progress: self.progress(),
            as_of: self.now(),
            trust: self.settings.trust.clone(),
            cluster,
            declared: self.rest.opened.declared.clone(),
            notary_proofs: self.rest.memory.notary_proofs(),
            readings: Vec::new(),
        }
    }
}
