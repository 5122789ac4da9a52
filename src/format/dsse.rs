//! DSSE envelopes.

use super::base64;
use super::go_json::Tree;

/// The only payload type that cosign reads.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// A DSSE envelope (protocol.md of secure-systems-lab/dsse).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// `payloadType`.
    pub kind: String,
    /// `payload`, decoded.
    pub payload: Vec<u8>,
    /// Every signature, decoded.
    pub signatures: Vec<Vec<u8>>,
}

impl Envelope {
    /// Reads an envelope as a classic attestation carries it.
    ///
    /// # Errors
    /// The problem.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let tree = Tree::parse_hull(bytes)?;
        let list = match tree.field("signatures")? {
            Some(Tree::List(list)) => list.as_slice(),
            _ => &[],
        };
        Ok(Self {
            kind: tree.text("payloadType")?.to_owned(),
            payload: base64::decode(tree.text("payload")?)?,
            signatures: list
                .iter()
                .map(|signature| base64::decode(signature.text("sig")?))
                .collect::<Result<_, _>>()?,
        })
    }

    /// What is signed: the pre-authentication encoding.
    #[must_use]
    pub fn signed(&self) -> Vec<u8> {
        let mut out =
            format!("DSSEv1 {} {} {} ", self.kind.len(), self.kind, self.payload.len()).into_bytes();
        out.extend_from_slice(&self.payload);
        out
    }
}
