//! The simple-signing payload that a classic cosign signature signs (containers/image `containers-signature.5`).

use std::collections::BTreeMap;

use super::go_json::Tree;

/// What a payload says. Nothing of it is verified by being here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// `critical.image.docker-manifest-digest`, as written; empty when absent.
    pub digest: String,
    /// `critical.identity.docker-reference`, as written; no verifier compares it.
    pub reference: String,
    /// `critical.type`, as written; no verifier compares it.
    pub kind: String,
    /// Entries of `optional` that are texts. Verifiers compare with a text, so nothing else can ever match.
    pub optional: BTreeMap<String, String>,
    /// Names of the entries of `optional` that are not texts.
    pub others: Vec<String>,
}

impl Payload {
    /// Reads a payload as cosign's `SimpleClaimVerifier` does: unknown fields are skipped, absent ones are empty, names
    /// match in any case. Doubles are refused, which cosign does not do (see [`super::go_json`]).
    ///
    /// # Errors
    /// The problem, with its place when known.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let tree = Tree::parse(bytes)?;
        let none = Tree::Null;
        let critical = tree.field("critical")?.unwrap_or(&none);
        let image = critical.field("image")?.unwrap_or(&none);
        let identity = critical.field("identity")?.unwrap_or(&none);
        let mut payload = Self {
            digest: image.text("docker-manifest-digest")?.to_owned(),
            reference: identity.text("docker-reference")?.to_owned(),
            kind: critical.text("type")?.to_owned(),
            ..Self::default()
        };
        match tree.field("optional")? {
            None => {}
            Some(Tree::Object(entries)) => payload.take_optional(entries)?,
            Some(other) => return Err(format!("{} where the object `optional` is expected", other.word())),
        }
        Ok(payload)
    }

    fn take_optional(&mut self, entries: &[(String, Tree)]) -> Result<(), String> {
        for (key, value) in entries {
            if self.optional.contains_key(key) || self.others.contains(key) {
                return Err(format!("`optional` has `{key}` twice"));
            }
            match value {
                Tree::Text(text) => {
                    self.optional.insert(key.clone(), text.clone());
                }
                _ => self.others.push(key.clone()),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_cosign_writes() {
        let text = br#"{"critical":{"identity":{"docker-reference":"r"},"image":{"docker-manifest-digest":"sha256:1"},"type":"t"},"optional":{"a":"b","n":1}}"#;
        let payload = Payload::parse(text).unwrap();
        assert_eq!((payload.digest.as_str(), payload.reference.as_str()), ("sha256:1", "r"));
        assert_eq!(payload.optional.get("a").map(String::as_str), Some("b"));
        assert_eq!(payload.others, ["n"]);
    }

    #[test]
    fn absent_is_empty_and_case_does_not_matter() {
        for text in ["null", "{}", r#"{"critical":null,"optional":null}"#] {
            assert_eq!(Payload::parse(text.as_bytes()), Ok(Payload::default()), "{text}");
        }
        let other = br#"{"Critical":{"IMAGE":{"Docker-Manifest-Digest":"d"}}}"#;
        assert_eq!(Payload::parse(other).unwrap().digest, "d");
    }

    #[test]
    fn doubles_and_wrong_types_are_refused() {
        for text in [
            r#"{"critical":{"image":{"docker-manifest-digest":"a","docker-manifest-digest":"b"}}}"#,
            r#"{"critical":{},"Critical":{}}"#,
            r#"{"critical":{"image":{"docker-manifest-digest":1}}}"#,
            r#"{"critical":[]}"#,
            r#"{"optional":"x"}"#,
            r#"{"optional":{"a":"1","a":"2"}}"#,
            "[]",
            "{} {}",
        ] {
            assert!(Payload::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
