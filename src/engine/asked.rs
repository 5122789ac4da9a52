//! What others outside were asked while something was judged: answers that are kept, and questions that still have to go out.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::discover::{self, Limits};
use crate::model::{Missing, Reference};
use crate::port::{Outside, Question, Reply, Services, Store};
use crate::source::snapshot::ObjectKept;

/// Most answers that are kept: nobody who writes policies or certificates makes us ask without end.
const MOST: usize = 10_000;

#[derive(Default)]
struct Kept {
    answers: HashMap<Question, Result<Reply, Missing>>,
    missed: BTreeSet<Question>,
    /// A cluster is followed.
    cluster: bool,
}

/// Answers and open questions; clones share them.
#[derive(Clone, Default)]
pub struct Asked {
    kept: Arc<Mutex<Kept>>,
    offline: bool,
}

impl Asked {
    /// Nothing is known yet; `offline`: services are not to be asked.
    #[must_use]
    pub fn new(offline: bool) -> Self {
        Self { kept: Arc::default(), offline }
    }

    fn locked<T>(&self, with: impl FnOnce(&mut Kept) -> T) -> T {
        with(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The questions that have been asked since the last time and have no answer yet.
    #[must_use]
    pub fn missed(&self) -> BTreeSet<Question> {
        self.locked(|kept| std::mem::take(&mut kept.missed))
    }

    /// Keeps an answer.
    pub fn put(&self, question: Question, answer: Result<Reply, Missing>) {
        self.locked(|kept| kept.answers.insert(question, answer));
    }

    /// Calls `see` with every question that has an answer.
    pub fn each(&self, mut see: impl FnMut(&Question, &Result<Reply, Missing>)) {
        self.locked(|kept| kept.answers.iter().for_each(|(question, answer)| see(question, answer)));
    }

    /// Forgets all answers: they are asked for again.
    pub fn forget(&self) {
        // Without a cluster its answers come from a recording, and there is nobody who could be asked again.
        self.locked(|kept| {
            let cluster = kept.cluster;
            kept.answers.retain(|question, _| !cluster && question.is_of_cluster());
        });
    }

    /// Forgets one answer.
    pub fn forget_one(&self, question: &Question) {
        self.locked(|kept| kept.answers.remove(question));
    }

    /// What a cluster answered, in order.
    #[must_use]
    pub fn of_cluster(&self) -> Vec<ObjectKept> {
        let bytes = |reply: &Result<Reply, Missing>| match reply {
            Ok(Reply::Bytes(bytes)) => Some(Ok(bytes.clone())),
            Ok(Reply::Evidence(_)) => None,
            Err(missing) => Some(Err(missing.clone())),
        };
        let mut all: Vec<ObjectKept> = self.locked(|kept| {
            let own = kept.answers.iter().filter(|(question, _)| question.is_of_cluster());
            own.filter_map(|(question, reply)| Some((question.clone(), bytes(reply)?))).collect()
        });
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    /// Another cluster is followed, or none: forgets what the one before answered, and says whether there was anything.
    #[must_use]
    pub fn follow(&self, cluster: bool) -> bool {
        self.locked(|kept| {
            kept.cluster = cluster;
            let before = kept.answers.len();
            kept.answers.retain(|question, _| !question.is_of_cluster());
            kept.missed.retain(|question| !question.is_of_cluster());
            kept.answers.len() < before
        })
    }
}

impl Outside for Asked {
    fn ask(&self, question: &Question) -> Result<Reply, Missing> {
        // Content of registries may lie on this disk: the store knows.
        if self.offline
            && !question.is_of_cluster()
            && !matches!(question, Question::Evidence { .. } | Question::Attached { .. })
        {
            return Err(Missing::Offline { what: question.words() });
        }
        self.locked(|kept| {
            if let Some(known) = kept.answers.get(question) {
                return known.clone();
            }
            if question.is_of_cluster() && !kept.cluster {
                return Err(question.unasked());
            }
            if kept.answers.len() + kept.missed.len() >= MOST {
                return Err(Missing::TooMany { what: "questions to services".to_owned(), limit: MOST });
            }
            kept.missed.insert(question.clone());
            Err(Missing::Waiting)
        })
    }
}

/// Gets an answer: content from the store, everything else from the services.
///
/// # Errors
/// Why there is none.
pub async fn answer(
    question: &Question,
    store: &dyn Store,
    services: Option<&dyn Services>,
) -> Result<Reply, Missing> {
    let parsed = |name: &str| {
        Reference::parse(name).map_err(|error| Missing::Malformed {
            what: format!("image reference {name}"),
            problem: error.to_string(),
        })
    };
    match (question, services) {
        (Question::Evidence { image }, _) => {
            let evidence = discover::evidence(store, &parsed(image)?, &Limits::default()).await?;
            Ok(Reply::Evidence(Arc::new(evidence)))
        }
        (Question::Attached { repository, digest, prefix }, _) => {
            let evidence =
                discover::attached(store, &parsed(repository)?, digest, prefix, &Limits::default()).await;
            Ok(Reply::Evidence(Arc::new(evidence)))
        }
        (_, Some(services)) => services.fetch(question).await.map(Reply::Bytes),
        (_, None) => Err(question.unasked()),
    }
}
