//! Bundles that somebody put together from genuine parts: what is signed, logged and stamped must be about this image.

use std::collections::BTreeMap;

use aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1_SIGNING;
use serde_json::{Value, json};
use sigscope::format::base64::encode;
use sigscope::format::dsse::{Envelope, IN_TOTO};
use sigscope::format::hash::{digest_of, sha256_hex};
use sigscope::format::note::leaf_hash;
use sigscope::model::artifact::{ArtifactKind, Evidence};
use sigscope::model::demand::{Bundles, Demand, Log, Signer as Wanted};
use sigscope::model::verifier::{HashAlgorithm, KeyDemand};
use sigscope::model::{Code, Digest, Moment, Outcome, Proof, StepName};
use sigscope::verify::prove_demand;

use crate::layout::evidence_with;
use crate::signed::{LOGGED, SIGNATURE, Signer, demand, image, trusted};

/// A signer, a log, and what is wanted of both.
struct Scene {
    key: Signer,
    log: Signer,
}

/// An envelope with its signatures.
struct Made {
    kind: String,
    payload: Vec<u8>,
    signatures: Vec<Vec<u8>>,
}

fn statement(subjects: &Value) -> Value {
    json!({"_type": "https://in-toto.io/Statement/v1", "subject": subjects, "predicateType": "https://a.example/t",
        "predicate": {"a": 1}})
}

fn about(image: &Digest) -> Value {
    json!([{"name": "x", "digest": {"sha256": image.hex()}}])
}

impl Scene {
    fn new() -> Self {
        let new = || Signer::new(&ECDSA_P256_SHA256_ASN1_SIGNING);
        Self { key: new(), log: new() }
    }

    fn sign(&self, kind: &str, payload: Vec<u8>) -> Made {
        let envelope = Envelope { kind: kind.to_owned(), payload, signatures: Vec::new() };
        let signatures = vec![self.key.sign(&envelope.signed())];
        Made { kind: envelope.kind, payload: envelope.payload, signatures }
    }

    /// The body of a `dsse` entry about an envelope.
    fn body(&self, made: &Made) -> Value {
        json!({"apiVersion": "0.0.1", "kind": "dsse", "spec": {
            "envelopeHash": {"algorithm": "sha256", "value": sha256_hex(b"the envelope")},
            "payloadHash": {"algorithm": "sha256", "value": sha256_hex(&made.payload)},
            "signatures": [{"signature": encode(&made.signatures[0]), "verifier": encode(self.key.pem().as_bytes())}],
        }})
    }

    /// The body of an entry of a log of tiles.
    fn tile(&self, made: &Made) -> Value {
        let envelope =
            Envelope { kind: made.kind.clone(), payload: made.payload.clone(), signatures: Vec::new() };
        let digest = digest_of(&envelope.signed()).bytes();
        json!({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": {
            "data": {"algorithm": "SHA2_256", "digest": encode(&digest)},
            "signature": {"content": encode(&made.signatures[0]),
                "verifier": {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "publicKey": {"rawBytes": encode(&self.key.spki())}}},
        }}})
    }

    /// An entry that is proved in a tree of one.
    fn entry(&self, body: &Value, index: u32, origin: &str) -> Value {
        let body_bytes = body.to_string().into_bytes();
        let root = encode(&leaf_hash(&body_bytes));
        let text = format!("{origin}\n1\n{root}\n");
        let mut signature = digest_of(&self.log.spki()).bytes()[..4].to_vec();
        signature.extend(self.log.sign(text.as_bytes()));
        let host = origin.split(' ').next().unwrap();
        let checkpoint = format!("{text}\n\u{2014} {host} {}\n", encode(&signature));
        json!({
            "logIndex": index.to_string(), "logId": {"keyId": encode(&digest_of(&self.log.spki()).bytes())},
            "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
            "inclusionProof": {"logIndex": "0", "treeSize": "1", "rootHash": root, "hashes": [],
                "checkpoint": {"envelope": checkpoint}},
            "canonicalizedBody": encode(&body_bytes),
        })
    }

    fn demand(&self) -> Demand {
        let id = sha256_hex(&self.log.spki());
        Demand {
            signer: Wanted::Key(KeyDemand { pem: self.key.pem(), hash: HashAlgorithm::Sha256 }),
            log: demand(vec![trusted(&self.log)]),
            logs: [Log { key: trusted(&self.log), id, base_url: "https://log.example".to_owned() }].into(),
            stamps: false,
            bundles: Bundles::Cosign,
            stamp_authorities: [].into(),
            annotations: BTreeMap::new(),
            as_of: Moment(LOGGED),
        }
    }
}

fn bundle(made: &Made, entries: &[Value]) -> Value {
    let signatures: Vec<Value> = made.signatures.iter().map(|one| json!({"sig": encode(one)})).collect();
    json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": ""}, "tlogEntries": entries},
        "dsseEnvelope": {"payload": encode(&made.payload), "payloadType": made.kind, "signatures": signatures},
    })
}

fn held_by(kind: ArtifactKind, image: &Digest, layer: &[u8], annotations: &[(&str, &str)]) -> Evidence {
    let mut evidence = evidence_with(image, layer, annotations);
    evidence.artifacts[0].kind = kind;
    evidence
}

fn judge(evidence: &Evidence, demand: &Demand) -> Proof {
    let kind = evidence.artifacts[0].kind.clone();
    prove_demand(evidence, evidence.layers_of(&kind).next().unwrap(), demand)
}

fn judged(image: &Digest, bundle: &Value, demand: &Demand) -> Proof {
    let text = bundle.to_string();
    judge(&held_by(ArtifactKind::SigstoreBundle, image, text.as_bytes(), &[]), demand)
}

/// Where and why it stopped.
fn stopped(proof: &Proof) -> Option<(StepName, Option<Code>)> {
    proof.stopped().map(|step| (step.name, step.outcome.code()))
}

const ORIGIN: &str = "log.example - 1";

#[test]
fn entries_of_others_beside_the_right_one() {
    let (scene, image) = (Scene::new(), image("entries"));
    let made = scene.sign(IN_TOTO, statement(&about(&image)).to_string().into_bytes());
    let other = scene.sign(IN_TOTO, statement(&json!([])).to_string().into_bytes());
    let right = scene.entry(&scene.body(&made), 1, ORIGIN);
    let of_other = scene.entry(&scene.body(&other), 2, ORIGIN);
    let demand = scene.demand();
    let ask = |entries: &[Value]| judged(&image, &bundle(&made, entries), &demand);
    assert_eq!(stopped(&ask(std::slice::from_ref(&right))), None);
    let binding = Some((StepName::LogBinding, Some(Code::LogBinding)));
    assert_eq!(stopped(&ask(std::slice::from_ref(&of_other))), binding);
    assert_eq!(stopped(&ask(&[right.clone(), of_other.clone()])), binding);
    assert_eq!(stopped(&ask(&[of_other, right.clone()])), binding);
    assert_eq!(stopped(&ask(&[right.clone(), right.clone()])).unwrap().0, StepName::LogPresent);
    // An entry of a log that nobody knows is passed over, and counts for nothing alone.
    let stranger = Scene {
        key: Signer::from_pem(&crate::layout::fixture_text("keys/rekor.key")),
        log: Scene::new().log,
    };
    let mut strange = stranger.entry(&scene.body(&made), 3, ORIGIN);
    assert_eq!(stopped(&ask(&[strange.clone(), right.clone()])), None);
    assert_eq!(
        stopped(&ask(std::slice::from_ref(&strange))),
        Some((StepName::LogPromise, Some(Code::LogKey)))
    );
    // Under the known log's name its tree is not signed.
    strange["logId"] = right["logId"].clone();
    assert_eq!(stopped(&ask(&[strange])), Some((StepName::LogCheckpoint, Some(Code::LogCheckpoint))));
}

#[test]
fn versions_of_logs_are_not_mixed() {
    let (scene, image) = (Scene::new(), image("versions"));
    let made = scene.sign(IN_TOTO, statement(&about(&image)).to_string().into_bytes());
    let demand = scene.demand();
    let ask = |entry: Value| stopped(&judged(&image, &bundle(&made, &[entry]), &demand));
    assert_eq!(ask(scene.entry(&scene.tile(&made), 1, "log.example")), None);
    let checkpoint = Some((StepName::LogCheckpoint, Some(Code::LogCheckpoint)));
    assert_eq!(ask(scene.entry(&scene.tile(&made), 1, "other.example")), checkpoint);
    assert_eq!(ask(scene.entry(&scene.tile(&made), 1, ORIGIN)), checkpoint);
    assert_eq!(ask(scene.entry(&scene.body(&made), 1, "log.example")), checkpoint);
    // Version 0.1 of bundles asks for a promise alone; of tiles there is none to believe.
    let mut promised = scene.entry(&scene.tile(&made), 1, "log.example");
    let signed = serde_json::to_vec(&json!({"body": promised["canonicalizedBody"], "integratedTime": LOGGED,
        "logID": sha256_hex(&scene.log.spki()), "logIndex": 1}));
    promised["inclusionPromise"] = json!({"signedEntryTimestamp": encode(&scene.log.sign(&signed.unwrap()))});
    promised["integratedTime"] = LOGGED.to_string().into();
    promised.as_object_mut().unwrap().remove("inclusionProof");
    let mut old = bundle(&made, &[promised]);
    old["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1".into();
    let library = Demand { bundles: Bundles::Library { observed: false }, ..scene.demand() };
    assert_eq!(stopped(&judged(&image, &old, &library)), Some((StepName::LogProof, Some(Code::LogProof))));
}

#[test]
fn envelopes_of_another_type_and_with_several_signatures() {
    let (scene, image) = (Scene::new(), image("types"));
    let payload = statement(&about(&image)).to_string().into_bytes();
    let demand = Demand { log: sigscope::model::verifier::LogDemand::Ignored, ..scene.demand() };
    let ask = |made: &Made| stopped(&judged(&image, &bundle(made, &[]), &demand));
    assert_eq!(ask(&scene.sign(IN_TOTO, payload.clone())), None);
    // Signed as one type, shown as another.
    for (signed, shown) in [("text/plain", IN_TOTO), (IN_TOTO, "text/plain"), ("text/plain", "text/plain")] {
        let made = Made { kind: shown.to_owned(), ..scene.sign(signed, payload.clone()) };
        assert_eq!(ask(&made).unwrap().0, StepName::Signature, "{signed} as {shown}");
    }
    // The lengths are signed: nothing moves from type to payload.
    let mut moved = scene.sign("application/vnd.in-toto+json x", payload.clone());
    moved.kind = IN_TOTO.to_owned();
    moved.payload = [b"x ".as_slice(), &payload].concat();
    assert_eq!(ask(&moved).unwrap().0, StepName::Signature);
    let mut two = scene.sign(IN_TOTO, payload);
    two.signatures.push(two.signatures[0].clone());
    assert_eq!(ask(&two).unwrap().0, StepName::Signature);
    two.signatures.clear();
    assert_eq!(ask(&two).unwrap().0, StepName::Signature);
}

/// A bundle and a classic attestation over the same statement.
fn both(scene: &Scene, image: &Digest, statement: Vec<u8>, wanted: &[(&str, &str)]) -> [Proof; 2] {
    let made = scene.sign(IN_TOTO, statement);
    let text = |text: &&str| (*text).to_owned();
    let demand = Demand {
        log: sigscope::model::verifier::LogDemand::Ignored,
        annotations: wanted.iter().map(|(key, value)| (text(key), text(value))).collect(),
        ..scene.demand()
    };
    let bundle = bundle(&made, &[]);
    let envelope = bundle["dsseEnvelope"].to_string();
    let classic = held_by(ArtifactKind::CosignAttestation, image, envelope.as_bytes(), &[(SIGNATURE, "")]);
    [judged(image, &bundle, &demand), judge(&classic, &demand)]
}

#[test]
fn annotations_of_another_subject_are_none_of_the_image() {
    let (scene, image, other) = (Scene::new(), image("mine"), image("other"));
    let subject = |digest: &Digest, stage: &str| json!({"digest": {"sha256": digest.hex()}, "annotations": {"stage": stage}});
    let wanted = [("stage", "prod")];
    for (subjects, good) in [
        (json!([subject(&image, "prod")]), true),
        (json!([subject(&other, "test"), subject(&image, "prod")]), true),
        (json!([subject(&other, "prod"), subject(&image, "test")]), false),
        (json!([subject(&other, "prod"), {"digest": {"sha256": image.hex()}}]), false),
        (json!([subject(&image, "test"), subject(&image, "prod")]), false),
        (json!([subject(&other, "prod")]), false),
    ] {
        let statement = statement(&subjects).to_string().into_bytes();
        for proof in both(&scene, &image, statement, &wanted) {
            assert_eq!(proof.holds(), good, "{subjects}: {:?}", stopped(&proof));
        }
    }
}

#[test]
fn statements_that_two_readers_would_read_differently() {
    let (scene, image) = (Scene::new(), image("readers"));
    let good = statement(&about(&image)).to_string();
    let ours = about(&image).to_string();
    for (bad, why) in [
        (good.replacen("\"subject\"", "\"Subject\"", 1), "another spelling"),
        (good.replacen("{\"a\":1}", "{\"a\":1,\"a\":2}", 1), "a key that is there twice"),
        (
            good.replacen("\"predicateType\"", &format!("\"subject\":{ours},\"predicateType\""), 1),
            "two lists",
        ),
        (good.replacen("\"predicateType\"", "\"more\":1,\"predicateType\"", 1), "an unknown field"),
        (good.replacen("\"name\":", "\"other\":", 1), "an unknown field of a subject"),
        (good.replacen("https://in-toto.io/Statement/v1", "https://a.example/v1", 1), "no statement"),
    ] {
        assert_ne!(bad, good, "{why}");
        for proof in both(&scene, &image, bad.into_bytes(), &[]) {
            assert_eq!(stopped(&proof).map(|(name, _)| name), Some(StepName::Claim), "{why}");
        }
    }
    // cosign's own reader takes a text for the predicate, the library does not.
    let worded = good.replacen("{\"a\":1}", "\"text\"", 1);
    let [in_bundle, classic] = both(&scene, &image, worded.into_bytes(), &[]);
    assert!(!in_bundle.holds() && classic.holds());
}

#[test]
fn a_long_document_is_verified_and_one_beyond_the_limit_is_undecided() {
    let (scene, image) = (Scene::new(), image("long"));
    let packages: Vec<Value> = (0..60_000)
        .map(|n| json!({"name": format!("package-{n}"), "versionInfo": "1.2.3", "licenseConcluded": "Apache-2.0"}))
        .collect();
    let mut long = statement(&about(&image));
    long["predicate"] = json!({"spdxVersion": "SPDX-2.3", "packages": packages});
    let long = long.to_string().into_bytes();
    assert!(long.len() > sigscope::format::go_json::LIMIT);
    for proof in both(&scene, &image, long, &[]) {
        assert_eq!(stopped(&proof), None);
    }
    let beyond = vec![b' '; sigscope::format::go_json::HULL_LIMIT + 1];
    let proof = judge(&held_by(ArtifactKind::SigstoreBundle, &image, &beyond, &[]), &scene.demand());
    assert!(matches!(proof.stopped().unwrap().outcome, Outcome::Undecided(_)));
}

/// The trusted root of the fixtures, in which the log of version 2 was in service until or from this time.
fn root_with(end: &str, at: &str) -> tempfile::NamedTempFile {
    let mut root: Value =
        serde_json::from_str(&crate::layout::fixture_text("trust/trusted_root.json")).unwrap();
    for log in root["tlogs"].as_array_mut().unwrap() {
        if log["baseUrl"].as_str().unwrap().contains("rekor2") {
            log["publicKey"]["validFor"][end] = at.into();
        }
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), root.to_string()).unwrap();
    file
}

#[test]
fn a_log_of_tiles_counts_while_its_key_is_valid() {
    let image = "127.0.0.1:5000/myorg/bundle-keyless-rekor2:v1.2.3";
    let ask = |end: &str, at: &str| {
        let root = root_with(end, at);
        let trusted = root.path().to_string_lossy().into_owned();
        let anybody = ["--certificate-identity-regexp", ".*", "--certificate-oidc-issuer-regexp", ".*"];
        let more = ["--trusted-root", &trusted, "-o", "json"];
        crate::program::over_layouts(&[&["verify", image][..], &anybody, &more].concat())
    };
    ask("end", "2026-11-23T06:31:36Z").ends_with(0);
    ask("start", "2026-11-23T06:31:36Z").ends_with(0);
    for (end, at) in [("end", "2026-11-23T06:31:35Z"), ("start", "2026-11-23T06:31:37Z")] {
        let document = ask(end, at).ends_with(1).json();
        assert_eq!(document["code"], "LOG-TIME", "{document:#}");
    }
}
