//! `sigscope why`: the whole trace of one image under policies.

use super::session;
use crate::cli::args::{TextFormat, WhyArgs};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{output, resolve};
use crate::engine::SourceInput;
use crate::report::ink::Ink;
use crate::report::{json, why};

/// Judges and prints every trace.
///
/// # Errors
/// When the arguments are wrong or an input cannot be read.
pub fn run(args: &WhyArgs, meant: &Meant, ink: Ink) -> Result<Exit, Stop> {
    resolve::image(&args.image)?;
    let policies = resolve::policies(&args.policy)?;
    let world = session::settle(meant, policies, vec![SourceInput::Image(args.image.clone())])?;
    let traces = || world.traces.iter().map(AsRef::as_ref);
    let text = match args.format {
        TextFormat::Text => why::text(&world, traces(), ink),
        TextFormat::Json => json::document(&why::WhyOut::of(&args.image, traces()))
            .map_err(|error| Stop::usage(error.to_string()))?,
    };
    output::data(&text)?;
    session::talk(&world);
    Ok(session::exit(&world, false))
}
