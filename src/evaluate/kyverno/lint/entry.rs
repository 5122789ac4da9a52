//! Findings about one entry of `verifyImages`: its references, its attestations and its own `validate`.

use super::policy::Findings;
use super::{attestor, condition};
use crate::evaluate::kyverno::read::is_empty;
use crate::model::code::Code;
use crate::model::node::Node;

/// Looks at one entry.
pub(super) fn entry(findings: &mut Findings, node: &Node) {
    for key in ["imageReferences", "skipImageReferences"] {
        for pattern in node.get(key).map(Node::items).unwrap_or_default() {
            reference(findings, pattern);
        }
    }
    let kind = node.get("type").and_then(Node::text).unwrap_or("Cosign");
    for set in node.get("attestors").map(Node::items).unwrap_or_default() {
        attestor::set(findings, set, kind, false);
    }
    let attestations = node.get("attestations").map(Node::items).unwrap_or_default();
    for attestation in attestations {
        attested(findings, attestation, kind);
    }
    let deny = node.path(&["validate", "deny"]).filter(|deny| !is_empty(deny));
    if let Some(deny) = deny {
        if attestations.is_empty() {
            findings.warn(
                Code::LintDeny,
                &deny.span,
                "these conditions are never evaluated: `validate.deny` runs only after attestations, and the entry has none",
            );
        }
        if let Some(conditions) = deny.get("conditions") {
            condition::list(findings, conditions);
        }
    }
}

fn attested(findings: &mut Findings, attestation: &Node, kind: &str) {
    let sets = attestation.get("attestors").map(Node::items).unwrap_or_default();
    if sets.is_empty() {
        let message = match kind {
            "SigstoreBundle" => "without attestors no bundle can verify",
            "Notary" => "without certificates Kyverno stops with an internal error here",
            _ => "without attestors any statement that any identity of the public authority signed will do",
        };
        findings.warn(Code::LintNested, &attestation.span, message);
    }
    for set in sets {
        attestor::set(findings, set, kind, true);
    }
    if let Some(conditions) = attestation.get("conditions") {
        condition::list(findings, conditions);
    }
}

/// Patterns are compared with the whole normalised name.
fn reference(findings: &mut Findings, pattern: &Node) {
    let Some(text) = pattern.text() else { return };
    if text.contains("{{") || text.contains("$(") {
        return;
    }
    let (head, rest) = text.split_once('/').map_or((text, None), |(head, rest)| (head, Some(rest)));
    let message = if rest.is_none() && !text.starts_with(['*', '?']) {
        format!(
            "`{text}` matches nothing: the name that is compared begins with its registry, as in `docker.io/nginx:latest`"
        )
    } else if head == "docker.io" && rest.is_some_and(|rest| rest.starts_with("library/")) {
        "`library/` is not put in: `nginx` is compared as `docker.io/nginx:latest`".to_owned()
    } else if text.contains(':') && !text.ends_with("@*") && tagged(text) {
        format!(
            "`{text}` does not match once the image is named by digest: then the tag is not compared, but `@sha256:…`"
        )
    } else {
        return;
    };
    findings.hint(Code::LintReference, &pattern.span, message);
}

/// Does the pattern insist on a tag?
fn tagged(text: &str) -> bool {
    let name = text.rsplit('/').next().unwrap_or_default();
    name.contains(':') && !name.contains('@')
}
