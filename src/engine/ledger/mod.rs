//! Acknowledgements on disk: one file that only its owner reads, changed under a lock and replaced as a whole.

mod codec;
mod file;

pub use codec::{read, write};
pub use file::{load, look, save};
