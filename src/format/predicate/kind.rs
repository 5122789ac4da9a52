//! Recognises what a predicate is: by what it looks like, and by the type that its statement names.

use crate::model::document::{Item, Kind};

/// A kind of predicate or document that has a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Spdx,
    CycloneDx,
    Provenance0,
    Provenance1,
    Scan,
    Trivy,
    Grype,
    OpenVex,
    Csaf,
    Scorecard,
    Vsa,
    Svr,
    TestResult,
    Scai,
    Link,
    Release,
    Reference,
    RuntimeTrace,
    NpmPublish,
    CosignCustom,
    CosignSign,
}

/// Types by how they begin; the first that fits counts. Versions vary, so most end where the version would.
const TYPES: &[(&str, Format)] = &[
    ("https://slsa.dev/provenance/v0", Format::Provenance0),
    ("https://slsa.dev/provenance/", Format::Provenance1),
    ("https://scout.docker.com/provenance/", Format::Provenance0),
    ("https://spdx.dev/Document", Format::Spdx),
    ("https://spdx.github.io/spdx-spec/", Format::Spdx),
    ("https://scout.docker.com/sbom/", Format::Spdx),
    ("https://cyclonedx.org/", Format::CycloneDx),
    ("cyclonedx.org/", Format::CycloneDx),
    ("https://cosign.sigstore.dev/attestation/vuln/", Format::Scan),
    ("cosign.sigstore.dev/attestation/vuln/", Format::Scan),
    ("https://in-toto.io/attestation/vuln", Format::Scan),
    ("https://openvex.dev/ns", Format::OpenVex),
    ("https://slsa.dev/verification_summary/", Format::Vsa),
    ("https://in-toto.io/attestation/svr/", Format::Svr),
    ("https://in-toto.io/attestation/test-result/", Format::TestResult),
    ("https://in-toto.io/attestation/scai/", Format::Scai),
    ("https://in-toto.io/attestation/link/", Format::Link),
    ("https://in-toto.io/Link/", Format::Link),
    ("https://in-toto.io/attestation/release/", Format::Release),
    ("https://in-toto.io/attestation/reference/", Format::Reference),
    ("https://in-toto.io/attestation/runtime-trace/", Format::RuntimeTrace),
    ("https://github.com/npm/attestation/", Format::NpmPublish),
    ("https://cosign.sigstore.dev/attestation/v1", Format::CosignCustom),
    ("cosign.sigstore.dev/attestation/v1", Format::CosignCustom),
    ("https://sigstore.dev/cosign/sign/", Format::CosignSign),
];

/// What it is: what can be told apart by its look goes by that, all else by the type that is named.
pub(super) fn of(named: Option<&str>, item: Item<'_>) -> Option<Format> {
    if item.kind() != Kind::Map {
        return None;
    }
    let by_type = || {
        let named = named?;
        TYPES.iter().find(|(start, _)| named.starts_with(start)).map(|(_, format)| *format)
    };
    by_look(item).or_else(by_type)
}

fn by_look(item: Item<'_>) -> Option<Format> {
    let has = |key: &str| item.get(key).is_some();
    let is = |key: &str, kind: Kind| item.get(key).is_some_and(|value| value.kind() == kind);
    let graph = || item.word(&["@context"]).is_some_and(|context| context.contains("spdx.org/rdf/3"));
    Some(match () {
        () if has("bomFormat") => Format::CycloneDx,
        () if has("spdxVersion") || graph() => Format::Spdx,
        () if is("buildDefinition", Kind::Map) => Format::Provenance1,
        () if has("buildType") && is("builder", Kind::Map) => Format::Provenance0,
        () if is("recipe", Kind::Map) && is("builder", Kind::Map) => Format::Provenance0,
        () if is("statements", Kind::List) && (has("@context") || has("author")) => Format::OpenVex,
        () if item.at(&["document", "csaf_version"]).is_some() => Format::Csaf,
        () if has("SchemaVersion") && (has("Results") || has("ArtifactName")) => Format::Trivy,
        () if is("matches", Kind::List) && has("descriptor") => Format::Grype,
        () if is("scanner", Kind::Map) => Format::Scan,
        () if has("score") && is("checks", Kind::List) => Format::Scorecard,
        () if item.word(&["_type"]) == Some("link") => Format::Link,
        () => return None,
    })
}
