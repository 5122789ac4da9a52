//! The caller's end of the engine: send commands, read the newest world, wait.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::command::Command;
use crate::model::World;

/// A handle; cheap to clone. Dropping the last one stops the engine.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::UnboundedSender<Command>,
    world: watch::Receiver<Arc<World>>,
}

impl Handle {
    /// Joins the two ends.
    #[must_use]
    pub fn new(commands: mpsc::UnboundedSender<Command>, world: watch::Receiver<Arc<World>>) -> Self {
        Self { commands, world }
    }

    /// Sends a command; one sent to a stopped engine is dropped.
    pub fn send(&self, command: Command) {
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

    /// Waits until no work is running or waiting.
    pub async fn settled(&mut self) {
        while !self.world.borrow_and_update().settled() {
            if self.world.changed().await.is_err() {
                return;
            }
        }
    }
}
