//! `sigscope export` and `sigscope snapshot`: writes everything that verdicts were made from, and verifies it once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{replay, session, start};
use crate::cli::evidence::{ExportArgs, SnapshotArgs};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{output, resolve};
use crate::engine::{self, Command, PolicyInput, SourceInput};
use crate::model::World;
use crate::model::safe::line;
use crate::report::audit::Audit;
use crate::report::json;
use crate::source::snapshot::{self, Exported};

/// Judges, writes, and verifies what was written.
///
/// # Errors
/// When the arguments are wrong, an input cannot be read, or nothing can be written there.
pub fn run(args: &ExportArgs, meant: &Meant) -> Result<Exit, Stop> {
    if args.sources.is_empty() && args.pod.is_empty() {
        return Err(Stop::usage("nothing to export")
            .hint("name images, repositories or layouts, or give `--pod FILE`"));
    }
    let policies = resolve::policies(&args.policy)?;
    let sources = session::sources(&args.pod, &args.sources)?;
    let mut words: Vec<String> = args.sources.clone();
    words.extend(args.pod.iter().map(|path| format!("--pod {}", path.display())));
    let one_file = args.out.extension().is_some_and(|extension| extension == "tar");
    keep(&Kept { path: &args.out, one_file, words, policy: &args.policy }, meant, policies, sources)
}

/// Does the same with a cluster.
///
/// # Errors
/// When there is no such cluster, else as for [`run`].
pub fn snapshot(args: &SnapshotArgs, meant: &Meant) -> Result<Exit, Stop> {
    if args.file.is_dir() {
        return Err(Stop::usage(format!("`{}` is a directory", args.file.display()))
            .hint("a snapshot is one file: give a name that is not taken yet"));
    }
    let policies = resolve::policies(&args.policy)?;
    let place = args.place.options();
    session::known(&place)?;
    let mut words = vec!["--cluster".to_owned()];
    words.extend(place.context.iter().map(|name| format!("--context {name}")));
    words.extend(place.namespace.iter().map(|name| format!("--namespace {name}")));
    let kept = Kept { path: &args.file, one_file: true, words, policy: &args.policy };
    keep(&kept, meant, policies, vec![SourceInput::Cluster(place)])
}

/// What is kept, and where.
struct Kept<'a> {
    path: &'a Path,
    one_file: bool,
    /// Arguments of `audit` that name the sources.
    words: Vec<String>,
    policy: &'a [PathBuf],
}

fn keep(
    args: &Kept<'_>,
    meant: &Meant,
    policies: Vec<PolicyInput>,
    sources: Vec<SourceInput>,
) -> Result<Exit, Stop> {
    // One instant for all: what is replayed is judged at that instant too.
    let meant = &Meant { as_of: Some(start::now(meant)), ..meant.clone() };
    let (world, exported) = write(args, meant, policies, sources)?;
    session::talk(&world);
    let kept = snapshot::open(&exported.path).map_err(|error| Stop::usage(error.to_string()))?;
    let outcome = replay::compare(&kept)?;
    output::data(&format!(
        "{}: {} results, {} manifests and blobs, {} bytes\nindex {}\n",
        line(&exported.path.display().to_string()),
        world.traces.len(),
        exported.blobs,
        exported.bytes,
        exported.digest
    ))?;
    if outcome.exit() != Exit::Pass {
        // Something that was left out decides: who replays it has to know.
        output::data(&outcome.text())?;
        output::warn("what was written does not give the same verdicts");
    }
    Ok(outcome.exit())
}

fn write(
    args: &Kept<'_>,
    meant: &Meant,
    policies: Vec<PolicyInput>,
    sources: Vec<SourceInput>,
) -> Result<(Arc<World>, Exported), Stop> {
    let settings = start::settings(meant, &start::material(meant)?)?;
    let runtime = start::runtime()?;
    let (world, written) = runtime.block_on(async move {
        let mut handle = engine::start(settings);
        handle.send(Command::LoadPolicies(policies));
        for source in sources {
            handle.send(Command::Open(source));
        }
        handle.settled().await;
        let world = handle.world();
        let written = match (unusable(&world), json::document(&Audit::of(&world))) {
            (Some(problem), _) => Err(problem),
            (None, Err(error)) => Err(error.to_string()),
            (None, Ok(verdicts)) => {
                handle
                    .export(args.path.to_owned(), args.one_file, command(args, meant), verdicts, world.as_of)
                    .await
            }
        };
        (world, written)
    });
    runtime.shutdown_background();
    session::some_policy(&world)?;
    written.map(|written| (world, written)).map_err(Stop::usage)
}

/// A policy file that cannot be read leaves no verdicts to keep.
fn unusable(world: &World) -> Option<String> {
    world.files.iter().find_map(|file| file.broken.as_ref()).map(ToString::to_string)
}

/// The line that leads to the same verdicts.
fn command(args: &Kept<'_>, meant: &Meant) -> String {
    let mut words = vec!["sigscope audit".to_owned()];
    words.extend(args.words.iter().cloned());
    words.extend(args.policy.iter().map(|path| format!("--policy {}", path.display())));
    words.extend(
        meant
            .layouts
            .iter()
            .map(|rule| format!("--layouts {}/{}={}", rule.registry, rule.prefix, rule.dir.display())),
    );
    words.extend(meant.trusted_root.iter().map(|path| format!("--trusted-root {}", path.display())));
    words.extend(meant.as_of.iter().map(|moment| format!("--as-of {moment}")));
    words.extend(meant.offline.then(|| "--offline".to_owned()));
    words.join(" ")
}
