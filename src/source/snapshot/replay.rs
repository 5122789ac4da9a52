//! An record as a store: it gives the answers that were given, and knows no others.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::FILE_LIMIT;
use super::answers::{Given, Question};
use super::place::Place;
use crate::format::oci::MANIFEST_LIMIT;
use crate::model::{Digest, Missing, Reference};
use crate::port::{self, Answer, Manifest, Referrers, Services, Store, TagPage};

/// The store. Content is read when it is asked for, and checked against its digest.
#[derive(Debug)]
pub struct Replay {
    place: Place,
    answers: BTreeMap<Question, Given>,
    /// What was asked for and is not as the index says.
    faults: Mutex<Vec<String>>,
}

impl Replay {
    pub(super) fn new(place: Place, answers: BTreeMap<Question, Given>) -> Self {
        Self { place, answers, faults: Mutex::default() }
    }

    /// What was asked for and could not be given although it should be there.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fault(&self, missing: Missing) -> Missing {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let text = missing.to_string();
        if !faults.contains(&text) && faults.len() < 1_000 {
            faults.push(text);
        }
        missing
    }

    /// The kept answer. What was never asked is unknown, which is not the same as "there is none".
    fn given(&self, question: &Question) -> Result<&Given, Missing> {
        match self.answers.get(question) {
            Some(Given::Missing(missing)) => Err(missing.clone()),
            Some(given) => Ok(given),
            None => {
                let Question { repository, kind, key } = question;
                Err(self.fault(Missing::Unsupported {
                    what: format!("{} {key} of {repository}, which is not in the record,", kind.word()),
                }))
            }
        }
    }

    fn strange(&self, question: &Question) -> Missing {
        let problem = "the index of the record answers another question".to_owned();
        self.fault(Missing::Malformed { what: question.key.clone(), problem })
    }

    fn read_manifest(&self, reference: &Reference) -> Result<Manifest, Missing> {
        let question = Question::manifest(reference);
        match self.given(&question)? {
            Given::Manifest { digest, media_type } => {
                if reference.digest.as_ref().is_some_and(|wanted| wanted != digest) {
                    return Err(self.strange(&question));
                }
                let bytes = self.place.blob(digest, MANIFEST_LIMIT).map_err(|why| self.fault(why))?;
                let media_type = media_type.clone();
                Ok(Manifest { digest: digest.clone(), media_type, bytes: bytes.into() })
            }
            _ => Err(self.strange(&question)),
        }
    }

    fn read_blob(
        &self,
        repository: &Reference,
        digest: &Digest,
        size: u64,
        limit: u64,
    ) -> Result<Arc<[u8]>, Missing> {
        let question = Question::blob(repository, digest);
        match self.given(&question)? {
            Given::Blob => {
                let bytes = self.place.blob(digest, limit).map_err(|why| self.fault(why))?;
                match u64::try_from(bytes.len()) {
                    Ok(found) if found == size => Ok(bytes.into()),
                    found => Err(self.fault(Missing::Truncated {
                        what: digest.to_string(),
                        wanted: size,
                        found: found.unwrap_or(u64::MAX),
                    })),
                }
            }
            _ => Err(self.strange(&question)),
        }
    }

    fn read_referrers(&self, repository: &Reference, subject: &Digest) -> Result<Referrers, Missing> {
        let question = Question::referrers(repository, subject);
        match self.given(&question)? {
            Given::Referrers(entries) => Ok(Referrers::Answered(entries.clone())),
            Given::NoApi => Ok(Referrers::NoApi),
            _ => Err(self.strange(&question)),
        }
    }

    /// What a service answered then; one that was never asked is not reached now.
    fn read_reply(&self, asked: &port::Question) -> Result<Arc<[u8]>, Missing> {
        let question =
            Question::service(asked).ok_or_else(|| Missing::Unsupported { what: asked.words() })?;
        match self.answers.get(&question) {
            None => Err(Missing::Offline { what: asked.words() }),
            Some(Given::Missing(missing)) => Err(missing.clone()),
            Some(Given::Reply(digest)) => {
                let bytes = self.place.blob(digest, FILE_LIMIT).map_err(|why| self.fault(why))?;
                Ok(bytes.into())
            }
            Some(_) => Err(self.strange(&question)),
        }
    }
}

impl Services for Replay {
    fn fetch<'a>(&'a self, asked: &'a port::Question) -> Answer<'a, Arc<[u8]>> {
        ready(self.read_reply(asked))
    }
}

fn ready<'a, T: Send + 'a>(result: Result<T, Missing>) -> Answer<'a, T> {
    Box::pin(std::future::ready(result))
}

impl Store for Replay {
    fn manifest<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Manifest> {
        ready(self.read_manifest(reference))
    }

    fn blob<'a>(
        &'a self,
        repository: &'a Reference,
        digest: &'a Digest,
        size: u64,
        limit: u64,
    ) -> Answer<'a, Arc<[u8]>> {
        ready(self.read_blob(repository, digest, size, limit))
    }

    fn referrers<'a>(&'a self, repository: &'a Reference, subject: &'a Digest) -> Answer<'a, Referrers> {
        ready(self.read_referrers(repository, subject))
    }

    fn tags<'a>(&'a self, repository: &'a Reference, _page: Option<&'a str>) -> Answer<'a, TagPage> {
        ready(Err(Missing::Unsupported { what: format!("the list of tags of {}", repository.name()) }))
    }
}
