//! What the outside implements for the stages: where content comes from, who proves, what time it is, who is asked.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::model::artifact::{Artifact, Evidence, Signature};
use crate::model::demand::{CertificateDemand, Demand};
use crate::model::identity::Claims;
use crate::model::notary::{NotaryDemand, NotaryProof};
use crate::model::world::HostRow;
use crate::model::{Digest, Missing, Proof, Reason, Reference, Verifier};

/// An answer that may take a while. It needs no runtime: sources on disk are ready at once.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Missing>> + Send + 'a>>;

/// A manifest or index as it came, checked against its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Digest of the bytes; equal to the digest asked for, when one was asked for.
    pub digest: Digest,
    /// Media type: of the answer's `Content-Type`, or as the content says.
    pub media_type: String,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

/// How a source answered the question for referrers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referrers {
    /// The API answered; descriptors of all pages, unread (`application/vnd.oci.image.index.v1+json` entries).
    Answered(Vec<serde_json::Value>),
    /// The source has no referrers API: the fallback tag is to be asked.
    NoApi,
}

/// One page of tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagPage {
    /// Tags in the order of the source.
    pub tags: Vec<String>,
    /// Hand this back to get the next page; `None`: this was the last.
    pub next: Option<String>,
}

/// A place that holds repositories: a registry, a layout directory, a recording. All bytes that it returns have been
/// checked against the digest that names them, and are bounded.
pub trait Store: Send + Sync {
    /// The manifest that a tag or digest names. A digest is not followed to a platform.
    fn manifest<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Manifest>;

    /// A blob of at most `limit` bytes, of a repository (tag and digest of `repository` do not matter).
    fn blob<'a>(
        &'a self,
        repository: &'a Reference,
        digest: &'a Digest,
        size: u64,
        limit: u64,
    ) -> Answer<'a, Arc<[u8]>>;

    /// Manifests whose subject is this digest. An error is an error, never an empty list.
    fn referrers<'a>(&'a self, repository: &'a Reference, subject: &'a Digest) -> Answer<'a, Referrers>;

    /// A page of tags; `page` is what the page before gave as `next`.
    fn tags<'a>(&'a self, repository: &'a Reference, page: Option<&'a str>) -> Answer<'a, TagPage>;

    /// How much is asked of which host at the moment, by name; a place that asks nobody has none.
    fn hosts(&self) -> Vec<HostRow> {
        Vec::new()
    }
}

/// Who verifies: pure computation behind a memory of what has been proved.
pub trait Prover: Send + Sync {
    /// The proof for one classic cosign signature and one demand.
    fn prove(&self, evidence: &Evidence, signature: Signature<'_>, verifier: &Verifier) -> Arc<Proof>;

    /// The proof for one layer of any sigstore artifact (classic signature, attestation, bundle) and one demand.
    fn prove_demand(&self, evidence: &Evidence, signature: Signature<'_>, demand: &Demand) -> Arc<Proof>;

    /// The proof for one Notation signature of the content that `evidence` is about, and one demand.
    fn prove_notary(
        &self,
        evidence: &Evidence,
        artifact: &Artifact,
        demand: &NotaryDemand,
    ) -> Arc<NotaryProof>;

    /// Whether authorities vouch for a certificate that a policy pins, at the beginning of its validity (cosign's
    /// `ValidateAndUnpackCert`); subject and issuer of the demand are not compared.
    ///
    /// # Errors
    /// Why not.
    fn vouches(&self, certificate: &[u8], demand: &CertificateDemand) -> Result<(), Box<Reason>>;

    /// What the certificate of a signature is taken to claim, where a policy compares it after the proof. Only what is no
    /// proof of a real image (a near miss thrown at a draft) answers anything but the claims as they are.
    fn claimed(&self, claims: Claims, evidence: &Evidence) -> Claims {
        let _ = evidence;
        claims
    }
}

/// What only somebody outside can answer, beside the content of the image at hand.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Question {
    /// What hangs on another image, named as in references; by digest where the answer must not move.
    Evidence {
        /// The name.
        image: String,
    },
    /// What another repository holds for a digest, without the content of the digest itself.
    Attached {
        /// The repository, with its host.
        repository: String,
        /// The digest of the image.
        digest: Digest,
        /// What stands before the tags that are derived from the digest; mostly nothing.
        prefix: String,
    },
    /// Entries of a transparency log of version 1 (`POST /api/v1/log/entries/retrieve`).
    Log {
        /// The log's address.
        url: String,
        /// The search as JSON.
        search: String,
    },
    /// The status of a certificate (RFC 6960).
    Ocsp {
        /// The responder, as the certificate names it.
        url: String,
        /// The request in DER.
        request: Vec<u8>,
    },
    /// A revocation list (RFC 5280).
    Crl {
        /// Where, as the certificate or another list names it.
        url: String,
    },
    /// An object or a list of the cluster that is followed: a GET of this path of its API.
    Object {
        /// Path and query, e.g. `/api/v1/namespaces/a/configmaps/b`.
        path: String,
    },
    /// The public key in a Secret of that cluster, as cosign keeps it (`cosign.pub`). Nothing else of the Secret is ever
    /// handed on.
    PublicKey {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

impl Question {
    /// What is asked, for people; hostile text.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Evidence { image } => format!("fetch {image}"),
            Self::Attached { repository, digest, .. } => format!("look for {digest} in {repository}"),
            Self::Log { url, .. } => format!("search of the transparency log {url}"),
            Self::Ocsp { url, .. } => format!("status of a certificate at {url}"),
            Self::Crl { url } => format!("revocation list {url}"),
            Self::Object { path } => format!("get {path} of the cluster"),
            Self::PublicKey { namespace, name } => {
                format!("get the public key in Secret {namespace}/{name} of the cluster")
            }
        }
    }

    /// Whether only a cluster can answer.
    #[must_use]
    pub fn is_of_cluster(&self) -> bool {
        matches!(self, Self::Object { .. } | Self::PublicKey { .. })
    }

    /// Why there is no answer when nobody is there who could be asked.
    #[must_use]
    pub fn unasked(&self) -> Missing {
        let what = self.words();
        if self.is_of_cluster() { Missing::NoCluster { what } } else { Missing::Offline { what } }
    }

    /// The host that is asked, with its port, as far as the text shows it; hostile text.
    #[must_use]
    pub fn host(&self) -> &str {
        let text = match self {
            Self::Evidence { image } => image,
            Self::Attached { repository, .. } => repository,
            Self::Log { url, .. } | Self::Ocsp { url, .. } | Self::Crl { url } => url,
            Self::Object { .. } | Self::PublicKey { .. } => return "cluster",
        };
        let rest = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }
}

/// An answer, unjudged.
#[derive(Clone, Debug)]
pub enum Reply {
    /// To [`Question::Evidence`] and [`Question::Attached`].
    Evidence(Arc<Evidence>),
    /// The body of the answer, within the limit of its kind.
    Bytes(Arc<[u8]>),
}

/// Who is asked while something is judged. Nothing waits here: what is not known yet is [`Missing::Waiting`], is asked for
/// in the background, and judged again.
pub trait Outside: Send + Sync {
    /// The answer.
    ///
    /// # Errors
    /// Why there is none: not yet, not with `--offline`, or not at all.
    fn ask(&self, question: &Question) -> Result<Reply, Missing>;
}

/// Nobody can be asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Outside for Nobody {
    fn ask(&self, question: &Question) -> Result<Reply, Missing> {
        Err(question.unasked())
    }
}

/// Services beside registries: logs, responders, places of revocation lists; or a cluster. Bounded in size and time.
pub trait Services: Send + Sync {
    /// Asks one; [`Question::Evidence`] and [`Question::Attached`] are not for services, and what [is of the
    /// cluster](Question::is_of_cluster) only for a cluster.
    fn fetch<'a>(&'a self, question: &'a Question) -> Answer<'a, Arc<[u8]>>;
}
