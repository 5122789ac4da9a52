//! Which judge an entry's `type` leads to.

use super::case::{Case, Ending, Judged};
use super::policy::{Attestation, Attestor, Form, Signer};
use super::statement::Fetched;
use super::{attest, bundle, notary, set, signature};
use crate::model::missing::Missing;
use crate::model::trace::{Clause, Outcome};

/// Judges one entry of an attestor set against the signatures of the image. `path` is its place in Kyverno's messages.
pub(super) fn signature(case: &Case<'_>, attestor: &Attestor, path: &str) -> Judged {
    let label = format!("{}{}", path.trim_start_matches('.'), attestor.suffix());
    if let Signer::Nested(nested) = &attestor.signer {
        return set::judge(case, nested, &format!("{path}.attestor"));
    }
    if let Some(field) = attestor.unsupported.first() {
        let missing = Missing::NotImplemented { what: field.field.clone() };
        return signature::undecided(&label, &field.span, missing);
    }
    let mut judged = match case.reading.form {
        Form::Cosign => signature::judge(case, attestor, &label),
        Form::SigstoreBundle => bundle::judge(case, attestor, &label),
        Form::Notary => notary::judge(case, attestor, &label),
    };
    if let Ending::Fail(message) = &judged.ending {
        // Notary has no name for the kind of entry.
        let suffix = if case.reading.form == Form::Notary { "" } else { attestor.suffix() };
        judged.ending = Ending::Fail(format!("{path}{suffix}: {message}"));
    }
    judged
}

/// Fetches and verifies the attestations of one entry of an attestation's attestor set; `label` names its clause.
pub(super) fn attestations(
    case: &Case<'_>,
    attestor: &Attestor,
    attestation: &Attestation,
    label: &str,
) -> Fetched {
    let clause = Clause::new(label, Outcome::Held).at(attestor.place());
    if let Some(field) = attestor.unsupported.first() {
        let missing = Missing::NotImplemented { what: field.field.clone() };
        return Fetched::undecided(clause.at(&field.span), missing);
    }
    match case.reading.form {
        Form::Cosign => attest::fetch(case, attestor, attestation, clause),
        Form::SigstoreBundle => bundle::fetch(case, attestor, attestation, clause),
        Form::Notary => notary::fetch(case, attestor, attestation, clause),
    }
}
