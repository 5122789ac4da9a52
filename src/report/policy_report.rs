//! The audit as PolicyReports of the Kubernetes policy working group: `wgpolicyk8s.io/v1alpha2`, and its successor
//! `openreports.io/v1alpha1`. They are printed, never applied.

use std::collections::BTreeMap;

use serde::Serialize;

use super::audit::{policy, verdict};
use crate::explain::sentence;
use crate::model::ledger::Ledger;
use crate::model::{Trace, Verdict, World};

/// Which group the reports belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// `wgpolicyk8s.io/v1alpha2`, kind `PolicyReport`.
    WorkingGroup,
    /// `openreports.io/v1alpha1`, kind `Report`.
    OpenReports,
}

/// A list of reports, one per namespace.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reports {
    api_version: &'static str,
    kind: &'static str,
    items: Vec<Report>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    source: &'static str,
    summary: Summary,
    results: Vec<Outcome>,
}

#[derive(Clone, Debug, Serialize)]
struct Metadata {
    name: String,
    namespace: String,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Summary {
    pass: usize,
    fail: usize,
    warn: usize,
    error: usize,
    skip: usize,
}

#[derive(Clone, Debug, Serialize)]
struct Outcome {
    source: &'static str,
    policy: String,
    rule: String,
    result: &'static str,
    message: String,
    scored: bool,
    resources: Vec<Subject>,
    properties: BTreeMap<&'static str, String>,
    timestamp: Instant,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Subject {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Instant {
    seconds: i64,
    nanos: i32,
}

/// The reports of a settled world.
#[must_use]
pub fn reports(world: &World, ledger: &Ledger, group: Group) -> Reports {
    let (api_version, kind) = match group {
        Group::WorkingGroup => ("wgpolicyk8s.io/v1alpha2", "PolicyReport"),
        Group::OpenReports => ("openreports.io/v1alpha1", "Report"),
    };
    let mut by_namespace: BTreeMap<&str, Vec<&Trace>> = BTreeMap::new();
    for trace in &world.traces {
        by_namespace.entry(&trace.resource.namespace).or_default().push(trace);
    }
    let at = Instant { seconds: world.as_of.0, nanos: 0 };
    let report = |(namespace, traces): (&str, Vec<&Trace>)| {
        let namespace = if namespace.is_empty() { "default" } else { namespace };
        let mut summary = Summary::default();
        traces.iter().for_each(|trace| summary.add(trace));
        Report {
            api_version,
            kind,
            metadata: Metadata { name: "sigscope".to_owned(), namespace: namespace.to_owned() },
            source: "sigscope",
            summary,
            results: traces
                .into_iter()
                .map(|trace| {
                    let mut outcome = outcome(trace, at);
                    let said = ledger.standing(world, trace).words();
                    outcome.properties.extend(said.map(|said| ("acknowledgement", said)));
                    outcome
                })
                .collect(),
        }
    };
    Reports { api_version: "v1", kind: "List", items: by_namespace.into_iter().map(report).collect() }
}

impl Summary {
    fn add(&mut self, trace: &Trace) {
        let count = match result(trace) {
            "pass" => &mut self.pass,
            "fail" => &mut self.fail,
            "skip" => &mut self.skip,
            _ => &mut self.error,
        };
        *count += 1;
    }
}

/// Kyverno reports what a policy only audits as failed too; `enforced` of the properties tells them apart.
fn result(trace: &Trace) -> &'static str {
    match verdict(trace) {
        Verdict::Pass => "pass",
        Verdict::Deny | Verdict::Audit => "fail",
        Verdict::Error | Verdict::Waiting => "error",
        Verdict::None => "skip",
    }
}

fn outcome(trace: &Trace, timestamp: Instant) -> Outcome {
    let mut properties = BTreeMap::from([("code", trace.code.as_str().to_owned())]);
    let mut put = |key, value: String| {
        if !value.is_empty() {
            properties.insert(key, value);
        }
    };
    put("image", trace.image.image.clone());
    put("container", trace.image.container.clone());
    put("digest", trace.digest.as_ref().map(ToString::to_string).unwrap_or_default());
    put("policyLocation", trace.location.as_ref().map(ToString::to_string).unwrap_or_default());
    put("engineMessage", trace.engine_message.clone());
    put("draft", if trace.draft { "true".to_owned() } else { String::new() });
    put("enforced", (verdict(trace) == Verdict::Deny).to_string());
    let id = &trace.resource;
    Outcome {
        source: "sigscope",
        policy: policy(trace),
        rule: trace.rule.clone(),
        result: result(trace),
        message: sentence(trace),
        scored: true,
        resources: vec![Subject {
            api_version: id.api_version.clone(),
            kind: id.kind.clone(),
            namespace: id.namespace.clone(),
            name: id.name.clone(),
        }],
        properties,
        timestamp,
    }
}
