//! Type Notary: the certificates of an entry are all that is trusted for signatures of the Notary Project (spec A.9).

use super::case::{Case, Ending, Judged};
use super::policy::{Attestation, Attestor, CertificateAttestor, Signer};
use super::signature;
use super::statement::{Fetched, Got, Statement};
use crate::evaluate::notary::{self, Limits, NoStatement, NotaryEnding, Pinned};
use crate::model::artifact::{Artifact, Evidence};
use crate::model::missing::Missing;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, Outcome};

/// Judges one entry of an attestor set. The messages carry no path yet.
pub(super) fn judge(case: &Case<'_>, attestor: &Attestor, label: &str) -> Judged {
    let Signer::Certificates(certificates) = &attestor.signer else {
        // Kyverno dereferences what is not there.
        let what = "an attestor of `type: Notary` without certificates".to_owned();
        return signature::undecided(label, attestor.place(), Missing::NotImplemented { what });
    };
    match case.evidence {
        Ok(evidence) => of_image(case, evidence, certificates, label),
        Err(missing) => signature::undecided(label, attestor.place(), missing.clone()),
    }
}

fn of_image(case: &Case<'_>, evidence: &Evidence, certificates: &CertificateAttestor, label: &str) -> Judged {
    let mut clause = Clause::new(label, Outcome::Held).at(&certificates.span);
    let authorities = match notary::certificates(&pem(certificates)) {
        Ok(authorities) => authorities,
        Err(problem) => {
            let text = format!("failed to parse certificates: {problem}");
            clause.outcome = Outcome::Failed(Reason::KeyMalformed { problem });
            return Judged { clause, ending: Ending::Fail(text), deciding: Vec::new() };
        }
    };
    let demand = Pinned { authorities, time_authorities: None }.demand(case.context.as_of);
    let place = |_: &_| certificates.span.clone();
    let found = notary::search(case.context.prover, evidence, &demand, Limits::KYVERNO, clause, &place);
    let ending = match found.ending {
        NotaryEnding::Verified => Ending::Pass,
        NotaryEnding::Open => Ending::Error,
        NotaryEnding::Refused(text) => {
            Ending::Fail(format!("failed to verify {}: {text}", notary::reference(evidence)))
        }
    };
    Judged { clause: found.clause, ending, deciding: found.deciding }
}

/// `cert` and `certChain`, one below the other.
fn pem(certificates: &CertificateAttestor) -> String {
    let parts = [&certificates.cert, &certificates.chain];
    let texts = parts.into_iter().flatten().map(|text| text.value.as_str()).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join("\n")
}

/// Fetches the attestations of one entry: the first referrer whose artifact type is the type asked for, signed itself
/// (`FetchAttestations`). A later one of the type does not count, whatever the first is.
pub(super) fn fetch(
    case: &Case<'_>,
    attestor: &Attestor,
    attestation: &Attestation,
    mut clause: Clause,
) -> Fetched {
    let evidence = match case.evidence {
        Ok(evidence) => evidence,
        Err(missing) => return Fetched::undecided(clause, missing.clone()),
    };
    let Signer::Certificates(certificates) = &attestor.signer else {
        // Kyverno dereferences what is not there.
        let what = "an attestor of `type: Notary` without certificates".to_owned();
        return Fetched::undecided(clause, Missing::NotImplemented { what });
    };
    let kind = &attestation.kind.value;
    // What could not be listed may be the first of the type.
    if let Some(missing) = notary::gap(evidence, kind) {
        return Fetched::undecided(clause, missing);
    }
    let Some(referrer) = notary::of_type(evidence, kind).next() else {
        let present = evidence.artifacts.iter().map(|artifact| artifact.artifact_type.clone()).collect();
        clause.outcome = Outcome::Failed(Reason::OtherKind { wanted: kind.clone(), present });
        let text = format!("no matching attestations found for image {} with type {kind}", case.image());
        return Fetched { clause, result: Got::Fail(text), deciding: Vec::new(), unread: None };
    };
    let authorities = match notary::certificates(&pem(certificates)) {
        Ok(authorities) => authorities,
        Err(problem) => {
            let text = format!("failed to parse certificates: {problem}");
            clause.outcome = Outcome::Failed(Reason::KeyMalformed { problem });
            return Fetched { clause, result: Got::Fail(text), deciding: Vec::new(), unread: None };
        }
    };
    let demand = Pinned { authorities, time_authorities: None }.demand(case.context.as_of);
    let place = |_: &_| certificates.span.clone();
    let asked = (case.context.prover, case.context.outside);
    let found = notary::search_referrer(asked, evidence, referrer, &demand, clause, &place);
    let result = match found.ending {
        NotaryEnding::Verified => return of_referrer(referrer, found.clause),
        NotaryEnding::Open => Got::Undecided,
        NotaryEnding::Refused(text) => Got::Fail(text),
    };
    Fetched { clause: found.clause, result, deciding: found.deciding, unread: None }
}

/// The statement of a referrer whose signature holds.
fn of_referrer(referrer: &Artifact, mut clause: Clause) -> Fetched {
    match notary::statement(referrer) {
        Ok((kind, predicate)) => {
            let layer = referrer.layers.first().map_or(&referrer.digest, |layer| &layer.digest).clone();
            let statements = vec![Statement { kind, predicate, layer }];
            Fetched { clause, result: Got::Statements(statements), deciding: Vec::new(), unread: None }
        }
        Err(NoStatement::Missing(missing)) => Fetched::undecided(clause, missing),
        Err(NoStatement::Refused(words)) => {
            let reason = Reason::Malformed { what: "predicate", problem: words.clone() };
            clause.outcome = Outcome::Failed(reason);
            Fetched { clause, result: Got::Fail(words), deciding: Vec::new(), unread: None }
        }
    }
}
