//! What a caller demands of a signature: the question that a proof answers. Comparable, so that proofs can be kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::moment::Moment;

/// Hash that a key signature is checked with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HashAlgorithm {
    /// SHA-224.
    Sha224,
    /// SHA-256: cosign's and Kyverno's default whatever the key.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// A log whose keys are trusted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogKey {
    /// DER-encoded SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
    /// Start of validity, inclusive; absent: open.
    pub valid_from: Option<Moment>,
    /// End of validity, inclusive; absent: open.
    pub valid_until: Option<Moment>,
    /// Where the key comes from, for people: `trusted root` or `rekor.pubkey of the policy`.
    pub origin: String,
}

/// What is asked of a transparency log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LogDemand {
    /// `--insecure-ignore-tlog`, `rekor.ignoreTlog: true`.
    Ignored,
    /// An entry by one of these logs must bind this signature.
    Required {
        /// Trusted log keys.
        keys: Arc<[LogKey]>,
        /// Where an entry that does not travel with the signature would be looked for; empty: nowhere.
        url: String,
        /// No network: an entry that does not travel is absent.
        offline: bool,
    },
}

/// The key that is to have signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyDemand {
    /// The PEM block as the caller wrote it.
    pub pem: String,
    /// Hash to verify with.
    pub hash: HashAlgorithm,
}

/// All demands on one classic cosign signature.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Verifier {
    /// The key.
    pub key: KeyDemand,
    /// The log.
    pub log: LogDemand,
    /// Pairs that the payload's `optional` map must hold (compared as texts). cosign checks them with the claims;
    /// Kyverno checks them afterwards over all good signatures, and leaves this empty.
    pub annotations: BTreeMap<String, String>,
    /// The instant that "now" means.
    pub as_of: Moment,
}
