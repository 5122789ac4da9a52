//! What of a resource never leaves the machine: values that may be secrets.

use serde_json::{Map, Value};

/// Stands where something was left out.
const LEFT_OUT: &str = "(left out)";
/// Fields of a container that may hold secrets and never decide which image runs.
const PROBES: [&str; 4] = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];

/// Leaves out what may be a secret: values of environment variables, arguments, commands and probes of containers, data of
/// Secrets and ConfigMaps, and annotations in which `kubectl` repeats all of them. Names stay.
pub fn redact(value: &mut Value) {
    if let Value::Object(map) = value {
        let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default();
        if matches!(kind, "Secret" | "ConfigMap") {
            for field in ["data", "stringData", "binaryData"] {
                map.remove(field);
            }
        }
    }
    visit(value);
}

/// The same for what a policy read of the cluster: what stands in ConfigMaps is what the verdict was made from.
pub fn redact_read(value: &mut Value) {
    if let Value::Object(map) = value
        && map.get("kind").and_then(Value::as_str) == Some("Secret")
    {
        map.clear();
    }
    visit(value);
}

/// Depth is bounded by the parser that made the value.
fn visit(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if map.contains_key("image") || map.contains_key("name") {
                container(map);
            }
            if let Some(Value::Object(annotations)) = map.get_mut("annotations") {
                annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
            }
            map.remove("managedFields");
            map.values_mut().for_each(visit);
        }
        Value::Array(items) => items.iter_mut().for_each(visit),
        _ => {}
    }
}

fn container(map: &mut Map<String, Value>) {
    for field in ["command", "args"] {
        if let Some(Value::Array(words)) = map.get_mut(field) {
            words.iter_mut().for_each(|word| *word = LEFT_OUT.into());
        }
    }
    for field in PROBES {
        map.remove(field);
    }
    if let Some(Value::Array(variables)) = map.get_mut("env") {
        for variable in variables.iter_mut().filter_map(Value::as_object_mut) {
            if let Some(value) = variable.get_mut("value") {
                *value = LEFT_OUT.into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_go_and_names_stay() {
        let container = json!({
            "name": "app", "image": "a/b:c", "args": ["--password=hunter2"], "command": ["sh", "-c", "hunter2"],
            "env": [{"name": "TOKEN", "value": "hunter2"}, {"name": "REF", "valueFrom": {"secretKeyRef": {"name": "s"}}}],
            "livenessProbe": {"httpGet": {"httpHeaders": [{"name": "Authorization", "value": "hunter2"}]}},
        });
        let mut value = json!({
            "kind": "Deployment",
            "metadata": {"name": "x", "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": "hunter2", "team": "a"}},
            "spec": {"template": {"spec": {"initContainers": [container.clone()], "containers": [container]}}},
        });
        redact(&mut value);
        let text = value.to_string();
        assert!(!text.contains("hunter2"), "{text}");
        for kept in ["TOKEN", "secretKeyRef", "a/b:c", "team"] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
        let mut secret = json!({"kind": "Secret", "data": {"x": "hunter2"}, "stringData": {"y": "hunter2"}});
        redact(&mut secret);
        assert_eq!(secret, json!({"kind": "Secret"}));
    }
}
