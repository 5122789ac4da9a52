//! The cluster of a record as JSON and back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::MOST;
use super::contents::{ClusterKept, ObjectKept, PodsKept};
use super::missing;
use crate::model::Missing;
use crate::model::workload::ResourceId;
use crate::port::Question;

/// Name of the file.
pub(super) const FILE: &str = "cluster.json";

/// As an object.
pub(super) fn to_json(cluster: &ClusterKept) -> Value {
    let pods: Vec<Value> = cluster.pods.iter().map(one).collect();
    let policies = cluster.policies.iter().map(|(name, text)| json!({"name": name, "text": text}));
    json!({
        "context": cluster.context,
        "namespace": cluster.namespace,
        "policies": policies.collect::<Vec<_>>(),
        "pods": pods,
        "objects": cluster.objects.iter().filter_map(object).collect::<Vec<Value>>(),
    })
}

fn object((question, answer): &ObjectKept) -> Option<Value> {
    let mut entry = match question {
        Question::Object { path } => json!({"path": path}),
        Question::PublicKey { namespace, name } => json!({"secret": {"namespace": namespace, "name": name}}),
        _ => return None,
    };
    match (answer, question) {
        (Err(why), _) => entry["missing"] = missing::to_json(why),
        (Ok(bytes), Question::Object { .. }) => entry["object"] = serde_json::from_slice(bytes).ok()?,
        (Ok(bytes), _) => entry["publicKey"] = std::str::from_utf8(bytes).ok()?.into(),
    }
    Some(entry)
}

fn read_object(entry: &Value) -> Option<ObjectKept> {
    let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
    let secret = entry.get("secret");
    let question = match (text(entry, "path"), secret) {
        (Some(path), None) => Question::Object { path },
        (None, Some(secret)) => {
            Question::PublicKey { namespace: text(secret, "namespace")?, name: text(secret, "name")? }
        }
        _ => return None,
    };
    let answer = match (entry.get("missing"), secret) {
        (Some(why), _) => Err(missing::from_json(why)),
        (None, None) => Ok(entry.get("object")?.to_string().into_bytes().into()),
        (None, Some(_)) => Ok(text(entry, "publicKey")?.into_bytes().into()),
    };
    Some((question, answer))
}

fn one(pods: &PodsKept) -> Value {
    let ResourceId { api_version, kind, namespace, name } = &pods.owner;
    json!({
        "judged": pods.judged,
        "keys": pods.keys,
        "owner": {"apiVersion": api_version, "kind": kind, "namespace": namespace, "name": name},
        "manifest": pods.manifest,
        "running": pods.running,
    })
}

/// Reads it back.
///
/// # Errors
/// When it has another form.
pub(super) fn from_json(value: &Value) -> Result<ClusterKept, Missing> {
    let wrong = |problem: &str| Missing::Malformed { what: FILE.to_owned(), problem: problem.to_owned() };
    let context = value.get("context").and_then(Value::as_str);
    let pods = value.get("pods").and_then(Value::as_array).ok_or_else(|| wrong("it has no list `pods`"))?;
    let policies = value.get("policies").and_then(Value::as_array);
    let policies = policies.and_then(|all| all.iter().map(policy).collect::<Option<Vec<_>>>());
    let kept = pods.iter().map(read).collect::<Option<Vec<PodsKept>>>();
    let kept = kept.ok_or_else(|| wrong("one of its pods has another form"))?;
    if kept.iter().map(|pods| pods.keys.len()).sum::<usize>() > MOST {
        return Err(Missing::TooMany { what: format!("pods of {FILE}"), limit: MOST });
    }
    // Records of before have none.
    let objects = value.get("objects").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let objects = objects.iter().map(read_object).collect::<Option<Vec<ObjectKept>>>();
    Ok(ClusterKept {
        objects: objects.ok_or_else(|| wrong("one of its objects has another form"))?,
        context: context.ok_or_else(|| wrong("it names no context"))?.to_owned(),
        namespace: value.get("namespace").and_then(Value::as_str).map(str::to_owned),
        policies: policies.ok_or_else(|| wrong("it has no readable list `policies`"))?,
        pods: kept,
    })
}

/// The name and text of a policy. The name says that it is the cluster's.
fn policy(value: &Value) -> Option<(String, String)> {
    let text = |field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
    Some((text("name").filter(|name| name.starts_with("cluster:"))?, text("text")?))
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

fn read(pods: &Value) -> Option<PodsKept> {
    let keys = texts(pods.get("keys")?).filter(|keys| !keys.is_empty())?;
    let owner = pods.get("owner")?;
    let text = |field: &str| owner.get(field).and_then(Value::as_str).map(str::to_owned);
    let running = pods.get("running")?.as_object()?.iter();
    let running = running.map(|(name, image)| Some((name.clone(), image.as_str()?.to_owned())));
    Some(PodsKept {
        judged: pods.get("judged")?.as_str()?.to_owned(),
        keys,
        owner: ResourceId {
            api_version: text("apiVersion")?,
            kind: text("kind")?,
            namespace: text("namespace")?,
            name: text("name")?,
        },
        manifest: pods.get("manifest").filter(|manifest| manifest.is_object())?.clone(),
        running: running.collect::<Option<BTreeMap<String, String>>>()?,
    })
}
