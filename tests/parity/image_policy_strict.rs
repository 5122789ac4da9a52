//! Image-validating policies that look as if they passed and do not: errors that upstream makes of a whole policy, checks
//! that it never gets to, fields that it reads otherwise than they look.

use sigscope::model::{Trace, Verdict};

use crate::image_policy::{Around, IMAGE, REQUIRED, judge, judge_with, pod, policy, read, verdicts};

const VALIDATION: &str =
    "images.containers.map(image, verifyImageSignatures(image, [attestors.cosign])).all(e, e > 0)";
const ATTESTORS: &str = "  attestors:\n";

/// The first policy of the fixtures with another expression, over another image.
fn with(expression: &str, changes: &[(&str, &str)], image: &str) -> Vec<Trace> {
    let all: Vec<(&str, &str)> =
        std::iter::once((VALIDATION, expression)).chain(changes.iter().copied()).collect();
    judge(&[policy(&all)], &pod(image))
}

fn place(trace: &Trace) -> (u32, u32) {
    let place = trace.location.as_ref().unwrap();
    (place.start.line, place.start.column)
}

#[test]
fn conditions_see_the_request_alone() {
    for condition in
        ["size([attestors.cosign]) == 0", "attestations.size() > 0", "images.containers.size() == 0"]
    {
        let conditions =
            format!("  matchConditions: [{{name: a, expression: \"{condition}\"}}]\n{ATTESTORS}");
        let traces = with(VALIDATION, &[(ATTESTORS, &conditions)], IMAGE);
        assert_eq!(verdicts(&traces), [(Verdict::Error, "EXPR-ERROR")], "{condition}");
    }
    // Extractors see variables, and no attestors either.
    let images =
        format!("  images: [{{name: own, expression: \"[string(size([attestors.cosign]))]\"}}]\n{ATTESTORS}");
    assert_eq!(verdicts(&with(VALIDATION, &[(ATTESTORS, &images)], IMAGE)), [(Verdict::Error, "EXPR-ERROR")]);
}

#[test]
fn a_fault_in_a_condition_takes_an_ignoring_policy_out() {
    let condition = format!("  matchConditions: [{{name: a, expression: object.none == 1}}]\n{ATTESTORS}");
    assert_eq!(with(VALIDATION, &[(ATTESTORS, &condition)], IMAGE)[0].verdict, Verdict::Error);
    let ignores = [(ATTESTORS, &*condition), ("failurePolicy: Fail", "failurePolicy: Ignore")];
    assert_eq!(with(VALIDATION, &ignores, IMAGE)[0].verdict, Verdict::None);
    // Nothing else is ignored.
    let later = with("object.none == 1", &[("failurePolicy: Fail", "failurePolicy: Ignore")], IMAGE);
    assert_eq!(verdicts(&later), [(Verdict::Error, "EXPR-ERROR")]);
}

#[test]
fn what_upstream_never_gets_to_verifies_nothing_for_others() {
    let twice = format!("false\n    - expression: >-\n        {VALIDATION}");
    let reports = policy(&[("[Deny]", "[Audit]"), (VALIDATION, &twice)]);
    let requires = policy(&[REQUIRED, ("verify-image-signature", "catch-all"), (VALIDATION, "true")]);
    let traces = judge(&[reports, requires], &pod(IMAGE));
    assert_eq!(verdicts(&traces), [(Verdict::Audit, "EXPR-FALSE"), (Verdict::Deny, "REQ-UNVERIFIED")]);
}

#[test]
fn naming_an_attestor_whose_expression_fails_is_an_error() {
    let other = "  attestors:\n    - name: other\n      cosign:\n        key: {expression: object.metadata.missing}\n        ctlog: {insecureIgnoreTlog: true, insecureIgnoreSCT: true}\n";
    let both =
        "images.containers.all(image, verifyImageSignatures(image, [attestors.cosign, attestors.other]) > 0)";
    assert_eq!(verdicts(&with(both, &[(ATTESTORS, other)], IMAGE)), [(Verdict::Error, "EXPR-ERROR")]);
    // Nobody names it.
    assert_eq!(verdicts(&with(VALIDATION, &[(ATTESTORS, other)], IMAGE)), [(Verdict::Pass, "PASS")]);
}

#[test]
fn a_notary_attestor_asked_for_a_statement_is_an_error() {
    let notary = "  attestations: [{name: doc, intoto: {type: https://spdx.dev/Document}}]\n  attestors:\n    - name: notary\n      notary: {certs: {value: none}}\n";
    let traces = with(
        "images.containers.all(image, verifyAttestationSignatures(image, attestations.doc, [attestors.notary]) >= 0)",
        &[(ATTESTORS, notary)],
        IMAGE,
    );
    assert_eq!(verdicts(&traces), [(Verdict::Error, "EXPR-ERROR")]);
}

#[test]
fn nobody_signs_the_annotations_of_a_bundle() {
    let annotated = [("        key:\n", "        annotations: {team: red}\n        key:\n")];
    let hang = |evidence: &mut sigscope::model::Evidence| {
        for layer in evidence.artifacts.iter_mut().flat_map(|artifact| &mut artifact.layers) {
            layer.annotations.insert("team".into(), "red".into());
        }
    };
    let around = Around { change: &hang, ..Around::default() };
    let judge = |image: &str, around: &Around<'_>| {
        let on = pod(&format!("127.0.0.1:5000/myorg/{image}:v1.2.3"));
        judge_with(&[policy(&annotated)], &on, around)
    };
    assert_eq!(verdicts(&judge("bundle-key", &around)), [(Verdict::Deny, "SIG-ANNOTATION")]);
    assert_eq!(verdicts(&judge("key-p256", &around)), [(Verdict::Pass, "PASS")]);
    assert_eq!(judge("key-p256", &Around::default())[0].verdict, Verdict::Deny);
}

#[test]
fn keys_that_upstream_reads_otherwise_are_undecided_at_their_places() {
    let hash = [("        key:\n", "        key:\n          hashAlgorithm: SHA256\n")];
    let traces = with(VALIDATION, &hash, IMAGE);
    assert_eq!(verdicts(&traces), [(Verdict::Error, "POL-UNSUPPORTED")]);
    let source = policy(&hash);
    let line = source.lines().position(|line| line.contains("SHA256")).unwrap();
    let column = source.lines().nth(line).unwrap().find("SHA256").unwrap();
    assert_eq!(place(&traces[0]), (u32::try_from(line + 1).unwrap(), u32::try_from(column + 1).unwrap()));
    for key in ["hashAlgorithm: sha256", "kms: 'awskms://x'", "data: ''"] {
        let attestor = format!(
            "  attestors:\n    - name: other\n      cosign:\n        key: {{{key}}}\n        ctlog: {{insecureIgnoreTlog: true}}\n"
        );
        let traces = with(
            "images.containers.all(image, verifyImageSignatures(image, [attestors.cosign, attestors.other]) > 0)",
            &[(ATTESTORS, &attestor)],
            IMAGE,
        );
        assert_eq!(verdicts(&traces), [(Verdict::Error, "POL-UNSUPPORTED")], "{key}");
    }
}

#[test]
fn what_is_derived_for_controllers_is_compiled_whole() {
    let variables = format!(
        "  variables: [{{name: object, expression: \"{{'spec': 'x'}}\"}}, {{name: b, expression: variables.object.spec}}]\n{ATTESTORS}"
    );
    let own = policy(&[(ATTESTORS, &variables)]);
    assert_eq!(verdicts(&judge(std::slice::from_ref(&own), &pod(IMAGE))), [(Verdict::Pass, "PASS")]);
    let deployment = format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{template: {{spec: {{containers: [{{name: c, image: '{IMAGE}'}}]}}}}}}}}"
    );
    let traces = judge(&[own], &deployment);
    assert_eq!(verdicts(&traces), [(Verdict::Error, "POL-INVALID")]);
    assert!(
        traces[0].engine_message.starts_with("failed to compile policy: "),
        "{}",
        traces[0].engine_message
    );
}

#[test]
fn constraints_match_as_the_api_server_matches() {
    let unsigned = "127.0.0.1:5000/myorg/unsigned:v1.2.3";
    let denied = [(Verdict::Deny, "SIG-NONE")];
    for resources in ["pods/*", "*/*", "*"] {
        let change = format!("resources: [\"{resources}\"]");
        let traces = with(VALIDATION, &[("resources: [\"pods\"]", &change)], unsigned);
        assert_eq!(verdicts(&traces), denied, "{resources}");
    }
    let none = [(Verdict::None, "REF-NONE")];
    for resources in ["pods/status", "*/status", "services/*"] {
        let change = format!("resources: [\"{resources}\"]");
        assert_eq!(
            verdicts(&with(VALIDATION, &[("resources: [\"pods\"]", &change)], unsigned)),
            none,
            "{resources}"
        );
    }
    let named = policy(&[("resources: [\"pods\"]", "resources: [\"pods\"]\n        resourceNames: [web-]")]);
    let generated = pod(unsigned).replace("{name: a}", "{generateName: web-1-}");
    assert_eq!(verdicts(&judge(std::slice::from_ref(&named), &generated)), denied);
    assert_eq!(verdicts(&judge(&[named], &pod(unsigned))), none);
}

#[test]
fn selectors_that_the_api_server_cannot_read_are_undecided() {
    let selected = |selector: &str| {
        let constraints = format!("matchConstraints:\n    {selector}");
        with(VALIDATION, &[("matchConstraints:", &constraints)], IMAGE)
    };
    for selector in [
        "objectSelector: {matchExpressions: [{key: a, operator: In, values: []}]}",
        "objectSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
        "objectSelector: {matchExpressions: [{key: a, operator: Like, values: [b]}]}",
        "objectSelector: {matchLabels: {a: '-'}}",
        "namespaceSelector: {matchExpressions: [{key: team, operator: DoesNotExist}]}",
    ] {
        assert_eq!(verdicts(&selected(selector)), [(Verdict::Error, "POL-UNSUPPORTED")], "{selector}");
    }
    let name = |operator: &str, namespace: &str| {
        selected(&format!(
            "namespaceSelector: {{matchExpressions: [{{key: kubernetes.io/metadata.name, operator: {operator}, values: [{namespace}]}}]}}"
        ))
    };
    assert_eq!(verdicts(&name("NotIn", "kube-system")), [(Verdict::Pass, "PASS")]);
    assert_eq!(verdicts(&name("NotIn", "default")), [(Verdict::None, "REF-NONE")]);
    assert_eq!(verdicts(&name("In", "default")), [(Verdict::Pass, "PASS")]);
}

#[test]
fn what_the_request_says_is_known_or_it_is_undecided() {
    for (expression, verdict) in [
        ("request.object == object && request.oldObject == null && !has(request.subResource)", Verdict::Pass),
        ("request.kind.kind == 'Pod' && request.requestResource.resource == 'pods'", Verdict::Pass),
        ("namespaceObject.metadata.name == request.namespace", Verdict::Pass),
        ("has(request.userInfo)", Verdict::Error),
        ("!has(namespaceObject.metadata.labels)", Verdict::Error),
        ("has(namespaceObject.metadata.labels) || true", Verdict::Pass),
        ("request.subResource == ''", Verdict::Error),
    ] {
        assert_eq!(with(expression, &[], IMAGE)[0].verdict, verdict, "{expression}");
    }
}

#[test]
fn a_mode_that_nobody_knows_is_undecided() {
    for (mode, verdict) in [("Kubernetes", Verdict::Pass), ("JSON", Verdict::None), ("Json", Verdict::Error)]
    {
        let change = format!("  evaluation: {{mode: {mode}}}\n{ATTESTORS}");
        assert_eq!(with(VALIDATION, &[(ATTESTORS, &change)], IMAGE)[0].verdict, verdict, "{mode}");
    }
    assert!(read(&policy(&[("[Deny]", "[]")])).refusals.is_empty());
}
