//! Near misses thrown at policies: a policy that names the signer admits none, one that names nobody admits them all.

use std::collections::BTreeMap;
use std::fs;

use crate::program::{Run, fixture, fixtures, over_layouts};

/// The workflow that signed the fixtures, its issuer, and what they are named by.
const SUBJECT: &str = "https://github.com/myorg/myapp/.github/workflows/build-sign.yaml@refs/tags/v1.2.3";
const CLASSIC: &str = "policies/extra/keyless-exact-workflow.yaml";
const BUNDLE: &str = "policies/bundle/2-verify-keyless-signature.yaml";
const NAMES: [&str; 7] = [
    "fork",
    "other-repository",
    "other-workflow",
    "other-branch",
    "pull-request",
    "look-alike",
    "other-issuer",
];

fn probed(policy: &str, changes: &[(&str, &str)], image: &str) -> Run {
    let mut text = fs::read_to_string(fixtures().join(policy)).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{policy} has no `{from}`");
        text = text.replace(from, to);
    }
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(file.path(), text).unwrap();
    let path = file.path().to_string_lossy().into_owned();
    let root = fixture("trust/trusted_root.json");
    let mut arguments = vec!["policy", "probe", &path, "--trusted-root", &root, "--offline", "-o", "json"];
    let (pod, name) =
        (fixture(&format!("pods/{image}.yaml")), format!("127.0.0.1:5000/myorg/{image}:v1.2.3"));
    // By a manifest or by name; pods of bundles name another registry than the layouts stand for.
    if image.starts_with("bundle") {
        arguments.push(&name);
    } else {
        arguments.extend(["--pod", &pod]);
    }
    over_layouts(&arguments)
}

/// Answers by kind; the worst of several counts.
fn answers(run: &Run) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    for probe in run.json()["probes"].as_array().unwrap() {
        let text = |key: &str| probe[key].as_str().unwrap().to_owned();
        let answer = answers.entry(text("kind")).or_insert_with(|| text("answer"));
        if text("answer") == "admitted" {
            *answer = text("answer");
            assert_eq!(text("code"), "POL-WIDE");
            assert!(probe["location"]["line"].as_u64().unwrap() > 1, "{probe}");
        }
    }
    answers
}

#[test]
fn a_bundle_policy_that_names_the_workflow_admits_none() {
    let run = probed(BUNDLE, &[("https://github.com/myorg/*", SUBJECT)], "bundle-keyless").ends_with(0);
    let answers = answers(&run);
    assert!(answers.len() > NAMES.len() + 3, "{answers:?}");
    assert!(answers.values().all(|answer| answer == "refused"), "{answers:?}");
    assert!(answers.contains_key("no-name") && answers.contains_key("no-log-entry"));
}

#[test]
fn a_bundle_policy_that_names_nobody_admits_every_name() {
    let wide = [
        ("subject: \"https://github.com/myorg/*\"", "subjectRegExp: \".*\""),
        ("issuer: ", "issuerRegExp: \".*\" # "),
    ];
    let answers = answers(&probed(BUNDLE, &wide, "bundle-keyless").ends_with(1));
    for name in NAMES {
        assert_eq!(answers[name], "admitted", "{name}");
    }
    for other in ["expired-certificate", "other-digest", "no-signature", "no-log-entry"] {
        assert_eq!(answers[other], "refused", "{other}");
    }
}

#[test]
fn what_a_classic_policy_admits_is_what_its_patterns_leave_open() {
    // Kyverno compares no name where the certificate has none: this one is admitted whatever the policy names.
    let strict = answers(&probed(CLASSIC, &[], "keyless-gh-v2").ends_with(1));
    let admitted: Vec<&String> =
        strict.iter().filter(|(_, answer)| *answer == "admitted").map(|(kind, _)| kind).collect();
    assert_eq!(admitted, ["no-name"]);
    let wide = answers(
        &probed(
            CLASSIC,
            &[(SUBJECT, "*"), ("https://token.actions.githubusercontent.com", "*")],
            "keyless-gh-v2",
        )
        .ends_with(1),
    );
    for name in NAMES {
        assert_eq!(wide[name], "admitted", "{name}");
    }
    let owner = answers(&probed(CLASSIC, &[(SUBJECT, "https://github.com/myorg*")], "keyless-gh-v2"));
    assert_eq!(
        (&*owner["fork"], &*owner["look-alike"], &*owner["other-issuer"]),
        ("admitted", "refused", "refused")
    );
    let tags = answers(&probed(CLASSIC, &[("refs/tags/v1.2.3", "refs/tags/*")], "keyless-gh-v2"));
    for refused in ["fork", "other-repository", "other-workflow", "other-branch", "pull-request"] {
        assert_eq!(tags[refused], "refused", "{refused}");
    }
}

#[test]
fn an_image_validating_policy_is_probed_too() {
    let policy = "policies/image-validating/2-verify-keyless-signature.yaml";
    let wide = answers(&probed(policy, &[], "keyless-gh-v2").ends_with(1));
    assert_eq!(
        (&*wide["other-branch"], &*wide["other-issuer"], &*wide["look-alike"]),
        ("admitted", "refused", "refused")
    );
    let exact = format!("subject: {SUBJECT}");
    let strict = answers(
        &probed(policy, &[("subjectRegExp: ^https://github.com/myorg/.*", &exact)], "keyless-gh-v2")
            .ends_with(0),
    );
    assert!(strict.values().all(|answer| answer == "refused"), "{strict:?}");
}

#[test]
fn keys_are_probed_without_names_and_an_open_log_is_said() {
    let logged = "policies/pinned/1-verify-image-signature.yaml";
    let logged = answers(&probed(logged, &[], "key-p256").ends_with(0));
    assert!(logged.keys().all(|kind| !NAMES.contains(&kind.as_str())), "{logged:?}");
    assert!(logged["other-key"] == "refused" && logged["no-log-entry"] == "refused");
    let open = "policies/ignore-log/1-verify-image-signature.yaml";
    let open = answers(&probed(open, &[], "key-p256").ends_with(1));
    assert_eq!((&*open["no-log-entry"], &*open["other-digest"]), ("admitted", "refused"));
}

#[test]
fn the_status_tells_admitted_undecided_and_wrong_usage_apart() {
    // Nothing passes: there is nothing to derive from.
    probed(CLASSIC, &[], "unsigned").ends_with(2).says("nothing to derive near misses from");
    probed(CLASSIC, &[("kind: ClusterPolicy", "kind: ConfigMap")], "keyless-gh-v2").ends_with(3);
    over_layouts(&["policy", "probe", &fixture(CLASSIC)])
        .ends_with(3)
        .says("nothing to derive near misses from");
    over_layouts(&["policy", "probe", "/nowhere.yaml", "127.0.0.1:5000/myorg/keyless-gh-v2:v1.2.3"])
        .ends_with(3);
}
