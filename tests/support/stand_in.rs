//! A prover that finds every signature good, and evidence made of payloads: what an engine does with what it has verified can
//! then be asked for without cryptography, as Kyverno's own tests do.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use sigscope::format::hash::digest_of;
use sigscope::model::artifact::{Artifact, ArtifactKind, Blob, Evidence, Found, Layer, Signature};
use sigscope::model::demand::{CertificateDemand, Demand};
use sigscope::model::notary::{NotaryDemand, NotaryProof};
use sigscope::model::proof::{Proof, Step};
use sigscope::model::{Outcome, Reason, StepName, Verifier};
use sigscope::port::Prover;

/// Everything verifies; `optional` is what the payload says.
pub(crate) struct Good;

fn proof(signature: Signature<'_>) -> Arc<Proof> {
    let bytes = signature.layer.blob.bytes().unwrap();
    let said: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    let texts = said["optional"].as_object().into_iter().flatten();
    let texts = texts.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    Arc::new(Proof {
        layer: signature.layer.digest.clone(),
        steps: vec![Step { name: StepName::Signature, outcome: Outcome::Held, facts: Vec::new() }],
        stopped_at: None,
        engine_message: String::new(),
        identity: None,
        claimed_digest: None,
        optional: texts.collect::<BTreeMap<_, _>>(),
        logged_at: None,
        predicate: None,
    })
}

impl Prover for Good {
    fn prove(&self, _: &Evidence, signature: Signature<'_>, _: &Verifier) -> Arc<Proof> {
        proof(signature)
    }

    fn prove_demand(&self, _: &Evidence, signature: Signature<'_>, _: &Demand) -> Arc<Proof> {
        proof(signature)
    }

    fn prove_notary(&self, _: &Evidence, _: &Artifact, _: &NotaryDemand) -> Arc<NotaryProof> {
        panic!("no signature of the Notary Project is stood in for")
    }

    fn vouches(&self, _: &[u8], _: &CertificateDemand) -> Result<(), Box<Reason>> {
        Ok(())
    }
}

/// Hangs one artifact on an image, with a layer for each payload; `suffix` is that of its tag.
pub(crate) fn hang(
    evidence: &mut Evidence,
    kind: ArtifactKind,
    suffix: &str,
    payloads: &[(Vec<u8>, BTreeMap<String, String>)],
) {
    let layer = |(bytes, annotations): &(Vec<u8>, BTreeMap<String, String>)| Layer {
        media_type: "application/octet-stream".into(),
        size: bytes.len().try_into().unwrap(),
        annotations: annotations.clone(),
        digest: digest_of(bytes),
        blob: Blob::Held(bytes.clone().into()),
    };
    evidence.artifacts.push(Artifact {
        kind,
        digest: digest_of(suffix.as_bytes()),
        media_type: "application/vnd.oci.image.manifest.v1+json".into(),
        artifact_type: String::new(),
        found: vec![Found::Tag(format!("sha256-{}{suffix}", evidence.digest.hex()))],
        subject: None,
        annotations: BTreeMap::new(),
        size: 0,
        layers: payloads.iter().map(layer).collect(),
        raw: Arc::from([]),
    });
}
