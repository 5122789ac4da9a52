//! What one verification of each kind costs beside the public-key operations in it, and what a remembered one costs.
//!
//! Writes the table of `docs/performance.md` to stdout.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark fails by panicking, prints, and looks at the clock"
)]

#[path = "../tests/support/evidence.rs"]
mod evidence;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self as lc, KeyPair, UnparsedPublicKey, VerificationAlgorithm};
use serde_json::{Value, json};
use sigscope::format::trust_policy::TrustPolicy;
use sigscope::model::artifact::{ArtifactKind, Evidence, Signature};
use sigscope::model::demand::{Bundles, CertificateDemand, Demand, Signer, Wanted};
use sigscope::model::notary::{NotaryDemand, Stores};
use sigscope::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};
use sigscope::model::{Moment, Verifier};
use sigscope::port::Prover;
use sigscope::trust::Material;
use sigscope::verify::notary::{prove_notary, store_certificates};
use sigscope::verify::{Memory, prove, prove_demand};

/// Rounds of a measurement; the fastest counts, since everything else that runs only makes a round slower.
const ROUNDS: usize = 1_000;
/// Verifications in a round: so few that some rounds are not interrupted even on a busy machine.
const TIMES: u32 = 1;
/// Bytes of the message that the bare operations hash: as many as a signature's payload and an entry have.
const MESSAGE: usize = 700;

/// Time of one run.
fn measure(mut run: impl FnMut()) -> Duration {
    let round = |_| {
        let begun = Instant::now();
        (0..TIMES).for_each(|_| run());
        begun.elapsed() / TIMES
    };
    (0..ROUNDS).map(round).min().unwrap()
}

/// A bare operation: algorithm, key, message and signature.
struct Raw(&'static dyn VerificationAlgorithm, Vec<u8>, Vec<u8>);

fn message() -> Vec<u8> {
    vec![b'm'; MESSAGE]
}

fn ecdsa(signing: &'static lc::EcdsaSigningAlgorithm, verifying: &'static dyn VerificationAlgorithm) -> Raw {
    let key = lc::EcdsaKeyPair::generate(signing).unwrap();
    let signature = key.sign(&SystemRandom::new(), &message()).unwrap();
    Raw(verifying, key.public_key().as_ref().to_vec(), signature.as_ref().to_vec())
}

fn raws() -> BTreeMap<&'static str, Duration> {
    let rsa = |size| {
        let key = lc::RsaKeyPair::generate(size).unwrap();
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&lc::RSA_PKCS1_SHA256, &SystemRandom::new(), &message(), &mut signature).unwrap();
        Raw(&lc::RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref().to_vec(), signature)
    };
    let ed25519 = lc::Ed25519KeyPair::generate().unwrap();
    let signature = ed25519.sign(&message()).as_ref().to_vec();
    let all = [
        ("P-256", ecdsa(&lc::ECDSA_P256_SHA256_ASN1_SIGNING, &lc::ECDSA_P256_SHA256_ASN1)),
        ("P-384", ecdsa(&lc::ECDSA_P384_SHA384_ASN1_SIGNING, &lc::ECDSA_P384_SHA384_ASN1)),
        ("Ed25519", Raw(&lc::ED25519, ed25519.public_key().as_ref().to_vec(), signature)),
        ("RSA-2048", rsa(KeySize::Rsa2048)),
        ("RSA-3072", rsa(KeySize::Rsa3072)),
    ];
    let message = message();
    let time = |Raw(algorithm, key, signature): &Raw| {
        measure(|| {
            UnparsedPublicKey::new(*algorithm, black_box(key)).verify(&message, signature).unwrap();
        })
    };
    all.iter().map(|(name, raw)| (*name, time(raw))).collect()
}

fn file(path: &str) -> Vec<u8> {
    std::fs::read(evidence::fixtures().join(path)).unwrap()
}

fn text(path: &str) -> String {
    String::from_utf8(file(path)).unwrap()
}

fn material() -> Material {
    Material::from_trusted_root(&file("trust/trusted_root.json"), "bench").unwrap()
}

fn log(trust: &Material, logged: bool) -> LogDemand {
    if logged {
        LogDemand::Required { keys: trust.log_keys.clone(), url: String::new(), offline: true }
    } else {
        LogDemand::Ignored
    }
}

fn key(name: &str) -> KeyDemand {
    KeyDemand { pem: text(&format!("trust/{name}")), hash: HashAlgorithm::Sha256 }
}

fn by_certificate(trust: &Material) -> Signer {
    Signer::Certificate(CertificateDemand {
        travelling: false,
        subject: vec![Wanted::Regexp("^https://github.com/myorg/".to_owned())],
        issuer: vec![Wanted::Exact("https://token.actions.githubusercontent.com".to_owned())],
        extensions: BTreeMap::new(),
        authorities: trust.authorities.clone(),
        ct_logs: Some(trust.ct_logs.clone()),
    })
}

fn demand(signer: Signer, logged: bool, stamps: bool) -> Demand {
    let trust = material();
    Demand {
        signer,
        log: log(&trust, logged),
        logs: trust.logs.clone(),
        stamps,
        bundles: Bundles::Cosign,
        stamp_authorities: trust.stamp_authorities,
        annotations: BTreeMap::new(),
        as_of: Moment(1_795_516_245),
    }
}

fn notary_demand(policy: &str) -> NotaryDemand {
    let mut policy: Value = serde_json::from_slice(&file(&format!("trust/notation/{policy}"))).unwrap();
    policy["trustPolicies"][0]["registryScopes"] = json!(["*"]);
    let policy = TrustPolicy::parse(policy.to_string().as_bytes()).unwrap();
    let statement = policy.applicable("127.0.0.1:5001/myorg/a").unwrap();
    let mut stores = Stores::new();
    for kind in ["ca", "tsa"] {
        for name in
            std::fs::read_dir(evidence::fixtures().join("trust/notation/truststore/x509").join(kind)).unwrap()
        {
            let name = name.unwrap();
            let files = std::fs::read_dir(name.path()).unwrap().flatten();
            let all = files
                .flat_map(|file| store_certificates(kind, &std::fs::read(file.path()).unwrap()).unwrap());
            stores.insert(
                (kind.to_owned(), name.file_name().to_string_lossy().into_owned()),
                Ok(all.collect()),
            );
        }
    }
    statement.demand(stores, BTreeMap::new(), Moment(1_795_516_245)).unwrap()
}

/// A row of the table: what, the operations in it, one verification, the same again.
struct Row {
    kind: &'static str,
    operations: &'static [(&'static str, u32)],
    once: Duration,
    again: Duration,
}

type Operations = &'static [(&'static str, u32)];

fn alone(name: &str, kind: &ArtifactKind) -> Evidence {
    let mut evidence = evidence::evidence(name);
    evidence.artifacts.retain(|artifact| artifact.kind == *kind);
    evidence
}

fn first(evidence: &Evidence) -> Signature<'_> {
    let artifact = &evidence.artifacts[0];
    Signature { artifact, index: 0, layer: &artifact.layers[0] }
}

fn classic(kind: &'static str, name: &str, pem: &str, logged: bool, operations: Operations) -> Row {
    let evidence = alone(name, &ArtifactKind::CosignSignature);
    let trust = material();
    let verifier = Verifier {
        key: key(pem),
        log: log(&trust, logged),
        annotations: BTreeMap::new(),
        as_of: Moment(1_795_516_245),
    };
    let memory = Memory::new();
    assert!(memory.prove(&evidence, first(&evidence), &verifier).holds(), "{kind}");
    let once = measure(|| drop(black_box(prove(&evidence, first(&evidence), black_box(&verifier)))));
    let again = measure(|| drop(black_box(memory.prove(&evidence, first(&evidence), black_box(&verifier)))));
    Row { kind, operations, once, again }
}

fn sigstore(
    kind: &'static str,
    name: &str,
    of: &ArtifactKind,
    demand: &Demand,
    operations: Operations,
) -> Row {
    let evidence = alone(name, of);
    let memory = Memory::new();
    assert!(memory.prove_demand(&evidence, first(&evidence), demand).holds(), "{kind}");
    let once = measure(|| drop(black_box(prove_demand(&evidence, first(&evidence), black_box(demand)))));
    let again =
        measure(|| drop(black_box(memory.prove_demand(&evidence, first(&evidence), black_box(demand)))));
    Row { kind, operations, once, again }
}

fn notation(kind: &'static str, name: &str, policy: &str, operations: Operations) -> Row {
    let evidence = alone(name, &ArtifactKind::NotationSignature);
    let (artifact, demand, memory) = (&evidence.artifacts[0], notary_demand(policy), Memory::new());
    assert!(memory.prove_notary(&evidence, artifact, &demand).holds(), "{kind}");
    let once = measure(|| drop(black_box(prove_notary(&evidence, artifact, black_box(&demand)))));
    let again = measure(|| drop(black_box(memory.prove_notary(&evidence, artifact, black_box(&demand)))));
    Row { kind, operations, once, again }
}

fn rows() -> Vec<Row> {
    let trust = material();
    let (signature, attestation, bundle) =
        (ArtifactKind::CosignSignature, ArtifactKind::CosignAttestation, ArtifactKind::SigstoreBundle);
    let keyless = |logged, stamps| demand(by_certificate(&trust), logged, stamps);
    let keyed = |logged| demand(Signer::Key(key("cosign.pub")), logged, false);
    vec![
        classic("classic key signature", "key-p256", "cosign.pub", false, &[("P-256", 1)]),
        classic("classic key signature, Rekor v1", "key-p256", "cosign.pub", true, &[("P-256", 2)]),
        classic("classic key signature, RSA", "key-rsa2048", "rsa2048.pub", false, &[("RSA-2048", 1)]),
        classic(
            "classic key signature, Ed25519",
            "key-ed25519-pure",
            "ed25519.pub",
            false,
            &[("Ed25519", 1)],
        ),
        sigstore(
            "classic keyless signature, Rekor v1",
            "keyless-gh",
            &signature,
            &keyless(true, false),
            &[("P-256", 3), ("P-384", 4)],
        ),
        sigstore("classic attestation, Rekor v1", "att-spdx22", &attestation, &keyed(true), &[("P-256", 2)]),
        sigstore("bundle by key", "bundle-key", &bundle, &keyed(false), &[("P-256", 1)]),
        sigstore("bundle by key, Rekor v1", "bundle-key-rekor1", &bundle, &keyed(true), &[("P-256", 3)]),
        sigstore(
            "keyless bundle, Rekor v1",
            "bundle-keyless",
            &bundle,
            &keyless(true, false),
            &[("P-256", 4), ("P-384", 2)],
        ),
        sigstore(
            "keyless bundle, Rekor v2, time stamp",
            "bundle-keyless-rekor2",
            &bundle,
            &keyless(true, true),
            &[("P-256", 2), ("P-384", 5), ("Ed25519", 1)],
        ),
        notation("Notation, JWS", "notation-jws", "trustpolicy.json", &[("P-384", 1), ("RSA-3072", 3)]),
        notation("Notation, COSE", "notation-cose", "trustpolicy.json", &[("P-384", 1), ("RSA-3072", 3)]),
        notation(
            "Notation, JWS, time stamp",
            "notation-tsa",
            "trustpolicy-tsa.json",
            &[("P-384", 7), ("RSA-3072", 3)],
        ),
    ]
}

fn main() {
    let raw = raws();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!("| Operation | Time |\n| --- | --: |");
    for (name, time) in &raw {
        println!("| {name} | {:.0} µs |", micros(*time));
    }
    println!(
        "\n| Verification | Operations | Their sum | Parse and verify | Ratio | Again |\n| --- | --- | --: | --: | --: | --: |"
    );
    for row in rows() {
        let sum: Duration = row.operations.iter().map(|(name, count)| raw[name] * *count).sum();
        let operations: Vec<_> =
            row.operations.iter().map(|(name, count)| format!("{count} × {name}")).collect();
        println!(
            "| {} | {} | {:.0} µs | {:.0} µs | {:.2} | {:.1} µs |",
            row.kind,
            operations.join(", "),
            micros(sum),
            micros(row.once),
            micros(row.once) / micros(sum),
            micros(row.again)
        );
    }
}
