//! One headless run: sources and policies in, a settled world out, and what has to be said about it.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use super::start;
use crate::cli::exit::{Exit, Stop};
use crate::cli::output;
use crate::cli::resolve::{self, Meant};
use crate::discover::workload;
use crate::engine::{self, Command, PolicyInput, SourceInput};
use crate::model::cluster::Link;
use crate::model::workload::Resource;
use crate::model::world::{ImageState, PolicyFile, Severity};
use crate::model::{Trace, Verdict, World};
use crate::report::audit::verdict;
use crate::source::cluster::{self, ClusterOptions};
use crate::source::files;

/// Longest manifest that is read from standard input, in bytes.
const INPUT_LIMIT: u64 = 8 << 20;

/// Reads the resources of manifests; `-` is standard input.
///
/// # Errors
/// When one cannot be read or holds no resource.
pub(super) fn resources(paths: &[PathBuf]) -> Result<Vec<Arc<Resource>>, Stop> {
    let mut all = Vec::new();
    for path in paths {
        let text = if path.as_os_str() == "-" { standard_input()? } else { file(path)? };
        let name = path.display().to_string();
        let read = workload::read(&name, &text).map_err(|problem| {
            let hint = problem.hint.clone();
            let stop = Stop::usage(format!("{}: {}", problem.span, problem.problem));
            match hint {
                Some(hint) => stop.hint(hint),
                None => stop,
            }
        })?;
        if read.is_empty() {
            return Err(Stop::usage(format!("`{name}` holds no resource")));
        }
        all.extend(read);
    }
    Ok(all)
}

/// Manifests and sources as the engine takes them, the manifests first.
///
/// # Errors
/// When one of them cannot be read or is none.
pub(super) fn sources(pods: &[PathBuf], sources: &[String]) -> Result<Vec<SourceInput>, Stop> {
    let resources = resources(pods)?;
    let mut all = Vec::new();
    if !resources.is_empty() {
        all.push(SourceInput::Resources(resources));
    }
    for source in sources {
        all.push(resolve::source(source)?);
    }
    Ok(all)
}

/// Finds the context, before anything is asked.
///
/// # Errors
/// When there is no such context.
pub(super) fn known(options: &ClusterOptions) -> Result<(), Stop> {
    let found = start::runtime()?.block_on(cluster::connect(options));
    found.map(|_| ()).map_err(|problem| Stop::usage(problem.to_string()).hint(problem.hint()))
}

fn file(path: &std::path::Path) -> Result<String, Stop> {
    files::read_text(path).map_err(|error| Stop::usage(error.to_string()))
}

fn standard_input() -> Result<String, Stop> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(INPUT_LIMIT + 1).read_to_string(&mut text);
    match read {
        Ok(size) if size as u64 > INPUT_LIMIT => {
            Err(Stop::usage(format!("standard input holds more than {INPUT_LIMIT} bytes")))
        }
        Ok(_) => Ok(text),
        Err(error) => Err(Stop::usage(format!("standard input cannot be read: {error}"))),
    }
}

/// Runs until everything is fetched and judged.
///
/// # Errors
/// When the sources or the trust cannot be set up, or the files hold no policy.
pub(super) fn settle(
    meant: &Meant,
    policies: Vec<PolicyInput>,
    sources: Vec<SourceInput>,
) -> Result<Arc<World>, Stop> {
    let world = run(meant, policies, sources, false)?;
    some_policy(&world)?;
    Ok(world)
}

/// The same for commands that look at every image, also where no policy asks for it. There need not be a policy.
///
/// # Errors
/// When the sources or the trust cannot be set up, or the files that are named hold no policy.
pub(super) fn look(
    meant: &Meant,
    policies: Vec<PolicyInput>,
    sources: Vec<SourceInput>,
) -> Result<Arc<World>, Stop> {
    let named = !policies.is_empty();
    let world = run(meant, policies, sources, true)?;
    if named {
        some_policy(&world)?;
    }
    Ok(world)
}

fn run(
    meant: &Meant,
    policies: Vec<PolicyInput>,
    sources: Vec<SourceInput>,
    all: bool,
) -> Result<Arc<World>, Stop> {
    let material = start::material(meant)?;
    let settings = start::settings(meant, &material)?;
    let runtime = start::runtime()?;
    let world = runtime.block_on(async move {
        let mut handle = engine::start(settings);
        handle.send(Command::LoadPolicies(policies));
        for source in sources {
            handle.send(Command::Open(source));
        }
        handle.settled().await;
        if all {
            let world = handle.world();
            let unasked = world.images.iter().filter(|row| row.state == ImageState::NotAsked);
            for row in unasked {
                handle.send(Command::Refresh(Some(row.name.clone())));
            }
            handle.settled().await;
        }
        handle.world()
    });
    // A task that hangs in the system must not keep the program.
    runtime.shutdown_background();
    Ok(world)
}

/// Says on stderr what a reader of the results alone would miss; nothing is silently green.
pub(super) fn talk(world: &World) {
    for message in &world.messages {
        match message.severity {
            Severity::Info => {}
            Severity::Warning => output::warn(&message.text),
            Severity::Error => output::talk(&format!("error: {}", message.text)),
        }
    }
    if world.images.is_empty() {
        output::warn("no image is named: nothing was verified");
    }
    for file in &world.files {
        talk_of_file(world, file);
    }
}

fn talk_of_file(world: &World, file: &PolicyFile) {
    match &file.broken {
        Some(broken) => output::talk(&format!("error: {broken}")),
        None if file.policies.is_empty() => {
            output::warn(&format!("{}: no policy that decides about images", file.path));
        }
        None => {}
    }
    for policy in &file.policies {
        if policy.draft {
            let name = &policy.id.name;
            output::warn(&format!("{}: {name} is a draft: it stands in place of the cluster's", policy.span));
        }
        for lint in policy.lints.iter().filter(|lint| lint.severity == crate::model::lint::Severity::Warning)
        {
            output::warn(&format!("{}: {} ({})", lint.span, lint.message, lint.code));
        }
        let mut own = world.traces.iter().filter(|trace| trace.policy == policy.id);
        if policy.is_exception() {
            continue;
        }
        if policy.rules.is_empty() && policy.problems.is_empty() {
            output::warn(&format!("{}: policy {} has no image rule", policy.span, policy.id.name));
        } else if own.all(|trace| verdict(trace) == Verdict::None) {
            output::warn(&format!("{}: policy {} matches no image", policy.span, policy.id.name));
        }
    }
}

/// Fails when the files hold no policy at all: everything would pass.
///
/// # Errors
/// When there is none, and no broken file that explains it.
pub(super) fn some_policy(world: &World) -> Result<(), Stop> {
    // An exception alone denies nothing.
    let decides = |file: &PolicyFile| file.policies.iter().any(|policy| !policy.is_exception());
    if world.files.iter().any(|file| decides(file) || file.broken.is_some()) {
        return Ok(());
    }
    let names: Vec<String> = world.files.iter().map(|file| format!("`{}`", file.path)).collect();
    if world.cluster.link != Link::None && names.is_empty() {
        let failed = world.messages.iter().find(|message| message.severity == Severity::Error);
        return Err(match failed {
            Some(message) => Stop { exit: Exit::Undecided, ..Stop::usage(message.text.clone()) },
            None => Stop::usage("the cluster has no policy that decides about images")
                .hint("give `--policy FILE` to judge its pods by a policy of your own"),
        });
    }
    Err(Stop::usage(format!("no policy that decides about images in {}", names.join(", ")))
        .hint("a policy is a document of kind ClusterPolicy or Policy with `verifyImages` (kyverno.io)"))
}

/// The status of a settled world.
pub(super) fn exit(world: &World, audit_fails: bool) -> Exit {
    exit_but(world, audit_fails, &|_| false)
}

/// The same without the results that are accepted.
pub(super) fn exit_but(world: &World, audit_fails: bool, accepted: &dyn Fn(&Trace) -> bool) -> Exit {
    let any = |wanted: Verdict| world.traces.iter().any(|trace| verdict(trace) == wanted && !accepted(trace));
    // What no result speaks of: an image that could not be had, a source or resource that could not be read.
    let lost = world.images.iter().any(|row| matches!(row.state, ImageState::Failed(_)))
        || world.messages.iter().any(|message| message.severity == Severity::Error);
    if world.files.iter().any(|file| file.broken.is_some()) {
        Exit::Usage
    } else if any(Verdict::Deny) || (audit_fails && any(Verdict::Audit)) {
        Exit::Denied
    } else if any(Verdict::Error) || lost {
        Exit::Undecided
    } else {
        Exit::Pass
    }
}
