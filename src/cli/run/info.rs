//! `sigscope info`: versions, paths and the trust in use, for bug reports and for "where does it keep that".

use std::fmt::Write;

use serde::Serialize;

use crate::cli::args::{Common, InfoArgs, TextFormat};
use crate::cli::exit::{Exit, Stop};
use crate::cli::{output, resolve};
use crate::model::safe::line;
use crate::report::json;

#[derive(Serialize)]
struct InfoOut {
    schema: &'static str,
    version: &'static str,
    platform: String,
    features: Vec<&'static str>,
    cache: String,
    config: Option<String>,
    acknowledgements: Option<String>,
    layouts: Vec<LayoutsOut>,
    trusted_root: String,
    offline: bool,
    insecure_registries: Vec<String>,
    as_of: Option<String>,
}

#[derive(Serialize)]
struct LayoutsOut {
    prefix: String,
    directory: String,
}

/// Prints it.
///
/// # Errors
/// When a common option is wrong.
pub fn run(args: &InfoArgs, common: &Common) -> Result<Exit, Stop> {
    let info = gather(common)?;
    let text = match args.format {
        TextFormat::Text => text(&info),
        TextFormat::Json => json::document(&info).map_err(|error| Stop::usage(error.to_string()))?,
    };
    output::data(&text)?;
    Ok(Exit::Pass)
}

fn gather(common: &Common) -> Result<InfoOut, Stop> {
    let meant = resolve::Meant::of(common)?;
    let material = super::start::material(&meant)?;
    Ok(InfoOut {
        schema: "sigscope.info/v1",
        version: env!("CARGO_PKG_VERSION"),
        platform: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        features: if cfg!(feature = "tui") { vec!["net", "tui"] } else { vec!["net"] },
        cache: meant.cache.display().to_string(),
        config: resolve::config_directory().map(|path| path.display().to_string()),
        acknowledgements: resolve::ledger().map(|path| path.display().to_string()),
        layouts: meant
            .layouts
            .into_iter()
            .map(|rule| LayoutsOut {
                prefix: format!("{}/{}", rule.registry, rule.prefix),
                directory: rule.dir.display().to_string(),
            })
            .collect(),
        trusted_root: material.description,
        offline: meant.offline,
        insecure_registries: meant.insecure,
        as_of: meant.as_of.map(|moment| moment.to_string()),
    })
}

fn text(info: &InfoOut) -> String {
    let mut out = format!("sigscope {} ({}, {})\n", info.version, info.platform, info.features.join(" + "));
    let _ = writeln!(out, "cache         {}", line(&info.cache));
    if let Some(config) = &info.config {
        let _ = writeln!(out, "config        {}", line(config));
    }
    if let Some(file) = &info.acknowledgements {
        let _ = writeln!(out, "acknowledged  {}", line(file));
    }
    let _ = writeln!(out, "trusted root  {}", line(&info.trusted_root));
    let _ = writeln!(out, "offline       {}", if info.offline { "yes" } else { "no" });
    let _ = writeln!(out, "as of         {}", info.as_of.as_deref().unwrap_or("now"));
    for layouts in &info.layouts {
        let _ = writeln!(out, "layouts       {} from {}", line(&layouts.prefix), line(&layouts.directory));
    }
    for host in &info.insecure_registries {
        let _ = writeln!(out, "plain HTTP    {}", line(host));
    }
    out
}
