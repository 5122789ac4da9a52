//! Kyverno's own unit-test tables: variables and references.

use serde_json::{Value, json};
use sigscope::evaluate::kyverno::variables;
use sigscope::lang::jmespath::Standard;

use crate::vectors::{every_case, same, text, unknown};

fn substitute_all(case: &Value) -> Result<(), String> {
    let found = variables::substitute(&case["document"], &case["context"], &Standard);
    match (found, case["error"].as_bool(), case["error_contains"].as_str()) {
        (Err(_), Some(true), _) => Ok(()),
        (Err(error), _, Some(part)) if error.to_string().contains(part) => Ok(()),
        (Ok(found), None, None) => same(&found, &case["want"]),
        (found, ..) => Err(format!("{found:?}")),
    }
}

fn run(case: &Value) -> Result<(), String> {
    let input = text(case, "input");
    let found = match case["fn"].as_str() {
        Some("substitute_all") => return substitute_all(case),
        Some("form_absolute_path") => {
            json!(variables::absolute_path(&text(case, "reference"), &text(case, "absolute")))
        }
        Some("replace_all_vars") => json!(variables::replace_variables(&input, &text(case, "replacement"))),
        Some("is_variable") => json!(variables::is_variable(&input)),
        Some("is_reference") => json!(variables::is_reference(&input)),
        Some("find_variables") => json!(variables::find_variables(&input)),
        _ => return unknown(case),
    };
    same(&found, &case["want"])
}

#[test]
fn variable_substitution() {
    every_case("variable_substitution.json", &run);
}
