//! `sigscope replay`: verifies an evidence directory or a snapshot again, without a network, and compares the verdicts.

use std::path::Path;
use std::sync::Arc;

use super::start;
use crate::cli::args::TextFormat;
use crate::cli::evidence::ReplayArgs;
use crate::cli::exit::{Exit, Stop};
use crate::cli::output;
use crate::discover::workload;
use crate::engine::{self, Command, PolicyInput, Settings, SourceInput, TrustStores};
use crate::model::World;
use crate::report::audit::Audit;
use crate::report::json;
use crate::report::replay::{Replayed, compare as compare_verdicts};
use crate::source::snapshot::{self, Opened, Subject};
use crate::trust::Material;

/// Images that are read at the same time.
const PARALLEL: usize = 8;

/// What a replay came to.
pub(super) struct Outcome(Replayed);

impl Outcome {
    /// 0: the same; 1: decided otherwise, or the verdicts were changed; 2: not decidable any more.
    pub(super) fn exit(&self) -> Exit {
        if !self.0.different.is_empty() || self.0.changed {
            Exit::Denied
        } else if !self.0.undecided.is_empty() || !self.0.faults.is_empty() {
            Exit::Undecided
        } else {
            Exit::Pass
        }
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        self.0.text()
    }
}

/// Verifies, compares and prints.
///
/// # Errors
/// When it is neither, or holds what cannot be judged.
pub fn run(args: &ReplayArgs) -> Result<Exit, Stop> {
    let kept = snapshot::open(&args.path).map_err(|error| Stop::usage(error.to_string()))?;
    let outcome = compare(&kept)?;
    let text = match args.format {
        TextFormat::Text => outcome.text(),
        TextFormat::Json => json::document(&outcome.0).map_err(|error| Stop::usage(error.to_string()))?,
    };
    output::data(&text)?;
    Ok(outcome.exit())
}

/// Judges everything again, and compares.
///
/// # Errors
/// When the trust, a resource or the recorded verdicts cannot be read.
pub(super) fn compare(kept: &Opened) -> Result<Outcome, Stop> {
    let world = judge(kept)?;
    let now = serde_json::to_value(Audit::of(&world)).map_err(|error| Stop::usage(error.to_string()))?;
    let contents = &kept.contents;
    let replayed = compare_verdicts(&contents.verdicts, &now)
        .map_err(|problem| Stop::usage(format!("the recorded verdicts cannot be read: {problem}")))?;
    let mut faults = kept.faults.clone();
    for fault in kept.store.faults() {
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    Ok(Outcome(Replayed {
        index: kept.digest.to_string(),
        command: contents.about.command.clone(),
        as_of: contents.about.as_of.to_string(),
        version: contents.about.version.clone(),
        changed: kept.verdicts_changed,
        faults,
        ..replayed
    }))
}

/// The snapshot that a source names, if it is one.
///
/// # Errors
/// When it is one that cannot be read, or something else is named beside it: a snapshot is judged by its own policies.
pub(super) fn named(sources: &[String], alone: bool) -> Result<Option<Opened>, Stop> {
    let is = |text: &&String| snapshot::is(Path::new(text));
    let Some(source) = sources.iter().find(is) else { return Ok(None) };
    if sources.len() > 1 || !alone {
        return Err(Stop::usage(format!("`{source}` is a snapshot, and stands alone"))
            .hint("it has its own images, policies and trust; leave the other sources and policies away"));
    }
    snapshot::open(Path::new(source)).map(Some).map_err(|error| Stop::usage(error.to_string()))
}

/// The settings under which it was judged.
///
/// # Errors
/// When its trust cannot be read.
pub(super) fn settings(kept: &Opened) -> Result<Settings, Stop> {
    let contents = &kept.contents;
    let material = Material::from_trusted_root(&contents.trust.root, &contents.trust.description)
        .map_err(|error| Stop::usage(format!("the kept trusted root cannot be read: {error}")))?;
    Ok(Settings {
        store: kept.store.clone(),
        log_keys: material.log_keys_without_windows(),
        trust: material.description.clone(),
        material: Arc::new(material),
        named: contents.trust.named,
        trust_stores: Arc::new(TrustStores::fixed(contents.trust.stores.clone())),
        offline: contents.about.offline,
        services: Some(kept.store.clone()),
        as_of: Some(contents.about.as_of),
        parallel: PARALLEL,
    })
}

/// Its policies.
pub(super) fn policies(kept: &Opened) -> Vec<PolicyInput> {
    let contents = &kept.contents;
    let text = |(name, text): &(String, String)| PolicyInput::Text { name: name.clone(), text: text.clone() };
    contents.policies.iter().map(text).collect()
}

/// What was judged, and what could not be seen then.
///
/// # Errors
/// When a resource cannot be read.
pub(super) fn sources(kept: &Opened) -> Result<Vec<SourceInput>, Stop> {
    let contents = &kept.contents;
    let faults = kept.faults.iter().map(|fault| SourceInput::Unseen(fault.clone()));
    let unseen = contents.unseen.iter().cloned().map(SourceInput::Unseen).chain(faults);
    let subjects = contents.subjects.iter().map(source).collect::<Result<Vec<_>, _>>()?;
    let recorded = contents.about.recorded.unwrap_or(contents.about.as_of);
    let cluster = contents.cluster.clone().map(|kept| SourceInput::Recorded(Arc::new(kept), recorded));
    Ok(unseen.chain(cluster).chain(subjects).collect())
}

/// Judges everything.
///
/// # Errors
/// When the trust or a resource cannot be read.
pub(super) fn judge(kept: &Opened) -> Result<Arc<World>, Stop> {
    let (settings, policies, sources) = (settings(kept)?, policies(kept), sources(kept)?);
    let runtime = start::runtime()?;
    let world = runtime.block_on(async move {
        let mut handle = engine::start(settings);
        handle.send(Command::LoadPolicies(policies));
        for source in sources {
            handle.send(Command::Open(source));
        }
        handle.settled().await;
        handle.world()
    });
    runtime.shutdown_background();
    Ok(world)
}

fn source(subject: &Subject) -> Result<SourceInput, Stop> {
    match subject {
        Subject::Image(name) => Ok(SourceInput::Image(name.clone())),
        Subject::Manifest { file, value } => workload::read(file, &value.to_string())
            .map(SourceInput::Resources)
            .map_err(|problem| Stop::usage(format!("a kept resource cannot be read: {}", problem.problem))),
    }
}
