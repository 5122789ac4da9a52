//! Kyverno's classic engine: ClusterPolicy and Policy with `verifyImages`, as Kyverno 1.19 decides.

pub mod policy;

pub use policy::{Action, Policy, Rule};
