//! Type Notary: the certificates of an entry are all that is trusted for signatures of the Notary Project (spec A.9).

use super::case::{Case, Ending, Judged};
use super::policy::{Attestation, Attestor, CertificateAttestor, Signer};
use super::signature;
use super::statement::{Fetched, Got};
use crate::evaluate::notary::{self, Limits, NotaryEnding, Pinned};
use crate::model::artifact::{Artifact, ArtifactKind, Evidence};
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

/// Fetches the attestations of one entry: the first referrer whose artifact type is the type asked for. Whether that
/// referrer is signed is not known here: what hangs on a referrer is not read.
pub(super) fn fetch(
    case: &Case<'_>,
    _attestor: &Attestor,
    attestation: &Attestation,
    mut clause: Clause,
) -> Fetched {
    let evidence = match case.evidence {
        Ok(evidence) => evidence,
        Err(missing) => return Fetched::undecided(clause, missing.clone()),
    };
    let kind = &attestation.kind.value;
    let of_type = |artifact: &&Artifact| artifact.artifact_type == *kind;
    if evidence.artifacts.iter().any(|artifact| of_type(&artifact)) {
        let what = format!("signatures on the referrer of the type {kind}");
        return Fetched::undecided(clause, Missing::NotImplemented { what });
    }
    if let Some(gap) = evidence.gap_for(&ArtifactKind::Other(kind.clone())) {
        return Fetched::undecided(clause, gap.why.clone());
    }
    let present = evidence.artifacts.iter().map(|artifact| artifact.artifact_type.clone()).collect();
    clause.outcome = Outcome::Failed(Reason::OtherKind { wanted: kind.clone(), present });
    let text = format!("no matching attestations found for image {} with type {kind}", case.image());
    Fetched { clause, result: Got::Fail(text), deciding: Vec::new(), unread: None }
}
