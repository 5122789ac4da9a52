//! Views of predicates that no set of vectors holds: what is recognised, what stands first, and what the tables hold.

use std::sync::Arc;

use sigscope::format::{document, predicate};
use sigscope::model::view::{PredicateView, Weight};

fn view(named: Option<&str>, text: &str) -> PredicateView {
    predicate::view(named, &Arc::new(document::read(text.as_bytes()).expect("JSON")), 0)
}

/// The rows of a table, cells joined.
fn rows(view: &PredicateView, title: &str) -> Vec<String> {
    let section = view.sections.iter().find(|section| section.title == title);
    let section = section.unwrap_or_else(|| panic!("no table `{title}`: {:?}", view.sections));
    section.rows.iter().map(|row| row.cells.join(" | ")).collect()
}

#[test]
fn a_report_of_grype_in_the_frame_of_cosign() {
    let text = r#"{"scanner": {"uri": "pkg:github/anchore/grype@0.80.0", "result": {"matches": [
        {"vulnerability": {"id": "CVE-1", "severity": "Low", "fix": {"versions": [], "state": "wont-fix"}},
         "artifact": {"name": "a", "version": "1"}},
        {"vulnerability": {"id": "CVE-2", "severity": "Critical", "fix": {"versions": ["2.1", "3.0"]}},
         "artifact": {"name": "b", "version": "2", "locations": [{"path": "/lib/b"}]}}]}},
        "metadata": {"scanFinishedOn": "2026-11-20T10:00:30Z"}}"#;
    let view = view(Some("https://cosign.sigstore.dev/attestation/vuln/v1"), text);
    assert!(view.headline.starts_with("1 critical, 1 low, by pkg:github/anchore/grype"), "{}", view.headline);
    assert_eq!(
        rows(&view, "findings"),
        ["CVE-2 | Critical | b | 2 | 2.1, 3.0 | /lib/b", "CVE-1 | Low | a | 1 |  | "],
        "the gravest first"
    );
    assert_eq!(rows(&view, "by severity"), ["Critical | 1 | ", "Low | 1 | "]);
}

#[test]
fn counts_of_a_summary_stand_beside_those_of_the_list() {
    let text = r#"{"scanner": {"uri": "x", "result": {"summary": {"criticalCount": 2, "highCount": 0}}}}"#;
    let alone = view(None, text);
    assert_eq!(alone.format, "vulnerability scan");
    assert!(alone.headline.starts_with("2 critical"), "{}", alone.headline);
    let text = r#"{"scanner": {"result": {"SchemaVersion": 2, "summary": {"CRITICAL": 0}, "Results": [{"Vulnerabilities":
        [{"VulnerabilityID": "CVE-1", "Severity": "CRITICAL", "PkgName": "p"}]}, {"Target": "none"}]}}}"#;
    let both = view(None, text);
    assert_eq!(rows(&both, "by severity"), ["CRITICAL | 1 | 0"], "they differ, and that is seen");
    assert!(both.headline.starts_with("1 critical"), "{}", both.headline);
}

#[test]
fn verification_summaries_links_and_releases() {
    let text = r#"{"verifier": {"id": "https://v"}, "verificationResult": "FAILED", "verifiedLevels": ["SLSA_BUILD_LEVEL_2"],
        "resourceUri": "pkg:oci/x", "inputAttestations": [{"uri": "https://a", "digest": {"sha256": "00"}}]}"#;
    let summary = view(Some("https://slsa.dev/verification_summary/v1"), text);
    assert_eq!((summary.format, summary.headline.as_str()), ("VSA", "FAILED, SLSA_BUILD_LEVEL_2, https://v"));
    assert_eq!(summary.sections[0].rows[0].weight, Weight::Bad);
    assert_eq!(rows(&summary, "attestations that were read"), ["https://a | sha256:00"]);

    let text = r#"{"_type": "link", "name": "build", "command": ["make", "all"], "byproducts": {"return-value": 2},
        "materials": {"src/a.c": {"sha256": "01"}}, "products": {}}"#;
    let link = view(None, text);
    assert_eq!((link.format, link.headline.as_str()), ("link", "build, make all, 1 material, 0 products"));
    assert_eq!(rows(&link, "materials"), ["src/a.c | sha256:01"]);

    let text = r#"{"purl": "pkg:github/o/r@v1", "tag": "v1", "releaseId": 7, "repository": "o/r"}"#;
    let release = view(Some("https://in-toto.io/attestation/release/v0.1"), text);
    assert_eq!((release.format, release.headline.as_str()), ("release", "pkg:github/o/r@v1, v1, 7"));
}

#[test]
fn provenance_of_version_1() {
    let text = r#"{"buildDefinition": {"buildType": "t", "externalParameters": {"workflow": {"repository": "https://r",
        "ref": "refs/heads/main", "path": "w.yml"}}, "internalParameters": {"github": {"event_name": "push",
        "runner_environment": "self-hosted"}}, "resolvedDependencies": [{"uri": "git+https://r", "digest":
        {"gitCommit": "abc"}}]}, "runDetails": {"builder": {"id": "https://b"}, "metadata": {"invocationId": "i"}}}"#;
    let view = view(Some("https://slsa.dev/provenance/v1"), text);
    assert_eq!(view.headline, "by https://b, from https://r@refs/heads/main");
    let build = rows(&view, "build");
    for row in [
        "builder | https://b",
        "digest of the source | gitCommit:abc",
        "trigger | push",
        "runner | self-hosted",
    ] {
        assert!(build.iter().any(|have| have == row), "{row}: {build:?}");
    }
    assert_eq!(rows(&view, "dependencies"), ["git+https://r | gitCommit:abc | "]);
    assert_eq!(rows(&view, "parameters of the caller").len(), 3);
}

#[test]
fn the_graph_of_spdx_3_and_documents_inside_of_texts() {
    let text = r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
        {"type": "CreationInfo", "specVersion": "3.0.1", "created": "2026-01-01T00:00:00Z"},
        {"type": "SpdxDocument", "spdxId": "d", "name": "doc"},
        {"type": "software_Package", "spdxId": "p", "name": "pkg", "software_packageVersion": "1"},
        {"type": "simplelicensing_LicenseExpression", "spdxId": "l", "simplelicensing_licenseExpression": "MIT"},
        {"type": "Relationship", "relationshipType": "hasDeclaredLicense", "from": "p", "to": ["l"]}]}"#;
    let graph = view(Some("https://spdx.dev/Document/v3"), text);
    assert_eq!(graph.headline, "doc, 1 package");
    assert_eq!(rows(&graph, "packages"), ["pkg | 1 | MIT | "]);

    let inner = serde_json::json!({"bomFormat": "CycloneDX", "components": [{"name": "c"}]}).to_string();
    let as_text =
        view(Some("https://cyclonedx.org/bom"), &serde_json::Value::from(inner.clone()).to_string());
    assert_eq!((as_text.format, as_text.headline.as_str()), ("CycloneDX", "1 component"));
    let framed = serde_json::json!({"Data": inner, "Timestamp": "2026-01-01T00:00:00Z"}).to_string();
    let custom = view(Some("https://cosign.sigstore.dev/attestation/v1"), &framed);
    assert_eq!((custom.format, custom.headline.as_str()), ("cosign custom", "CycloneDX: 1 component"));
    assert_eq!(rows(&custom, "components").len(), 1);
}

#[test]
fn what_is_of_no_kind_or_malformed_is_shown_as_it_is() {
    for text in ["null", "[]", "{}", "3", "\"a\"", "[1, [2]]", r#"{"a": {"b": [null]}}"#] {
        let view = view(Some("https://example.com/unknown"), text);
        assert_eq!(view.format, "other", "{text}");
    }
    let none = "https://slsa.dev/provenance/v1";
    for text in [r#"{"buildDefinition": 3}"#, r#"{"runDetails": []}"#, "{}"] {
        assert_eq!(view(Some(none), text).headline, "no builder is named", "{text}");
    }
    let odd =
        r#"{"spdxVersion": {}, "packages": {"a": 1}, "creationInfo": [], "relationships": [null, 1, []]}"#;
    assert_eq!(view(None, odd).headline, "0 packages");
}
