//! `sigscope explain`: the page of a code, or the list of all codes.

use std::fmt::Write;

use crate::cli::args::ExplainArgs;
use crate::cli::exit::{Exit, Stop};
use crate::cli::output;
use crate::explain;
use crate::model::Code;

/// Prints the page.
///
/// # Errors
/// When there is no such code.
pub fn run(args: &ExplainArgs) -> Result<Exit, Stop> {
    let text = match &args.code {
        None => list(),
        Some(text) => page(text)?,
    };
    output::data(&text)?;
    Ok(Exit::Pass)
}

fn list() -> String {
    Code::ALL.iter().fold(String::new(), |mut out, code| {
        let _ = writeln!(out, "{:<16} {}", code.as_str(), code.meaning());
        out
    })
}

fn page(text: &str) -> Result<String, Stop> {
    let code: Code = text.parse().map_err(|()| {
        Stop::usage(format!("there is no code `{text}`")).hint("`sigscope explain` lists all codes")
    })?;
    Ok(explain::page(code).to_owned())
}
