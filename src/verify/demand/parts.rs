//! The parts of a signature, whatever form it comes in.

use crate::format::bundle::{Bundle, Content, Entry};
use crate::format::certificate::LeafCertificate;
use crate::format::dsse::Envelope;
use crate::format::go_json::{HULL_LIMIT, LIMIT, Tree};
use crate::format::hash::{is_named_by, sha256_hex};
use crate::format::log_entry::LogEntry;
use crate::format::statement::Statement;
use crate::format::x509::Certificate;
use crate::format::{base64, pem};
use crate::model::artifact::{ArtifactKind, Signature};
use crate::model::demand::Bundles;
use crate::model::identity::Claims;
use crate::model::{Digest, Missing, Reason};
use crate::verify::case;

/// Most certificates of a chain that are looked at.
const MOST_BETWEEN: usize = 100;

/// The form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verify) enum Form {
    /// A sigstore bundle.
    Bundle,
    /// A layer of a `.sig` manifest.
    Signature,
    /// A layer of an `.att` manifest.
    Attestation,
}

/// What a signature is over.
#[derive(Clone, Debug)]
pub(super) enum Signed {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Bytes that are not at hand, of this digest.
    Digest(Digest),
}

impl Signed {
    /// Whether it is what this digest names.
    pub(super) fn is_named_by(&self, digest: &Digest) -> bool {
        match self {
            Self::Bytes(bytes) => is_named_by(bytes, digest),
            Self::Digest(known) => known == digest,
        }
    }

    /// Its SHA-256 as a log writes it; empty, which no log writes, when it is not known.
    pub(super) fn sha256(&self) -> String {
        match self {
            Self::Bytes(bytes) => format!("sha256:{}", sha256_hex(bytes)),
            Self::Digest(known) if known.algorithm() == "sha256" => known.to_string(),
            Self::Digest(_) => String::new(),
        }
    }
}

/// Everything that is verified, read once.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) form: Form,
    /// Every signature; more than one is refused later.
    pub(super) signatures: Vec<Vec<u8>>,
    /// What is signed.
    pub(super) signed: Signed,
    /// What the signed bytes carry: a statement, or simple signing.
    pub(super) payload: Vec<u8>,
    /// Payload type of an envelope.
    pub(super) kind: Option<String>,
    /// The layer as it is.
    pub(super) layer: Vec<u8>,
    pub(super) certificate: Option<Certificate>,
    /// Certificates that travel with a classic signature, without the last, which is the root (cosign's `verifyInternal`).
    pub(super) between: Vec<Vec<u8>>,
    pub(super) entries: Vec<Entry>,
    pub(super) stamps: Vec<Vec<u8>>,
    /// What a time stamp covers.
    pub(super) stamped: Vec<u8>,
    /// Digest of a message that the bundle signs without holding it: `algorithm:hex`.
    pub(super) message: Option<String>,
}

/// Why there are no parts.
pub(super) enum Unreadable {
    Failed(Reason),
    Undecided(Missing),
}

fn malformed(what: &'static str, problem: String) -> Unreadable {
    Unreadable::Failed(Reason::Malformed { what, problem })
}

/// The bundle of a layer, when cosign would look at it: version 0.3, with an envelope.
///
/// # Errors
/// Why cosign would skip it.
pub fn readable_bundle(signature: Signature<'_>) -> Result<Bundle, String> {
    let bytes = signature.layer.blob.bytes().map_err(ToString::to_string)?;
    if signature.artifact.layers.len() != 1 {
        return Err("the manifest has more than one layer".to_owned());
    }
    let bundle = Bundle::parse(bytes)?;
    if bundle.version < 3 {
        return Err("bundle version is below 0.3".to_owned());
    }
    Ok(bundle)
}

/// What the certificate of a signature, attestation or bundle claims, when it carries one that can be read.
#[must_use]
pub fn readable_claims(signature: Signature<'_>) -> Option<Claims> {
    let parts = Parts::read(signature, Bundles::Library { observed: false }).ok()?;
    parts.certificate.map(|certificate| certificate.claims())
}

impl Parts {
    pub(super) fn read(signature: Signature<'_>, bundles: Bundles) -> Result<Self, Unreadable> {
        let bytes = match signature.layer.blob.bytes() {
            Ok(bytes) => bytes,
            Err(missing) => return Err(Unreadable::Undecided(missing.clone())),
        };
        // An attestation may hold a long document; what a classic signature signs is a few lines.
        let limit = if signature.artifact.kind == ArtifactKind::CosignSignature { LIMIT } else { HULL_LIMIT };
        if bytes.len() > limit {
            let what = signature.layer.digest.to_string();
            let (size, limit) = (bytes.len() as u64, limit as u64);
            return Err(Unreadable::Undecided(Missing::TooLarge { what, size, limit }));
        }
        match signature.artifact.kind {
            ArtifactKind::SigstoreBundle => {
                let bundle = match bundles {
                    Bundles::Cosign => readable_bundle(signature),
                    Bundles::Library { .. } => Bundle::parse(bytes),
                };
                let bundle = bundle.map_err(|e| malformed("bundle", e))?;
                match bundle.content {
                    Content::Message { .. } if bundles != Bundles::Cosign => {
                        let what = "a bundle that signs the digest of a manifest itself".to_owned();
                        Err(Unreadable::Undecided(Missing::NotImplemented { what }))
                    }
                    Content::Message { .. } => {
                        Err(malformed("bundle", "bundle does not contain a DSSE envelope".to_owned()))
                    }
                    Content::Envelope(_) => Ok(Self::of_bundle(bundle, bytes, Signed::Bytes(Vec::new()))),
                }
            }
            ArtifactKind::CosignAttestation => Self::of_layer(signature, bytes, Form::Attestation),
            _ => Self::of_layer(signature, bytes, Form::Signature),
        }
    }

    /// The parts of a bundle; `artifact` is what it signs, where it signs a message.
    pub(super) fn of_bundle(bundle: Bundle, layer: &[u8], artifact: Signed) -> Self {
        let mut parts = Self {
            form: Form::Bundle,
            signatures: Vec::new(),
            signed: artifact,
            payload: Vec::new(),
            kind: None,
            stamped: Vec::new(),
            layer: layer.to_vec(),
            certificate: bundle.certificate,
            between: Vec::new(),
            entries: bundle.entries,
            stamps: bundle.stamps,
            message: None,
        };
        match bundle.content {
            Content::Envelope(envelope) => {
                parts.signed = Signed::Bytes(envelope.signed());
                parts.payload = envelope.payload;
                parts.kind = Some(envelope.kind);
                parts.signatures = envelope.signatures;
            }
            Content::Message { algorithm, digest, signature } => {
                parts.message = Some(format!("{algorithm}:{}", crate::model::digest::hex(&digest)));
                parts.signatures.push(signature);
            }
        }
        parts.stamped = parts.signatures.first().cloned().unwrap_or_default();
        parts
    }

    fn of_layer(signature: Signature<'_>, bytes: &[u8], form: Form) -> Result<Self, Unreadable> {
        let annotation = |name: &str| {
            signature.layer.annotations.get(name).map(String::as_str).filter(|text| !text.is_empty())
        };
        let text = signature.layer.annotations.get(case::SIGNATURE);
        let entry = annotation(case::BUNDLE).map(log_entry).transpose();
        let certificate = annotation(case::CERTIFICATE).map(certificate).transpose();
        let mut between = Vec::new();
        if let Some(chain) = annotation(case::CHAIN).filter(|_| annotation(case::CERTIFICATE).is_some()) {
            LeafCertificate::from_pem(chain).map_err(|e| malformed("certificate chain", e))?;
            let blocks =
                pem::blocks(chain).map_err(|error| malformed("certificate chain", error.to_string()))?;
            between.extend(blocks.into_iter().take(MOST_BETWEEN).map(|block| block.der));
            between.pop();
        }
        let stamp = annotation(case::STAMP).map(stamp).transpose();
        let mut parts = Self {
            form,
            signatures: Vec::new(),
            signed: Signed::Bytes(bytes.to_vec()),
            payload: bytes.to_vec(),
            kind: None,
            layer: bytes.to_vec(),
            certificate: certificate.map_err(|e| malformed("certificate", e))?,
            between,
            entries: entry.map_err(|e| malformed("log entry", e))?.into_iter().collect(),
            stamps: stamp.map_err(|e| malformed("time stamp", e))?.into_iter().collect(),
            stamped: bytes.to_vec(),
            message: None,
        };
        if form == Form::Signature {
            let text = text.ok_or_else(|| malformed("signature", "its annotation is missing".to_owned()))?;
            // Another base64 of the same bytes is another signature: cosign compares the texts.
            let bytes = base64::decode_exact(text).map_err(|e| malformed("signature", e))?;
            parts.stamped.clone_from(&bytes);
            parts.signatures.push(bytes);
        } else {
            let envelope = Envelope::parse(bytes).map_err(|e| malformed("envelope", e))?;
            parts.signed = Signed::Bytes(envelope.signed());
            parts.payload = envelope.payload;
            parts.kind = Some(envelope.kind);
            parts.signatures = envelope.signatures;
        }
        Ok(parts)
    }

    /// The statement in an envelope.
    pub(super) fn statement(&self) -> Result<Statement, String> {
        Statement::parse(&self.payload)
    }
}

fn certificate(text: &str) -> Result<Certificate, String> {
    // Every block must be a certificate; the first is the one that signed.
    LeafCertificate::from_pem(text)?;
    let block = pem::first(text).map_err(|error| error.to_string())?;
    Certificate::from_der(&block.der)
}

fn log_entry(text: &str) -> Result<Entry, String> {
    let read = LogEntry::parse(text)?;
    let body = base64::decode_exact(&read.body).map_err(|problem| format!("body: {problem}"))?;
    let tree = Tree::parse(&body)?;
    Ok(Entry {
        index: read.log_index,
        kind: format!("{} {}", tree.text("kind")?, tree.text("apiVersion")?),
        log: read.log_id,
        integrated: read.integrated_time,
        promise: Some(read.promise),
        proof: None,
        body,
    })
}

fn stamp(text: &str) -> Result<Vec<u8>, String> {
    base64::decode(Tree::parse(text.as_bytes())?.text("SignedRFC3161Timestamp")?)
}

/// What a signature, attestation or bundle says of itself; nothing of it is verified by being here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readable {
    /// What its certificate claims.
    pub claims: Option<Claims>,
    /// The key that its log entry names, as PEM.
    pub key: Option<String>,
    /// Type of its statement's predicate.
    pub predicate: Option<String>,
}

/// Reads what a signature, attestation or bundle says of itself.
#[must_use]
pub fn readable(signature: Signature<'_>) -> Option<Readable> {
    let parts = Parts::read(signature, Bundles::Library { observed: false }).ok()?;
    let bodies = parts.entries.iter().filter_map(|entry| serde_json::from_slice(&entry.body).ok());
    Some(Readable {
        key: bodies.into_iter().find_map(|body: serde_json::Value| named_key(&body)),
        predicate: match parts.form {
            Form::Signature => None,
            Form::Bundle | Form::Attestation => {
                parts.statement().ok().map(|statement| statement.predicate.clone())
            }
        },
        claims: parts.certificate.map(|certificate| certificate.claims()),
    })
}

/// The first text in an entry that is a public key as PEM in base64, wherever the kind of entry puts it. The depth of JSON
/// is bounded by its reader.
fn named_key(body: &serde_json::Value) -> Option<String> {
    match body {
        serde_json::Value::String(text) => {
            let pem = String::from_utf8(base64::decode(text).ok()?).ok()?;
            pem.starts_with("-----BEGIN PUBLIC KEY-----").then_some(pem)
        }
        serde_json::Value::Array(items) => items.iter().find_map(named_key),
        serde_json::Value::Object(fields) => fields.values().find_map(named_key),
        _ => None,
    }
}
