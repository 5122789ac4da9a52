//! The command line as written: names, defaults and help texts. What it means is for `resolve`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::bundle::VerifyBundleArgs;
use super::cluster::{ClusterArgs, ClusterCommand};
use super::evidence::{DiffArgs, ExportArgs, IdentitiesArgs, ReplayArgs, SnapshotArgs};
use super::flag::GoBool;
use super::notation::NotationArgs;
use super::policy::{ProbeArgs, SuggestArgs};

/// Who signed this image, what was attested about it, which policy denies it, and exactly why.
///
/// Nothing that sigscope does changes a registry or a cluster.
///
/// Exit status:
///   0  all pass, or nothing had to be judged
///   1  something is denied
///   2  something could not be decided, and nothing is denied
///   3  wrong arguments, or an input that is missing or cannot be read
#[derive(Debug, Parser)]
#[command(name = "sigscope", version, args_override_self = true, verbatim_doc_comment)]
#[command(subcommand_negates_reqs = true, disable_help_subcommand = true)]
pub struct CommandLine {
    /// Without a command: the terminal program on the cluster of the current kubeconfig context.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of the terminal program on a cluster.
    #[command(flatten)]
    pub start: StartArgs,
    /// Options of all commands.
    #[command(flatten)]
    pub common: Common,
    /// Options of the look.
    #[command(flatten)]
    pub look: Look,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the terminal program on the recording inside the program (no network).
    Demo,
    /// Open the terminal program on registries, images, layouts, or a snapshot.
    Open(OpenArgs),
    /// Print what hangs on an image.
    Tree(TreeArgs),
    /// Print every fact of a signature, bundle, certificate, log entry, time stamp or envelope, judging nothing.
    Inspect(InspectArgs),
    /// Judge images by policies; for scripts and pipelines.
    Audit(AuditArgs),
    /// Write everything that verdicts are made from into a directory or file, which `replay` verifies again.
    Export(ExportArgs),
    /// Record what is seen of a cluster into one file, with evidence, trust and policies, for `open FILE`, `audit FILE`
    /// and `replay FILE` (no secrets are in it).
    Snapshot(SnapshotArgs),
    /// Print what is otherwise between two images (status 0: nothing that matters, 1: something, 2: not all could be compared).
    Diff(DiffArgs),
    /// Print who signed what, and what stands on each of them.
    Identities(IdentitiesArgs),
    /// Verify what `export` or `snapshot` wrote again without a network (status 0: the same verdicts, 1: others, 2: undecided, 3: unreadable).
    Replay(ReplayArgs),
    /// Print the whole trace of one image under policies: every clause, its place, its evidence.
    Why(WhyArgs),
    /// Ask cosign's question about one image, with cosign's flag names.
    Verify(VerifyArgs),
    /// Ask cosign's question about the attestations of one image, with cosign's flag names.
    VerifyAttestation(VerifyAttestationArgs),
    /// Verify one sigstore bundle in a file, with the arguments of sigstore's conformance suite.
    VerifyBundle(VerifyBundleArgs),
    /// Look at policies by themselves.
    Policy(PolicyArgs),
    /// About what sigscope needs in a cluster.
    Cluster(ClusterCommand),
    /// Explain a code, e.g. `SIG-NONE`.
    Explain(ExplainArgs),
    /// Show what is trusted, or fetch the newest trusted root.
    Trust(TrustArgs),
    /// Print versions, paths and the trust in use.
    Info(InfoArgs),
    /// Print a generated document.
    #[command(hide = true)]
    Gen(GenArgs),
}

/// Options of all commands.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// Read every repository HOST/PREFIX/NAME from the OCI layout DIR/NAME in place of the network.
    #[arg(long, global = true, value_name = "HOST/PREFIX=DIR")]
    pub layouts: Vec<String>,
    /// Trust the logs and authorities of this trusted_root.json.
    #[arg(long, global = true, value_name = "FILE")]
    pub trusted_root: Option<PathBuf>,
    /// Ask no log, no TUF repository and no service that a policy names (registries are still read).
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          default_value = "false", value_parser = GoBool, value_name = "BOOL", hide_default_value = true,
          hide_possible_values = true)]
    pub offline: bool,
    /// Talk plain HTTP to this registry too (loopback hosts are plain HTTP anyway).
    #[arg(long, global = true, value_name = "HOST")]
    pub insecure_registry: Vec<String>,
    /// Keep fetched content here.
    #[arg(long, global = true, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Read notation's trust policy and trust stores from this directory in place of notation's own.
    #[arg(long, global = true, value_name = "DIR")]
    pub notation_config: Option<PathBuf>,
    /// Judge as of this instant (RFC 3339) in place of now.
    #[arg(long, global = true, value_name = "TIME")]
    pub as_of: Option<String>,
}

/// Options of the terminal program on a cluster.
#[derive(Debug, Default, Clone, PartialEq, Eq, Args)]
pub struct StartArgs {
    /// Which cluster.
    #[command(flatten)]
    pub place: ClusterArgs,
    /// Judge by the policies of this file or directory beside those of the cluster; watched for changes.
    #[arg(long, value_name = "FILE|DIR")]
    pub policy: Vec<PathBuf>,
}

/// Options of the look.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "Look")]
pub struct Look {
    /// When to use colour, and how much.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,
    /// Draw with ASCII characters only.
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          default_value = "false", value_parser = GoBool, value_name = "BOOL", hide_default_value = true,
          hide_possible_values = true)]
    pub ascii: bool,
    /// Draw without styles and without lines, for screen readers: the selected row has `>`, the pane with the focus `*`.
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          default_value = "false", value_parser = GoBool, value_name = "BOOL", hide_default_value = true,
          hide_possible_values = true)]
    pub plain: bool,
    /// Colours of the terminal program: one of its own themes, or `themes/NAME.toml` beside the file of keys.
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// Keys of the terminal program: default, arrows, k9s or strict-vim; `sigscope info` says where your own are read.
    #[arg(long, global = true, value_name = "PRESET")]
    pub keys: Option<String>,
}

/// When to use colour.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// When the output is a terminal and `NO_COLOR` is not set.
    #[default]
    Auto,
    /// As much as the terminal has, wherever the output goes.
    Always,
    /// Never.
    Never,
    /// 16 colours.
    #[value(name = "16")]
    Sixteen,
    /// 256 colours.
    #[value(name = "256")]
    Indexed,
    /// 24-bit colours.
    #[value(name = "true")]
    True,
}

/// Arguments of `open`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// HOST/REPO:TAG, HOST/REPO@DIGEST, HOST/REPO (all its tags), an OCI layout directory, a snapshot, or a locator (`yl`).
    #[arg(value_name = "SOURCE", required_unless_present = "pod")]
    pub sources: Vec<String>,
    /// Judge by the policies of this file or directory; watched for changes.
    #[arg(long, value_name = "FILE|DIR")]
    pub policy: Vec<PathBuf>,
    /// Look at the images of this manifest (any kind with a pod template, many documents).
    #[arg(long, value_name = "FILE")]
    pub pod: Vec<PathBuf>,
}

/// Arguments of `tree`.
#[derive(Debug, Args)]
pub struct TreeArgs {
    /// HOST/REPO:TAG or HOST/REPO@DIGEST.
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// A file or OCI layout directory (these come first), or HOST/REPO:TAG or HOST/REPO@DIGEST: everything that hangs on
    /// the image.
    #[arg(value_name = "FILE|IMAGE|DIR")]
    pub target: String,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}

/// Arguments of `audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// HOST/REPO:TAG, HOST/REPO@DIGEST, HOST/REPO (all its tags), an OCI layout directory, or a snapshot.
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// Judge the images of this manifest (any kind with a pod template, many documents; `-` is standard input).
    #[arg(long, value_name = "FILE")]
    pub pod: Vec<PathBuf>,
    /// Judge the pods of a cluster, by the policies of the cluster and those of `--policy`.
    #[arg(long)]
    pub cluster: bool,
    /// Which cluster.
    #[command(flatten)]
    pub place: ClusterArgs,
    /// Judge by the policies of this file or directory.
    #[arg(long, value_name = "FILE|DIR")]
    pub policy: Vec<PathBuf>,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "table")]
    pub format: AuditFormat,
    /// Let this verdict too end with status 1.
    #[arg(long, value_enum, value_name = "VERDICT")]
    pub fail_on: Option<FailOn>,
    /// Tell what was acknowledged by this file instead of the one that the terminal program keeps (`sigscope info`).
    /// Verdicts and status stay as they are.
    #[arg(long, value_name = "FILE")]
    pub acknowledged: Option<PathBuf>,
    /// Let denials whose acknowledgement holds (same digest, policy and verdict) not end with status 1; in JUnit they are
    /// skipped. What could not be decided still ends with status 2.
    #[arg(long)]
    pub accept_acknowledged: bool,
}

/// Arguments of `policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: PolicyCommand,
}

/// The commands below `policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Print what the engine refuses, traps, and what goes away, each with its place (status 1: refused, 3: unreadable).
    Lint(LintArgs),
    /// Throw near misses of real evidence at a policy: a fork, another branch, no log entry (status 1: any is admitted).
    Probe(ProbeArgs),
    /// Print the narrowest policy that images pass, and what each wider step would admit besides.
    Suggest(SuggestArgs),
    /// Judge images by two sets of policies, and print where they disagree and why (status 0: nowhere, 1: somewhere, 2:
    /// undecided).
    Compare(CompareArgs),
}

/// Arguments of `policy compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Policy file or directory, as it is.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// Policy file or directory, as it is to be.
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Judge the images of this manifest (any kind with a pod template, many documents; `-` is standard input).
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub pod: Vec<PathBuf>,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}

/// Arguments of `policy lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Policy files, or directories with *.yaml, *.yml or *.json files.
    #[arg(value_name = "FILE|DIR", required = true)]
    pub files: Vec<PathBuf>,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "concise")]
    pub format: LintFormat,
}

/// Forms of the output of `policy lint`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// One line per finding: `file:line:column severity code message`.
    #[default]
    Concise,
    /// One object.
    Json,
    /// SARIF 2.1.0.
    Sarif,
}

/// Arguments of `why`.
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// HOST/REPO:TAG or HOST/REPO@DIGEST.
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// Judge by the policies of this file or directory.
    #[arg(long, value_name = "FILE|DIR", required = true)]
    pub policy: Vec<PathBuf>,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}

/// Arguments of `verify`. Flags of cosign that are not here stand in `cosign::FLAGS`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// HOST/REPO:TAG or HOST/REPO@DIGEST.
    #[arg(value_name = "IMAGE")]
    pub image: String,
    /// Public key (PEM file) that is to have signed.
    #[arg(long, value_name = "FILE")]
    pub key: Option<String>,
    /// Demand no entry of a transparency log.
    #[arg(long, visible_alias = "private-infrastructure", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", value_parser = GoBool, value_name = "BOOL",
          hide_default_value = true, hide_possible_values = true)]
    pub insecure_ignore_tlog: bool,
    /// Demand this pair among the signed annotations.
    #[arg(long, short = 'a', value_name = "KEY=VALUE")]
    pub annotations: Vec<String>,
    /// Hash with which the signature is checked.
    #[arg(long, value_name = "NAME", default_value = "sha256")]
    pub signature_digest_algorithm: String,
    /// Demand RFC 3161 time stamps, and judge certificates at their time.
    #[arg(long, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", value_parser = GoBool, value_name = "BOOL",
          hide_default_value = true, hide_possible_values = true)]
    pub use_signed_timestamps: bool,
    /// Demand no promise of a certificate-transparency log.
    #[arg(long, num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", value_parser = GoBool, value_name = "BOOL",
          hide_default_value = true, hide_possible_values = true)]
    pub insecure_ignore_sct: bool,
    /// Which certificate.
    #[command(flatten)]
    pub certificate: CertificateArgs,
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
    /// Arguments for Notation.
    #[command(flatten)]
    pub notation: NotationArgs,
}

/// Which certificate is to have signed, where no key is named.
#[derive(Debug, Default, Clone, PartialEq, Eq, Args)]
pub struct CertificateArgs {
    /// Subject of the certificate: an e-mail address, a URI.
    #[arg(long, value_name = "ID")]
    pub certificate_identity: Option<String>,
    /// The same as a regular expression (not anchored).
    #[arg(long, value_name = "REGEXP")]
    pub certificate_identity_regexp: Option<String>,
    /// OIDC issuer that vouched for the subject.
    #[arg(long, value_name = "URL")]
    pub certificate_oidc_issuer: Option<String>,
    /// The same as a regular expression (not anchored).
    #[arg(long, value_name = "REGEXP")]
    pub certificate_oidc_issuer_regexp: Option<String>,
    /// Event that started the GitHub workflow.
    #[arg(long, value_name = "EVENT")]
    pub certificate_github_workflow_trigger: Option<String>,
    /// Commit of the GitHub workflow.
    #[arg(long, value_name = "SHA")]
    pub certificate_github_workflow_sha: Option<String>,
    /// Name of the GitHub workflow.
    #[arg(long, value_name = "NAME")]
    pub certificate_github_workflow_name: Option<String>,
    /// Repository of the GitHub workflow.
    #[arg(long, value_name = "OWNER/NAME")]
    pub certificate_github_workflow_repository: Option<String>,
    /// Ref of the GitHub workflow.
    #[arg(long, value_name = "REF")]
    pub certificate_github_workflow_ref: Option<String>,
}

impl CertificateArgs {
    /// True when any of them is given.
    #[must_use]
    pub fn asked(&self) -> bool {
        *self != Self::default()
    }
}

/// Arguments of `verify-attestation`.
#[derive(Debug, Args)]
pub struct VerifyAttestationArgs {
    /// Type of the predicate: an alias of cosign (`slsaprovenance1`, `spdxjson`, `vuln`…) or a URI.
    #[arg(long = "type", value_name = "TYPE", default_value = "custom")]
    pub predicate: String,
    /// All else is as in `verify`.
    #[command(flatten)]
    pub verify: VerifyArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A code; without one, the list of all codes.
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// Arguments of `trust`.
#[derive(Debug, Args)]
pub struct TrustArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: TrustCommand,
}

/// A command of `trust`.
#[derive(Debug, Subcommand)]
pub enum TrustCommand {
    /// Print the authorities and logs that are trusted, with their times and the age of the root.
    Show(TrustShowArgs),
    /// Ask a TUF repository for the newest trusted root. That of the public-good instance is used from then on.
    Update(TrustUpdateArgs),
}

/// Arguments of `trust show`.
#[derive(Debug, Args)]
pub struct TrustShowArgs {
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}

/// Arguments of `trust update`.
#[derive(Debug, Args)]
pub struct TrustUpdateArgs {
    /// Ask this TUF repository in place of the public-good instance's.
    #[arg(long, value_name = "URL", requires = "root")]
    pub mirror: Option<String>,
    /// Root metadata (root.json) in which trust in the mirror begins.
    #[arg(long, value_name = "FILE", requires = "mirror")]
    pub root: Option<PathBuf>,
    /// Write the trusted root here too, for `--trusted-root FILE`.
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
}

/// Arguments of `info`.
#[derive(Debug, Args)]
pub struct InfoArgs {
    /// Form of the output.
    #[arg(long, short = 'o', visible_alias = "output", value_enum, default_value = "text")]
    pub format: TextFormat,
}

/// Arguments of `gen`.
#[derive(Debug, Args)]
pub struct GenArgs {
    /// Which document.
    #[arg(value_enum)]
    pub what: Generated,
    /// Where to write what is more than one text (`screenshots`).
    #[arg(value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

/// A generated document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Generated {
    /// docs/keys.md
    Keys,
    /// docs/cli.md
    Help,
    /// docs/audit.schema.json
    Schema,
    /// docs/codes.md
    Codes,
    /// screenshots/
    Screenshots,
}

/// Text for people or JSON for programs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Forms of the audit.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// Aligned columns, worst first.
    #[default]
    Table,
    /// One line per result: `verdict code resource image policy/rule file:line:column message`.
    Concise,
    /// One object; its schema is docs/audit.schema.json.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML.
    Junit,
    /// Markdown, for issues and notes: what is wrong, worst first.
    Markdown,
    /// A list of PolicyReports (wgpolicyk8s.io/v1alpha2).
    PolicyReport,
    /// A list of Reports (openreports.io/v1alpha1).
    OpenReports,
}

/// Verdicts that `--fail-on` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// What would be denied if the policy did not only report.
    Audit,
}
