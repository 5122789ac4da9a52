//! Resources out of manifests, and a made-up Pod for a bare image.

use std::sync::Arc;

use crate::format::yaml;
use crate::model::node::Node;
use crate::model::span::Diagnostic;
use crate::model::workload::{Resource, ResourceId};

/// Reads all resources of a text: many documents, and the items of lists.
///
/// # Errors
/// When the text cannot be parsed.
pub fn read(file: &str, text: &str) -> Result<Vec<Arc<Resource>>, Diagnostic> {
    let mut resources = Vec::new();
    for document in yaml::parse(file.into(), text)? {
        let is_list = document.get("kind").and_then(Node::text).is_some_and(|kind| kind.ends_with("List"));
        match document.get("items") {
            Some(items) if is_list => {
                resources.extend(items.items().iter().map(|item| resource(item.clone())));
            }
            _ => resources.push(resource(document)),
        }
    }
    Ok(resources)
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
