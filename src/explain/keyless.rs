//! Words for what certificates, proofs, time stamps and statements fail at: sentence, both sides, remedies.

use super::pair::{Pair, compared, words};
use super::plain::{QUOTED, listed, plain, quoted};
use super::remedy::{Remedy, RemedyKind, remedy};
use super::sentence::range_words;
use crate::model::Reason;

/// The reason as part of a sentence.
pub(super) fn sentence(reason: &Reason) -> String {
    let wanted_found = |what: &str, wanted: &str, found: &str| {
        format!("{what}: wanted {}, found {}", quoted(wanted), quoted(found))
    };
    match reason {
        Reason::SignerKind { wanted, found } => {
            format!("it is signed by {found} where {wanted} is asked for: wanted {wanted}, found {found}")
        }
        Reason::CertificateChain { trusted, found } => format!(
            "no trusted authority issued the certificate: wanted one by {}, found {}",
            listed(trusted, "or"),
            plain(found, QUOTED)
        ),
        Reason::CertificateTime { at, from, until } => format!(
            "the certificate was not valid at the time that counts: wanted a time {}, found {at}",
            range_words(*from, *until)
        ),
        Reason::CertificateUsage { found } => {
            wanted_found("the certificate is not for signing", "code signing", found)
        }
        Reason::SctAbsent => {
            "the certificate carries no SCT: wanted the promise of a certificate log, found none".to_owned()
        }
        Reason::SctInvalid { trusted, found } => format!(
            "no SCT of the certificate verifies: wanted one by {}, found {}",
            listed(trusted, "or"),
            plain(found, QUOTED)
        ),
        Reason::IdentitySubject { wanted, found } => format!(
            "the certificate is of another subject: wanted {}, found {}",
            quoted(wanted),
            listed(found, "and")
        ),
        Reason::IdentityIssuer { wanted, found } => {
            wanted_found("the certificate is of another issuer", wanted, found)
        }
        Reason::IdentityExtension { name, wanted, found } => format!(
            "the extension {name} of the certificate is {}: wanted {}, found {}",
            if found.is_some() { "different" } else { "absent" },
            quoted(wanted),
            quoted(found.as_deref().unwrap_or_default())
        ),
        _ => evidence_sentence(reason),
    }
}

fn evidence_sentence(reason: &Reason) -> String {
    let wanted_found = |what: &str, wanted: &str, found: &str| {
        format!("{what}: wanted {}, found {}", quoted(wanted), quoted(found))
    };
    match reason {
        Reason::LogProof { wanted, found } => {
            wanted_found("the inclusion proof does not lead to the root that it names", wanted, found)
        }
        Reason::LogCheckpoint { wanted, found } => {
            wanted_found("the log's checkpoint does not fit", wanted, found)
        }
        Reason::TimeAbsent { wanted } => {
            format!("nothing that is trusted says when it was signed: wanted {wanted}, found none")
        }
        Reason::TimeInvalid { problem } => format!(
            "no time stamp verifies: wanted one by a trusted authority over this signature, found: {}",
            plain(problem, 2 * QUOTED)
        ),
        Reason::PredicateType { wanted, found } => {
            wanted_found("the statement is of another type", wanted, found)
        }
        Reason::StatementSubject { wanted, found } => {
            format!("the statement is about other images: wanted `{wanted}`, found {}", listed(found, "and"))
        }
        other => other.code().meaning().to_owned(),
    }
}

/// Both sides.
pub(super) fn pair(reason: &Reason) -> Pair {
    match reason {
        Reason::SignerKind { wanted, found } => words(wanted, found, ""),
        Reason::CertificateChain { trusted, found } => {
            words(&trusted.join(" or "), found, "nothing that the artifact brings along is trusted")
        }
        Reason::CertificateTime { at, from, until } => {
            words(&range_words(*from, *until), &at.to_string(), "")
        }
        Reason::CertificateUsage { found } => words("code signing", found, ""),
        Reason::SctAbsent => words("an SCT in the certificate", "none", ""),
        Reason::SctInvalid { trusted, found } => words(&trusted.join(" or "), found, ""),
        Reason::IdentitySubject { wanted, found } => match found.as_slice() {
            [only] => compared(wanted, only, ""),
            many => words(wanted, &many.join(", "), ""),
        },
        Reason::IdentityIssuer { wanted, found }
        | Reason::LogProof { wanted, found }
        | Reason::LogCheckpoint { wanted, found }
        | Reason::PredicateType { wanted, found } => compared(wanted, found, ""),
        Reason::IdentityExtension { name, wanted, found } => match found {
            Some(found) => compared(wanted, found, &format!("compared: {name}")),
            None => words(wanted, &format!("no extension {name}"), ""),
        },
        Reason::TimeAbsent { wanted } => words(wanted, "none", ""),
        Reason::TimeInvalid { problem } => words("a time stamp by a trusted authority", problem, ""),
        Reason::StatementSubject { wanted, found } => match found.as_slice() {
            [only] => {
                compared(wanted.as_str(), only, "the statement may well be genuine: it is about that image")
            }
            many => words(wanted.as_str(), &many.join(", "), ""),
        },
        other => super::attested::pair(other),
    }
}

/// What to do.
pub(super) fn remedies(reason: &Reason, image: &str) -> Vec<Remedy> {
    let sign = |why: &str| remedy(RemedyKind::Sign, format!("{why}: `cosign sign {image}`."));
    match reason {
        Reason::SignerKind { .. } => vec![remedy(
            RemedyKind::Policy,
            "Ask for what there is: `--key FILE` for a key, `--certificate-identity` with `--certificate-oidc-issuer` for a certificate, if that signer is trusted.",
        )],
        Reason::CertificateChain { .. } => vec![
            remedy(
                RemedyKind::Policy,
                "If the authority is yours, name it in the trusted root: `--trusted-root FILE`.",
            ),
            sign("Or sign with a certificate of a trusted authority"),
        ],
        Reason::CertificateTime { .. } | Reason::TimeAbsent { .. } | Reason::TimeInvalid { .. } => vec![
            sign("Sign again, while the certificate is valid, with a log entry or a time stamp"),
            remedy(
                RemedyKind::Inspect,
                "Check that the trusted root names the log or the time-stamp authority that was used.",
            ),
        ],
        Reason::CertificateUsage { .. } => {
            vec![sign("Sign with a certificate that is made for code signing")]
        }
        Reason::SctAbsent | Reason::SctInvalid { .. } => vec![
            remedy(RemedyKind::Inspect, "Check that the trusted root names the certificate log in use."),
            remedy(
                RemedyKind::Weaken,
                "`--insecure-ignore-sct` would admit it. It costs: an authority can then issue a certificate in another's name without a public trace.",
            ),
        ],
        Reason::IdentitySubject { .. } | Reason::IdentityIssuer { .. } | Reason::IdentityExtension { .. } => {
            vec![
                remedy(
                    RemedyKind::Inspect,
                    "Compare both sides character by character: another repository, workflow or branch is another signer.",
                ),
                sign("Have the identity that is asked for sign"),
            ]
        }
        Reason::LogProof { .. } | Reason::LogCheckpoint { .. } => vec![
            remedy(
                RemedyKind::Inspect,
                "Treat it as tampering until shown otherwise: a proof does not come to differ by accident.",
            ),
            sign("Sign again, so that a fresh entry is made"),
        ],
        Reason::PredicateType { wanted, .. } => vec![remedy(
            RemedyKind::Sign,
            format!(
                "Attest what is asked for: `cosign attest --type {} --predicate FILE {image}`. Types are compared exactly, version included.",
                plain(wanted, 80)
            ),
        )],
        Reason::StatementSubject { .. } => vec![remedy(
            RemedyKind::Inspect,
            "Do not copy attestations between images: find out who attached this one, it is about another image only.",
        )],
        _ => Vec::new(),
    }
}
