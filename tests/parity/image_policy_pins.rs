//! `mutateDigest` of image-validating policies: the mutating webhook puts digests in the places of tags before anything is
//! validated.

use sigscope::model::{Trace, Verdict};

use crate::image_policy::{Around, IMAGE, REQUIRED, judge, judge_with, pod, policy, verdicts};

const VALIDATION: &str =
    "images.containers.map(image, verifyImageSignatures(image, [attestors.cosign])).all(e, e > 0)";
const PINS: (&str, &str) = ("mutateDigest: false", "mutateDigest: true");
const DIGEST: (&str, &str) = ("verifyDigest: false", "verifyDigest: true");

fn message(traces: &[Trace]) -> &str {
    &traces[0].engine_message
}

#[test]
fn a_tag_is_replaced_before_anything_is_validated() {
    // The fields at their defaults.
    let own = policy(&[(
        "    mutateDigest: false\n    verifyDigest: false\n    required: false\n",
        "    required: true\n",
    )]);
    let traces = judge(std::slice::from_ref(&own), &pod(IMAGE));
    assert_eq!(verdicts(&traces), [(Verdict::Pass, "PASS")]);
    assert_eq!(traces[0].image.image, IMAGE);
    let unsigned = judge(&[own], &pod("127.0.0.1:5000/myorg/unsigned:v1.2.3"));
    assert_eq!(verdicts(&unsigned), [(Verdict::Deny, "SIG-NONE")]);
    // What stands there keeps its tag.
    let digest = crate::evidence::evidence("key-p256").digest;
    let told = policy(&[
        PINS,
        (VALIDATION, "false"),
        ("message: image is not signed by the trusted signer", "messageExpression: images.containers[0]"),
    ]);
    assert_eq!(message(&judge(&[told], &pod(IMAGE))), format!("{IMAGE}@{digest}"));
    let object = policy(&[
        PINS,
        (VALIDATION, "object.spec.containers[0].image == images.containers[0] && request.object == object"),
    ]);
    assert_eq!(verdicts(&judge(&[object], &pod(IMAGE))), [(Verdict::Pass, "PASS")]);
}

#[test]
fn every_policy_sees_what_one_has_put_in() {
    let pins = policy(&[PINS, REQUIRED]);
    let checks = policy(&[DIGEST, ("verify-image-signature", "other")]);
    assert_eq!(
        verdicts(&judge(std::slice::from_ref(&checks), &pod(IMAGE))),
        [(Verdict::Deny, "DIG-MISSING")]
    );
    let both = judge(&[pins, checks.clone()], &pod(IMAGE));
    assert_eq!(verdicts(&both), [(Verdict::Pass, "PASS"), (Verdict::Pass, "PASS")]);
    // One that is not about the resource puts nothing in.
    let elsewhere = policy(&[PINS, ("resources: [\"pods\"]", "resources: [\"jobs\"]")]);
    assert_eq!(
        verdicts(&judge(&[elsewhere, checks.clone()], &pod(IMAGE)))[1],
        (Verdict::Deny, "DIG-MISSING")
    );
    let conditions = "  matchConditions: [{name: a, expression: 'false'}]\n  attestors:\n";
    let not_now = policy(&[PINS, ("  attestors:\n", conditions)]);
    assert_eq!(verdicts(&judge(&[not_now, checks], &pod(IMAGE)))[1], (Verdict::Deny, "DIG-MISSING"));
}

#[test]
fn references_are_compared_with_another_spelling_here() {
    // Kyverno reads `a` as `docker.io/a:latest` when it looks for tags, and as it is written when it validates.
    let named = |glob: &str| {
        let glob = format!("- glob: \"{glob}\"");
        let own = policy(&[PINS, DIGEST, ("- glob: \"127.0.0.1:*/myorg/*\"", &glob)]);
        let trace = judge(&[own], &pod("key-p256")).remove(0);
        (trace.verdict, trace.code.as_str())
    };
    assert_eq!(named("docker.io/*"), (Verdict::Pass, "PASS"));
    assert_eq!(named("key-p256"), (Verdict::Deny, "DIG-MISSING"));
    // The pattern no longer fits what stands there afterwards.
    assert_eq!(named("*:latest"), (Verdict::None, "REF-NONE"));
}

#[test]
fn a_tag_that_cannot_be_resolved_is_an_error() {
    let own = policy(&[PINS]);
    let traces = judge(std::slice::from_ref(&own), &pod("127.0.0.1:5000/myorg/missing:1"));
    assert_eq!(verdicts(&traces), [(Verdict::Error, "NET-NOTFOUND")]);
    let around = Around { waiting: true, ..Around::default() };
    assert_eq!(judge_with(&[own], &pod(IMAGE), &around)[0].verdict, Verdict::Error);
}

fn verdicts_of(on: &str, own: &str) -> (Verdict, String) {
    let trace = judge(&[own.to_owned()], on).remove(0);
    (trace.verdict, trace.code.as_str().to_owned())
}

#[test]
fn tags_of_controllers_are_replaced_in_their_templates() {
    let own = policy(&[PINS, DIGEST]);
    let deployment = format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{template: {{spec: {{initContainers: [{{name: c, image: '{IMAGE}'}}], containers: [{{name: c, image: '{IMAGE}'}}]}}}}}}}}"
    );
    assert_eq!(verdicts_of(&deployment, &own), (Verdict::Pass, "PASS".to_owned()));
    // Images that only the policy finds keep their tags.
    let custom = policy(&[
        PINS,
        DIGEST,
        (
            "  attestors:\n",
            "  images: [{name: own, expression: \"['127.0.0.1:5000/myorg/key-p256:v1']\"}]\n  attestors:\n",
        ),
    ]);
    assert_eq!(verdicts_of(&pod(IMAGE), &custom), (Verdict::Deny, "DIG-MISSING".to_owned()));
}
