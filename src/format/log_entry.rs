//! The Rekor v1 entry that travels with a classic signature: the annotation `dev.sigstore.cosign/bundle`.

use super::base64;
use super::go_json::Tree;
use super::pem;

/// The annotation, read but not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// `SignedEntryTimestamp`: the log's signature.
    pub promise: Vec<u8>,
    /// `Payload.body` as written: base64.
    pub body: String,
    /// `Payload.integratedTime`: seconds since 1970.
    pub integrated_time: i64,
    /// `Payload.logIndex`: position over all shards of the log.
    pub log_index: i64,
    /// `Payload.logID` as written: hexadecimal SHA-256 of the log's key.
    pub log_id: String,
}

/// Largest whole number that JSON canonicalisation (RFC 8785 section 3.2.2.3) writes without loss.
const EXACT: i64 = 1 << 53;

impl LogEntry {
    /// Reads the annotation's text as cosign does (`json.Unmarshal` into `bundle.RekorBundle`), but for base64 that is not
    /// the canonical one, which is refused.
    ///
    /// # Errors
    /// The problem.
    pub fn parse(annotation: &str) -> Result<Self, String> {
        let tree = Tree::parse(annotation.as_bytes())?;
        let none = Tree::Null;
        let payload = tree.field("Payload")?.unwrap_or(&none);
        Ok(Self {
            promise: base64::decode_exact(tree.text("SignedEntryTimestamp")?)
                .map_err(|problem| format!("SignedEntryTimestamp: {problem}"))?,
            body: payload.text("body")?.to_owned(),
            integrated_time: payload.integer("integratedTime")?,
            log_index: payload.integer("logIndex")?,
            log_id: payload.text("logID")?.to_owned(),
        })
    }

    /// The bytes that the log signed: the canonical JSON (RFC 8785) of body, time, log and index. The texts are taken as
    /// they stand, so that no two annotations have the same bytes; cosign re-encodes body and log identifier first.
    ///
    /// # Errors
    /// When a text or number has no unique canonical form.
    pub fn signed_bytes(&self) -> Result<Vec<u8>, String> {
        base64::decode_exact(&self.body).map_err(|problem| format!("body: {problem}"))?;
        if self.log_id.is_empty() || !self.log_id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err("logID is not lower-case hexadecimal".to_owned());
        }
        let exact = -EXACT..=EXACT;
        if !exact.contains(&self.integrated_time) || !exact.contains(&self.log_index) {
            return Err("a number is too large for canonical JSON".to_owned());
        }
        Ok(format!(
            r#"{{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}}"#,
            self.body, self.integrated_time, self.log_id, self.log_index
        )
        .into_bytes())
    }
}

/// What the entry is about: the body of an entry of kind `hashedrekord` or `rekord`, version 0.0.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogBody {
    /// `spec.data.hash.algorithm` as written.
    pub algorithm: String,
    /// `spec.data.hash.value` as written: hexadecimal.
    pub hash: String,
    /// `spec.signature.content`, decoded.
    pub signature: Vec<u8>,
    /// `spec.signature.publicKey.content`, decoded: PEM text.
    pub key_text: String,
    /// DER content of that PEM block.
    pub key_der: Vec<u8>,
    /// Its label: `PUBLIC KEY` or `CERTIFICATE`.
    pub key_label: String,
    /// Whether the log itself checked the signature when it took the entry (`hashedrekord` does, `rekord` may not).
    pub checked_by_log: bool,
}

/// Why a body cannot be compared with a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It cannot be read.
    Malformed(String),
    /// It is an entry of a kind that is never about a simple-signing payload.
    OtherKind(String),
}

impl LogBody {
    /// Reads the body of an entry.
    ///
    /// # Errors
    /// See [`BodyError`].
    pub fn parse(entry: &LogEntry) -> Result<Self, BodyError> {
        let bytes = base64::decode(&entry.body).map_err(BodyError::Malformed)?;
        let tree = Tree::parse(&bytes).map_err(BodyError::Malformed)?;
        let kind = tree.text("kind").map_err(BodyError::Malformed)?;
        let version = tree.text("apiVersion").map_err(BodyError::Malformed)?;
        if !matches!((kind, version), ("hashedrekord" | "rekord", "0.0.1")) {
            return Err(BodyError::OtherKind(format!("{kind} {version}")));
        }
        Self::read(&tree, kind == "hashedrekord").map_err(BodyError::Malformed)
    }

    fn read(tree: &Tree, checked_by_log: bool) -> Result<Self, String> {
        let part = |tree: &Tree, name: &str| -> Result<Tree, String> {
            tree.field(name)?.cloned().ok_or_else(|| format!("`{name}` is missing"))
        };
        let spec = part(tree, "spec")?;
        let hash = part(&part(&spec, "data")?, "hash")?;
        let signature = part(&spec, "signature")?;
        let key = base64::decode(part(&signature, "publicKey")?.text("content")?)?;
        let key_text = String::from_utf8(key).map_err(|_| "the key is not text".to_owned())?;
        let mut blocks = pem::blocks(&key_text).map_err(|error| format!("key: {error}"))?;
        let (Some(block), true) = (blocks.pop(), blocks.is_empty()) else {
            return Err("unexpected PEM block after the key".to_owned());
        };
        Ok(Self {
            algorithm: hash.text("algorithm")?.to_owned(),
            hash: hash.text("value")?.to_owned(),
            signature: base64::decode(signature.text("content")?)?,
            key_text,
            key_der: block.der,
            key_label: block.label,
            checked_by_log,
        })
    }
}
