//! `sigscope audit`: judges images by policies, for scripts and pipelines.

use super::{replay, session};
use crate::cli::args::{AuditArgs, AuditFormat, FailOn};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{output, resolve};
use crate::engine::SourceInput;
use crate::model::World;
use crate::report::ink::Ink;
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
    let audit_fails = args.fail_on == Some(FailOn::Audit);
    output::data(&print(world, args.format, audit_fails, ink)?)?;
    session::talk(world);
    Ok(session::exit(world, audit_fails))
}

fn print(world: &World, format: AuditFormat, audit_fails: bool, ink: Ink) -> Result<String, Stop> {
    let unwritable = |error: std::io::Error| Stop::usage(error.to_string());
    match format {
        AuditFormat::Table => Ok(table::table(world, ink)),
        AuditFormat::Concise => Ok(concise::concise(world)),
        AuditFormat::Json => json::document(&audit::Audit::of(world)).map_err(unwritable),
        AuditFormat::Sarif => json::document(&sarif::sarif(world)).map_err(unwritable),
        AuditFormat::Junit => Ok(junit::junit(world, audit_fails)),
        AuditFormat::Markdown => Ok(markdown::markdown(world)),
        AuditFormat::PolicyReport => json::document(&reports(world, Group::WorkingGroup)).map_err(unwritable),
        AuditFormat::OpenReports => json::document(&reports(world, Group::OpenReports)).map_err(unwritable),
    }
}
