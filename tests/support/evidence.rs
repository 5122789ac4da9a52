//! Reads the evidence of one image out of an OCI layout, the plain way, for tests of what is shown.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use sigscope::model::artifact::{
    Artifact, ArtifactKind, Blob, Evidence, Found, Layer, Platform, ReferrersApi,
};
use sigscope::model::{Digest, Reference};

/// The fixture folder.
pub(crate) fn fixtures() -> PathBuf {
    std::env::var_os("SIGSCOPE_FIXTURES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), PathBuf::from)
}

/// The evidence for tag `v1.2.3` of a fixture.
pub(crate) fn evidence(name: &str) -> Evidence {
    let root = fixtures().join("layouts").join(name);
    let index: Value = serde_json::from_slice(&std::fs::read(root.join("index.json")).unwrap()).unwrap();
    let entries = index["manifests"].as_array().unwrap();
    let tag = |entry: &Value| {
        entry
            .pointer("/annotations/org.opencontainers.image.ref.name")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let image = entries.iter().find(|entry| tag(entry).as_deref() == Some("v1.2.3")).unwrap();
    let digest: Digest = text(&image["digest"]).parse().unwrap();
    let raw = blob(&root, &digest);
    let manifest: Value = serde_json::from_slice(&raw).unwrap();
    let hung = |entry: &&Value| {
        tag(entry).is_none_or(|tag| tag.starts_with(&format!("sha256-{}.", digest.hex())))
            && entry["digest"] != image["digest"]
    };
    let artifacts = entries.iter().filter(hung).map(|entry| {
        let found = tag(entry).map_or(Found::Referrers, Found::Tag);
        artifact(&root, &text(&entry["digest"]).parse().unwrap(), found)
    });
    Evidence {
        subject: Reference::parse(&format!("127.0.0.1:5000/myorg/{name}@{digest}")).unwrap(),
        media_type: text(&image["mediaType"]),
        size: image["size"].as_u64().unwrap_or_default(),
        platforms: platforms(&manifest),
        artifacts: artifacts
            .filter(|a| a.subject.as_ref().is_none_or(|subject| *subject == digest))
            .collect(),
        gaps: Vec::new(),
        signed: Vec::new(),
        referrers: ReferrersApi::Answered,
        raw,
        digest,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn blob(root: &Path, digest: &Digest) -> Arc<[u8]> {
    std::fs::read(root.join("blobs").join(digest.algorithm()).join(digest.hex())).unwrap().into()
}

fn strings(value: &Value) -> std::collections::BTreeMap<String, String> {
    let map = value.as_object().into_iter().flatten();
    map.map(|(key, value)| (key.clone(), text(value))).collect()
}

fn platforms(manifest: &Value) -> Vec<Platform> {
    let entries = manifest["manifests"].as_array().into_iter().flatten();
    entries
        .map(|entry| Platform {
            name: format!("{}/{}", text(&entry["platform"]["os"]), text(&entry["platform"]["architecture"])),
            digest: text(&entry["digest"]).parse().unwrap(),
            media_type: text(&entry["mediaType"]),
            size: entry["size"].as_u64().unwrap_or_default(),
        })
        .collect()
}

fn artifact(root: &Path, digest: &Digest, found: Found) -> Artifact {
    let raw = blob(root, digest);
    let manifest: Value = serde_json::from_slice(&raw).unwrap();
    let layers = manifest["layers"].as_array().into_iter().flatten().map(|layer| {
        let digest: Digest = text(&layer["digest"]).parse().unwrap();
        Layer {
            media_type: text(&layer["mediaType"]),
            size: layer["size"].as_u64().unwrap_or_default(),
            annotations: strings(&layer["annotations"]),
            blob: Blob::Held(blob(root, &digest)),
            digest,
        }
    });
    let own = text(&manifest["artifactType"]);
    let artifact_type = if own.is_empty() { text(&manifest["config"]["mediaType"]) } else { own };
    let kind = match (&found, artifact_type.as_str()) {
        (Found::Tag(tag), _) if tag.ends_with(".sig") => ArtifactKind::CosignSignature,
        (Found::Tag(tag), _) if tag.ends_with(".att") => ArtifactKind::CosignAttestation,
        (Found::Tag(_), _) => ArtifactKind::CosignSbom,
        (_, kind) if kind.contains("sigstore.bundle") => ArtifactKind::SigstoreBundle,
        (_, kind) if kind.contains("notary.signature") => ArtifactKind::NotationSignature,
        (_, kind) => ArtifactKind::Other(kind.to_owned()),
    };
    Artifact {
        kind,
        digest: digest.clone(),
        media_type: text(&manifest["mediaType"]),
        artifact_type,
        found: vec![found],
        subject: manifest["subject"]["digest"].as_str().and_then(|subject| subject.parse().ok()),
        annotations: strings(&manifest["annotations"]),
        size: raw.len().try_into().unwrap(),
        layers: layers.collect(),
        raw: raw.clone(),
    }
}
