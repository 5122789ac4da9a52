//! Faults of other verifiers that must not be repeated here, by the advisory's name.

use std::collections::BTreeMap;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sigscope::format::hash::digest_of;
use sigscope::format::{base64, pem};
use sigscope::model::artifact::{Artifact, ArtifactKind, Blob, Evidence, Layer, ReferrersApi};
use sigscope::model::{Code, Digest, Proof, Reference};
use sigscope::verify::{About, prove_bundle, prove_demand};

use crate::bundles::{demand, folder};
use crate::vectors_sigstore::{manifest, saved, with_options};

fn code(proof: &Proof) -> Option<Code> {
    proof.stopped().and_then(|step| step.outcome.code())
}

/// cosign took the log entry of a bundle without asking whether it is about this signature.
#[test]
fn cve_2022_36056_a_log_entry_of_another_signature() {
    let Some(manifest) = manifest("sigstore-conformance") else { return };
    let folder = folder("sigstore-conformance");
    let mut good = Vec::new();
    for case in manifest["cases"].as_array().into_iter().flatten().filter(|case| case["expected"] == "pass") {
        let bundle = std::fs::read(folder.join(case["bundle"].as_str().unwrap())).unwrap();
        let bundle: Value = serde_json::from_slice(&bundle).unwrap();
        let artifact = std::fs::read(folder.join(case["artifact"].as_str().unwrap())).unwrap();
        good.push((bundle, artifact, demand(&folder, case).unwrap()));
    }
    let mut tried = 0;
    for (bundle, artifact, demand) in &good {
        for (other, ..) in &good {
            let entries = "/verificationMaterial/tlogEntries";
            let (own, foreign) = (bundle.pointer(entries), other.pointer(entries));
            // Several cases are about one signature, and so about one entry.
            let body =
                |entries: Option<&Value>| entries.map(|entries| entries[0]["canonicalizedBody"].clone());
            if foreign.is_none() || body(own) == body(foreign) || bundle["mediaType"] != other["mediaType"] {
                continue;
            }
            let mut mixed = bundle.clone();
            *mixed.pointer_mut(entries).unwrap() = foreign.unwrap().clone();
            let proof = prove_bundle(mixed.to_string().as_bytes(), About::Content(artifact), demand);
            assert!(!proof.holds(), "{:?}", proof.steps);
            tried += usize::from(code(&proof) == Some(Code::LogBinding));
        }
    }
    assert!(good.len() < 2 || tried > 0, "none failed because of the binding");
}

/// With a trusted root, cosign's classic mode believed the promise of a log without comparing the entry.
#[test]
fn cve_2026_22703_a_promised_entry_of_another_artifact() {
    const ENTRY: &str = "dev.sigstore.cosign/bundle";
    let Some(manifest) = manifest("gha-container-layouts") else { return };
    let folder = folder("gha-container-layouts");
    let mut good = Vec::new();
    for case in manifest["cases"].as_array().into_iter().flatten().filter(|case| case["expected"] == "pass") {
        let mut case = case.clone();
        case["trusted_root"] = manifest["trusted_root"].clone();
        let digest = case["digest"].as_str().unwrap().parse().unwrap();
        let evidence = saved(&folder.join(case["layout"].as_str().unwrap()), &digest);
        good.push((evidence, with_options(&folder, &case)));
    }
    for (at, (evidence, demand)) in good.iter().enumerate() {
        let Some((other, _)) = good.get((at + 1) % good.len()).filter(|_| good.len() > 1) else { return };
        let mut mixed: Evidence = evidence.clone();
        let foreign = other.artifacts[0].layers[0].annotations[ENTRY].clone();
        mixed.artifacts[0].layers[0].annotations.insert(ENTRY.to_owned(), foreign);
        let signature = mixed.layers_of(&ArtifactKind::CosignAttestation).next().unwrap();
        assert_eq!(code(&prove_demand(&mixed, signature, demand)), Some(Code::LogBinding));
    }
}

/// An image with one classic signature.
fn hanging_on(image: Digest, layer: Layer) -> Evidence {
    let artifact = Artifact {
        kind: ArtifactKind::CosignSignature,
        digest: digest_of(b"a manifest"),
        media_type: String::new(),
        artifact_type: String::new(),
        found: Vec::new(),
        subject: None,
        annotations: BTreeMap::new(),
        size: 0,
        layers: vec![layer],
        raw: b"{}".as_slice().into(),
    };
    Evidence {
        subject: Reference::parse("a.b/c:d").unwrap(),
        digest: image,
        media_type: String::new(),
        size: 0,
        platforms: Vec::new(),
        artifacts: vec![artifact],
        gaps: Vec::new(),
        signed: Vec::new(),
        referrers: ReferrersApi::Answered,
        raw: b"{}".as_slice().into(),
    }
}

/// cosign trusted a bare public key that travelled in the place of the certificate.
#[test]
fn ghsa_fx35_mq7g_6g98_a_key_that_travels_is_no_trust() {
    let Some(manifest) = manifest("gha-container-layouts") else { return };
    let Some(case) = manifest["cases"].as_array().into_iter().flatten().next() else { return };
    let mut case = case.clone();
    case["trusted_root"] = manifest["trusted_root"].clone();
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref()).unwrap();
    let image = digest_of(b"an image");
    let payload = json!({"critical": {"identity": {"docker-reference": "a.b/c"},
        "image": {"docker-manifest-digest": image.as_str()}, "type": "cosign container image signature"}});
    let payload = payload.to_string().into_bytes();
    let signature = key.sign(&random, &payload).unwrap();
    // A P-256 key in SPKI: its fixed prefix, then the point.
    let prefix = base64::decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=").unwrap();
    let spki = [prefix.as_slice(), key.public_key().as_ref()].concat();
    let annotations = BTreeMap::from([
        ("dev.cosignproject.cosign/signature".to_owned(), base64::encode(signature.as_ref())),
        ("dev.sigstore.cosign/certificate".to_owned(), pem::encode("PUBLIC KEY", &spki)),
    ]);
    let layer = Layer {
        media_type: "application/vnd.dev.cosign.simplesigning.v1+json".to_owned(),
        digest: digest_of(&payload),
        size: payload.len() as u64,
        annotations,
        blob: Blob::Held(payload.into()),
    };
    let evidence = hanging_on(image, layer);
    case["options"] = json!(["--insecure-ignore-tlog", "--insecure-ignore-sct"]);
    let by_certificate = with_options(&folder("gha-container-layouts"), &case);
    let mut by_key = by_certificate.clone();
    let other = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let other = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, other.as_ref()).unwrap();
    by_key.signer = sigscope::model::demand::Signer::Key(sigscope::model::verifier::KeyDemand {
        pem: pem::encode("PUBLIC KEY", &[prefix.as_slice(), other.public_key().as_ref()].concat()),
        hash: sigscope::model::verifier::HashAlgorithm::Sha256,
    });
    for demand in [by_certificate, by_key] {
        let signature = evidence.layers_of(&ArtifactKind::CosignSignature).next().unwrap();
        let proof = prove_demand(&evidence, signature, &demand);
        assert!(!proof.holds() && proof.identity.is_none(), "{proof:?}");
    }
}
