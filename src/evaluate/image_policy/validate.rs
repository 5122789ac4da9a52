//! `verifyDigest`, the fetching of images, `validations` and `auditAnnotations`, in Kyverno's order.

use super::clauses::{below, cause, stopped};
use super::images;
use super::policy::Validation;
use super::ruling::{End, Ruling};
use super::scene::{Scene, Stage};
use crate::lang::expr::{Stop, Value};
use crate::model::reason::Reason;
use crate::model::trace::{Clause, Outcome};

/// Runs everything after the images are known.
pub(super) fn run(ruling: &mut Ruling<'_>, scene: &Scene<'_>) {
    if scene.spec.checks.digest {
        digests(ruling, scene);
    }
    if ruling.is_open() {
        for image in ruling.matched.clone() {
            if let Err(stop) = scene.evidence(&image) {
                return ruling.stopped(&format!("image {image}"), &scene.spec.span, &stop);
            }
        }
    }
    let mut open = ruling.is_open();
    for (index, validation) in scene.spec.validations.iter().enumerate() {
        one(ruling, scene, index, validation, open);
        open &= ruling.is_open();
    }
    if ruling.is_open() {
        annotations(ruling, scene);
    }
    if ruling.is_open() {
        ruling.end = End::Pass;
    }
}

fn digests(ruling: &mut Ruling<'_>, scene: &Scene<'_>) {
    let span = &scene.spec.checks.span;
    let clause = |outcome: Outcome| Clause::new("validationConfigurations.verifyDigest", outcome).at(span);
    for image in ruling.matched.clone() {
        match images::has_digest(&image) {
            Ok(true) => {}
            Ok(false) => {
                let reason = Reason::NoDigest { image: image.clone() };
                let message = format!("image {image} does not have a digest");
                return ruling.stop(clause(Outcome::Failed(reason)), End::Fail(message));
            }
            Err(stop) => return ruling.stop(clause(stopped(&stop)), End::of(&stop)),
        }
    }
    ruling.clauses.push(clause(Outcome::Held));
}

/// One validation. After the first that fails the others are evaluated for information.
fn one(ruling: &mut Ruling<'_>, scene: &Scene<'_>, index: usize, validation: &Validation, counts: bool) {
    let expression = &validation.expression;
    scene.stage.set(if counts { Stage::Validations } else { Stage::Information });
    scene.calls.borrow_mut().clear();
    scene.read.borrow_mut().clear();
    let evaluated = expression.evaluate(scene);
    let calls = std::mem::take(&mut *scene.calls.borrow_mut());
    let mut children = below(expression, &evaluated.seen, &calls);
    let mut deciding = Vec::new();
    let outcome = match &evaluated.value {
        Ok(Value::Bool(true)) => Outcome::Held,
        Ok(Value::Bool(false)) => {
            deciding = cause(scene, expression, &evaluated.seen, &calls, &mut children);
            let named = children.get(deciding.first().copied().unwrap_or(usize::MAX));
            named.map(|child| child.outcome.clone()).unwrap_or_else(|| {
                let expression = expression.part(0, expression.text.len());
                Outcome::Failed(Reason::Expression { expression, found: "false".to_owned() })
            })
        }
        Ok(other) => {
            let problem = format!("type conversion error from '{}' to 'bool'", other.type_name());
            Outcome::Failed(Reason::ExpressionError { problem })
        }
        Err(stop) => {
            // What is not known is known best where it was asked for.
            let open = calls.iter().enumerate().find(|(_, call)| call.clause.outcome == stopped(stop));
            if let Some((at, deep)) = open.and_then(|(at, call)| Some((at, call.deciding.as_ref()?))) {
                deciding = std::iter::once(at).chain(deep.iter().copied()).collect();
            }
            stopped(stop)
        }
    };
    let mut clause = Clause::new(format!("validations[{index}]"), outcome).at(&expression.span);
    clause.children = children;
    clause.reached = counts;
    let at = ruling.clauses.len();
    ruling.clauses.push(clause);
    if !counts {
        return;
    }
    let end = match &evaluated.value {
        Ok(Value::Bool(true)) => return,
        Ok(Value::Bool(false)) => message(scene, index, validation),
        Ok(other) => {
            End::Error(format!("error: type conversion error from '{}' to 'bool'", other.type_name()))
        }
        Err(stop) => End::of(stop),
    };
    // Audit annotations are evaluated with the failure, and an error in them takes its place.
    ruling.end = match (&end, annotation_problem(scene)) {
        (End::Fail(_), Some(stop)) => End::of(&stop),
        _ => end,
    };
    ruling.deciding = std::iter::once(at).chain(deciding).collect();
}

fn message(scene: &Scene<'_>, index: usize, validation: &Validation) -> End {
    let own = match &validation.message_expression {
        None => validation.message.clone(),
        Some(expression) => match expression.evaluate(scene).value {
            Ok(Value::Text(text)) => text.to_string(),
            Ok(other) => format!(
                "failed to convert message expression to string: type conversion error from '{}' to 'string'",
                other.type_name()
            ),
            Err(Stop::Error(problem)) => format!("failed to evaluate message expression: {problem}"),
            // The verdict does not hang on the message.
            Err(Stop::Undecided(_)) => validation.message.clone(),
        },
    };
    End::Fail(if own.is_empty() { format!("CEL expression validation failed at index {index}") } else { own })
}

fn annotation_problem(scene: &Scene<'_>) -> Option<Stop> {
    scene.spec.values.annotations.iter().find_map(|own| match own.expression.evaluate(scene).value {
        Ok(Value::Text(_)) => None,
        Ok(other) => Some(Stop::error(format!(
            "failed to convert auditAnnotation '{}' expression: type conversion error from '{}' to 'string'",
            own.name,
            other.type_name()
        ))),
        Err(Stop::Error(problem)) => {
            Some(Stop::error(format!("failed to evaluate auditAnnotation '{}': {problem}", own.name)))
        }
        Err(stop) => Some(stop),
    })
}

fn annotations(ruling: &mut Ruling<'_>, scene: &Scene<'_>) {
    if let Some(stop) = annotation_problem(scene) {
        ruling.stopped("auditAnnotations", &scene.spec.span, &stop);
    }
}
