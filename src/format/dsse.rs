//! DSSE envelopes and the in-toto statements in them.

use std::collections::BTreeMap;

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

/// What an in-toto statement says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// `predicateType`, hostile text.
    pub predicate: String,
    /// Every subject: its digests by algorithm, and its annotations as texts.
    pub subjects: Vec<Subject>,
}

/// A subject of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Digests by algorithm, lower-case hexadecimal as written.
    pub digests: BTreeMap<String, String>,
    /// Annotations that are texts.
    pub annotations: BTreeMap<String, String>,
}

impl Envelope {
    /// Reads an envelope as a classic attestation carries it.
    ///
    /// # Errors
    /// The problem.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let tree = Tree::parse(bytes)?;
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

impl Statement {
    /// Reads the statement in an envelope.
    ///
    /// # Errors
    /// The problem.
    pub fn parse(payload: &[u8]) -> Result<Self, String> {
        let tree = Tree::parse(payload)?;
        let kind = tree.text("_type")?;
        if !kind.starts_with("https://in-toto.io/Statement/") {
            return Err(format!("not an in-toto statement: `_type` is {kind:?}"));
        }
        let subjects = match tree.field("subject")? {
            Some(Tree::List(list)) => list.iter().map(subject).collect::<Result<_, _>>()?,
            Some(other) => return Err(format!("{} where a list of subjects is expected", other.word())),
            None => Vec::new(),
        };
        Ok(Self { predicate: tree.text("predicateType")?.to_owned(), subjects })
    }

    /// Every digest of every subject as `algorithm:hex`.
    #[must_use]
    pub fn digests(&self) -> Vec<String> {
        let all = self.subjects.iter().flat_map(|subject| &subject.digests);
        all.map(|(algorithm, hex)| format!("{algorithm}:{hex}")).collect()
    }
}

fn subject(tree: &Tree) -> Result<Subject, String> {
    let mut subject = Subject::default();
    for (name, texts) in [("digest", &mut subject.digests), ("annotations", &mut subject.annotations)] {
        let Some(Tree::Object(entries)) = tree.field(name)? else { continue };
        for (key, value) in entries {
            let Tree::Text(text) = value else { continue };
            if texts.insert(key.clone(), text.clone()).is_some() {
                return Err(format!("`{name}` has {key:?} twice"));
            }
        }
    }
    Ok(subject)
}
