//! Kyverno's own tests of image-validating policies and their libraries, and policies of its sample library.

use std::sync::Arc;

use serde_json::{Value, json};
use sigscope::evaluate::image_policy::{self, Context, Libraries, Trust, autogen};
use sigscope::evaluate::{Loaded, load};
use sigscope::format::yaml;
use sigscope::lang::cel::{ImageName, Program};
use sigscope::model::workload::{Resource, ResourceId};
use sigscope::model::{Missing, Moment, Trace, Verdict};
use sigscope::verify::Memory;

use crate::vectors::{every_case, node, same, text, texts, unknown};

fn policy(spec: &Value) -> Arc<image_policy::Policy> {
    let document = json!({
        "apiVersion": "policies.kyverno.io/v1",
        "kind": "ImageValidatingPolicy",
        "metadata": {"name": "p"},
        "spec": spec,
    });
    match load(&"policy.yaml".into(), &document.to_string()).unwrap().remove(0) {
        Loaded::Image(policy) => policy,
        other => panic!("{other:?}"),
    }
}

/// A policy whose one validation tells what `images` holds.
fn judge(spec: &Value, object: &Value) -> Vec<Trace> {
    let mut whole = json!({
        "matchConstraints": {"resourceRules": [
            {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]},
        ]},
        "validationConfigurations": {"mutateDigest": false, "verifyDigest": false, "required": false},
        "attestors": [{"name": "nobody", "cosign": {"key": {"data": "none"}}}],
        "validations": [{"expression": "false", "messageExpression": "json.marshal(images)"}],
    });
    for (key, value) in spec.as_object().unwrap() {
        whole[key] = value.clone();
    }
    let manifest = yaml::parse("pod.yaml".into(), &object.to_string()).unwrap().remove(0);
    let id = ResourceId {
        api_version: "v1".into(),
        kind: "Pod".into(),
        namespace: "default".into(),
        name: "a".into(),
    };
    let resource = Resource { id, manifest: Arc::new(manifest), synthetic: false };
    let found = crate::evidence::evidence("unsigned");
    let context = Context {
        prover: &Memory::new(),
        outside: &sigscope::port::Nobody,
        evidence: &|_| Ok::<_, Missing>(Arc::new(found.clone())),
        trust: &Trust::default(),
        as_of: Moment(0),
        offline: true,
        exceptions: &[],
        read_root: &|_| Err("none".to_owned()),
    };
    let policy = policy(&whole);
    assert!(policy.refusals.is_empty(), "{:?}", policy.refusals);
    image_policy::judge(&[&policy], &resource, &context)
}

fn pod(images: &[String]) -> Value {
    let containers: Vec<Value> = images
        .iter()
        .enumerate()
        .map(|(at, image)| json!({"name": format!("c{at}"), "image": image}))
        .collect();
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": containers}})
}

/// Upstream binds `request` to what it likes; here it is what `object` is.
fn extract(case: &Value) -> Result<(), String> {
    let input = &case["input"];
    let extractors: Vec<Value> = case["extractors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| {
            let expression = text(own, "expression").replace("request.images", "object.metadata.images");
            json!({"name": own["name"], "expression": expression})
        })
        .collect();
    let mut object = match &input["object"] {
        Value::Object(_) => input["object"].clone(),
        _ => input["oldObject"].clone(),
    };
    if object.is_null() {
        object = json!({"spec": {}});
    }
    object["metadata"] = json!({"name": "a", "images": input["request"]["images"]});
    let traces = judge(&json!({"images": extractors}), &object);
    let found: Value = serde_json::from_str(&traces[0].engine_message).map_err(|error| error.to_string())?;
    let wanted = case["want"].as_object().unwrap();
    wanted.iter().try_for_each(|(name, images)| same(&found[name], images))
}

fn parse(case: &Value) -> Result<(), String> {
    match (ImageName::parse(&text(case, "image")), case["error"].as_bool()) {
        (Err(_), Some(true)) => Ok(()),
        (Ok(name), Some(true)) => Err(format!("{name:?} is no image")),
        (Err(problem), _) => Err(problem),
        (Ok(name), _) => {
            let found = json!({
                "registry": name.registry,
                "repository": name.repository,
                "identifier": name.identifier(),
                "tag": name.tag,
                "digest": name.digest,
            });
            let wanted = case["want"].as_object().unwrap();
            wanted.iter().try_for_each(|(key, value)| same(&found[key], value))
        }
    }
}

fn evaluate(expression: &str) -> Result<Value, String> {
    let program = Program::parse(expression).map_err(|stop| stop.to_string())?;
    let value = program.evaluate(&Libraries).value.map_err(|stop| stop.to_string())?;
    value.to_json().ok_or_else(|| format!("{} has no JSON", value.type_name()))
}

fn failed(traces: &[Trace], case: &Value) -> Result<(), String> {
    let fails = traces.iter().any(|trace| trace.verdict == Verdict::Deny);
    same(&json!(fails), &case["want_fail"])?;
    let parts = match &case["message_contains"] {
        Value::String(part) => vec![part.clone()],
        parts => texts(parts),
    };
    let said = |part: &String| traces.iter().any(|trace| trace.engine_message.contains(part.as_str()));
    match parts.iter().find(|part| !said(part)) {
        Some(part) => {
            Err(format!("no message holds {part:?}: {:?}", traces.first().map(|t| &t.engine_message)))
        }
        None => Ok(()),
    }
}

/// What was recorded is made so: an image that is recorded is not one of those of the policy.
fn required(case: &Value) -> Result<(), String> {
    let recorded = case["recorded"].as_object().unwrap();
    let open: Vec<String> = texts(&case["images"])
        .into_iter()
        .filter(|image| recorded.get(image) != Some(&json!(true)))
        .collect();
    let mut checks = json!({"mutateDigest": false, "verifyDigest": false});
    if !case["required"].is_null() {
        checks["required"] = case["required"].clone();
    }
    let spec = json!({"validationConfigurations": checks, "validations": [{"expression": "true"}]});
    failed(&judge(&spec, &pod(&open)), case)
}

#[test]
fn image_validating_policies() {
    every_case("cel.json", &|case| match case["fn"].as_str() {
        Some("match_image") => {
            let found = image_policy::is_matched(&node(&case["references"]), &text(case, "image"));
            same(&json!(found), &case["want"])
        }
        Some("extract_images") => extract(case),
        Some("parse_image_reference") => parse(case),
        Some("tag_of_tagged_digest") => {
            same(&json!(ImageName::parse(&text(case, "image"))?.written_tag()), &case["want"])
        }
        Some("cel_identifier") => {
            let expression = format!("parseImageReference({}).identifier()", case["image"]);
            same(&evaluate(&expression)?, &case["want"])
        }
        Some("cel_eval") => same(&evaluate(&text(case, "expr"))?, &case["want"]),
        Some("parse_service_account") => {
            same(&evaluate(&format!("parseServiceAccount({})", case["user"]))?, &case["want"])
        }
        Some("check_digests") => {
            let spec = json!({
                "validationConfigurations": {"mutateDigest": false, "verifyDigest": case["verify_digest"], "required": false},
                "validations": [{"expression": "true"}],
            });
            failed(&judge(&spec, &pod(&texts(&case["images"]))), case)
        }
        Some("enforce_required") => required(case),
        _ => unknown(case),
    });
}

#[test]
fn pod_controllers_of_image_validating_policies() {
    every_case("autogen.json", &|case| match case["fn"].as_str() {
        Some("can_autogen_cel") => {
            same(&json!(autogen::can_generate(&node(&case["match_constraints"]))), &case["want"])
        }
        Some("rewrite_cel") => {
            let pod = match case["config"].as_str().unwrap() {
                "cronjobs" => "spec.jobTemplate.spec.template",
                _ => "spec.template",
            };
            same(&json!(autogen::rewrite(&text(case, "text"), pod)), &case["want"])
        }
        // Of the classic engine: `vectors_rules.rs`.
        Some(_) => Ok(()),
        None => unknown(case),
    });
}

#[test]
fn image_validating_policies_of_the_sample_library_load() {
    every_case("policy_samples.json", &|case| {
        if case["policy"]["kind"] != "ImageValidatingPolicy" {
            return Ok(());
        }
        match load(&"sample.yaml".into(), &case["policy"].to_string())
            .map_err(|error| error.to_string())?
            .remove(0)
        {
            Loaded::Image(policy) if policy.refusals.is_empty() && policy.unsupported.is_empty() => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
}
