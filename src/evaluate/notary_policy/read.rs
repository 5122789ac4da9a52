//! Recognises and reads a trust policy document; it is held to notation's own rules.

use std::sync::Arc;

use super::policy::{Policy, Refusal};
use crate::format::trust_policy::TrustPolicy;
use crate::format::yaml;
use crate::model::node::Node;
use crate::model::trace::PolicyId;

/// True for a document with `trustPolicies`, whose form no Kubernetes resource has.
#[must_use]
pub fn is_policy(document: &Node) -> bool {
    document.get("apiVersion").is_none()
        && document.get("kind").is_none()
        && document.entry("trustPolicies").is_some()
}

/// Reads the document. What notation refuses is kept with its place, and judges nothing.
#[must_use]
pub fn read(node: &Arc<Node>) -> Policy {
    let file: &str = &node.span.file;
    let name = file.rsplit('/').next().unwrap_or(file).to_owned();
    let text = yaml::to_json(node).to_string();
    let document = TrustPolicy::parse_placed(text.as_bytes()).map_err(|(statement, problem)| {
        let statements = node.get("trustPolicies").map(Node::items).unwrap_or_default();
        let at = statement.and_then(|index| statements.get(index)).unwrap_or(node);
        Refusal { problem, span: at.span.clone() }
    });
    let id = PolicyId { kind: "Notation trust policy".to_owned(), namespace: String::new(), name };
    Policy { id, node: node.clone(), document }
}
