//! A second opinion: the sigstore family's own verifier about every logged classic signature of the fixtures.
//!
//! The annotations are laid out as a v0.1 bundle. The family knows no claims, so what it judges is compared with our
//! steps of log and signature alone.

use serde_json::{Value, json};
use sigscope::format::base64;
use sigscope::format::key::{KeyKind, PublicKey};
use sigscope::model::artifact::Layer;
use sigscope::model::proof::Proof;
use sigscope::model::{Outcome, StepName};
use sigscope::trust::Material;
use sigscope::verify::prove;
use sigstore_trust_root::TrustedRoot;
use sigstore_types::{Bundle, DerPublicKey};
use sigstore_verify::{PublicKeyVerificationPolicy, Verifier};

use crate::layout::{Layout, fixture_text, fixtures};
use crate::signed::{BUNDLE, SIGNATURE, demand, verifier};

/// A classic layer as a bundle; `None` when it has no log entry.
fn as_bundle(layer: &Layer) -> Option<String> {
    let annotation: Value = serde_json::from_str(layer.annotations.get(BUNDLE)?).ok()?;
    let payload = &annotation["Payload"];
    let log_id: Vec<u8> = (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(payload["logID"].as_str()?.get(at..at + 2)?, 16).ok())
        .collect::<Option<_>>()?;
    let body: Value = serde_json::from_slice(&base64::decode(payload["body"].as_str()?).ok()?).ok()?;
    let hash = sigscope::format::hash::sha256(layer.blob.bytes().ok()?);
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "verificationMaterial": {
            "publicKey": {"hint": ""},
            "tlogEntries": [{
                "logIndex": payload["logIndex"].to_string(),
                "logId": {"keyId": base64::encode(&log_id)},
                "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
                "integratedTime": payload["integratedTime"].to_string(),
                "inclusionPromise": {"signedEntryTimestamp": annotation["SignedEntryTimestamp"]},
                "canonicalizedBody": payload["body"],
            }],
        },
        "messageSignature": {
            "messageDigest": {"algorithm": "SHA2_256", "digest": base64::encode(&hash)},
            "signature": layer.annotations.get(SIGNATURE)?,
        },
    });
    Some(bundle.to_string())
}

/// Why the family cannot judge a key as cosign does.
fn beyond_it(kind: KeyKind) -> Option<&'static str> {
    match kind {
        KeyKind::P384 => Some("takes SHA-384 for P-384 keys, where cosign takes SHA-256"),
        KeyKind::P521 => Some("knows no P-521"),
        KeyKind::Ed25519 => Some("cosign refuses each logged Ed25519 signature"),
        KeyKind::P256 | KeyKind::Rsa(_) => None,
    }
}

fn ours(proof: &Proof) -> bool {
    let steps = [
        StepName::Key,
        StepName::Format,
        StepName::LogPresent,
        StepName::LogBinding,
        StepName::LogPromise,
        StepName::LogTime,
        StepName::Signature,
    ];
    steps.into_iter().all(|name| proof.step(name).unwrap().outcome == Outcome::Held)
}

#[test]
fn the_family_agrees() {
    let text = fixture_text("trust/trusted_root.json");
    let root = TrustedRoot::from_json(&text).unwrap();
    let second = Verifier::new(&root).unwrap();
    let material = Material::from_trusted_root(text.as_bytes(), "test").unwrap();
    let mut layouts: Vec<_> =
        std::fs::read_dir(fixtures().join("layouts")).unwrap().map(|e| e.unwrap().path()).collect();
    layouts.sort();
    let mut keys: Vec<_> =
        std::fs::read_dir(fixtures().join("trust")).unwrap().map(|e| e.unwrap().path()).collect();
    keys.retain(|path| path.extension().is_some_and(|ending| ending == "pub"));
    let (mut agreed, mut held, mut wrong) = (0, 0, Vec::new());
    for path in layouts {
        let layout = Layout::open(&path);
        for digest in layout.manifests().collect::<Vec<_>>() {
            let evidence = layout.evidence(&format!("127.0.0.1:5000/myorg/x@{digest}"));
            for signature in evidence.cosign_signatures() {
                let Some(bundle) = as_bundle(signature.layer) else { continue };
                for key in &keys {
                    let pem = std::fs::read_to_string(key).unwrap();
                    let key = PublicKey::from_pem(&pem).unwrap();
                    if beyond_it(key.kind).is_some() {
                        continue;
                    }
                    let proof =
                        prove(&evidence, signature, &verifier(&pem, demand(material.log_keys.to_vec())));
                    let policy = PublicKeyVerificationPolicy::new(DerPublicKey::from(key.spki.clone()));
                    let theirs =
                        Bundle::from_json(&bundle).map_err(|error| error.to_string()).and_then(|bundle| {
                            let payload = signature.layer.blob.bytes().unwrap();
                            second.verify(payload, &bundle, &policy).map_err(|error| error.to_string())
                        });
                    if theirs.is_ok() == ours(&proof) {
                        agreed += 1;
                        held += usize::from(theirs.is_ok());
                    } else {
                        wrong.push(format!(
                            "{} {:?}: we {:?}, the family {:?}",
                            path.display(),
                            key.kind,
                            proof.stopped(),
                            theirs.err()
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held > 0 && agreed > held, "{agreed} agreed, {held} of them held");
}
