//! The recording inside the program is what the fixtures hold, and its policies and resources fit it.

use std::fs;
use std::path::Path;

use sigscope::discover::{Limits, evidence, plan};
use sigscope::model::{Missing, Reference};
use sigscope::port::Store;
use sigscope::source::{block_on, demo};

use crate::fixtures;

/// The recording stems from this repository's own fixtures, whatever folder the other tests are pointed at.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/recording.jsonl");

#[test]
fn the_recording_is_what_the_fixtures_hold() {
    let packed = demo::pack(&Path::new(FIXTURES).join("layouts")).unwrap();
    if std::env::var_os("SIGSCOPE_BLESS").is_some() {
        fs::write(RECORDING, &packed).unwrap();
    }
    assert!(
        fs::read_to_string(RECORDING).unwrap() == packed,
        "SIGSCOPE_BLESS=1 cargo test --test engine demo packs it"
    );
    let root = fs::read(Path::new(FIXTURES).join("trust/trusted_root.json")).unwrap();
    assert_eq!(demo::trusted_root(), root);
}

#[test]
fn every_image_of_the_demo_is_whole() {
    let store = demo::store();
    let names = store.repositories();
    assert_eq!(names.len(), demo::PLACES.len());
    for name in names {
        let repository = Reference::parse(&name).unwrap();
        let tags = block_on(store.tags(&repository, None)).unwrap().tags;
        assert!(!plan::images(&tags).is_empty(), "{name}");
        for tag in plan::images(&tags) {
            let found = block_on(evidence(&store, &repository.tagged(tag), &Limits::default())).unwrap();
            assert_eq!(found.gaps, [], "{name}:{tag}");
        }
    }
}

#[test]
fn resources_name_images_of_the_demo() {
    let store = demo::store();
    let mut images = 0;
    for (file, text) in demo::manifests() {
        for line in text.lines().filter_map(|line| line.trim().strip_prefix("image: ")) {
            let reference = Reference::parse(line).unwrap();
            assert_eq!(reference.registry, demo::HOST, "{file}");
            assert!(block_on(store.manifest(&reference)).is_ok(), "{file}: {line}");
            images += 1;
        }
    }
    assert!(images > 0 && !demo::policies().is_empty());
    let elsewhere = Reference::parse("registry.example/no/such").unwrap();
    assert!(matches!(block_on(store.manifest(&elsewhere)), Err(Missing::NotFound { .. })));
    let other = fixtures::all().remove(0);
    let outside = Reference::parse(&format!("127.0.0.1:5000/{}", other.repository)).unwrap();
    assert!(matches!(block_on(store.manifest(&outside)), Err(Missing::NotFound { .. })));
}
