//! The JSON Schema (2020-12) of `sigscope audit --format json`: strict, so that a new field is a decision.

use serde_json::{Value, json};

use super::audit::SCHEMA;
use crate::model::Code;

/// `docs/audit.schema.json`.
#[must_use]
pub fn audit() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://sigscope.example/audit.schema.json",
        "title": SCHEMA,
        "description": "Output of `sigscope audit --format json`",
        "type": "object",
        "required": ["schema", "results", "summary"],
        "additionalProperties": false,
        "properties": {
            "schema": {"const": SCHEMA},
            "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
            "drift": {"type": "array", "items": {"$ref": "#/$defs/drift"}},
            "summary": summary(),
        },
        "$defs": {
            "result": result(),
            "drift": drift(),
            "clause": clause(),
            "place": place(),
            "code": {"enum": Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>()},
            "digest": {"type": "string", "pattern": "^(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$"},
        },
    })
}

/// An object whose every property must be there, and none else.
fn strict(description: &str, properties: &Value) -> Value {
    let required: Vec<&String> = properties.as_object().map(|map| map.keys().collect()).unwrap_or_default();
    json!({
        "description": description,
        "type": "object",
        "required": required,
        "additionalProperties": false,
        "properties": properties,
    })
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn or_null(reference: &str, description: &str) -> Value {
    json!({"anyOf": [{"$ref": reference}, {"type": "null"}], "description": description})
}

fn summary() -> Value {
    let count = json!({"type": "integer", "minimum": 0});
    strict(
        "Counts of results",
        &json!({"results": count, "pass": count, "deny": count, "audit": count, "error": count, "none": count}),
    )
}

fn place() -> Value {
    let position = json!({"type": "integer", "minimum": 1});
    strict(
        "A place in a file",
        &json!({"file": text("as the user named it"), "line": position, "column": position}),
    )
}

fn resource() -> Value {
    strict(
        "Where the image is used; a bare image stands in a made-up Pod",
        &json!({
            "kind": text("kind"), "namespace": text("namespace"), "name": text("name"), "container": text("container"),
        }),
    )
}

fn drift() -> Value {
    let verdict = json!({"enum": ["pass", "deny", "audit", "error", null], "description": "the worst result; null: none"});
    strict(
        "A container of a cluster that runs something else than its image names now",
        &json!({
            "resource": resource(),
            "pods": {"type": "integer", "minimum": 1, "description": "pods that are like this one"},
            "image": text("as it was admitted"),
            "runs": {"$ref": "#/$defs/digest"},
            "judged_as": text("the image under which what runs was judged"),
            "names": or_null("#/$defs/digest", "what the image names now; null: nothing any more"),
            "signed": {"type": "array", "items": {"$ref": "#/$defs/digest"}},
            "admitted": verdict,
            "running": verdict,
            "differs": {"type": "boolean", "description": "whether admitted and running differ"},
        }),
    )
}

fn result() -> Value {
    let acknowledgement = strict(
        "What somebody said of it in the terminal program",
        &json!({
            "holds": {"type": "boolean", "description": "digest, policy and verdict are what they were"},
            "changed": {"type": "array", "items": {"enum": ["the digest", "the policy", "the verdict"]}},
            "at": text("when, as RFC 3339"),
            "note": text("what they wrote"),
        }),
    );
    let mut result = strict(
        "The result for one container, policy and rule",
        &json!({
            "resource": resource(),
            "image": text("as written"),
            "digest": or_null("#/$defs/digest", "the resolved digest; null when the image was not fetched"),
            "policy": text("name of the policy, with its namespace in front when it has one"),
            "rule": text("name of the rule; empty for a policy that its engine refuses"),
            "verdict": {"enum": ["pass", "deny", "audit", "error", "none"]},
            "code": {"$ref": "#/$defs/code"},
            "message": text("one sentence"),
            "engine_message": text("what the policy's engine would print; empty: nothing"),
            "policy_location": or_null("#/$defs/place", "the place in the policy that decided"),
            "clauses": {"type": "array", "items": {"$ref": "#/$defs/clause"}},
        }),
    );
    result["properties"]["draft"] = json!({"const": true,
        "description": "the policy is of a file and stands in place of the cluster's of its name; absent otherwise"});
    // In exports of the terminal program alone.
    result["properties"]["acknowledgement"] = acknowledgement;
    result
}

fn clause() -> Value {
    let pair =
        strict("both sides of a comparison", &json!({"want": text("asked for"), "have": text("found")}));
    let evidence = strict(
        "a place in content",
        &json!({"digest": {"$ref": "#/$defs/digest"}, "pointer": text("in the content")}),
    );
    let fact = strict("what was read", &json!({"label": text("what it is"), "value": text("its value")}));
    strict(
        "One clause of a policy or step of a verification",
        &json!({
            "label": text("what it asserts"),
            "outcome": {"enum": ["held", "failed", "not reached", "not exercised", "undecided"]},
            "code": or_null("#/$defs/code", "code of a failure or of what is missing"),
            "message": text("one sentence; empty for a clause that held"),
            "pair": {"anyOf": [pair, {"type": "null"}]},
            "reached": {"type": "boolean", "description": "false when the real engine would have stopped before it"},
            "location": or_null("#/$defs/place", "the place in the policy"),
            "evidence": {"anyOf": [evidence, {"type": "null"}]},
            "facts": {"type": "array", "items": fact},
            "children": {"type": "array", "items": {"$ref": "#/$defs/clause"}},
        }),
    )
}
