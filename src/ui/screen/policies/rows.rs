//! Files, policies and rules as rows, each with the counts of its results.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::trace::PolicyId;
use crate::model::verdict::Verdict;
use crate::model::world::PolicyFile;
use crate::model::{Span, World};

/// Identifies a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId {
    /// The file.
    pub file: Arc<str>,
    /// The policy in it.
    pub policy: Option<PolicyId>,
    /// The rule in that.
    pub rule: Option<String>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub id: RowId,
    /// What it is called.
    pub name: String,
    /// `Enforce` or `Audit`, of a policy.
    pub action: String,
    /// Results by verdict, in the order of `Verdict::ALL`.
    pub counts: [usize; 6],
    /// Number of problems.
    pub problems: usize,
    /// True when the newest text of the file cannot be read.
    pub broken: bool,
    /// Where it stands.
    pub span: Option<Span>,
    /// True when it can be opened.
    pub opens: bool,
    /// True when it is open.
    pub open: bool,
}

/// The rows.
#[must_use]
pub fn rows(world: &World, closed: &BTreeSet<RowId>) -> Vec<Row> {
    let mut out = Vec::new();
    for file in &world.files {
        file_rows(world, file, closed, &mut out);
    }
    out
}

fn file_rows(world: &World, file: &PolicyFile, closed: &BTreeSet<RowId>, out: &mut Vec<Row>) {
    let id = RowId { file: file.path.clone(), policy: None, rule: None };
    let open = !closed.contains(&id);
    let problems = file.policies.iter().map(|policy| policy.problems.len()).sum();
    let mut counts = [0; 6];
    for policy in &file.policies {
        let own = count(world, &policy.id, None);
        counts.iter_mut().zip(own).for_each(|(all, one)| *all += one);
    }
    let span = file.broken.as_ref().map(|broken| broken.span.clone());
    out.push(Row {
        id,
        name: short_path(world, &file.path),
        action: String::new(),
        counts,
        problems,
        broken: file.broken.is_some(),
        span,
        opens: !file.policies.is_empty(),
        open,
    });
    for policy in file.policies.iter().filter(|_| open) {
        let id = RowId { file: file.path.clone(), policy: Some(policy.id.clone()), rule: None };
        let open = !closed.contains(&id);
        let name = match policy.id.namespace.as_str() {
            "" => policy.id.name.clone(),
            namespace => format!("{namespace}/{} ({})", policy.id.name, policy.id.kind),
        };
        out.push(Row {
            id: id.clone(),
            // In front of the name: the end of a long one is cut off.
            name: if policy.draft { format!("draft {name}") } else { name },
            action: policy.action.clone(),
            counts: count(world, &policy.id, None),
            problems: policy.problems.len(),
            broken: false,
            span: Some(policy.span.clone()),
            opens: !policy.rules.is_empty(),
            open,
        });
        for rule in policy.rules.iter().filter(|_| open) {
            out.push(Row {
                id: RowId { rule: Some(rule.name.clone()), ..id.clone() },
                name: rule.name.clone(),
                action: String::new(),
                counts: count(world, &policy.id, Some(&rule.name)),
                problems: 0,
                broken: false,
                span: Some(rule.span.clone()),
                opens: false,
                open: false,
            });
        }
    }
}

/// The name of a file without its directory, when no other file has that name.
fn short_path(world: &World, path: &str) -> String {
    let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let name = base(path);
    let same = world.files.iter().filter(|file| base(&file.path) == name).count();
    if same > 1 || name.is_empty() { path.to_owned() } else { name }
}

/// Results by verdict of a policy, or of one of its rules.
fn count(world: &World, policy: &PolicyId, rule: Option<&str>) -> [usize; 6] {
    let mut counts = [0; 6];
    for trace in world.traces.iter().filter(|trace| trace.policy == *policy) {
        if rule.is_none_or(|rule| trace.is_of_rule(rule))
            && let Some(at) = Verdict::ALL.iter().position(|verdict| *verdict == trace.verdict)
            && let Some(slot) = counts.get_mut(at)
        {
            *slot += 1;
        }
    }
    counts
}
