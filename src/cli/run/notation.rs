//! `sigscope verify --notation`: the question of `notation verify`, with every check of the answer.

use std::collections::BTreeMap;
use std::path::Path;

use clap::ArgMatches;

use crate::cli::args::{TextFormat, VerifyArgs};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::{Meant, because};
use crate::cli::{cosign, output, resolve};
use crate::engine::TrustStores;
use crate::format::trust_policy::{Statement, TrustPolicy};
use crate::model::notary::NotaryProof;
use crate::model::{Artifact, ArtifactKind, Code, Evidence, Outcome, Reason, Reference, Verdict};
use crate::report::ink::Ink;
use crate::report::json;
use crate::report::notation::NotationAnswer;

/// Most signatures that notation tries (`--max-signatures`).
const MOST_SIGNATURES: usize = 100;
/// Longest trust policy that is read, in bytes.
const POLICY_LIMIT: u64 = 4 << 20;

/// Fetches, verifies and prints.
///
/// # Errors
/// When the arguments are wrong, or the trust policy cannot be read.
pub fn run(args: &VerifyArgs, given: &ArgMatches, meant: &Meant, ink: Ink) -> Result<Exit, Stop> {
    let refused = cosign::refused(given);
    if !refused.is_empty() {
        return Err(Stop::usage(format!("{} belong to cosign, not to notation", refused.join(", "))));
    }
    if args.certificate.asked() || args.use_signed_timestamps || args.insecure_ignore_sct {
        return Err(Stop::usage(
            "flags about certificates, SCTs and time stamps belong to cosign, not to notation",
        ));
    }
    let reference = resolve::image(&args.image)?;
    let config = meant.notation_config.clone().ok_or_else(|| {
        Stop::usage("neither XDG_CONFIG_HOME nor HOME is set")
            .hint("name a directory with `--notation-config DIR`")
    })?;
    let trust_stores = TrustStores::new(Some(config.clone()));
    let policy = policy(args.notation.trust_policy.as_deref(), &config)?;
    let metadata =
        args.notation.user_metadata.iter().map(|text| pair(text)).collect::<Result<BTreeMap<_, _>, _>>()?;
    let mut answer = NotationAnswer::undecided(&args.image);
    let as_of = super::start::now(meant);
    match super::look::look(meant, &reference, args.notation.notation_insecure_registry)? {
        Err(missing) => answer.decide(Verdict::Error, Code::of_missing(&missing), missing.to_string()),
        Ok(evidence) => {
            answer = super::rounds::until_known(meant, &|prover| {
                let mut answer = NotationAnswer::undecided(&args.image);
                answer.digest = Some(evidence.digest.clone());
                judge(&mut answer, &evidence, &reference, &policy, &|statement, evidence, artifact| {
                    let stores = trust_stores.of(&statement.stores);
                    let demand = statement.demand(stores, metadata.clone(), as_of)?;
                    Some((*prover.prove_notary(evidence, artifact, &demand)).clone())
                });
                answer
            })?;
        }
    }
    finish(&answer, args, ink)
}

fn finish(answer: &NotationAnswer, args: &VerifyArgs, ink: Ink) -> Result<Exit, Stop> {
    let text = match args.format {
        TextFormat::Text => answer.text(ink),
        TextFormat::Json => json::document(&answer.json()).map_err(|error| Stop::usage(error.to_string()))?,
    };
    output::data(&text)?;
    Ok(match answer.verdict {
        Verdict::Pass | Verdict::None => Exit::Pass,
        Verdict::Deny => Exit::Denied,
        Verdict::Audit | Verdict::Error | Verdict::Waiting => Exit::Undecided,
    })
}

type Prove<'a> = dyn Fn(&Statement, &Evidence, &Artifact) -> Option<NotaryProof> + 'a;

/// notation's decision (`notation-go/notation.go`, `Verify`): the first good signature is enough, and one that cannot be
/// fetched ends the search.
fn judge(
    answer: &mut NotationAnswer,
    evidence: &Evidence,
    reference: &Reference,
    policy: &TrustPolicy,
    prove: &Prove<'_>,
) {
    let repository = format!("{}/{}", reference.registry, reference.repository);
    let Some(statement) = policy.applicable(&repository) else {
        let message = format!("no statement of the trust policy has a registry scope for {repository}");
        return answer.decide(Verdict::Deny, Code::RefNone, message);
    };
    answer.statement = Some(statement.name.clone());
    if statement.enforcement.is_none() {
        let message = format!("the statement {:?} skips verification: nothing was verified", statement.name);
        return answer.decide(Verdict::None, Code::RefSkipped, message);
    }
    let signatures =
        evidence.artifacts.iter().filter(|artifact| artifact.kind == ArtifactKind::NotationSignature);
    let mut unfetched = None;
    for artifact in signatures.take(MOST_SIGNATURES) {
        let Some(proof) = prove(statement, evidence, artifact) else { continue };
        let holds = proof.holds();
        unfetched = unfetchable(artifact);
        answer.proofs.push(proof);
        if holds || unfetched.is_some() {
            break;
        }
    }
    let (verdict, code, message) = verdict(evidence, &answer.proofs, unfetched.as_ref());
    answer.decide(verdict, code, message);
}

/// Why notation could not get the envelope of a signature.
fn unfetchable(artifact: &Artifact) -> Option<Outcome> {
    match artifact.layers.as_slice() {
        [layer] => layer.blob.bytes().err().cloned().map(Outcome::Undecided),
        layers => Some(Outcome::Failed(Reason::Malformed {
            what: "signature manifest",
            problem: format!("it has {} layers, not one", layers.len()),
        })),
    }
}

fn verdict(
    evidence: &Evidence,
    proofs: &[NotaryProof],
    unfetched: Option<&Outcome>,
) -> (Verdict, Code, String) {
    if proofs.iter().any(NotaryProof::holds) {
        return (Verdict::Pass, Code::Pass, "a signature holds; one is enough".to_owned());
    }
    let said = |outcome: &Outcome| {
        let code = outcome.code().unwrap_or(Code::SigMalformed);
        let verdict = if matches!(outcome, Outcome::Undecided(_)) { Verdict::Error } else { Verdict::Deny };
        (verdict, code, crate::explain::outcome_sentence(outcome))
    };
    if let Some(gap) = evidence.gap_for(&ArtifactKind::NotationSignature) {
        let message = format!("not all signatures could be read: {}: {}", gap.what, gap.why);
        return (Verdict::Error, Code::of_missing(&gap.why), message);
    }
    if let Some(outcome) = unfetched {
        return said(outcome);
    }
    let open = proofs.iter().find(|proof| proof.failed().is_none()).and_then(NotaryProof::stopped);
    if let Some(step) = open {
        return said(&step.outcome);
    }
    let last = proofs.iter().filter_map(NotaryProof::failed).max_by_key(|step| step.check);
    match last {
        Some(step) => said(&step.outcome),
        None => (Verdict::Deny, Code::SigNone, "no Notation signature hangs on the image".to_owned()),
    }
}

fn pair(text: &str) -> Result<(String, String), Stop> {
    text.split_once('=')
        .filter(|(key, value)| !key.is_empty() && !value.is_empty())
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .ok_or_else(|| Stop::usage(format!("`-m {text}` is not of the form KEY=VALUE")))
}

fn policy(named: Option<&Path>, config: &Path) -> Result<TrustPolicy, Stop> {
    let path = named.map_or_else(
        || {
            let newer = config.join("trustpolicy.oci.json");
            if newer.symlink_metadata().is_ok() { newer } else { config.join("trustpolicy.json") }
        },
        Path::to_path_buf,
    );
    let wrong =
        |problem: String| Stop::usage(format!("trust policy `{}` cannot be read: {problem}", path.display()));
    let meta = path.symlink_metadata().map_err(|error| {
        wrong(because(&error)).hint("give `--trust-policy FILE` or `--notation-config DIR`")
    })?;
    if !meta.is_file() {
        return Err(wrong("not a regular file (symlinks are not supported)".to_owned()));
    }
    if meta.len() > POLICY_LIMIT {
        return Err(wrong(format!("it has {} bytes, the limit is {POLICY_LIMIT}", meta.len())));
    }
    let bytes = std::fs::read(&path).map_err(|error| wrong(because(&error)))?;
    TrustPolicy::parse(&bytes).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Missing;
    use crate::model::notary::{NotaryAction, NotaryCheck, NotaryStep};

    fn proof(steps: &[(NotaryCheck, Outcome)]) -> NotaryProof {
        let step = |(check, outcome): &(NotaryCheck, Outcome)| NotaryStep {
            check: *check,
            action: NotaryAction::Enforce,
            outcome: outcome.clone(),
            facts: Vec::new(),
        };
        NotaryProof {
            subject: crate::model::Digest::from_sha256(&[6; 32]),
            manifest: crate::model::Digest::from_sha256(&[7; 32]),
            steps: steps.iter().map(step).collect(),
        }
    }

    #[test]
    fn nothing_holds_without_integrity_and_target() {
        let (integrity, target) = (NotaryCheck::Integrity, NotaryCheck::Target);
        assert!(proof(&[(integrity, Outcome::Held), (target, Outcome::Held)]).holds());
        for steps in [
            vec![],
            vec![(integrity, Outcome::Held)],
            vec![(target, Outcome::Held)],
            vec![(integrity, Outcome::Held), (target, Outcome::Undecided(Missing::Waiting))],
            vec![
                (integrity, Outcome::Held),
                (target, Outcome::Held),
                (NotaryCheck::Expiry, Outcome::NotReached),
            ],
        ] {
            assert!(!proof(&steps).holds(), "{steps:?}");
        }
    }
}
