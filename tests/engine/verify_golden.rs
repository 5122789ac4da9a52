//! Verification of classic key signatures against what cosign said: every golden record that asks for a key only.

use std::sync::Arc;

use serde_json::Value;
use sigscope::model::proof::Proof;
use sigscope::model::verifier::{HashAlgorithm, KeyDemand, LogDemand, LogKey};
use sigscope::model::{Moment, Reason, Verifier};
use sigscope::trust::{Material, log_key_from_pem};
use sigscope::verify::prove;

use crate::layout::{Layout, fixture_text, fixtures};

/// A golden record as a question: the layout, the reference in it, and the demand.
struct Question {
    label: String,
    fixture: String,
    reference: String,
    verifier: Verifier,
    passes: bool,
    key_line: String,
    stderr: String,
}

/// The question of a record, when it is one about a classic signature by a key.
fn question(record: &Value) -> Option<Question> {
    let command = record["command"].as_str()?;
    let words: Vec<&str> = command.split_whitespace().collect();
    let reference = (*words.last()?).to_owned();
    let (mut key, mut root, mut ignored) = (None, None, false);
    let mut rest = words.get(2..words.len() - 1)?.iter();
    while let Some(word) = rest.next() {
        match *word {
            "--key" => key = rest.next().map(|path| fixture_text(path)),
            "--trusted-root" => root = rest.next().map(|path| (*path).to_owned()),
            "--insecure-ignore-tlog" => ignored = true,
            _ => return None,
        }
    }
    Some(Question {
        label: format!("{}: {command}", record["tool"]),
        fixture: reference.rsplit('/').next()?.split([':', '@']).next()?.to_owned(),
        verifier: verifier(key?, ignored, log_keys(root.as_deref(), record)),
        passes: record["verdict"] == "pass",
        key_line: record["key_line"].as_str().unwrap_or_default().to_owned(),
        stderr: record["stderr"].as_str().unwrap_or_default().to_owned(),
        reference,
    })
}

fn log_keys(root: Option<&str>, record: &Value) -> Arc<[LogKey]> {
    let environment = record["environment"].as_str().unwrap_or_default();
    if let Some(path) =
        environment.split(' ').find_map(|word| word.strip_prefix("SIGSTORE_REKOR_PUBLIC_KEY="))
    {
        return Arc::new([log_key_from_pem(&fixture_text(path), path).unwrap()]);
    }
    let path = root.unwrap_or("trust/trusted_root.json");
    Material::from_trusted_root(fixture_text(path).as_bytes(), path).unwrap().log_keys
}

fn verifier(pem: String, ignored: bool, keys: Arc<[LogKey]>) -> Verifier {
    let log = if ignored {
        LogDemand::Ignored
    } else {
        LogDemand::Required { keys, url: "https://rekor.sigstore.dev".to_owned(), offline: true }
    };
    Verifier {
        key: KeyDemand { pem, hash: HashAlgorithm::Sha256 },
        log,
        annotations: std::collections::BTreeMap::new(),
        as_of: Moment(1_795_516_245),
    }
}

fn questions() -> Vec<(Question, Vec<Proof>)> {
    let mut all = Vec::new();
    for file in ["golden/cosign-verify.json", "golden/cosign2-verify.json"] {
        if !fixtures().join(file).exists() {
            continue;
        }
        let golden: Value = serde_json::from_str(&fixture_text(file)).unwrap();
        for question in golden["records"].as_array().unwrap().iter().filter_map(question) {
            let layout = Layout::of(&question.fixture);
            let evidence = layout.evidence(&question.reference);
            if layout.has_referrers(&evidence.digest) {
                continue;
            }
            let proofs = evidence
                .cosign_signatures()
                .map(|signature| prove(&evidence, signature, &question.verifier))
                .collect();
            all.push((question, proofs));
        }
    }
    assert!(!all.is_empty(), "no golden record asks for a key");
    all
}

#[test]
fn same_verdict_as_cosign() {
    let mut wrong = Vec::new();
    let (mut passed, mut failed) = (0, 0);
    for (question, proofs) in questions() {
        let passes = proofs.iter().any(Proof::holds);
        *if passes { &mut passed } else { &mut failed } += 1;
        if passes != question.passes {
            let stops: Vec<_> = proofs.iter().map(Proof::stopped).collect();
            wrong.push(format!("{}\n  cosign passes: {}, we: {stops:?}", question.label, question.passes));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(passed > 0 && failed > 0, "{passed} passed, {failed} failed");
}

#[test]
fn same_words_as_cosign() {
    let mut wrong = Vec::new();
    for (question, proofs) in questions().into_iter().filter(|(question, _)| !question.passes) {
        let theirs = format!("{}\n{}", question.key_line, question.stderr);
        for proof in proofs {
            // cosign had no network to search the log in; told not to try, it says something else.
            let searched = theirs.contains("searching log query");
            let absent = proof.stopped().and_then(|step| match &step.outcome {
                sigscope::model::Outcome::Failed(reason) => Some(matches!(reason, Reason::LogAbsent { .. })),
                _ => None,
            });
            if searched && absent == Some(true) {
                continue;
            }
            let cut = theirs.contains('\u{2026}');
            let first = proof.engine_message.lines().next().unwrap_or_default();
            let whole = theirs.contains(&proof.engine_message) || (cut && theirs.contains(first));
            if proof.engine_message.is_empty() || !whole {
                wrong.push(format!(
                    "{}\n  we: {:?}\n  cosign: {theirs:?}",
                    question.label, proof.engine_message
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
