//! What hangs on an image, as text and as JSON: all that `cosign tree` and `oras discover` show, how each thing was
//! found, and what could not be looked at.

use std::collections::BTreeMap;

use serde::Serialize;

use super::branch::Branch;
use super::ink::Ink;
use crate::model::artifact::ReferrersApi;
use crate::model::safe::line;
use crate::model::{Artifact, Blob, Code, Evidence, Gap, Layer};

/// Name of the format.
pub const SCHEMA: &str = "sigscope.tree/v1";

/// Characters of an annotation's value that the text shows.
const SHOWN: usize = 80;

/// The tree as data.
#[derive(Clone, Debug, Serialize)]
pub struct TreeOut {
    schema: &'static str,
    image: String,
    resolved: String,
    digest: String,
    media_type: String,
    size: u64,
    referrers: &'static str,
    platforms: Vec<PlatformOut>,
    artifacts: Vec<ArtifactOut>,
    gaps: Vec<GapOut>,
}

#[derive(Clone, Debug, Serialize)]
struct PlatformOut {
    platform: String,
    digest: String,
    media_type: String,
    size: u64,
}

#[derive(Clone, Debug, Serialize)]
struct ArtifactOut {
    kind: String,
    digest: String,
    media_type: String,
    artifact_type: String,
    size: u64,
    subject: Option<String>,
    found: Vec<String>,
    annotations: BTreeMap<String, String>,
    layers: Vec<LayerOut>,
}

#[derive(Clone, Debug, Serialize)]
struct LayerOut {
    media_type: String,
    digest: String,
    size: u64,
    annotations: BTreeMap<String, String>,
    /// What it says in one line; a claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    says: Option<String>,
    missing: Option<String>,
}

/// What a layer of an artifact says in one line, where it states something.
pub type Says<'a> = &'a dyn Fn(&Artifact, usize) -> Option<String>;

#[derive(Clone, Debug, Serialize)]
struct GapOut {
    what: String,
    hides: Vec<String>,
    code: &'static str,
    why: String,
}

impl TreeOut {
    /// The tree of an image as the user wrote it.
    #[must_use]
    pub fn of(image: &str, evidence: &Evidence, says: Says<'_>) -> Self {
        Self {
            schema: SCHEMA,
            image: image.to_owned(),
            resolved: evidence.subject.at(evidence.digest.clone()).to_string(),
            digest: evidence.digest.to_string(),
            media_type: evidence.media_type.clone(),
            size: evidence.size,
            referrers: match evidence.referrers {
                ReferrersApi::Answered => "answered",
                ReferrersApi::FallbackTag => "fallback tag",
                ReferrersApi::Unknown => "unknown",
            },
            platforms: evidence
                .platforms
                .iter()
                .map(|platform| PlatformOut {
                    platform: platform.name.clone(),
                    digest: platform.digest.to_string(),
                    media_type: platform.media_type.clone(),
                    size: platform.size,
                })
                .collect(),
            artifacts: evidence.artifacts.iter().map(|artifact| artifact_out(artifact, says)).collect(),
            gaps: evidence.gaps.iter().map(gap_out).collect(),
        }
    }
}

fn artifact_out(artifact: &Artifact, says: Says<'_>) -> ArtifactOut {
    ArtifactOut {
        kind: artifact.kind.to_string(),
        digest: artifact.digest.to_string(),
        media_type: artifact.media_type.clone(),
        artifact_type: artifact.artifact_type.clone(),
        size: artifact.size,
        subject: artifact.subject.as_ref().map(ToString::to_string),
        found: artifact.found.iter().map(ToString::to_string).collect(),
        annotations: artifact.annotations.clone(),
        layers: artifact
            .layers
            .iter()
            .enumerate()
            .map(|(index, layer)| LayerOut {
                media_type: layer.media_type.clone(),
                digest: layer.digest.to_string(),
                size: layer.size,
                annotations: layer.annotations.clone(),
                says: says(artifact, index),
                missing: layer.blob.bytes().err().map(ToString::to_string),
            })
            .collect(),
    }
}

fn gap_out(gap: &Gap) -> GapOut {
    GapOut {
        what: gap.what.clone(),
        hides: gap.hides.iter().map(ToString::to_string).collect(),
        code: Code::of_missing(&gap.why).as_str(),
        why: gap.why.to_string(),
    }
}

/// The tree as text.
#[must_use]
pub fn text(image: &str, evidence: &Evidence, says: Says<'_>, ink: Ink) -> String {
    let head = format!("{image}  {}  {}  {}", evidence.digest, evidence.media_type, bytes(evidence.size));
    let mut root = Branch::leaf(line(&head));
    if !evidence.platforms.is_empty() {
        let children = evidence.platforms.iter().map(|platform| {
            let text = format!("{}  {}  {}", platform.name, platform.digest, bytes(platform.size));
            Branch::leaf(line(&text))
        });
        root.children.push(Branch { text: "platforms".to_owned(), children: children.collect() });
    }
    root.children.extend(evidence.artifacts.iter().map(|artifact| artifact_branch(artifact, says)));
    root.children.extend(
        evidence
            .gaps
            .iter()
            .map(|gap| Branch::leaf(line(&format!("! could not look at {}: {}", gap.what, gap.why)))),
    );
    root.children.push(Branch::leaf(conclusion(evidence)));
    root.draw(ink)
}

/// What was asked, so that "nothing" says where it was looked for.
fn conclusion(evidence: &Evidence) -> String {
    let asked = match evidence.referrers {
        ReferrersApi::Answered => "cosign's tags, referrers API",
        ReferrersApi::FallbackTag => "cosign's tags, referrers tag (the source has no referrers API)",
        ReferrersApi::Unknown => "cosign's tags (referrers could not be asked for)",
    };
    match (evidence.artifacts.len(), evidence.gaps.is_empty()) {
        (0, true) => format!("nothing hangs on this digest; asked: {asked}"),
        (0, false) => format!("nothing was found, but something could not be looked at; asked: {asked}"),
        (1, true) => format!("1 artifact; asked: {asked}"),
        (count, true) => format!("{count} artifacts; asked: {asked}"),
        (count, false) => format!("{count} found, and something could not be looked at; asked: {asked}"),
    }
}

fn artifact_branch(artifact: &Artifact, says: Says<'_>) -> Branch {
    let found: Vec<String> = artifact.found.iter().map(ToString::to_string).collect();
    let text =
        format!("{}  {}  {}  ({})", artifact.kind, artifact.digest, bytes(artifact.size), found.join(", "));
    let mut branch = Branch::leaf(line(&text));
    let artifact_type = format!("type {}", artifact.artifact_type);
    branch.children.push(Branch::leaf(line(&artifact_type)));
    branch.children.extend(annotations(&artifact.annotations));
    let layers = artifact.layers.iter().enumerate();
    branch.children.extend(layers.map(|(index, layer)| layer_branch(layer, says(artifact, index))));
    branch
}

fn layer_branch(layer: &Layer, says: Option<String>) -> Branch {
    let text = format!("layer {}  {}  {}", layer.digest, layer.media_type, bytes(layer.size));
    let mut branch = Branch::leaf(line(&text));
    branch
        .children
        .extend(says.map(|says| Branch::leaf(line(&format!("says, unverified: {says}")).into_owned())));
    branch.children.extend(annotations(&layer.annotations));
    if let Blob::Missing(why) = &layer.blob {
        branch.children.push(Branch::leaf(line(&format!("! content is not here: {why}"))));
    }
    branch
}

fn annotations(annotations: &BTreeMap<String, String>) -> Vec<Branch> {
    annotations
        .iter()
        .map(|(key, value)| {
            // PEM and JSON come with line feeds; escaped they would fill the line.
            let flat: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
            let cut: String = flat.chars().take(SHOWN).collect();
            let more = flat.chars().count() - cut.chars().count();
            let rest = if more > 0 { format!(" [+{more}]") } else { String::new() };
            Branch::leaf(line(&format!("{key} = {cut}{rest}")))
        })
        .collect()
}

/// A size for people: `401 B`, `1.6 KiB`.
#[must_use]
pub fn bytes(size: u64) -> String {
    let tenths = |unit: u64| {
        let value = size.saturating_mul(10) / unit;
        format!("{}.{}", value / 10, value % 10)
    };
    match size {
        0..1_024 => format!("{size} B"),
        1_024..1_048_576 => format!("{} KiB", tenths(1_024)),
        1_048_576..1_073_741_824 => format!("{} MiB", tenths(1_048_576)),
        _ => format!("{} GiB", tenths(1_073_741_824)),
    }
}
