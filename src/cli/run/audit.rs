//! `sigscope audit`: judges images by policies, for scripts and pipelines.

use std::path::Path;

use super::{replay, session};
use crate::cli::args::{AuditArgs, AuditFormat, FailOn};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{output, resolve};
use crate::engine::{SourceInput, ledger};
use crate::model::ledger::Ledger;
use crate::model::{Trace, World};
use crate::report::ink::Ink;
use crate::report::junit::Failures;
use crate::report::policy_report::{Group, reports};
use crate::report::{audit, concise, json, junit, markdown, sarif, table};

/// Judges and prints.
///
/// # Errors
/// When the arguments are wrong or an input cannot be read.
pub fn run(args: &AuditArgs, meant: &Meant, ink: Ink) -> Result<Exit, Stop> {
    if args.sources.is_empty() && args.pod.is_empty() && !args.cluster {
        return Err(Stop::usage("nothing to audit")
            .hint("name images, repositories or layouts, or give `--pod FILE` or `--cluster`"));
    }
    let alone = args.policy.is_empty() && args.pod.is_empty() && !args.cluster;
    if let Some(kept) = replay::named(&args.sources, alone)? {
        let world = replay::judge(&kept)?;
        return tell(&world, args, ink);
    }
    if args.policy.is_empty() && !args.cluster {
        // Without a policy everything would pass.
        return Err(Stop::usage("no policy is named").hint("give `--policy FILE` or `--policy DIR`"));
    }
    let policies = resolve::policies(&args.policy)?;
    let resources = session::resources(&args.pod)?;
    let mut sources = Vec::new();
    if !resources.is_empty() {
        sources.push(SourceInput::Resources(resources));
    }
    if args.cluster {
        session::known(&args.place.options())?;
        sources.push(SourceInput::Cluster(args.place.options()));
    }
    for source in &args.sources {
        sources.push(resolve::source(source)?);
    }
    let world = session::settle(meant, policies, sources)?;
    tell(&world, args, ink)
}

fn tell(world: &World, args: &AuditArgs, ink: Ink) -> Result<Exit, Stop> {
    let failures =
        Failures { audit: args.fail_on == Some(FailOn::Audit), accepted: args.accept_acknowledged };
    let ledger = ledger(args.acknowledged.as_deref())?;
    output::data(&print(world, &ledger, (args.format, failures), ink)?)?;
    session::talk(world);
    let accepts = |trace: &Trace| failures.accepted && ledger.accepts(world, trace);
    Ok(session::exit_but(world, failures.audit, &accepts))
}

/// What was acknowledged: by the file that is named, which must be there, else by that of the terminal program.
fn ledger(named: Option<&Path>) -> Result<Ledger, Stop> {
    let hint = "`sigscope info` names the file that the terminal program keeps";
    if let Some(path) = named {
        let found = ledger::look(path).map_err(|problem| Stop::usage(problem).hint(hint))?;
        return found
            .ok_or_else(|| Stop::usage(format!("{}: there is no such file", path.display())).hint(hint));
    }
    let Some(path) = resolve::ledger() else { return Ok(Ledger::default()) };
    match ledger::look(&path) {
        Ok(found) => Ok(found.unwrap_or_default()),
        // Nobody asked for it: the audit does not depend on it.
        Err(problem) => {
            output::warn(&format!("{problem}; acknowledgements are not told"));
            Ok(Ledger::default())
        }
    }
}

fn print(
    world: &World,
    ledger: &Ledger,
    (format, failures): (AuditFormat, Failures),
    ink: Ink,
) -> Result<String, Stop> {
    let unwritable = |error: std::io::Error| Stop::usage(error.to_string());
    match format {
        AuditFormat::Table => Ok(table::table(world, ledger, ink)),
        AuditFormat::Concise => Ok(concise::concise(world, ledger)),
        AuditFormat::Json => json::document(&audit::Audit::with(world, ledger)).map_err(unwritable),
        AuditFormat::Sarif => json::document(&sarif::sarif(world, ledger)).map_err(unwritable),
        AuditFormat::Junit => Ok(junit::junit(world, ledger, failures)),
        AuditFormat::Markdown => Ok(markdown::markdown(world, ledger)),
        AuditFormat::PolicyReport => {
            json::document(&reports(world, ledger, Group::WorkingGroup)).map_err(unwritable)
        }
        AuditFormat::OpenReports => {
            json::document(&reports(world, ledger, Group::OpenReports)).map_err(unwritable)
        }
    }
}
