//! Manifests, indexes and descriptors (OCI image-spec 1.1), read without trust: bounded, checked for depth before parsing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::hash::digest_like;
use super::manifest;
use crate::model::{Digest, Missing};

/// Media type of an OCI image index.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Media type of an OCI image manifest.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type of a Docker manifest list.
pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Media type of a Docker image manifest, schema 2.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Media type of an OCI artifact manifest, which release candidates of OCI 1.1 had.
pub const ARTIFACT_MANIFEST: &str = "application/vnd.oci.artifact.manifest.v1+json";
/// Annotation that names a tag in the index of a layout.
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";
/// Longest manifest that is read, in bytes; registries limit theirs to the same (distribution-spec, "Pushing Manifests").
pub const MANIFEST_LIMIT: u64 = 4 << 20;
/// Deepest nesting of JSON that is parsed, in levels.
pub const DEPTH_LIMIT: u32 = 64;

/// A manifest or index, parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    value: Value,
}

impl Document {
    /// Parses a manifest. The nesting is measured before the parser recurses.
    ///
    /// # Errors
    /// [`Missing::TooDeep`], or [`Missing::Malformed`] when it is no JSON object, or claims to be an index and a manifest
    /// at once (CVE-2021-41190).
    pub fn parse(what: &str, bytes: &[u8]) -> Result<Self, Missing> {
        let mut value = parse_json(what, bytes)?;
        let malformed =
            |problem: &str| Missing::Malformed { what: what.to_owned(), problem: problem.to_owned() };
        manifest::canonical(&mut value).map_err(|problem| malformed(&problem))?;
        if !value.is_object() {
            return Err(malformed("it is not a JSON object"));
        }
        let document = Self { value };
        if document.has("manifests") && (document.has("layers") || document.has("config")) {
            return Err(malformed("it has the fields of an index and of a manifest"));
        }
        Ok(document)
    }

    /// Whether each field has the type that the decoders of the engines ask for; they refuse a manifest as a whole.
    ///
    /// # Errors
    /// [`Missing::Malformed`] with the first field of another type.
    pub fn typed(&self, what: &str) -> Result<(), Missing> {
        manifest::typed(&self.value).map_err(|problem| Missing::Malformed { what: what.to_owned(), problem })
    }

    fn has(&self, field: &str) -> bool {
        self.value.get(field).is_some_and(|value| !value.is_null())
    }

    fn text(&self, field: &str) -> Option<&str> {
        self.value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn list(&self, field: &str) -> &[Value] {
        self.value.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The media type: as the content says, else as announced, else as the fields suggest.
    #[must_use]
    pub fn media_type(&self, announced: Option<&str>) -> String {
        let guess = if self.has("manifests") { INDEX } else { MANIFEST };
        self.text("mediaType").or(announced.filter(|text| !text.is_empty())).unwrap_or(guess).to_owned()
    }

    /// Whether it lists manifests.
    #[must_use]
    pub fn is_index(&self) -> bool {
        self.has("manifests") || matches!(self.text("mediaType"), Some(INDEX | DOCKER_LIST))
    }

    /// Entries of an index, unread.
    #[must_use]
    pub fn manifests(&self) -> &[Value] {
        self.list("manifests")
    }

    /// Layers, unread; of an artifact manifest its `blobs`.
    #[must_use]
    pub fn layers(&self) -> &[Value] {
        if self.has("layers") { self.list("layers") } else { self.list("blobs") }
    }

    /// What kind of artifact it says to be: `artifactType`, else the configuration's media type; else empty.
    #[must_use]
    pub fn artifact_type(&self) -> &str {
        let config = || self.value.pointer("/config/mediaType").and_then(Value::as_str);
        self.text("artifactType").or_else(config).unwrap_or_default()
    }

    /// What it claims to be about.
    ///
    /// # Errors
    /// [`Missing::Malformed`] when there is a subject whose digest cannot be read.
    pub fn subject(&self, what: &str) -> Result<Option<Digest>, Missing> {
        match self.value.get("subject") {
            None | Some(Value::Null) => Ok(None),
            Some(subject) => Ok(Some(Descriptor::read(&format!("the subject of {what}"), subject)?.digest)),
        }
    }

    /// Annotations; entries that are not texts are left out.
    #[must_use]
    pub fn annotations(&self) -> BTreeMap<String, String> {
        texts(self.value.get("annotations"))
    }
}

/// A descriptor: the name of some content and what it is said to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// `mediaType`; empty when absent.
    pub media_type: String,
    /// `digest`.
    pub digest: Digest,
    /// `size` in bytes.
    pub size: u64,
    /// `annotations`; entries that are not texts are left out.
    pub annotations: BTreeMap<String, String>,
    /// `platform` as `os/architecture[/variant]`.
    pub platform: Option<String>,
}

impl Descriptor {
    /// Reads a descriptor (image-spec, descriptor.md).
    ///
    /// # Errors
    /// [`Missing::Malformed`] without a digest of a known form or a size.
    pub fn read(what: &str, value: &Value) -> Result<Self, Missing> {
        let malformed = |problem: String| Missing::Malformed { what: what.to_owned(), problem };
        let text = |field: &str| value.get(field).and_then(Value::as_str);
        let digest = text("digest").ok_or_else(|| malformed("the descriptor has no digest".to_owned()))?;
        let digest = digest.parse().map_err(|error| malformed(format!("{error}")))?;
        let size = value.get("size").and_then(Value::as_u64);
        Ok(Self {
            media_type: text("mediaType").unwrap_or_default().to_owned(),
            digest,
            size: size.ok_or_else(|| malformed("the descriptor has no size".to_owned()))?,
            annotations: texts(value.get("annotations")),
            platform: value.get("platform").and_then(platform),
        })
    }
}

fn platform(value: &Value) -> Option<String> {
    let part = |field: &str| value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut name = format!("{}/{}", part("os")?, part("architecture")?);
    if let Some(variant) = part("variant") {
        name.push('/');
        name.push_str(variant);
    }
    Some(name)
}

fn texts(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// Parses JSON of a bounded depth.
///
/// # Errors
/// [`Missing::TooDeep`] or [`Missing::Malformed`] with line and column.
pub fn parse_json(what: &str, bytes: &[u8]) -> Result<Value, Missing> {
    if deeper_than(bytes, DEPTH_LIMIT) {
        return Err(Missing::TooDeep { what: what.to_owned(), limit: DEPTH_LIMIT });
    }
    serde_json::from_slice(bytes)
        .map_err(|error| Missing::Malformed { what: what.to_owned(), problem: format!("not JSON: {error}") })
}

/// Whether JSON is nested deeper than `limit`, found without recursion. Brackets in strings do not count.
#[must_use]
pub fn deeper_than(bytes: &[u8], limit: u32) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0u32, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth = depth.saturating_add(1),
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limit {
            return true;
        }
    }
    false
}

/// Checks bytes against the digest that names them.
///
/// # Errors
/// [`Missing::DigestMismatch`].
pub fn check(bytes: &[u8], wanted: &Digest) -> Result<(), Missing> {
    let found = digest_like(wanted, bytes);
    if found == *wanted { Ok(()) } else { Err(Missing::DigestMismatch { wanted: wanted.clone(), found }) }
}

/// Whether a media type is one of a manifest or index.
#[must_use]
pub fn is_manifest_type(media_type: &str) -> bool {
    matches!(media_type, INDEX | MANIFEST | DOCKER_LIST | DOCKER_MANIFEST | ARTIFACT_MANIFEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_measured_before_parsing() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(matches!(parse_json("x", deep.as_bytes()), Err(Missing::TooDeep { limit: DEPTH_LIMIT, .. })));
        assert!(!deeper_than(br#"{"a":"[[[[\"[[["}"#, 1));
        assert!(deeper_than(br#"{"a\\":[1]}"#, 1));
    }

    #[test]
    fn a_document_is_one_thing() {
        assert!(Document::parse("x", br#"{"manifests":[],"layers":[]}"#).is_err());
        assert!(Document::parse("x", b"[]").is_err());
        let index = Document::parse("x", br#"{"manifests":[]}"#).unwrap();
        assert_eq!((index.is_index(), index.media_type(None).as_str()), (true, INDEX));
        assert_eq!(index.media_type(Some(DOCKER_LIST)), DOCKER_LIST);
    }

    #[test]
    fn descriptors_need_digest_and_size() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let read = |value: Value| Descriptor::read("x", &value);
        let platform = serde_json::json!({"os": "linux", "architecture": "arm", "variant": "v7"});
        let good = read(serde_json::json!({"digest": digest, "size": 3, "platform": platform})).unwrap();
        assert_eq!((good.size, good.platform.as_deref()), (3, Some("linux/arm/v7")));
        assert!(read(serde_json::json!({"digest": digest, "size": -1})).is_err());
        assert!(read(serde_json::json!({"digest": "sha256:../..", "size": 1})).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = Document::parse("x", &bytes);
        }

        #[test]
        fn depth_is_that_of_the_parser(text in r#"[\[\]{}":,a1\\ ]{0,40}"#) {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                let depth = depth_of(&value);
                assert!(!deeper_than(text.as_bytes(), depth), "{text}");
                assert!(depth == 0 || deeper_than(text.as_bytes(), depth - 1), "{text}");
            }
        }
    }

    fn depth_of(value: &Value) -> u32 {
        match value {
            Value::Array(list) => 1 + list.iter().map(depth_of).max().unwrap_or(0),
            Value::Object(map) => 1 + map.values().map(depth_of).max().unwrap_or(0),
            _ => 0,
        }
    }
}
