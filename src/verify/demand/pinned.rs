//! A certificate that a policy pins instead of a key (cosign's `ValidateAndUnpackCert`).

use super::{chain, sct};
use crate::format::x509::{CODE_SIGNING, Certificate};
use crate::model::demand::CertificateDemand;
use crate::model::{Outcome, Reason};

/// Whether authorities vouch for it at the beginning of its validity, and a log where one is asked for.
///
/// # Errors
/// Why not.
pub fn vouched(certificate: &[u8], demand: &CertificateDemand) -> Result<(), Box<Reason>> {
    let malformed = |problem: String| Box::new(Reason::Malformed { what: "certificate", problem });
    let certificate = Certificate::from_der(certificate).map_err(malformed)?;
    let at = certificate.leaf.from;
    let (above, _) = chain::find(&certificate, &demand.authorities, CODE_SIGNING, at).map_err(Box::new)?;
    match sct::step(demand, &certificate, above.first()).step.outcome {
        Outcome::Failed(reason) => Err(Box::new(reason)),
        Outcome::Held | Outcome::NotExercised(_) => Ok(()),
        _ => Err(malformed("its promise of a log cannot be judged".to_owned())),
    }
}
