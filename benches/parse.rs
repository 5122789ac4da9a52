//! What reading costs: a policy as people write it, and a file of many.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use sigscope::format::yaml;

/// About 30 lines.
const POLICY: &str = include_str!("../tests/fixtures/policies/article/1-verify-image-signature.yaml");

fn main() {
    divan::main();
}

#[divan::bench]
fn one_policy(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::of_str(POLICY))
        .bench(|| yaml::parse("policy.yaml".into(), black_box(POLICY)).unwrap());
}

#[divan::bench]
fn five_thousand_lines(bencher: Bencher<'_, '_>) {
    let lines = POLICY.lines().count() + 1;
    let text = format!("---\n{POLICY}").repeat(5_000_usize.div_ceil(lines));
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| yaml::parse("policies.yaml".into(), black_box(&text)).unwrap());
}
