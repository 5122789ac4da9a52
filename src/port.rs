//! What the outside implements for the stages: where content comes from, who proves, what time it is.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::model::artifact::{Artifact, Evidence, Signature};
use crate::model::demand::Demand;
use crate::model::identity::Claims;
use crate::model::notary::{NotaryDemand, NotaryProof};
use crate::model::{Digest, Missing, Proof, Reference, Verifier};

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

    /// What the certificate of a signature is taken to claim, where a policy compares it after the proof. Only what is no
    /// proof of a real image (a near miss thrown at a draft) answers anything but the claims as they are.
    fn claimed(&self, claims: Claims, evidence: &Evidence) -> Claims {
        let _ = evidence;
        claims
    }
}
