//! The Evidence screen: what hangs on one image, how far each signature was verified, and what could not be listed.

mod part;
mod state;
mod view;

pub use state::State;
