//! `sigscope trust`: what is trusted, how old that is, and the newest of it.

use std::fmt::Write;

use serde::Serialize;

use super::start;
use crate::cli::args::{TextFormat, TrustArgs, TrustCommand, TrustShowArgs, TrustUpdateArgs};
use crate::cli::exit::{Exit, Stop};
use crate::cli::output;
use crate::cli::resolve::Meant;
use crate::model::Moment;
use crate::model::demand::{Authority, Log};
use crate::model::safe::line;
use crate::report::json;
use crate::source::files;
use crate::source::tuf::TufRepository;
use crate::trust::{self, Material};

#[derive(Serialize)]
struct TrustOut {
    schema: &'static str,
    trusted_root: String,
    sha256: String,
    newest_entry: Option<String>,
    certificate_authorities: Vec<EntryOut>,
    transparency_logs: Vec<EntryOut>,
    certificate_logs: Vec<EntryOut>,
    timestamp_authorities: Vec<EntryOut>,
}

#[derive(Serialize)]
struct EntryOut {
    name: String,
    id: String,
    valid_from: Option<String>,
    valid_until: Option<String>,
}

/// Runs a command of `trust`.
///
/// # Errors
/// When the root in use cannot be read, or the repository gives none.
pub fn run(args: &TrustArgs, meant: &Meant) -> Result<Exit, Stop> {
    match &args.command {
        TrustCommand::Show(args) => show(args, meant),
        TrustCommand::Update(args) => update(args, meant),
    }
}

fn show(args: &TrustShowArgs, meant: &Meant) -> Result<Exit, Stop> {
    let shown = out(&start::material(meant)?);
    let text = match args.format {
        TextFormat::Text => text(&shown, start::now(meant)),
        TextFormat::Json => json::document(&shown).map_err(|error| Stop::usage(error.to_string()))?,
    };
    output::data(&text)?;
    Ok(Exit::Pass)
}

fn update(args: &TrustUpdateArgs, meant: &Meant) -> Result<Exit, Stop> {
    if meant.offline {
        return Err(Stop::usage("`trust update` asks a TUF repository, and `--offline` forbids that"));
    }
    let repository = match (&args.mirror, &args.root) {
        (Some(url), Some(root)) => {
            let bytes = files::read_bounded(root, files::TEXT_LIMIT)
                .map_err(|error| Stop::usage(error.to_string()))?;
            TufRepository::mirror(url, bytes, &meant.cache)
        }
        _ => TufRepository::public_good(&meant.cache),
    };
    let runtime = start::runtime()?;
    let vouched = runtime.block_on(repository.update(start::now(meant))).map_err(|error| {
        Stop::undecided(line(&error.to_string())).hint("the trusted root in use stays as it was")
    })?;
    let about = format!("trusted root of {}, root metadata version {}", vouched.url, vouched.root_version);
    let material = Material::from_trusted_root(&vouched.bytes, &about)
        .map_err(|error| Stop::undecided(format!("the new trusted root cannot be read: {error}")))?;
    if let Some(path) = &args.write {
        std::fs::write(path, &vouched.bytes)
            .map_err(|error| Stop::usage(format!("`{}` cannot be written: {error}", path.display())))?;
    } else if args.mirror.is_some() {
        output::talk(
            "hint: a mirror's root is used where it is named: `--write FILE`, then `--trusted-root FILE`",
        );
    }
    output::data(&text(&out(&material), start::now(meant)))?;
    Ok(Exit::Pass)
}

fn out(material: &Material) -> TrustOut {
    TrustOut {
        schema: "sigscope.trust/v1",
        trusted_root: material.description.clone(),
        sha256: material.fingerprint.clone(),
        newest_entry: material.newest.map(|moment| moment.to_string()),
        certificate_authorities: material.authorities.iter().map(authority).collect(),
        transparency_logs: material.logs.iter().map(log).collect(),
        certificate_logs: material.ct_logs.iter().map(log).collect(),
        timestamp_authorities: material.stamp_authorities.iter().map(authority).collect(),
    }
}

fn authority(authority: &Authority) -> EntryOut {
    EntryOut {
        name: trust::authority_name(authority),
        id: authority.uri.clone(),
        valid_from: authority.valid_from.map(|moment| moment.to_string()),
        valid_until: authority.valid_until.map(|moment| moment.to_string()),
    }
}

fn log(log: &Log) -> EntryOut {
    EntryOut {
        name: log.base_url.clone(),
        id: log.id.clone(),
        valid_from: log.key.valid_from.map(|moment| moment.to_string()),
        valid_until: log.key.valid_until.map(|moment| moment.to_string()),
    }
}

fn text(shown: &TrustOut, now: Moment) -> String {
    let mut text = format!("{}\nsha256 {}\n", line(&shown.trusted_root), shown.sha256);
    if let Some(newest) = &shown.newest_entry {
        let _ = writeln!(text, "newest entry {newest}, now {now}");
    }
    let parts = [
        ("certificate authorities", &shown.certificate_authorities),
        ("transparency logs", &shown.transparency_logs),
        ("certificate-transparency logs", &shown.certificate_logs),
        ("time-stamp authorities", &shown.timestamp_authorities),
    ];
    for (title, entries) in parts {
        let _ = writeln!(text, "\n{title}");
        for entry in entries {
            let from = entry.valid_from.as_deref().unwrap_or("always");
            let until = entry.valid_until.as_deref().unwrap_or("now and on");
            let _ = writeln!(text, "  {}\n    {}  {from} to {until}", line(&entry.name), line(&entry.id));
        }
        if entries.is_empty() {
            text.push_str("  none\n");
        }
    }
    text
}
