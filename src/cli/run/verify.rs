//! `sigscope verify` and `verify-attestation`: cosign's questions, with every step of the answer.

use clap::ArgMatches;

use super::cosign_answer::{self, undecided};
use crate::cli::args::{TextFormat, VerifyArgs};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{cosign, demand, output, resolve};
use crate::model::verifier::LogDemand;
use crate::model::{Code, Verdict};
use crate::report::ink::Ink;
use crate::report::json;
use crate::report::verify::Verification;

/// Fetches, verifies and prints. `predicate` is the type of attestation that is asked for; `None`: signatures are.
///
/// # Errors
/// When the arguments are wrong or the key cannot be read.
pub fn run(
    args: &VerifyArgs,
    predicate: Option<&str>,
    given: &ArgMatches,
    meant: &Meant,
    ink: Ink,
) -> Result<Exit, Stop> {
    let refused = cosign::refused(given);
    let reference = resolve::image(&args.image)?;
    if !refused.is_empty() {
        let message =
            format!("{} changes the question in a way that is not supported yet", refused.join(", "));
        output::talk(&format!("error: {}: {message}", Code::PolUnsupported));
        return finish(&undecided(&args.image, Code::PolUnsupported, message), args.format, ink);
    }
    let material = super::start::material(meant)?;
    let mut demand = demand::of(args, &material, meant.offline, super::start::now(meant))?;
    if let (LogDemand::Required { url, .. }, Some(named)) = (&mut demand.log, cosign::log_url(given)) {
        *url = named;
    }
    let answer = super::look::look(meant, &reference, cosign::insecure(given))?;
    let verification = match answer {
        Ok(evidence) => {
            let bundles = cosign::bundles(given);
            super::rounds::until_known(meant, &|prover| match predicate {
                Some(name) => {
                    cosign_answer::attestations(&args.image, &evidence, &demand, bundles, name, prover)
                }
                None => cosign_answer::signatures(&args.image, &evidence, &demand, bundles, prover),
            })?
        }
        Err(missing) => undecided(&args.image, Code::of_missing(&missing), missing.to_string()),
    };
    finish(&verification, args.format, ink)
}

/// Prints an answer, and the status that it ends with.
pub(super) fn finish(verification: &Verification, format: TextFormat, ink: Ink) -> Result<Exit, Stop> {
    let text = match format {
        TextFormat::Text => verification.text(ink),
        TextFormat::Json => {
            json::document(&verification.json()).map_err(|error| Stop::usage(error.to_string()))?
        }
    };
    output::data(&text)?;
    Ok(match verification.verdict {
        Verdict::Pass => Exit::Pass,
        Verdict::Deny => Exit::Denied,
        Verdict::Audit | Verdict::Error | Verdict::Waiting | Verdict::None => Exit::Undecided,
    })
}
