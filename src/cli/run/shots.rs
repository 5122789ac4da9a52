//! `sigscope gen screenshots DIR`: every scene over the demo, as text and as SVG, dark and light.

use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Runtime;

use super::{session, start};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::because;
use crate::engine::{self, Command, Draft, Handle, Settings, SourceInput};
use crate::model::{Moment, WhatIf, World};
use crate::source::{Layouts, Mux, demo};
use crate::trust::Material;
use crate::ui::shot::{SCENES, picture, recording};

/// The instant of the pictures: they must not change with the clock.
const NOON: Moment = Moment(1_795_521_600);

/// The themes that are pictured.
const THEMES: [&str; 2] = ["dark", "light"];

/// The demo, settled.
///
/// # Errors
/// When the demo's trust cannot be read.
fn world(runtime: &Runtime) -> Result<(Handle, Arc<World>), Stop> {
    let material = Material::from_trusted_root(demo::trusted_root(), "of the demo")
        .map_err(|error| Stop::usage(error.to_string()))?;
    let settings = Settings {
        store: Arc::new(Mux::new(Layouts::new(Vec::new()))),
        log_keys: material.log_keys_without_windows(),
        trust_stores: Arc::default(),
        trust: material.description.clone(),
        named: true,
        material: Arc::new(material),
        offline: true,
        services: None,
        as_of: Some(NOON),
        parallel: 1,
    };
    Ok(runtime.block_on(async {
        let mut handle = engine::start(settings);
        handle.send(Command::Open(SourceInput::Demo));
        handle.settled().await;
        for row in &handle.world().images {
            handle.send(Command::Read(row.name.clone()));
        }
        handle.settled().await;
        let world = handle.world();
        (handle, world)
    }))
}

/// The answer for a draft, without the time that it took.
fn answer(runtime: &Runtime, handle: &mut Handle, draft: Draft) -> Arc<WhatIf> {
    handle.send(Command::Draft(Some(draft)));
    runtime.block_on(handle.settled());
    let mut answer = WhatIf::clone(&handle.what_if());
    answer.judged.took = 0;
    Arc::new(answer)
}

/// Writes the pictures.
///
/// # Errors
/// When the directory cannot be written to.
pub(super) fn run(directory: &Path) -> Result<Exit, Stop> {
    let unwritable = |error: std::io::Error| {
        Stop::usage(format!("`{}` cannot be written to: {}", directory.display(), because(&error)))
    };
    std::fs::create_dir_all(directory).map_err(unwritable)?;
    let runtime = start::runtime()?;
    let (mut handle, world) = world(&runtime)?;
    session::talk(&world);
    for scene in SCENES {
        for theme in THEMES {
            let shot = picture(scene, theme, &world, &mut |draft| answer(&runtime, &mut handle, draft))
                .map_err(|error| Stop::usage(error.to_string()))?;
            let path = directory.join(format!("{}-{theme}.svg", scene.name));
            std::fs::write(path, &shot.svg).map_err(unwritable)?;
            std::fs::write(directory.join(format!("{}.txt", scene.name)), &shot.text).map_err(unwritable)?;
        }
    }
    let tour = recording("dark", &world, &mut |draft| answer(&runtime, &mut handle, draft))
        .map_err(|error| Stop::usage(error.to_string()))?;
    for (name, text) in [("tour.cast", tour.cast), ("tour.svg", tour.svg)] {
        std::fs::write(directory.join(name), text).map_err(unwritable)?;
    }
    Ok(Exit::Pass)
}
