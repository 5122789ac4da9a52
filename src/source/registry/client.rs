//! A registry as a store.

use std::sync::Arc;

use reqwest::Url;
use reqwest::header::HeaderName;

use super::host::Host;
use super::options::{RegistryOptions, StartError};
use super::transport::{Call, Transport};
use crate::format::hash::digest_of;
use crate::format::oci::{self, Document, MANIFEST_LIMIT};
use crate::model::world::HostRow;
use crate::model::{Digest, Missing, Reference};
use crate::port::{Answer, Manifest, Referrers, Store, TagPage};
use crate::source::requests::{RequestLog, RequestRecord};

/// Everything that can be named by a tag.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json, \
                         application/vnd.docker.distribution.manifest.v2+json, \
                         application/vnd.oci.artifact.manifest.v1+json, */*;q=0.1";
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
/// Tags that are asked for at a time.
const TAGS: &str = "1000";

/// A client for all registries; it needs a tokio runtime. Clones share connections, tokens and the list of requests.
#[derive(Clone, Debug)]
pub struct Registry(Arc<Transport>);

impl Registry {
    /// Sets a client up; the crypto provider is installed if there is none.
    ///
    /// # Errors
    /// When the HTTP client cannot be built (a proxy of the environment that is no URL, for example).
    pub fn new(options: RegistryOptions) -> Result<Self, StartError> {
        Self::with_log(options, RequestLog::default())
    }

    /// The same, with a list of requests that others write to as well.
    ///
    /// # Errors
    /// As [`Registry::new`].
    pub fn with_log(options: RegistryOptions, log: RequestLog) -> Result<Self, StartError> {
        Ok(Self(Arc::new(Transport::new(options, log)?)))
    }

    /// The requests that were made, the oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.0.log.requests()
    }

    async fn url(&self, host: &Host, repository: &str, tail: &[&str]) -> Result<Url, Missing> {
        let base = self.0.base(host).await?;
        let parts: Vec<&str> =
            ["v2"].into_iter().chain(repository.split('/')).chain(tail.iter().copied()).collect();
        let malformed = || Missing::Malformed {
            what: format!("{}/{repository}", host.name),
            problem: "its name cannot stand in a URL".to_owned(),
        };
        if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(malformed());
        }
        let mut url = base.clone();
        url.path_segments_mut().map_err(|()| malformed())?.clear().extend(parts);
        Ok(url)
    }

    async fn get_manifest(&self, reference: &Reference) -> Result<Manifest, Missing> {
        let host = self.0.host(&reference.registry);
        let what = reference.to_string();
        let tail = ["manifests", reference.identifier()];
        let url = self.url(&host, &reference.repository, &tail).await?;
        let call = Call {
            host: &host,
            url,
            accept: MANIFESTS,
            limit: MANIFEST_LIMIT,
            size: None,
            what: &what,
            form: None,
            follow: true,
        };
        let answer = self.0.exchange(&call, &reference.repository).await?;
        if !answer.status.is_success() {
            return Err(answer.refusal(&what));
        }
        let named = answer.header(CONTENT_DIGEST).and_then(|text| text.trim().parse::<Digest>().ok());
        for digest in reference.digest.iter().chain(&named) {
            oci::check(&answer.body, digest)?;
        }
        let digest = reference.digest.clone().unwrap_or_else(|| digest_of(&answer.body));
        let announced = answer.media_type().unwrap_or_default().to_owned();
        let media_type = match Document::parse(&what, &answer.body) {
            Ok(document) => document.media_type(Some(&announced)),
            // Whoever asked will meet the same problem, with the bytes at hand.
            Err(_) => announced,
        };
        Ok(Manifest { digest, media_type, bytes: answer.body.into() })
    }

    async fn get_blob(
        &self,
        repository: &Reference,
        digest: &Digest,
        size: u64,
        limit: u64,
    ) -> Result<Arc<[u8]>, Missing> {
        let what = format!("{digest} of {}", repository.name());
        if size > limit {
            return Err(Missing::TooLarge { what, size, limit });
        }
        let host = self.0.host(&repository.registry);
        let url = self.url(&host, &repository.repository, &["blobs", digest.as_str()]).await?;
        let call = Call {
            host: &host,
            url,
            accept: "*/*",
            limit,
            size: Some(size),
            what: &what,
            form: None,
            follow: true,
        };
        let answer = self.0.exchange(&call, &repository.repository).await?;
        if !answer.status.is_success() {
            return Err(answer.refusal(&what));
        }
        oci::check(&answer.body, digest)?;
        Ok(answer.body.into())
    }

    async fn get_referrers(&self, repository: &Reference, subject: &Digest) -> Result<Referrers, Missing> {
        let host = self.0.host(&repository.registry);
        let url = self.url(&host, &repository.repository, &["referrers", subject.as_str()]).await?;
        self.0.all_referrers(&host, &repository.repository, url).await
    }

    async fn get_tags(&self, repository: &Reference, page: Option<&str>) -> Result<TagPage, Missing> {
        let host = self.0.host(&repository.registry);
        let mut first = self.url(&host, &repository.repository, &["tags", "list"]).await?;
        first.query_pairs_mut().append_pair("n", TAGS);
        self.0.tag_page(&host, &repository.repository, &first, page).await
    }
}

impl Store for Registry {
    fn manifest<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Manifest> {
        Box::pin(self.get_manifest(reference))
    }

    fn blob<'a>(
        &'a self,
        repository: &'a Reference,
        digest: &'a Digest,
        size: u64,
        limit: u64,
    ) -> Answer<'a, Arc<[u8]>> {
        Box::pin(self.get_blob(repository, digest, size, limit))
    }

    fn referrers<'a>(&'a self, repository: &'a Reference, subject: &'a Digest) -> Answer<'a, Referrers> {
        Box::pin(self.get_referrers(repository, subject))
    }

    fn tags<'a>(&'a self, repository: &'a Reference, page: Option<&'a str>) -> Answer<'a, TagPage> {
        Box::pin(self.get_tags(repository, page))
    }

    fn hosts(&self) -> Vec<HostRow> {
        self.0.hosts()
    }
}
