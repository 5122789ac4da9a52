//! What notation's library says when a signature does not verify, word for word where the words are known
//! (`notation-go/verifier/verifier.go`, `notation-go/notation.go`).

use std::sync::Arc;

use crate::model::digest::Digest;
use crate::model::moment::Moment;
use crate::model::notary::{NotaryCheck, NotaryFailure, NotaryProof, NotaryStep};
use crate::model::reason::Reason;
use crate::model::trace::Outcome;

/// No signature is there.
pub(super) fn nothing(reference: &str) -> String {
    format!("no signature is associated with \"{reference}\", make sure the artifact was signed successfully")
}

/// A signature could not be fetched.
pub(super) fn unfetched(manifest: &Digest, reference: &str, problem: &str) -> String {
    format!(
        "unable to retrieve digital signature with digest \"{manifest}\" associated with \"{reference}\" from the \
         Repository, error : {problem}"
    )
}

/// Every signature failed.
pub(super) fn refused(proofs: &[Arc<NotaryProof>], attempts: usize) -> String {
    if proofs.len() >= attempts {
        return format!(
            "signature evaluation stopped. The configured limit of {attempts} signatures to verify per artifact \
             exceeded"
        );
    }
    let mut lines = vec!["signature verification failed".to_owned()];
    for proof in proofs {
        if let Some(step) = proof.failed() {
            let digest = &proof.manifest;
            lines.push(format!("failed to verify signature with digest {digest}, {}", step_words(step)));
        }
    }
    lines.join("\n")
}

/// What notation says of a failed check.
#[must_use]
pub fn words_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Failed(reason) => reason_words(reason, NotaryCheck::Integrity),
        _ => String::new(),
    }
}

fn step_words(step: &NotaryStep) -> String {
    match &step.outcome {
        Outcome::Failed(reason) => reason_words(reason, step.check),
        _ => String::new(),
    }
}

fn reason_words(reason: &Reason, check: NotaryCheck) -> String {
    match reason {
        Reason::Notary(failure) => failure_words(failure),
        Reason::KeyMismatch { key, .. } => {
            let package = if key.kind.starts_with("RSA") { "crypto/rsa" } else { "crypto/ecdsa" };
            format!("signature is invalid. Error: {package}: verification error")
        }
        Reason::Malformed { problem, .. } if check == NotaryCheck::Target => {
            format!(
                "failed to unmarshal the payload content in the signature blob to envelope.Payload: {problem}"
            )
        }
        Reason::Malformed { problem, .. } => {
            format!("unable to parse the digital signature, error : {problem}")
        }
        other => format!("signature is invalid. Error: {:?}", other.code()),
    }
}

fn failure_words(failure: &NotaryFailure) -> String {
    match failure {
        NotaryFailure::Chain { problem } => format!("signature is invalid. Error: {problem}"),
        NotaryFailure::Trust { .. } => {
            "the signature's certificate chain does not contain any trusted certificate".to_owned()
        }
        NotaryFailure::Identity { wanted, .. } => format!(
            "signing certificate from the digital signature does not match the X.509 trusted identities [{}]",
            wanted.join(" ")
        ),
        NotaryFailure::Validity { subject, at, from, .. } if at < from => format!(
            "verification time is before certificate \"{subject}\" validity period, it will be valid from \"{}\"",
            written(*from)
        ),
        NotaryFailure::Validity { subject, until, .. } => format!(
            "verification time is after certificate \"{subject}\" validity period, it was expired at \"{}\"",
            written(*until)
        ),
        NotaryFailure::Stamp { problem } => {
            format!("failed to verify the timestamp countersignature with error: {problem}")
        }
        NotaryFailure::Revoked { subject, .. } => {
            format!("signing certificate with subject {subject:?} is revoked")
        }
        NotaryFailure::Expired { expiry, .. } => {
            format!("digital signature has expired on \"{}\"", written(*expiry))
        }
        NotaryFailure::Target { .. } => "content descriptor mismatch".to_owned(),
        NotaryFailure::Metadata { .. } => "unable to find specified metadata in the signature".to_owned(),
    }
}

/// Go's `time.RFC1123Z`, in UTC.
fn written(at: Moment) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = at.to_string();
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    let mut parts = date.rsplitn(3, '-');
    let (day, month, year) = (parts.next(), parts.next(), parts.next());
    let weekday = usize::try_from(at.0.div_euclid(86_400).rem_euclid(7)).unwrap_or_default();
    let month = month.and_then(|month| month.parse::<usize>().ok()).unwrap_or(1).saturating_sub(1);
    format!(
        "{}, {} {} {} {} +0000",
        DAYS.get(weekday).unwrap_or(&""),
        day.unwrap_or_default(),
        MONTHS.get(month).unwrap_or(&""),
        year.unwrap_or_default(),
        time.trim_end_matches('Z')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times_as_go_does() {
        assert_eq!(written(Moment(1_795_415_929)), "Mon, 23 Nov 2026 06:38:49 +0000");
        assert_eq!(written(Moment(0)), "Thu, 01 Jan 1970 00:00:00 +0000");
    }
}
