//! Preconditions and context of a rule, through the program.

use std::fs;

use serde_json::Value;

use crate::program::{fixture, fixtures, over_layouts};

const POLICY: &str = "policies/ignore-log/1-verify-image-signature.yaml";

/// The result for an unsigned image when the rule begins with `more`.
fn judged(more: &str) -> Value {
    let text = fs::read_to_string(fixtures().join(POLICY)).unwrap();
    assert!(text.contains("      verifyImages:"));
    let text = text.replacen("      verifyImages:", &format!("{more}      verifyImages:"), 1);
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(file.path(), text).unwrap();
    let (pod, policy) = (fixture("pods/unsigned.yaml"), file.path().to_string_lossy().into_owned());
    let run = over_layouts(&["audit", "--pod", &pod, "--policy", &policy, "--offline", "--format", "json"]);
    let results = run.json()["results"].clone();
    assert_eq!(results.as_array().unwrap().len(), 1, "{results:#}");
    results[0].clone()
}

fn condition(key: &str, operator: &str, value: &str) -> String {
    format!(
        "      preconditions:\n        all:\n        - key: \"{key}\"\n          operator: {operator}\n          value: {value}\n"
    )
}

fn verdict(result: &Value) -> &str {
    result["verdict"].as_str().unwrap()
}

#[test]
fn a_rule_whose_preconditions_do_not_hold_is_skipped() {
    assert_eq!(verdict(&judged(&condition("{{ request.object.metadata.name }}", "Equals", "\"*\""))), "deny");
    assert_eq!(verdict(&judged(&condition("{{ request.operation }}", "Equals", "CREATE"))), "deny");
    let skipped = judged(&condition("{{ request.object.metadata.name }}", "Equals", "another"));
    assert_eq!(verdict(&skipped), "none", "{skipped:#}");
    assert!(skipped["engine_message"].as_str().unwrap().contains("preconditions not met"));
    let images = "{{ images.containers.*.registry | [0] }}";
    assert_eq!(verdict(&judged(&condition(images, "Equals", "\"elsewhere\""))), "none");
}

#[test]
fn a_variable_without_a_value_is_an_error_and_no_pass() {
    let failed = judged(&condition("{{ request.object.metadata.nowhere }}", "Equals", "x"));
    assert_eq!(verdict(&failed), "error", "{failed:#}");
    let said = failed["engine_message"].as_str().unwrap();
    assert!(
        said.starts_with(
            "failed to evaluate preconditions: failed to substitute variables in condition key: "
        )
    );
    assert!(said.ends_with("JMESPath query failed: Unknown key \"nowhere\" in path"), "{said}");
}

#[test]
fn what_only_a_cluster_knows_is_undecided() {
    for key in ["{{ request.userInfo.username }}", "{{ serviceAccountName }}", "{{ random('[a-z]') }}"] {
        let result = judged(&condition(key, "Equals", "x"));
        assert_eq!(verdict(&result), "error", "{key}: {result:#}");
        assert_eq!(result["code"], "NET-UNSUPPORTED", "{key}: {result:#}");
    }
    let map = "      context:\n      - name: settings\n        configMap: {name: a, namespace: b}\n";
    let uses = judged(&format!("{map}{}", condition("{{ settings.data.x }}", "Equals", "x")));
    assert_eq!((verdict(&uses), &uses["code"]), ("error", &"NET-UNSUPPORTED".into()));
    // An entry that nothing names is never loaded.
    let idle = judged(&format!("{map}{}", condition("{{ request.namespace }}", "Equals", "x")));
    assert_eq!(verdict(&idle), "none");
}

#[test]
fn variables_of_the_context_take_value_path_and_default() {
    let entry = |rest: &str| format!("      context:\n      - name: wanted\n        variable: {{{rest}}}\n");
    for (rest, value, expected) in [
        ("value: abc", "abc", "deny"),
        ("value: abc", "abd", "none"),
        ("value: {a: [1, 2]}, jmesPath: \"a[1]\"", "2", "deny"),
        ("jmesPath: request.object.metadata.nowhere, default: abc", "abc", "deny"),
        ("jmesPath: request.object.metadata.nowhere", "abc", "error"),
        ("jmesPath: \"to_upper(request.object.kind)\"", "POD", "deny"),
    ] {
        let result = judged(&format!("{}{}", entry(rest), condition("{{ wanted }}", "Equals", value)));
        assert_eq!(verdict(&result), expected, "{rest}: {result:#}");
    }
}

#[test]
fn the_whole_rule_is_substituted_before_it_verifies() {
    let properties = |key: &str| format!("      reportProperties:\n        team: \"{{{{ {key} }}}}\"\n");
    assert_eq!(verdict(&judged(&properties("request.object.metadata.name"))), "deny");
    let failed = judged(&properties("request.object.metadata.nowhere"));
    assert_eq!(verdict(&failed), "error", "{failed:#}");
    assert!(failed["engine_message"].as_str().unwrap().starts_with("failed to substitute variables: "));
    assert_eq!(verdict(&judged(&properties("request.userInfo.username"))), "error");
    // The second alternative was not reached, and is substituted all the same.
    let any = "      preconditions:\n        any:\n        - {key: a, operator: Equals, value: a}\n        \
               - {key: \"{{ request.object.nowhere }}\", operator: Equals, value: a}\n";
    assert_eq!(verdict(&judged(any)), "error");
}
