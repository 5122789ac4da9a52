//! Every verdict that notation gave over the fixtures, against the trust policy as one of the policies of an audit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use sigscope::engine::{self, Command, PolicyInput, Settings, SourceInput, TrustStores};
use sigscope::model::{Span, Verdict, World};
use sigscope::port::Store;
use sigscope::source::{LayoutRule, Layouts, Mux};
use sigscope::trust::Material;

use crate::fixtures;

fn store() -> Arc<dyn Store> {
    let dir = fixtures::folder().join("layouts");
    let rules = ["127.0.0.1:5000", "127.0.0.1:5001"]
        .map(|host| LayoutRule::parse(&format!("{host}/myorg={}", dir.display())).unwrap());
    Arc::new(Mux::new(Layouts::new(rules.to_vec())))
}

fn world(image: &str, config: PathBuf, policy: PolicyInput) -> Arc<World> {
    let material = Material::embedded().unwrap();
    let settings = Settings {
        store: store(),
        log_keys: Arc::from([]),
        material: Arc::new(material),
        named: false,
        trust_stores: Arc::new(TrustStores::new(Some(config))),
        trust: String::new(),
        offline: true,
        services: None,
        as_of: None,
        parallel: 4,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut handle = engine::start(settings);
        handle.send(Command::LoadPolicies(vec![policy]));
        handle.send(Command::Open(SourceInput::Image(image.to_owned())));
        handle.settled().await;
        handle.world()
    })
}

fn trust(record: &Value) -> (PathBuf, PathBuf) {
    let ordinary = "configuration folder: trust/notation/truststore and trust/notation/trustpolicy.json as trustpolicy.json";
    let said = record["environment"].as_str().unwrap_or(ordinary);
    let (store, policy) = said.strip_prefix("configuration folder: ").unwrap().split_once(" and ").unwrap();
    let folder = fixtures::folder();
    let policy = folder.join(policy.strip_suffix(" as trustpolicy.json").unwrap());
    (folder.join(store.strip_suffix("/truststore").unwrap()), policy)
}

fn judged(record: &Value) -> Arc<World> {
    let image = record["command"].as_str().unwrap().split_whitespace().last().unwrap().to_owned();
    let (config, policy) = trust(record);
    world(&image, config, PolicyInput::Path(policy))
}

/// User metadata is asked for on the command line only; a policy cannot.
fn comparable(record: &&Value) -> bool {
    !record["command"].as_str().unwrap().contains(" -m ")
}

#[test]
fn every_verdict_of_notation_by_audit() {
    let Some(golden) = fixtures::golden("notation-verify.json") else { return };
    let mut differences = Vec::new();
    let mut seen = [0, 0];
    for record in golden["records"].as_array().unwrap().iter().filter(comparable) {
        let world = judged(record);
        let name = format!("{} {}", record["command"], record["profile"]);
        let [trace] = world.traces.as_slice() else { panic!("{name}: {} results", world.traces.len()) };
        let wanted = if record["verdict"] == "pass" { Verdict::Pass } else { Verdict::Deny };
        seen[usize::from(wanted == Verdict::Pass)] += 1;
        if trace.verdict != wanted {
            differences.push(format!("{name}: {} {}", trace.verdict.word(), trace.code));
        }
        if wanted == Verdict::Deny {
            let clause = trace.deciding_clause().unwrap();
            assert!(clause.outcome.code() == Some(trace.code), "{name}: {clause:?}");
            let span = trace.location.as_ref().unwrap();
            assert!(span.start.offset < span.end.offset && !trace.engine_message.is_empty(), "{name}");
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What a record's reasons say without the digests that stand before them.
fn reasons(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("failed to verify signature with digest ")).collect()
}

#[test]
fn a_refused_image_is_explained_in_the_words_of_notation() {
    let policy = fixtures::folder().join("trust/notation/trustpolicy.json");
    for (image, wanted) in [
        ("notation-expired", "digital signature has expired on \""),
        ("notation-untrusted", "the signature's certificate chain does not contain any trusted certificate"),
        ("notation-other-subject", "content descriptor mismatch"),
    ] {
        let image = format!("127.0.0.1:5001/myorg/{image}:v1.2.3");
        let config = policy.parent().unwrap().to_path_buf();
        let world = world(&image, config, PolicyInput::Path(policy.clone()));
        let message = &world.traces[0].engine_message;
        assert!(reasons(message).iter().any(|reason| reason.contains(wanted)), "{image}: {message}");
    }
}

fn written<'a>(text: &'a str, span: &Span) -> &'a str {
    &text[span.start.offset..span.end.offset]
}

fn by_text(image: &str, text: &str) -> Arc<World> {
    let config = fixtures::folder().join("trust/notation");
    let policy = PolicyInput::Text { name: "dir/trustpolicy.json".to_owned(), text: text.to_owned() };
    world(image, config, policy)
}

fn document(statement: &str) -> String {
    format!("{{\"version\": \"1.0\", \"trustPolicies\": [\n{statement}\n]}}")
}

const IMAGE: &str = "127.0.0.1:5001/myorg/notation-expired:v1.2.3";

#[test]
fn level_skip_verifies_nothing_and_says_so() {
    let skip = document(
        r#"{"name": "s", "registryScopes": ["127.0.0.1:5001/myorg/notation-expired"],
            "signatureVerification": {"level": "skip"}}"#,
    );
    let world = by_text(IMAGE, &skip);
    let trace = &world.traces[0];
    assert_eq!(
        (trace.verdict, trace.code.as_str(), trace.rule.as_str()),
        (Verdict::None, "REF-SKIPPED", "s")
    );
    assert_eq!(
        trace.engine_message,
        format!("Trust policy is configured to skip signature verification for {IMAGE}")
    );
}

#[test]
fn a_check_is_placed_at_the_line_that_demands_it() {
    let text = document(
        r#"{"name": "s", "registryScopes": ["*"],
"signatureVerification": {"level": "permissive",
  "override": {
    "expiry": "enforce"}},
"trustStores": ["ca:myorg"], "trustedIdentities": ["*"]}"#,
    );
    let world = by_text(IMAGE, &text);
    let trace = &world.traces[0];
    assert_eq!((trace.verdict, trace.code.as_str()), (Verdict::Deny, "NOTARY-EXPIRED"));
    let span = trace.location.as_ref().unwrap();
    assert_eq!(written(&text, span), "\"expiry\"");
    // Without the override the same failure is a warning.
    let world = by_text(IMAGE, &text.replace("\"enforce\"", "\"log\""));
    let trace = &world.traces[0];
    assert_eq!(trace.verdict, Verdict::Pass);
    assert!(trace.engine_message.starts_with("Warning: expiry was set to \"log\" and failed with error: "));
}

#[test]
fn an_image_without_statement_is_refused_and_a_broken_document_judges_nothing() {
    let other = document(
        r#"{"name": "s", "registryScopes": ["registry.example.test/else"],
            "signatureVerification": {"level": "strict"}, "trustStores": ["ca:myorg"], "trustedIdentities": ["*"]}"#,
    );
    let world = by_text(IMAGE, &other);
    assert_eq!((world.traces[0].verdict, world.traces[0].code.as_str()), (Verdict::Deny, "REF-NONE"));
    let broken =
        document(r#"{"name": "s", "registryScopes": ["*"], "signatureVerification": {"level": "lax"}}"#);
    let world = by_text(IMAGE, &broken);
    let trace = &world.traces[0];
    assert_eq!((trace.verdict, trace.code.as_str()), (Verdict::Error, "POL-INVALID"));
    let span = trace.location.as_ref().unwrap();
    assert!(written(&broken, span).starts_with("{\"name\""), "{span}");
    let nowhere = by_text(
        IMAGE,
        &document(
            r#"{"name": "s", "registryScopes": ["*"], "signatureVerification": {"level": "strict"},
                "trustStores": ["ca:nosuch"], "trustedIdentities": ["*"]}"#,
        ),
    );
    assert_eq!((nowhere.traces[0].verdict, nowhere.traces[0].code.as_str()), (Verdict::Deny, "NOTARY-TRUST"));
}

#[test]
fn a_store_is_read_from_the_configuration_directory_only() {
    let text = document(
        r#"{"name": "s", "registryScopes": ["*"], "signatureVerification": {"level": "strict"},
            "trustStores": ["ca:myorg"], "trustedIdentities": ["*"]}"#,
    );
    let image = "127.0.0.1:5001/myorg/notation-jws:v1.2.3";
    assert_eq!(by_text(image, &text).traces[0].verdict, Verdict::Pass);
    let policy = PolicyInput::Text { name: "t.json".to_owned(), text };
    let world = world(image, Path::new("/nonexistent").to_path_buf(), policy);
    assert_eq!(world.traces[0].verdict, Verdict::Deny);
}
