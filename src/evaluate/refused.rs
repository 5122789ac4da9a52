//! The one result for a policy that its engine refuses.

use crate::model::code::Code;
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::trace::{Clause, Outcome, PolicyId, Trace};
use crate::model::verdict::Verdict;
use crate::model::workload::{ContainerImage, ResourceId};

/// An error that says all of what is refused and where; `None`: nothing is.
pub(super) fn trace<'a>(
    policy: &PolicyId,
    refusals: impl Iterator<Item = (&'a str, &'a Span)>,
) -> Option<Trace> {
    let mut first = None;
    let mut clauses = Vec::new();
    for (text, span) in refusals {
        first.get_or_insert((text, span));
        let reason = Reason::PolicyInvalid { problem: text.to_owned() };
        clauses.push(Clause::new("policy is accepted", Outcome::Failed(reason)).at(span));
    }
    let (text, span) = first?;
    Some(Trace {
        draft: false,
        resource: ResourceId::default(),
        image: ContainerImage::default(),
        digest: None,
        policy: policy.clone(),
        rule: String::new(),
        verdict: Verdict::Error,
        code: Code::PolInvalid,
        engine_message: text.to_owned(),
        location: Some(span.clone()),
        clauses,
        deciding: vec![0],
    })
}
