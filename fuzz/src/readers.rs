//! One of the readers of `tests/property`, named by `SIGSCOPE_TARGET`, under libFuzzer; its seeds are first written into the
//! folder that `SIGSCOPE_SEEDS` names.
#![no_main]

#[path = "../../tests/property/mutate.rs"]
mod mutate;
#[path = "../../tests/property/seeds.rs"]
mod seeds;
#[path = "../../tests/property/targets.rs"]
mod targets;

use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use mutate::{Random, mutate};
use targets::{TARGETS, Target};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("SIGSCOPE_TARGET").expect("SIGSCOPE_TARGET names a reader");
    TARGETS.iter().find(|target| target.name == name).expect("a reader of that name")
});

fn write_seeds() {
    let Some(folder) = std::env::var_os("SIGSCOPE_SEEDS").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).expect("a folder");
    for (number, bytes) in seeds::seeds()[TARGET.name].iter().enumerate() {
        std::fs::write(folder.join(number.to_string()), bytes).expect("a seed");
    }
}

fuzz_target!(init: write_seeds(), |bytes: &[u8]| (TARGET.read)(bytes));

// Half of the changes are libFuzzer's own, half look into the document.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % 2 == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut random = Random::new(u64::from(seed));
    let changed = mutate(&data[..size], b"", &mut random);
    let length = changed.len().min(max_size);
    data[..length].copy_from_slice(&changed[..length]);
    length
});
