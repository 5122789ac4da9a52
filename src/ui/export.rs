//! What leaves the terminal program as files: the evidence directory, and the audit in the forms of `sigscope audit`.

use super::action::{Act, Export, WhatIf};
use super::effect::{Effect, Evidence, Export as File, Exported};
use super::history::ScreenId;
use super::model::Model;
use super::perform::{act, note};
use crate::model::ledger::Ledger;
use crate::model::world::Severity;
use crate::report::audit::Audit;
use crate::report::policy_report::{Group, reports};
use crate::report::{json, junit, markdown, sarif};

/// Kinds of the palette's `:export KIND FILE`.
pub(super) const KINDS: &[(&str, Export)] = &[
    ("evidence", Export::Evidence),
    ("json", Export::Json),
    ("sarif", Export::Sarif),
    ("junit", Export::Junit),
    ("markdown", Export::Markdown),
    ("policyreport", Export::PolicyReport),
    ("openreports", Export::OpenReports),
];

/// Exports under a name of our own.
pub(super) fn export(model: &mut Model, wanted: Export) -> Vec<Effect> {
    if wanted == Export::Here && model.screen == ScreenId::WhatIf && model.overlays.is_empty() {
        return act(model, Act::WhatIf(WhatIf::Patch));
    }
    write(model, wanted, None)
}

/// `:export KIND` and `:export KIND FILE`.
pub(super) fn named(model: &mut Model, text: &str) -> Vec<Effect> {
    let (kind, file) = text.split_once(' ').unwrap_or((text, ""));
    match KINDS.iter().find(|(name, _)| *name == kind) {
        Some((_, wanted)) => write(model, *wanted, Some(file.trim()).filter(|file| !file.is_empty())),
        None => {
            let kinds: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
            note(model, Severity::Error, format!("`{kind}` is not exported; there is {}", kinds.join(", ")))
        }
    }
}

fn write(model: &mut Model, wanted: Export, file: Option<&str>) -> Vec<Effect> {
    let world = model.newest.clone();
    let ledger = &model.prefs.ledger;
    let audit = Audit::with(&world, ledger);
    let written = match wanted {
        Export::Here | Export::Evidence => {
            return match json::document(&audit) {
                Ok(verdicts) => vec![Effect::Evidence(Evidence {
                    name: file.unwrap_or("sigscope-evidence").to_owned(),
                    command: command(model),
                    verdicts,
                    as_of: world.as_of,
                })],
                Err(error) => note(model, Severity::Error, error.to_string()),
            };
        }
        Export::Json => json::document(&audit).map(|text| ("json", text)),
        Export::Sarif => json::document(&sarif::sarif(&world, ledger)).map(|text| ("sarif", text)),
        Export::Junit => Ok(("xml", junit::junit(&world, ledger, junit::Failures::default()))),
        Export::Markdown => Ok(("md", markdown::markdown(&world, ledger))),
        Export::PolicyReport => json::document(&reports(&world, ledger, Group::WorkingGroup))
            .map(|text| ("policyreport.json", text)),
        Export::OpenReports => json::document(&reports(&world, ledger, Group::OpenReports))
            .map(|text| ("openreports.json", text)),
    };
    match written {
        Ok((end, text)) => vec![Effect::Write(File {
            name: file.map_or_else(|| format!("sigscope-audit.{end}"), str::to_owned),
            exact: file.is_some(),
            draft: false,
            text,
        })],
        Err(error) => note(model, Severity::Error, error.to_string()),
    }
}

/// The line that leads to the same picture.
fn command(model: &Model) -> String {
    let title = &model.world.title;
    match (title.as_str(), model.prefs.options.as_str()) {
        ("demo", _) => "sigscope demo".to_owned(),
        (title, "") => format!("sigscope open {title}"),
        (title, options) => format!("sigscope open {title} {options}"),
    }
}

/// What came of the evidence directory.
pub(super) fn exported(model: &mut Model, result: Result<Exported, String>) -> Vec<Effect> {
    match result {
        Ok(Exported { dir, blobs }) => note(
            model,
            Severity::Info,
            format!("{dir}: {blobs} manifests and blobs; `sigscope replay {dir}` verifies it again"),
        ),
        Err(problem) => note(model, Severity::Error, format!("nothing was exported: {problem}")),
    }
}

/// What came of keeping the acknowledgements.
pub(super) fn kept(model: &mut Model, result: Result<Box<(Ledger, Ledger)>, String>) -> Vec<Effect> {
    match result {
        Ok(saved) => {
            let (mine, kept) = *saved;
            // What was said since goes on top of what others have kept.
            model.prefs.ledger = Ledger::merged(&mine, &model.prefs.ledger, kept.clone());
            model.prefs.kept = kept;
            Vec::new()
        }
        Err(problem) => note(model, Severity::Error, problem),
    }
}
