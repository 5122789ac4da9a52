//! `sigscope inspect`: every fact of a document, or of what hangs on an image, without a judgement.

use std::path::Path;

use super::inspect_tree;
use crate::cli::args::{InspectArgs, TextFormat};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{output, resolve};
use crate::format::facts::{document, layer};
use crate::model::facts::Fact;
use crate::model::{Artifact, Code, Evidence, Layer};
use crate::report::{facts, json};
use crate::source::files;

/// Longest document that is read, in bytes: cosign's limit of an attachment (`COSIGN_MAX_ATTACHMENT_SIZE`).
const LIMIT: u64 = 128 << 20;

/// Reads and prints. What cannot be read is a fact too; what could not be looked at ends undecided.
///
/// # Errors
/// When there is neither a file nor an image of that name, or the image cannot be had.
pub fn run(args: &InspectArgs, meant: &Meant) -> Result<Exit, Stop> {
    let path = Path::new(&args.target);
    let (found, exit) = if path.is_file() {
        let bytes = files::read_bounded(path, LIMIT).map_err(|error| Stop::usage(error.to_string()))?;
        let found = document(&bytes);
        let known = found.get("parse_error").is_none();
        (found, if known { Exit::Pass } else { Exit::Usage })
    } else if path.is_dir() {
        (inspect_tree::layout(path)?, Exit::Pass)
    } else {
        let reference = resolve::image(&args.target)?;
        let evidence = super::look::look(meant, &reference, false)?.map_err(|missing| {
            Stop::undecided(format!("{}: `{}`: {missing}", Code::of_missing(&missing), args.target))
        })?;
        for gap in &evidence.gaps {
            output::warn(&format!("could not look at {}: {}", gap.what, gap.why));
        }
        (image(&evidence), if evidence.gaps.is_empty() { Exit::Pass } else { Exit::Undecided })
    };
    output::data(&match args.format {
        TextFormat::Text => facts::text(&found),
        TextFormat::Json => {
            json::document(&facts::Written(&found)).map_err(|error| Stop::usage(error.to_string()))?
        }
    })?;
    Ok(exit)
}

fn image(evidence: &Evidence) -> Fact {
    let platforms: Vec<Fact> = evidence
        .platforms
        .iter()
        .map(|platform| {
            Fact::map()
                .with("platform", platform.name.as_str())
                .with("digest", platform.digest.to_string())
                .with("media_type", platform.media_type.as_str())
        })
        .collect();
    let layers = evidence
        .artifacts
        .iter()
        .flat_map(|artifact| artifact.layers.iter().map(move |layer| of_layer(artifact, layer)));
    let gaps: Vec<Fact> = evidence
        .gaps
        .iter()
        .map(|gap| Fact::map().with("what", gap.what.as_str()).with("why", gap.why.to_string()))
        .collect();
    Fact::map()
        .with("kind", "image")
        .with("reference", evidence.subject.to_string())
        .with("digest", evidence.digest.to_string())
        .with("media_type", evidence.media_type.as_str())
        .with("platforms", platforms)
        .with("facts", layers.collect::<Vec<_>>())
        .with("gaps", gaps)
}

/// A layer of something that hangs on the image.
fn of_layer(artifact: &Artifact, one: &Layer) -> Fact {
    let found: Vec<Fact> = artifact.found.iter().map(|found| Fact::from(found.to_string())).collect();
    let facts = Fact::map()
        .with("artifact", artifact.kind.to_string())
        .with("found_by", found)
        .with("manifest", artifact.digest.to_string())
        .with("layer", one.digest.to_string());
    match one.blob.bytes() {
        Ok(bytes) => facts.and(layer(&one.media_type, &one.annotations, bytes)),
        Err(missing) => {
            facts.with("media_type", one.media_type.as_str()).with("parse_error", missing.to_string())
        }
    }
}
