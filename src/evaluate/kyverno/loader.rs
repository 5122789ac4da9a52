//! Context entries whose values lie in the cluster: `configMap` and `apiCall` (`pkg/engine/context/loaders`). They are asked
//! for only where the rule names them; what cannot be had is an error wherever it is used.

use serde_json::{Value, json};

use super::case::Context;
use super::scope::{Scope, mentions};
use crate::format::{oci, yaml};
use crate::lang::jmespath::Fault;
use crate::model::missing::Missing;
use crate::model::node::Node;
use crate::model::trace::PolicyId;
use crate::port::{Outside, Question, Reply};

/// What is asked while the entries of a rule are loaded.
#[derive(Clone, Copy)]
pub struct Loader<'a> {
    outside: &'a dyn Outside,
    /// The policy's own namespace; empty for a ClusterPolicy.
    namespace: &'a str,
    /// The rule, which names what it uses.
    rule: &'a Node,
}

fn absent(missing: Missing) -> Fault {
    Fault::Absent { missing: Box::new(missing) }
}

fn refused(problem: String) -> Fault {
    Fault::Value { problem }
}

impl<'a> Loader<'a> {
    /// For a rule of a policy.
    pub(super) fn of(context: &Context<'a>, policy: &'a PolicyId, rule: &'a Node) -> Self {
        Self { outside: context.outside, namespace: &policy.namespace, rule }
    }

    /// The value of an entry; `None`: it does not lie in the cluster.
    pub(super) fn entry(&self, scope: &Scope, name: &str, entry: &Node) -> Option<Result<Value, Fault>> {
        let (kind, node) =
            ["configMap", "apiCall"].into_iter().find_map(|kind| Some((kind, entry.get(kind)?)))?;
        if !self.uses(name, entry) {
            let what = format!("context entry {name}, which the rule does not name");
            return Some(Err(Fault::Unknowable { what }));
        }
        Some(match kind {
            "configMap" => self.config_map(scope, name, node),
            _ => self.call(scope, name, node),
        })
    }

    /// Whether anything of the rule but the entry itself holds its name.
    fn uses(&self, name: &str, entry: &Node) -> bool {
        let own = yaml::to_json(entry);
        let mut whole = yaml::to_json(self.rule);
        if let Some(entries) = whole.get_mut("context").and_then(Value::as_array_mut) {
            entries.retain(|other| *other != own);
        }
        mentions(&whole.to_string(), name)
    }

    fn ask(&self, path: String) -> Result<Value, Missing> {
        let question = Question::Object { path };
        match self.outside.ask(&question)? {
            Reply::Bytes(bytes) => oci::parse_json(&question.words(), &bytes),
            Reply::Evidence(_) => {
                let problem = "it is no object".to_owned();
                Err(Missing::Malformed { what: question.words(), problem })
            }
        }
    }

    /// `loaders/configmap.go`: data and metadata.
    fn config_map(&self, scope: &Scope, entry: &str, node: &Node) -> Result<Value, Fault> {
        let failed = |problem: String| {
            refused(format!("failed to retrieve config map for context entry {entry}: {problem}"))
        };
        let part = |key: &str| -> Result<String, Fault> {
            let written = node.get(key).and_then(Node::text).unwrap_or_default();
            match scope.substitute(&written.into()) {
                Ok(Value::String(text)) => Ok(text),
                Ok(other) => Err(failed(format!(
                    "failed to substitute variables in context {entry} configMap.{key} {written}: expected string, got \
                     {other}"
                ))),
                Err(super::scope::Trouble::Refused(problem)) => Err(failed(format!(
                    "failed to substitute variables in context {entry} configMap.{key} {written}: {problem}"
                ))),
                Err(other) => Err(other.fault()),
            }
        };
        let (name, mut namespace) = (part("name")?, part("namespace")?);
        if namespace.is_empty() {
            // A policy of a namespace means its own.
            namespace = if self.namespace.is_empty() { "default" } else { self.namespace }.to_owned();
        }
        if !self.namespace.is_empty() && namespace != self.namespace {
            return Err(failed(format!(
                "context entry {entry}: configMap namespace {namespace:?} is different from policy namespace {:?}",
                self.namespace
            )));
        }
        if !is_name(&name) || !is_name(&namespace) {
            let problem = "it is not the name of an object".to_owned();
            return Err(absent(Missing::Malformed {
                what: format!("ConfigMap {namespace}/{name}"),
                problem,
            }));
        }
        let found = self.ask(format!("/api/v1/namespaces/{namespace}/configmaps/{name}")).map_err(absent)?;
        let field = |name: &str| found.get(name).cloned().unwrap_or_default();
        Ok(json!({"data": field("data"), "metadata": field("metadata")}))
    }

    /// `apicall/apiCall.go`: what the API server answers, or the default where it has no such thing.
    fn call(&self, scope: &Scope, entry: &str, node: &Node) -> Result<Value, Fault> {
        let fetch = |problem: String| refused(format!("failed to fetch data for APICall: {problem}"));
        let put = |key: &str| -> Result<Value, Fault> {
            let written = node.get(key).map(yaml::to_json).unwrap_or_default();
            scope.substitute(&written).map_err(|trouble| match trouble {
                super::scope::Trouble::Refused(problem) => fetch(format!(
                    "failed to substitute variables in context entry {entry} {written}: {problem}"
                )),
                other => other.fault(),
            })
        };
        let (path, method) = (put("urlPath")?, put("method")?);
        let path = path.as_str().unwrap_or_default();
        if path.is_empty() {
            return Err(Fault::Unknowable { what: format!("context entry {entry} (apiCall of a service)") });
        }
        if !self.namespace.is_empty() {
            self.in_own_namespace(path).map_err(fetch)?;
        }
        if !matches!(method.as_str().unwrap_or_default(), "" | "GET") {
            let what =
                format!("context entry {entry}: `method: {method}` of an apiCall, where only GET is asked,");
            return Err(absent(Missing::Unsupported { what }));
        }
        let default = node.get("default").map(yaml::to_json).filter(|value| !value.is_null());
        match (self.ask(path.to_owned()), default) {
            // What may not be seen here may be seen by Kyverno: only what is certainly not there has the default.
            (Err(Missing::NotFound { .. }), Some(default)) => Ok(default),
            (Err(missing), _) => Err(absent(missing)),
            (Ok(found), _) => match put("jmesPath")? {
                Value::String(expression) if !expression.is_empty() => {
                    let mut found = found;
                    super::scope::floats(&mut found);
                    scope.applied(&expression, &found, false).map(Option::unwrap_or_default).map_err(
                        |fault| match fault {
                            Fault::Value { problem } => refused(format!(
                                "failed to store data for APICall: context entry {entry}: {problem}"
                            )),
                            other => other,
                        },
                    )
                }
                _ => Ok(found),
            },
        }
    }

    /// A policy of a namespace may ask for objects of its own namespace only.
    fn in_own_namespace(&self, path: &str) -> Result<(), String> {
        let mut parts = path.trim_start_matches('/').split('/');
        let api = matches!(parts.next(), Some("api" | "apis"));
        let namespace =
            parts.skip_while(|part| *part != "namespaces").nth(1).filter(|name| api && !name.is_empty());
        match namespace {
            Some(own) if own == self.namespace => Ok(()),
            Some(other) => Err(format!(
                "path {path} refers to namespace {other}, which is different from the policy namespace {}",
                self.namespace
            )),
            None => Err(format!(
                "path {path} does not contain a namespace segment, which is required for namespaced policies"
            )),
        }
    }
}

/// Whether a text can be the name of an object (RFC 1123): it becomes part of a path.
pub(super) fn is_name(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    !text.is_empty() && text.len() <= 253 && text.bytes().all(word) && !text.starts_with('.')
}
