//! No byte of a logged signature can be changed without the proof failing, and no bytes at all make the program panic.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_lc_rs::signature as lc;
use proptest::prelude::*;
use serde_json::Value;
use sigscope::format::certificate::LeafCertificate;
use sigscope::format::key::PublicKey;
use sigscope::format::log_entry::{LogBody, LogEntry};
use sigscope::format::pem;
use sigscope::format::simple_signing::Payload;
use sigscope::model::Verifier;
use sigscope::model::artifact::{Blob, Evidence};
use sigscope::model::verifier::{HashAlgorithm, LogDemand};
use sigscope::trust::Material;
use sigscope::verify::prove;

use crate::layout::{Layout, evidence_with, fixture_text, fixtures};
use crate::signed::{BUNDLE, CERTIFICATE, SIGNATURE, Signer, demand, image, payload, trusted, verifier};

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(fixtures().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files
}

/// Every classic signature of the fixtures that holds by one of their keys with a log entry: evidence with this signature
/// alone, and the demand.
fn logged_signatures() -> Vec<(Evidence, Verifier)> {
    let root =
        Material::from_trusted_root(fixture_text("trust/trusted_root.json").as_bytes(), "test").unwrap();
    let mut found = Vec::new();
    for layout in files("layouts", "") {
        let layout = Layout::open(&layout);
        for digest in layout.manifests().collect::<Vec<_>>() {
            let evidence = layout.evidence(&format!("127.0.0.1:5000/myorg/x@{digest}"));
            for index in 0..evidence.artifacts.first().map_or(0, |artifact| artifact.layers.len()) {
                let mut one = evidence.clone();
                one.artifacts[0].layers = vec![evidence.artifacts[0].layers[index].clone()];
                for key in files("trust", ".pub") {
                    let pem = std::fs::read_to_string(key).unwrap();
                    let verifier = verifier(&pem, demand(root.log_keys.to_vec()));
                    if holds(&one, &verifier) {
                        found.push((one.clone(), verifier));
                    }
                }
            }
        }
    }
    found
}

fn holds(evidence: &Evidence, verifier: &Verifier) -> bool {
    evidence.cosign_signatures().any(|signature| prove(evidence, signature, verifier).holds())
}

/// Every change of one byte that keeps the text a text.
fn changes(text: &str) -> impl Iterator<Item = String> + '_ {
    (0..text.len()).flat_map(move |at| {
        [1u8, 2, 4, 8, 16, 32, 64].into_iter().filter_map(move |bit| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= bit;
            String::from_utf8(bytes).ok()
        })
    })
}

fn with_annotation(evidence: &Evidence, name: &str, text: &str) -> Evidence {
    let mut changed = evidence.clone();
    changed.artifacts[0].layers[0].annotations.insert(name.to_owned(), text.to_owned());
    changed
}

#[test]
fn every_byte_of_a_logged_signature_counts() {
    let mut all = logged_signatures();
    assert!(!all.is_empty(), "no fixture has a logged key signature");
    // All of them are signed in the same two ways; the rest would only repeat.
    all.truncate(2);
    for (evidence, verifier) in all {
        let layer = &evidence.artifacts[0].layers[0];
        let Blob::Held(payload) = &layer.blob else { panic!() };
        let payload = String::from_utf8(payload.to_vec()).unwrap();
        for text in changes(&payload) {
            let mut changed = evidence.clone();
            changed.artifacts[0].layers[0].blob = Blob::Held(text.as_bytes().into());
            assert!(!holds(&changed, &verifier), "payload {text}");
        }
        for text in changes(&layer.annotations[SIGNATURE]) {
            assert!(!holds(&with_annotation(&evidence, SIGNATURE, &text), &verifier), "signature {text}");
        }
        let bundle: Value = serde_json::from_str(&layer.annotations[BUNDLE]).unwrap();
        for pointer in ["/SignedEntryTimestamp", "/Payload/body", "/Payload/logID"] {
            for text in changes(bundle.pointer(pointer).unwrap().as_str().unwrap()) {
                let mut changed = bundle.clone();
                *changed.pointer_mut(pointer).unwrap() = text.clone().into();
                let changed = with_annotation(&evidence, BUNDLE, &changed.to_string());
                assert!(!holds(&changed, &verifier), "{pointer} {text}");
            }
        }
        for pointer in ["/Payload/integratedTime", "/Payload/logIndex"] {
            let number = bundle.pointer(pointer).unwrap().as_i64().unwrap();
            for bit in 0..63 {
                let mut changed = bundle.clone();
                *changed.pointer_mut(pointer).unwrap() = (number ^ 1 << bit).into();
                let changed = with_annotation(&evidence, BUNDLE, &changed.to_string());
                assert!(!holds(&changed, &verifier), "{pointer} bit {bit}");
            }
        }
    }
}

/// Without a log, only the unused bits of the last base64 digit of the signature are free, as they are for cosign.
#[test]
fn without_a_log_the_payload_and_the_signature_count() {
    let Some((evidence, verifier)) = logged_signatures().into_iter().next() else { panic!("no fixture") };
    let verifier = Verifier { log: LogDemand::Ignored, ..verifier };
    let layer = &evidence.artifacts[0].layers[0];
    let signature = &layer.annotations[SIGNATURE];
    let bytes = |text: &str| sigscope::format::base64::decode(text).ok();
    for text in changes(signature).filter(|text| bytes(text) != bytes(signature)) {
        assert!(!holds(&with_annotation(&evidence, SIGNATURE, &text), &verifier), "{text}");
    }
    for text in changes(std::str::from_utf8(layer.blob.bytes().unwrap()).unwrap()) {
        let mut changed = evidence.clone();
        changed.artifacts[0].layers[0].blob = Blob::Held(text.as_bytes().into());
        assert!(!holds(&changed, &verifier), "{text}");
    }
}

/// Numbers beyond what canonical JSON writes exactly are refused, not rounded.
#[test]
fn large_numbers_have_no_canonical_form() {
    let (log, key, image) = (
        Signer::new(&lc::ECDSA_P256_SHA256_ASN1_SIGNING),
        Signer::new(&lc::ECDSA_P256_SHA256_ASN1_SIGNING),
        image("a"),
    );
    let payload = payload(&image, "null");
    let signature = key.sign(payload.as_bytes());
    let mut entry = crate::signed::Entry::new(&log, payload.as_bytes(), &signature, &key.pem());
    for (index, good) in [(1 << 53, true), ((1 << 53) + 1, false), (i64::MAX, false), (-1, true)] {
        entry.index = index;
        entry.promise = log.sign(&entry.signed());
        let evidence = crate::signed::evidence(&image, &payload, &signature, Some(&entry));
        assert_eq!(holds(&evidence, &verifier(&key.pem(), demand(vec![trusted(&log)]))), good, "{index}");
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-A-Za-z0-9+/= \n\r:{}\"\\[\\],]{0,200}",
        Just("-----BEGIN PUBLIC KEY-----\n".to_owned()),
        any::<Vec<u8>>().prop_map(|bytes| pem::encode("PUBLIC KEY", &bytes)),
        any::<Vec<u8>>().prop_map(|bytes| pem::encode("CERTIFICATE", &bytes)),
        any::<Vec<u8>>().prop_map(|bytes| sigscope::format::base64::encode(&bytes)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn readers_never_panic(bytes in any::<Vec<u8>>(), text in any_text()) {
        let _ = Payload::parse(&bytes);
        let _ = Payload::parse(text.as_bytes());
        let _ = PublicKey::from_spki(&bytes);
        let _ = PublicKey::from_pem(&text);
        let _ = LeafCertificate::from_der(&bytes);
        let _ = LeafCertificate::from_pem(&text);
        let _ = Material::from_trusted_root(&bytes, "test");
        let _ = Material::from_trusted_root(text.as_bytes(), "test");
        if let Ok(entry) = LogEntry::parse(&text) {
            let _ = (LogBody::parse(&entry), entry.signed_bytes());
        }
        let entry = LogEntry { promise: bytes, body: text.clone(), integrated_time: 0, log_index: 0, log_id: text };
        let _ = (LogBody::parse(&entry), entry.signed_bytes());
    }

    #[test]
    fn nothing_random_is_ever_proved(
        payload in any::<Vec<u8>>(),
        annotations in proptest::collection::btree_map(
            prop_oneof![Just(SIGNATURE), Just(BUNDLE), Just(CERTIFICATE)], any_text(), 0..4),
        key in prop_oneof![any_text(), Just(fixture_text("trust/cosign.pub")), Just(fixture_text("trust/ed25519.pub")), Just(fixture_text("trust/rsa2048.pub"))],
        hash in prop_oneof![Just(HashAlgorithm::Sha224), Just(HashAlgorithm::Sha256), Just(HashAlgorithm::Sha512)],
        logged in any::<bool>(),
    ) {
        let annotations: Vec<_> = annotations.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let evidence = evidence_with(&image("a"), &payload, &annotations);
        let log = if logged { demand(Vec::new()) } else { LogDemand::Ignored };
        let mut verifier = verifier(&key, log);
        verifier.key.hash = hash;
        verifier.annotations = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        prop_assert!(!holds(&evidence, &verifier));
    }
}
