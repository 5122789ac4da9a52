//! What is trusted, and what does not change from resource to resource.

use std::sync::Arc;

use super::exception::Exception;
use crate::model::artifact::Evidence;
use crate::model::demand::{Authority, Log};
use crate::model::missing::Missing;
use crate::model::moment::Moment;
use crate::model::verifier::LogKey;
use crate::port::{Outside, Prover};

/// A trusted root.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Keys of transparency logs.
    pub log_keys: Arc<[LogKey]>,
    /// The same logs with what bundles need to know of them.
    pub logs: Arc<[Log]>,
    /// Logs of certificates.
    pub ct_logs: Arc<[Log]>,
    /// Authorities of certificates.
    pub authorities: Arc<[Authority]>,
    /// Authorities of time stamps.
    pub stamp_authorities: Arc<[Authority]>,
    /// The user has named it, so that it stands for whatever a policy would fetch.
    pub given: bool,
}

/// What a resource is judged with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Who verifies.
    pub prover: &'a dyn Prover,
    /// Who is asked for what is not in the evidence.
    pub outside: &'a dyn Outside,
    /// Evidence by image as written.
    pub evidence: &'a (dyn Fn(&str) -> Result<Arc<Evidence>, Missing> + 'a),
    /// What is trusted where a policy names nothing.
    pub trust: &'a Trust,
    /// The instant that "now" means.
    pub as_of: Moment,
    /// Logs are not asked.
    pub offline: bool,
    /// Exceptions from policies.
    pub exceptions: &'a [&'a Exception],
    /// Reads a trusted root that a policy carries; an error is what is wrong with it.
    pub read_root: &'a dyn Fn(&str) -> Result<Trust, String>,
}
