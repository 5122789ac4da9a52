//! Verified statements, as Kyverno hands them to conditions (`decodeStatement` of upstream).

use serde_json::Value;

use crate::format::base64;
use crate::format::bundle::{Bundle, Content};
use crate::model::Digest;
use crate::model::artifact::{ArtifactKind, Signature};
use crate::model::missing::Missing;
use crate::model::trace::{Clause, Outcome};

/// A verified statement.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// `predicateType`; for Notary the artifact type.
    pub(super) kind: String,
    /// `predicate`.
    pub(super) predicate: Value,
    /// Digest of the layer that holds it.
    pub(super) layer: Digest,
}

/// What fetching the attestations of an entry gave.
pub(super) struct Fetched {
    /// The entry's clause, a child for each attestation looked at.
    pub(super) clause: Clause,
    /// The result.
    pub(super) result: Got,
    /// Path from the entry's clause to the clause that decided, when it did not verify.
    pub(super) deciding: Vec<usize>,
    /// Something could not be read, and might be one more attestation of the type that must hold.
    pub(super) unread: Option<Missing>,
}

/// The result of fetching.
pub(super) enum Got {
    /// Verified statements, in order.
    Statements(Vec<Statement>),
    /// It failed; what Kyverno prints, without a path.
    Fail(String),
    /// It cannot be known; why is in the clause.
    Undecided,
}

impl Fetched {
    /// Nothing is known.
    pub(super) fn undecided(mut clause: Clause, missing: Missing) -> Self {
        clause.outcome = Outcome::Undecided(missing);
        Self { clause, result: Got::Undecided, deciding: Vec::new(), unread: None }
    }
}

/// The payload of an attestation: the statement as JSON.
pub(super) fn payload(signature: Signature<'_>) -> Result<Vec<u8>, String> {
    let bytes = signature.layer.blob.bytes().map_err(ToString::to_string)?;
    if signature.artifact.kind == ArtifactKind::SigstoreBundle {
        return match Bundle::parse(bytes)?.content {
            Content::Envelope(envelope) => Ok(envelope.payload),
            Content::Message { .. } => Err("the bundle signs no statement".to_owned()),
        };
    }
    let envelope: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let text = envelope.get("payload").and_then(Value::as_str).ok_or("missing payload")?;
    base64::decode(text)
}

/// Reads `predicateType` and `predicate`. A statement of cosign's first custom type carries JSON in a text, which is read.
pub(super) fn read(payload: &[u8]) -> Result<(String, Value), String> {
    let mut statement: Value = serde_json::from_slice(payload).map_err(|error| error.to_string())?;
    let text = |field: &str| statement.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, outer) = (text("predicateType"), text("_type"));
    let mut predicate = statement.get_mut("predicate").map(Value::take).unwrap_or_default();
    if outer == CUSTOM
        && let Some(data) = predicate.get_mut("Data")
        && let Some(inner) = data.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok())
        && inner.is_object()
    {
        *data = inner;
    }
    Ok((kind, predicate))
}

/// `CosignCustomProvenanceV01`, compared with `_type`.
const CUSTOM: &str = "https://cosign.sigstore.dev/attestation/v1";
