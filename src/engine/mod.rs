//! Composes the stages: owns tasks, memories, limits and cancellation, and publishes snapshots of the world.

mod asked;
mod asking;
pub mod clock;
mod cluster;
pub mod command;
mod compare;
mod context;
mod draft;
mod draft_parts;
mod drift;
mod export;
mod fetch;
mod files;
mod follow;
pub mod handle;
mod judging;
pub mod ledger;
mod probing;
mod reading;
mod recorded;
mod rejudge;
mod run;
pub mod settings;
mod snapshot;
mod state;
mod trust_stores;

pub use asked::{Asked, answer};
pub use command::{Command, Draft, PolicyInput, SourceInput};
pub use compare::Compare;
pub use export::Export;
pub use handle::Handle;
pub use run::start;
pub use settings::Settings;
pub use trust_stores::TrustStores;
