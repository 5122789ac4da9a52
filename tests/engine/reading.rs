//! Documents are read by the engine when somebody looks at an image, and again when it was fetched anew.

use std::sync::Arc;

use sigscope::engine::{self, Command, Handle, Settings, SourceInput};
use sigscope::model::facts::Fact;
use sigscope::source::{Layouts, Mux};

use crate::program::fixtures;

fn start() -> Handle {
    let rule = format!("127.0.0.1:5000/myorg={}", fixtures().join("layouts").display());
    let rules = vec![sigscope::source::LayoutRule::parse(&rule).unwrap()];
    engine::start(Settings {
        store: Arc::new(Mux::new(Layouts::new(rules))),
        log_keys: Arc::from([]),
        material: Arc::new(sigscope::trust::Material::embedded().unwrap()),
        named: false,
        trust_stores: Arc::default(),
        trust: String::new(),
        offline: true,
        services: None,
        as_of: None,
        parallel: 2,
    })
}

#[tokio::test]
async fn what_is_looked_at_is_read_and_read_again_when_it_is_fetched_anew() {
    let mut handle = start();
    let image: Arc<str> = Arc::from("127.0.0.1:5000/myorg/att-full:v1.2.3");
    handle.send(Command::Open(SourceInput::Image(image.to_string())));
    handle.settled().await;
    assert!(handle.world().readings.is_empty(), "nobody has looked");
    handle.send(Command::Read(image.clone()));
    handle.settled().await;
    let world = handle.world();
    let [reading] = world.readings.as_slice() else { panic!("{:?}", world.readings.len()) };
    let views =
        reading.layers.iter().filter(|layer| matches!(layer.facts.get("readable"), Some(Fact::View(_))));
    assert!(views.count() >= 2);
    let layer = reading.layers.last().unwrap();
    assert_eq!(world.read_of(&layer.artifact, layer.index), Some(layer));
    assert!(!layer.events.is_empty());
    handle.send(Command::Refresh(Some(image.clone())));
    handle.settled().await;
    let again = handle.world();
    assert_eq!(again.readings.len(), 1);
    assert!(!Arc::ptr_eq(&again.readings[0].evidence, &reading.evidence), "it was read again");
    handle.send(Command::Read(Arc::from("127.0.0.1:5000/myorg/nothing-of-the-kind:v1")));
    handle.settled().await;
    assert_eq!(handle.world().readings.len(), 1);
}
