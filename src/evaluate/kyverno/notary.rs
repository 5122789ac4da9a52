//! Type Notary: signatures and attestations of the Notary Project (spec A.9).

use super::case::{Case, Judged};
use super::policy::{Attestation, Attestor};
use super::signature;
use super::statement::Fetched;
use crate::model::missing::Missing;
use crate::model::trace::Clause;

fn missing() -> Missing {
    Missing::NotImplemented { what: "type: Notary".to_owned() }
}

/// Judges one entry of an attestor set.
pub(super) fn judge(_case: &Case<'_>, attestor: &Attestor, label: &str) -> Judged {
    signature::undecided(label, attestor.place(), missing())
}

/// Fetches the attestations of one entry.
pub(super) fn fetch(
    _case: &Case<'_>,
    _attestor: &Attestor,
    _attestation: &Attestation,
    clause: Clause,
) -> Fetched {
    Fetched::undecided(clause, missing())
}
