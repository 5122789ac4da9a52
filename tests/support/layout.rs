//! A small reader of OCI layout directories that makes evidence by hand, independent of the program's own sources.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use sigscope::format::hash::digest_of;
use sigscope::model::artifact::{Artifact, ArtifactKind, Blob, Evidence, Found, Layer, ReferrersApi};
use sigscope::model::{Digest, Reference};

/// Where the fixtures are.
pub(crate) fn fixtures() -> PathBuf {
    #[allow(clippy::disallowed_methods, reason = "tests may be pointed at another folder")]
    std::env::var("SIGSCOPE_FIXTURES")
        .map_or_else(|_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")), PathBuf::from)
}

/// The text of a file of the fixtures.
pub(crate) fn fixture_text(path: &str) -> String {
    let path = fixtures().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A repository in a directory.
pub(crate) struct Layout {
    root: PathBuf,
    entries: Vec<Value>,
}

impl Layout {
    /// Opens the layout of a fixture.
    pub(crate) fn of(fixture: &str) -> Self {
        Self::open(&fixtures().join("layouts").join(fixture))
    }

    /// Opens a directory.
    pub(crate) fn open(root: &Path) -> Self {
        let index: Value = serde_json::from_slice(&std::fs::read(root.join("index.json")).unwrap()).unwrap();
        Self { root: root.to_owned(), entries: index["manifests"].as_array().unwrap().clone() }
    }

    /// A blob, checked.
    pub(crate) fn blob(&self, digest: &Digest) -> Vec<u8> {
        let bytes =
            std::fs::read(self.root.join("blobs").join(digest.algorithm()).join(digest.hex())).unwrap();
        assert_eq!(digest_of(&bytes), *digest);
        bytes
    }

    /// The digest that a tag or digest names.
    pub(crate) fn resolve(&self, name: &str) -> Option<Digest> {
        if let Ok(digest) = name.parse() {
            return Some(digest);
        }
        let tag = |entry: &&Value| entry["annotations"]["org.opencontainers.image.ref.name"] == name;
        self.entries.iter().find(tag).map(|entry| entry["digest"].as_str().unwrap().parse().unwrap())
    }

    /// Digests of all manifests of the index.
    pub(crate) fn manifests(&self) -> impl Iterator<Item = Digest> {
        self.entries.iter().map(|entry| entry["digest"].as_str().unwrap().parse().unwrap())
    }

    /// Whether a manifest of the layout names this digest as its subject, or a fallback tag stands for it.
    pub(crate) fn has_referrers(&self, digest: &Digest) -> bool {
        let fallback = self.resolve(&format!("{}-{}", digest.algorithm(), digest.hex())).is_some();
        fallback
            || self.manifests().any(|manifest| {
                let value: Value = serde_json::from_slice(&self.blob(&manifest)).unwrap();
                value["subject"]["digest"] == digest.as_str()
            })
    }

    /// What hangs on an image by cosign's `.sig` tag.
    pub(crate) fn evidence(&self, reference: &str) -> Evidence {
        let subject = Reference::parse(reference).unwrap();
        let digest = self.resolve(subject.identifier()).unwrap_or_else(|| panic!("{reference} is not there"));
        let raw = self.blob(&digest);
        let manifest: Value = serde_json::from_slice(&raw).unwrap();
        let tag = format!("{}-{}.sig", digest.algorithm(), digest.hex());
        let artifacts = self.resolve(&tag).map(|found| self.artifact(&found, &tag)).into_iter().collect();
        Evidence {
            subject: subject.at(digest.clone()),
            digest,
            media_type: text(&manifest["mediaType"]),
            size: raw.len() as u64,
            platforms: Vec::new(),
            artifacts,
            gaps: Vec::new(),
            signed: Vec::new(),
            referrers: ReferrersApi::FallbackTag,
            raw: raw.into(),
        }
    }

    fn artifact(&self, digest: &Digest, tag: &str) -> Artifact {
        let raw = self.blob(digest);
        let manifest: Value = serde_json::from_slice(&raw).unwrap();
        let layers = manifest["layers"].as_array().unwrap().iter().map(|layer| self.layer(layer)).collect();
        Artifact {
            kind: ArtifactKind::CosignSignature,
            digest: digest.clone(),
            media_type: text(&manifest["mediaType"]),
            artifact_type: text(&manifest["config"]["mediaType"]),
            found: vec![Found::Tag(tag.to_owned())],
            subject: None,
            annotations: annotations(&manifest),
            size: raw.len() as u64,
            layers,
            raw: raw.into(),
        }
    }

    fn layer(&self, descriptor: &Value) -> Layer {
        let digest: Digest = descriptor["digest"].as_str().unwrap().parse().unwrap();
        let bytes: Arc<[u8]> = self.blob(&digest).into();
        Layer {
            media_type: text(&descriptor["mediaType"]),
            size: descriptor["size"].as_u64().unwrap(),
            annotations: annotations(descriptor),
            blob: Blob::Held(bytes),
            digest,
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn annotations(value: &Value) -> BTreeMap<String, String> {
    let map = value["annotations"].as_object();
    map.into_iter().flatten().map(|(key, value)| (key.clone(), text(value))).collect()
}

/// Evidence about `digest` with one `.sig` manifest that has this one layer.
pub(crate) fn evidence_with(digest: &Digest, payload: &[u8], annotations: &[(&str, &str)]) -> Evidence {
    let layer = Layer {
        media_type: "application/vnd.dev.cosign.simplesigning.v1+json".to_owned(),
        digest: digest_of(payload),
        size: payload.len() as u64,
        annotations: annotations
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
        blob: Blob::Held(payload.into()),
    };
    let artifact = Artifact {
        kind: ArtifactKind::CosignSignature,
        digest: digest_of(b"manifest"),
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        artifact_type: String::new(),
        found: Vec::new(),
        subject: None,
        annotations: BTreeMap::new(),
        size: 8,
        layers: vec![layer],
        raw: b"manifest"[..].into(),
    };
    Evidence {
        subject: Reference::parse("127.0.0.1:5000/myorg/made").unwrap().at(digest.clone()),
        digest: digest.clone(),
        media_type: String::new(),
        size: 0,
        platforms: Vec::new(),
        artifacts: vec![artifact],
        gaps: Vec::new(),
        signed: Vec::new(),
        referrers: ReferrersApi::FallbackTag,
        raw: b""[..].into(),
    }
}
