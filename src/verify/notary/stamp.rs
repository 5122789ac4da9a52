//! Time stamp countersignatures (RFC 3161) over the signature.

use super::integrity::Sound;
use super::prove::Demand;
use crate::model::{Missing, Outcome};

/// Time stamps are not judged yet.
pub(super) fn check(_token: &[u8], _sound: &Sound, _demand: &Demand<'_>) -> Outcome {
    Outcome::Undecided(Missing::NotImplemented {
        what: "time stamp countersignatures of Notation signatures".to_owned(),
    })
}
