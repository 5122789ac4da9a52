//! Lists and watches one kind of object at one place for ever, and tells what changes.

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use kube::api::WatchEvent;
use serde_json::Value;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep};

use super::ask::{Place, changes, page};
use super::connect::Connection;
use super::event::Event;
use super::machine::{Act, Machine};
use super::pod::{key, version};
use super::problem::Problem;

/// Most changes that are told at once.
const AT_ONCE: usize = 500;
/// A watch that ends sooner and told nothing is as good as refused.
const AT_LEAST: Duration = Duration::from_secs(1);
/// Most objects of one kind.
const MOST: usize = 500_000;

/// What is heard of a place.
#[derive(Debug)]
pub(super) enum Heard {
    /// New and changed objects.
    Changed(Vec<Value>),
    /// Keys of objects that are gone.
    Gone(Vec<String>),
    /// The list is complete.
    Complete,
    /// The API server does not answer as it should.
    Lost(Problem),
    /// It answers again.
    Back,
}

/// One list and watch under way.
struct Following<'a, F> {
    connection: &'a Connection,
    place: &'a Place,
    out: &'a Sender<Event>,
    /// What is heard as events.
    read: F,
    machine: Machine,
    lost: bool,
}

/// Nobody listens any more.
struct Unheard;

/// Why a step did not do.
enum Trouble {
    Unheard,
    Problem(Problem),
}

impl From<Unheard> for Trouble {
    fn from(_: Unheard) -> Self {
        Self::Unheard
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Follows a place for as long as `out` is listened to; `read` makes events of what is heard. The next page is asked for
/// when the one before has been taken.
///
/// # Errors
/// What waiting will not help against, as long as nothing has been seen. What was seen once stays in sight: a role that
/// was taken away or a token that ended may come back.
pub(super) async fn follow(
    connection: &Connection,
    place: &Place,
    out: &Sender<Event>,
    read: impl FnMut(Heard) -> Vec<Event>,
) -> Result<(), Problem> {
    let mut following = Following { connection, place, out, read, machine: Machine::new(), lost: false };
    loop {
        let stepped = match following.machine.act() {
            Act::List(token) => following.list(token).await,
            Act::Watch(from) => following.watch(&from).await,
        };
        let problem = match stepped {
            Ok(()) => continue,
            Err(Trouble::Unheard) => return Ok(()),
            Err(Trouble::Problem(problem)) => problem,
        };
        if !following.machine.is_complete() && !problem.may_pass() {
            return Err(problem);
        }
        if following.pause(problem).await.is_err() {
            return Ok(());
        }
    }
}

impl<F: FnMut(Heard) -> Vec<Event>> Following<'_, F> {
    async fn tell(&mut self, heard: Heard) -> Result<(), Unheard> {
        for event in (self.read)(heard) {
            self.out.send(event).await.map_err(|_| Unheard)?;
        }
        Ok(())
    }

    async fn pause(&mut self, problem: Problem) -> Result<(), Unheard> {
        let pause = self.machine.failed(&problem);
        if problem != Problem::Expired {
            self.lost = true;
            self.tell(Heard::Lost(problem)).await?;
        }
        sleep(Duration::from_millis(pause)).await;
        Ok(())
    }

    async fn back(&mut self) -> Result<(), Unheard> {
        if std::mem::take(&mut self.lost) { self.tell(Heard::Back).await } else { Ok(()) }
    }

    async fn list(&mut self, token: Option<String>) -> Result<(), Trouble> {
        let mut page = page(self.connection, self.place, token).await?;
        let items = page.take();
        let keys: Vec<String> = items.iter().map(key).collect();
        let before = self.machine.is_complete();
        let gone = self.machine.page(&keys, page.metadata.next, &page.metadata.resource_version);
        if self.machine.objects() > MOST {
            return Err(Problem::Other { detail: format!("more than {MOST} objects") }.into());
        }
        self.back().await?;
        if !items.is_empty() {
            self.tell(Heard::Changed(items)).await?;
        }
        if !gone.is_empty() {
            self.tell(Heard::Gone(gone)).await?;
        }
        if !before && self.machine.is_complete() {
            self.tell(Heard::Complete).await?;
        }
        Ok(())
    }

    async fn watch(&mut self, from: &str) -> Result<(), Trouble> {
        let changes = changes(self.connection, self.place, from).await?;
        self.back().await?;
        let mut changes = pin!(changes.ready_chunks(AT_ONCE));
        let (began, mut told) = (Instant::now(), false);
        while let Some(chunk) = changes.next().await {
            told = true;
            let mut problem = None;
            let mut heard = Vec::new();
            for change in chunk {
                match change.and_then(|change| self.change(change, &mut heard)) {
                    Ok(()) => {}
                    Err(found) => problem = problem.or(Some(found)),
                }
            }
            for heard in heard {
                self.tell(heard).await?;
            }
            if let Some(problem) = problem {
                return Err(problem.into());
            }
        }
        let pause = self.machine.ended(!told && began.elapsed() < AT_LEAST);
        sleep(Duration::from_millis(pause)).await;
        Ok(())
    }

    /// Takes a change in; changes of one sort that come together are told together.
    fn change(&mut self, change: WatchEvent<Value>, heard: &mut Vec<Heard>) -> Result<(), Problem> {
        match change {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                self.machine.changed(&key(&object), version(&object));
                match heard.last_mut() {
                    Some(Heard::Changed(objects)) => objects.push(object),
                    _ => heard.push(Heard::Changed(vec![object])),
                }
            }
            WatchEvent::Deleted(object) => {
                self.machine.deleted(&key(&object), version(&object));
                match heard.last_mut() {
                    Some(Heard::Gone(keys)) => keys.push(key(&object)),
                    _ => heard.push(Heard::Gone(vec![key(&object)])),
                }
            }
            WatchEvent::Bookmark(mark) => self.machine.moved(&mark.metadata.resource_version),
            WatchEvent::Error(status) => {
                return Err(Problem::of_status(status.code, &status.message, &self.place.what));
            }
        }
        Ok(())
    }
}
