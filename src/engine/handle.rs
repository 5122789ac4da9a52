//! The caller's end of the engine: send commands, read the newest world, wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, watch};

use super::command::Command;
use crate::model::World;

/// A handle; cheap to clone. Dropping the last one stops the engine.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::UnboundedSender<Command>,
    world: watch::Receiver<Arc<World>>,
    /// Commands sent through any clone of the handle: a world that has handled fewer is not settled.
    sent: Arc<AtomicU64>,
}

impl Handle {
    /// Joins the two ends.
    #[must_use]
    pub fn new(commands: mpsc::UnboundedSender<Command>, world: watch::Receiver<Arc<World>>) -> Self {
        Self { commands, world, sent: Arc::default() }
    }

    /// Sends a command; one sent to a stopped engine is dropped.
    pub fn send(&self, command: Command) {
        self.sent.fetch_add(1, Ordering::SeqCst);
        // A stopped engine has nobody left to tell.
        let _ = self.commands.send(command);
    }

    /// The newest snapshot.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.world.borrow().clone()
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
                let world = self.world.borrow_and_update();
                if world.handled >= sent && world.settled() {
                    return;
                }
            }
            if self.world.changed().await.is_err() {
                return;
            }
        }
    }
}
