//! One headless run: sources and policies in, a settled world out, and what has to be said about it.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use super::start;
use crate::cli::exit::{Exit, Stop};
use crate::cli::output;
use crate::cli::resolve::Meant;
use crate::discover::workload;
use crate::engine::{self, Command, PolicyInput, SourceInput};
use crate::model::workload::Resource;
use crate::model::world::{ImageState, Severity};
use crate::model::{Verdict, World};
use crate::report::audit::verdict;
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
/// When the sources or the trust cannot be set up.
pub(super) fn settle(
    meant: &Meant,
    policies: Vec<PolicyInput>,
    sources: Vec<SourceInput>,
) -> Result<Arc<World>, Stop> {
    let material = start::material(meant)?;
    let settings = start::settings(meant, &material)?;
    Ok(start::runtime()?.block_on(async move {
        let mut handle = engine::start(settings);
        handle.send(Command::LoadPolicies(policies));
        for source in sources {
            handle.send(Command::Open(source));
        }
        handle.settled().await;
        handle.world()
    }))
}

/// Says on stderr what a reader of the results alone would miss; nothing is silently green.
pub(super) fn talk(world: &World) {
    for message in world.messages.iter().filter(|message| message.severity != Severity::Info) {
        output::warn(&message.text);
    }
    for file in &world.files {
        if let Some(broken) = &file.broken {
            output::talk(&format!("error: {broken}"));
        } else if file.policies.is_empty() {
            output::warn(&format!("{}: no policy that decides about images", file.path));
        }
        for policy in file.policies.iter().filter(|policy| policy.problems.is_empty()) {
            if policy.rules.is_empty() {
                output::warn(&format!("{}: policy {} has no image rule", policy.span, policy.id.name));
            }
        }
    }
    if world.files.is_empty() {
        output::warn("no policy is given: nothing is judged (`--policy FILE|DIR`)");
        return;
    }
    let judged = |wanted: &dyn Fn(Verdict) -> bool| world.traces.iter().any(|trace| wanted(verdict(trace)));
    if !world.files.iter().all(|file| file.broken.is_some()) && !judged(&|verdict| verdict != Verdict::None) {
        output::warn("no rule of the policies matches any image: nothing was verified");
    }
    for file in &world.files {
        for policy in &file.policies {
            let mut traces = world.traces.iter().filter(|trace| trace.policy == policy.id).peekable();
            let any = traces.peek().is_some();
            if any
                && judged(&|verdict| verdict != Verdict::None)
                && traces.all(|t| verdict(t) == Verdict::None)
            {
                output::warn(&format!("{}: policy {} matches no image", policy.span, policy.id.name));
            }
        }
    }
}

/// The status of a settled world.
pub(super) fn exit(world: &World, audit_fails: bool) -> Exit {
    let any = |wanted: Verdict| world.traces.iter().any(|trace| verdict(trace) == wanted);
    let lost = world.images.iter().any(|row| matches!(row.state, ImageState::Failed(_)));
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
