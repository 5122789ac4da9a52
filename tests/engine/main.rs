//! The stages, one by one and together, and the program as a whole without a terminal.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and its helpers with it"
)]

mod acknowledged;
#[path = "../support/api_server.rs"]
mod api_server;
mod cache;
mod demo;
mod diff;
mod drafts;
mod elsewhere;
mod evidence_dir;
mod exceptions;
mod explain;
#[path = "../support/fixtures.rs"]
mod fixtures;
mod headless;
mod hostile;
mod hostile_bundles;
mod identities;
mod inspect;
#[path = "../support/layout.rs"]
mod layout;
mod live;
#[path = "../support/notary.rs"]
mod notary;
mod notary_attestations;
mod old_fields;
mod one_image;
mod online_log;
mod overlooked;
mod policy_compare;
mod policy_lint;
mod preconditions;
mod probes;
#[path = "../support/program.rs"]
mod program;
mod quirks;
mod reading;
mod recorded_services;
mod registry;
#[path = "../support/rekor.rs"]
mod rekor;
mod report;
mod revocation;
#[path = "../support/schema.rs"]
mod schema;
#[path = "../support/registry.rs"]
mod server;
#[path = "../support/service.rs"]
mod service;
mod several_rules;
#[path = "../support/signed.rs"]
mod signed;
mod snapshot;
mod source;
mod suggest;
mod tour;
#[path = "../support/trace.rs"]
mod trace;
mod tuf;
mod verify_certificate;
mod verify_golden;
mod verify_maze;
mod verify_memory;
mod verify_mutation;
mod verify_second;
mod verify_steps;
mod what_if;
mod workloads;
mod yaml;
