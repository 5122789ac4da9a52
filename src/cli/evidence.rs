//! Arguments of `export`, `snapshot`, `replay`, `identities` and `diff`.

use std::path::PathBuf;

use clap::Args;

use super::args::TextFormat;
use super::cluster::ClusterArgs;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// HOST/REPO:TAG, HOST/REPO@DIGEST, HOST/REPO (all its tags), or an OCI layout directory.
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// Judge the images of this manifest (any kind with a pod template, many documents; `-` is standard input).
    #[arg(long, value_name = "FILE")]
    pub pod: Vec<PathBuf>,
    /// Judge by the policies of this file or directory.
    #[arg(long, value_name = "FILE|DIR", required = true)]
    pub policy: Vec<PathBuf>,
    /// Write the evidence into this directory, which is not there yet or is empty, or into this file, when it ends in
    /// `.tar`.
    #[arg(long, value_name = "DIR|FILE.tar", required = true)]
    pub out: PathBuf,
}

/// Arguments of `snapshot`.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// Write the snapshot into this file (a tar file), which is not there yet.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Which cluster.
    #[command(flatten)]
    pub place: ClusterArgs,
    /// Judge by the policies of this file or directory too; they stand in place of those in the cluster that have their
    /// names.
    #[arg(long, value_name = "FILE|DIR", help_heading = "Options")]
    pub policy: Vec<PathBuf>,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// What `export` or `snapshot` wrote.
    #[arg(value_name = "FILE|DIR")]
    pub path: PathBuf,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}

/// Arguments of `identities`.
#[derive(Debug, Args)]
pub struct IdentitiesArgs {
    /// HOST/REPO:TAG, HOST/REPO@DIGEST, HOST/REPO (all its tags), or an OCI layout directory.
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// Look at the images of this manifest (any kind with a pod template, many documents; `-` is standard input).
    #[arg(long, value_name = "FILE")]
    pub pod: Vec<PathBuf>,
    /// Verify what the policies of this file or directory demand; nothing else counts as verified.
    #[arg(long, value_name = "FILE|DIR")]
    pub policy: Vec<PathBuf>,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// HOST/REPO:TAG or HOST/REPO@DIGEST.
    #[arg(value_name = "A")]
    pub a: String,
    /// Another one.
    #[arg(value_name = "B")]
    pub b: String,
    /// Compare what the policies of this file or directory say, too.
    #[arg(long, value_name = "FILE|DIR")]
    pub policy: Vec<PathBuf>,
    /// Show what differs between any two builds of the same source, too.
    #[arg(long)]
    pub noise: bool,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}
