//! Time: the expiry of the signature, the validity of its certificates when it was made, and revocation.

use super::certificate::Cert;
use super::integrity::Sound;
use super::revocation::{self, Inquiry};
use crate::format::envelope::Scheme;
use crate::model::notary::{NotaryAction, NotaryDemand, NotaryFailure};
use crate::model::trace::Why;
use crate::model::{Missing, Moment, Outcome, Reason};
use crate::port::Outside;

/// The signature still counts.
pub(super) fn expiry(sound: &Sound, now: Moment) -> Outcome {
    match sound.envelope.attributes.expiry {
        None => Outcome::NotExercised(Why::NothingThere),
        Some(expiry) if now < expiry => Outcome::Held,
        Some(expiry) => Outcome::Failed(Reason::Notary(NotaryFailure::Expired { expiry, at: now })),
    }
}

/// All certificates were valid at the time that counts.
pub(super) fn authentic(sound: &Sound, demand: &NotaryDemand, outside: &dyn Outside) -> Outcome {
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
        Some(token) => super::stamp::check(token, sound, demand, outside),
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

/// No certificate was revoked. Nobody is asked about certificates that no trust store vouches for: their URLs are whoever's.
pub(super) fn revocation(
    sound: &Sound,
    action: NotaryAction,
    demand: &NotaryDemand,
    outside: &dyn Outside,
) -> Outcome {
    if action == NotaryAction::Skip {
        return Outcome::NotExercised(Why::SwitchedOff);
    }
    if revocation::is_nothing_to_ask(&sound.chain) {
        return Outcome::NotExercised(Why::NothingThere);
    }
    if super::authenticity::trust(sound, demand) != Outcome::Held {
        let what = "revocation of certificates that no trust store vouches for".to_owned();
        return Outcome::Undecided(Missing::Unsupported { what });
    }
    let attributes = &sound.envelope.attributes;
    let signed = (attributes.scheme == Scheme::SigningAuthority).then_some(attributes.signed_at);
    revocation::check(&sound.chain, Inquiry { outside, now: demand.as_of, signed })
}
