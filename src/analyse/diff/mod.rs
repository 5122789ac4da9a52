//! What is otherwise between two images: lists are matched by key, and what differs between any two builds is noise.

mod compare;
mod config;
mod said;
mod standing;

pub use compare::diff;
