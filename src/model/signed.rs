//! What a signature says about who made it and when. It is what travels with the signature, and proves nothing by itself.

use super::artifact::ArtifactKind;
use super::digest::Digest;
use super::moment::Moment;

/// A certificate that travels with a signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The first subject alternative name, else the distinguished name.
    pub subject: String,
    /// The OIDC issuer; empty: it names none.
    pub issuer: String,
    /// SHA-256 of the certificate, lower-case hexadecimal.
    pub fingerprint: String,
    /// Begin of its validity.
    pub from: Option<Moment>,
    /// What Fulcio wrote into it: label and value.
    pub extensions: Vec<(String, String)>,
}

/// A layer that signs or states something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The manifest that holds it.
    pub artifact: Digest,
    /// Which layer, counted from 0.
    pub index: usize,
    /// What the manifest is.
    pub kind: ArtifactKind,
    /// The certificate; `None`: there is none, so that a key signed.
    pub claim: Option<Claim>,
    /// Type of the statement.
    pub predicate: Option<String>,
    /// The earliest time that a log entry with it names.
    pub logged: Option<Moment>,
}

impl Claim {
    /// The value of an extension by its label.
    #[must_use]
    pub fn extension(&self, label: &str) -> Option<&str> {
        self.extensions.iter().find(|(name, _)| name == label).map(|(_, value)| value.as_str())
    }
}

impl Signed {
    /// The time that it names: of its log entry, else of its certificate.
    #[must_use]
    pub fn time(&self) -> Option<Moment> {
        self.logged.or_else(|| self.claim.as_ref().and_then(|claim| claim.from))
    }

    /// True when it is a statement about the image rather than a bare signature.
    #[must_use]
    pub fn attests(&self) -> bool {
        self.predicate.as_ref().is_some_and(|kind| !kind.contains("cosign/sign"))
    }
}
