//! Signed artifacts of every kind, each alone, with the question under which all of it counts.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use sigscope::format::trust_policy::TrustPolicy;
use sigscope::model::Moment;
use sigscope::model::artifact::{ArtifactKind, Blob, Evidence};
use sigscope::model::demand::{Bundles, CertificateDemand, Demand, Signer, Wanted};
use sigscope::model::notary::{NotaryDemand, Stores};
use sigscope::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};
use sigscope::trust::Material;
use sigscope::verify::notary::{prove_notary, store_certificates, verify_stamp};
use sigscope::verify::{About, prove_bundle, prove_demand};

use crate::{bundles, evidence, fixtures};

/// The day on which the recorded verdicts were taken.
const CLOCK: Moment = Moment(1_795_516_245);

/// Whether pieces hold.
pub(crate) type Judge = Box<dyn Fn(&[Vec<u8>]) -> bool + Send + Sync>;

/// A signed artifact as separate pieces of bytes.
pub(crate) struct Subject {
    /// What it is.
    pub(crate) kind: String,
    /// What is demanded of it.
    pub(crate) profile: String,
    /// Names and bytes.
    pub(crate) parts: Vec<(String, Vec<u8>)>,
    /// Whether pieces in place of the parts hold.
    pub(crate) holds: Judge,
}

fn material() -> Material {
    let root = std::fs::read(fixtures::folder().join("trust/trusted_root.json")).unwrap();
    Material::from_trusted_root(&root, "the fixtures' root").unwrap()
}

fn by_key(name: &str) -> Signer {
    let pem = std::fs::read_to_string(fixtures::folder().join("trust").join(name)).unwrap();
    Signer::Key(KeyDemand { pem, hash: HashAlgorithm::Sha256 })
}

fn by_certificate(trust: &Material) -> Signer {
    Signer::Certificate(CertificateDemand {
        travelling: false,
        subject: vec![Wanted::Exact(
            "https://github.com/myorg/myapp/.github/workflows/build-sign.yaml@refs/tags/v1.2.3".to_owned(),
        )],
        issuer: vec![Wanted::Exact("https://token.actions.githubusercontent.com".to_owned())],
        extensions: BTreeMap::new(),
        authorities: trust.authorities.clone(),
        ct_logs: Some(trust.ct_logs.clone()),
    })
}

/// What is demanded of a signature besides its signer.
#[derive(Clone, Copy)]
struct Asked {
    log: bool,
    stamps: bool,
}

fn demand(signer: Signer, trust: &Material, asked: Asked) -> Demand {
    let log = LogDemand::Required { keys: trust.log_keys.clone(), url: String::new(), offline: true };
    Demand {
        signer,
        log: if asked.log { log } else { LogDemand::Ignored },
        logs: trust.logs.clone(),
        stamps: asked.stamps,
        bundles: Bundles::Cosign,
        stamp_authorities: trust.stamp_authorities.clone(),
        annotations: BTreeMap::new(),
        as_of: CLOCK,
    }
}

fn profile(demand: &Demand) -> String {
    let mut words = vec![match demand.signer {
        Signer::Key(_) => "key",
        Signer::Certificate(_) => "certificate identity with SCT",
    }];
    words.extend((demand.log != LogDemand::Ignored).then_some("log entry"));
    words.extend(demand.stamps.then_some("time stamp"));
    words.join(", ")
}

/// The layer `index` of the first artifact of a kind, as its content and its annotations.
fn layer(name: &str, kind: &ArtifactKind, index: usize, words: &str, demand: Demand) -> Subject {
    let mut alone = evidence::evidence(name);
    alone.artifacts.retain(|artifact| artifact.kind == *kind);
    alone.artifacts.truncate(1);
    let only = alone.artifacts[0].layers.remove(index);
    let content = only.blob.bytes().unwrap().to_vec();
    let mut parts = vec![("layer".to_owned(), content)];
    let signed = |name: &str| name.starts_with("dev.sigstore.cosign/") || name.ends_with("cosign/signature");
    for (name, text) in only.annotations.iter().filter(|(name, text)| signed(name) && !text.is_empty()) {
        parts.push((format!("annotation {name}"), text.as_bytes().to_vec()));
    }
    alone.artifacts[0].layers = vec![only];
    let names: Vec<String> = parts.iter().map(|(name, _)| name.replace("annotation ", "")).collect();
    let (profile, kind) = (profile(&demand), words.to_owned());
    let holds = move |pieces: &[Vec<u8>]| {
        let mut changed: Evidence = alone.clone();
        let layer = &mut changed.artifacts[0].layers[0];
        layer.blob = Blob::Held(pieces[0].as_slice().into());
        for (name, piece) in names.iter().zip(pieces).skip(1) {
            // A manifest is JSON: nothing else can stand in it.
            let Ok(text) = std::str::from_utf8(piece) else { return false };
            layer.annotations.insert(name.clone(), text.to_owned());
        }
        let artifact = &changed.artifacts[0];
        let signature =
            sigscope::model::artifact::Signature { artifact, index: 0, layer: &artifact.layers[0] };
        prove_demand(&changed, signature, &demand).holds()
    };
    Subject { kind, profile, parts, holds: Box::new(holds) }
}

fn of_fixtures(out: &mut Vec<Subject>) {
    let trust = material();
    let certificate = || by_certificate(&trust);
    let key = || by_key("cosign.pub");
    let asked = |log, stamps| Asked { log, stamps };
    let (signature, attestation, bundle) =
        (ArtifactKind::CosignSignature, ArtifactKind::CosignAttestation, ArtifactKind::SigstoreBundle);
    let mut one = |name, kind: &ArtifactKind, words: &str, signer, asked| {
        out.push(layer(name, kind, 0, words, demand(signer, &trust, asked)));
    };
    one("key-p256", &signature, "classic signature, Rekor v1", key(), asked(true, false));
    one("key-rsa2048", &signature, "classic signature, RSA", by_key("rsa2048.pub"), asked(false, false));
    one(
        "key-ed25519-pure",
        &signature,
        "classic signature, Ed25519",
        by_key("ed25519.pub"),
        asked(false, false),
    );
    one("key-tsa", &signature, "classic signature, time stamp", key(), asked(false, true));
    one("keyless-gh", &signature, "classic keyless signature, Rekor v1", certificate(), asked(true, false));
    one(
        "keyless-tsa",
        &signature,
        "classic keyless signature, time stamp",
        certificate(),
        asked(false, true),
    );
    one("att-spdx22", &attestation, "classic attestation, Rekor v1", key(), asked(true, false));
    one(
        "att-keyless",
        &attestation,
        "classic keyless attestation, Rekor v1",
        certificate(),
        asked(true, false),
    );
    one("bundle-key", &bundle, "bundle 0.3", key(), asked(false, false));
    one("bundle-key-rekor1", &bundle, "bundle 0.3, Rekor v1", key(), asked(true, false));
    one("bundle-keyless", &bundle, "keyless bundle 0.3, Rekor v1", certificate(), asked(true, false));
    one("bundle-keyless-rekor2", &bundle, "keyless bundle 0.3, Rekor v2", certificate(), asked(true, true));
    one("bundle-att-keyless", &bundle, "keyless attestation bundle 0.3", certificate(), asked(true, false));
}

/// The shortest bundle of every version, content and log of the suite.
fn of_suite(out: &mut Vec<Subject>) {
    let folder = bundles::folder("sigstore-conformance");
    let Ok(manifest) = std::fs::read(folder.join("manifest.json")) else { return };
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let mut found: BTreeMap<String, Subject> = BTreeMap::new();
    for case in manifest["cases"].as_array().unwrap().iter().filter(|case| case["expected"] == "pass") {
        let read = |field: &str| std::fs::read(folder.join(case[field].as_str().unwrap())).unwrap();
        let (bundle, artifact) = (read("bundle"), read("artifact"));
        let Some(demand) = bundles::demand(&folder, case) else { continue };
        let value: Value = serde_json::from_slice(&bundle).unwrap();
        let version = value["mediaType"].as_str().unwrap().trim_end_matches("+json");
        let version = version.rsplit(['=', 'v']).next().unwrap();
        let content = if value["dsseEnvelope"].is_null() { "a message" } else { "an envelope" };
        let entry = &value["verificationMaterial"]["tlogEntries"][0];
        let log = if entry["kindVersion"]["version"] == "0.0.2" { "Rekor v2" } else { "Rekor v1" };
        let promise = if entry["inclusionPromise"].is_null() { "" } else { ", promise" };
        let proof = if entry["inclusionProof"].is_null() { "" } else { ", proof" };
        let kind = format!("bundle {version} with {content}, {log}{promise}{proof}");
        if found.get(&kind).is_some_and(|other| other.parts[0].1.len() <= bundle.len()) {
            continue;
        }
        let profile = profile(&demand);
        let holds =
            move |pieces: &[Vec<u8>]| prove_bundle(&pieces[0], About::Content(&artifact), &demand).holds();
        let parts = vec![("bundle".to_owned(), bundle)];
        found.insert(kind.clone(), Subject { kind, profile, parts, holds: Box::new(holds) });
    }
    out.extend(found.into_values());
}

fn notary_demand(policy: &str) -> NotaryDemand {
    let folder = fixtures::folder().join("trust/notation");
    let text = std::fs::read(folder.join(policy)).unwrap();
    let mut policy: Value = serde_json::from_slice(&text).unwrap();
    for statement in policy["trustPolicies"].as_array_mut().unwrap() {
        statement["registryScopes"] = json!(["*"]);
    }
    let policy = TrustPolicy::parse(policy.to_string().as_bytes()).unwrap();
    let statement = policy.applicable("127.0.0.1:5001/myorg/a").unwrap();
    let mut stores = Stores::new();
    for kind in std::fs::read_dir(folder.join("truststore/x509")).unwrap().flatten() {
        for name in std::fs::read_dir(kind.path()).unwrap().flatten() {
            let word = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
            stores.insert((word(&kind), word(&name)), Ok(store(&name.path(), &word(&kind))));
        }
    }
    statement.demand(stores, BTreeMap::new(), CLOCK).unwrap()
}

fn store(folder: &Path, kind: &str) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(folder).unwrap().flatten();
    files.flat_map(|file| store_certificates(kind, &std::fs::read(file.path()).unwrap()).unwrap()).collect()
}

fn notation(name: &str, words: &str, policy: &str) -> Subject {
    let mut alone = evidence::evidence(name);
    alone.artifacts.retain(|artifact| artifact.kind == ArtifactKind::NotationSignature);
    alone.artifacts.truncate(1);
    let envelope = alone.artifacts[0].layers[0].blob.bytes().unwrap().to_vec();
    let demand = notary_demand(policy);
    let holds = move |pieces: &[Vec<u8>]| {
        let mut artifact = alone.artifacts[0].clone();
        artifact.layers[0].blob = Blob::Held(pieces[0].as_slice().into());
        prove_notary(&alone, &artifact, &demand).holds()
    };
    Subject {
        kind: words.to_owned(),
        profile: format!("trust policy {policy}"),
        parts: vec![("envelope".to_owned(), envelope)],
        holds: Box::new(holds),
    }
}

/// A time stamp token as notation checks it, over the signature that it stamps.
fn token() -> Subject {
    let alone = evidence::evidence("notation-tsa");
    let envelope = alone.artifacts.iter().find(|one| one.kind == ArtifactKind::NotationSignature).unwrap();
    let layer = &envelope.layers[0];
    let envelope =
        sigscope::format::envelope::Envelope::read(&layer.media_type, layer.blob.bytes().unwrap()).unwrap();
    let roots = notary_demand("trustpolicy-tsa.json").stores;
    let roots: Vec<Vec<u8>> =
        roots.into_iter().filter(|((kind, _), _)| kind == "tsa").flat_map(|(_, all)| all.unwrap()).collect();
    let signature = envelope.signature;
    let holds = move |pieces: &[Vec<u8>]| {
        let roots: Vec<&[u8]> = roots.iter().map(Vec::as_slice).collect();
        verify_stamp(&pieces[0], &signature, &roots).is_ok()
    };
    Subject {
        kind: "RFC 3161 token, as notation checks it".to_owned(),
        profile: "root of the authority".to_owned(),
        parts: vec![("token".to_owned(), envelope.timestamp.unwrap())],
        holds: Box::new(holds),
    }
}

/// All of them.
pub(crate) fn subjects() -> Vec<Subject> {
    let mut all = Vec::new();
    of_fixtures(&mut all);
    of_suite(&mut all);
    all.push(notation("notation-jws", "Notation envelope, JWS", "trustpolicy.json"));
    all.push(notation("notation-jws-rsa", "Notation envelope, JWS, RSA", "trustpolicy.json"));
    all.push(notation("notation-cose", "Notation envelope, COSE", "trustpolicy.json"));
    all.push(notation("notation-tsa", "Notation envelope, JWS, time stamp", "trustpolicy-tsa.json"));
    all.push(token());
    all
}
