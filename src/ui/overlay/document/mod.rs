//! A document of any length: its tables and its JSON tree, of which only what is in sight is drawn; searched, copied from

mod part;
mod state;
mod tables;
mod tree;

pub use state::DocumentPane;
