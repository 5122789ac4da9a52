//! A Notary Project signature envelope as values, whichever format it came in (notaryproject/specifications,
//! `specs/signature-specification.md`).

use crate::model::Moment;

/// Longest envelope that is read, in bytes.
pub const LIMIT: usize = 4 << 20;
/// Most certificates of one chain.
pub const MOST_CERTIFICATES: usize = 32;
/// The only content type of a payload that notation verifies.
pub const PAYLOAD_TYPE: &str = "application/vnd.cncf.notary.payload.v1+json";

pub(super) const SCHEME: &str = "io.cncf.notary.signingScheme";
pub(super) const SIGNING_TIME: &str = "io.cncf.notary.signingTime";
pub(super) const AUTHENTIC_TIME: &str = "io.cncf.notary.authenticSigningTime";
pub(super) const EXPIRY: &str = "io.cncf.notary.expiry";
pub(super) const STAMP: &str = "io.cncf.notary.timestampSignature";
pub(super) const AGENT: &str = "io.cncf.notary.signingAgent";
/// Extended attribute that demands a verification plugin.
pub const PLUGIN: &str = "io.cncf.notary.verificationPlugin";

/// The signature algorithm that an envelope names; each is bound to one kind and size of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA-PSS with SHA-256, RSA-2048.
    Ps256,
    /// RSA-PSS with SHA-384, RSA-3072.
    Ps384,
    /// RSA-PSS with SHA-512, RSA-4096.
    Ps512,
    /// ECDSA with SHA-256, P-256.
    Es256,
    /// ECDSA with SHA-384, P-384.
    Es384,
    /// ECDSA with SHA-512, P-521.
    Es512,
}

impl Algorithm {
    /// The name in JOSE.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Ps256, Self::Ps384, Self::Ps512, Self::Es256, Self::Es384, Self::Es512]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }
}

/// How the signing time is vouched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `notary.x509`: the time is the signer's claim, or a time stamp's.
    X509,
    /// `notary.x509.signingAuthority`: the signing authority vouches for the time.
    SigningAuthority,
}

impl Scheme {
    /// The scheme as it stands in the envelope.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::X509 => "notary.x509",
            Self::SigningAuthority => "notary.x509.signingAuthority",
        }
    }

    pub(super) fn from_name(name: &str) -> Result<Self, String> {
        [Self::X509, Self::SigningAuthority]
            .into_iter()
            .find(|scheme| scheme.name() == name)
            .ok_or_else(|| format!("unsupported signingScheme: {name}"))
    }

    fn time_header(self) -> &'static str {
        match self {
            Self::X509 => SIGNING_TIME,
            Self::SigningAuthority => AUTHENTIC_TIME,
        }
    }
}

/// What the signature covers beside the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// Content type of the payload.
    pub content_type: String,
    /// The signing scheme.
    pub scheme: Scheme,
    /// The signing time: claimed under [`Scheme::X509`], authentic under [`Scheme::SigningAuthority`].
    pub signed_at: Moment,
    /// When the signature ends to count.
    pub expiry: Option<Moment>,
    /// Headers that are marked as critical.
    pub critical: Vec<String>,
    /// Further signed headers with their values as text.
    pub extended: Vec<(String, String)>,
}

/// A signature envelope, read but not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The payload's bytes.
    pub payload: Vec<u8>,
    /// The algorithm that is named.
    pub algorithm: Algorithm,
    /// The signed headers.
    pub attributes: Attributes,
    /// DER certificates, leaf first. Not covered by the signature.
    pub chain: Vec<Vec<u8>>,
    /// The signature: r and s of fixed length, or an RSA-PSS block.
    pub signature: Vec<u8>,
    /// The bytes that the signature is over.
    pub signed: Vec<u8>,
    /// RFC 3161 token over the signature. Not covered by the signature.
    pub timestamp: Option<Vec<u8>>,
    /// Software that signed. Not covered by the signature.
    pub agent: Option<String>,
}

impl Envelope {
    /// Reads an envelope by its media type.
    ///
    /// # Errors
    /// The problem.
    pub fn read(media_type: &str, bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > LIMIT {
            return Err(format!("{} bytes are more than the {LIMIT} that are read", bytes.len()));
        }
        match media_type {
            "application/jose+json" => super::jws::read(bytes),
            "application/cose" => super::cose::read(bytes),
            other => Err(format!("signature envelope format with media type {other:?} is not supported")),
        }
    }
}

/// The checks on headers that both formats share; `present` says whether a signed header is there.
pub(super) fn check_headers(
    scheme: Scheme,
    critical: &[String],
    present: &dyn Fn(&str) -> bool,
) -> Result<(), String> {
    let mut required = vec![SCHEME];
    if scheme == Scheme::SigningAuthority {
        required.push(AUTHENTIC_TIME);
    }
    if present(EXPIRY) {
        required.push(EXPIRY);
    }
    if let Some(name) = required.iter().find(|name| !critical.iter().any(|mark| mark == *name)) {
        return Err(format!("the required header {name} is not marked critical"));
    }
    if let Some(name) = critical.iter().find(|name| !present(name)) {
        return Err(format!("the header {name:?} is marked critical and absent"));
    }
    let other = if scheme == Scheme::X509 { AUTHENTIC_TIME } else { SIGNING_TIME };
    if present(other) {
        return Err(format!("{other:?} header must not be present for {} signing scheme", scheme.name()));
    }
    if !present(scheme.time_header()) {
        return Err("signing-time not present".to_owned());
    }
    Ok(())
}

/// Checks that hold for every envelope that was read.
pub(super) fn check_values(envelope: Envelope) -> Result<Envelope, String> {
    let attributes = &envelope.attributes;
    if attributes.expiry.is_some_and(|expiry| expiry <= attributes.signed_at) {
        return Err("expiry cannot be equal or before the signing time".to_owned());
    }
    if envelope.payload.is_empty() {
        return Err("content not present".to_owned());
    }
    if envelope.signature.is_empty() {
        return Err("signature not present or is empty".to_owned());
    }
    match envelope.chain.len() {
        0 => Err("certificate chain is not present".to_owned()),
        1..=MOST_CERTIFICATES => Ok(envelope),
        count => Err(format!("{count} certificates are more than the {MOST_CERTIFICATES} that are read")),
    }
}
