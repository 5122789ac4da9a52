//! The rules of a policy in their order: `applyRules: One` stops at the first that answers, in each phase for itself, and the
//! second phase sees what all rules wrote (`pkg/engine/image_verify.go`, `pkg/engine/validation.go`).

use std::collections::BTreeSet;

use super::case::Context;
use super::phases::{Course, Gave, Way};
use super::policy::Policy;
use crate::model::missing::Missing;
use crate::model::node::Node;
use crate::model::workload::Resource;

/// Judges what the rules have to do with one another, and the second phase.
pub(super) fn judge(policy: &Policy, resource: &Resource, courses: &mut [Course<'_>], context: &Context<'_>) {
    let one = policy.node.path(&["spec", "applyRules"]).and_then(Node::text) == Some("One");
    let mut order: Vec<usize> = (0..courses.len()).collect();
    order.sort_by_key(|index| courses.get(*index).map(|course| course.applied.place));
    let mut way = Way::Open;
    for index in order.iter().filter(|_| one) {
        let Some(course) = courses.get_mut(*index) else { continue };
        course.ways.0 = way.clone();
        match way {
            Way::Open => way = behind(course.gave_first(), course),
            Way::Behind(_) => course.never_first(),
            Way::Unknown(_) => {}
        }
    }
    let pinned: BTreeSet<String> = courses.iter().flat_map(Course::pins).collect();
    let validates = validating(policy);
    let mut way = Way::Open;
    for index in &order {
        let Some(course) = courses.get_mut(*index) else { continue };
        if !one {
            course.second(resource, context, &pinned);
            continue;
        }
        if way == Way::Open && validates.is_some_and(|first| first < course.applied.place) {
            let what = "applyRules: One behind a rule of kind validate".to_owned();
            way = Way::Unknown(Missing::NotImplemented { what });
        }
        course.ways.1 = way.clone();
        if !matches!(way, Way::Behind(_)) {
            let gave = course.second(resource, context, &pinned);
            if way == Way::Open {
                way = behind(gave, course);
            }
        }
    }
}

/// What a rule extracts by its `imageExtractors` Kyverno takes for the images of the resource from then on, for rules without
/// extractors too (`GenerateCustomImageInfo` of `pkg/engine/context`). Those are not judged over images that are not theirs.
pub(super) fn images(courses: &mut [Course<'_>]) {
    let extracts = |course: &Course<'_>| course.rule().node.get("imageExtractors").is_some();
    let first = courses
        .iter()
        .filter(|course| course.applied.matches && extracts(course) && !course.extracted().is_empty())
        .map(|course| (course.applied.place, course.extracted().to_vec()))
        .min_by_key(|(place, _)| *place);
    let Some((place, images)) = first else { return };
    let theirs = courses.iter_mut().filter(|course| {
        course.applied.matches
            && course.applied.place > place
            && !extracts(course)
            && course.extracted() != images
    });
    for course in theirs {
        let what =
            "images of the resource behind a rule with imageExtractors, whose images Kyverno takes for them";
        course.applied.undecided = Some(Missing::NotImplemented { what: what.to_owned() });
        let undecided = Missing::NotImplemented { what: what.to_owned() };
        course.applied.selection.outcome = crate::model::trace::Outcome::Undecided(undecided);
    }
}

fn behind(gave: Gave, course: &Course<'_>) -> Way {
    match gave {
        Gave::Nothing => Way::Open,
        Gave::Answer => Way::Behind(course.applied.name.clone()),
        Gave::Unknown(missing) => Way::Unknown(missing),
    }
}

/// The place of the first rule that validates without images: it may answer in the second phase.
fn validating(policy: &Policy) -> Option<usize> {
    let validates =
        |node: &Node| node.get("validate").is_some_and(|validate| !super::read::is_empty(validate));
    policy.instances.iter().position(|instance| validates(&instance.node))
}
