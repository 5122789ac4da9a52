//! Sets up what the commands run on: the runtime, the sources, the trust, the engine.

use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::resolve::Meant;
use crate::engine::{self, Settings, TrustStores};
use crate::model::Moment;
use crate::model::safe::line;
use crate::port::Services;
use crate::source::registry::{Registry, RegistryOptions};
use crate::source::requests::RequestLog;
use crate::source::tuf::{TufRepository, Vouched};
use crate::source::{Cache, HttpServices, Layouts, Mux, ServiceOptions, block_on};
use crate::trust::Material;

/// Images that are fetched at the same time; requests to one host have a limit of their own.
const PARALLEL: usize = 8;

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

/// The trusted root that is named, else the newest that was fetched, else the one that is built in.
///
/// # Errors
/// When it cannot be read.
pub(super) fn material(meant: &Meant) -> Result<Material, Stop> {
    let Some(path) = &meant.trusted_root else {
        return fetched(meant)
            .map_or_else(Material::embedded, Ok)
            .map_err(|error| Stop::usage(format!("the trusted root cannot be read: {error}")));
    };
    let wrong =
        |problem: String| Stop::usage(format!("trusted root `{}` cannot be read: {problem}", path.display()));
    let bytes = crate::source::files::read_bounded(path, crate::source::files::TEXT_LIMIT)
        .map_err(|error| wrong(error.to_string()))?;
    Material::from_trusted_root(&bytes, &format!("trusted root {}", path.display()))
        .map_err(|error| wrong(error.to_string()))
}

/// What `sigscope trust update` fetched. What does not verify any more is said, and not used.
fn fetched(meant: &Meant) -> Option<Material> {
    let repository = TufRepository::public_good(&meant.cache);
    let kept = block_on(repository.kept()).map_err(|error| error.to_string());
    let read = |vouched: Vouched| {
        let about = format!("sigstore public-good root, as of {} by TUF", vouched.asked);
        Material::from_trusted_root(&vouched.bytes, &about).map_err(|error| error.to_string())
    };
    kept.and_then(|kept| kept.map(read).transpose()).unwrap_or_else(|problem| {
        output::talk(&format!("warning: {}; the built-in root is used", line(&problem)));
        None
    })
}

/// Where repositories are read: `--layouts` first, then registries behind the cache.
///
/// # Errors
/// When the HTTP client cannot be set up.
pub(super) fn store(meant: &Meant) -> Result<Mux, Stop> {
    store_with(meant, RequestLog::default())
}

/// The same; requests are written to `log`.
fn store_with(meant: &Meant, log: RequestLog) -> Result<Mux, Stop> {
    let options = RegistryOptions { insecure: meant.insecure.clone(), ..RegistryOptions::default() };
    let registry =
        Registry::with_log(options, log.clone()).map_err(|error| Stop::usage(error.to_string()))?;
    let cached = Cache::new(registry, &meant.cache, log);
    Ok(Mux::new(Layouts::new(meant.layouts.clone())).with_network(Arc::new(cached)))
}

/// Logs, responders, places of revocation lists.
#[must_use]
pub(super) fn services() -> Arc<dyn Services> {
    Arc::new(HttpServices::new(ServiceOptions::default(), RequestLog::default()))
}

/// Settings of an engine that judges with this trust.
///
/// # Errors
/// When the sources cannot be set up.
pub(super) fn settings(meant: &Meant, material: &Material) -> Result<Settings, Stop> {
    settings_with(meant, material, &RequestLog::default())
}

/// The same; requests are written to `log`.
///
/// # Errors
/// When the sources cannot be set up.
pub(super) fn settings_with(meant: &Meant, material: &Material, log: &RequestLog) -> Result<Settings, Stop> {
    let services = HttpServices::new(ServiceOptions::default(), log.clone());
    Ok(Settings {
        store: Arc::new(store_with(meant, log.clone())?),
        // Kyverno holds bare log keys, without the windows in which they are valid.
        log_keys: material.log_keys_without_windows(),
        material: Arc::new(material.clone()),
        named: meant.trusted_root.is_some(),
        trust_stores: Arc::new(TrustStores::new(meant.notation_config.clone())),
        trust: material.description.clone(),
        offline: meant.offline,
        services: Some(Arc::new(services)),
        as_of: meant.as_of,
        parallel: PARALLEL,
    })
}

/// The instant that "now" means.
#[must_use]
pub(super) fn now(meant: &Meant) -> Moment {
    meant.as_of.unwrap_or_else(engine::clock::now)
}
