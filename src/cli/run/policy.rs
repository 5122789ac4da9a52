//! `sigscope policy`: looks at policies by themselves.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::session;
use crate::analyse::{self, Agreement};
use crate::cli::args::{CompareArgs, LintArgs, LintFormat, PolicyArgs, PolicyCommand, TextFormat};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{output, resolve};
use crate::engine::SourceInput;
use crate::evaluate::lint_text;
use crate::model::lint::{Lint, Severity};
use crate::report::{json, lints, versus};
use crate::source::files;

/// Runs one of the commands.
///
/// # Errors
/// When a file is missing or cannot be read.
pub fn run(args: &PolicyArgs, meant: &Meant) -> Result<Exit, Stop> {
    match &args.command {
        PolicyCommand::Lint(args) => lint(args),
        PolicyCommand::Probe(args) => super::probe::run(args, meant),
        PolicyCommand::Compare(args) => compare(args, meant),
        PolicyCommand::Suggest(args) => super::suggest::run(args, meant),
    }
}

/// Judges the same images by both sets of policies and prints what is different: status 0 when nothing is, 1 when
/// something is, 2 when nothing is but a side could not be decided.
fn compare(args: &CompareArgs, meant: &Meant) -> Result<Exit, Stop> {
    let resources = session::resources(&args.pod)?;
    let judge = |path: &PathBuf| {
        let policies = resolve::policies(std::slice::from_ref(path))?;
        let world = session::settle(meant, policies, vec![SourceInput::Resources(resources.clone())])?;
        session::talk(&world);
        if let Some(broken) = world.files.iter().find_map(|file| file.broken.as_ref()) {
            return Err(Stop::usage(broken.to_string()));
        }
        Ok(world)
    };
    let (old, new) = (judge(&args.old)?, judge(&args.new)?);
    let all = analyse::versus(&old, &new);
    output::data(&match args.format {
        TextFormat::Text => versus::text(&all),
        TextFormat::Json => {
            json::document(&versus::json(&all)).map_err(|error| Stop::usage(error.to_string()))?
        }
    })?;
    let any = |wanted: Agreement| all.iter().any(|one| one.agreement() == wanted);
    let lost = [&old, &new].iter().any(|world| session::exit(world, false) == Exit::Undecided);
    Ok(if any(Agreement::Disagree) {
        Exit::Denied
    } else if any(Agreement::Undecided) || lost || all.is_empty() {
        Exit::Undecided
    } else {
        Exit::Pass
    })
}

/// Prints what is conspicuous in policies: status 0 for nothing, hints and warnings; 1 when the engine refuses a
/// policy; 3 when a file cannot be read.
fn lint(args: &LintArgs) -> Result<Exit, Stop> {
    resolve::policies(&args.files)?;
    let mut found = Vec::new();
    let mut unreadable = false;
    let mut policies = 0;
    for path in &args.files {
        for file in files::policy_paths(path).map_err(|error| Stop::usage(format!("policy {error}")))? {
            match one(&file) {
                Ok((count, mut lints)) => {
                    policies += count;
                    if count == 0 {
                        output::warn(&format!("{}: no policy that decides about images", file.display()));
                    }
                    found.append(&mut lints);
                }
                Err(problem) => {
                    unreadable = true;
                    output::talk(&format!("error: {problem}"));
                }
            }
        }
    }
    let unwritable = |error: std::io::Error| Stop::usage(error.to_string());
    output::data(&match args.format {
        LintFormat::Concise => lints::concise(&found),
        LintFormat::Json => json::document(&lints::json(&found)).map_err(unwritable)?,
        LintFormat::Sarif => json::document(&lints::sarif(&found)).map_err(unwritable)?,
    })?;
    if unreadable {
        return Ok(Exit::Usage);
    }
    if policies == 0 {
        return Err(Stop::usage("there is no policy in these files"));
    }
    let refused = found.iter().any(|lint| lint.severity == Severity::Error);
    Ok(if refused { Exit::Denied } else { Exit::Pass })
}

fn one(file: &Path) -> Result<(usize, Vec<Lint>), String> {
    let name: Arc<str> = file.display().to_string().into();
    let text = files::read_text(file).map_err(|error| error.to_string())?;
    lint_text(&name, &text).map_err(|broken| broken.to_string())
}
