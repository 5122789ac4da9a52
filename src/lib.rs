//! sigscope: what runs here, who signed it, what was attested about it, which policy denies it, and exactly why.

pub mod analyse;
#[cfg(feature = "net")]
pub mod cli;
pub mod discover;
#[cfg(feature = "net")]
pub mod engine;
pub mod evaluate;
pub mod explain;
pub mod format;
pub mod lang;
pub mod model;
pub mod port;
pub mod report;
pub mod source;
pub mod trust;
#[cfg(feature = "tui")]
pub mod ui;
pub mod verify;
