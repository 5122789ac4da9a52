//! Every field of the custom resource definition of image-validating policies: each changes what is decided, or is an
//! error at its place, or is named here as one that upstream reads and makes nothing of.

use std::collections::BTreeSet;

use serde_json::Value;
use sigscope::model::{Trace, Verdict};

use crate::image_policy::{Around, IMAGE, judge_with, pod, policy, text, trust};
use crate::image_policy_attestors::with;

/// What upstream makes nothing of at admission (or what is about the policy's own reading of registries), and why.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("attestors[].cosign.keyless.additionalExtensions{}", "never read by the verifier"),
    ("attestors[].cosign.keyless.identities[].subjectExpression", "never read by the verifier"),
    ("attestors[].cosign.source.PullSecrets[].name", "we read with our own credentials"),
    ("attestors[].cosign.tuf.mirror", "counts as reached where the trusted root is given"),
    ("attestors[].cosign.tuf.root.path", "counts as reached where the trusted root is given"),
    ("auditAnnotations[].key", "a name for reports"),
    ("credentials.allowInsecureRegistry", "we read as we are told to"),
    ("credentials.providers[]", "we read with our own credentials"),
    ("credentials.secrets[]", "we read with our own credentials"),
    ("evaluation.background.enabled", "about reports of what is admitted already"),
    ("matchConditions[].name", "a name"),
    ("matchConstraints.matchPolicy", "never read by the matcher"),
    ("validations[].reason", "never read"),
    ("webhookConfiguration.timeoutSeconds", "about the API server"),
];

const VALIDATION: &str =
    "images.containers.map(image, verifyImageSignatures(image, [attestors.cosign])).all(e, e > 0)";
const ATTESTORS: &str = "  attestors:\n";
const RULE: &str = "operations: [\"CREATE\"]";

/// A field, how it changes the first policy of the fixtures (which passes), and what then is decided.
const CHANGES: &[(&str, &str, &str, &str)] = &[
    (
        "auditAnnotations[].valueExpression",
        ATTESTORS,
        "  auditAnnotations: [{key: a, valueExpression: string(object.none)}]\n  attestors:\n",
        "EXPR-ERROR",
    ),
    (
        "evaluation.admission.enabled",
        ATTESTORS,
        "  evaluation: {admission: {enabled: false}}\n  attestors:\n",
        "REF-NONE",
    ),
    ("evaluation.mode", ATTESTORS, "  evaluation: {mode: JSON}\n  attestors:\n", "REF-NONE"),
    (
        "images[].expression",
        ATTESTORS,
        "  images: [{name: a, expression: object.none}]\n  attestors:\n",
        "EXPR-ERROR",
    ),
    (
        "images[].name",
        ATTESTORS,
        "  images: [{name: containers, expression: \"['127.0.0.1:1/myorg/unsigned:1']\"}]\n  attestors:\n",
        "SIG-NONE",
    ),
    (
        "matchConditions[].expression",
        ATTESTORS,
        "  matchConditions: [{name: a, expression: 'false'}]\n  attestors:\n",
        "REF-NONE",
    ),
    (
        "matchConstraints.excludeResourceRules[].apiGroups[]",
        "matchConstraints:",
        "matchConstraints:\n    excludeResourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]",
        "REF-NONE",
    ),
    (
        "matchConstraints.excludeResourceRules[].apiVersions[]",
        "matchConstraints:",
        "matchConstraints:\n    excludeResourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: [pods]}]",
        "REF-NONE",
    ),
    (
        "matchConstraints.excludeResourceRules[].operations[]",
        "matchConstraints:",
        "matchConstraints:\n    excludeResourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods]}]",
        "REF-NONE",
    ),
    (
        "matchConstraints.excludeResourceRules[].resourceNames[]",
        "matchConstraints:",
        "matchConstraints:\n    excludeResourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods], resourceNames: [a]}]",
        "REF-NONE",
    ),
    (
        "matchConstraints.excludeResourceRules[].resources[]",
        "matchConstraints:",
        "matchConstraints:\n    excludeResourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: ['*']}]",
        "REF-NONE",
    ),
    (
        "matchConstraints.excludeResourceRules[].scope",
        "matchConstraints:",
        "matchConstraints:\n    excludeResourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: ['*'], scope: Namespaced}]",
        "REF-NONE",
    ),
    (
        "matchConstraints.namespaceSelector.matchExpressions[].key",
        "matchConstraints:",
        "matchConstraints:\n    namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}",
        "POL-UNSUPPORTED",
    ),
    (
        "matchConstraints.namespaceSelector.matchExpressions[].operator",
        "matchConstraints:",
        "matchConstraints:\n    namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: DoesNotExist}]}",
        "REF-NONE",
    ),
    (
        "matchConstraints.namespaceSelector.matchExpressions[].values[]",
        "matchConstraints:",
        "matchConstraints:\n    namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [b]}]}",
        "REF-NONE",
    ),
    (
        "matchConstraints.namespaceSelector.matchLabels{}",
        "matchConstraints:",
        "matchConstraints:\n    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}",
        "REF-NONE",
    ),
    (
        "matchConstraints.objectSelector.matchExpressions[].key",
        "matchConstraints:",
        "matchConstraints:\n    objectSelector: {matchExpressions: [{key: team, operator: Exists}]}",
        "REF-NONE",
    ),
    (
        "matchConstraints.objectSelector.matchExpressions[].operator",
        "matchConstraints:",
        "matchConstraints:\n    objectSelector: {matchExpressions: [{key: team, operator: Near}]}",
        "POL-UNSUPPORTED",
    ),
    (
        "matchConstraints.objectSelector.matchExpressions[].values[]",
        "matchConstraints:",
        "matchConstraints:\n    objectSelector: {matchExpressions: [{key: team, operator: In, values: [b]}]}",
        "REF-NONE",
    ),
    (
        "matchConstraints.objectSelector.matchLabels{}",
        "matchConstraints:",
        "matchConstraints:\n    objectSelector: {matchLabels: {team: b}}",
        "REF-NONE",
    ),
    ("matchConstraints.resourceRules[].apiGroups[]", "apiGroups: [\"\"]", "apiGroups: [apps]", "REF-NONE"),
    (
        "matchConstraints.resourceRules[].apiVersions[]",
        "apiVersions: [\"v1\"]",
        "apiVersions: [v2]",
        "REF-NONE",
    ),
    ("matchConstraints.resourceRules[].operations[]", RULE, "operations: [DELETE]", "REF-NONE"),
    (
        "matchConstraints.resourceRules[].resourceNames[]",
        RULE,
        "operations: [CREATE]\n        resourceNames: [b]",
        "REF-NONE",
    ),
    (
        "matchConstraints.resourceRules[].resources[]",
        "resources: [\"pods\"]",
        "resources: [nodes]",
        "REF-NONE",
    ),
    (
        "matchConstraints.resourceRules[].scope",
        RULE,
        "operations: [CREATE]\n        scope: Cluster",
        "REF-NONE",
    ),
    (
        "matchImageReferences[].expression",
        "- glob: \"127.0.0.1:*/myorg/*\"",
        "- expression: ref == 'a'",
        "REF-NONE",
    ),
    ("matchImageReferences[].glob", "- glob: \"127.0.0.1:*/myorg/*\"", "- glob: a", "REF-NONE"),
    ("validationActions[]", VALIDATION, "false", "EXPR-FALSE"),
    ("validationConfigurations.verifyDigest", "verifyDigest: false", "verifyDigest: true", "DIG-MISSING"),
    ("validations[].expression", VALIDATION, "false", "EXPR-FALSE"),
    (
        "variables[].expression",
        ATTESTORS,
        "  variables: [{name: a, expression: string(object.none)}]\n  auditAnnotations: [{key: a, valueExpression: variables.a}]\n  attestors:\n",
        "EXPR-ERROR",
    ),
    (
        "variables[].name",
        ATTESTORS,
        "  variables: [{name: a, expression: \"'b'\"}, {name: b, expression: string(object.none)}]\n  auditAnnotations: [{key: a, valueExpression: variables.b}]\n  attestors:\n",
        "EXPR-ERROR",
    ),
];

fn leaves(schema: &Value, shape: &Value, path: &str, found: &mut BTreeSet<String>) {
    let shape = &schema["shapes"][usize::try_from(shape.as_u64().unwrap()).unwrap()];
    let fields = shape["fields"].as_object().into_iter().flatten();
    let dot = if path.is_empty() { "" } else { "." };
    let mut inner: Vec<(String, &Value)> =
        fields.map(|(key, own)| (format!("{path}{dot}{key}"), own)).collect();
    inner.extend(shape.get("items").map(|own| (format!("{path}[]"), own)));
    inner.extend(shape.get("values").map(|own| (format!("{path}{{}}"), own)));
    if inner.is_empty() {
        found.insert(path.to_owned());
    }
    for (path, own) in inner {
        leaves(schema, own, &path, found);
    }
}

fn of_the_definition() -> BTreeSet<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/evaluate/schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut found = BTreeSet::new();
    leaves(&schema, &schema["roots"]["policies.kyverno.io/v1 ImageValidatingPolicy"], "", &mut found);
    found
}

/// Fields that the cases of other tests decide by: attestors and attestations, messages, controllers.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "attestations[].intoto.type",
        "image_policy_strict.rs :: a_notary_attestor_asked_for_a_statement_is_an_error",
    ),
    ("attestations[].name", "image_policy_attestors.rs :: payloads_of_referrers_are_read"),
    ("attestations[].referrer.type", "image_policy_attestors.rs :: payloads_of_referrers_are_read"),
    (
        "attestors[].cosign.certificate.cert.value",
        "image_policy_attestors.rs :: a_certificate_with_a_chain_is_its_key_once_the_chain_holds",
    ),
    (
        "attestors[].cosign.certificate.certChain.value",
        "image_policy_attestors.rs :: a_certificate_with_a_chain_is_its_key_once_the_chain_holds",
    ),
    (
        "attestors[].cosign.source.repository",
        "image_policy_attestors.rs :: signatures_are_looked_up_where_the_source_says",
    ),
    (
        "attestors[].cosign.source.tagPrefix",
        "image_policy_attestors.rs :: signatures_are_looked_up_where_the_source_says",
    ),
    ("attestors[].name", "image_policy_strict.rs :: naming_an_attestor_whose_expression_fails_is_an_error"),
    (
        "autogen.podControllers.controllers[]",
        "image_policy.rs :: controllers_are_judged_by_the_policy_that_is_derived",
    ),
    ("validationConfigurations.required", "image_policy.rs :: what_one_policy_verifies_another_may_require"),
    ("failurePolicy", "image_policy_strict.rs :: a_fault_in_a_condition_takes_an_ignoring_policy_out"),
    (
        "validationConfigurations.mutateDigest",
        "image_policy_pins.rs :: a_tag_is_replaced_before_anything_is_validated",
    ),
    ("validations[].message", "image_policy_fields.rs :: messages_are_those_of_the_policy"),
    ("validations[].messageExpression", "image_policy_fields.rs :: messages_are_those_of_the_policy"),
];

/// Fields of an attestor of cosign, what stands there, and what is decided about this image.
const OF_COSIGN: &[(&str, &str, &str, &str)] = &[
    (
        "attestors[].cosign.annotations{}",
        r#"{"key": KEY, "ctlog": IGNORED, "annotations": {"a": "b"}}"#,
        "key-p256",
        "SIG-ANNOTATION",
    ),
    (
        "attestors[].cosign.certificate.cert.expression",
        r#"{"certificate": {"cert": {"expression": "object.none"}}}"#,
        "key-p256",
        "EXPR-ERROR",
    ),
    (
        "attestors[].cosign.certificate.certChain.expression",
        r#"{"certificate": {"certChain": {"expression": "object.none"}}}"#,
        "key-p256",
        "EXPR-ERROR",
    ),
    (
        "attestors[].cosign.ctlog.ctLogPubKey",
        r#"{"key": KEY, "ctlog": {"url": "https://a.test", "ctLogPubKey": "none"}}"#,
        "key-p256",
        "NET-MALFORMED",
    ),
    (
        "attestors[].cosign.ctlog.rekorPubKey",
        r#"{"key": KEY, "ctlog": {"url": "https://a.test", "rekorPubKey": "none"}}"#,
        "key-p256",
        "NET-MALFORMED",
    ),
    (
        "attestors[].cosign.ctlog.tsaCertChain",
        r#"{"key": KEY, "ctlog": {"insecureIgnoreTlog": true, "tsaCertChain": "none"}}"#,
        "key-p256",
        "NET-MALFORMED",
    ),
    (
        "attestors[].cosign.ctlog.insecureIgnoreSCT",
        r#"{"keyless": {"identities": [ANYBODY]}, "ctlog": {"url": "https://a.test", "insecureIgnoreSCT": true}}"#,
        "tampered-no-sct",
        "PASS",
    ),
    (
        "attestors[].cosign.ctlog.insecureIgnoreTlog",
        r#"{"key": KEY, "ctlog": {"insecureIgnoreTlog": true}}"#,
        "key-p256-notlog",
        "PASS",
    ),
    ("attestors[].cosign.ctlog.url", r#"{"key": KEY, "ctlog": {"url": ""}}"#, "key-p256", "ATTESTOR-INVALID"),
    ("attestors[].cosign.key.data", r#"{"key": OTHER, "ctlog": IGNORED}"#, "key-p256", "SIG-KEY"),
    (
        "attestors[].cosign.key.expression",
        r#"{"key": {"expression": "object.none"}}"#,
        "key-p256",
        "EXPR-ERROR",
    ),
    (
        "attestors[].cosign.key.hashAlgorithm",
        r#"{"key": {"data": P384, "hashAlgorithm": "sha384"}, "ctlog": IGNORED}"#,
        "key-p384",
        "PASS",
    ),
    ("attestors[].cosign.key.kms", r#"{"key": {"kms": "awskms://a"}}"#, "key-p256", "POL-UNSUPPORTED"),
    (
        "attestors[].cosign.keyless.identities[].issuer",
        r#"{"keyless": {"identities": [{"subjectRegExp": ".*", "issuer": "a"}]}}"#,
        "keyless-gh",
        "ID-ISSUER",
    ),
    (
        "attestors[].cosign.keyless.identities[].issuerRegExp",
        r#"{"keyless": {"identities": [{"subjectRegExp": ".*", "issuerRegExp": "^a$"}]}}"#,
        "keyless-gh",
        "ID-ISSUER",
    ),
    (
        "attestors[].cosign.keyless.identities[].subject",
        r#"{"keyless": {"identities": [{"subject": "a", "issuerRegExp": ".*"}]}}"#,
        "keyless-gh",
        "ID-SUBJECT",
    ),
    (
        "attestors[].cosign.keyless.identities[].subjectRegExp",
        r#"{"keyless": {"identities": [{"subjectRegExp": "^a$", "issuerRegExp": ".*"}]}}"#,
        "keyless-gh",
        "ID-SUBJECT",
    ),
    (
        "attestors[].cosign.keyless.roots",
        r#"{"keyless": {"identities": [ANYBODY], "roots": "none"}}"#,
        "keyless-gh",
        "ATTESTOR-INVALID",
    ),
    (
        "attestors[].cosign.trustedRoot.expression",
        r#"{"keyless": {"identities": [ANYBODY]}, "trustedRoot": {"expression": "object.none"}}"#,
        "keyless-gh",
        "EXPR-ERROR",
    ),
    (
        "attestors[].cosign.trustedRoot.value",
        r#"{"keyless": {"identities": [ANYBODY]}, "trustedRoot": {"value": "none"}}"#,
        "keyless-gh",
        "ATTESTOR-INVALID",
    ),
    (
        "attestors[].cosign.tuf.root.data",
        r#"{"keyless": {"identities": [ANYBODY]}, "tuf": {"root": {"data": "%"}}}"#,
        "keyless-gh",
        "ATTESTOR-INVALID",
    ),
];

fn attestor(written: &str) -> Value {
    let key = |name: &str| serde_json::json!({"data": text(name)}).to_string();
    let written = written
        .replace("KEY", &key("trust/cosign.pub"))
        .replace("OTHER", &key("trust/other.pub"))
        .replace("P384", &Value::from(text("trust/p384.pub")).to_string())
        .replace("IGNORED", r#"{"insecureIgnoreTlog": true, "insecureIgnoreSCT": true}"#)
        .replace("ANYBODY", r#"{"subjectRegExp": ".*", "issuerRegExp": ".*"}"#);
    serde_json::from_str(&written).unwrap()
}

/// The same for `notary`.
const NOTARY: &[(&str, &str, &str)] = &[
    ("attestors[].notary.certs.expression", "certs: {expression: object.none}", "EXPR-ERROR"),
    ("attestors[].notary.certs.value", "certs: {value: none}", "ATTESTOR-INVALID"),
    ("attestors[].notary.tsaCerts.expression", "tsaCerts: {expression: object.none}", "EXPR-ERROR"),
    ("attestors[].notary.tsaCerts.value", "tsaCerts: {value: none}", "ATTESTOR-INVALID"),
];

fn code(traces: &[Trace], field: &str) -> String {
    let trace = traces.first().unwrap();
    if trace.verdict == Verdict::Error {
        let place = trace.location.as_ref().unwrap_or_else(|| panic!("{field}: no place"));
        assert!(place.start.line > 1 && place.start.column > 1, "{field}: {place:?}");
    }
    trace.code.as_str().to_owned()
}

#[test]
fn every_field_is_judged_or_an_error_or_without_effect_upstream() {
    let around = || Around { trust: trust(), ..Around::default() };
    let mut tried = BTreeSet::new();
    let mut other = Vec::new();
    let mut compare = |field: &str, traces: &[Trace], wanted: &str| {
        let found = code(traces, field);
        if found != wanted {
            other.push(format!("{field}: {found}, {wanted} was expected"));
        }
    };
    for (field, from, to, wanted) in CHANGES {
        compare(field, &judge_with(&[policy(&[(from, to)])], &pod(IMAGE), &around()), wanted);
        tried.insert((*field).to_owned());
    }
    for (field, cosign, name, wanted) in OF_COSIGN {
        let on = pod(&format!("127.0.0.1:5000/myorg/{name}:v1.2.3"));
        compare(field, &judge_with(&[with(&attestor(cosign))], &on, &around()), wanted);
        tried.insert((*field).to_owned());
    }
    for (field, notary, wanted) in NOTARY {
        let whole = with(&Value::Null).replace("cosign: null", &format!("notary: {{{notary}}}"));
        compare(field, &judge_with(&[whole], &pod(IMAGE), &around()), wanted);
        tried.insert((*field).to_owned());
    }
    assert_eq!(other, Vec::<String>::new());
    for (field, _) in WITHOUT_EFFECT.iter().chain(ELSEWHERE) {
        assert!(tried.insert((*field).to_owned()), "{field} twice");
    }
    let known = of_the_definition();
    assert_eq!(known.difference(&tried).collect::<Vec<_>>(), Vec::<&String>::new(), "nobody looks at these");
    assert_eq!(
        tried.difference(&known).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "there are no such fields"
    );
}

#[test]
fn messages_are_those_of_the_policy() {
    let message = "message: image is not signed by the trusted signer";
    for (text, wanted) in [
        (message, "image is not signed by the trusted signer"),
        ("messageExpression: \"'no: ' + object.metadata.name\"", "no: a"),
        (
            "messageExpression: string(object.none)",
            "failed to evaluate message expression: no such key: none",
        ),
        ("reason: Forbidden", "CEL expression validation failed at index 0"),
    ] {
        let own = policy(&[(VALIDATION, "false"), (message, text)]);
        let traces = judge_with(&[own], &pod(IMAGE), &Around::default());
        assert_eq!((traces[0].verdict, &*traces[0].engine_message), (Verdict::Deny, wanted));
    }
}
