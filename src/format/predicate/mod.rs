//! What attestations say, made readable: one reader for each kind of predicate, and the same form for all

mod cyclonedx;
mod in_toto;
mod kind;
mod packages;
mod provenance;
mod read;
mod scan;
mod spdx;
mod table;
mod vex;

pub use read::view;
