//! What an artifact is, by its media types: a name or a tag never decides alone.

use crate::format::oci::Document;
use crate::model::{ArtifactKind, Found};

const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
const DSSE: &str = "application/vnd.dsse.envelope.v1+json";
const NOTATION: &str = "application/vnd.cncf.notary.signature";
const BUILDKIT: &str = "application/vnd.docker.attestation.manifest.v1+json";
const IN_TOTO: &str = "application/vnd.in-toto+json";
const SBOM_REFERRER: &str = "application/vnd.dev.cosign.artifact.sbom.v1+json";

/// The kind. What the layers are counts before what the manifest calls itself: cosign reads the layers only.
pub(super) fn kind(document: &Document, media_type: &str, found: &[Found]) -> ArtifactKind {
    let layers = || document.layers().iter().filter_map(|layer| layer.get("mediaType")?.as_str());
    let artifact_type = document.artifact_type();
    let in_index = found.contains(&Found::Index) || artifact_type == BUILDKIT;
    let sbom_place = artifact_type == SBOM_REFERRER
        || found.iter().any(|way| matches!(way, Found::Tag(tag) if tag.ends_with(".sbom")));
    // Of a manifest with both, cosign's tag says as what it reads all of them.
    let attests = found.iter().any(|way| way.is_tag(".att")) && layers().any(|layer| layer == DSSE);
    if attests {
        ArtifactKind::CosignAttestation
    } else if layers().any(|layer| layer == SIMPLE_SIGNING) {
        ArtifactKind::CosignSignature
    } else if layers().any(|layer| layer.starts_with(BUNDLE)) || artifact_type.starts_with(BUNDLE) {
        ArtifactKind::SigstoreBundle
    } else if artifact_type == NOTATION {
        ArtifactKind::NotationSignature
    } else if layers().any(|layer| layer == DSSE) {
        ArtifactKind::CosignAttestation
    } else if in_index && layers().any(|layer| layer == IN_TOTO) {
        ArtifactKind::BuildkitAttestation
    } else if sbom_place && layers().any(is_sbom) {
        ArtifactKind::CosignSbom
    } else {
        ArtifactKind::Other(name(artifact_type, layers().next(), media_type))
    }
}

/// Media types that `cosign attach sbom` writes (pkg/types/media.go of sigstore/cosign).
fn is_sbom(media_type: &str) -> bool {
    ["spdx", "cyclonedx", "syft"].iter().any(|format| media_type.contains(format))
}

/// The most telling type: a configuration that every image has says nothing.
fn name(artifact_type: &str, layer: Option<&str>, media_type: &str) -> String {
    let plain = matches!(
        artifact_type,
        "" | "application/vnd.oci.image.config.v1+json"
            | "application/vnd.docker.container.image.v1+json"
            | "application/vnd.oci.empty.v1+json"
    );
    let telling = if plain { layer.filter(|text| !text.is_empty()) } else { Some(artifact_type) };
    telling.unwrap_or(if artifact_type.is_empty() { media_type } else { artifact_type }).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str, found: &[Found]) -> ArtifactKind {
        kind(&Document::parse("x", json.as_bytes()).unwrap(), "m", found)
    }

    #[test]
    fn content_decides() {
        let tag = |suffix: &str| [Found::Tag(format!("sha256-00.{suffix}"))];
        let simple = format!(r#"{{"layers":[{{"mediaType":"{SIMPLE_SIGNING}"}}]}}"#);
        assert_eq!(of(&simple, &tag("att")), ArtifactKind::CosignSignature);
        let both = format!(r#"{{"layers":[{{"mediaType":"{SIMPLE_SIGNING}"}},{{"mediaType":"{DSSE}"}}]}}"#);
        assert_eq!(of(&both, &tag("sig")), ArtifactKind::CosignSignature);
        assert_eq!(of(&both, &tag("att")), ArtifactKind::CosignAttestation);
        let text = r#"{"config":{"mediaType":"application/vnd.oci.image.config.v1+json"},"layers":[{"mediaType":"text/plain"}]}"#;
        assert_eq!(of(text, &tag("sig")), ArtifactKind::Other("text/plain".to_owned()));
        let sbom = r#"{"layers":[{"mediaType":"text/spdx+json"}]}"#;
        assert_eq!(of(sbom, &tag("sbom")), ArtifactKind::CosignSbom);
        assert_eq!(of(sbom, &[Found::Referrers]), ArtifactKind::Other("text/spdx+json".to_owned()));
        let notation = format!(r#"{{"config":{{"mediaType":"{NOTATION}"}},"layers":[]}}"#);
        assert_eq!(of(&notation, &[Found::Referrers]), ArtifactKind::NotationSignature);
        let empty = r#"{"config":{"mediaType":"application/vnd.oci.empty.v1+json"},"layers":[{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}]}"#;
        assert_eq!(of(empty, &[Found::Referrers]), ArtifactKind::SigstoreBundle);
        let in_toto = r#"{"layers":[{"mediaType":"application/vnd.in-toto+json"}]}"#;
        assert_eq!(of(in_toto, &[Found::Index]), ArtifactKind::BuildkitAttestation);
        assert_eq!(of(in_toto, &[Found::Referrers]), ArtifactKind::Other(IN_TOTO.to_owned()));
        assert_eq!(of("{}", &[]), ArtifactKind::Other("m".to_owned()));
    }
}
