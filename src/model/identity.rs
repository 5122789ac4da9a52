//! Who signed: a key, a certificate, or nobody that can be named.

/// A public key as people recognise it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyIdentity {
    /// Kind and size in words: `P-256 key`, `RSA-2048 key`, `Ed25519 key`.
    pub kind: String,
    /// SHA-256 of the DER-encoded SubjectPublicKeyInfo, lower-case hexadecimal.
    pub fingerprint: String,
}

/// What a certificate says about the signer, as far as it has been read (not verified by being here).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateIdentity {
    /// Subject alternative names in order: `(kind, value)` with kind `uri`, `email`, `dns`, `ip`, `othername`.
    pub sans: Vec<(String, String)>,
    /// OIDC issuer (OID 1.3.6.1.4.1.57264.1.8, else .1).
    pub issuer: Option<String>,
    /// SHA-256 of the DER certificate, lower-case hexadecimal.
    pub fingerprint: String,
}

/// The signer of a verified signature.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Identity {
    /// A key that the caller named.
    Key(KeyIdentity),
    /// A certificate.
    Certificate(CertificateIdentity),
}

/// What a certificate claims of its signer, in a form that can be compared with what is asked for (not verified by being
/// here).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Claims {
    /// Subject alternative names in order, as in [`CertificateIdentity`]; `None`: they cannot be read.
    pub names: Option<Vec<(String, String)>>,
    /// Fulcio extensions by their number under 1.3.6.1.4.1.57264.1, in order: label, and the text or why there is none
    /// (the value in hexadecimal).
    pub extensions: Vec<(u32, &'static str, Result<String, String>)>,
}

impl Claims {
    /// The names; none where they cannot be read.
    #[must_use]
    pub fn names(&self) -> &[(String, String)] {
        self.names.as_deref().unwrap_or_default()
    }

    /// The text of a Fulcio extension.
    #[must_use]
    pub fn fulcio(&self, number: u32) -> Option<&str> {
        let (.., text) = self.extensions.iter().find(|(own, ..)| *own == number)?;
        text.as_deref().ok()
    }
}
