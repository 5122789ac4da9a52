//! Field names and types of manifests as Go's decoder takes them (`go-containerregistry`, `pkg/v1/manifest.go`): names in
//! any case, and one field of another type refuses the whole.

use serde_json::{Map, Value};

/// Fields of a manifest or index.
const DOCUMENT: &[&str] = &[
    "schemaVersion",
    "mediaType",
    "artifactType",
    "config",
    "layers",
    "blobs",
    "manifests",
    "subject",
    "annotations",
];

/// Fields of a descriptor.
const DESCRIPTOR: &[&str] =
    &["mediaType", "digest", "size", "annotations", "artifactType", "platform", "data", "urls"];

/// Writes the names of known fields as the specification does.
///
/// # Errors
/// When a field is there twice under different spellings: readers would differ on which counts.
pub(super) fn canonical(document: &mut Value) -> Result<(), String> {
    let Value::Object(fields) = document else { return Ok(()) };
    rename(fields, DOCUMENT)?;
    for name in ["config", "subject"] {
        fields.get_mut(name).map_or(Ok(()), descriptor)?;
    }
    for name in ["layers", "blobs", "manifests"] {
        for one in fields.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten() {
            descriptor(one)?;
        }
    }
    Ok(())
}

fn descriptor(value: &mut Value) -> Result<(), String> {
    match value {
        Value::Object(fields) => rename(fields, DESCRIPTOR),
        _ => Ok(()),
    }
}

fn rename(fields: &mut Map<String, Value>, known: &[&str]) -> Result<(), String> {
    for name in known {
        let spelt: Vec<String> =
            fields.keys().filter(|key| key.eq_ignore_ascii_case(name)).cloned().collect();
        match spelt.as_slice() {
            [] => {}
            [one] if one == name => {}
            [one] => {
                if let Some(value) = fields.remove(one) {
                    fields.insert((*name).to_owned(), value);
                }
            }
            _ => return Err(format!("the field `{name}` is there twice")),
        }
    }
    Ok(())
}

/// Whether the fields of a manifest have the types of the specification; `null` is no value.
///
/// # Errors
/// The first that has not.
pub(super) fn typed(document: &Value) -> Result<(), String> {
    of(document, "schemaVersion", "a whole number", Value::is_i64)?;
    of(document, "mediaType", "a text", Value::is_string)?;
    of(document, "artifactType", "a text", Value::is_string)?;
    pairs(document, "annotations")?;
    for name in ["config", "subject"] {
        of(document, name, "an object", Value::is_object)?;
        if let Some(one) = document.get(name).filter(|one| !one.is_null()) {
            described(one).map_err(|problem| format!("{name}: {problem}"))?;
        }
    }
    for name in ["layers", "blobs", "manifests"] {
        of(document, name, "a list", Value::is_array)?;
        for one in document.get(name).and_then(Value::as_array).into_iter().flatten() {
            if !one.is_object() {
                return Err(format!("an entry of `{name}` is no object"));
            }
            described(one).map_err(|problem| format!("{name}: {problem}"))?;
        }
    }
    Ok(())
}

fn described(value: &Value) -> Result<(), String> {
    of(value, "mediaType", "a text", Value::is_string)?;
    of(value, "artifactType", "a text", Value::is_string)?;
    of(value, "digest", "a text", Value::is_string)?;
    of(value, "size", "a whole number", Value::is_i64)?;
    of(value, "data", "a text", Value::is_string)?;
    of(value, "urls", "a list", Value::is_array)?;
    of(value, "platform", "an object", Value::is_object)?;
    pairs(value, "annotations")
}

fn of(value: &Value, name: &str, wanted: &str, is: impl Fn(&Value) -> bool) -> Result<(), String> {
    match value.get(name) {
        Some(found) if !found.is_null() && !is(found) => Err(format!("the field `{name}` is not {wanted}")),
        _ => Ok(()),
    }
}

fn pairs(value: &Value, name: &str) -> Result<(), String> {
    of(value, name, "an object", Value::is_object)?;
    let entries = value.get(name).and_then(Value::as_object).into_iter().flatten();
    for (key, value) in entries {
        if !value.is_string() && !value.is_null() {
            return Err(format!("the annotation `{key}` is not a text"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_count_in_any_case_but_once() {
        let mut value = json!({"Layers": [{"MEDIATYPE": "a", "Digest": "b"}], "other": {"Size": 1}});
        canonical(&mut value).unwrap();
        assert_eq!(value, json!({"layers": [{"mediaType": "a", "digest": "b"}], "other": {"Size": 1}}));
        assert!(canonical(&mut json!({"Layers": [], "layers": []})).is_err());
        assert!(canonical(&mut json!({"layers": [{"size": 1, "SIZE": 2}]})).is_err());
    }

    #[test]
    fn one_field_of_another_type_refuses_the_whole() {
        let good = json!({"schemaVersion": 2, "config": {"size": 1}, "layers": [{"annotations": {"a": "b"}}], "subject": null});
        assert_eq!(typed(&good), Ok(()));
        for (pointer, bad) in [
            ("/schemaVersion", json!("2")),
            ("/schemaVersion", json!(2.5)),
            ("/config", json!([])),
            ("/config/size", json!("1")),
            ("/layers", json!({})),
            ("/layers/0", json!("x")),
            ("/layers/0/annotations", json!([])),
            ("/layers/0/annotations/a", json!(1)),
            ("/subject", json!("sha256:x")),
        ] {
            let mut other = good.clone();
            *other.pointer_mut(pointer).unwrap() = bad.clone();
            assert!(typed(&other).is_err(), "{pointer} = {bad}");
        }
    }
}
