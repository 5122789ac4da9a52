//! The audit as data: one result per container, policy and rule, with a stable order of keys (`docs/audit.schema.json`).

use serde::Serialize;

use super::clause::{ClauseOut, PlaceOut};
use super::drift::{DriftOut, drift};
use crate::explain::sentence;
use crate::model::ledger::{Ledger, Standing};
use crate::model::{Trace, Verdict, World};

/// Name of the format; it changes only when a reader would break.
pub const SCHEMA: &str = "sigscope.audit/v1";

/// The whole audit.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// `sigscope.audit/v1`.
    pub schema: &'static str,
    /// In the order resource, container, policy, rule.
    pub results: Vec<ResultOut>,
    /// Containers of a cluster that run something else than their images name now; results about what runs name the
    /// image `judged_as`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<DriftOut>,
    /// Counts.
    pub summary: Summary,
}

/// The resource and the container in it.
#[derive(Clone, Debug, Serialize)]
pub struct ResourceOut {
    /// Kind.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Container.
    pub container: String,
}

/// One result.
#[derive(Clone, Debug, Serialize)]
pub struct ResultOut {
    /// Where the image is used.
    pub resource: ResourceOut,
    /// The image as written.
    pub image: String,
    /// The resolved digest.
    pub digest: Option<String>,
    /// The policy's name; with its namespace in front when it has one.
    pub policy: String,
    /// The rule; empty for a policy that its engine refuses.
    pub rule: String,
    /// `pass`, `deny`, `audit`, `error` or `none`.
    pub verdict: &'static str,
    /// Stable code.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// What the real engine would print.
    pub engine_message: String,
    /// The place in the policy that decided.
    pub policy_location: Option<PlaceOut>,
    /// The trace.
    pub clauses: Vec<ClauseOut>,
    /// What there is to say besides.
    #[serde(flatten)]
    pub besides: BesidesOut,
}

/// What there is to say of a result besides; nothing, of most.
#[derive(Clone, Debug, Serialize)]
pub struct BesidesOut {
    /// True when the policy is of a file and stands in place of the cluster's of its name.
    #[serde(skip_serializing_if = "is_false")]
    pub draft: bool,
    /// What somebody said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<AcknowledgementOut>,
}

/// An acknowledgement.
#[derive(Clone, Debug, Serialize)]
pub struct AcknowledgementOut {
    /// True while digest, policy and verdict are what they were.
    pub holds: bool,
    /// What changed since; empty while it holds.
    pub changed: Vec<&'static str>,
    /// When, as RFC 3339.
    pub at: String,
    /// What they wrote.
    pub note: String,
}

impl AcknowledgementOut {
    /// How a result stands; `None`: nobody has said anything.
    #[must_use]
    pub fn of(standing: &Standing<'_>) -> Option<Self> {
        let (entry, changed) = match standing {
            Standing::Open => return None,
            Standing::Holds(entry) => (entry, Vec::new()),
            Standing::Lapsed(entry, changed) => (entry, changed.clone()),
        };
        let (at, note) = (entry.at.to_string(), entry.note.clone());
        Some(Self { holds: changed.is_empty(), changed, at, note })
    }
}

/// Counts of results by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All results.
    pub results: usize,
    /// Every clause held.
    pub pass: usize,
    /// Denied.
    pub deny: usize,
    /// Would be denied if the policy did not only report.
    pub audit: usize,
    /// Could not be decided.
    pub error: usize,
    /// No rule matches.
    pub none: usize,
}

impl Summary {
    /// Counts traces; what was not verified yet counts as undecided.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let mut summary = Self { results: world.traces.len(), ..Self::default() };
        for trace in &world.traces {
            match trace.verdict {
                Verdict::Pass => summary.pass += 1,
                Verdict::Deny => summary.deny += 1,
                Verdict::Audit => summary.audit += 1,
                Verdict::Error | Verdict::Waiting => summary.error += 1,
                Verdict::None => summary.none += 1,
            }
        }
        summary
    }
}

impl Audit {
    /// The same with what was said of the results.
    #[must_use]
    pub fn with(world: &World, ledger: &Ledger) -> Self {
        let mut audit = Self::of(world);
        for (result, trace) in audit.results.iter_mut().zip(&world.traces) {
            result.besides.acknowledgement = AcknowledgementOut::of(&ledger.standing(world, trace));
        }
        audit
    }

    /// The audit of a settled world.
    #[must_use]
    pub fn of(world: &World) -> Self {
        Self {
            schema: SCHEMA,
            results: world.traces.iter().map(|trace| ResultOut::of(trace)).collect(),
            drift: drift(world),
            summary: Summary::of(world),
        }
    }
}

impl ResultOut {
    /// One trace.
    #[must_use]
    pub fn of(trace: &Trace) -> Self {
        Self {
            resource: ResourceOut {
                kind: trace.resource.kind.clone(),
                namespace: trace.resource.namespace.clone(),
                name: trace.resource.name.clone(),
                container: trace.image.container.clone(),
            },
            image: trace.image.image.clone(),
            digest: trace.digest.as_ref().map(ToString::to_string),
            policy: policy(trace),
            rule: trace.rule.clone(),
            verdict: verdict(trace).word(),
            code: trace.code.as_str(),
            message: sentence(trace),
            engine_message: trace.engine_message.clone(),
            policy_location: trace.location.as_ref().map(PlaceOut::from),
            clauses: trace.clauses.iter().map(ClauseOut::from).collect(),
            besides: BesidesOut { draft: trace.draft, acknowledgement: None },
        }
    }
}

/// Where a field is left away unless it says something.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde wants")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The verdict of a finished run: what is still waiting could not be decided.
#[must_use]
pub fn verdict(trace: &Trace) -> Verdict {
    finished(trace.verdict)
}

/// A verdict at the end of a run.
pub(super) fn finished(verdict: Verdict) -> Verdict {
    if verdict == Verdict::Waiting { Verdict::Error } else { verdict }
}

/// The policy's name, with its namespace in front when it has one.
#[must_use]
pub fn policy(trace: &Trace) -> String {
    if trace.policy.namespace.is_empty() {
        trace.policy.name.clone()
    } else {
        format!("{}/{}", trace.policy.namespace, trace.policy.name)
    }
}
