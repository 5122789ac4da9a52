//! Resources out of manifests, and a made-up Pod for a bare image.

use std::sync::Arc;

use crate::format::yaml;
use crate::model::node::{Entry, Node, NodeValue};
use crate::model::span::Diagnostic;
use crate::model::workload::{Resource, ResourceId};

/// Reads all resources of a text: many documents, and the items of lists.
///
/// # Errors
/// When the text cannot be parsed.
pub fn read(file: &str, text: &str) -> Result<Vec<Arc<Resource>>, Diagnostic> {
    let mut resources = Vec::new();
    for document in yaml::parse(file.into(), text)? {
        collect(document, &mut resources)?;
    }
    Ok(resources)
}

/// A list holds its resources under `items`; those of a `PodList` need not say that they are Pods. The depth of a document
/// is bounded (`yaml::MAX_DEPTH`).
fn collect(document: Node, resources: &mut Vec<Arc<Resource>>) -> Result<(), Diagnostic> {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let (version, kind) = (text(&document, "apiVersion"), text(&document, "kind"));
    if let (Some(of), Some(_)) = (kind.strip_suffix("List"), document.get("items")) {
        for item in document.get("items").map(Node::items).unwrap_or_default() {
            let mut item = item.clone();
            if item.get("kind").is_none() && !of.is_empty() {
                put(&mut item, "kind", of);
                put(&mut item, "apiVersion", &version);
            }
            collect(item, resources)?;
        }
        return Ok(());
    }
    if !kind.starts_with(|c: char| c.is_ascii_uppercase()) {
        let found = if kind.is_empty() { "none".to_owned() } else { format!("`{kind}`") };
        return Err(Diagnostic {
            span: document.span.clone(),
            problem: format!("a resource has to name its `kind`, found {found}"),
            hint: Some("kinds begin with a capital letter: `kind: Pod`".to_owned()),
        });
    }
    resources.push(resource(document));
    Ok(())
}

fn put(node: &mut Node, key: &str, value: &str) {
    let span = node.span.clone();
    if let NodeValue::Map(entries) = &mut node.value {
        let value = Node { value: NodeValue::Text(value.into()), span: span.clone() };
        entries.push(Entry { key: key.into(), key_span: span, node: value });
    }
}

fn resource(document: Node) -> Arc<Resource> {
    let metadata = |key: &str| document.path(&["metadata", key]).and_then(Node::text).map(str::to_owned);
    let top = |key: &str| document.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let id = ResourceId {
        api_version: top("apiVersion"),
        kind: top("kind"),
        namespace: metadata("namespace")
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| "default".to_owned()),
        name: metadata("name").or_else(|| metadata("generateName")).unwrap_or_default(),
    };
    Arc::new(Resource { id, manifest: Arc::new(document), synthetic: false })
}

/// A Pod of one container in namespace `default`, for an image that no resource names.
#[must_use]
pub fn bare(image: &str) -> Resource {
    let last = image.rsplit('/').next().unwrap_or_default();
    let name = last.split([':', '@']).next().unwrap_or_default().to_owned();
    let pod = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"containers": [{"name": "image", "image": image}]},
    });
    let id = ResourceId {
        api_version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: "default".to_owned(),
        name,
    };
    Resource { id, manifest: Arc::new(yaml::from_json(image.into(), &pod)), synthetic: true }
}
