//! Kyverno's libraries that need nothing of the outside: `json`, `transform`, `parseServiceAccount`.

use super::functions::Answer;
use super::stop::Stop;
use super::value::{Map, Value};

pub(super) fn call(function: &str, args: &[Value]) -> Answer {
    match (function, args) {
        ("json.unmarshal", [Value::Text(text)]) => Some(
            serde_json::from_str::<serde_json::Value>(text)
                .map(|value| Value::of_json(&value, true))
                .map_err(|error| Stop::error(error.to_string())),
        ),
        ("json.marshal", [value]) => Some(match value.to_json() {
            Some(json) => Ok(Value::text(json.to_string())),
            None => Err(Stop::not_implemented(format!("json.marshal of a {}", value.type_name()))),
        }),
        ("parseServiceAccount", [Value::Text(user)]) => Some(Ok(service_account(user))),
        (
            "transform.listObjToMap" | "listObjToMap",
            [Value::List(keys), Value::List(values), Value::Text(key), Value::Text(value)],
        ) => Some(objects_to_map(keys, values, key, value)),
        _ => None,
    }
}

fn service_account(user: &str) -> Value {
    let own = user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    let (namespace, name) = own.unwrap_or_default();
    let pairs = [("Namespace", namespace), ("Name", name)];
    Value::map(pairs.into_iter().map(|(key, value)| (key.to_owned(), Value::text(value))).collect())
}

fn objects_to_map(keys: &[Value], values: &[Value], key: &str, value: &str) -> Result<Value, Stop> {
    if keys.len() != values.len() {
        return Err(Stop::error(format!(
            "listObjToMap must take lists of equal length. list1: {}, list2: {}",
            keys.len(),
            values.len()
        )));
    }
    let mut map = std::collections::BTreeMap::new();
    for (keys, values) in keys.iter().zip(values) {
        let (Value::Map(keys), Value::Map(values)) = (keys, values) else {
            return Err(Stop::error(
                "object cannot be handled as a map string to any in the value object list",
            ));
        };
        let Some(Value::Text(key)) = keys.field(key) else {
            return Err(Stop::error(
                "the passed key name cannot be handled as a string in the key object list",
            ));
        };
        map.insert(key.to_string(), values.field(value).cloned().unwrap_or(Value::Null));
    }
    Ok(Value::map(map.into_iter().collect::<Map>()))
}
