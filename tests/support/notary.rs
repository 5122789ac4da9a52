//! Notation signatures made on the spot, with the keys of the fixtures, in layouts of one run.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sigscope::format::hash::sha256_hex;
use sigscope::format::pem;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Who signs: a key, and its chain in DER.
pub(crate) struct Notary {
    pub(crate) key: EcdsaKeyPair,
    pub(crate) algorithm: &'static str,
    pub(crate) chain: Vec<Vec<u8>>,
}

impl Notary {
    /// The signer of the fixtures.
    pub(crate) fn of_fixtures() -> Self {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"));
        let der = |path: &str| pem::first(&std::fs::read_to_string(folder.join(path)).unwrap()).unwrap().der;
        let algorithm: &'static EcdsaSigningAlgorithm = &ECDSA_P384_SHA384_FIXED_SIGNING;
        Self {
            key: EcdsaKeyPair::from_pkcs8(algorithm, &der("keys/notation-ec.key")).unwrap(),
            algorithm: "ES384",
            chain: ["ec", "intermediate", "root"]
                .map(|name| der(&format!("trust/notation/{name}.crt")))
                .into(),
        }
    }

    /// An envelope over a descriptor.
    pub(crate) fn envelope(&self, target: &Value) -> Vec<u8> {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let payload = encode(&json!({"targetArtifact": target}));
        let protected = encode(&json!({
            "alg": self.algorithm, "crit": ["io.cncf.notary.signingScheme"],
            "cty": "application/vnd.cncf.notary.payload.v1+json",
            "io.cncf.notary.signingScheme": "notary.x509",
            "io.cncf.notary.signingTime": "2026-11-23T06:38:47Z",
        }));
        let signed = format!("{protected}.{payload}");
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let chain: Vec<String> = self.chain.iter().map(|der| STANDARD.encode(der)).collect();
        json!({
            "payload": payload, "protected": protected, "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
            "header": {"x5c": chain},
        })
        .to_string()
        .into_bytes()
    }
}

/// A layout that is being made.
pub(crate) struct Made {
    root: PathBuf,
    index: Vec<Value>,
}

impl Made {
    pub(crate) fn new(root: &Path) -> Self {
        std::fs::create_dir_all(root.join("blobs/sha256")).unwrap();
        std::fs::write(root.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Self { root: root.to_owned(), index: Vec::new() }
    }

    fn blob(&self, media_type: &str, bytes: &[u8]) -> Value {
        let hex = sha256_hex(bytes);
        std::fs::write(self.root.join("blobs/sha256").join(&hex), bytes).unwrap();
        json!({"mediaType": media_type, "digest": format!("sha256:{hex}"), "size": bytes.len()})
    }

    /// A manifest with one layer; its descriptor.
    pub(crate) fn manifest(
        &mut self,
        kind: &str,
        layer: (&str, &[u8]),
        subject: Option<&Value>,
        tag: Option<&str>,
    ) -> Value {
        let mut manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": self.blob("application/vnd.oci.empty.v1+json", b"{}"),
            "layers": [self.blob(layer.0, layer.1)],
        });
        if let Some(subject) = subject {
            manifest["subject"] = subject.clone();
            manifest["artifactType"] = json!(kind);
        }
        let descriptor = self.blob(MANIFEST, manifest.to_string().as_bytes());
        let mut entry = descriptor.clone();
        if let Some(tag) = tag {
            entry["annotations"] = json!({"org.opencontainers.image.ref.name": tag});
        }
        self.index.push(entry);
        let index = json!({"schemaVersion": 2, "manifests": self.index});
        std::fs::write(self.root.join("index.json"), index.to_string()).unwrap();
        descriptor
    }

    /// A signature over what a descriptor names, hung on it.
    pub(crate) fn sign(&mut self, notary: &Notary, target: &Value) -> Value {
        let envelope = notary.envelope(target);
        let kind = "application/vnd.cncf.notary.signature";
        self.manifest(kind, ("application/jose+json", &envelope), Some(target), None)
    }
}
