//! The caller's end of the engine: send commands, read the newest world, wait.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, watch};

use super::command::Command;
use super::compare::Compare;
use super::export::Export;
use crate::model::diff::Diff;
use crate::model::{Moment, WhatIf, World};
use crate::source::snapshot::{Exported, Target};

/// A handle; cheap to clone. Dropping the last one stops the engine.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::UnboundedSender<Command>,
    world: watch::Receiver<Arc<World>>,
    what_if: watch::Receiver<Arc<WhatIf>>,
    /// Commands sent through any clone of the handle: a world that has handled fewer is not settled.
    sent: Arc<AtomicU64>,
}

impl Handle {
    /// Joins the two ends.
    #[must_use]
    pub fn new(
        commands: mpsc::UnboundedSender<Command>,
        world: watch::Receiver<Arc<World>>,
        what_if: watch::Receiver<Arc<WhatIf>>,
    ) -> Self {
        Self { commands, world, what_if, sent: Arc::default() }
    }

    /// Sends a command; one sent to a stopped engine is dropped.
    pub fn send(&self, command: Command) {
        self.sent.fetch_add(1, Ordering::SeqCst);
        // A stopped engine has nobody left to tell.
        let _ = self.commands.send(command);
    }

    /// What is otherwise between two images that are looked at, by their names as written.
    ///
    /// # Errors
    /// Which of them is not fetched, and why.
    pub async fn diff(&self, a: Arc<str>, b: Arc<str>) -> Result<Diff, String> {
        let (reply, mut answer) = mpsc::unbounded_channel();
        self.send(Command::Compare(Compare { a, b, reply }));
        answer.recv().await.unwrap_or_else(|| Err("the engine stopped".to_owned()))
    }

    /// Writes the evidence of everything that is known, into a directory or one file. `verdicts` is
    /// the audit as JSON, of the instant `as_of`; `command` the line that leads to it.
    ///
    /// # Errors
    /// Why it was not written, in words.
    pub async fn export(
        &self,
        path: PathBuf,
        one_file: bool,
        command: String,
        verdicts: String,
        as_of: Moment,
    ) -> Result<Exported, String> {
        let (reply, mut outcome) = mpsc::unbounded_channel();
        let target = if one_file { Target::File(path) } else { Target::Directory(path) };
        self.send(Command::Export(Export { target, command, verdicts, as_of, reply }));
        outcome.recv().await.unwrap_or_else(|| Err("the engine stopped".to_owned()))
    }

    /// The newest snapshot.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.world.borrow().clone()
    }

    /// The newest answer for the draft.
    #[must_use]
    pub fn what_if(&self) -> Arc<WhatIf> {
        self.what_if.borrow().clone()
    }

    /// Waits until there is a newer answer for a draft than the last one seen through this handle; `false`: the engine
    /// stopped.
    pub async fn judged(&mut self) -> bool {
        self.what_if.changed().await.is_ok()
    }

    /// Waits until there is a newer snapshot than the last one seen through this handle; `false`: the engine stopped.
    pub async fn changed(&mut self) -> bool {
        self.world.changed().await.is_ok()
    }

    /// Waits until every command sent is carried out and no work is running or waiting.
    pub async fn settled(&mut self) {
        loop {
            let sent = self.sent.load(Ordering::SeqCst);
            {
                let (world, what_if) = (self.world.borrow_and_update(), self.what_if.borrow_and_update());
                if world.handled.max(what_if.handled) >= sent && world.settled() && !what_if.busy {
                    return;
                }
            }
            let gone = tokio::select! {
                world = self.world.changed() => world.is_err(),
                what_if = self.what_if.changed() => what_if.is_err(),
            };
            if gone {
                return;
            }
        }
    }
}
