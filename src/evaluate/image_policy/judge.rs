//! Judges a resource under ImageValidatingPolicies (`K:pkg/image/verification/evaluator/policy.go`, `pkg/cel/policies/ivpol/
//! engine/engine.go`): all of them together, because what one verifies counts for what another requires.

use super::pins::{self, Pins};
use super::policy::{Derived, Named, Policy, Spec};
use super::ruling::{End, Ruling, traces};
use super::scene::{Scene, Stage};
use super::select::{self, Selected};
use super::trust::Context;
use super::{clauses, exception, images, validate};
use crate::lang::expr::{Stop, Value};
use crate::model::missing::Missing;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, Outcome, Trace, Why};
use crate::model::workload::{ContainerImage, Resource};

/// Names, as written, of the images that must be fetched to judge this resource under this policy.
#[must_use]
pub fn demand(policy: &Policy, resource: &Resource) -> Vec<String> {
    let (spec, _, selected) = choose(policy, resource);
    if !policy.refusals.is_empty() || matches!(selected, Selected::No(..)) {
        return Vec::new();
    }
    let found = images::extract(resource).ok().flatten().unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    for image in found {
        let matched = images::matches(&spec.references, &image.image).is_ok_and(|(matched, _)| matched);
        if matched && !names.contains(&image.image) {
            names.push(image.image);
        }
    }
    for image in pins::wanted(spec, resource) {
        if !names.contains(&image) {
            names.push(image);
        }
    }
    names
}

/// The policy as written, or as Kyverno derives it for the kind of the resource.
fn choose<'a>(policy: &'a Policy, resource: &Resource) -> (&'a Spec, Option<&'a Derived>, Selected) {
    if policy.id.kind.starts_with("Namespaced") && policy.id.namespace != resource.id.namespace {
        let wanted = vec![policy.id.namespace.clone()];
        return (&policy.own, None, Selected::No("namespace", wanted, resource.id.namespace.clone()));
    }
    let own = select::select(policy.own.constraints.as_deref(), resource);
    if !matches!(own, Selected::No("resourceRules", ..)) {
        return (&policy.own, None, own);
    }
    let group = resource.id.api_version.as_str();
    let served = matches!(
        (group, &*resource.id.kind),
        ("apps/v1", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
            | ("batch/v1", "Job" | "CronJob")
    );
    let derived = policy.derived.iter().find(|own| served && own.kinds.contains(&resource.id.kind));
    match (derived, &policy.own.constraints) {
        (Some(derived), Some(constraints)) => {
            (&derived.spec, Some(derived), select::namespaces(constraints, &resource.id.namespace))
        }
        _ => (&policy.own, None, own),
    }
}

/// Judges a resource under policies that belong together; a policy that Kyverno refuses has no results here.
#[must_use]
pub fn judge(policies: &[&Policy], resource: &Resource, context: &Context<'_>) -> Vec<Trace> {
    let sound: Vec<&Policy> = policies.iter().copied().filter(|policy| policy.refusals.is_empty()).collect();
    let pins = Pins::of(&sound, resource, context);
    let evidence = |image: &str| (context.evidence)(pins.written(image));
    let context = Context { evidence: &evidence, ..*context };
    let written = images::extract(resource).ok().flatten().unwrap_or_default();
    let resource = pins.resource(resource);
    let all = sound.iter().enumerate();
    let mut rulings: Vec<Ruling<'_>> =
        all.map(|(number, policy)| rule(policy, resource, &context, pins.failed(number))).collect();
    require(&mut rulings);
    let mut traces: Vec<Trace> =
        rulings.iter().flat_map(|ruling| traces(ruling, resource, &context)).collect();
    for trace in &mut traces {
        if let Some(own) = written.iter().find(|own| own.pointer == trace.image.pointer) {
            trace.image.image.clone_from(&own.image);
        }
    }
    traces
}

/// The policy as it is about a resource, unless its conditions or an exception take it out, or it is not known.
pub(super) fn begin<'a>(policy: &'a Policy, resource: &Resource, context: &Context<'_>) -> Option<&'a Spec> {
    let (spec, derived, selected) = choose(policy, resource);
    let mut ruling = Ruling::new(policy, spec);
    if spec.checks.pins && matches!(selected, Selected::Yes) && spec.values.not_for_requests.is_none() {
        compiled(&mut ruling, derived);
        let scene = Scene::new(spec, resource, context);
        if ruling.is_open() {
            conditions(&mut ruling, &scene);
        }
        if ruling.is_open() {
            exception::apply(&mut ruling, &scene);
        }
        return ruling.is_open().then_some(spec);
    }
    None
}

/// `required`: what any policy has verified counts; what is not known may have been a verification.
fn require(rulings: &mut [Ruling<'_>]) {
    let known: Vec<(String, bool)> = rulings.iter().flat_map(|ruling| ruling.checked.clone()).collect();
    let open = rulings.iter().find_map(|ruling| match &ruling.end {
        End::Undecided(missing) => Some(missing.clone()),
        _ => None,
    });
    for ruling in rulings.iter_mut().filter(|ruling| matches!(ruling.end, End::Pass)) {
        if !ruling.spec.checks.required {
            continue;
        }
        let span = &ruling.spec.checks.span;
        let unverified = ruling.matched.iter().find(|image| !known.contains(&((*image).clone(), true)));
        let Some(image) = unverified else {
            ruling.clauses.push(Clause::new("validationConfigurations.required", Outcome::Held).at(span));
            continue;
        };
        let outcome = match &open {
            Some(missing) => Outcome::Undecided(missing.clone()),
            None => Outcome::Failed(Reason::Unverified { image: image.clone() }),
        };
        ruling.end = match &open {
            Some(missing) => End::Undecided(missing.clone()),
            None if known.iter().any(|(own, _)| own == image) => {
                End::Fail(format!("image {image} failed signature or attestation verification"))
            }
            None => End::Fail(format!(
                "image {image} is not verified: no policy performed a signature or attestation check on it"
            )),
        };
        ruling.deciding = vec![ruling.clauses.len()];
        ruling.clauses.push(Clause::new("validationConfigurations.required", outcome).at(span));
    }
}

fn rule<'a>(
    policy: &'a Policy,
    resource: &'a Resource,
    context: &Context<'_>,
    unresolved: Option<&Stop>,
) -> Ruling<'a> {
    let (spec, derived, selected) = choose(policy, resource);
    let mut ruling = Ruling::new(policy, spec);
    let constraints = spec.constraints.as_ref().map_or(&spec.span, |node| &node.span);
    let clause = |outcome: Outcome| Clause::new("matchConstraints", outcome).at(constraints);
    match selected {
        Selected::Yes => ruling.clauses.push(clause(Outcome::Held)),
        Selected::No(attribute, wanted, found) => {
            let reason = Reason::NoMatch { attribute, wanted, found };
            ruling.stop(clause(Outcome::Failed(reason)), End::NotForIt);
        }
        Selected::Unknown(missing) => {
            ruling.stop(clause(Outcome::Undecided(missing.clone())), End::Undecided(missing));
        }
    }
    if let Some(off) = spec.values.not_for_requests.as_ref().filter(|_| ruling.is_open()) {
        let clause = Clause::new("evaluation", Outcome::NotExercised(Why::SwitchedOff)).at(&off.span);
        ruling.stop(clause, End::NotForIt);
    }
    if ruling.is_open() {
        compiled(&mut ruling, derived);
    }
    ruling.extracted = images::extract(resource).ok().flatten().unwrap_or_default();
    let mut scene = Scene::new(spec, resource, context);
    if ruling.is_open() {
        conditions(&mut ruling, &scene);
    }
    if ruling.is_open() {
        exception::apply(&mut ruling, &scene);
    }
    if let Some(stop) = unresolved.filter(|_| ruling.is_open()) {
        ruling.stopped("validationConfigurations.mutateDigest", &spec.checks.span, stop);
    }
    if ruling.is_open() {
        scene.stage.set(Stage::Images);
        match gather(&scene) {
            Ok(lists) => {
                ruling.matched = lists.iter().flat_map(|(_, images)| images.clone()).collect();
                let further =
                    lists.iter().flat_map(|(list, images)| images.iter().map(move |image| (list, image)));
                for (list, image) in further {
                    if !ruling.extracted.iter().any(|known| known.image == *image) {
                        let (list, image) = (list.clone(), image.clone());
                        ruling.extracted.push(ContainerImage { list, image, ..ContainerImage::default() });
                    }
                }
                scene.images = Some(lists);
                scene.stage.set(Stage::Validations);
                validate::run(&mut ruling, &scene);
            }
            Err(stop) => ruling.stopped("images", &spec.span, &stop),
        }
    }
    ruling.checked = scene.checked.into_inner().into_iter().collect();
    ruling
}

/// What Kyverno compiles before it evaluates anything. What is refused of the policy itself is said once for all resources.
fn compiled(ruling: &mut Ruling<'_>, derived: Option<&Derived>) {
    let refused = derived.and_then(|own| own.refusals.first());
    let unsupported = derived.map_or(&ruling.policy.unsupported, |own| &own.unsupported).first();
    let unsupported = unsupported.or_else(|| ruling.policy.unsupported.first());
    if let Some(note) = refused {
        let reason = Reason::PolicyInvalid { problem: note.text.clone() };
        let clause = Clause::new("the derived policy", Outcome::Failed(reason)).at(&note.span);
        ruling.stop(clause, End::Error(format!("failed to compile policy: {}", note.text)));
    } else if let Some(note) = unsupported {
        let missing = Missing::NotImplemented { what: note.text.clone() };
        let clause = Clause::new(note.text.clone(), Outcome::Undecided(missing.clone())).at(&note.span);
        ruling.stop(clause, End::Undecided(missing));
    }
}

/// `matchConditions`: any that is false takes the policy out; an error counts only where none is.
fn conditions(ruling: &mut Ruling<'_>, scene: &Scene<'_>) {
    let mut open: Option<Stop> = None;
    for Named { name, expression } in &scene.spec.conditions {
        let evaluated = expression.evaluate(scene);
        let outcome = match &evaluated.value {
            Ok(Value::Bool(true)) => Outcome::Held,
            Ok(Value::Bool(false)) => Outcome::Failed(Reason::NoMatch {
                attribute: "matchConditions",
                wanted: vec![expression.part(0, expression.text.len())],
                found: "false".to_owned(),
            }),
            Ok(other) => {
                let stop =
                    Stop::error(format!("type conversion error from '{}' to 'bool'", other.type_name()));
                let outcome = clauses::stopped(&stop);
                open = Some(open.map_or(stop.clone(), |first| first.or(stop)));
                outcome
            }
            Err(stop) => {
                open = Some(open.map_or_else(|| stop.clone(), |first| first.or(stop.clone())));
                clauses::stopped(stop)
            }
        };
        let mut clause = Clause::new(format!("matchConditions.{name}"), outcome.clone()).at(&expression.span);
        clause.children = clauses::below(expression, &evaluated.seen, &[]);
        if matches!(outcome, Outcome::Failed(Reason::NoMatch { .. })) {
            return ruling.stop(clause, End::NotForIt);
        }
        ruling.clauses.push(clause);
    }
    match open {
        Some(Stop::Error(_)) if scene.spec.ignores_failures => ruling.finish_last(End::NotForIt),
        Some(stop) => ruling.finish_last(End::of(&stop)),
        None => {}
    }
}

/// All lists of images, those that the policy is not about left out.
fn gather(scene: &Scene<'_>) -> Result<Vec<(String, Vec<String>)>, Stop> {
    let mut lists: Vec<(String, Vec<String>)> = Vec::new();
    if let Some(found) = images::extract(scene.resource)? {
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            let own = |image: &&ContainerImage| image.list == list;
            lists
                .push((list.to_owned(), found.iter().filter(own).map(|image| image.image.clone()).collect()));
        }
    }
    for Named { name, expression } in &scene.spec.values.images {
        let Value::List(items) = expression.evaluate(scene).value? else {
            return Err(Stop::error("type conversion error to '[]string'"));
        };
        let texts = items.iter().map(|item| match item {
            Value::Text(text) => Ok(text.to_string()),
            other => {
                Err(Stop::error(format!("type conversion error from '{}' to 'string'", other.type_name())))
            }
        });
        let texts = texts.collect::<Result<Vec<String>, Stop>>()?;
        lists.retain(|(own, _)| own != name);
        lists.push((name.clone(), texts));
    }
    for (_, images) in &mut lists {
        let mut kept = Vec::new();
        for image in images.drain(..) {
            if scene.is_matched(&image)? {
                kept.push(image);
            }
        }
        *images = kept;
    }
    Ok(lists)
}
