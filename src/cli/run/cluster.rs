//! `sigscope cluster`: what sigscope needs in a cluster.

use crate::cli::cluster::ClusterVerb;
use crate::cli::exit::{Exit, Stop};
use crate::cli::output;
use crate::source::cluster::rbac;

/// Prints it.
///
/// # Errors
/// When the output cannot be written.
pub fn run(verb: &ClusterVerb) -> Result<Exit, Stop> {
    match verb {
        ClusterVerb::Rbac { namespace, secrets } => {
            output::data(&rbac::manifest(namespace.as_deref(), *secrets))?;
        }
    }
    Ok(Exit::Pass)
}
