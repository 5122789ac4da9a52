//! The recording inside the program is what the fixtures hold, and its policies and resources fit it.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sigscope::discover::{Limits, evidence, plan};
use sigscope::engine::{self, Command, Settings, SourceInput};
use sigscope::model::{Digest, Missing, Reference, Verdict};
use sigscope::port::{Answer, Manifest, Question, Referrers, Services, Store, TagPage};
use sigscope::source::{Layouts, Mux, block_on, demo};
use sigscope::trust::Material;

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

/// Counts what is asked of a network, and answers nothing.
#[derive(Default)]
struct Counted(AtomicUsize);

impl Counted {
    fn asked<T>(&self) -> Answer<'_, T>
    where
        T: Send + 'static,
    {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            Err(Missing::Unreachable { host: "nowhere".into(), detail: "the demo asks nobody".into() })
        })
    }
}

impl Store for Counted {
    fn manifest<'a>(&'a self, _: &'a Reference) -> Answer<'a, Manifest> {
        self.asked()
    }

    fn blob<'a>(&'a self, _: &'a Reference, _: &'a Digest, _: u64, _: u64) -> Answer<'a, Arc<[u8]>> {
        self.asked()
    }

    fn referrers<'a>(&'a self, _: &'a Reference, _: &'a Digest) -> Answer<'a, Referrers> {
        self.asked()
    }

    fn tags<'a>(&'a self, _: &'a Reference, _: Option<&'a str>) -> Answer<'a, TagPage> {
        self.asked()
    }
}

impl Services for Counted {
    fn fetch<'a>(&'a self, _: &'a Question) -> Answer<'a, Arc<[u8]>> {
        self.asked()
    }
}

/// With a network at hand, and everything looked at that the screens look at, the demo asks nobody.
#[test]
fn the_demo_asks_nothing_of_any_network() {
    let material = Material::from_trusted_root(demo::trusted_root(), "of the demo").unwrap();
    let (store, services) = (Arc::new(Counted::default()), Arc::new(Counted::default()));
    let settings = Settings {
        store: Arc::new(Mux::new(Layouts::new(Vec::new())).with_network(store.clone())),
        log_keys: material.log_keys_without_windows(),
        trust_stores: Arc::default(),
        trust: material.description.clone(),
        named: false,
        material: Arc::new(material),
        offline: true,
        as_of: None,
        services: Some(services.clone()),
        parallel: 4,
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut handle = engine::start(settings);
        handle.send(Command::Open(SourceInput::Demo));
        handle.settled().await;
        let world = handle.world();
        assert!(world.traces.iter().any(|trace| trace.verdict == Verdict::Deny));
        for row in &world.images {
            handle.send(Command::Read(row.name.clone()));
            handle.send(Command::Refresh(Some(row.name.clone())));
        }
        handle.settled().await;
        assert!(handle.world().traces.iter().any(|trace| trace.verdict == Verdict::Pass));
    });
    assert_eq!((store.0.load(Ordering::SeqCst), services.0.load(Ordering::SeqCst)), (0, 0));
}
