//! Which cluster, and which part of it.

use std::path::PathBuf;

use super::problem::Problem;

/// Which cluster, and which part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterOptions {
    /// In place of `KUBECONFIG` and `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// In place of the current context.
    pub context: Option<String>,
    /// One namespace, or several with commas between them, in place of all.
    pub namespace: Option<String>,
}

impl ClusterOptions {
    /// The namespaces that are looked at; none: all.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.namespace.iter().flat_map(|names| names.split(',')).map(str::trim).collect()
    }

    /// The one namespace that is looked at, where it is one.
    pub(super) fn single(&self) -> Option<&str> {
        match self.names().as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Refuses what cannot be a namespace: it becomes part of a path.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn check(&self) -> Result<(), Problem> {
        match self.names().into_iter().find(|name| !is_label(name)) {
            Some(name) => {
                Err(Problem::BadConfig { detail: format!("`{name}` is not the name of a namespace") })
            }
            None => Ok(()),
        }
    }
}

/// Whether a text is a DNS label (RFC 1123), as the names of namespaces are.
pub(super) fn is_label(name: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !name.is_empty() && name.len() <= 63 && name.bytes().all(word)
}
