//! What the API server refuses by the schema of a policy's custom resource: unknown fields, other types, values that are
//! not allowed.
//!
//! `schema.json` holds the shapes of `spec` in Kyverno 1.19's custom resource definitions (`config/crds`), without their
//! descriptions, equal shapes once. A policy that the API server refuses never judges anything, so nothing that it
//! refuses may be read over.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use crate::model::node::{Entry, Node, NodeValue};
use crate::model::span::Span;

/// What is refused, in the API server's words, and where it stands.
pub(crate) type Refused = (String, Span);

#[derive(Deserialize)]
struct Schema {
    /// By `apiVersion kind`, the number of the shape of `spec`.
    roots: BTreeMap<String, usize>,
    shapes: Vec<Shape>,
}

/// A structural schema (OpenAPI v3 as custom resources use it); numbers name other shapes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    #[serde(rename = "type")]
    kind: Option<String>,
    /// `x-kubernetes-preserve-unknown-fields`.
    #[serde(default)]
    open: bool,
    #[serde(default)]
    fields: BTreeMap<String, usize>,
    #[serde(default)]
    required: Vec<String>,
    items: Option<usize>,
    /// `additionalProperties`.
    values: Option<usize>,
    #[serde(flatten)]
    limits: Limits,
    not: Option<usize>,
    one_of: Option<Vec<usize>>,
    /// A missing field is filled in before anything is required.
    default: Option<Value>,
}

/// What a value of the right type may be.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Limits {
    #[serde(rename = "enum")]
    allowed: Option<Vec<Value>>,
    minimum: Option<i64>,
    min_length: Option<usize>,
    max_length: Option<usize>,
    /// Of whole numbers: `int32`.
    format: Option<String>,
}

fn schema() -> Option<&'static Schema> {
    static SCHEMA: OnceLock<Option<Schema>> = OnceLock::new();
    SCHEMA.get_or_init(|| serde_json::from_str(include_str!("schema.json")).ok()).as_ref()
}

/// Everything that the API server refuses in a document of Kyverno's by its schema; `None`: no API server knows this
/// version of this kind.
#[must_use]
pub(crate) fn check(document: &Node) -> Option<Vec<Refused>> {
    let text = |key: &str| document.get(key).and_then(Node::text).unwrap_or_default();
    let schema = schema()?;
    let root = schema.roots.get(&format!("{} {}", text("apiVersion"), text("kind")))?;
    let mut check = Check { schema, refused: Vec::new() };
    check.fields_of("", document, &["apiVersion", "kind", "metadata", "spec", "status"]);
    if let Some(metadata) = document.get("metadata") {
        check.metadata(metadata);
    }
    match document.get("spec") {
        Some(spec) => check.value(*root, spec, "spec"),
        None => check.refuse("spec: Required value", &document.span),
    }
    Some(check.refused)
}

struct Check {
    schema: &'static Schema,
    refused: Vec<Refused>,
}

/// Fields of `metadata` (`k8s.io/apimachinery`, `ObjectMeta`).
const METADATA: &[&str] = &[
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
];

impl Check {
    fn refuse(&mut self, text: impl Into<String>, span: &Span) {
        self.refused.push((text.into(), span.clone()));
    }

    fn unknown(&mut self, path: &str, entry: &Entry) {
        self.refuse(format!("strict decoding error: unknown field \"{path}\""), &entry.key_span);
    }

    fn wrong_type(&mut self, path: &str, wanted: &str, node: &Node) {
        self.refuse(
            format!("{path}: Invalid value: must be of type {wanted}, this is {}", node.kind()),
            &node.span,
        );
    }

    fn fields_of(&mut self, path: &str, node: &Node, known: &[&str]) {
        for entry in node.entries().iter().filter(|entry| !known.contains(&&*entry.key)) {
            self.unknown(&join(path, &entry.key), entry);
        }
    }

    fn metadata(&mut self, metadata: &Node) {
        if !matches!(metadata.value, NodeValue::Map(_)) {
            return self.wrong_type("metadata", "object", metadata);
        }
        self.fields_of("metadata", metadata, METADATA);
        for key in ["name", "generateName", "namespace"] {
            let Some(node) = metadata.get(key) else { continue };
            let Some(text) = node.text() else {
                self.wrong_type(&format!("metadata.{key}"), "string", node);
                continue;
            };
            // What is generated ends in random letters and digits.
            let whole = if key == "generateName" { format!("{text}x") } else { text.to_owned() };
            let named = if key == "namespace" { is_label(&whole) } else { is_subdomain(&whole) };
            if !named {
                self.refuse(
                    format!(
                        "metadata.{key}: Invalid value: \"{text}\": a lowercase RFC 1123 name must consist of lower case \
                         alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
                    ),
                    &node.span,
                );
            }
        }
        for key in ["labels", "annotations"] {
            let Some(pairs) = metadata.get(key) else { continue };
            if !matches!(pairs.value, NodeValue::Map(_)) {
                self.wrong_type(&format!("metadata.{key}"), "object", pairs);
            }
            for pair in pairs.entries() {
                if pair.node.text().is_none() && pair.node.value != NodeValue::Null {
                    self.wrong_type(&format!("metadata.{key}.{}", pair.key), "string", &pair.node);
                }
            }
        }
    }

    fn value(&mut self, number: usize, node: &Node, path: &str) {
        let schema = self.schema;
        let Some(shape) = schema.shapes.get(number) else { return };
        if let Some(kind) = &shape.kind
            && !is_of(kind, node)
        {
            return self.wrong_type(path, kind, node);
        }
        self.limits(&shape.limits, node, path);
        if let Some(items) = shape.items {
            for (index, item) in node.items().iter().enumerate() {
                self.value(items, item, &format!("{path}[{index}]"));
            }
        }
        for entry in node.entries() {
            let path = join(path, &entry.key);
            match shape.fields.get(&*entry.key).copied().or(shape.values) {
                // A null under a key is pruned, as if it were not there.
                Some(_) if entry.node.value == NodeValue::Null => {}
                Some(number) => self.value(number, &entry.node, &path),
                None if shape.open || shape.kind.is_none() => {}
                None => self.unknown(&path, entry),
            }
        }
        for name in &shape.required {
            let filled = |number: &usize| schema.shapes.get(*number).is_some_and(|s| s.default.is_some());
            if node.get(name).is_none() && !shape.fields.get(name).is_some_and(filled) {
                self.refuse(format!("{}: Required value", join(path, name)), &node.span);
            }
        }
        if shape.not.is_some_and(|number| self.holds(number, node)) {
            self.refuse(
                format!("{path}: Invalid value: \"{path}\" must not validate the schema (not)"),
                &node.span,
            );
        }
        if let Some(choices) = &shape.one_of {
            let valid = choices.iter().filter(|number| self.holds(**number, node)).count();
            if valid != 1 {
                let found =
                    if valid == 0 { "none valid".to_owned() } else { format!("{valid} valid alternatives") };
                self.refuse(
                    format!(
                        "{path}: Invalid value: \"{path}\" must validate one and only one schema (oneOf). Found {found}"
                    ),
                    &node.span,
                );
            }
        }
    }

    fn limits(&mut self, shape: &Limits, node: &Node, path: &str) {
        if let Some(allowed) = &shape.allowed
            && !allowed.iter().any(|value| equals(value, node))
        {
            let listed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
            let found = node.text().unwrap_or_else(|| node.kind());
            self.refuse(
                format!("{path}: Unsupported value: \"{found}\": supported values: {}", listed.join(", ")),
                &node.span,
            );
        }
        if let Some(number) = node.int() {
            if let Some(least) = shape.minimum.filter(|least| number < *least) {
                self.refuse(
                    format!("{path}: Invalid value: {number}: {path} in body should be greater than or equal to {least}"),
                    &node.span,
                );
            }
            if shape.format.as_deref() == Some("int32") && i32::try_from(number).is_err() {
                self.refuse(format!("{path}: Invalid value: {number}: it is no 32-bit number"), &node.span);
            }
        }
        if let Some(text) = node.text() {
            let length = text.chars().count();
            if let Some(most) = shape.max_length.filter(|most| length > *most) {
                self.refuse(format!("{path}: Too long: may not be more than {most} bytes"), &node.span);
            }
            if let Some(least) = shape.min_length.filter(|least| length < *least) {
                self.refuse(
                    format!("{path}: Invalid value: \"{text}\": {path} in body should be at least {least} chars long"),
                    &node.span,
                );
            }
        }
    }

    /// True when a value meets a shape. Inside `not` and `oneOf` fields that are not named there do not matter.
    fn holds(&self, number: usize, node: &Node) -> bool {
        let Some(shape) = self.schema.shapes.get(number) else { return false };
        shape.kind.as_ref().is_none_or(|kind| is_of(kind, node))
            && shape.required.iter().all(|name| node.get(name).is_some())
            && shape
                .limits
                .allowed
                .as_ref()
                .is_none_or(|allowed| allowed.iter().any(|value| equals(value, node)))
            && shape
                .fields
                .iter()
                .all(|(name, number)| node.get(name).is_none_or(|value| self.holds(*number, value)))
            && shape.not.is_none_or(|number| !self.holds(number, node))
            && shape
                .one_of
                .as_ref()
                .is_none_or(|all| all.iter().filter(|number| self.holds(**number, node)).count() == 1)
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn is_of(kind: &str, node: &Node) -> bool {
    match kind {
        "object" => matches!(node.value, NodeValue::Map(_)),
        "array" => matches!(node.value, NodeValue::List(_)),
        "string" => matches!(node.value, NodeValue::Text(_)),
        "boolean" => matches!(node.value, NodeValue::Bool(_)),
        "integer" => matches!(node.value, NodeValue::Int(_)),
        "number" => matches!(node.value, NodeValue::Int(_) | NodeValue::Float(_)),
        _ => false,
    }
}

fn equals(value: &Value, node: &Node) -> bool {
    match value {
        Value::String(text) => node.text() == Some(text),
        Value::Bool(flag) => node.bool() == Some(*flag),
        Value::Number(number) => number.as_i64().is_some_and(|number| node.int() == Some(number)),
        _ => false,
    }
}

/// RFC 1123 label, as names of namespaces are (`validation.IsDNS1123Label`).
fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.first().is_some_and(|byte| inner(*byte))
        && bytes.last().is_some_and(|byte| inner(*byte))
        && bytes.iter().all(|byte| inner(*byte) || *byte == b'-')
}

/// RFC 1123 subdomain, as names of custom resources are (`validation.IsDNS1123Subdomain`); a part of it may be longer
/// than a label.
fn is_subdomain(text: &str) -> bool {
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(inner)
            && bytes.last().is_some_and(inner)
            && bytes.iter().all(|byte| inner(byte) || *byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_schema_is_understood() {
        let raw: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
        let known = [
            "type",
            "open",
            "fields",
            "required",
            "items",
            "values",
            "enum",
            "minimum",
            "minLength",
            "maxLength",
            "format",
            "not",
            "oneOf",
            "default",
        ];
        let shapes = raw["shapes"].as_array().unwrap();
        for key in shapes.iter().flat_map(|shape| shape.as_object().unwrap().keys()) {
            assert!(known.contains(&key.as_str()), "{key}");
        }
        let schema = schema().unwrap();
        assert_eq!(schema.shapes.len(), shapes.len());
        assert!(schema.roots.values().all(|root| *root < shapes.len()));
        let kinds = ["object", "array", "string", "boolean", "integer", "number"];
        assert!(
            schema.shapes.iter().filter_map(|shape| shape.kind.as_deref()).all(|kind| kinds.contains(&kind))
        );
    }
}
