//! Arguments of the commands below `policy` that look at evidence.

use std::path::PathBuf;

use clap::Args;

use super::args::TextFormat;

/// Arguments of `policy probe`.
#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// The policy file that the near misses are thrown at.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// HOST/REPO:TAG or HOST/REPO@DIGEST: derive near misses from this image too.
    #[arg(value_name = "IMAGE")]
    pub images: Vec<String>,
    /// Derive near misses from the images of this manifest (any kind with a pod template; `-` is standard input).
    #[arg(long, value_name = "FILE")]
    pub pod: Vec<PathBuf>,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}
