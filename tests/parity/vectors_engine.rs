//! Kyverno's own unit-test tables: whole `verifyImages` rules, and the helpers around them.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;
use serde_json::{Value, json};
use sigscope::evaluate::kyverno::condition::evaluate;
use sigscope::evaluate::kyverno::{self, Context};
use sigscope::format::simple_signing::Payload;
use sigscope::lang::wildcard;
use sigscope::model::artifact::{ArtifactKind, Evidence};
use sigscope::model::demand::TrustRoot;
use sigscope::model::workload::{Resource, ResourceId};
use sigscope::model::{Missing, Moment, Trace, Verdict};
use sigscope::port::Prover;
use sigscope::verify::Memory;

use crate::evidence::{evidence, fixtures};
use crate::stand_in::{Good, hang};
use crate::vectors::{every_case, every_case_but, node, same, text, texts, unknown};

const NOW: Moment = Moment(1_795_516_245);

fn resource(manifest: &Value) -> Resource {
    let of = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
    let id = ResourceId {
        api_version: of("apiVersion"),
        kind: of("kind"),
        namespace: manifest["metadata"]["namespace"].as_str().unwrap_or("default").to_owned(),
        name: manifest["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
    };
    Resource { id, manifest: Arc::new(node(manifest)), synthetic: false }
}

/// Upstream reads a policy without the defaults of its schema.
fn without_defaults(policy: &Value) -> Value {
    let mut policy = policy.clone();
    for rule in policy["spec"]["rules"].as_array_mut().unwrap() {
        for entry in rule["verifyImages"].as_array_mut().unwrap() {
            for flag in ["mutateDigest", "verifyDigest", "required"] {
                let entry = entry.as_object_mut().unwrap();
                entry.entry(flag).or_insert(json!(false));
            }
        }
    }
    policy
}

pub(crate) fn judge(
    policy: &Value,
    on: &Value,
    prover: &dyn Prover,
    of: &dyn Fn(&str) -> Result<Arc<Evidence>, Missing>,
) -> Vec<Trace> {
    let policy = kyverno::read(&Arc::new(node(policy)));
    assert!(policy.refusals.is_empty(), "{:?}", policy.refusals);
    let context = Context {
        prover,
        outside: &sigscope::port::Nobody,
        evidence: of,
        log_keys: &Arc::from([]),
        root: &TrustRoot::default(),
        as_of: NOW,
        offline: true,
        exceptions: &[],
        read_log_key: &|_| Err("none is given".to_owned()),
    };
    kyverno::judge(&policy, &resource(on), &context)
}

/// Upstream's word for the answer of a rule; an image that the rule does not name has none.
fn statuses(traces: &[Trace]) -> Vec<&'static str> {
    let word = |trace: &Trace| match trace.verdict {
        Verdict::Pass => Some("pass"),
        Verdict::Deny | Verdict::Audit => Some("fail"),
        Verdict::Error | Verdict::Waiting => Some("error"),
        Verdict::None => None,
    };
    traces.iter().filter_map(word).collect()
}

pub(crate) fn file(name: &str) -> String {
    std::fs::read_to_string(fixtures().join(name)).unwrap()
}

/// The keys of the public test images, and the certificate that signed one of them, in place of those of the fixtures.
fn of_the_fixtures(policy: &Value) -> Value {
    let notary = file("policies/article/5-verify-notation-signature.yaml");
    let notary = sigscope::format::yaml::parse("5".into(), &notary).unwrap().remove(0);
    let entry = |field: &str| -> Value {
        let rules = notary.path(&["spec", "rules"]).unwrap().items();
        let set = &rules[0].get("verifyImages").unwrap().items()[0].get("attestors").unwrap().items()[0];
        let found = set.get("entries").unwrap().items()[0].path(&["certificates", field]).unwrap();
        json!(found.text().unwrap())
    };
    fn walk(value: &mut Value, change: &dyn Fn(&mut Value)) {
        change(value);
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, change)),
            Value::Object(map) => map.values_mut().for_each(|item| walk(item, change)),
            _ => {}
        }
    }
    let mut policy = policy.clone();
    walk(&mut policy, &|value| {
        if let Some(certificates) = value.get_mut("certificates") {
            *certificates = json!({"cert": entry("cert"), "certChain": entry("certChain")});
        }
        let Some(text) = value.as_str() else { return };
        if text.contains("8nXRh950IZbRj8Ra") {
            *value = json!(file("keys/cosign.pub"));
        } else if text.contains("pNlOGZ323zMlhs4b") {
            *value = json!(file("keys/p384.pub"));
        }
    });
    policy
}

/// The like of a public test image among the fixtures.
fn alike(notary: bool, image: &str) -> Result<Arc<Evidence>, Missing> {
    let name = match image.rsplit(':').next().unwrap() {
        "signed" if notary => "notation-jws",
        "signed" => "key-p256",
        "signed-by-someone-else" => "key-other",
        _ => return Err(Missing::NotFound { what: image.to_owned() }),
    };
    Ok(Arc::new(evidence(name)))
}

/// What Kyverno's mocked registry holds: the payloads of the case, all of them good.
fn mocked(case: &Value) -> Evidence {
    let mut found = evidence("unsigned");
    let payloads = case["mock_payloads"].as_array().unwrap();
    let payloads: Vec<_> = payloads.iter().map(|p| (p.to_string().into_bytes(), BTreeMap::new())).collect();
    hang(&mut found, ArtifactKind::CosignAttestation, ".att", &payloads);
    found
}

/// Cases over two attestations of the Notary Project on one image, of which the fixtures have none.
const WITHOUT_THE_LIKE: [&str; 2] = ["verify_images_engine-017", "verify_images_engine-018"];

fn expanded(case: &Value) -> Result<(), String> {
    let policy = json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"},
        "spec": {"rules": [{"name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "verifyImages": [{"imageReferences": ["*"], "attestors": [{"entries": case["entries"]}]}]}]}});
    let policy = kyverno::read(&Arc::new(node(&policy)));
    same(&json!(policy.rules[0].entries[0].attestors[0].entries.len()), &case["want_count"])
}

#[test]
fn whole_rules() {
    every_case_but("verify_images_engine.json", &WITHOUT_THE_LIKE, &|case| {
        if case["fn"] == "expand_static_keys" {
            return expanded(case);
        }
        let policy = without_defaults(&case["policy"]);
        let found = if case["mock_payloads"].is_array() {
            judge(&policy, &case["resource"], &Good, &|_| Ok(Arc::new(mocked(case))))
        } else {
            let notary = policy.to_string().contains("Notary");
            let policy = of_the_fixtures(&policy);
            judge(&policy, &case["resource"], &Memory::new(), &|image| alike(notary, image))
        };
        same(&json!(statuses(&found)), &case["want_rule_statuses"])
    });
}

/// A rule of one key, or of one identity, over one image.
pub(crate) fn one_rule(entry: &Value) -> Value {
    json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "policy"},
        "spec": {"validationFailureAction": "Enforce", "background": false, "rules": [{"name": "rule",
            "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "verifyImages": [{"imageReferences": ["*"], "mutateDigest": false, "verifyDigest": false,
                "attestors": [{"entries": [entry]}]}]}]}})
}

pub(crate) fn pod(image: &str, annotations: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod", "annotations": annotations},
        "spec": {"containers": [{"name": "c", "image": image}]}})
}

fn keys(more: &[(&str, Value)]) -> Value {
    let key = json!({"publicKeys": file("keys/cosign.pub"), "rekor": {"ignoreTlog": true}, "ctlog": {"ignoreSCT": true}});
    let mut entry = json!({"keys": key});
    for (field, value) in more {
        entry[field] = value.clone();
    }
    entry
}

/// Annotations of the payloads, over signatures that are good; without any payload there is no signature.
fn payload_annotations(case: &Value) -> Result<(), String> {
    let wanted = if case["annotations"].is_null() { json!({}) } else { case["annotations"].clone() };
    let mut found = evidence("unsigned");
    let payloads = case["payloads"].as_array().unwrap();
    let payloads: Vec<_> = payloads.iter().map(|p| (p.to_string().into_bytes(), BTreeMap::new())).collect();
    hang(&mut found, ArtifactKind::CosignSignature, ".sig", &payloads);
    let policy = one_rule(&keys(&[("annotations", wanted)]));
    let found = Arc::new(found);
    let traces = judge(&policy, &pod("a.test/b:1", &json!({})), &Good, &|_| Ok(found.clone()));
    if payloads.is_empty() {
        // The helper has nothing to compare then; the engine has stopped before it.
        return same(&json!(traces[0].code.as_str()), &json!("SIG-NONE"));
    }
    let passed = traces[0].verdict == Verdict::Pass;
    let spoken = traces[0].engine_message.contains("no signature matched the required annotations");
    same(&json!([passed, spoken]), &json!([case["want_ok"], case["want_ok"] == json!(false)]))
}

/// Annotations of the layers, as an ImageValidatingPolicy compares them.
fn signature_annotations(case: &Value) -> Result<(), String> {
    let mut found = evidence("unsigned");
    let pairs = case["signature_annotations"].as_object().unwrap().iter();
    let pairs = pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
    hang(&mut found, ArtifactKind::CosignSignature, ".sig", &[(b"{}".to_vec(), pairs)]);
    let found = Arc::new(found);
    let policy = file("policies/image-validating/1-verify-image-signature.yaml");
    let expected = format!("annotations: {}\n        ctlog:", case["expected"]);
    let policy = policy.replacen("ctlog:", &expected, 1);
    let policy = match sigscope::evaluate::load(&"p.yaml".into(), &policy).unwrap().remove(0) {
        sigscope::evaluate::Loaded::Image(policy) => policy,
        other => panic!("{other:?}"),
    };
    let context = sigscope::evaluate::image_policy::Context {
        prover: &Good,
        outside: &sigscope::port::Nobody,
        evidence: &|_| Ok(found.clone()),
        trust: &sigscope::evaluate::image_policy::Trust::default(),
        as_of: NOW,
        offline: true,
        exceptions: &[],
        read_root: &|_| Err("none".to_owned()),
    };
    let on = resource(&pod("127.0.0.1:5000/myorg/made:1", &json!({})));
    let traces = sigscope::evaluate::image_policy::judge(&[&*policy], &on, &context);
    same(&json!(traces[0].verdict == Verdict::Pass), &case["want_ok"])?;
    let code = if case["want_ok"] == json!(true) { "PASS" } else { "SIG-ANNOTATION" };
    same(&json!(traces[0].code.as_str()), &json!(code))
}

/// What a resource says of its own verification is not believed: it is judged as at its creation, when Kyverno's webhook
/// writes the annotation anew.
fn own_annotations(case: &Value) -> Result<(), String> {
    let image = text(case, "image");
    let on = pod(&image, &case["annotations"]);
    let traces = judge(&one_rule(&keys(&[])), &on, &Memory::new(), &|_| Ok(Arc::new(evidence("unsigned"))));
    same(&json!(statuses(&traces)), &json!(["fail"]))
}

fn algorithm(case: &Value) -> Result<(), String> {
    let mut entry = keys(&[]);
    entry["keys"]["signatureAlgorithm"] = case["input"].clone();
    let policy = kyverno::read(&Arc::new(node(&one_rule(&entry))));
    let refused = policy.refusals.iter().any(|refusal| refusal.text.contains("signature algorithm"));
    let found = match &policy.rules[0].entries[0].attestors[0].entries[0].signer {
        kyverno::policy::Signer::Key(key) if !refused => {
            json!(format!("{:?}", key.hash.value).to_uppercase())
        }
        _ => Value::Null,
    };
    same(&found, &case["want"])
}

/// An extension that has no name fails every certificate.
fn extension(case: &Value) -> Result<(), String> {
    let mut keyless = json!({"issuer": "*", "subject": "*", "rekor": {"url": "https://a.test", "ignoreTlog": true},
        "ctlog": {"ignoreSCT": true}, "additionalExtensions": {}});
    keyless["additionalExtensions"][text(case, "key")] = json!("*");
    keyless["roots"] = json!(file("trust/fulcio-root.pem"));
    let policy = one_rule(&json!({"keyless": keyless}));
    let found = Arc::new(evidence("keyless-gh-v2"));
    let traces = judge(&policy, &pod("a.test/b:1", &json!({})), &Good, &|_| Ok(found.clone()));
    let said = traces[0].engine_message.contains("invalid certificate extension ");
    same(&json!(said && traces[0].verdict == Verdict::Deny), &case["error"])
}

/// Result annotations are written by nobody here.
const NOT_WRITTEN: [&str; 1] = ["metadata_patches"];

#[test]
fn helpers_of_image_verification() {
    every_case_but("image_verification_helpers.json", &NOT_WRITTEN, &|case| match case["fn"].as_str() {
        Some("extract_digest") => {
            let named = case["payloads"].as_array().unwrap().iter().any(|payload| {
                Payload::parse(payload.to_string().as_bytes()).is_ok_and(|payload| !payload.digest.is_empty())
            });
            same(&json!(!named), &case["error"])
        }
        Some("check_payload_annotations") => payload_annotations(case),
        Some("check_signature_annotations") => signature_annotations(case),
        Some("signature_algorithm") => algorithm(case),
        Some("cert_extension_value") => extension(case),
        Some("image_matches") => {
            let image = text(case, "image");
            let matches = |pattern: &String| wildcard::matches(pattern, &image);
            same(&json!(texts(&case["patterns"]).iter().any(matches)), &case["want"])
        }
        Some("is_image_verified" | "is_image_verified_for_policy") => own_annotations(case),
        _ => unknown(case),
    });
}

/// Parts of patterns that only rules of kind `validate` use.
const OF_VALIDATE: [&str; 9] = [
    "compare_string",
    "float_pattern",
    "map_pattern",
    "nil_pattern",
    "number_to_string",
    "operator_from_pattern",
    "string_operator",
    "string_patterns",
    "validate",
];

/// Ranges are what conditions share with patterns.
#[test]
fn ranges_of_patterns() {
    let inside = Regex::new(r"^[-+]?\d[\d.]*[A-Za-z]*-[-+]?\d[\d.]*[A-Za-z]*$").unwrap();
    let ran = std::cell::Cell::new(0);
    every_case_but("patterns.json", &OF_VALIDATE, &|case| {
        let pattern = text(case, "pattern");
        match case["fn"].as_str() {
            Some("string_pattern") if inside.is_match(&pattern) => {
                ran.set(ran.get() + 1);
                let found = evaluate(&case["value"], "AnyIn", &case["pattern"]).unwrap_or(false);
                same(&json!(found), &case["want"])?;
                let outside = evaluate(&case["value"], "AnyNotIn", &case["pattern"]).unwrap_or(true);
                same(&json!(!outside), &case["want"])
            }
            // `a!-b` is a pattern's way to say what `AnyNotIn` with `a-b` says.
            Some("string_pattern") if inside.is_match(&pattern.replacen("!-", "-", 1)) => {
                ran.set(ran.get() + 1);
                let range = json!(pattern.replacen("!-", "-", 1));
                same(&json!(evaluate(&case["value"], "AnyNotIn", &range).unwrap_or(false)), &case["want"])
            }
            _ => unknown(case),
        }
    });
    println!("patterns.json: {} of them are ranges", ran.get());
    assert!(ran.get() > 20);
}

/// Every policy of the sample library loads and is linted at its places. Most of them are older than the rule that a policy
/// which only reports must not write digests, and one asks a key service; nothing else is wrong with them.
#[test]
fn samples_load_and_lint() {
    every_case("policy_samples.json", &|case| {
        let whole = case["policy"].to_string();
        let loaded =
            sigscope::evaluate::load(&"sample.yaml".into(), &whole).map_err(|error| error.problem)?;
        let [policy] = loaded.as_slice() else { return Err(format!("{} policies", loaded.len())) };
        let row = policy.row();
        let text =
            |one: &sigscope::model::span::Diagnostic| format!("{} {}", one.span.start.line, one.problem);
        let known = ["mutateDigest must be set to false", "not supported yet: keys.kms"];
        let known =
            |one: &&sigscope::model::span::Diagnostic| known.iter().any(|text| one.problem.contains(text));
        if let Some(problem) = row.problems.iter().find(|problem| !known(problem)) {
            return Err(text(problem));
        }
        let lints = match policy {
            sigscope::evaluate::Loaded::Kyverno(policy) => kyverno::lint(policy),
            _ => row.lints,
        };
        let error = sigscope::model::lint::Severity::Error;
        let errors =
            lints.iter().filter(|lint| lint.severity == error && !lint.message.contains("mutateDigest"));
        match errors.chain(lints.iter().filter(|lint| lint.span.start.line == 0)).next() {
            Some(lint) => Err(lint.message.clone()),
            None => Ok(()),
        }
    });
}
