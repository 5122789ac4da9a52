//! Questions to a store and to services with their answers, kept so that another run can be given the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::format::hash::digest_of;
use crate::model::{Digest, Missing, Reference};
use crate::port::{self, Answer, Manifest, Referrers, Reply, Store, TagPage};

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A manifest, by tag or digest.
    Manifest,
    /// A blob, by digest.
    Blob,
    /// Manifests whose subject is a digest.
    Referrers,
    /// Entries of a transparency log.
    Log,
    /// The status of a certificate (OCSP).
    Status,
    /// A revocation list.
    List,
}

impl Kind {
    /// The word in the index.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Blob => "blob",
            Self::Referrers => "referrers",
            Self::Log => "log",
            Self::Status => "status",
            Self::List => "list",
        }
    }
}

/// A question to a store or a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Question {
    /// The repository, `HOST/NAME`; of a service its URL.
    pub repository: String,
    /// What was asked for.
    pub kind: Kind,
    /// Tag or digest; of a service the digest of what it was sent.
    pub key: String,
}

impl Question {
    /// The question for a manifest.
    #[must_use]
    pub fn manifest(reference: &Reference) -> Self {
        let key = match &reference.digest {
            Some(digest) => digest.to_string(),
            None => reference.identifier().to_owned(),
        };
        Self { repository: reference.name(), kind: Kind::Manifest, key }
    }

    /// The question for a blob.
    #[must_use]
    pub fn blob(repository: &Reference, digest: &Digest) -> Self {
        Self { repository: repository.name(), kind: Kind::Blob, key: digest.to_string() }
    }

    /// The question for referrers.
    #[must_use]
    pub fn referrers(repository: &Reference, subject: &Digest) -> Self {
        Self { repository: repository.name(), kind: Kind::Referrers, key: subject.to_string() }
    }

    /// The question to a service; `None`: it is for a store.
    #[must_use]
    pub fn service(asked: &port::Question) -> Option<Self> {
        let (kind, url, sent): (Kind, &str, &[u8]) = match asked {
            // What is of a cluster is kept with it.
            port::Question::Evidence { .. }
            | port::Question::Attached { .. }
            | port::Question::Object { .. }
            | port::Question::PublicKey { .. } => return None,
            port::Question::Log { url, search } => (Kind::Log, url, search.as_bytes()),
            port::Question::Ocsp { url, request } => (Kind::Status, url, request),
            port::Question::Crl { url } => (Kind::List, url, &[]),
        };
        Some(Self { repository: url.to_owned(), kind, key: digest_of(sent).to_string() })
    }
}

/// The answer, without the content, which is kept by digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A manifest.
    Manifest {
        /// Its digest.
        digest: Digest,
        /// Media type as it was answered.
        media_type: String,
    },
    /// A blob; its digest is in the question.
    Blob,
    /// Descriptors as they came.
    Referrers(Vec<Value>),
    /// The source has no referrers API.
    NoApi,
    /// What a service answered, by its digest: signed and public, as logs and authorities give it to everybody.
    Reply(Digest),
    /// There was no answer.
    Missing(Missing),
}

/// Answers and the content that they name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// What was answered.
    pub answers: BTreeMap<Question, Given>,
    /// Content by digest; its bytes have been checked.
    pub blobs: BTreeMap<Digest, Arc<[u8]>>,
}

impl Record {
    /// Keeps what a service answered.
    pub fn keep_service(&mut self, asked: &port::Question, answer: &Result<Reply, Missing>) {
        let Some(question) = Question::service(asked) else { return };
        let given = match answer {
            Ok(Reply::Bytes(bytes)) => {
                let digest = digest_of(bytes);
                self.blobs.insert(digest.clone(), bytes.clone());
                Given::Reply(digest)
            }
            Ok(Reply::Evidence(_)) => return,
            Err(missing) => Given::Missing(missing.clone()),
        };
        self.answers.insert(question, given);
    }
}

/// A store that remembers what it was asked. Lists of tags are not kept: what they led to is a list of images.
pub struct Recorder<'a> {
    inner: &'a dyn Store,
    record: Mutex<Record>,
}

impl<'a> Recorder<'a> {
    /// Remembers what `inner` answers.
    #[must_use]
    pub fn new(inner: &'a dyn Store) -> Self {
        Self { inner, record: Mutex::default() }
    }

    /// What was asked and answered.
    #[must_use]
    pub fn record(self) -> Record {
        self.record.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, question: Question, given: Given, content: Option<(Digest, Arc<[u8]>)>) {
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.answers.insert(question, given);
        record.blobs.extend(content);
    }
}

impl Store for Recorder<'_> {
    fn manifest<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Manifest> {
        Box::pin(async move {
            let answer = self.inner.manifest(reference).await;
            let (given, content) = match &answer {
                Ok(Manifest { digest, media_type, bytes }) => (
                    Given::Manifest { digest: digest.clone(), media_type: media_type.clone() },
                    Some((digest.clone(), bytes.clone())),
                ),
                Err(missing) => (Given::Missing(missing.clone()), None),
            };
            self.keep(Question::manifest(reference), given, content);
            answer
        })
    }

    fn blob<'a>(
        &'a self,
        repository: &'a Reference,
        digest: &'a Digest,
        size: u64,
        limit: u64,
    ) -> Answer<'a, Arc<[u8]>> {
        Box::pin(async move {
            let answer = self.inner.blob(repository, digest, size, limit).await;
            let (given, content) = match &answer {
                Ok(bytes) => (Given::Blob, Some((digest.clone(), bytes.clone()))),
                Err(missing) => (Given::Missing(missing.clone()), None),
            };
            self.keep(Question::blob(repository, digest), given, content);
            answer
        })
    }

    fn referrers<'a>(&'a self, repository: &'a Reference, subject: &'a Digest) -> Answer<'a, Referrers> {
        Box::pin(async move {
            let answer = self.inner.referrers(repository, subject).await;
            let given = match &answer {
                Ok(Referrers::Answered(entries)) => Given::Referrers(entries.clone()),
                Ok(Referrers::NoApi) => Given::NoApi,
                Err(missing) => Given::Missing(missing.clone()),
            };
            self.keep(Question::referrers(repository, subject), given, None);
            answer
        })
    }

    fn tags<'a>(&'a self, repository: &'a Reference, page: Option<&'a str>) -> Answer<'a, TagPage> {
        self.inner.tags(repository, page)
    }
}
