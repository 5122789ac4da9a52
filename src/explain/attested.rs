//! Words for what attestations and the conditions on them fail at: sentence, both sides, remedies.

use super::pair::{Pair, compared, words};
use super::plain::{QUOTED, plain, quoted};
use super::remedy::{Remedy, RemedyKind, remedy};
use crate::model::Reason;

/// The reason as part of a sentence; `None`: it is none of these.
pub(super) fn sentence(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::NoAttestation => {
            "no attestation that this check reads hangs on the image: wanted one, found none".to_owned()
        }
        Reason::Condition { key, operator, wanted, found } => format!(
            "the condition on {} is not met: wanted {operator} {}, found {}",
            quoted(key),
            quoted(wanted),
            quoted(found)
        ),
        Reason::Unresolved { variable, problem } => format!(
            "the condition reads {}, which is not there: wanted a value, found {}",
            quoted(variable),
            plain(problem, 2 * QUOTED)
        ),
        Reason::Denied { message } => format!(
            "the policy denies by conditions of its own: wanted none that holds, found {}",
            quoted(message)
        ),
        _ => return None,
    })
}

/// Both sides.
pub(super) fn pair(reason: &Reason) -> Pair {
    match reason {
        Reason::NoSignature => {
            words("a signature", "none", "the tag of signatures and the referrers were looked through")
        }
        Reason::NoAttestation => {
            words("an attestation", "none", "the tag of attestations and the referrers were looked through")
        }
        Reason::Condition { key, operator, wanted, found } => {
            let note = format!("{} compared by {operator}", plain(key, QUOTED));
            if operator == "Equals" {
                compared(wanted, found, &note)
            } else {
                words(&format!("{operator} {wanted}"), found, &note)
            }
        }
        Reason::Unresolved { variable, problem } => words(
            &format!("a value at {variable}"),
            problem,
            "a key that is absent is an error, null is a value",
        ),
        Reason::Denied { message } => words("no condition of `validate.deny` that holds", message, ""),
        other => words(other.code().as_str(), "", ""),
    }
}

/// What to do.
pub(super) fn remedies(reason: &Reason, image: &str) -> Vec<Remedy> {
    match reason {
        Reason::NoAttestation => vec![
            remedy(
                RemedyKind::Sign,
                format!(
                    "Attest what is asked for: `cosign attest --new-bundle-format=false --use-signing-config=false --key KEY \
                     --type TYPE --predicate FILE {image}`."
                ),
            ),
            remedy(
                RemedyKind::Inspect,
                "If there was one, look for a tag that has moved since, or a mirror that copied the image without it.",
            ),
        ],
        Reason::Condition { key, .. } => vec![
            remedy(
                RemedyKind::Sign,
                format!(
                    "If what is attested is out of date, make it true and attest again; every attestation of the type \
                     counts, so an old one must go (`cosign clean --type=attestation {image}`)."
                ),
            ),
            remedy(
                RemedyKind::Inspect,
                format!("Read the attestation at {}: `x` or `sigscope tree` shows it.", quoted(key)),
            ),
        ],
        Reason::Unresolved { variable, .. } => vec![
            remedy(
                RemedyKind::Policy,
                format!(
                    "Correct the path {} after an attestation at hand; for what may be absent write `{{{{ PATH || '' }}}}`.",
                    quoted(variable)
                ),
            ),
            remedy(
                RemedyKind::Sign,
                format!("Or attest with a tool that writes this field: `cosign attest … {image}`."),
            ),
        ],
        Reason::Denied { .. } => vec![remedy(
            RemedyKind::Sign,
            format!("Make what the message names true and attest again: `cosign attest … {image}`."),
        )],
        _ => Vec::new(),
    }
}
