//! What the fixtures do not show of image-validating policies: several of them in one request, digests, controllers,
//! namespaces, actions, conditions, and what is refused or left undecided.

use std::sync::Arc;

use sigscope::evaluate::image_policy::{self, Context, Trust};
use sigscope::evaluate::{Loaded, load};
use sigscope::format::yaml;
use sigscope::model::workload::{Resource, ResourceId};
use sigscope::model::{Evidence, Missing, Moment, Trace, Verdict};
use sigscope::port::{Nobody, Outside};
use sigscope::verify::Memory;

pub(crate) const IMAGE: &str = "127.0.0.1:5000/myorg/key-p256:v1.2.3";

pub(crate) fn text(file: &str) -> String {
    std::fs::read_to_string(crate::evidence::fixtures().join(file)).unwrap()
}

/// The first policy of the fixtures, changed.
pub(crate) fn policy(changes: &[(&str, &str)]) -> String {
    let mut own = text("policies/image-validating/1-verify-image-signature.yaml");
    for (from, to) in changes {
        assert!(own.contains(from), "{from}");
        own = own.replace(from, to);
    }
    own
}

pub(crate) fn read(text: &str) -> Arc<image_policy::Policy> {
    match load(&"policy.yaml".into(), text).unwrap().remove(0) {
        Loaded::Image(policy) => policy,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn resource(text: &str) -> Resource {
    let manifest = yaml::parse("pod.yaml".into(), text).unwrap().remove(0);
    let of = |keys: &[&str]| manifest.path(keys).and_then(|node| node.text()).unwrap_or_default().to_owned();
    let id = ResourceId {
        api_version: of(&["apiVersion"]),
        kind: of(&["kind"]),
        namespace: "default".into(),
        name: of(&["metadata", "name"]),
    };
    Resource { id, manifest: Arc::new(manifest), synthetic: false }
}

pub(crate) fn pod(image: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{containers: [{{name: c, image: '{image}'}}]}}}}"
    )
}

const NOW: Moment = Moment(1_795_516_245);

/// The trusted root of the fixtures.
pub(crate) fn trust() -> Trust {
    let root = text("trust/trusted_root.json");
    let material = sigscope::trust::Material::from_trusted_root(root.as_bytes(), "trusted root").unwrap();
    Trust {
        log_keys: material.log_keys.clone(),
        logs: material.logs.clone(),
        ct_logs: material.ct_logs.clone(),
        authorities: material.authorities.clone(),
        stamp_authorities: material.stamp_authorities.clone(),
        given: true,
    }
}

/// What policies are judged with beside the fixtures.
pub(crate) struct Around<'a> {
    pub(crate) trust: Trust,
    pub(crate) offline: bool,
    pub(crate) as_of: Moment,
    pub(crate) outside: Arc<dyn Outside>,
    /// Images are not fetched for anybody.
    pub(crate) waiting: bool,
    /// Changes what hangs on an image.
    pub(crate) change: &'a dyn Fn(&mut Evidence),
}

impl Default for Around<'_> {
    fn default() -> Self {
        Self {
            trust: Trust::default(),
            offline: true,
            as_of: NOW,
            outside: Arc::new(Nobody),
            waiting: false,
            change: &|_| {},
        }
    }
}

pub(crate) fn judge(policies: &[String], on: &str) -> Vec<Trace> {
    judge_with(policies, on, &Around::default())
}

pub(crate) fn judge_with(policies: &[String], on: &str, around: &Around<'_>) -> Vec<Trace> {
    let policies: Vec<_> = policies.iter().map(|text| read(text)).collect();
    for policy in &policies {
        assert!(policy.refusals.is_empty(), "{:?}", policy.refusals);
    }
    let evidence = |image: &str| {
        let name = image.rsplit('/').next().unwrap().split([':', '@']).next().unwrap();
        match name {
            _ if around.waiting => Err(Missing::Waiting),
            "missing" | "x" => Err(Missing::NotFound { what: image.to_owned() }),
            name => {
                let mut evidence = crate::evidence::evidence(name);
                (around.change)(&mut evidence);
                Ok(Arc::new(evidence))
            }
        }
    };
    let context = Context {
        prover: &Memory::asking(Arc::clone(&around.outside)),
        outside: &*around.outside,
        evidence: &evidence,
        trust: &around.trust,
        as_of: around.as_of,
        offline: around.offline,
        exceptions: &[],
        read_root: &|_| Err("none".to_owned()),
    };
    let borrowed: Vec<&image_policy::Policy> = policies.iter().map(|policy| &**policy).collect();
    image_policy::judge(&borrowed, &resource(on), &context)
}

pub(crate) fn verdicts(traces: &[Trace]) -> Vec<(Verdict, &str)> {
    traces.iter().map(|trace| (trace.verdict, trace.code.as_str())).collect()
}

pub(crate) const REQUIRED: (&str, &str) = ("required: false", "required: true");

#[test]
fn what_one_policy_verifies_another_may_require() {
    let nothing = policy(&[
        REQUIRED,
        ("verify-image-signature", "catch-all"),
        (
            "images.containers.map(image, verifyImageSignatures(image, [attestors.cosign])).all(e, e > 0)",
            "true",
        ),
    ]);
    let alone = judge(std::slice::from_ref(&nothing), &pod(IMAGE));
    assert_eq!(verdicts(&alone), [(Verdict::Deny, "REQ-UNVERIFIED")]);
    assert!(alone[0].engine_message.contains("no policy performed a signature or attestation check on it"));
    let both = judge(&[nothing.clone(), policy(&[])], &pod(IMAGE));
    assert_eq!(verdicts(&both), [(Verdict::Pass, "PASS"), (Verdict::Pass, "PASS")]);
    let failed =
        judge(&[nothing, policy(&[("e > 0", "e >= 0")])], &pod("127.0.0.1:5000/myorg/unsigned:v1.2.3"));
    assert_eq!(failed[0].verdict, Verdict::Deny);
    assert!(
        failed[0].engine_message.ends_with("failed signature or attestation verification"),
        "{:?}",
        failed[0]
    );
}

#[test]
fn a_resource_is_decided_as_a_whole() {
    let two = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [\
        {name: c, image: '127.0.0.1:5000/myorg/key-p256:v1.2.3'}, \
        {name: d, image: '127.0.0.1:5000/myorg/unsigned:v1.2.3'}, {name: e, image: 'other.test/x:1'}]}}";
    let traces = judge(&[policy(&[])], two);
    assert!(
        traces.iter().all(|trace| trace.verdict == Verdict::Deny && trace.code.as_str() == "SIG-NONE"),
        "{:?}",
        verdicts(&traces)
    );
    let good = judge(&[policy(&[])], &two.replace("unsigned", "key-p256"));
    assert_eq!(
        verdicts(&good),
        [(Verdict::Pass, "PASS"), (Verdict::Pass, "PASS"), (Verdict::None, "REF-NONE")]
    );
}

#[test]
fn digests_actions_and_selections() {
    let digest = [("verifyDigest: false", "verifyDigest: true")];
    assert_eq!(verdicts(&judge(&[policy(&digest)], &pod(IMAGE))), [(Verdict::Deny, "DIG-MISSING")]);
    let by_digest = format!("{IMAGE}@{}", crate::evidence::evidence("key-p256").digest);
    assert_eq!(verdicts(&judge(&[policy(&digest)], &pod(&by_digest))), [(Verdict::Pass, "PASS")]);
    let audit = [digest[0], ("[Deny]", "[Audit]")];
    assert_eq!(verdicts(&judge(&[policy(&audit)], &pod(IMAGE))), [(Verdict::Audit, "DIG-MISSING")]);
    let other = [("resources: [\"pods\"]", "resources: [\"services\"]")];
    assert_eq!(verdicts(&judge(&[policy(&other)], &pod(IMAGE))), [(Verdict::None, "REF-NONE")]);
    let update = [("operations: [\"CREATE\"]", "operations: [\"UPDATE\"]")];
    assert_eq!(verdicts(&judge(&[policy(&update)], &pod(IMAGE))), [(Verdict::None, "REF-NONE")]);
    let namespaced = [
        ("kind: ImageValidatingPolicy", "kind: NamespacedImageValidatingPolicy"),
        ("metadata:", "metadata:\n  namespace: elsewhere"),
    ];
    assert_eq!(verdicts(&judge(&[policy(&namespaced)], &pod(IMAGE))), [(Verdict::None, "REF-NONE")]);
    assert_eq!(
        verdicts(&judge(&[policy(&[])], &pod("127.0.0.1:5000/myorg/missing:1"))),
        [(Verdict::Error, "NET-NOTFOUND")]
    );
}

#[test]
fn controllers_are_judged_by_the_policy_that_is_derived() {
    let deployment = |image: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{template: {{spec: {{containers: \
             [{{name: c, image: '{image}'}}]}}}}}}}}"
        )
    };
    let condition = "matchConditions:\n    - {name: named, expression: \"object.spec.containers.exists(c, c.name == 'c')\"}\n  attestors:";
    let own = policy(&[("attestors:", condition)]);
    assert_eq!(verdicts(&judge(std::slice::from_ref(&own), &deployment(IMAGE))), [(Verdict::Pass, "PASS")]);
    let unsigned = deployment("127.0.0.1:5000/myorg/unsigned:v1.2.3");
    assert_eq!(verdicts(&judge(&[own], &unsigned)), [(Verdict::Deny, "SIG-NONE")]);
    let none = policy(&[("attestors:", "autogen: {podControllers: {controllers: []}}\n  attestors:")]);
    assert_eq!(verdicts(&judge(&[none], &unsigned)), [(Verdict::None, "REF-NONE")]);
}

#[test]
fn what_cannot_be_known_is_an_error_and_never_a_pass() {
    let expression =
        "images.containers.map(image, verifyImageSignatures(image, [attestors.cosign])).all(e, e > 0)";
    for (changes, code) in [
        (vec![(expression, "http.Get('https://a.test') == 'x'")], "POL-UNSUPPORTED"),
        (vec![(expression, "request.userInfo.username == 'x'")], "POL-UNSUPPORTED"),
        (vec![(expression, "namespaceObject.metadata.labels['a'] == 'x'")], "POL-UNSUPPORTED"),
        (vec![(expression, "getImageData(images.containers[0]).config.user != 'root'")], "POL-UNSUPPORTED"),
        (vec![(expression, "object.spec.missing == 1")], "EXPR-ERROR"),
        (
            vec![(
                "    - name: cosign\n      cosign:\n",
                "    - name: cosign\n      cosign:\n        source: {repository: a.test/bc}\n",
            )],
            "NET-OFFLINE",
        ),
        (
            vec![("matchConstraints:", "matchConstraints:\n    namespaceSelector: {matchLabels: {a: b}}")],
            "POL-UNSUPPORTED",
        ),
    ] {
        assert_eq!(
            verdicts(&judge(&[policy(&changes)], &pod(IMAGE))),
            [(Verdict::Error, code)],
            "{changes:?}"
        );
    }
    let no_url =
        [("insecureIgnoreTlog: true\n          insecureIgnoreSCT: true", "insecureIgnoreTlog: false")];
    assert_eq!(verdicts(&judge(&[policy(&no_url)], &pod(IMAGE))), [(Verdict::Deny, "ATTESTOR-INVALID")]);
}

#[test]
fn what_kyverno_refuses_is_refused() {
    let expression =
        "images.containers.map(image, verifyImageSignatures(image, [attestors.cosign])).all(e, e > 0)";
    for (from, to) in [
        ("failurePolicy: Fail", "failurePolicy: Perhaps"),
        ("failurePolicy: Fail", "failurePolicie: Fail"),
        ("validationActions: [Deny]", "validationActions: [Enforce]"),
        ("- glob: \"ghcr.io/myorg/*\"", "- glob: \"{a\""),
        ("- glob: \"ghcr.io/myorg/*\"", "- expression: \"image.registry == 'a'\""),
        (expression, "images.containers.map(image, verifyImageSignatures(image, [attestors.cosign]))"),
        (expression, "true || verifyImage(images.containers[0])"),
        (expression, "true || variables.missing"),
        (expression, "object.spec.hostNetwork"),
        (expression, "true || request.requestSubresource == ''"),
        (expression, "true || request.kind.name == ''"),
        (expression, "true || namespaceObject.labels.size() == 0"),
        (expression, "true || object.metadata.name.matches('[')"),
        ("name: cosign\n      cosign:", "name: cosign\n      gpg: {}\n      cosign:"),
        ("apiVersion: policies.kyverno.io/v1", "apiVersion: policies.kyverno.io/v2"),
    ] {
        assert!(!read(&policy(&[(from, to)])).refusals.is_empty(), "{to}");
    }
}

#[test]
fn every_part_of_an_expression_stands_at_its_place() {
    let source = policy(&[]);
    let lines: Vec<&str> = source.lines().collect();
    let traces = judge(std::slice::from_ref(&source), &pod(IMAGE));
    let mut found = 0;
    traces[0].walk(&mut |_, clause| {
        let Some(span) =
            clause.location.as_ref().filter(|_| clause.label.starts_with("verifyImageSignatures(image,"))
        else {
            return;
        };
        let line = lines[span.start.line as usize - 1];
        let from = span.start.column as usize - 1;
        assert!(line[from..].starts_with("verifyImageSignatures(image, [attestors.cosign])"), "{line}");
        assert_eq!(
            &source[span.start.offset..span.end.offset],
            "verifyImageSignatures(image, [attestors.cosign])"
        );
        found += 1;
    });
    assert!(found > 0, "{:?}", traces[0]);
}
