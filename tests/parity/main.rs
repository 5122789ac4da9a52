//! Verdicts and behaviour of the real engines, recorded, against ours.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on says so by panicking, and prints what it counted"
)]

mod advisories;
mod bundle_mutation;
mod bundle_program;
mod bundles;
mod cel_language;
mod codes;
mod cosign_golden;
#[path = "../support/evidence.rs"]
mod evidence;
#[path = "../support/fixtures.rs"]
mod fixtures;
mod image_policy;
mod image_policy_attestors;
mod image_policy_fields;
mod image_policy_pins;
mod image_policy_strict;
mod inspect;
mod kyverno_golden;
mod kyverno_limits;
mod kyverno_notary;
mod kyverno_words;
mod mutation;
mod mutation_place;
mod mutation_subjects;
mod notation_golden;
mod notation_policy;
mod notation_program;
mod predicate_views;
#[path = "../support/program.rs"]
mod program;
mod second_opinion;
mod selection;
mod selection_shape;
#[path = "../support/registry.rs"]
mod server;
#[path = "../support/stand_in.rs"]
mod stand_in;
mod vectors;
mod vectors_cel;
mod vectors_conditions;
mod vectors_engine;
mod vectors_jmespath;
mod vectors_match;
mod vectors_merkle;
mod vectors_notation;
mod vectors_rules;
mod vectors_sigstore;
mod vectors_sigstore_parts;
mod vectors_variables;
