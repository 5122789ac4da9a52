//! A world or a trace as text, JSON, SARIF, JUnit, Markdown and PolicyReports: what leaves the program headless.

pub mod audit;
pub mod branch;
pub mod clause;
pub mod concise;
pub mod diff;
pub mod drift;
pub mod facts;
pub mod identities;
pub mod ink;
pub mod json;
pub mod junit;
pub mod lints;
pub mod markdown;
pub mod notation;
pub mod patch;
pub mod policy_report;
pub mod probes;
mod readable;
pub mod replay;
pub mod sarif;
pub mod schema;
pub mod table;
pub mod tree;
pub mod verify;
pub mod versus;
pub mod why;
