//! `sigscope identities`: who signed what, and what stands on each of them.

use super::session;
use crate::analyse::identities::identities;
use crate::cli::args::TextFormat;
use crate::cli::evidence::IdentitiesArgs;
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{output, resolve};
use crate::model::world::{ImageState, Severity};
use crate::report::{identities as report, json};

/// Looks, verifies and prints.
///
/// # Errors
/// When the arguments are wrong or an input cannot be read.
pub fn run(args: &IdentitiesArgs, meant: &Meant) -> Result<Exit, Stop> {
    if args.sources.is_empty() && args.pod.is_empty() {
        return Err(Stop::usage("nothing to look at")
            .hint("name images, repositories or layouts, or give `--pod FILE`"));
    }
    let policies = resolve::policies(&args.policy)?;
    let sources = session::sources(&args.pod, &args.sources)?;
    let world = session::look(meant, policies, sources)?;
    let all = identities(&world);
    let text = match args.format {
        TextFormat::Text => report::text(&world, &all),
        TextFormat::Json => json::document(&report::IdentitiesOut::of(&world, &all))
            .map_err(|error| Stop::usage(error.to_string()))?,
    };
    output::data(&text)?;
    session::talk(&world);
    // Who signed is no verdict; what could not be looked at is said, though.
    let lost = world.images.iter().any(|row| matches!(row.state, ImageState::Failed(_)))
        || world.messages.iter().any(|message| message.severity == Severity::Error);
    let broken = world.files.iter().any(|file| file.broken.is_some());
    Ok(match (broken, lost || all.incomplete > 0) {
        (true, _) => Exit::Usage,
        (false, true) => Exit::Undecided,
        (false, false) => Exit::Pass,
    })
}
