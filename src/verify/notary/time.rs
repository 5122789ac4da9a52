//! Time: the expiry of the signature, the validity of its certificates when it was made, and revocation.

use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::AuthorityInfoAccessSyntax;

use super::certificate::Cert;
use super::integrity::Sound;
use crate::format::envelope::Scheme;
use crate::model::notary::{NotaryAction, NotaryDemand, NotaryFailure};
use crate::model::trace::Why;
use crate::model::{Missing, Moment, Outcome, Reason};

const ACCESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.1");
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const CRL: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.31");

/// The signature still counts.
pub(super) fn expiry(sound: &Sound, now: Moment) -> Outcome {
    match sound.envelope.attributes.expiry {
        None => Outcome::NotExercised(Why::NothingThere),
        Some(expiry) if now < expiry => Outcome::Held,
        Some(expiry) => Outcome::Failed(Reason::Notary(NotaryFailure::Expired { expiry, at: now })),
    }
}

/// All certificates were valid at the time that counts.
pub(super) fn authentic(sound: &Sound, demand: &NotaryDemand) -> Outcome {
    let now = demand.as_of;
    let attributes = &sound.envelope.attributes;
    if attributes.scheme == Scheme::SigningAuthority {
        return valid_at(&sound.chain, attributes.signed_at, attributes.signed_at);
    }
    let expired = sound.chain.iter().any(|cert| now > cert.until);
    if demand.store_names("tsa").is_empty() || (demand.after_expiry && !expired) {
        return valid_at(&sound.chain, now, now);
    }
    match &sound.envelope.timestamp {
        None => stamp_failed("no timestamp countersignature was found in the signature envelope"),
        Some(token) => super::stamp::check(token, sound, demand),
    }
}

pub(super) fn stamp_failed(problem: impl Into<String>) -> Outcome {
    Outcome::Failed(Reason::Notary(NotaryFailure::Stamp { problem: problem.into() }))
}

/// Every certificate is valid over the whole span.
pub(super) fn valid_at(chain: &[Cert], earliest: Moment, latest: Moment) -> Outcome {
    match chain.iter().find(|cert| earliest < cert.from || latest > cert.until) {
        None => Outcome::Held,
        Some(cert) => Outcome::Failed(Reason::Notary(NotaryFailure::Validity {
            subject: cert.subject(),
            at: if earliest < cert.from { earliest } else { latest },
            from: cert.from,
            until: cert.until,
        })),
    }
}

/// Nobody is asked about revocation: certificates that name a place to ask leave the question open.
pub(super) fn revocation(sound: &Sound, action: NotaryAction) -> Outcome {
    if action == NotaryAction::Skip {
        return Outcome::NotExercised(Why::SwitchedOff);
    }
    match asks_somewhere(&sound.chain) {
        None => Outcome::NotExercised(Why::NothingThere),
        Some(missing) => Outcome::Undecided(missing),
    }
}

/// The first certificate below the root that names an OCSP server or a revocation list.
pub(super) fn asks_somewhere(chain: &[Cert]) -> Option<Missing> {
    let below = chain.split_last().map(|(_, below)| below).unwrap_or_default();
    below.iter().find(|cert| names_ocsp(cert) || cert.extension(CRL).is_some()).map(|cert| {
        Missing::NotImplemented { what: format!("revocation of the certificate {}", cert.subject()) }
    })
}

fn names_ocsp(cert: &Cert) -> bool {
    cert.extension(ACCESS).is_some_and(|extension| {
        // What cannot be read may name one.
        AuthorityInfoAccessSyntax::from_der(extension.extn_value.as_bytes())
            .map_or(true, |access| access.0.iter().any(|entry| entry.access_method == OCSP))
    })
}
