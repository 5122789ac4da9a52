//! Makes the tree of one digest: the image, what hangs on it by kind, how far each signature was verified, and what
//! could not be listed.

use super::node::{EvidenceNode, Raw, Standing};
use super::proofs::{notary_nodes, proof_nodes};
use super::{claims, known};
use crate::model::artifact::{Artifact, ArtifactKind, Blob, Evidence, Layer, ReferrersApi};
use crate::model::reading::LayerReading;
use crate::model::{Digest, World};

/// Annotation with the certificate of a classic signature (cosign, `pkg/oci/static/options.go`).
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
/// Annotation with the log entry of a classic signature.
const BUNDLE: &str = "dev.sigstore.cosign/bundle";
/// Annotation with a RFC 3161 time stamp.
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// The lines for one digest; proofs of the world stand below the signatures that they are about.
#[must_use]
pub fn evidence_tree(world: &World, evidence: &Evidence) -> Vec<EvidenceNode> {
    let mut nodes = vec![image_node(evidence)];
    nodes.extend(evidence.gaps.iter().enumerate().map(|(index, gap)| {
        let label = format!("could not list {}: {}", gap.what, gap.why);
        let mut node =
            EvidenceNode::new(format!("gap {index}"), label, Standing::Gap).fact("what", &gap.what);
        node = node.fact("why", &gap.why).fact("code", &crate::model::Code::of_missing(&gap.why));
        let hides: Vec<String> = gap.hides.iter().map(ToString::to_string).collect();
        let hides = if hides.is_empty() { "any kind".to_owned() } else { hides.join(", ") };
        node.fact("can hide", &hides)
    }));
    if let Some(node) = nothing_signed(evidence) {
        nodes.push(node);
    }
    for group in GROUPS {
        nodes.extend(group_node(world, evidence, group));
    }
    nodes
}

/// A heading with the kinds below it.
struct Group {
    heading: &'static str,
    holds: fn(&ArtifactKind) -> bool,
}

const GROUPS: &[Group] = &[
    Group { heading: "signatures", holds: |kind| *kind == ArtifactKind::CosignSignature },
    Group { heading: "sigstore bundles", holds: |kind| *kind == ArtifactKind::SigstoreBundle },
    Group { heading: "Notation signatures", holds: |kind| *kind == ArtifactKind::NotationSignature },
    Group { heading: "attestations", holds: |kind| *kind == ArtifactKind::CosignAttestation },
    Group { heading: "SBOM attachments", holds: |kind| *kind == ArtifactKind::CosignSbom },
    Group {
        heading: "BuildKit attestations (unsigned)",
        holds: |kind| *kind == ArtifactKind::BuildkitAttestation,
    },
    Group { heading: "other", holds: |kind| matches!(kind, ArtifactKind::Other(_)) },
];

fn image_node(evidence: &Evidence) -> EvidenceNode {
    let kind = if evidence.platforms.is_empty() { "image" } else { "image index" };
    let mut node = EvidenceNode::new("image", format!("{kind} {}", evidence.digest), Standing::Plain)
        .about(&evidence.digest)
        .fact("reference", &evidence.subject)
        .fact("digest", &evidence.digest)
        .fact("media type", &evidence.media_type)
        .fact("size", &format!("{} bytes", evidence.size))
        .fact("referrers", &referrers_words(evidence.referrers));
    node.raw = Raw::Bytes(evidence.raw.clone());
    node.children = evidence
        .platforms
        .iter()
        .enumerate()
        .map(|(index, platform)| {
            EvidenceNode::new(
                format!("{index}"),
                format!("{} {}", platform.name, platform.digest),
                Standing::Plain,
            )
            .about(&platform.digest)
            .fact("platform", &platform.name)
            .fact("media type", &platform.media_type)
            .fact("size", &format!("{} bytes", platform.size))
        })
        .collect();
    node
}

fn referrers_words(api: ReferrersApi) -> &'static str {
    match api {
        ReferrersApi::Answered => "the referrers API answered",
        ReferrersApi::FallbackTag => "no referrers API; the fallback tag was asked",
        ReferrersApi::Unknown => "could not be asked",
    }
}

/// Says that nothing signed hangs on the image, or that it cannot be said.
fn nothing_signed(evidence: &Evidence) -> Option<EvidenceNode> {
    let signed = |kind: &ArtifactKind| {
        matches!(
            kind,
            ArtifactKind::CosignSignature | ArtifactKind::SigstoreBundle | ArtifactKind::NotationSignature
        )
    };
    if evidence.artifacts.iter().any(|artifact| signed(&artifact.kind)) {
        return None;
    }
    let hidden = evidence.gaps.iter().any(|gap| gap.hides.is_empty() || gap.hides.iter().any(signed));
    Some(if hidden {
        EvidenceNode::new(
            "none",
            "no signature seen, but not everything could be listed",
            Standing::Undecided,
        )
    } else {
        EvidenceNode::new("none", "no signature of any known kind", Standing::Unsigned)
    })
}

fn group_node(world: &World, evidence: &Evidence, group: &Group) -> Option<EvidenceNode> {
    let children: Vec<EvidenceNode> = evidence
        .artifacts
        .iter()
        .filter(|artifact| (group.holds)(&artifact.kind))
        .flat_map(|artifact| artifact_nodes(world, evidence, artifact))
        .collect();
    if children.is_empty() {
        return None;
    }
    let label = format!("{} ({})", group.heading, children.len());
    let mut node = EvidenceNode::new(group.heading, label, Standing::Plain);
    node.children = children;
    Some(node)
}

/// Signatures and attestations are layers; of everything else the manifest is the thing.
fn artifact_nodes(world: &World, evidence: &Evidence, artifact: &Artifact) -> Vec<EvidenceNode> {
    let layered = matches!(artifact.kind, ArtifactKind::CosignSignature | ArtifactKind::CosignAttestation);
    if layered && !artifact.layers.is_empty() {
        let nodes = artifact.layers.iter().enumerate();
        return nodes.map(|(index, layer)| layered_node(world, evidence, artifact, index, layer)).collect();
    }
    let mut node = described(
        EvidenceNode::new(artifact.digest.as_str(), artifact_label(artifact), standing(artifact)),
        artifact,
    );
    node.raw = Raw::Bytes(artifact.raw.clone());
    if artifact.kind == ArtifactKind::SigstoreBundle {
        checked(world, evidence, artifact, 0, &mut node, false);
    }
    if artifact.kind == ArtifactKind::NotationSignature {
        answered(notary_nodes(world, evidence, artifact), &mut node, false);
    }
    let layers =
        artifact.layers.iter().enumerate().map(|(index, layer)| layer_node(world, artifact, index, layer));
    node.children.extend(layers);
    vec![node]
}

fn standing(artifact: &Artifact) -> Standing {
    match artifact.kind {
        ArtifactKind::BuildkitAttestation | ArtifactKind::CosignSbom => Standing::Unsigned,
        _ => Standing::Plain,
    }
}

fn artifact_label(artifact: &Artifact) -> String {
    let kind = match &artifact.kind {
        ArtifactKind::Other(media_type) if media_type.is_empty() => "unknown kind".to_owned(),
        kind => kind.to_string(),
    };
    match artifact.annotations.get("dev.sigstore.bundle.predicateType") {
        // An annotation is not signed, whatever the bundle holds.
        Some(predicate) => format!("{kind}, claims {predicate}"),
        None => format!("{kind} {}", artifact.digest),
    }
}

/// Facts about the manifest that holds something.
fn described(node: EvidenceNode, artifact: &Artifact) -> EvidenceNode {
    let found: Vec<String> = artifact.found.iter().map(ToString::to_string).collect();
    let mut node = node
        .about(&artifact.digest)
        .fact("manifest", &artifact.digest)
        .fact("found by", &found.join(", "))
        .fact("media type", &artifact.media_type)
        .fact("artifact type", &artifact.artifact_type)
        .fact("size", &format!("{} bytes", artifact.size));
    if let Some(subject) = &artifact.subject {
        node = node.fact("subject", &subject);
    }
    for (name, value) in artifact.annotations.iter().take(40) {
        node.facts.push((format!("annotation {name}"), value.clone()));
    }
    node
}

/// One classic signature or attestation.
fn layered_node(
    world: &World,
    evidence: &Evidence,
    artifact: &Artifact,
    index: usize,
    layer: &Layer,
) -> EvidenceNode {
    let (what, of) = (artifact.kind == ArtifactKind::CosignSignature, artifact.layers.len());
    let id = format!("{}/{index}", artifact.digest);
    let label = if what {
        format!("signature {} of {of}", index + 1)
    } else {
        format!(
            "attestation {} of {of}, claims {}",
            index + 1,
            predicate(layer, world.read_of(&artifact.digest, index))
        )
    };
    let mut node = described(EvidenceNode::new(id, label, Standing::Plain), artifact);
    node.path = layer.digest.to_string();
    node.digest = Some(layer.digest.clone());
    node.facts.insert(0, ("layer".to_owned(), layer.digest.to_string()));
    checked(world, evidence, artifact, index, &mut node, what);
    match world.read_of(&artifact.digest, index) {
        Some(read) => {
            let nodes = known::nodes(&read.facts, &layer.digest.to_string());
            node.children.extend(match &layer.blob {
                Blob::Held(bytes) => known::with_raw(nodes, bytes),
                Blob::Missing(_) => nodes,
            });
            if !layer.annotations.contains_key(BUNDLE) && what {
                node.children.push(no_log());
            }
        }
        None => node.children.extend(annotation_nodes(artifact, index, layer)),
    }
    // Where the document is readable, its values are there for a second look.
    let readable = node.children.iter().any(|child| child.view.is_some());
    node.children.push(EvidenceNode { noise: readable, ..content_node(layer) });
    node
}

/// How far a layer was verified; `said`: where no policy asked, that is said too.
fn checked(
    world: &World,
    evidence: &Evidence,
    artifact: &Artifact,
    index: usize,
    node: &mut EvidenceNode,
    said: bool,
) {
    answered(proof_nodes(world, evidence, artifact, index), node, said);
}

fn answered(
    (proofs, best): (Vec<EvidenceNode>, Option<(Standing, String)>),
    node: &mut EvidenceNode,
    said: bool,
) {
    if let Some((standing, word)) = best {
        node.standing = standing;
        node.label = format!("{}: {word}", node.label);
    } else if said {
        node.label.push_str(": not checked by any loaded policy");
    }
    node.children = proofs;
}

fn no_log() -> EvidenceNode {
    EvidenceNode::new("log", "no log entry travels with it", Standing::NotChecked)
}

/// The predicate type as the annotation or the statement claims it.
fn predicate(layer: &Layer, read: Option<&LayerReading>) -> String {
    let annotated = layer.annotations.get("predicateType").cloned();
    let read = || read?.facts.get("predicate_type")?.text().map(str::to_owned);
    let stated = || layer.blob.bytes().ok().and_then(claims::predicate_type);
    annotated.or_else(read).or_else(stated).unwrap_or_else(|| "predicate type unknown".to_owned())
}

fn annotation_nodes(artifact: &Artifact, index: usize, layer: &Layer) -> Vec<EvidenceNode> {
    let at =
        |name: &str| format!("{}#/layers/{index}/annotations/{}", artifact.digest, name.replace('/', "~1"));
    let mut nodes = Vec::new();
    if let Some(text) = layer.annotations.get(CERTIFICATE).filter(|text| !text.is_empty()) {
        nodes.push(claims::text_claim("certificate", "certificate", text, &at(CERTIFICATE)));
    }
    match layer.annotations.get(BUNDLE).filter(|text| !text.is_empty()) {
        Some(text) => nodes.push(claims::log_entry(text, &at(BUNDLE))),
        None => nodes.push(no_log()),
    }
    if let Some(text) = layer.annotations.get(TIMESTAMP).filter(|text| !text.is_empty()) {
        nodes.push(claims::text_claim("stamp", "RFC 3161 time stamp", text, &at(TIMESTAMP)));
    }
    nodes
}

/// The payload or statement.
fn content_node(layer: &Layer) -> EvidenceNode {
    let path = layer.digest.as_str();
    match &layer.blob {
        Blob::Held(bytes) if bytes.len() > claims::DECODED => claims::long("payload", bytes, path),
        Blob::Held(bytes) if layer.media_type.contains("dsse") => claims::envelope(bytes, path),
        Blob::Held(bytes) => claims::document("payload", "payload", bytes, path),
        Blob::Missing(missing) => {
            EvidenceNode::new("payload", format!("content could not be read: {missing}"), Standing::Gap)
                .fact("why", &missing)
        }
    }
}

/// A layer of anything else.
fn layer_node(world: &World, artifact: &Artifact, index: usize, layer: &Layer) -> EvidenceNode {
    let mut label = format!("{} {}", layer.media_type, short(&layer.digest));
    if let Some(predicate) = layer.annotations.get("in-toto.io/predicate-type") {
        label = format!("claims {predicate} {}", short(&layer.digest));
    }
    let mut node = EvidenceNode::new(format!("layer {index}"), label, standing(artifact))
        .about(&layer.digest)
        .fact("media type", &layer.media_type)
        .fact("size", &format!("{} bytes", layer.size));
    for (name, value) in layer.annotations.iter().take(40) {
        node.facts.push((format!("annotation {name}"), value.clone()));
    }
    match &layer.blob {
        Blob::Held(bytes) => {
            node.raw = Raw::Bytes(bytes.clone());
            let enveloped = matches!(
                artifact.kind,
                ArtifactKind::SigstoreBundle
                    | ArtifactKind::NotationSignature
                    | ArtifactKind::BuildkitAttestation
            );
            match world.read_of(&artifact.digest, index) {
                Some(read) if read.facts.get("parse_error").is_none() => {
                    node.children = known::with_raw(known::nodes(&read.facts, layer.digest.as_str()), bytes);
                    if enveloped {
                        let rest = claims::wrapped(bytes, layer.digest.as_str());
                        node.children
                            .extend(rest.into_iter().map(|rest| EvidenceNode { noise: true, ..rest }));
                    }
                }
                _ if enveloped => node.children = claims::wrapped(bytes, layer.digest.as_str()),
                _ => {}
            }
        }
        Blob::Missing(missing) => {
            let label = format!("content could not be read: {missing}");
            node.children = vec![EvidenceNode::new("content", label, Standing::Gap)];
        }
    }
    node
}

fn short(digest: &Digest) -> String {
    format!("{}:{}", digest.algorithm(), digest.short())
}
