//! Composes the stages: owns tasks, memories, limits and cancellation, and publishes snapshots of the world.

pub mod command;
pub mod handle;

pub use command::{Command, PolicyInput, SourceInput};
pub use handle::Handle;
