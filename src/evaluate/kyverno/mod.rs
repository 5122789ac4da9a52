//! Kyverno's classic engine: ClusterPolicy and Policy with `verifyImages`, as Kyverno 1.19 decides.

pub mod action;
mod attestor;
pub mod autogen;
mod case;
pub mod condition;
mod conflict;
mod entry;
pub mod extract;
mod fields;
pub mod functions;
mod gate;
mod judge;
pub mod kind;
pub mod label;
mod lint;
pub mod pointer;
pub mod policy;
mod read;
pub mod reference;
pub mod scope;
pub mod select;
mod set;
mod shape;
mod signature;
mod spec;
pub mod subject;
pub mod variables;

pub use case::{Context, EvidenceOf};
pub use extract::extract;
pub use judge::{container, demand, judge, refused, spec_action};
pub use lint::lint;
pub use policy::{Action, Policy, Rule};
pub use read::{is_policy, read};
