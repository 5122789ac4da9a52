//! The root of the JSON context that conditions see (spec B.4).

use serde_json::{Map, Value, json};

use super::case::Case;
use super::extract::Extracted;
use super::reference::ImageInfo;
use crate::format::yaml::to_json;

/// Variables by name.
#[derive(Clone, Debug)]
pub(super) struct Root {
    value: Value,
}

impl Root {
    /// What is there before any attestation: the request, the images, the image at hand.
    pub(super) fn new(case: &Case<'_>) -> Self {
        let resource = case.resource;
        let mut images = Map::new();
        for extracted in case.images {
            let list = images.entry(extracted.list.clone()).or_insert_with(|| json!({}));
            if let Some(list) = list.as_object_mut() {
                list.insert(extracted.container.clone(), info(&extracted.info, extracted));
            }
        }
        let at_hand = case.images.iter().find(|extracted| extracted.info == *case.info);
        let value = json!({
            "request": {
                "operation": "CREATE",
                "namespace": resource.id.namespace,
                "name": resource.id.name,
                "kind": { "kind": resource.id.kind },
                "object": to_json(&resource.manifest),
            },
            "images": images,
            "image": at_hand.map(|extracted| info(case.info, extracted)),
        });
        Self { value }
    }

    /// A predicate under the name that the policy gives it; without a name nothing happens.
    pub(super) fn name(&mut self, name: &str, predicate: &Value) {
        if name.is_empty() {
            return;
        }
        let mut named = Map::new();
        named.insert(name.to_owned(), predicate.clone());
        merge(&mut self.value, &Value::Object(named));
    }

    /// The root with the keys of a predicate merged into it.
    pub(super) fn with(&self, predicate: &Value) -> Value {
        let mut value = self.value.clone();
        merge(&mut value, predicate);
        value
    }

    /// The root.
    pub(super) fn value(&self) -> &Value {
        &self.value
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

/// Maps are merged key by key, every other value takes the place of what was there.
fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                match into.get_mut(key) {
                    Some(there) => merge(there, value),
                    None => {
                        into.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (into, from) => *into = from.clone(),
    }
}
