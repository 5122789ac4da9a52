//! Sigstore bundles, versions 0.1 to 0.3, as sigstore-go reads them (`pkg/bundle/bundle.go`): unknown fields, doubled
//! fields and broken rules of the version are errors.

use super::base64;
use super::dsse::Envelope;
use super::go_json::Tree;
use super::x509::Certificate;

/// Most certificates, entries, time stamps or hashes that are read in one list.
const MOST: usize = 1_000;

/// A bundle, read but not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Version after `0.`.
    pub version: u8,
    /// The certificate that signed; `None`: a key did.
    pub certificate: Option<Certificate>,
    /// What says which key signed; proves nothing.
    pub hint: String,
    /// Log entries.
    pub entries: Vec<Entry>,
    /// RFC 3161 time stamps in DER.
    pub stamps: Vec<Vec<u8>>,
    /// What is signed.
    pub content: Content,
}

/// What a bundle signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A DSSE envelope.
    Envelope(Envelope),
    /// A message that is not in the bundle.
    Message {
        /// `sha256`, or the name as written.
        algorithm: String,
        /// Digest of the message.
        digest: Vec<u8>,
        /// The signature.
        signature: Vec<u8>,
    },
}

/// A log entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Index over all shards.
    pub index: i64,
    /// Log identifier, lower-case hexadecimal.
    pub log: String,
    /// `kind version`.
    pub kind: String,
    /// Seconds since 1970; 0: none.
    pub integrated: i64,
    /// The SET.
    pub promise: Option<Vec<u8>>,
    /// The inclusion proof.
    pub proof: Option<InclusionProof>,
    /// The entry's body.
    pub body: Vec<u8>,
}

/// An inclusion proof.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InclusionProof {
    /// Index in the tree.
    pub index: i64,
    /// Hash of the root.
    pub root: Vec<u8>,
    /// Entries of the tree.
    pub size: i64,
    /// Hashes on the way.
    pub hashes: Vec<Vec<u8>>,
    /// The checkpoint as text.
    pub checkpoint: String,
}

type Fields<'a> = Vec<Option<&'a Tree>>;

/// The fields of a message by their names in JSON; any other is an error.
fn fields<'a>(tree: &'a Tree, names: &[&str]) -> Result<Fields<'a>, String> {
    let Tree::Object(entries) = tree else {
        return Err(format!("{} where an object is expected", tree.word()));
    };
    let mut out: Fields<'a> = vec![None; names.len()];
    for (key, value) in entries {
        let at = names.iter().position(|name| name == key || snake(name) == *key);
        let slot = at.and_then(|at| out.get_mut(at)).ok_or_else(|| format!("unknown field {key:?}"))?;
        if slot.is_some() {
            return Err(format!("the field {key:?} is there twice"));
        }
        *slot = Some(value);
    }
    Ok(out.into_iter().map(|slot| slot.filter(|value| **value != Tree::Null)).collect())
}

/// The name as the protocol buffer has it, which is accepted too.
fn snake(name: &str) -> String {
    name.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        out
    })
}

fn text<'a>(field: Option<&'a Tree>, name: &str) -> Result<&'a str, String> {
    match field {
        None => Ok(""),
        Some(Tree::Text(text)) => Ok(text),
        Some(other) => Err(format!("{} where the text {name:?} is expected", other.word())),
    }
}

fn integer(field: Option<&Tree>, name: &str) -> Result<i64, String> {
    let number = match field {
        None => Some(0),
        Some(Tree::Text(text)) => text.parse().ok(),
        Some(Tree::Number(number)) => number.as_i64(),
        Some(_) => None,
    };
    number.ok_or_else(|| format!("{name:?} is not a whole number of 64 bits"))
}

/// Bytes: both alphabets, with or without padding (protobuf, JSON mapping).
fn bytes(field: Option<&Tree>, name: &str) -> Result<Vec<u8>, String> {
    let written = text(field, name)?;
    if written.contains(['\n', '\r']) {
        return Err(format!("{name:?} is not base64: line break"));
    }
    let plain = written.len().is_multiple_of(4) && !written.contains(['-', '_']);
    if plain {
        // A payload can be long: it is not copied for nothing.
        return base64::decode(written).map_err(|problem| format!("{name:?} is {problem}"));
    }
    let mut plain = written.replace('-', "+").replace('_', "/");
    while !plain.len().is_multiple_of(4) {
        plain.push('=');
    }
    base64::decode(&plain).map_err(|problem| format!("{name:?} is {problem}"))
}

fn list<'a>(field: Option<&'a Tree>, name: &str) -> Result<&'a [Tree], String> {
    match field {
        None => Ok(&[]),
        Some(Tree::List(list)) if list.len() <= MOST => Ok(list),
        Some(Tree::List(_)) => Err(format!("more than {MOST} {name}")),
        Some(other) => Err(format!("{} where the list {name:?} is expected", other.word())),
    }
}

impl Bundle {
    /// Reads a bundle.
    ///
    /// # Errors
    /// The problem.
    pub fn parse(document: &[u8]) -> Result<Self, String> {
        let tree = Tree::parse_hull(document)?;
        let top = fields(&tree, &["mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"])?;
        let [media_type, Some(material), message, envelope] = top[..] else {
            return Err("missing verification material".to_owned());
        };
        let version = version(text(media_type, "mediaType")?)?;
        let names =
            ["publicKey", "x509CertificateChain", "certificate", "tlogEntries", "timestampVerificationData"];
        let parts = fields(material, &names)?;
        let [key, chain, single, entries, stamps] = parts[..] else { return Err(String::new()) };
        if [key, chain, single].iter().filter(|part| part.is_some()).count() != 1 {
            return Err("not exactly one of public key, certificate and certificate chain".to_owned());
        }
        let content = match (message, envelope) {
            (Some(message), None) => message_signature(message)?,
            (None, Some(envelope)) => Content::Envelope(dsse(envelope)?),
            _ => return Err("not exactly one of message signature and envelope".to_owned()),
        };
        let hint = match key {
            Some(key) => text(fields(key, &["hint"])?[0], "hint")?.to_owned(),
            None => String::new(),
        };
        let entries: Vec<Entry> =
            list(entries, "tlogEntries")?.iter().map(entry).collect::<Result<_, _>>()?;
        for entry in &entries {
            check(entry, version)?;
        }
        Ok(Self {
            version,
            certificate: certificate(chain, single, version)?,
            hint,
            entries,
            stamps: match stamps {
                Some(stamps) => list(fields(stamps, &["rfc3161Timestamps"])?[0], "rfc3161Timestamps")?
                    .iter()
                    .map(|stamp| bytes(fields(stamp, &["signedTimestamp"])?[0], "signedTimestamp"))
                    .collect::<Result<_, _>>()?,
                None => Vec::new(),
            },
            content,
        })
    }
}

fn version(media_type: &str) -> Result<u8, String> {
    match media_type {
        "application/vnd.dev.sigstore.bundle+json;version=0.1" => Ok(1),
        "application/vnd.dev.sigstore.bundle+json;version=0.2" => Ok(2),
        "application/vnd.dev.sigstore.bundle+json;version=0.3"
        | "application/vnd.dev.sigstore.bundle.v0.3+json" => Ok(3),
        other => Err(format!("bundle version {other:?} is not yet supported")),
    }
}

/// The rules of the version (sigstore-go, `validate`).
fn check(entry: &Entry, version: u8) -> Result<(), String> {
    if version == 1 && entry.promise.is_none() {
        return Err("inclusion promises missing in bundle (required for bundle v0.1)".to_owned());
    }
    if version > 1 && entry.proof.is_none() {
        return Err("inclusion proof missing in bundle (required for bundle v0.2)".to_owned());
    }
    if entry.proof.as_ref().is_some_and(|proof| proof.checkpoint.is_empty()) {
        return Err("inclusion proof missing checkpoint".to_owned());
    }
    let body = Tree::parse(&entry.body)?;
    let kind = format!("{} {}", body.text("kind")?, body.text("apiVersion")?);
    if kind == entry.kind {
        Ok(())
    } else {
        Err(format!("kind and version mismatch: {kind} in the body, {} in the entry", entry.kind))
    }
}

fn certificate(
    chain: Option<&Tree>,
    single: Option<&Tree>,
    version: u8,
) -> Result<Option<Certificate>, String> {
    let read = |tree: &Tree| Certificate::from_der(&bytes(fields(tree, &["rawBytes"])?[0], "rawBytes")?);
    if let Some(single) = single {
        if version < 3 {
            return Err("expected certificate chain in bundle v0.1 and v0.2".to_owned());
        }
        return read(single).map(Some);
    }
    let Some(chain) = chain else { return Ok(None) };
    if version >= 3 {
        return Err("expected single certificate in bundle v0.3".to_owned());
    }
    let list = list(fields(chain, &["certificates"])?[0], "certificates")?;
    let certificates = list.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    // Only the first is used: what else travels is no trust, not even a root (sigstore-go, `VerificationContent`).
    certificates.into_iter().next().map(Some).ok_or_else(|| "empty certificate chain".to_owned())
}

fn message_signature(tree: &Tree) -> Result<Content, String> {
    let parts = fields(tree, &["messageDigest", "signature"])?;
    let [digest, signature] = parts[..] else { return Err(String::new()) };
    let (algorithm, digest) = match digest {
        Some(digest) => {
            let parts = fields(digest, &["algorithm", "digest"])?;
            let [algorithm, digest] = parts[..] else { return Err(String::new()) };
            let name = match text(algorithm, "algorithm")? {
                "SHA2_256" => "sha256",
                "SHA2_384" => "sha384",
                "SHA2_512" => "sha512",
                other => other,
            };
            (name.to_owned(), bytes(digest, "digest")?)
        }
        None => (String::new(), Vec::new()),
    };
    Ok(Content::Message { algorithm, digest, signature: bytes(signature, "signature")? })
}

fn dsse(tree: &Tree) -> Result<Envelope, String> {
    let parts = fields(tree, &["payload", "payloadType", "signatures"])?;
    let [payload, kind, signatures] = parts[..] else { return Err(String::new()) };
    let signature = |tree: &Tree| {
        let parts = fields(tree, &["sig", "keyid"])?;
        let [signature, key] = parts[..] else { return Err(String::new()) };
        text(key, "keyid")?;
        bytes(signature, "sig")
    };
    Ok(Envelope {
        kind: text(kind, "payloadType")?.to_owned(),
        payload: bytes(payload, "payload")?,
        signatures: list(signatures, "signatures")?.iter().map(signature).collect::<Result<_, _>>()?,
    })
}

fn entry(tree: &Tree) -> Result<Entry, String> {
    let names = [
        "logIndex",
        "logId",
        "kindVersion",
        "integratedTime",
        "inclusionPromise",
        "inclusionProof",
        "canonicalizedBody",
    ];
    let parts = fields(tree, &names)?;
    let [index, log, kind, time, promise, proof, body] = parts[..] else { return Err(String::new()) };
    let kind = fields(kind.ok_or("log entry without kind")?, &["kind", "version"])?;
    let [kind, version] = kind[..] else { return Err(String::new()) };
    let log = bytes(fields(log.ok_or("log entry without log")?, &["keyId"])?[0], "keyId")?;
    Ok(Entry {
        index: integer(index, "logIndex")?,
        log: crate::model::digest::hex(&log),
        kind: format!("{} {}", text(kind, "kind")?, text(version, "version")?),
        integrated: integer(time, "integratedTime")?,
        promise: match promise {
            Some(promise) => Some(bytes(fields(promise, &["signedEntryTimestamp"])?[0], "SET")?),
            None => None,
        }
        .filter(|promise| !promise.is_empty()),
        proof: proof.map(inclusion).transpose()?,
        body: bytes(body, "canonicalizedBody")?,
    })
}

fn inclusion(tree: &Tree) -> Result<InclusionProof, String> {
    let parts = fields(tree, &["logIndex", "rootHash", "treeSize", "hashes", "checkpoint"])?;
    let [index, root, size, hashes, checkpoint] = parts[..] else { return Err(String::new()) };
    Ok(InclusionProof {
        index: integer(index, "logIndex")?,
        root: bytes(root, "rootHash")?,
        size: integer(size, "treeSize")?,
        hashes: list(hashes, "hashes")?
            .iter()
            .map(|hash| bytes(Some(hash), "hashes"))
            .collect::<Result<_, _>>()?,
        checkpoint: match checkpoint {
            Some(checkpoint) => text(fields(checkpoint, &["envelope"])?[0], "envelope")?.to_owned(),
            None => String::new(),
        },
    })
}
