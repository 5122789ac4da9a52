//! Verdicts, signatures and what else hangs on the two images.

use std::collections::BTreeMap;

use super::compare::{Fields, Found};
use crate::analyse::identities::{Who, identities};
use crate::model::diff::Side;
use crate::model::world::{ImageRow, ImageState};
use crate::model::{Evidence, Trace, Verdict, World};

/// Both images.
type Both<'a> = (&'a ImageRow, &'a ImageRow);

/// What differs between any two runs of the same workflow.
const NOISE: [&str; 3] = ["Run Invocation URI", "logged", "certificate"];

fn evidence(row: &ImageRow) -> Option<&Evidence> {
    match &row.state {
        ImageState::Ready(evidence) => Some(evidence),
        _ => None,
    }
}

/// The image as a side of the comparison.
pub(super) fn side(world: &World, row: &ImageRow) -> Result<Side, String> {
    let evidence = evidence(row).ok_or_else(|| format!("{} is not fetched", row.name))?;
    let traces = world.traces_of(&row.name).map(|trace| trace.verdict);
    Ok(Side {
        image: row.name.to_string(),
        digest: evidence.digest.clone(),
        verdict: traces.reduce(Verdict::worse),
        signers: signers(world, row)
            .into_iter()
            .filter(|(verified, _)| *verified)
            .map(|(_, name)| name)
            .collect(),
    })
}

/// Who signed an image, with whether that was verified.
fn signers(world: &World, row: &ImageRow) -> Vec<(bool, String)> {
    let Some(place) = world.images.iter().position(|known| known.name == row.name) else { return Vec::new() };
    let all = identities(world).all;
    let own = all.into_iter().filter(|one| one.who != Who::Nobody && one.images.contains(&place));
    own.map(|one| (one.verified, one.who.words())).collect()
}

/// The worst result of each rule.
pub(super) fn verdicts(world: &World, (a, b): Both<'_>, found: &mut Found) {
    let of = |row: &ImageRow| {
        let mut worst: BTreeMap<String, &Trace> = BTreeMap::new();
        for trace in world.traces_of(&row.name) {
            let slot = worst.entry(format!("{}/{}", trace.policy.name, trace.rule)).or_insert(trace);
            if slot.verdict.worse(trace.verdict) != slot.verdict {
                *slot = trace;
            }
        }
        let mut fields = Fields::default();
        for (rule, trace) in worst {
            let code = if trace.verdict == Verdict::Pass { "" } else { trace.code.as_str() };
            fields.add(rule, format!("{} {code}", trace.verdict.label()).trim_end());
        }
        fields
    };
    found.section("verdict", &of(a), &of(b), |_| false);
}

/// Signers, and what their certificates say.
pub(super) fn signatures(world: &World, (a, b): Both<'_>, found: &mut Found) {
    let of = |row: &ImageRow| {
        let mut fields = Fields::default();
        for (verified, name) in signers(world, row) {
            fields.add(if verified { "signer" } else { "signer (not verified)" }, name);
        }
        let Some(evidence) = evidence(row) else { return fields };
        let mut seen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (label, value) in evidence
            .signed
            .iter()
            .filter_map(|signed| signed.claim.as_ref())
            .flat_map(|claim| &claim.extensions)
        {
            let values = seen.entry(label).or_default();
            if !values.contains(&value.as_str()) {
                values.push(value);
            }
        }
        for (label, values) in seen {
            values.into_iter().for_each(|value| fields.add(label, value));
        }
        for time in evidence.signed.iter().filter_map(|signed| signed.logged) {
            fields.add("logged", time.to_string());
        }
        fields
    };
    found.section("signature", &of(a), &of(b), |field| NOISE.contains(&field));
}

/// How many of each kind hang on it, and its platforms.
pub(super) fn referrers((a, b): Both<'_>, found: &mut Found) {
    let of = |row: &ImageRow| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for artifact in evidence(row).iter().flat_map(|evidence| &evidence.artifacts) {
            *counts.entry(artifact.kind.to_string()).or_default() += 1;
        }
        let mut fields = Fields::default();
        counts.into_iter().for_each(|(kind, count)| fields.add(kind, count.to_string()));
        for platform in evidence(row).iter().flat_map(|evidence| &evidence.platforms) {
            fields.add("platform", platform.name.clone());
        }
        fields
    };
    found.section("what hangs on it", &of(a), &of(b), |_| false);
}
