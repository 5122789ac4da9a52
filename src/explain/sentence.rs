//! One sentence for a result or an outcome: what failed, for which image, what was wanted and what was there.

use super::nearest::nearest;
use super::plain::{QUOTED, listed, plain, quoted};
use crate::model::identity::KeyIdentity;
use crate::model::reason::LogPart;
use crate::model::trace::Why;
use crate::model::verifier::HashAlgorithm;
use crate::model::{Code, Missing, Outcome, Reason, Trace, Verdict};

/// The result as one sentence: the `message` of the JSON. Texts from outside are bounded and escaped.
#[must_use]
pub fn sentence(trace: &Trace) -> String {
    upper_first(&verdict_words(trace))
}

fn verdict_words(trace: &Trace) -> String {
    let outcome = trace.deciding_clause().map(|clause| &clause.outcome);
    let (image, rule) = (image_words(trace), rule_words(trace));
    match (trace.verdict, outcome) {
        (Verdict::Pass, _) => format!("{image} passes {rule}: every clause that applies held."),
        (Verdict::None, _) => none_sentence(trace, outcome, &image, &rule),
        (Verdict::Waiting, Some(Outcome::Undecided(missing))) => {
            format!("{image} has not been judged by {rule} yet: {}.", missing_words(missing))
        }
        (Verdict::Waiting, _) => format!("{image} has not been judged by {rule} yet."),
        (Verdict::Error, Some(Outcome::Undecided(Missing::NotImplemented { what })))
            if trace.image.image.is_empty() =>
        {
            format!(
                "Could not decide anything for {rule}: it uses {}, which sigscope does not evaluate yet.",
                quoted(what)
            )
        }
        (Verdict::Error, Some(Outcome::Undecided(Missing::NotImplemented { what }))) => format!(
            "Could not decide about {image}: {rule} uses {}, which sigscope does not evaluate yet.",
            quoted(what)
        ),
        // A policy that its engine refuses is about no image in particular.
        (Verdict::Error, Some(outcome)) if trace.image.image.is_empty() => {
            format!("Could not decide anything for {rule}: {}.", outcome_words(outcome))
        }
        (Verdict::Error, Some(outcome)) => {
            format!("Could not decide about {image} for {rule}: {}.", outcome_words(outcome))
        }
        (Verdict::Error, None) => {
            format!("Could not decide about {image} for {rule}: {}", trace.code.meaning())
        }
        (Verdict::Deny, outcome) => {
            format!(
                "{image} is denied by {rule}: {}{}.",
                failure_words(outcome, trace.code),
                nearest_words(trace)
            )
        }
        (Verdict::Audit, outcome) => format!(
            "{image} would be denied by {rule}, which only reports: {}{}.",
            failure_words(outcome, trace.code),
            nearest_words(trace)
        ),
    }
}

/// An outcome as one sentence without an image: `held`, or what was wanted and what was there.
#[must_use]
pub fn outcome_sentence(outcome: &Outcome) -> String {
    upper_first(&format!("{}.", outcome_words(outcome)))
}

/// An outcome in words, without capital and full stop.
pub(super) fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Held => "it was checked and holds".to_owned(),
        Outcome::Failed(reason) => reason_words(reason),
        Outcome::NotReached => {
            "an earlier clause failed, and this one cannot be checked by itself".to_owned()
        }
        Outcome::NotExercised(Why::SwitchedOff) => "switched off by the policy or the caller".to_owned(),
        Outcome::NotExercised(Why::NothingThere) => "there is nothing here that it could apply to".to_owned(),
        Outcome::NotExercised(Why::Enough) => "enough other clauses had held before it was needed".to_owned(),
        Outcome::Undecided(missing) => missing_words(missing),
    }
}

fn failure_words(outcome: Option<&Outcome>, code: Code) -> String {
    match outcome {
        Some(outcome @ (Outcome::Failed(_) | Outcome::Undecided(_))) => outcome_words(outcome),
        _ => lower_first(code.meaning().trim_end_matches('.')),
    }
}

/// Numbers alone say little: of several entries that failed, the one that came nearest.
fn nearest_words(trace: &Trace) -> String {
    match trace.code {
        Code::SigCount => {
            nearest(trace).map(|nearest| format!("; nearest: {}", nearest.text)).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The exception that decided.
fn exception(trace: &Trace) -> Option<&str> {
    let label = trace.deciding_clause()?.label.as_str();
    label.starts_with("exception ").then_some(label)
}

fn none_sentence(trace: &Trace, outcome: Option<&Outcome>, image: &str, rule: &str) -> String {
    match (trace.code, outcome) {
        (Code::RefSkipped, Some(Outcome::Failed(Reason::NoMatch { wanted, found, .. }))) => format!(
            "{image} is skipped by {rule}: {} matches {} of `skipImageReferences`.",
            quoted(found),
            listed(wanted, "or")
        ),
        (Code::RefSkipped, Some(Outcome::Held)) if exception(trace).is_some() => {
            format!("{image} is skipped by {rule}: {} is made.", quoted(exception(trace).unwrap_or_default()))
        }
        (Code::RefSkipped, _) => format!("{image} is skipped by {rule}: `skipImageReferences` names it."),
        (_, Some(outcome @ (Outcome::Failed(_) | Outcome::Undecided(_)))) => {
            format!("{rule} does not apply to {image}: {}.", outcome_words(outcome))
        }
        _ => format!("{rule} does not apply to {image}."),
    }
}

/// `image …` with its short digest, when that is known and not written already.
fn image_words(trace: &Trace) -> String {
    let image = quoted(&trace.image.image);
    match &trace.digest {
        Some(digest) if !trace.image.image.contains('@') => {
            format!("image {image} ({}:{})", digest.algorithm(), digest.short())
        }
        _ => format!("image {image}"),
    }
}

fn rule_words(trace: &Trace) -> String {
    match (trace.rule.as_str(), trace.policy.name.as_str()) {
        ("", "") => "what was asked for".to_owned(),
        ("", policy) => format!("policy {}", quoted(policy)),
        (rule, "") => format!("rule {}", quoted(rule)),
        (rule, policy) => format!("rule {} of policy {}", quoted(rule), quoted(policy)),
    }
}

/// What is missing, as the model says it, made safe.
pub(super) fn missing_words(missing: &Missing) -> String {
    plain(&missing.to_string(), 2 * QUOTED)
}

/// A reason in words: what failed, then `wanted …, found …`.
pub(super) fn reason_words(reason: &Reason) -> String {
    match reason {
        Reason::NoSignature => {
            "no signature of the kind that is asked for hangs on it: wanted at least one, found none"
                .to_owned()
        }
        Reason::OtherKind { wanted, present } => format!(
            "it is signed in a format that this check does not read: wanted {}, found {}",
            quoted(wanted),
            listed(present, "and")
        ),
        Reason::Malformed { what, problem } => {
            format!("the {what} cannot be read: {}", plain(problem, QUOTED))
        }
        Reason::NoDigest { image } => format!(
            "it is named by tag where the policy demands a digest (`verifyDigest`): wanted a digest, found {}",
            quoted(image)
        ),
        Reason::Unverified { image } => format!(
            "the policy requires a verified image (`required`): wanted a verification, found none that \
             succeeded for {}",
            quoted(image)
        ),
        Reason::Threshold { required, found } => format!(
            "fewer attestor entries verified than the policy demands: wanted {required}, found {found}"
        ),
        Reason::NoMatch { attribute, wanted, found } => {
            format!("`{attribute}` does not match: wanted {}, found {}", listed(wanted, "or"), quoted(found))
        }
        Reason::Expression { expression, found } => format!(
            "an expression of the policy is false: wanted {} to be true, found {}",
            quoted(expression),
            plain(found, 2 * QUOTED)
        ),
        Reason::ExpressionError { problem } => {
            format!("an expression of the policy ends in an error: {}", plain(problem, 2 * QUOTED))
        }
        Reason::AttestorInvalid { problem } => {
            format!("an attestor of the policy cannot be used: {}", plain(problem, 2 * QUOTED))
        }
        Reason::PolicyInvalid { problem } => {
            format!("the engine refuses the policy: {}", plain(problem, 2 * QUOTED))
        }
        Reason::Notary(failure) => {
            let (wanted, found) = failure.sides();
            format!("wanted {}, found {}", plain(&wanted, 2 * QUOTED), plain(&found, 2 * QUOTED))
        }
        Reason::KeyMalformed { .. }
        | Reason::KeyType { .. }
        | Reason::KeyMismatch { .. }
        | Reason::WrongHash { .. }
        | Reason::OtherDigest { .. }
        | Reason::Annotation { .. } => signature_words(reason),
        Reason::LogAbsent { .. }
        | Reason::LogUnknown { .. }
        | Reason::LogPromise { .. }
        | Reason::LogTime { .. }
        | Reason::LogBinding { .. } => log_words(reason),
        // Tests hold every reason to a sentence with both sides.
        _ => super::attested::sentence(reason).unwrap_or_else(|| super::keyless::sentence(reason)),
    }
}

fn signature_words(reason: &Reason) -> String {
    match reason {
        Reason::KeyMalformed { problem } => {
            format!("the key that is asked for cannot be read: {}", plain(problem, QUOTED))
        }
        Reason::KeyType { key, signature } => format!(
            "signature and key are of different types: wanted a signature by the {}, found {}",
            plain(key, QUOTED),
            plain(signature, QUOTED)
        ),
        Reason::KeyMismatch { key, claimed: Some(claimed) } => format!(
            "the signature is not by the key that is asked for: wanted {}, found {} (as its log entry says)",
            key_words(key),
            key_words(claimed)
        ),
        Reason::KeyMismatch { key, claimed: None } => format!(
            "the signature is not by the key that is asked for: wanted {}, found a signature that this key \
             did not make over this payload",
            key_words(key)
        ),
        Reason::WrongHash { tried, valid_under } => format!(
            "the signature is by the key that is asked for, under a hash that is not tried: wanted {}, \
             found {}",
            hash_words(*tried),
            plain(valid_under, QUOTED)
        ),
        Reason::OtherDigest { wanted, found } => {
            format!("the signature is about another image: wanted `{wanted}`, found {}", quoted(found))
        }
        Reason::Annotation { key, wanted, found } => format!(
            "the signed annotation {} is {}: wanted {}, found {}",
            quoted(key),
            if found.is_some() { "different" } else { "absent" },
            quoted(wanted),
            quoted(found.as_deref().unwrap_or_default())
        ),
        other => other.code().meaning().to_owned(),
    }
}

fn log_words(reason: &Reason) -> String {
    match reason {
        Reason::LogAbsent { url } if url.is_empty() => {
            "no transparency-log entry travels with the signature: wanted one, found none".to_owned()
        }
        Reason::LogAbsent { url } => format!(
            "no transparency-log entry travels with the signature: wanted one (the engine would ask {}), \
             found none",
            quoted(url)
        ),
        Reason::LogUnknown { found, trusted } => format!(
            "the log entry is of a log that is not trusted: wanted log {}, found log {}",
            listed(trusted, "or"),
            quoted(found)
        ),
        Reason::LogPromise { log } => format!(
            "the log's promise (SET) does not verify: wanted one by log {} over this entry, found one that \
             this log did not make",
            quoted(log)
        ),
        Reason::LogTime { at, from, until } => format!(
            "the log's key was not valid when the entry was made: wanted a time {}, found {at}",
            range_words(*from, *until)
        ),
        Reason::LogBinding { part, wanted, found } => format!(
            "the log entry is about another {}: wanted {}, found {}",
            part_words(*part),
            quoted(wanted),
            quoted(found)
        ),
        other => other.code().meaning().to_owned(),
    }
}

/// A part of a log entry in one word.
pub(super) fn part_words(part: LogPart) -> &'static str {
    match part {
        LogPart::Signature => "signature",
        LogPart::Key => "key",
        LogPart::Payload => "payload",
    }
}

/// A validity range in words.
pub(super) fn range_words(from: Option<crate::model::Moment>, until: Option<crate::model::Moment>) -> String {
    match (from, until) {
        (Some(from), Some(until)) => format!("from {from} to {until}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(until)) => format!("until {until}"),
        (None, None) => "at any time".to_owned(),
    }
}

/// A hash in words.
pub(super) fn hash_words(hash: HashAlgorithm) -> &'static str {
    match hash {
        HashAlgorithm::Sha224 => "SHA-224",
        HashAlgorithm::Sha256 => "SHA-256",
        HashAlgorithm::Sha384 => "SHA-384",
        HashAlgorithm::Sha512 => "SHA-512",
    }
}

/// A key with the first sixteen digits of its fingerprint.
pub(super) fn key_words(key: &KeyIdentity) -> String {
    let short: String = key.fingerprint.chars().take(16).collect();
    format!("{} SHA256:{}…", plain(&key.kind, 40), plain(&short, 16))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_lowercase(), chars.as_str()))
}

fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), chars.as_str()))
}
