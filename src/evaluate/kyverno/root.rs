//! The root of the JSON context that conditions on attestations see (spec A.11, B.4).

use serde_json::{Map, Value, json};

use super::case::Case;
use super::extract::Extracted;
use super::loader::Loader;
use super::reference::ImageInfo;
use super::scope::Scope;
use crate::model::node::Node;

/// Variables by name.
#[derive(Clone, Debug)]
pub(super) struct Root {
    scope: Scope,
}

impl Root {
    /// What is there before any attestation: the request, the images, the image at hand, the rule's own entries.
    pub(super) fn new(case: &Case<'_>, rule: &Node, loader: &Loader<'_>) -> Self {
        let mut scope = Scope::new(case.resource, case.images, case.context.as_of);
        if let Some(entries) = rule.get("context") {
            scope.load(entries, loader);
        }
        if let Some(at_hand) = case.images.iter().find(|extracted| extracted.info == *case.info) {
            scope.insert("image", info(case.info, at_hand));
        }
        Self { scope }
    }

    /// A predicate under the name that the policy gives it; without a name nothing happens.
    pub(super) fn name(&mut self, name: &str, predicate: &Value) {
        if name.is_empty() {
            return;
        }
        let mut named = Map::new();
        named.insert(name.to_owned(), predicate.clone());
        self.scope.merge(&Value::Object(named));
    }

    /// The variables with the keys of a predicate merged into the root.
    pub(super) fn with(&self, predicate: &Value) -> Scope {
        let mut scope = self.scope.clone();
        scope.merge(predicate);
        scope
    }

    /// The variables.
    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }
}

fn info(info: &ImageInfo, extracted: &Extracted) -> Value {
    let repository =
        if info.registry.is_empty() { info.path.clone() } else { format!("{}/{}", info.registry, info.path) };
    json!({
        "registry": info.registry,
        "name": info.name,
        "path": info.path,
        "tag": info.tag,
        "digest": info.digest.clone().unwrap_or_default(),
        "reference": info.string(),
        "referenceWithTag": format!("{repository}:{}", info.tag),
        "jsonPointer": extracted.pointer,
    })
}
