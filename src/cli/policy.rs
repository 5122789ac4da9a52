//! Arguments of the commands below `policy` that look at evidence.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::TextFormat;

/// Arguments of `policy suggest`.
#[derive(Debug, Args)]
pub struct SuggestArgs {
    /// HOST/REPO:TAG or HOST/REPO@DIGEST: an image that is to pass.
    #[arg(value_name = "IMAGE", required = true)]
    pub images: Vec<String>,
    /// Kind of the policy.
    #[arg(long, value_enum, value_name = "KIND", default_value = "ClusterPolicy")]
    pub kind: SuggestKind,
    /// How far names are generalised; the output says what each step would admit besides.
    #[arg(long, value_enum, value_name = "STEP", default_value = "ref")]
    pub step: SuggestStep,
    /// Look through these too (images, repositories, layouts) for what else would be admitted.
    #[arg(long, value_name = "SOURCE")]
    pub known: Vec<String>,
    /// Public key (PEM file) that may have signed, where no log entry names it.
    #[arg(long, value_name = "FILE")]
    pub key: Vec<PathBuf>,
    /// Form of the output: the policy, or an object with all steps.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}

/// Kinds of policies that are suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SuggestKind {
    /// Kyverno's classic kind.
    #[value(name = "ClusterPolicy")]
    ClusterPolicy,
    /// Kyverno's kind with expressions.
    #[value(name = "ImageValidatingPolicy")]
    ImageValidatingPolicy,
}

/// How far names are generalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SuggestStep {
    /// This workflow at this ref, this account.
    Ref,
    /// Any ref of the workflow.
    Workflow,
    /// Any workflow of the repository.
    Repository,
    /// Any repository of the owner, any account of the domain.
    Owner,
}

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
