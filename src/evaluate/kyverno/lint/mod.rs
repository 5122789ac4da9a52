//! Traps of Kyverno's classic engine that a policy steps into, found in its text alone.

mod attestor;
mod condition;
mod entry;
mod policy;

pub use policy::lint;
