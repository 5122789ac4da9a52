//! Whatever bytes come from outside, their readers come back: real documents, changed at random, and hostile ones.
//!
//! `SIGSCOPE_FUZZ_SECONDS` lets every reader run that long in place of a fixed number of documents. The same readers, seeds
//! and changes serve libFuzzer in `fuzz/`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on says so by panicking, and prints what it counted"
)]

mod mutate;
mod seeds;
mod targets;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use mutate::{Random, mutate};
use sigscope::lang::jmespath::{Expression, Fault, Standard, search};
use targets::{TARGETS, Target};

/// Changed documents for one reader when no time is given.
const DOCUMENTS: u64 = 300;
/// Stack of one reader: that of the threads on which the program reads.
const STACK: usize = 2 << 20;
/// Bytes of the longest changed document.
const LONGEST: usize = 64 << 10;

/// Reads the seeds and changes of them; gives their number. The document that is being read when a reader panics is shown.
#[allow(clippy::disallowed_methods, reason = "only who asks for seconds gets a clock")]
fn run(target: &Target, seeds: &BTreeSet<Vec<u8>>, time: Option<Duration>) -> u64 {
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    assert!(!seeds.is_empty(), "{} has no seeds", target.name);
    let (mut count, until) = (0, time.map(|time| Instant::now() + time));
    let mut read = |document: &[u8]| {
        count += 1;
        if std::panic::catch_unwind(|| (target.read)(document)).is_err() {
            panic!("{} panics at {}", target.name, sigscope::format::base64::encode(document));
        }
    };
    seeds.iter().for_each(|seed| read(seed));
    let mut random = Random::new(1);
    let mut number = 0;
    while until.map_or(number < DOCUMENTS, |until| Instant::now() < until) {
        number += 1;
        let (one, other) = (seeds[random.below(seeds.len())], seeds[random.below(seeds.len())]);
        let mut document = mutate(one, other, &mut random);
        document.truncate(LONGEST);
        read(&document);
    }
    count
}

fn setting(name: &str) -> Option<String> {
    std::env::var_os(name).map(|text| text.to_string_lossy().into_owned())
}

#[test]
fn every_reader_comes_back() {
    let time = setting("SIGSCOPE_FUZZ_SECONDS").map(|text| Duration::from_secs(text.parse().unwrap()));
    let only = setting("SIGSCOPE_FUZZ_ONLY");
    let all = seeds::seeds();
    for target in TARGETS.iter().filter(|target| only.as_ref().is_none_or(|only| only == target.name)) {
        let seeds = all.get(target.name).unwrap_or_else(|| panic!("{} has no seeds", target.name));
        let count = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(scope, || run(target, seeds, time)).unwrap().join()
        });
        println!("{}: {} documents, {} of them seeds", target.name, count.unwrap(), seeds.len());
    }
}

/// The search can find something: a reader that falls over one changed byte is found out.
#[test]
fn a_panic_is_found() {
    fn fragile(bytes: &[u8]) {
        assert!(bytes.first() != Some(&b'?'), "found");
    }
    let target = Target { name: "fragile", read: fragile };
    let seeds = BTreeSet::from([b">ello".to_vec()]);
    let found = std::panic::catch_unwind(|| run(&target, &seeds, None));
    assert!(found.is_err());
}

/// What doubles with every joint is stopped before it fills the memory.
#[test]
fn a_list_that_doubles_ends() {
    let expression = Expression::parse(&format!("{}@", "[@, @] | ".repeat(60))).unwrap();
    let found = search(&expression, &serde_json::json!({"a": 1}), &Standard);
    assert!(matches!(found, Err(Fault::TooDeep)), "{:?}", found.err());
    let short = Expression::parse("[@, @] | [@, @] | [0][1]").unwrap();
    assert_eq!(search(&short, &serde_json::json!(1), &Standard).unwrap(), serde_json::json!(1));
}
