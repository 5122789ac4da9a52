//! Output checked against its schema and form.

use serde_json::Value;

/// Fails unless the document follows docs/audit.schema.json.
pub(crate) fn valid(document: &Value) {
    let schema: Value = serde_json::from_str(include_str!("../../docs/audit.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{document:#}", errors.join("\n"));
}

/// Fails unless a SARIF log is sound in what code scanning relies on.
pub(crate) fn sarif_is_sound(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["kind"] == "fail" || result["level"] == "none", "{result:#}");
        for location in result["locations"].as_array().unwrap() {
            let region = &location["physicalLocation"]["region"];
            assert!(
                region["startLine"].as_u64().unwrap() >= 1 && region["startColumn"].as_u64().unwrap() >= 1
            );
            let uri = location["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
        }
    }
    let failed = run["results"].as_array().unwrap().iter().any(|result| result["kind"] == "open");
    assert_eq!(run["invocations"][0]["executionSuccessful"], !failed);
}

/// Fails unless tags are balanced, attributes quoted and characters those of XML 1.0.
pub(crate) fn well_formed(xml: &str) {
    let mut open = Vec::new();
    let body = xml.split_once("?>").expect("a declaration").1;
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("no end of `{piece}`"));
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let plain = ["&amp;", "&lt;", "&gt;", "&quot;"]
            .iter()
            .fold(format!("{tag}{text}"), |all, entity| all.replace(entity, ""));
        assert!(!plain.contains('&') && !plain.chars().any(|c| c.is_control() && c != '\n'), "{plain:?}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap().to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?}");
}
