//! A log is asked for entries that do not travel with a signature, and believed in nothing that it cannot prove.

use std::sync::Arc;

use aws_lc_rs::signature as lc;
use serde_json::{Value, json};
use sigscope::engine::{Asked, answer};
use sigscope::format::base64;
use sigscope::format::hash::sha256_hex;
use sigscope::model::artifact::Evidence;
use sigscope::model::demand::{Bundles, Demand, Log, Signer as DemandSigner};
use sigscope::model::proof::Proof;
use sigscope::model::verifier::{HashAlgorithm, KeyDemand, LogDemand, LogKey};
use sigscope::model::{ArtifactKind, Code, Digest, Missing, Moment, Outcome, StepName, Verifier};
use sigscope::port::{Outside, Prover, Question};
use sigscope::source::{HttpServices, Layouts, Mux, RequestLog, ServiceOptions};
use sigscope::verify::Memory;

use crate::layout::Layout;
use crate::program::{fixture, layouts, run};
use crate::service::{Answer, Service, nobody};
use crate::signed::*;
use crate::{layout, rekor};

fn p256() -> Signer {
    Signer::new(&lc::ECDSA_P256_SHA256_ASN1_SIGNING)
}

fn patience() -> ServiceOptions {
    let short = std::time::Duration::from_millis(500);
    ServiceOptions { patience: short, whole: short, list: short, at_a_time: 2 }
}

/// Answers everything that was asked, as the engine does.
pub(crate) fn settle(asked: &Asked) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let services = HttpServices::new(patience(), RequestLog::default());
    let store = Mux::new(Layouts::new(Vec::new()));
    for question in asked.missed() {
        let answered = runtime.block_on(answer(&question, &store, Some(&services)));
        asked.put(question, answered);
    }
}

/// An image signed by a key, with no entry beside it.
struct Made {
    key: Signer,
    log: Signer,
    payload: String,
    signature: Vec<u8>,
    evidence: Evidence,
}

impl Made {
    fn new() -> Self {
        let (key, log, image) = (p256(), p256(), image("a"));
        let payload = payload(&image, "null");
        let signature = key.sign(payload.as_bytes());
        let evidence = evidence(&image, &payload, &signature, None);
        Self { key, log, payload, signature, evidence }
    }

    fn entry(&self) -> Entry {
        Entry::new(&self.log, self.payload.as_bytes(), &self.signature, &self.key.pem())
    }

    fn verifier(&self, url: &str) -> Verifier {
        let log = LogDemand::Required {
            keys: Arc::from([trusted(&self.log)]),
            url: url.to_owned(),
            offline: false,
        };
        verifier(&self.key.pem(), log)
    }

    /// Judged, asked, judged again.
    fn ask(&self, url: &str) -> Proof {
        let asked = Asked::new(false);
        let memory = Memory::asking(Arc::new(asked.clone()));
        let verifier = self.verifier(url);
        let prove =
            || memory.prove(&self.evidence, self.evidence.cosign_signatures().next().unwrap(), &verifier);
        assert!(!prove().holds());
        settle(&asked);
        let proof = prove();
        assert!(asked.missed().is_empty(), "an answer is not asked for again");
        assert_eq!(memory.rows().len(), 1);
        assert_eq!(memory.rows()[0].proof, proof, "what is shown is what counts");
        (*proof).clone()
    }

    /// The same with a log that has this answer for it.
    fn told(&self, answers: &[Value]) -> Proof {
        let key = base64::encode(&self.signature);
        let service = rekor::start(answers.iter().map(|answer| (key.clone(), answer.clone())).collect());
        let proof = self.ask(&service.url());
        assert_eq!(service.seen().len(), 1);
        proof
    }
}

fn stopped(proof: &Proof) -> (StepName, Option<Code>) {
    let step = proof.stopped().unwrap();
    (step.name, step.outcome.code())
}

#[test]
fn an_entry_that_the_log_proves_counts() {
    let made = Made::new();
    let good = rekor::answer(&made.log, &made.log, &made.entry());
    let proof = made.told(std::slice::from_ref(&good));
    assert!(proof.holds(), "{:?}", proof.stopped());
    for name in [
        StepName::LogPresent,
        StepName::LogBinding,
        StepName::LogPromise,
        StepName::LogTime,
        StepName::LogProof,
        StepName::LogCheckpoint,
    ] {
        assert_eq!(proof.step(name).unwrap().outcome, Outcome::Held, "{name:?}");
    }
    assert_eq!(proof.logged_at, Some(Moment(LOGGED)));
    let mut later = made.entry();
    later.time += 100;
    later.promise = made.log.sign(&later.signed());
    let later = rekor::answer(&made.log, &made.log, &later);
    let proof = made.told(&[later, good]);
    assert_eq!(proof.logged_at, Some(Moment(LOGGED)), "the earliest entry counts");
}

#[test]
fn a_log_that_knows_nothing_makes_it_a_failure() {
    let proof = Made::new().told(&[]);
    assert_eq!(stopped(&proof), (StepName::LogPresent, Some(Code::LogAbsent)));
    assert_eq!(proof.engine_message, "signature not found in transparency log");
}

#[test]
fn nothing_is_believed_that_is_not_proved() {
    let made = Made::new();
    let other = p256();
    let mut strange = made.entry();
    strange.promise = other.sign(&strange.signed());
    let promised = rekor::answer(&made.log, &made.log, &strange);
    assert_eq!(stopped(&made.told(&[promised])), (StepName::LogPromise, Some(Code::LogSet)));

    let unknown = Entry::new(&other, made.payload.as_bytes(), &made.signature, &made.key.pem());
    let unknown = rekor::answer(&other, &other, &unknown);
    assert_eq!(stopped(&made.told(&[unknown])), (StepName::LogPromise, Some(Code::LogKey)));

    let checkpoint = rekor::answer(&made.log, &other, &made.entry());
    assert_eq!(stopped(&made.told(&[checkpoint])), (StepName::LogCheckpoint, Some(Code::LogCheckpoint)));

    let mut outside = rekor::answer(&made.log, &made.log, &made.entry());
    let value = outside.as_object_mut().unwrap().values_mut().next().unwrap();
    value["verification"]["inclusionProof"]["hashes"] = json!([sha256_hex(b"x")]);
    assert_eq!(stopped(&made.told(&[outside])), (StepName::LogProof, Some(Code::LogProof)));

    let mut bare = rekor::answer(&made.log, &made.log, &made.entry());
    let value = bare.as_object_mut().unwrap().values_mut().next().unwrap();
    value["verification"].as_object_mut().unwrap().remove("inclusionProof");
    assert_eq!(stopped(&made.told(&[bare])), (StepName::LogProof, Some(Code::LogProof)));

    let elsewhere = Entry::new(&made.log, b"another payload", &made.signature, &made.key.pem());
    let elsewhere = rekor::answer(&made.log, &made.log, &elsewhere);
    assert_eq!(stopped(&made.told(&[elsewhere])), (StepName::LogBinding, Some(Code::LogBinding)));
}

#[test]
fn an_identifier_that_is_not_the_hash_of_its_entry_is_no_entry() {
    let made = Made::new();
    let good = rekor::answer(&made.log, &made.log, &made.entry());
    let value = good.as_object().unwrap().values().next().unwrap().clone();
    let wrong = json!({sha256_hex(b"x"): value});
    assert_eq!(stopped(&made.told(&[wrong])), (StepName::LogPresent, Some(Code::LogAbsent)));
}

#[test]
fn a_log_that_cannot_be_asked_decides_nothing() {
    let made = Made::new();
    let undecided = |proof: &Proof, wanted: Code| {
        assert_eq!(stopped(proof), (StepName::LogPresent, Some(wanted)));
        assert!(matches!(proof.stopped().unwrap().outcome, Outcome::Undecided(_)));
    };
    undecided(&made.ask(&nobody()), Code::NetUnreachable);
    let with = |answer: Answer, wanted: Code| {
        let service = Service::start(move |_| answer.clone());
        undecided(&made.ask(&service.url()), wanted);
    };
    with(Answer::Status(500), Code::NetUnreachable);
    with(Answer::Status(404), Code::NetUnreachable);
    with(Answer::Redirect("/elsewhere".to_owned()), Code::NetUnreachable);
    with(Answer::Silence, Code::NetTimeout);
    with(Answer::Close, Code::NetUnreachable);
    with(Answer::Body(b"<html>".to_vec()), Code::NetMalformed);
    with(Answer::Body(b"[1]".to_vec()), Code::NetMalformed);
    with(Answer::Body(b"[{\"x\":{}}]".to_vec()), Code::NetMalformed);
    with(Answer::Body(vec![b'['; 100_000]), Code::NetSize);
    with(Answer::Announce(1 << 40), Code::NetSize);
    with(Answer::Endless, Code::NetSize);
    undecided(&made.ask("ftp://rekor.test"), Code::NetUnsupported);
    undecided(&made.ask("http://user:secret@127.0.0.1:1"), Code::NetMalformed);
    undecided(&made.ask("http://169.254.169.254"), Code::NetMalformed);
}

#[test]
fn what_the_log_cannot_change_is_not_asked() {
    let mut made = Made::new();
    made.key = p256();
    let asked = Asked::new(false);
    let memory = Memory::asking(Arc::new(asked.clone()));
    let verifier = made.verifier("http://127.0.0.1:1");
    let proof = memory.prove(&made.evidence, made.evidence.cosign_signatures().next().unwrap(), &verifier);
    assert!(asked.missed().is_empty());
    assert_eq!(stopped(&proof), (StepName::Signature, Some(Code::SigKey)));
    let question = Question::Log { url: "https://rekor.test".to_owned(), search: String::new() };
    let offline = Asked::new(true);
    assert!(matches!(offline.ask(&question), Err(Missing::Offline { .. })));
    assert!(offline.missed().is_empty());
}

fn evidence_of(fixture: &str) -> Evidence {
    Layout::of(fixture).evidence(&format!("127.0.0.1:5000/myorg/{fixture}:v1.2.3"))
}

/// The bundle of a fixture that has one.
fn bundle_of(fixture: &str) -> Value {
    let layout = Layout::of(fixture);
    let layers = layout.manifests().flat_map(|digest| {
        let manifest: Value = serde_json::from_slice(&layout.blob(&digest)).unwrap();
        manifest["layers"].as_array().cloned().unwrap_or_default()
    });
    let bundle = layers.into_iter().find(|layer| layer["mediaType"].as_str().unwrap().contains("bundle"));
    let digest = bundle.unwrap()["digest"].as_str().unwrap().parse().unwrap();
    serde_json::from_slice(&layout.blob(&digest)).unwrap()
}

/// An attestation of the classic form.
fn attested(image: &Digest, envelope: &[u8]) -> Evidence {
    let mut evidence = layout::evidence_with(image, envelope, &[]);
    for artifact in &mut evidence.artifacts {
        artifact.kind = ArtifactKind::CosignAttestation;
    }
    evidence
}

/// The key and the log of the fixtures, searched here.
fn key_demand(url: &str) -> Demand {
    let key = fixture_log().spki();
    let key = LogKey { spki: key.clone(), ..trusted(&fixture_log()) };
    let id = sha256_hex(&key.spki);
    let pem = layout::fixture_text("trust/cosign.pub");
    Demand {
        signer: DemandSigner::Key(KeyDemand { pem, hash: HashAlgorithm::Sha256 }),
        log: LogDemand::Required { keys: Arc::from([key.clone()]), url: url.to_owned(), offline: false },
        logs: Arc::from([Log { key, id, base_url: String::new() }]),
        stamps: false,
        bundles: Bundles::Cosign,
        stamp_authorities: Arc::from([]),
        annotations: std::collections::BTreeMap::new(),
        as_of: Moment(LOGGED),
    }
}

/// The log of the fixtures, whose key is among them.
fn fixture_log() -> Signer {
    Signer::from_pem(&layout::fixture_text("keys/rekor.key"))
}

/// The fixture whose signature was never logged, in that log.
pub(crate) fn logged_now() -> (Evidence, Service) {
    let evidence = evidence_of("key-p256-notlog");
    let signature = evidence.cosign_signatures().next().unwrap();
    let text = signature.layer.annotations[SIGNATURE].clone();
    let bytes = base64::decode(&text).unwrap();
    let log = fixture_log();
    let payload = signature.layer.blob.bytes().unwrap();
    let entry = Entry::new(&log, payload, &bytes, &layout::fixture_text("trust/cosign.pub"));
    let service = rekor::start(vec![(text, rekor::answer(&log, &log, &entry))]);
    (evidence, service)
}

#[test]
fn the_program_searches_the_log_that_is_named_and_no_other() {
    let (_, service) = logged_now();
    let [flag, rule] = layouts();
    let (key, root) = (fixture("trust/cosign.pub"), fixture("trust/trusted_root.json"));
    let url = service.url();
    let image = "127.0.0.1:5000/myorg/key-p256-notlog:v1.2.3";
    let common = ["verify", "--key", &key, "--trusted-root", &root, &flag, &rule, "--rekor-url"];
    let arguments = |url: &str, more: &[&str]| {
        let mut all: Vec<String> = common.iter().map(ToString::to_string).collect();
        all.extend([url.to_owned(), "--format".to_owned(), "json".to_owned(), image.to_owned()]);
        all.extend(more.iter().map(ToString::to_string));
        all
    };
    let json = run(&arguments(&url, &[])).ends_with(0).json();
    assert_eq!(json["verdict"], "pass", "{json}");
    let seen = service.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].path, "/api/v1/log/entries/retrieve");
    let json = run(&arguments(&url, &["--offline"])).ends_with(1).json();
    assert_eq!(json["code"], "LOG-ABSENT", "{json}");
    assert_eq!(service.seen().len(), 1, "offline nobody is asked");
    let json = run(&arguments(&nobody(), &[])).ends_with(2).json();
    assert_eq!(json["code"], "NET-UNREACHABLE", "{json}");
}

#[test]
fn a_policy_is_judged_with_what_the_log_says() {
    let (_, service) = logged_now();
    let policy = |url: &str| {
        let key = layout::fixture_text("trust/cosign.pub");
        let log = layout::fixture_text("trust/rekor.pub");
        json!({
            "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"},
            "spec": {"rules": [{
                "name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
                "verifyImages": [{
                    "imageReferences": ["*"], "failureAction": "Enforce", "mutateDigest": false,
                    "verifyDigest": false, "attestors": [{"entries": [{"keys": {
                        "publicKeys": key, "ctlog": {"ignoreSCT": true}, "rekor": {"url": url, "pubkey": log},
                    }}]}],
                }],
            }]},
        })
        .to_string()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.yaml");
    let [flag, rule] = layouts();
    let judge = |url: &str, status: i32| {
        std::fs::write(&path, policy(url)).unwrap();
        let arguments = [
            "audit",
            "--policy",
            path.to_str().unwrap(),
            &flag,
            &rule,
            "--format",
            "json",
            "127.0.0.1:5000/myorg/key-p256-notlog:v1.2.3",
        ];
        run(&arguments.map(str::to_owned)).ends_with(status).json()
    };
    let json = judge(&service.url(), 0);
    assert_eq!(service.seen().len(), 1, "{json}");
    assert!(json.to_string().contains("inclusion proof"), "{json}");
    let json = judge(&nobody(), 2);
    assert!(json.to_string().contains("NET-UNREACHABLE"), "{json}");
}

#[test]
fn an_attestation_is_found_by_its_envelope() {
    // A bundle's envelope and its genuine entry, as if cosign 2 had attached the attestation and left the entry to the log.
    let bundle = bundle_of("bundle-key-rekor1");
    let envelope = &bundle["dsseEnvelope"];
    let text = format!(
        r#"{{"payload":"{}","payloadType":"{}","signatures":[{{"sig":"{}"}}]}}"#,
        envelope["payload"].as_str().unwrap(),
        envelope["payloadType"].as_str().unwrap(),
        envelope["signatures"][0]["sig"].as_str().unwrap()
    );
    let entry = &bundle["verificationMaterial"]["tlogEntries"][0];
    let number = |value: &Value| value.as_str().unwrap().parse::<i64>().unwrap();
    let hexadecimal =
        |value: &Value| sigscope::model::digest::hex(&base64::decode(value.as_str().unwrap()).unwrap());
    let proof = &entry["inclusionProof"];
    let body = base64::decode(entry["canonicalizedBody"].as_str().unwrap()).unwrap();
    let logged: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        logged["spec"]["envelopeHash"]["value"],
        sha256_hex(text.as_bytes()),
        "the text that was logged"
    );
    let identifier = sigscope::model::digest::hex(&sigscope::format::note::leaf_hash(&body));
    let hashes: Vec<String> = proof["hashes"].as_array().unwrap().iter().map(hexadecimal).collect();
    let told = json!({identifier: {
        "body": entry["canonicalizedBody"], "integratedTime": number(&entry["integratedTime"]),
        "logID": hexadecimal(&entry["logId"]["keyId"]), "logIndex": number(&entry["logIndex"]),
        "verification": {
            "signedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            "inclusionProof": {
                "logIndex": proof["logIndex"].as_str().map_or(0, |text| text.parse().unwrap()),
                "treeSize": number(&proof["treeSize"]), "rootHash": hexadecimal(&proof["rootHash"]),
                "hashes": hashes, "checkpoint": proof["checkpoint"]["envelope"],
            },
        },
    }});
    let service = rekor::start(vec![(sha256_hex(text.as_bytes()), told)]);
    let asked = Asked::new(false);
    let memory = Memory::asking(Arc::new(asked.clone()));
    let evidence = attested(&evidence_of("bundle-key-rekor1").digest, text.as_bytes());
    let demand = key_demand(&service.url());
    let prove = || {
        let kind = ArtifactKind::CosignAttestation;
        memory.prove_demand(&evidence, evidence.layers_of(&kind).next().unwrap(), &demand)
    };
    assert!(!prove().holds());
    settle(&asked);
    let proof = prove();
    assert!(proof.holds(), "{:?}", proof.steps);
    assert_eq!(proof.step(StepName::LogCheckpoint).unwrap().outcome, Outcome::Held);
}
