//! Digests in the places of tags: what the mutating webhook does before anything is validated (`MutateDigest` in
//! `K:pkg/image/verification/evaluator/policy.go`). It verifies nothing, and every policy then sees the digest.

use std::sync::Arc;

use super::judge::begin;
use super::policy::Policy;
use super::trust::Context;
use crate::evaluate::kyverno::extract;
use crate::evaluate::kyverno::extract::Extracted;
use crate::lang::expr::Stop;
use crate::model::node::{Node, NodeValue};
use crate::model::workload::Resource;

/// What was put into a resource.
#[derive(Default)]
pub(super) struct Pins {
    /// Images as written, with what stands there afterwards.
    pins: Vec<(String, String)>,
    /// Policies by number, which could not resolve an image.
    failed: Vec<(usize, Stop)>,
    /// The resource afterwards; absent: as it was.
    resource: Option<Resource>,
}

/// An image without a digest, as Kyverno reads it.
fn normalized(found: &Extracted) -> Option<String> {
    found.info.digest.is_none().then(|| found.info.string())
}

/// Names as written of the images whose digests a policy looks up.
pub(super) fn wanted(policy: &super::policy::Spec, resource: &Resource) -> Vec<String> {
    if !policy.checks.pins {
        return Vec::new();
    }
    let found = extract(&resource.manifest, None).unwrap_or_default();
    let matched = |found: &&Extracted| {
        let name = normalized(found);
        name.is_some_and(|name| super::images::matches(&policy.references, &name).is_ok_and(|(yes, _)| yes))
    };
    found.iter().filter(matched).map(|found| found.image.clone()).collect()
}

impl Pins {
    /// Looks up the digests of all policies.
    pub(super) fn of(policies: &[&Policy], resource: &Resource, context: &Context<'_>) -> Self {
        let found = extract(&resource.manifest, None).unwrap_or_default();
        let tagged: Vec<(&Extracted, String)> =
            found.iter().filter_map(|one| Some((one, normalized(one)?))).collect();
        let mut all = Self::default();
        let mut manifest: Option<Node> = None;
        for (number, policy) in policies.iter().enumerate().filter(|_| !tagged.is_empty()) {
            let Some(spec) = begin(policy, resource, context).filter(|spec| spec.checks.pins) else {
                continue;
            };
            for (one, name) in &tagged {
                match super::images::matches(&spec.references, name) {
                    Ok((true, _)) => {}
                    Ok((false, _)) => continue,
                    Err(stop) => {
                        all.failed.push((number, stop));
                        break;
                    }
                }
                match (context.evidence)(&one.image) {
                    Ok(evidence) => {
                        let pinned = format!("{name}@{}", evidence.digest);
                        put(
                            manifest.get_or_insert_with(|| (*resource.manifest).clone()),
                            &one.pointer,
                            &pinned,
                        );
                        all.pins.push((one.image.clone(), pinned));
                    }
                    Err(missing) => all.failed.push((number, Stop::Undecided(missing))),
                }
            }
        }
        all.resource = manifest.map(|manifest| Resource { manifest: Arc::new(manifest), ..resource.clone() });
        all
    }

    /// The resource that is validated.
    pub(super) fn resource<'a>(&'a self, written: &'a Resource) -> &'a Resource {
        self.resource.as_ref().unwrap_or(written)
    }

    /// An image as it is written in the resource that was handed in.
    pub(super) fn written<'a>(&'a self, image: &'a str) -> &'a str {
        self.pins.iter().find(|(_, pinned)| pinned == image).map_or(image, |(written, _)| written)
    }

    /// Why a policy could not resolve an image.
    pub(super) fn failed(&self, policy: usize) -> Option<&Stop> {
        self.failed.iter().find(|(number, _)| *number == policy).map(|(_, stop)| stop)
    }
}

/// Replaces the text at a JSON pointer; what is not there is left.
fn put(node: &mut Node, pointer: &str, text: &str) {
    let mut node = node;
    for step in pointer.split('/').skip(1) {
        let next = match &mut node.value {
            NodeValue::Map(entries) => {
                entries.iter_mut().find(|entry| &*entry.key == step).map(|entry| &mut entry.node)
            }
            NodeValue::List(items) => step.parse().ok().and_then(|at: usize| items.get_mut(at)),
            _ => None,
        };
        let Some(next) = next else { return };
        node = next;
    }
    node.value = NodeValue::Text(text.into());
}
