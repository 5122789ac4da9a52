//! The demo, settled: a world with workloads, policies and evidence that every test can look at.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::sync::{Arc, LazyLock};

use sigscope::engine::{self, Command, Settings, SourceInput};
use sigscope::model::{Moment, World};
use sigscope::source::{Layouts, Mux, demo};
use sigscope::trust::Material;

/// The instant of the pictures.
pub(crate) const NOON: Moment = Moment(1_795_521_600);

static WORLD: LazyLock<Arc<World>> = LazyLock::new(|| settled(false));
static READ: LazyLock<Arc<World>> = LazyLock::new(|| settled(true));

fn settled(read: bool) -> Arc<World> {
    let material = Material::from_trusted_root(demo::trusted_root(), "of the demo").unwrap();
    let settings = Settings {
        store: Arc::new(Mux::new(Layouts::new(Vec::new()))),
        log_keys: material.log_keys_without_windows(),
        trust_stores: Arc::default(),
        trust: material.description.clone(),
        named: true,
        material: Arc::new(material),
        offline: true,
        as_of: Some(NOON),
        services: None,
        parallel: 1,
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut handle = engine::start(settings);
        handle.send(Command::Open(SourceInput::Demo));
        handle.settled().await;
        for row in handle.world().images.iter().filter(|_| read) {
            handle.send(Command::Read(row.name.clone()));
        }
        handle.settled().await;
        handle.world()
    })
}

/// The world of the demo.
pub(crate) fn world() -> Arc<World> {
    WORLD.clone()
}

/// The same, with everything read that hangs on its images.
pub(crate) fn world_read() -> Arc<World> {
    READ.clone()
}
