//! Signatures, log entries and demands made on the spot, with keys of one run.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
};
use sigscope::format::hash::{digest_of, sha256_hex};
use sigscope::format::{base64, pem};
use sigscope::model::artifact::Evidence;
use sigscope::model::proof::Proof;
use sigscope::model::verifier::{HashAlgorithm, KeyDemand, LogDemand, LogKey};
use sigscope::model::{Digest, Moment, Verifier};
use sigscope::verify::prove;

use crate::layout::evidence_with;

/// The annotation names.
pub(crate) const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
pub(crate) const BUNDLE: &str = "dev.sigstore.cosign/bundle";
pub(crate) const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";

/// When the made entries were logged.
pub(crate) const LOGGED: i64 = 1_795_415_455;

/// An ECDSA key.
pub(crate) struct Signer(EcdsaKeyPair);

impl Signer {
    pub(crate) fn new(algorithm: &'static EcdsaSigningAlgorithm) -> Self {
        Self(EcdsaKeyPair::generate(algorithm).unwrap())
    }

    /// A P-256 key in PKCS #8.
    pub(crate) fn from_pem(text: &str) -> Self {
        let block = pem::first(text).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &block.der).unwrap())
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().unwrap();
        der.as_ref().to_vec()
    }

    pub(crate) fn pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.spki())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }
}

/// PEM of an Ed25519 key.
pub(crate) fn ed25519_pem(key: &Ed25519KeyPair) -> String {
    let der: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    pem::encode("PUBLIC KEY", der.as_ref())
}

/// The digest of an image that does not have to exist.
pub(crate) fn image(name: &str) -> Digest {
    digest_of(name.as_bytes())
}

/// A payload as cosign writes it.
pub(crate) fn payload(digest: &Digest, optional: &str) -> String {
    format!(
        r#"{{"critical":{{"identity":{{"docker-reference":"127.0.0.1:5000/myorg/made"}},"image":{{"docker-manifest-digest":"{digest}"}},"type":"cosign container image signature"}},"optional":{optional}}}"#
    )
}

/// What an entry of a log says.
pub(crate) struct Entry {
    pub(crate) body: String,
    pub(crate) time: i64,
    pub(crate) index: i64,
    pub(crate) log_id: String,
    pub(crate) promise: Vec<u8>,
}

impl Entry {
    /// A genuine entry about a signature.
    pub(crate) fn new(log: &Signer, payload: &[u8], signature: &[u8], key_pem: &str) -> Self {
        let body = format!(
            r#"{{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{{"data":{{"hash":{{"algorithm":"sha256","value":"{}"}}}},"signature":{{"content":"{}","publicKey":{{"content":"{}"}}}}}}}}"#,
            sha256_hex(payload),
            base64::encode(signature),
            base64::encode(key_pem.as_bytes())
        );
        Self::of_body(log, &body)
    }

    /// A genuine entry with any body.
    pub(crate) fn of_body(log: &Signer, body: &str) -> Self {
        let body = base64::encode(body.as_bytes());
        let mut entry =
            Self { body, time: LOGGED, index: 17, log_id: sha256_hex(&log.spki()), promise: Vec::new() };
        entry.promise = log.sign(&entry.signed());
        entry
    }

    /// The canonical bytes that a log signs, made independently of the program.
    pub(crate) fn signed(&self) -> Vec<u8> {
        let value = serde_json::json!({
            "body": self.body, "integratedTime": self.time, "logID": self.log_id, "logIndex": self.index,
        });
        serde_json::to_vec(&value).unwrap()
    }

    /// The annotation.
    pub(crate) fn annotation(&self) -> String {
        serde_json::json!({
            "SignedEntryTimestamp": base64::encode(&self.promise),
            "Payload": {
                "body": self.body, "integratedTime": self.time, "logIndex": self.index, "logID": self.log_id,
            },
        })
        .to_string()
    }
}

/// A log key that is trusted whenever it signed.
pub(crate) fn trusted(log: &Signer) -> LogKey {
    LogKey { spki: log.spki(), valid_from: None, valid_until: None, origin: "test".to_owned() }
}

/// A demand for an entry of one of these logs.
pub(crate) fn demand(keys: Vec<LogKey>) -> LogDemand {
    LogDemand::Required { keys: Arc::from(keys), url: "https://rekor.example".to_owned(), offline: true }
}

/// A demand on a signature.
pub(crate) fn verifier(pem: &str, log: LogDemand) -> Verifier {
    Verifier {
        key: KeyDemand { pem: pem.to_owned(), hash: HashAlgorithm::Sha256 },
        log,
        annotations: BTreeMap::new(),
        as_of: Moment(LOGGED),
    }
}

/// Evidence with one signature.
pub(crate) fn evidence(image: &Digest, payload: &str, signature: &[u8], entry: Option<&Entry>) -> Evidence {
    let signature = base64::encode(signature);
    let bundle = entry.map(Entry::annotation);
    let mut annotations = vec![(SIGNATURE, signature.as_str())];
    annotations.extend(bundle.as_deref().map(|text| (BUNDLE, text)));
    evidence_with(image, payload.as_bytes(), &annotations)
}

/// The proof for the first signature.
pub(crate) fn first(evidence: &Evidence, verifier: &Verifier) -> Proof {
    prove(evidence, evidence.cosign_signatures().next().unwrap(), verifier)
}
