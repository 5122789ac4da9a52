//! What hangs on an image, as bytes and where they were found, before any judgement.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::digest::Digest;
use super::image::Reference;
use super::missing::Missing;
use super::signed::Signed;

/// How an artifact was reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Found {
    /// By a tag derived from the digest: cosign's `sha256-….sig`, `.att`, `.sbom`.
    Tag(String),
    /// By the OCI 1.1 referrers API.
    Referrers,
    /// By the referrers fallback tag `sha256-…`.
    FallbackTag(String),
    /// As an entry of the image index itself (BuildKit's attestation manifests).
    Index,
}

impl Found {
    /// Whether it was a tag with this suffix (`.sig`).
    #[must_use]
    pub fn is_tag(&self, suffix: &str) -> bool {
        matches!(self, Self::Tag(tag) if tag.ends_with(suffix))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "tag {tag}"),
            Self::Referrers => f.write_str("referrer"),
            Self::FallbackTag(tag) => write!(f, "fallback tag {tag}"),
            Self::Index => f.write_str("entry of the index"),
        }
    }
}

/// What an artifact is, by its media types and not by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArtifactKind {
    /// cosign's classic signature manifest (`application/vnd.dev.cosign.simplesigning.v1+json` layers).
    CosignSignature,
    /// cosign's classic attestation manifest (`application/vnd.dsse.envelope.v1+json` layers).
    CosignAttestation,
    /// cosign's attached SBOM (`.sbom`), unsigned unless it has a signature of its own.
    CosignSbom,
    /// A sigstore bundle (`application/vnd.dev.sigstore.bundle…`).
    SigstoreBundle,
    /// A Notary Project signature (`application/vnd.cncf.notary.signature`).
    NotationSignature,
    /// An unsigned attestation manifest that BuildKit puts into the index.
    BuildkitAttestation,
    /// Anything else, with its artifact type or media type.
    Other(String),
}

impl fmt::Display for ArtifactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CosignSignature => "cosign signature",
            Self::CosignAttestation => "cosign attestation",
            Self::CosignSbom => "cosign SBOM attachment",
            Self::SigstoreBundle => "sigstore bundle",
            Self::NotationSignature => "Notation signature",
            Self::BuildkitAttestation => "BuildKit attestation (unsigned)",
            Self::Other(media_type) => media_type,
        })
    }
}

/// A layer's content, or why it is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blob {
    /// The bytes; their digest has been checked.
    Held(Arc<[u8]>),
    /// Not fetched or not fetchable.
    Missing(Missing),
}

impl Blob {
    /// The bytes, if they are here.
    ///
    /// # Errors
    /// Why they are not.
    pub fn bytes(&self) -> Result<&[u8], &Missing> {
        match self {
            Self::Held(bytes) => Ok(bytes),
            Self::Missing(missing) => Err(missing),
        }
    }
}

/// A descriptor of a manifest with the content it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Media type as written.
    pub media_type: String,
    /// Digest as written; the content has been checked against it.
    pub digest: Digest,
    /// Size in bytes as written.
    pub size: u64,
    /// Annotations of the descriptor.
    pub annotations: BTreeMap<String, String>,
    /// The content.
    pub blob: Blob,
}

/// A manifest that says something about an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// Digest of the manifest.
    pub digest: Digest,
    /// Media type of the manifest.
    pub media_type: String,
    /// `artifactType`, else the configuration's media type.
    pub artifact_type: String,
    /// All ways by which it was reached.
    pub found: Vec<Found>,
    /// The manifest's `subject`, which is what it claims to be about.
    pub subject: Option<Digest>,
    /// Annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
    /// Size of the manifest in bytes.
    pub size: u64,
    /// Its layers.
    pub layers: Vec<Layer>,
    /// The manifest as it came.
    pub raw: Arc<[u8]>,
}

/// One classic cosign signature: a layer of a `.sig` manifest, by position.
#[derive(Clone, Copy, Debug)]
pub struct Signature<'a> {
    /// The manifest that holds it.
    pub artifact: &'a Artifact,
    /// Which layer, counted from 0.
    pub index: usize,
    /// The layer: simple-signing payload and signature annotations.
    pub layer: &'a Layer,
}

/// A platform of an image index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// `os/architecture[/variant]` as the index says.
    pub name: String,
    /// Digest of the platform's manifest.
    pub digest: Digest,
    /// Media type of the platform's manifest.
    pub media_type: String,
    /// Size of the platform's manifest in bytes.
    pub size: u64,
}

/// Something that could not be listed or read, so that "none found" cannot be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What was looked for: "referrers", "tag sha256-….sig", "layer 3 of sha256:…".
    pub what: String,
    /// How what is missing would have been reached: a check that looks in one place alone is not undecided by a gap in
    /// another.
    pub via: Found,
    /// Which kinds of artifact the gap can hide; empty: any kind.
    pub hides: Vec<ArtifactKind>,
    /// Why.
    pub why: Missing,
}

impl Gap {
    /// True when the gap is at a tag that ends so, e.g. `.sig`.
    #[must_use]
    pub fn is_at_tag(&self, suffix: &str) -> bool {
        self.via.is_tag(suffix)
    }
}

/// How the source answered the question for referrers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReferrersApi {
    /// The API answered with an index.
    Answered,
    /// The source has no such API; the fallback tag was asked.
    FallbackTag,
    /// Neither could be asked: see the gaps.
    Unknown,
}

/// Everything known about one digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The repository in which it was looked for, with the resolved digest.
    pub subject: Reference,
    /// The resolved digest: what a signature must name.
    pub digest: Digest,
    /// Media type of the image's manifest or index.
    pub media_type: String,
    /// Size of the image's manifest or index in bytes.
    pub size: u64,
    /// Platforms, when the digest is an index.
    pub platforms: Vec<Platform>,
    /// What hangs on it, in the order found.
    pub artifacts: Vec<Artifact>,
    /// What could not be listed.
    pub gaps: Vec<Gap>,
    /// What its signatures say about their signers.
    pub signed: Vec<Signed>,
    /// How the referrers were asked for.
    pub referrers: ReferrersApi,
    /// The image's manifest or index as it came.
    pub raw: Arc<[u8]>,
}

impl Evidence {
    /// Every classic cosign signature, in the order of manifests and layers.
    pub fn cosign_signatures(&self) -> impl Iterator<Item = Signature<'_>> {
        self.artifacts.iter().filter(|artifact| artifact.kind == ArtifactKind::CosignSignature).flat_map(
            |artifact| {
                artifact.layers.iter().enumerate().map(move |(index, layer)| Signature {
                    artifact,
                    index,
                    layer,
                })
            },
        )
    }

    /// Every layer of every artifact of a kind, in order.
    pub fn layers_of<'a>(&'a self, kind: &'a ArtifactKind) -> impl Iterator<Item = Signature<'a>> {
        self.artifacts.iter().filter(move |artifact| artifact.kind == *kind).flat_map(|artifact| {
            artifact.layers.iter().enumerate().map(move |(index, layer)| Signature { artifact, index, layer })
        })
    }

    /// The first gap that can hide an artifact of this kind.
    #[must_use]
    pub fn gap_for(&self, kind: &ArtifactKind) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.hides.is_empty() || gap.hides.contains(kind))
    }
}
