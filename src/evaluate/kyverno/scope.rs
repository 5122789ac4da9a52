//! What variables of a rule can see (spec B.3, B.4): the request, its images, and the rule's `context` entries.

use serde_json::{Map, Value, json};

use super::extract::Extracted;
use super::functions::Library;
use super::loader::Loader;
use super::variables::{self, SubstitutionError};
use crate::format::yaml;
use crate::lang::jmespath::{Expression, Fault, search};
use crate::model::missing::Missing;
use crate::model::moment::Moment;
use crate::model::node::Node;
use crate::model::workload::Resource;

/// Why something has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The engine reports an error, with this text.
    Refused(String),
    /// Only the running engine, the cluster or the network knows.
    Unknown(String),
    /// What it is made of could not be had.
    Absent(Missing),
}

impl From<SubstitutionError> for Trouble {
    fn from(error: SubstitutionError) -> Self {
        if let Some(missing) = error.absent() {
            return Self::Absent(missing.clone());
        }
        error.unknowable().map_or_else(|| Self::Refused(error.to_string()), Self::Unknown)
    }
}

impl Trouble {
    /// The same for an expression that uses it.
    pub(super) fn fault(self) -> Fault {
        match self {
            Self::Refused(problem) => Fault::Value { problem },
            Self::Unknown(what) => Fault::Unknowable { what },
            Self::Absent(missing) => Fault::Absent { missing: Box::new(missing) },
        }
    }
}

/// A context entry that has no value; only what uses it suffers.
#[derive(Clone, Debug)]
struct Absent {
    name: String,
    fault: Fault,
}

/// The JSON context of a rule, as far as it is known without a cluster.
#[derive(Clone, Debug)]
pub struct Scope {
    root: Value,
    absent: Vec<Absent>,
    library: Library,
}

/// Keys of `request` that are known without an admission request.
const REQUEST: &[&str] = &["object", "operation", "namespace", "name", "kind"];
/// Roots that only an admission request fills.
const ADMISSION: &[&str] = &["serviceAccountName", "serviceAccountNamespace"];

impl Scope {
    /// The context for a resource that is created.
    #[must_use]
    pub fn new(resource: &Resource, images: &[Extracted], now: Moment) -> Self {
        let (group, version) =
            resource.id.api_version.split_once('/').unwrap_or(("", resource.id.api_version.as_str()));
        let mut listed = Map::new();
        for image in images {
            let list = listed.entry(image.list.clone()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(list) = list {
                list.insert(image.container.clone(), described(image));
            }
        }
        let mut root = json!({
            "request": {
                "object": yaml::to_json(&resource.manifest),
                "operation": "CREATE",
                "namespace": resource.id.namespace,
                "name": resource.id.name,
                "kind": { "group": group, "version": version, "kind": resource.id.kind },
            },
            "images": listed,
        });
        floats(&mut root);
        Self { root, absent: Vec::new(), library: Library { now: Some(now.0) } }
    }

    /// The context with this root, for values that come from loader.
    #[must_use]
    pub fn over(mut root: Value, now: Option<Moment>) -> Self {
        floats(&mut root);
        Self { root, absent: Vec::new(), library: Library { now: now.map(|now| now.0) } }
    }

    /// Puts a value under a name in the root, over what stands there.
    pub fn insert(&mut self, name: &str, mut value: Value) {
        floats(&mut value);
        self.absent.retain(|absent| absent.name != name);
        if let Value::Object(root) = &mut self.root {
            root.insert(name.to_owned(), value);
        }
    }

    /// Merges an object into the root (spec A.11): maps merge, other values replace.
    pub fn merge(&mut self, value: &Value) {
        let mut value = value.clone();
        floats(&mut value);
        merge(&mut self.root, value);
    }

    /// Loads `context` entries, in order. What cannot be loaded is remembered, and is an error where it is used.
    pub fn load(&mut self, entries: &Node, loader: &Loader<'_>) {
        for (index, entry) in entries.items().iter().enumerate() {
            let Some(name) = entry.get("name").and_then(Node::text) else { continue };
            let later = entries.items().iter().skip(index + 1).filter_map(|e| e.get("name")?.text());
            let text = yaml::to_json(entry).to_string();
            let value = match later.into_iter().find(|later| *later != name && mentions(&text, later)) {
                Some(later) => {
                    Err(Fault::Unknowable { what: format!("context entry {later} stands below its use") })
                }
                None => self.entry(name, entry, loader),
            };
            match value {
                Ok(value) => self.insert(name, value),
                Err(fault) => self.absent.push(Absent { name: name.to_owned(), fault }),
            }
        }
    }

    /// The value of one entry (`loaders/variable.go`).
    fn entry(&self, name: &str, entry: &Node, loader: &Loader<'_>) -> Result<Value, Fault> {
        let Some(variable) = entry.get("variable") else {
            if let Some(value) = loader.entry(self, name, entry) {
                return value;
            }
            let kind = ["configMap", "apiCall", "imageRegistry", "globalReference"]
                .into_iter()
                .find(|kind| entry.get(kind).is_some());
            let what = format!("context entry {name} ({})", kind.unwrap_or("of an unknown kind"));
            return Err(Fault::Unknowable { what });
        };
        let put = |key: &str| -> Result<Option<Value>, Fault> {
            let Some(node) = variable.get(key) else { return Ok(None) };
            let value = yaml::to_json(node);
            let found = self.substitute(&value).map_err(|trouble| match trouble {
                Trouble::Refused(problem) => Fault::Value {
                    problem: format!(
                        "failed to substitute variables in context entry {name} {value}: {problem}"
                    ),
                },
                other => other.fault(),
            })?;
            Ok(Some(found))
        };
        let path = match put("jmesPath")? {
            None => String::new(),
            Some(Value::String(path)) => path,
            Some(other) => {
                let problem = format!("jmespath value must be a string {name} {other}: <nil>");
                return Err(Fault::Value { problem });
            }
        };
        let default = put("default")?.filter(|value| !value.is_null());
        let value = put("value")?.filter(|value| !value.is_null());
        let found = match value {
            Some(value) if path.is_empty() => Some(value),
            Some(value) => self.applied(&path, &value, default.is_some())?,
            None if path.is_empty() => None,
            None => {
                self.ready(&path)?;
                self.applied(&path, &self.root, default.is_some())?
            }
        };
        found.filter(|value| !value.is_null()).or(default).ok_or_else(|| Fault::Value {
            problem: format!("failed to add context entry for variable {name} since it evaluated to nil"),
        })
    }

    /// A path over a value; with a default no fault counts.
    pub(super) fn applied(
        &self,
        path: &str,
        value: &Value,
        has_default: bool,
    ) -> Result<Option<Value>, Fault> {
        let found = Expression::parse(path).and_then(|path| search(&path, value, &self.library));
        match found {
            Ok(value) => Ok(Some(value)),
            Err(fault @ (Fault::Unknowable { .. } | Fault::Absent { .. } | Fault::TooDeep)) => Err(fault),
            Err(_) if has_default => Ok(None),
            Err(fault) => {
                Err(Fault::Value { problem: format!("failed to apply jmespath {path} to variable: {fault}") })
            }
        }
    }

    /// Substitutes all variables and references of a value.
    ///
    /// # Errors
    /// The first that has no value.
    pub fn substitute(&self, value: &Value) -> Result<Value, Trouble> {
        let guard = |expression: &str| self.ready(expression);
        let mut found = variables::substitute_guarded(value, &self.root, &self.library, &guard)?;
        if found != *value {
            // What comes out of the context is float64 there; what the policy writes stays as it is.
            if !matches!(value, Value::Array(_) | Value::Object(_)) {
                floats(&mut found);
            }
        }
        Ok(found)
    }

    /// Can everything that an expression names be known?
    fn ready(&self, expression: &str) -> Result<(), Fault> {
        if let Some(absent) = self.absent.iter().rev().find(|absent| mentions(expression, &absent.name)) {
            return Err(absent.fault.clone());
        }
        for (before, word, after) in words(expression) {
            let at_root = !matches!(before, Some('.'));
            let unknown = match word {
                "request" if at_root => {
                    let key = after.strip_prefix('.').map(|rest| rest.trim_start_matches('"'));
                    !key.is_some_and(|rest| REQUEST.iter().any(|known| starts_with_word(rest, known)))
                }
                word => at_root && ADMISSION.contains(&word) && self.root.get(word).is_none(),
            };
            if unknown {
                return Err(Fault::Unknowable { what: "the admission request".to_owned() });
            }
        }
        Ok(())
    }
}

fn described(image: &Extracted) -> Value {
    let info = &image.info;
    let mut map = Map::new();
    let fields = [
        ("registry", info.registry.clone(), false),
        ("name", info.name.clone(), true),
        ("path", info.path.clone(), true),
        ("tag", info.tag.clone(), false),
        ("digest", info.digest.clone().unwrap_or_default(), false),
        ("reference", info.string(), false),
        ("referenceWithTag", info.reference_with_tag(), false),
        ("jsonPointer", image.pointer.clone(), true),
    ];
    for (key, value, always) in fields {
        if always || !value.is_empty() {
            map.insert(key.to_owned(), value.into());
        }
    }
    map.insert("imagePullSecrets".to_owned(), json!(image.pull_secrets));
    Value::Object(map)
}

/// Numbers of the context are float64.
pub(super) fn floats(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(float) = number.as_f64().and_then(serde_json::Number::from_f64) {
                *number = float;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(floats),
        Value::Object(map) => map.values_mut().for_each(floats),
        _ => {}
    }
}

fn merge(into: &mut Value, value: Value) {
    match (into, value) {
        (Value::Object(into), Value::Object(map)) => {
            for (key, value) in map {
                match into.get_mut(&key) {
                    Some(known) => merge(known, value),
                    None => {
                        into.insert(key, value);
                    }
                }
            }
        }
        (into, value) => *into = value,
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_word))
}

/// Names of an expression with the character before and the text behind.
fn words(expression: &str) -> impl Iterator<Item = (Option<char>, &str, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = expression.get(from..)?;
        let start = from + rest.find(is_word)?;
        let tail = expression.get(start..)?;
        let end = start + tail.find(|c| !is_word(c)).unwrap_or(tail.len());
        from = end;
        let before = expression.get(..start)?.chars().next_back();
        Some((before, expression.get(start..end)?, expression.get(end..)?))
    })
}

/// Does an expression name this entry? Names may hold what no word holds.
pub(super) fn mentions(expression: &str, name: &str) -> bool {
    expression.match_indices(name).any(|(at, _)| {
        let before = expression.get(..at).and_then(|text| text.chars().next_back());
        let after = expression.get(at + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}
