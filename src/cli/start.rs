//! From the process's arguments to the process's status.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::args::{Command, CommandLine, StartArgs};
use super::exit::{Exit, Stop};
use super::resolve::Meant;
use super::{cosign, notation, output, run};

/// Runs the command that the process's arguments name.
#[must_use]
pub fn main() -> ExitCode {
    from(std::env::args_os()).into()
}

/// The command line with everything it accepts.
#[must_use]
pub fn definition() -> clap::Command {
    CommandLine::command()
        .mut_subcommand("verify", cosign::with_flags)
        .mut_subcommand("verify-attestation", cosign::with_flags)
}

fn from(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let (line, matches) = match parse(arguments) {
        Ok(parsed) => parsed,
        Err(error) => return unparsed(&error),
    };
    run(&line, &matches).unwrap_or_else(|stop| {
        output::talk(&stop.to_string());
        stop.exit
    })
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<(CommandLine, ArgMatches), clap::Error> {
    let matches = definition().try_get_matches_from(notation::normalise(arguments))?;
    let line = CommandLine::from_arg_matches(&matches)?;
    Ok((line, matches))
}

/// Help and version are data; everything else is wrong usage.
fn unparsed(error: &clap::Error) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = output::data(&error.render().to_string());
            Exit::Pass
        }
        _ => {
            output::talk(error.render().to_string().trim_end());
            Exit::Usage
        }
    }
}

fn run(line: &CommandLine, matches: &ArgMatches) -> Result<Exit, Stop> {
    let ink = output::ink(&line.look);
    let Some(command) = &line.command else {
        return terminal(line, None);
    };
    if line.start != StartArgs::default() {
        return Err(Stop::usage("options of the cluster stand before a command that does not read them")
            .hint("write them behind a command that has them, such as `audit --cluster --context NAME`"));
    }
    match command {
        Command::Cluster(args) => run::cluster::run(&args.what),
        Command::Explain(args) => run::explain::run(args),
        Command::Policy(args) => run::policy::run(args, &Meant::of(&line.common)?),
        Command::Gen(args) => run::generate::run(args),
        Command::Trust(args) => run::trust::run(args, &Meant::of(&line.common)?),
        Command::Info(args) => run::info::run(args, &line.common),
        Command::Inspect(args) => run::inspect::run(args, &Meant::of(&line.common)?),
        Command::Tree(args) => run::tree::run(args, &Meant::of(&line.common)?, ink),
        Command::Verify(args) => {
            let given = matches.subcommand_matches("verify").unwrap_or(matches);
            if args.notation.notation {
                return run::notation::run(args, given, &Meant::of(&line.common)?, ink);
            }
            run::verify::run(args, None, given, &Meant::of(&line.common)?, ink)
        }
        Command::VerifyAttestation(args) => {
            let given = matches.subcommand_matches("verify-attestation").unwrap_or(matches);
            if args.verify.notation.notation {
                return Err(Stop::usage("notation has no attestations").hint("ask without `--notation`"));
            }
            run::verify::run(&args.verify, Some(&args.predicate), given, &Meant::of(&line.common)?, ink)
        }
        Command::VerifyBundle(args) => run::verify_bundle::run(args, &Meant::of(&line.common)?, ink),
        Command::Audit(args) => run::audit::run(args, &Meant::of(&line.common)?, ink),
        Command::Export(args) => run::export::run(args, &Meant::of(&line.common)?),
        Command::Snapshot(args) => run::export::snapshot(args, &Meant::of(&line.common)?),
        Command::Diff(args) => run::diff::run(args, &Meant::of(&line.common)?, ink),
        Command::Identities(args) => run::identities::run(args, &Meant::of(&line.common)?),
        Command::Replay(args) => run::replay::run(args),
        Command::Why(args) => run::why::run(args, &Meant::of(&line.common)?, ink),
        Command::Demo | Command::Open(_) => terminal(line, Some(command)),
    }
}

#[cfg(feature = "tui")]
fn terminal(line: &CommandLine, command: Option<&Command>) -> Result<Exit, Stop> {
    let meant = Meant::of(&line.common)?;
    match command {
        Some(Command::Open(args)) => run::terminal::open(args, &meant, &line.look),
        Some(_) => run::terminal::demo(&meant, &line.look),
        None => run::terminal::cluster(&line.start, &meant, &line.look),
    }
}

#[cfg(not(feature = "tui"))]
fn terminal(_line: &CommandLine, _command: Option<&Command>) -> Result<Exit, Stop> {
    Err(Stop::usage("this sigscope was built without its terminal program")
        .hint("`audit`, `why`, `tree` and `verify` work without it"))
}
