//! What a log entry of any kind is about.

use crate::format::base64;
use crate::format::go_json::Tree;
use crate::format::pem;

/// The body of an entry, as far as it is compared.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// The signature, where it is logged.
    pub(super) signature: Option<Vec<u8>>,
    /// Certificate or key in DER.
    pub(super) key: Vec<u8>,
    /// Hash of the signed bytes (hashedrekord), hexadecimal with algorithm.
    pub(super) digest: Option<String>,
    /// Hash of the payload of an envelope.
    pub(super) payload: Option<String>,
    /// Hash of the envelope.
    pub(super) envelope: Option<String>,
}

fn part<'a>(tree: &'a Tree, path: &[&str]) -> Result<&'a Tree, String> {
    path.iter().try_fold(tree, |tree, name| tree.field(name)?.ok_or_else(|| format!("`{name}` is missing")))
}

fn only<'a>(tree: &'a Tree, name: &str) -> Result<&'a Tree, String> {
    match part(tree, &[name])? {
        Tree::List(list) if list.len() == 1 => list.first().ok_or_else(String::new),
        _ => Err(format!("`{name}` is not a list of one")),
    }
}

/// `{algorithm, value}` as `algorithm:value`; anything but SHA-256 has its own name and never compares equal.
fn hash(tree: &Tree) -> Result<String, String> {
    Ok(format!("{}:{}", tree.text("algorithm")?, tree.text("value")?))
}

fn pem_key(text: &str) -> Result<Vec<u8>, String> {
    let text = String::from_utf8(base64::decode(text)?).map_err(|_| "the key is not text".to_owned())?;
    let mut blocks = pem::blocks(&text).map_err(|error| format!("key: {error}"))?;
    match (blocks.pop(), blocks.is_empty()) {
        (Some(block), true) => Ok(block.der),
        _ => Err("not exactly one key".to_owned()),
    }
}

impl Body {
    /// Reads a body of a kind that is accepted.
    pub(super) fn parse(kind: &str, bytes: &[u8]) -> Result<Self, String> {
        let tree = Tree::parse(bytes)?;
        let spec = part(&tree, &["spec"])?;
        match kind {
            "hashedrekord 0.0.1" => Ok(Self {
                signature: Some(base64::decode(part(spec, &["signature"])?.text("content")?)?),
                key: pem_key(part(spec, &["signature", "publicKey"])?.text("content")?)?,
                digest: Some(hash(part(spec, &["data", "hash"])?)?),
                ..Self::default()
            }),
            "dsse 0.0.1" => {
                let one = only(spec, "signatures")?;
                Ok(Self {
                    signature: Some(base64::decode(one.text("signature")?)?),
                    key: pem_key(one.text("verifier")?)?,
                    payload: Some(hash(part(spec, &["payloadHash"])?)?),
                    envelope: Some(hash(part(spec, &["envelopeHash"])?)?),
                    digest: None,
                })
            }
            "intoto 0.0.1" => Ok(Self {
                key: pem_key(spec.text("publicKey")?)?,
                envelope: Some(hash(part(spec, &["content", "hash"])?)?),
                ..Self::default()
            }),
            "intoto 0.0.2" => {
                let one = only(part(spec, &["content", "envelope"])?, "signatures")?;
                let inner = base64::decode(one.text("sig")?)?;
                let inner = String::from_utf8(inner).map_err(|_| "the signature is not text".to_owned())?;
                Ok(Self {
                    signature: Some(base64::decode(&inner)?),
                    key: pem_key(one.text("publicKey")?)?,
                    payload: Some(hash(part(spec, &["content", "payloadHash"])?)?),
                    envelope: Some(hash(part(spec, &["content", "hash"])?)?),
                    digest: None,
                })
            }
            "hashedrekord 0.0.2" => tiles(spec),
            other => Err(format!("unsupported type: {other}")),
        }
    }
}

fn tiles(spec: &Tree) -> Result<Body, String> {
    let spec = part(spec, &["hashedRekordV002"])?;
    let data = part(spec, &["data"])?;
    let algorithm = match data.text("algorithm")? {
        "SHA2_256" => "sha256",
        other => other,
    };
    let digest = crate::model::digest::hex(&base64::decode(data.text("digest")?)?);
    let verifier = part(spec, &["signature", "verifier"])?;
    let key = match (verifier.field("x509Certificate")?, verifier.field("publicKey")?) {
        (Some(key), None) | (None, Some(key)) => base64::decode(key.text("rawBytes")?)?,
        _ => return Err("not exactly one of certificate and key".to_owned()),
    };
    Ok(Body {
        signature: Some(base64::decode(part(spec, &["signature"])?.text("content")?)?),
        key,
        digest: Some(format!("{algorithm}:{digest}")),
        ..Body::default()
    })
}
