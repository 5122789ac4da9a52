//! Every step of the verification of a key signature, held and failed, with the reason that it names.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{self as lc, Ed25519KeyPair, KeyPair};
use sigscope::format::{base64, pem};
use sigscope::model::artifact::Blob;
use sigscope::model::identity::Identity;
use sigscope::model::proof::Proof;
use sigscope::model::reason::LogPart;
use sigscope::model::trace::Why;
use sigscope::model::verifier::{HashAlgorithm, LogDemand, LogKey};
use sigscope::model::{Missing, Moment, Outcome, Reason, StepName};

use crate::layout::{evidence_with, fixture_text};
use crate::signed::*;

fn reason(proof: &Proof, name: StepName) -> &Reason {
    match &proof.step(name).unwrap().outcome {
        Outcome::Failed(reason) => reason,
        other => panic!("{name:?} {other:?}"),
    }
}

fn p256() -> Signer {
    Signer::new(&lc::ECDSA_P256_SHA256_ASN1_SIGNING)
}

#[test]
fn everything_holds() {
    let (key, log, image) = (p256(), p256(), image("a"));
    let payload = payload(&image, r#"{"team":"red","n":1}"#);
    let signature = key.sign(payload.as_bytes());
    let entry = Entry::new(&log, payload.as_bytes(), &signature, &key.pem());
    let mut verifier = verifier(&key.pem(), demand(vec![trusted(&log)]));
    verifier.annotations.insert("team".to_owned(), "red".to_owned());
    let proof = first(&evidence(&image, &payload, &signature, Some(&entry)), &verifier);
    assert!(proof.holds(), "{:?}", proof.stopped());
    assert!(proof.steps.iter().all(|step| step.outcome == Outcome::Held), "{:?}", proof.steps);
    assert_eq!(proof.steps.len(), 9);
    assert_eq!((proof.engine_message.as_str(), proof.logged_at), ("", Some(Moment(LOGGED))));
    assert!(matches!(&proof.identity, Some(Identity::Key(key)) if key.kind == "P-256 key"));
    assert_eq!(proof.claimed_digest.as_deref(), Some(image.as_str()));
    assert_eq!(proof.optional.len(), 1, "a number is no text, and equals none");
}

#[test]
fn what_is_switched_off_is_said() {
    let (key, image) = (p256(), image("a"));
    let payload = payload(&image, "null");
    let signature = key.sign(payload.as_bytes());
    let proof =
        first(&evidence(&image, &payload, &signature, None), &verifier(&key.pem(), LogDemand::Ignored));
    assert!(proof.holds());
    for name in [StepName::LogPresent, StepName::LogBinding, StepName::LogPromise, StepName::LogTime] {
        assert_eq!(proof.step(name).unwrap().outcome, Outcome::NotExercised(Why::SwitchedOff));
    }
    assert_eq!(proof.logged_at, None);
}

#[test]
fn no_entry() {
    let (key, log, image) = (p256(), p256(), image("a"));
    let payload = payload(&image, "null");
    let signature = key.sign(payload.as_bytes());
    let evidence = evidence(&image, &payload, &signature, None);
    let mut asked = verifier(&key.pem(), demand(vec![trusted(&log)]));
    let offline = first(&evidence, &asked);
    assert!(matches!(reason(&offline, StepName::LogPresent), Reason::LogAbsent { .. }));
    assert_eq!(offline.step(StepName::Signature).unwrap().outcome, Outcome::Held, "for information");
    if let LogDemand::Required { offline, .. } = &mut asked.log {
        *offline = false;
    }
    let online = first(&evidence, &asked);
    assert!(!online.holds());
    let stopped = online.stopped().unwrap();
    assert_eq!(stopped.name, StepName::LogPresent);
    assert!(matches!(&stopped.outcome, Outcome::Undecided(Missing::Waiting)));
}

/// CVE-2022-36056: the entry is a genuine one, of another signature.
#[test]
fn cve_2022_36056_entry_of_another_signature() {
    let (key, log, image) = (p256(), p256(), image("a"));
    let payload = payload(&image, "null");
    let (signature, other) = (key.sign(payload.as_bytes()), key.sign(payload.as_bytes()));
    let entry = Entry::new(&log, payload.as_bytes(), &other, &key.pem());
    let proof = first(
        &evidence(&image, &payload, &signature, Some(&entry)),
        &verifier(&key.pem(), demand(vec![trusted(&log)])),
    );
    assert!(!proof.holds());
    let Reason::LogBinding { part, wanted, found } = reason(&proof, StepName::LogBinding) else { panic!() };
    assert_eq!(
        (*part, wanted, found),
        (LogPart::Signature, &base64::encode(&signature), &base64::encode(&other))
    );
    assert_eq!(
        proof.step(StepName::LogPromise).unwrap().outcome,
        Outcome::Held,
        "the entry itself is genuine"
    );
    assert_eq!(proof.stopped().unwrap().name, StepName::LogBinding);
}

/// CVE-2026-22703: with a trusted root, the comparison with the artifact was left out. Each of the three must count.
#[test]
fn cve_2026_22703_entry_about_something_else_with_a_trusted_root() {
    let (key, other, log, image) = (p256(), p256(), p256(), image("a"));
    let payload = payload(&image, "null");
    let signature = key.sign(payload.as_bytes());
    let root = LogKey { valid_from: Some(Moment(0)), ..trusted(&log) };
    let verifier = verifier(&key.pem(), demand(vec![root]));
    for (entry, wanted) in [
        (Entry::new(&log, b"other", &signature, &key.pem()), LogPart::Payload),
        (Entry::new(&log, payload.as_bytes(), &signature, &other.pem()), LogPart::Key),
        (Entry::new(&log, payload.as_bytes(), b"other", &key.pem()), LogPart::Signature),
    ] {
        let proof = first(&evidence(&image, &payload, &signature, Some(&entry)), &verifier);
        assert!(!proof.holds());
        assert!(
            matches!(reason(&proof, StepName::LogBinding), Reason::LogBinding { part, .. } if *part == wanted)
        );
        assert_eq!(proof.step(StepName::LogPromise).unwrap().outcome, Outcome::Held);
        assert_eq!(proof.stopped().unwrap().name, StepName::LogBinding, "before the promise");
    }
}

#[test]
fn promises() {
    let (key, log, rogue, image) = (p256(), p256(), p256(), image("a"));
    let payload = payload(&image, "null");
    let signature = key.sign(payload.as_bytes());
    let mut entry = Entry::new(&log, payload.as_bytes(), &signature, &key.pem());
    let prove = |entry: &Entry, keys: Vec<LogKey>| {
        first(&evidence(&image, &payload, &signature, Some(entry)), &verifier(&key.pem(), demand(keys)))
    };
    let unknown = prove(&entry, vec![trusted(&rogue)]);
    assert!(
        matches!(reason(&unknown, StepName::LogPromise), Reason::LogUnknown { trusted, .. } if trusted.len() == 1)
    );
    assert_eq!(unknown.step(StepName::LogTime).unwrap().outcome, Outcome::NotReached);
    assert!(!prove(&entry, Vec::new()).holds());
    let window = |from, until| LogKey {
        valid_from: Some(Moment(from)),
        valid_until: Some(Moment(until)),
        ..trusted(&log)
    };
    assert!(prove(&entry, vec![window(LOGGED, LOGGED)]).holds(), "closed at both ends");
    for (from, until) in [(LOGGED + 1, LOGGED + 2), (0, LOGGED - 1)] {
        let late = prove(&entry, vec![window(from, until)]);
        assert!(!late.holds());
        assert!(matches!(reason(&late, StepName::LogTime), Reason::LogTime { .. }));
        assert!(late.engine_message.ends_with("rekor log public key not valid at payload integrated time"));
    }
    // Of two with one identifier the last counts.
    assert!(!prove(&entry, vec![window(0, LOGGED), window(0, 1)]).holds());
    entry.promise = rogue.sign(&entry.signed());
    let forged = prove(&entry, vec![trusted(&log), trusted(&rogue)]);
    assert!(matches!(reason(&forged, StepName::LogPromise), Reason::LogPromise { .. }));
    assert_eq!(forged.engine_message, "error verifying bundle: unable to verify SET");
    assert_eq!(forged.logged_at, None);
}

#[test]
fn a_log_with_an_ed25519_key_promises_nothing() {
    let (key, image) = (p256(), image("a"));
    let log = Ed25519KeyPair::generate().unwrap();
    let spki = pem::blocks(&ed25519_pem(&log)).unwrap().remove(0).der;
    let payload = payload(&image, "null");
    let signature = key.sign(payload.as_bytes());
    let mut entry = Entry::new(&p256(), payload.as_bytes(), &signature, &key.pem());
    entry.log_id = sigscope::format::hash::sha256_hex(&spki);
    entry.promise = log.sign(&entry.signed()).as_ref().to_vec();
    let known = LogKey { spki, valid_from: None, valid_until: None, origin: String::new() };
    let proof = first(
        &evidence(&image, &payload, &signature, Some(&entry)),
        &verifier(&key.pem(), demand(vec![known])),
    );
    assert!(matches!(reason(&proof, StepName::LogPromise), Reason::LogPromise { .. }));
    assert!(proof.engine_message.contains("unsupported public key type"));
}

#[test]
fn entries_of_other_kinds() {
    let (key, log, image) = (p256(), p256(), image("a"));
    let payload = payload(&image, "null");
    let signature = key.sign(payload.as_bytes());
    let body = |entry: &Entry| String::from_utf8(base64::decode(&entry.body).unwrap()).unwrap();
    let good = body(&Entry::new(&log, payload.as_bytes(), &signature, &key.pem()));
    let verifier = verifier(&key.pem(), demand(vec![trusted(&log)]));
    let prove = |body: &str| {
        first(&evidence(&image, &payload, &signature, Some(&Entry::of_body(&log, body))), &verifier)
    };
    assert!(prove(&good).holds());
    assert!(prove(&good.replace("hashedrekord", "rekord")).holds());
    for (from, to) in [
        ("hashedrekord", "dsse"),
        ("hashedrekord", "nonsense"),
        ("0.0.1", "0.0.2"),
        ("\"sha256\"", "\"sha512\""),
        ("\"spec\"", "\"spic\""),
        ("{\"apiVersion\"", "{\"kind\":\"hashedrekord\",\"apiVersion\""),
    ] {
        let proof = prove(&good.replacen(from, to, 1));
        assert!(!proof.holds(), "{from} {to}");
        assert_eq!(proof.stopped().unwrap().name, StepName::LogBinding, "{from} {to}");
    }
}

#[test]
fn claims() {
    let (key, image_a, image_b) = (p256(), image("a"), image("b"));
    let payload_b = payload(&image_b, r#"{"team":"blue"}"#);
    let signature = key.sign(payload_b.as_bytes());
    let mut asked = verifier(&key.pem(), LogDemand::Ignored);
    asked.annotations.insert("team".to_owned(), "red".to_owned());
    let proof = first(&evidence(&image_a, &payload_b, &signature, None), &asked);
    let Reason::OtherDigest { wanted, found } = reason(&proof, StepName::Claim) else { panic!() };
    assert_eq!((wanted, found.as_str()), (&image_a, image_b.as_str()));
    assert_eq!(proof.engine_message, format!("invalid or missing digest in claim: {image_b}"));
    let Reason::Annotation { found, .. } = reason(&proof, StepName::Annotations) else { panic!() };
    assert_eq!(found.as_deref(), Some("blue"), "looked at although the claim before it failed");
    for bad in ["{}", "null", "[]", "no JSON"] {
        let proof = first(&evidence(&image_a, bad, &key.sign(bad.as_bytes()), None), &asked);
        assert!(!proof.holds() && proof.stopped().unwrap().name == StepName::Claim, "{bad}");
    }
}

#[test]
fn unreadable_parts() {
    let (key, image) = (p256(), image("a"));
    let payload = payload(&image, "null");
    let good = base64::encode(&key.sign(payload.as_bytes()));
    let ignoring = verifier(&key.pem(), LogDemand::Ignored);
    let prove = |annotations: &[(&str, &str)]| {
        first(&evidence_with(&image, payload.as_bytes(), annotations), &ignoring)
    };
    assert!(prove(&[(SIGNATURE, &good)]).holds());
    let missing = prove(&[]);
    assert!(matches!(reason(&missing, StepName::Format), Reason::Malformed { what: "signature", .. }));
    assert!(missing.engine_message.contains("is missing \"dev.cosignproject.cosign/signature\" annotation"));
    // cosign reads these before it checks anything, even where the log is ignored.
    for (name, text) in [
        (BUNDLE, "no JSON"),
        (BUNDLE, "[]"),
        (BUNDLE, r#"{"SignedEntryTimestamp":"!"}"#),
        (BUNDLE, r#"{"Payload":{"body":7}}"#),
        (CERTIFICATE, "no PEM"),
        ("dev.sigstore.cosign/rfc3161timestamp", "{"),
    ] {
        let proof = prove(&[(SIGNATURE, &good), (name, text)]);
        assert!(!proof.holds(), "{name} {text}");
        assert_eq!(proof.stopped().unwrap().name, StepName::Format);
        assert!(!proof.engine_message.is_empty());
    }
    for text in ["", "!", "AAAA"] {
        let proof = prove(&[(SIGNATURE, text)]);
        assert!(!proof.holds() && proof.stopped().unwrap().name == StepName::Signature, "{text:?}");
    }
}

#[test]
fn what_is_missing_is_undecided() {
    let (key, image) = (p256(), image("a"));
    let payload = payload(&image, "null");
    let mut evidence = evidence(&image, &payload, &key.sign(payload.as_bytes()), None);
    evidence.artifacts[0].layers[0].blob = Blob::Missing(Missing::Waiting);
    let proof = first(&evidence, &verifier(&key.pem(), LogDemand::Ignored));
    assert!(!proof.holds());
    assert_eq!(proof.stopped().unwrap().outcome, Outcome::Undecided(Missing::Waiting));
    assert_eq!(proof.step(StepName::Signature).unwrap().outcome, Outcome::NotReached);
}

#[test]
fn too_many_layers() {
    let (key, image) = (p256(), image("a"));
    let payload = payload(&image, "null");
    let mut evidence = evidence(&image, &payload, &key.sign(payload.as_bytes()), None);
    let layer = evidence.artifacts[0].layers[0].clone();
    evidence.artifacts[0].layers.resize(1_000, layer.clone());
    let verifier = verifier(&key.pem(), LogDemand::Ignored);
    assert!(first(&evidence, &verifier).holds());
    evidence.artifacts[0].layers.push(layer);
    let proof = first(&evidence, &verifier);
    assert!(!proof.holds());
    assert_eq!(proof.engine_message, "number of layers (1001) exceeded the limit (1000)");
}

#[test]
fn keys_that_cannot_be_used() {
    let image = image("a");
    let payload = payload(&image, "null");
    let evidence = evidence(&image, &payload, b"x", None);
    let mut off_curve = p256().spki();
    *off_curve.last_mut().unwrap() ^= 1;
    for (text, words) in [
        (String::new(), "PEM decoding failed"),
        ("rubbish".to_owned(), "PEM decoding failed"),
        (pem::encode("CERTIFICATE", b"x"), "unknown Public key PEM file type: CERTIFICATE"),
        (pem::encode("PUBLIC KEY", b"x"), ""),
        (pem::encode("PUBLIC KEY", &off_curve), "x509"),
    ] {
        let proof = first(&evidence, &verifier(&text, LogDemand::Ignored));
        assert!(matches!(reason(&proof, StepName::Key), Reason::KeyMalformed { .. }), "{text}");
        assert!(proof.engine_message.contains(words), "{}", proof.engine_message);
        assert_eq!(proof.stopped_at, Some(0));
    }
}

#[test]
fn elliptic_curves_and_hashes() {
    let image = image("a");
    let payload = payload(&image, "null");
    for (algorithm, made, hashes) in [
        (&lc::ECDSA_P256_SHA256_ASN1_SIGNING, HashAlgorithm::Sha256, "SHA-256"),
        (&lc::ECDSA_P384_SHA384_ASN1_SIGNING, HashAlgorithm::Sha384, "SHA-384"),
        (&lc::ECDSA_P521_SHA224_ASN1_SIGNING, HashAlgorithm::Sha224, "SHA-224"),
        (&lc::ECDSA_P521_SHA256_ASN1_SIGNING, HashAlgorithm::Sha256, "SHA-256"),
        (&lc::ECDSA_P521_SHA512_ASN1_SIGNING, HashAlgorithm::Sha512, "SHA-512"),
    ] {
        let key = Signer::new(algorithm);
        let evidence = evidence(&image, &payload, &key.sign(payload.as_bytes()), None);
        for tried in [HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512] {
            let mut verifier = verifier(&key.pem(), LogDemand::Ignored);
            verifier.key.hash = tried;
            let proof = first(&evidence, &verifier);
            assert_eq!(proof.holds(), tried == made);
            if tried != made {
                let Reason::WrongHash { valid_under, .. } = reason(&proof, StepName::Signature) else {
                    panic!()
                };
                assert_eq!(valid_under, hashes);
            }
        }
    }
}

#[test]
fn fixed_length_signatures_are_accepted_as_cosign_accepts_them() {
    let image = image("a");
    let payload = payload(&image, "null");
    for algorithm in [&lc::ECDSA_P256_SHA256_FIXED_SIGNING, &lc::ECDSA_P521_SHA256_FIXED_SIGNING] {
        let key = Signer::new(algorithm);
        let mut signature = key.sign(payload.as_bytes());
        let verifier = verifier(&key.pem(), LogDemand::Ignored);
        assert!(first(&evidence(&image, &payload, &signature, None), &verifier).holds());
        signature[5] ^= 1;
        let proof = first(&evidence(&image, &payload, &signature, None), &verifier);
        assert_eq!(proof.engine_message, "invalid signature when validating IEEE_P1363 encoded signature");
        signature.push(0);
        let proof = first(&evidence(&image, &payload, &signature, None), &verifier);
        assert_eq!(proof.engine_message, "ecdsa: Invalid IEEE_P1363 encoded bytes");
    }
}

#[test]
fn rsa() {
    let image = image("a");
    let payload = payload(&image, "null");
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs1 = pem::encode("RSA PUBLIC KEY", key.public_key().as_ref());
    let verifier = verifier(&pkcs1, LogDemand::Ignored);
    let sign = |encoding: &'static dyn lc::RsaEncoding| {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(encoding, &SystemRandom::new(), payload.as_bytes(), &mut signature).unwrap();
        first(&evidence(&image, &payload, &signature, None), &verifier)
    };
    let proof = sign(&lc::RSA_PKCS1_SHA256);
    assert!(proof.holds(), "{:?}", proof.stopped());
    assert!(matches!(&proof.identity, Some(Identity::Key(key)) if key.kind == "RSA-2048 key"));
    let others: [(&'static dyn lc::RsaEncoding, &str); 3] = [
        (&lc::RSA_PKCS1_SHA512, "SHA-512"),
        (&lc::RSA_PSS_SHA256, "RSA-PSS with SHA-256"),
        (&lc::RSA_PSS_SHA384, "RSA-PSS with SHA-384"),
    ];
    for (encoding, words) in others {
        let proof = sign(encoding);
        assert!(!proof.holds());
        let Reason::WrongHash { valid_under, .. } = reason(&proof, StepName::Signature) else { panic!() };
        assert_eq!(
            (valid_under.as_str(), proof.engine_message.as_str()),
            (words, "crypto/rsa: verification error")
        );
    }
}

#[test]
fn keys_and_signatures_of_different_types() {
    let image = image("a");
    let payload = payload(&image, "null");
    let (ecdsa, edwards) = (p256(), Ed25519KeyPair::generate().unwrap());
    let edwards_signature = edwards.sign(payload.as_bytes());
    let edwards_pem = ed25519_pem(&edwards);
    let prove = |pem: &str, signature: &[u8]| {
        first(&evidence(&image, &payload, signature, None), &verifier(pem, LogDemand::Ignored))
    };
    assert!(prove(&edwards_pem, edwards_signature.as_ref()).holds());
    let ecdsa_signature = ecdsa.sign(payload.as_bytes());
    for (pem, signature, words) in [
        (&ecdsa.pem(), edwards_signature.as_ref(), "Ed25519 signature (64 bytes)"),
        (&edwards_pem, ecdsa_signature.as_slice(), "ECDSA signature ("),
        (&fixture_text("keys/rsa2048.pub"), ecdsa_signature.as_slice(), "ECDSA signature ("),
        (&fixture_text("keys/p384.pub"), ecdsa_signature.as_slice(), "ECDSA signature of P-256 size ("),
    ] {
        let proof = prove(pem, signature);
        let Reason::KeyType { signature, .. } = reason(&proof, StepName::Signature) else {
            panic!("{:?}", proof.stopped())
        };
        assert!(signature.starts_with(words), "{signature}");
    }
}

#[test]
fn another_key_is_named_when_the_entry_names_it() {
    let (key, other, log, image) = (p256(), p256(), p256(), image("a"));
    let payload = payload(&image, "null");
    let signature = other.sign(payload.as_bytes());
    let entry = Entry::new(&log, payload.as_bytes(), &signature, &other.pem());
    let proof = first(
        &evidence(&image, &payload, &signature, Some(&entry)),
        &verifier(&key.pem(), LogDemand::Ignored),
    );
    let Reason::KeyMismatch { key: ours, claimed } = reason(&proof, StepName::Signature) else { panic!() };
    assert_eq!(claimed.as_ref().unwrap().fingerprint, sigscope::format::hash::sha256_hex(&other.spki()));
    assert_ne!(Some(ours), claimed.as_ref());
    assert_eq!(proof.identity, None);
}
