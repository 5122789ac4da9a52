//! `sigscope policy probe`: throws near misses of real evidence at a policy.

use std::sync::Arc;

use super::{session, start};
use crate::cli::args::TextFormat;
use crate::cli::exit::{Exit, Stop};
use crate::cli::output;
use crate::cli::policy::ProbeArgs;
use crate::cli::resolve::Meant;
use crate::engine::{self, Command, Draft, SourceInput};
use crate::model::WhatIf;
use crate::report::{json, probes};
use crate::source::files;

/// Prints what the policy says to near misses: status 0 when it refuses all; 1 when it admits any; 2 when something
/// cannot be decided, or no image passes that near misses could be derived from.
///
/// # Errors
/// When the arguments are wrong, or an input cannot be read or holds no policy.
pub(super) fn run(args: &ProbeArgs, meant: &Meant) -> Result<Exit, Stop> {
    let resources = session::resources(&args.pod)?;
    if resources.is_empty() && args.images.is_empty() {
        return Err(
            Stop::usage("nothing to derive near misses from").hint("name images, or give `--pod FILE`")
        );
    }
    let text = files::read_text(&args.file).map_err(|error| Stop::usage(format!("policy {error}")))?;
    let mut sources = vec![SourceInput::Resources(resources)];
    sources.extend(args.images.iter().cloned().map(SourceInput::Image));
    let file = args.file.display().to_string();
    let answer = judge(meant, sources, &file, &text)?;
    if let Some(broken) = &answer.broken {
        return Err(Stop::usage(broken.to_string()));
    }
    if answer.probes.is_empty() {
        return Err(Stop::undecided(
            "no image passes this policy: there is nothing to derive near misses from",
        )
        .hint("`sigscope audit` with the same arguments says why"));
    }
    output::data(&match args.format {
        TextFormat::Text => probes::text(&answer.probes),
        TextFormat::Json => {
            json::document(&probes::json(&answer.probes)).map_err(|error| Stop::usage(error.to_string()))?
        }
    })?;
    Ok(match probes::counts(&answer.probes) {
        (0, 0) => Exit::Pass,
        (0, _) => Exit::Undecided,
        _ => Exit::Denied,
    })
}

/// Has a text judged as a draft over these sources.
///
/// # Errors
/// When the sources or the trust cannot be set up.
pub(super) fn judge(
    meant: &Meant,
    sources: Vec<SourceInput>,
    file: &str,
    text: &str,
) -> Result<Arc<WhatIf>, Stop> {
    let material = start::material(meant)?;
    let settings = start::settings(meant, &material)?;
    let runtime = start::runtime()?;
    let draft = Draft { file: file.into(), text: text.into(), generation: 1 };
    let answer = runtime.block_on(async move {
        let mut handle = engine::start(settings);
        for source in sources {
            handle.send(Command::Open(source));
        }
        handle.send(Command::Draft(Some(draft)));
        handle.settled().await;
        handle.what_if()
    });
    // A task that hangs in the system must not keep the program.
    runtime.shutdown_background();
    Ok(answer)
}
