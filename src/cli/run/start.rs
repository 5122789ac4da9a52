//! Sets up what the commands run on: the runtime, the sources, the trust, the engine.

use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::cli::exit::Stop;
use crate::cli::resolve::{Meant, because};
use crate::model::Moment;
use crate::port::Store;
use crate::trust::Material;

/// A runtime; dropping it ends all tasks.
///
/// # Errors
/// When the system gives no threads.
pub(super) fn runtime() -> Result<Runtime, Stop> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::usage(format!("no runtime: {error}")))
}

/// The trusted root that is named, else the one that is built in.
///
/// # Errors
/// When it cannot be read.
pub(super) fn material(meant: &Meant) -> Result<Material, Stop> {
    let Some(path) = &meant.trusted_root else {
        return Material::embedded()
            .map_err(|error| Stop::usage(format!("the trusted root cannot be read: {error}")));
    };
    let wrong =
        |problem: String| Stop::usage(format!("trusted root `{}` cannot be read: {problem}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| wrong(because(&error)))?;
    Material::from_trusted_root(&bytes, &format!("trusted root {}", path.display()))
        .map_err(|error| wrong(error.to_string()))
}

/// Where repositories are read.
///
/// # Errors
/// When a source cannot be set up.
pub(super) fn store(meant: &Meant, reference: &crate::model::Reference) -> Result<Arc<dyn Store>, Stop> {
    match crate::source::Layouts::new(meant.layouts.clone()).find(reference) {
        Some(Ok(layout)) => Ok(Arc::new(layout)),
        Some(Err(missing)) => Err(Stop::undecided(missing.to_string())),
        None => Err(Stop::undecided("not supported yet: registries")),
    }
}

/// The instant that "now" means.
#[must_use]
pub(super) fn now(meant: &Meant) -> Moment {
    meant.as_of.unwrap_or_default()
}
