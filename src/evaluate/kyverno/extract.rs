//! The images of a resource (`pkg/utils/api/image.go`): built-in places for pods and their controllers, and the
//! extractors of a rule.

use super::reference::{ImageDefaults, ImageInfo};
use crate::model::node::{Node, NodeValue};

/// An image found in a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extracted {
    /// `containers`, `initContainers`, `ephemeralContainers`, or the extractor's name (default `custom`).
    pub list: String,
    /// The container's name, the extractor's key, or the JSON pointer.
    pub container: String,
    /// The image as written.
    pub image: String,
    /// The image as Kyverno reads it.
    pub info: ImageInfo,
    /// JSON pointer of the image.
    pub pointer: String,
    /// Names of the pull secrets beside the containers.
    pub pull_secrets: Vec<String>,
}

/// Kinds whose pod stands under `spec.template.spec`.
const TEMPLATED: &[&str] =
    &["DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "Job"];

/// Finds all images; kinds without a place for them have none.
///
/// # Errors
/// Kyverno's text for an image or extractor that cannot be read. (Kyverno swallows it and then finds no image at all;
/// see docs/quirks.md.)
pub fn extract(resource: &Node, extractors: Option<&Node>) -> Result<Vec<Extracted>, String> {
    let kind = resource.get("kind").and_then(Node::text).unwrap_or_default();
    if let Some(own) = extractors.and_then(|extractors| extractors.get(kind)) {
        if own.items().is_empty() {
            return Err(format!("no extractors found for {kind}"));
        }
        let mut found = Vec::new();
        for extractor in own.items() {
            replace(&mut found, custom(resource, extractor)?);
        }
        return Ok(found);
    }
    let path: &[&str] = match kind {
        "Pod" => &["spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        kind if TEMPLATED.contains(&kind) => &["spec", "template", "spec"],
        _ => return Ok(Vec::new()),
    };
    let Some(spec) = resource.path(path) else { return Ok(Vec::new()) };
    let secrets: Vec<String> = spec
        .get("imagePullSecrets")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(|secret| secret.get("name").and_then(Node::text).map(str::to_owned))
        .collect();
    let mut found = Vec::new();
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for (index, container) in spec.get(list).map(Node::items).unwrap_or_default().iter().enumerate() {
            let pointer = format!("/{}/{list}/{index}/image", path.join("/"));
            let name = container.get("name").and_then(Node::text);
            let image = container.get("image").and_then(Node::text);
            found.extend(one(list, name, image, &pointer, &secrets)?);
        }
    }
    Ok(found)
}

/// What an extractor found takes the place of what one of the same name found before, and in a list the later image
/// that of an earlier one with the same key: upstream keeps both in maps.
fn replace(found: &mut Vec<Extracted>, new: Vec<Extracted>) {
    let Some(first) = new.first() else { return };
    let list = first.list.clone();
    found.retain(|image| image.list != list);
    for image in new {
        found.retain(|other| other.list != list || other.container != image.container);
        found.push(image);
    }
}

fn one(
    list: &str,
    key: Option<&str>,
    image: Option<&str>,
    pointer: &str,
    secrets: &[String],
) -> Result<Option<Extracted>, String> {
    let Some(image) = image.filter(|image| !image.trim().is_empty()) else { return Ok(None) };
    let info = ImageInfo::parse(image, &ImageDefaults::default())?;
    Ok(Some(Extracted {
        list: list.to_owned(),
        container: key.unwrap_or(pointer).to_owned(),
        image: image.to_owned(),
        info,
        pointer: pointer.to_owned(),
        pull_secrets: secrets.to_vec(),
    }))
}

/// `imageExtractors` of a rule: a path with `*`, the value's and the key's field, a name.
fn custom(resource: &Node, extractor: &Node) -> Result<Vec<Extracted>, String> {
    // An empty text is one that is not written, and blanks around the segments of the path do not count.
    let text = |key: &str| extractor.get(key).and_then(Node::text).filter(|text| !text.is_empty());
    if let Some(expression) = text("jmesPath").filter(|expression| *expression != "@") {
        return Err(format!("not supported yet: imageExtractors with jmesPath {expression}"));
    }
    let mut fields: Vec<&str> = text("path")
        .unwrap_or_default()
        .split('/')
        .map(|field| field.trim_matches(' '))
        .filter(|field| !field.is_empty())
        .collect();
    let value = match text("value") {
        Some(value) => value,
        None => fields.pop().unwrap_or_default(),
    };
    let name = text("name").unwrap_or("custom");
    let mut found = Vec::new();
    for (node, pointer) in descend(resource, &fields) {
        let image = node.get(value).and_then(Node::text);
        let pointer = format!("{pointer}/{}", value.replace('~', "~0").replace('/', "~1"));
        let key = match text("key").map(|key| node.get(key).and_then(Node::text)) {
            // Even where there is no image: the key is read first.
            Some(None) => return Err("invalid key".to_owned()),
            Some(key) => key,
            None => None,
        };
        found.extend(one(name, key, image, &pointer, &[])?);
    }
    Ok(found)
}

/// Follows the fields. `*` goes into every item of a list (and of lists in it) and every mapping or list of a mapping;
/// scalars are passed over.
fn descend<'a>(resource: &'a Node, fields: &[&str]) -> Vec<(&'a Node, String)> {
    let mut places = vec![(resource, String::new())];
    for field in fields {
        let mut next = Vec::new();
        for (node, pointer) in places {
            if *field == "*" {
                next.extend(inside(node, &pointer));
            } else if let Some(child) = node.get(field) {
                next.push((child, format!("{pointer}/{}", field.replace('~', "~0").replace('/', "~1"))));
            }
        }
        places = next;
    }
    // What is left may be lists again: their items are looked at too.
    places.into_iter().flat_map(|(node, pointer)| flatten(node, pointer)).collect()
}

fn inside<'a>(node: &'a Node, pointer: &str) -> Vec<(&'a Node, String)> {
    let items = node.items().iter().enumerate().map(|(index, item)| (item, format!("{pointer}/{index}")));
    let entries = node.entries().iter().map(|entry| (&entry.node, format!("{pointer}/{}", entry.key)));
    items
        .chain(entries)
        .filter(|(node, _)| matches!(node.value, NodeValue::Map(_) | NodeValue::List(_)))
        .collect()
}

fn flatten(node: &Node, pointer: String) -> Vec<(&Node, String)> {
    let mut flat = Vec::new();
    let mut queue = std::collections::VecDeque::from([(node, pointer)]);
    while let Some((node, pointer)) = queue.pop_front() {
        match &node.value {
            NodeValue::Map(_) => flat.push((node, pointer)),
            NodeValue::List(items) => {
                queue.extend(
                    items.iter().enumerate().map(|(index, item)| (item, format!("{pointer}/{index}"))),
                );
            }
            _ => {}
        }
    }
    flat
}
