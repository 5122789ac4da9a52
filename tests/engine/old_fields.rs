//! Fields of `verifyImages` that are old, seldom or hold variables, through the program.

use std::fs;

use serde_json::Value;

use crate::program::{fixture, over_layouts};

fn key() -> String {
    fs::read_to_string(fixture("keys/cosign.pub")).unwrap().replace('\n', "\\n")
}

fn roots() -> String {
    fs::read_to_string(fixture("trust/fulcio-root.pem")).unwrap().replace('\n', "\\n")
}

/// The first result of a rule with these fields for an image of the fixtures; `{KEY}` and `{ROOTS}` are put in.
fn judged(spec: &str, rule: &str, image: &str) -> Value {
    let policy = format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{{spec} background: false, \
         rules: [{{name: r, match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}, {rule}}}]}}}}"
    );
    let policy = policy.replace("{KEY}", &key()).replace("{ROOTS}", &roots());
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(file.path(), policy).unwrap();
    let path = file.path().to_string_lossy().into_owned();
    let image = format!("127.0.0.1:5000/myorg/{image}:v1.2.3");
    let root = fixture("trust/trusted_root.json");
    let mut words = vec!["audit", &image, "--policy", &path, "--offline", "--format", "json"];
    words.extend(["--trusted-root", &root]);
    over_layouts(&words).json()["results"][0].clone()
}

const ENFORCE: &str = "validationFailureAction: Enforce,";

fn word(result: &Value) -> (&str, &str) {
    (result["verdict"].as_str().unwrap(), result["code"].as_str().unwrap())
}

#[track_caller]
fn comes_to(rule: &str, image: &str, wanted: (&str, &str)) {
    let found = judged(ENFORCE, rule, image);
    assert_eq!(word(&found), wanted, "{found:#}");
}

#[test]
fn old_fields_are_what_replaced_them() {
    let by_key = r#"verifyImages: [{image: "127.0.0.1:*", key: "{KEY}"}]"#;
    comes_to(by_key, "key-p256", ("pass", "PASS"));
    // The log is demanded, as for keys without `rekor`.
    comes_to(by_key, "key-p256-notlog", ("deny", "LOG-ABSENT"));
    comes_to(by_key, "key-other", ("deny", "SIG-KEY"));
    comes_to(
        r#"verifyImages: [{image: "elsewhere.test/*", key: "{KEY}"}]"#,
        "key-other",
        ("none", "REF-NONE"),
    );
    let issuer = |more: &str| {
        format!(r#"verifyImages: [{{imageReferences: ["*"], issuer: "https://token*", {more}}}]"#)
    };
    comes_to(
        &issuer(r#"subject: "https://github.com/*", roots: "{ROOTS}""#),
        "keyless-gh-v2",
        ("pass", "PASS"),
    );
    comes_to(
        &issuer(r#"subject: "https://gitlab.com/*", roots: "{ROOTS}""#),
        "keyless-gh-v2",
        ("deny", "ID-SUBJECT"),
    );
    comes_to(&issuer(r#"subject: "https://github.com/*""#), "keyless-gh-v2", ("error", "POL-INVALID"));
    let bare = r#"verifyImages: [{image: "*", annotations: {a: b}}]"#;
    comes_to(bare, "key-p256", ("error", "POL-INVALID"));
}

#[test]
fn with_attestations_an_old_key_is_lost() {
    let attested = |more: &str| {
        format!(
            r#"verifyImages: [{{imageReferences: ["*"], attestations: [{{type: "https://spdx.dev/Document"}}], {more}}}]"#
        )
    };
    // The attestation is signed with the key, and whoever has a certificate is asked for.
    let found = judged(ENFORCE, &attested(r#"key: "{KEY}""#), "att-full");
    assert_eq!(found["verdict"], "deny", "{found:#}");
    let anybody = judged(ENFORCE, &attested(r#"key: "{KEY}""#), "att-keyless");
    let none = judged(ENFORCE, &attested("required: true"), "att-keyless");
    assert_eq!(word(&anybody), word(&none), "{anybody:#}");
    let roots = judged(ENFORCE, &attested(r#"roots: "{ROOTS}""#), "att-keyless");
    assert_eq!(word(&roots), word(&none), "{roots:#}");
    let rogue = fs::read_to_string(fixture("trust/rogue-fulcio-chain.pem")).unwrap().replace('\n', "\\n");
    let other = judged(ENFORCE, &attested(&format!(r#"roots: "{rogue}""#)), "att-keyless");
    assert_eq!(word(&other), ("deny", "CERT-CHAIN"), "{other:#}");
}

#[test]
fn where_one_entry_denies_every_entry_must() {
    let rule = |second: &str| {
        format!(
            r#"verifyImages: [{{imageReferences: ["*"], validate: {{deny: {{}}}}}}, {{imageReferences: ["b.test/*"]{second}}}]"#
        )
    };
    assert_eq!(word(&judged(ENFORCE, &rule(""), "unsigned")).1, "POL-INVALID");
    assert_ne!(word(&judged(ENFORCE, &rule(", validate: {deny: {}}"), "unsigned")).1, "POL-INVALID");
    let message = r#"verifyImages: [{imageReferences: ["*"], validate: {message: a}}]"#;
    assert_eq!(word(&judged(ENFORCE, message, "unsigned")).1, "POL-INVALID");
}

#[test]
fn the_action_goes_on_to_the_next_entry() {
    let rule = |second: &str| {
        format!(
            r#"verifyImages: [{{imageReferences: ["*"], failureAction: Audit, mutateDigest: false}}, {{imageReferences: ["*"]{second}}}]"#
        )
    };
    assert_eq!(word(&judged(ENFORCE, &rule(""), "unsigned")).1, "POL-INVALID");
    assert_ne!(word(&judged(ENFORCE, &rule(", failureAction: Enforce"), "unsigned")).1, "POL-INVALID");
}

#[test]
fn variables_are_put_in_before_anything_is_verified() {
    let rule = |context: &str, key: &str| {
        format!(
            r#"context: [{{name: own, variable: {{{context}}}}}], verifyImages: [{{imageReferences: ["*"], attestors: [{{entries: [
               {{keys: {{publicKeys: "{key}", rekor: {{ignoreTlog: true}}, ctlog: {{ignoreSCT: true}}}}}}]}}]}}]"#
        )
    };
    let own = r#"value: {key: "{KEY}"}"#;
    comes_to(&rule(own, "{{ own.key }}"), "key-p256-notlog", ("pass", "PASS"));
    comes_to(&rule(own, "{{ own.key }}"), "key-other", ("deny", "SIG-KEY"));
    // Two keys of a variable are two entries.
    comes_to(&rule(own, "{{ own.key }}{{ own.key }}"), "key-p256-notlog", ("pass", "PASS"));
    let missing = judged(ENFORCE, &rule(own, "{{ own.other }}"), "key-p256-notlog");
    assert_eq!(missing["verdict"], "error");
    let said = missing["engine_message"].as_str().unwrap();
    assert!(
        said.starts_with("failed to substitute variables: ") && said.contains("Unknown key \"other\""),
        "{said}"
    );
    let cluster = r#"context: [{name: own, configMap: {name: a, namespace: b}}], verifyImages: [{imageReferences: ["*"],
        attestors: [{entries: [{keys: {publicKeys: "{{ own.data.key }}"}}]}]}]"#;
    let unknown = judged(ENFORCE, cluster, "key-p256");
    assert_eq!(word(&unknown).0, "error", "{unknown:#}");
    assert!(unknown.to_string().contains("configmaps/a of the cluster"), "{unknown:#}");
    // What an attestation brings in is not there yet when the message is put in.
    let message = r#"verifyImages: [{imageReferences: ["*"], attestations: [{name: sbom, type: a}],
        validate: {message: "{{ sbom.x }}", deny: {conditions: {any: [{key: "{{ sbom.x }}", operator: Equals, value: 1}]}}}}]"#;
    assert_eq!(word(&judged(ENFORCE, message, "att-full")).0, "error");
    let reference = r#"verifyImages: [{imageReferences: ["{{ request.namespace }}/*"]}]"#;
    assert_eq!(word(&judged(ENFORCE, reference, "key-p256")), ("error", "POL-INVALID"));
}

#[test]
fn the_second_phase_sees_the_digest_in_place() {
    // The pattern names the tag, and once the digest is in place it names the image no more.
    comes_to(r#"verifyImages: [{imageReferences: ["*:v1.2.3"]}]"#, "unsigned", ("pass", "PASS"));
    comes_to(r#"verifyImages: [{imageReferences: ["*"]}]"#, "unsigned", ("deny", "REQ-UNVERIFIED"));
    let keys = r#"attestors: [{entries: [{keys: {publicKeys: "{KEY}", rekor: {ignoreTlog: true}, ctlog: {ignoreSCT: true}}}]}]"#;
    let rule = |second: &str| {
        format!(
            r#"verifyImages: [{{imageReferences: ["*"], mutateDigest: false, {keys}}}, {{imageReferences: ["b.test/*"]{second}}}]"#
        )
    };
    // An entry that does not name the image puts the digest in place all the same; what is found is looked for under it.
    comes_to(&rule(""), "key-p256-notlog", ("deny", "REQ-UNVERIFIED"));
    comes_to(&rule(&format!(", {keys}")), "key-p256-notlog", ("pass", "PASS"));
    comes_to(&rule(", mutateDigest: false"), "key-p256-notlog", ("deny", "DIG-MISSING"));
}
