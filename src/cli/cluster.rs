//! Arguments about clusters: which one, and what about it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Which cluster, and which part of it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Args)]
#[command(next_help_heading = "Cluster")]
pub struct ClusterArgs {
    /// This file in place of KUBECONFIG and ~/.kube/config.
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// This context in place of the current one.
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// Only this namespace, or these: `a,b`.
    #[arg(long, short = 'n', value_name = "NAME")]
    pub namespace: Option<String>,
}

impl ClusterArgs {
    /// The options as the cluster's side takes them.
    #[must_use]
    pub fn options(&self) -> crate::source::cluster::ClusterOptions {
        crate::source::cluster::ClusterOptions {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            namespace: self.namespace.clone(),
        }
    }
}

/// Arguments of `cluster`.
#[derive(Debug, Args)]
pub struct ClusterCommand {
    /// What about it.
    #[command(subcommand)]
    pub what: ClusterVerb,
}

/// What about a cluster.
#[derive(Debug, Subcommand)]
pub enum ClusterVerb {
    /// Print the least role that sigscope needs, as a manifest.
    Rbac {
        /// A Role for this namespace in place of a ClusterRole.
        #[arg(long, short = 'n', value_name = "NAME")]
        namespace: Option<String>,
        /// With the right to read Secrets: public keys that policies keep there.
        #[arg(long)]
        secrets: bool,
    },
}
