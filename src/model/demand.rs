//! What a caller demands of any sigstore signature: bundles, attestations, and signatures by certificate.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::moment::Moment;
use super::verifier::{KeyDemand, LogDemand, LogKey};

/// A transparency log as a trusted root names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Log {
    /// Its key and when that is valid.
    pub key: LogKey,
    /// Its identifier (`logId.keyId`), lower-case hexadecimal. For logs of tiles it is not the hash of the key.
    pub id: String,
    /// `baseUrl`. Its host is the origin of the checkpoints of a log of tiles.
    pub base_url: String,
}

/// An authority that issues certificates or time stamps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Authority {
    /// Its certificates in DER, the root last.
    pub chain: Vec<Vec<u8>>,
    /// Start of the time in which it is trusted, inclusive; absent: open.
    pub valid_from: Option<Moment>,
    /// End of that time, inclusive; absent: open.
    pub valid_until: Option<Moment>,
    /// `uri` of the authority: two time stamps of one authority count once.
    pub uri: String,
    /// Where it comes from, for people.
    pub origin: String,
}

/// Certificates count by their lengths: hashing them whole at every look into a memory costs more than the judging, and
/// what is equal is compared whole anyway.
impl Hash for Authority {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { chain, valid_from, valid_until, uri, origin } = self;
        state.write_usize(chain.len());
        chain.iter().for_each(|certificate| state.write_usize(certificate.len()));
        (valid_from, valid_until, uri, origin).hash(state);
    }
}

/// A text that must be met.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// This very text.
    Exact(String),
    /// A regular expression that matches somewhere in the text, as Go's RE2 does it: nothing is anchored.
    Regexp(String),
    /// Whatever there is: the caller compares by itself afterwards.
    Anything,
}

/// Which certificate is to have signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificateDemand {
    /// On the subject alternative name. A classic signature is held to the last one alone (a regular expression replaces
    /// the exact value); a bundle to all.
    pub subject: Vec<Wanted>,
    /// On the issuer, likewise.
    pub issuer: Vec<Wanted>,
    /// Fulcio extensions by their number under 1.3.6.1.4.1.57264.1, each with its exact value.
    pub extensions: BTreeMap<u32, String>,
    /// Authorities that may have issued it.
    pub authorities: Arc<[Authority]>,
    /// Certificates between that travel with a classic signature lead to an authority too. Kyverno takes them from there
    /// alone; cosign with a trusted root, from the root alone.
    pub travelling: bool,
    /// Certificate-transparency logs, one of which must have promised to include it; `None`: not asked for
    /// (`--insecure-ignore-sct`).
    pub ct_logs: Option<Arc<[Log]>>,
}

/// Who is to have signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Signer {
    /// A key.
    Key(KeyDemand),
    /// A certificate.
    Certificate(CertificateDemand),
}

/// How bundles are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Bundles {
    /// As cosign does: version 0.3, with an envelope.
    #[default]
    Cosign,
    /// As Kyverno calls sigstore-go (`pkg/image/verifiers/cpol/cosign/sigstore.go`): of any version.
    Library {
        /// A time is demanded, from a time stamp or from the log's promise (`WithObserverTimestamps`).
        observed: bool,
    },
}

/// What is trusted, as a trusted root names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustRoot {
    /// Logs of signatures.
    pub logs: Arc<[Log]>,
    /// Logs of certificates.
    pub ct_logs: Arc<[Log]>,
    /// Authorities of certificates.
    pub authorities: Arc<[Authority]>,
    /// Authorities of time stamps.
    pub stamp_authorities: Arc<[Authority]>,
}

impl Default for TrustRoot {
    /// Nothing is trusted.
    fn default() -> Self {
        Self {
            logs: Arc::from([]),
            ct_logs: Arc::from([]),
            authorities: Arc::from([]),
            stamp_authorities: Arc::from([]),
        }
    }
}

/// All demands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Demand {
    /// Who.
    pub signer: Signer,
    /// The log.
    pub log: LogDemand,
    /// The logs of `log` with what bundles need to know of them.
    pub logs: Arc<[Log]>,
    /// Time stamps are demanded (`--use-signed-timestamps`).
    pub stamps: bool,
    /// How bundles are read.
    pub bundles: Bundles,
    /// Authorities of time stamps.
    pub stamp_authorities: Arc<[Authority]>,
    /// Pairs that payload or subject must carry.
    pub annotations: BTreeMap<String, String>,
    /// The instant that "now" means.
    pub as_of: Moment,
}
