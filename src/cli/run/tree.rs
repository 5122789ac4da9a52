//! `sigscope tree`: everything that hangs on an image, and how it was found.

use crate::cli::args::{TextFormat, TreeArgs};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{output, resolve};
use crate::format::facts;
use crate::model::facts::Fact;
use crate::model::{Artifact, Code};
use crate::report::ink::Ink;
use crate::report::{json, tree};

/// Looks and prints. An image that cannot be had, or something that could not be looked at, ends undecided.
///
/// # Errors
/// When the arguments are wrong, or the image cannot be had.
pub fn run(args: &TreeArgs, meant: &Meant, ink: Ink) -> Result<Exit, Stop> {
    let reference = resolve::image(&args.image)?;
    let evidence = super::look::look(meant, &reference, false)?.map_err(|missing| {
        Stop::undecided(format!("{}: `{}`: {missing}", Code::of_missing(&missing), args.image))
    })?;
    let text = match args.format {
        TextFormat::Text => tree::text(&args.image, &evidence, &says, ink),
        TextFormat::Json => json::document(&tree::TreeOut::of(&args.image, &evidence, &says))
            .map_err(|error| Stop::usage(error.to_string()))?,
    };
    output::data(&text)?;
    for gap in &evidence.gaps {
        output::warn(&format!("could not look at {}: {}", gap.what, gap.why));
    }
    Ok(if evidence.gaps.is_empty() { Exit::Pass } else { Exit::Undecided })
}

/// What a statement comes to, by its kind.
fn says(artifact: &Artifact, index: usize) -> Option<String> {
    let layer = artifact.layers.get(index)?;
    let facts = facts::layer(&layer.media_type, &layer.annotations, layer.blob.bytes().ok()?);
    match facts.get("readable")? {
        Fact::View(view) => Some(format!("{}: {}", view.format, view.headline)),
        _ => None,
    }
}
