//! Which cluster, and which part of it.

use std::path::PathBuf;

/// Which cluster, and which part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterOptions {
    /// In place of `KUBECONFIG` and `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// In place of the current context.
    pub context: Option<String>,
    /// One namespace in place of all.
    pub namespace: Option<String>,
}
