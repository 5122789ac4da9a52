//! What a proof costs beside the bare signature check, and what the memory saves.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use divan::{Bencher, black_box};
use serde_json::Value;
use sigscope::format::base64;
use sigscope::format::hash::digest_of;
use sigscope::format::key::PublicKey;
use sigscope::model::artifact::{Artifact, ArtifactKind, Blob, Evidence, Layer, ReferrersApi};
use sigscope::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};
use sigscope::model::{Digest, Moment, Reference, Verifier};
use sigscope::port::Prover;
use sigscope::trust::Material;
use sigscope::verify::{Memory, prove};

const LAYOUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/layouts/key-p256");
const KEY: &str = include_str!("../tests/fixtures/trust/cosign.pub");
const ROOT: &[u8] = include_bytes!("../tests/fixtures/trust/trusted_root.json");

fn main() {
    divan::main();
}

fn blob(digest: &Digest) -> Vec<u8> {
    std::fs::read(Path::new(LAYOUT).join("blobs/sha256").join(digest.hex())).unwrap()
}

/// A logged P-256 signature.
fn evidence() -> Evidence {
    let index: Value =
        serde_json::from_slice(&std::fs::read(Path::new(LAYOUT).join("index.json")).unwrap()).unwrap();
    let tagged = |tag: &dyn Fn(&str) -> bool| -> Digest {
        let name =
            |entry: &Value| entry["annotations"]["org.opencontainers.image.ref.name"].as_str().map(tag);
        let entry = index["manifests"].as_array().unwrap().iter().find(|entry| name(entry) == Some(true));
        entry.unwrap()["digest"].as_str().unwrap().parse().unwrap()
    };
    let (digest, signatures) = (tagged(&|tag| tag == "v1.2.3"), tagged(&|tag| tag.ends_with(".sig")));
    let manifest: Value = serde_json::from_slice(&blob(&signatures)).unwrap();
    let descriptor = &manifest["layers"][0];
    let payload: Digest = descriptor["digest"].as_str().unwrap().parse().unwrap();
    let bytes = blob(&payload);
    assert_eq!(digest_of(&bytes), payload);
    let layer = Layer {
        media_type: descriptor["mediaType"].as_str().unwrap().to_owned(),
        digest: payload,
        size: bytes.len() as u64,
        annotations: serde_json::from_value(descriptor["annotations"].clone()).unwrap(),
        blob: Blob::Held(bytes.into()),
    };
    let artifact = Artifact {
        kind: ArtifactKind::CosignSignature,
        digest: signatures,
        media_type: String::new(),
        artifact_type: String::new(),
        found: Vec::new(),
        subject: None,
        annotations: BTreeMap::new(),
        size: 0,
        layers: vec![layer],
        raw: Arc::from([]),
    };
    Evidence {
        subject: Reference::parse("127.0.0.1:5000/myorg/key-p256").unwrap().at(digest.clone()),
        digest,
        media_type: String::new(),
        size: 0,
        platforms: Vec::new(),
        artifacts: vec![artifact],
        gaps: Vec::new(),
        referrers: ReferrersApi::FallbackTag,
        raw: Arc::from([]),
    }
}

fn verifier(logged: bool) -> Verifier {
    let keys = Material::from_trusted_root(ROOT, "bench").unwrap().log_keys;
    let log = if logged {
        LogDemand::Required { keys, url: "https://rekor.example".to_owned(), offline: true }
    } else {
        LogDemand::Ignored
    };
    Verifier {
        key: KeyDemand { pem: KEY.to_owned(), hash: HashAlgorithm::Sha256 },
        log,
        annotations: BTreeMap::new(),
        as_of: Moment(1_795_516_245),
    }
}

/// The floor: one P-256 check.
#[divan::bench]
fn bare_p256(bencher: Bencher<'_, '_>) {
    let evidence = evidence();
    let layer = &evidence.artifacts[0].layers[0];
    let signature = base64::decode(&layer.annotations["dev.cosignproject.cosign/signature"]).unwrap();
    let key = PublicKey::from_pem(KEY).unwrap();
    let message = layer.blob.bytes().unwrap();
    bencher.bench(|| {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, black_box(&key.bits))
            .verify(message, &signature)
            .unwrap();
    });
}

/// All steps without the log: one P-256 check.
#[divan::bench]
fn proof_without_log(bencher: Bencher<'_, '_>) {
    let (evidence, verifier) = (evidence(), verifier(false));
    bencher.bench(|| {
        let proof = prove(&evidence, evidence.cosign_signatures().next().unwrap(), black_box(&verifier));
        assert!(proof.holds());
    });
}

/// All steps: two P-256 checks.
#[divan::bench]
fn proof_with_log(bencher: Bencher<'_, '_>) {
    let (evidence, verifier) = (evidence(), verifier(true));
    bencher.bench(|| {
        let proof = prove(&evidence, evidence.cosign_signatures().next().unwrap(), black_box(&verifier));
        assert!(proof.holds());
    });
}

/// The same question again.
#[divan::bench]
fn remembered(bencher: Bencher<'_, '_>) {
    let (evidence, verifier, memory) = (evidence(), verifier(true), Memory::new());
    bencher.bench(|| {
        let proof =
            memory.prove(&evidence, evidence.cosign_signatures().next().unwrap(), black_box(&verifier));
        assert!(proof.holds());
    });
}
