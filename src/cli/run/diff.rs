//! `sigscope diff`: what is otherwise between two images.

use super::start;
use crate::cli::args::TextFormat;
use crate::cli::evidence::DiffArgs;
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{output, resolve};
use crate::engine::{self, Command, SourceInput};
use crate::report::ink::Ink;
use crate::report::{diff as report, json};

/// Compares and prints. Status 0: nothing that matters differs, 1: something does, 2: something could not be compared.
///
/// # Errors
/// When the arguments are wrong, an image cannot be had, or a policy cannot be read.
pub fn run(args: &DiffArgs, meant: &Meant, ink: Ink) -> Result<Exit, Stop> {
    resolve::image(&args.a)?;
    resolve::image(&args.b)?;
    if args.a == args.b {
        return Err(Stop::usage("both are the same image").hint("name two tags or digests"));
    }
    let policies = resolve::policies(&args.policy)?;
    let settings = start::settings(meant, &start::material(meant)?)?;
    let runtime = start::runtime()?;
    let (world, answer) = runtime.block_on(async move {
        let mut handle = engine::start(settings);
        handle.send(Command::LoadPolicies(policies));
        for image in [&args.a, &args.b] {
            handle.send(Command::Open(SourceInput::Image(image.clone())));
        }
        handle.settled().await;
        let answer = handle.diff(args.a.as_str().into(), args.b.as_str().into()).await;
        (handle.world(), answer)
    });
    runtime.shutdown_background();
    if let Some(broken) = world.files.iter().find_map(|file| file.broken.as_ref()) {
        return Err(Stop::usage(broken.to_string()));
    }
    let diff = answer.map_err(Stop::undecided)?;
    output::data(&match args.format {
        TextFormat::Text => report::text(&diff, args.noise, ink),
        TextFormat::Json => {
            json::document(&report::DiffOut::of(&diff)).map_err(|error| Stop::usage(error.to_string()))?
        }
    })?;
    Ok(if diff.matter().next().is_some() {
        Exit::Denied
    } else if diff.gaps.is_empty() {
        Exit::Pass
    } else {
        Exit::Undecided
    })
}
