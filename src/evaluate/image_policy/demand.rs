//! From an attestor to the demands that it makes on a signature.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::policy::{Cosign, Identity, Source};
use super::scene::Scene;
use super::trust::{Context, Trust};
use crate::format::certificate::LeafCertificate;
use crate::format::pem;
use crate::lang::expr::{Stop, Value};
use crate::model::artifact::{Evidence, Signature};
use crate::model::demand::{CertificateDemand, Demand, Signer, Wanted};
use crate::model::missing::Missing;
use crate::model::proof::Proof;
use crate::model::reason::Reason;
use crate::model::trace::Outcome;
use crate::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};

/// Why an attestor makes no demands.
pub(super) enum Refused {
    /// Upstream's error: the attestor does not verify.
    Problem(String),
    /// It cannot be known.
    Undecided(Missing),
}

impl Refused {
    /// As the outcome of an attestor.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Problem(problem) => Outcome::Failed(Reason::AttestorInvalid { problem }),
            Self::Undecided(missing) => Outcome::Undecided(missing),
        }
    }
}

/// The demands of an attestor.
pub(super) struct Demands {
    log: LogDemand,
    trust: Trust,
    signers: Vec<Signer>,
    identities: Vec<Identity>,
    no_log: bool,
    keyless: bool,
}

pub(super) fn value(scene: &Scene<'_>, source: &Source) -> Result<String, Refused> {
    let expression = match source {
        Source::Value(text) => return Ok(text.value.clone()),
        Source::Expression(expression) => expression,
    };
    match expression.evaluate(scene).value {
        Ok(Value::Text(text)) => Ok(text.to_string()),
        Ok(other) => Err(Refused::Problem(format!("the expression gives a {}", other.type_name()))),
        Err(Stop::Error(problem)) => Err(Refused::Problem(problem)),
        Err(Stop::Undecided(missing)) => Err(Refused::Undecided(missing)),
    }
}

/// What an attestor demands.
pub(super) fn demands(scene: &Scene<'_>, cosign: &Cosign) -> Result<Demands, Refused> {
    let problem = |text: &str| Refused::Problem(text.to_owned());
    let no_log = cosign.log.as_ref().is_some_and(|log| log.no_log);
    let no_sct = cosign.log.as_ref().is_some_and(|log| log.no_sct);
    let offline =
        cosign.keyless.is_none() && no_log && (cosign.key.is_some() || cosign.certificate.is_some());
    if cosign.log.as_ref().is_some_and(|log| !log.no_log && log.url.is_empty()) {
        return Err(problem("getting Rekor public keys:  rekor URL must be provided"));
    }
    let trust = if offline { scene.context.trust.clone() } else { trusted(scene, cosign)? };
    let log = if no_log {
        LogDemand::Ignored
    } else {
        let url = cosign.log.as_ref().map(|log| log.url.clone()).unwrap_or_default();
        LogDemand::Required { keys: trust.log_keys.clone(), url, offline: true }
    };
    let mut identities = Vec::new();
    let signers = if let Some((own, _)) = &cosign.keyless {
        identities.clone_from(own);
        own.iter()
            .map(|identity| {
                Signer::Certificate(CertificateDemand {
                    travelling: false,
                    subject: wanted(&identity.subject, &identity.subject_regexp),
                    issuer: wanted(&identity.issuer, &identity.issuer_regexp),
                    extensions: BTreeMap::new(),
                    authorities: trust.authorities.clone(),
                    ct_logs: (!no_sct).then(|| trust.ct_logs.clone()),
                })
            })
            .collect()
    } else if let Some((source, hash, _)) = &cosign.key {
        vec![Signer::Key(KeyDemand { pem: value(scene, source)?.trim().to_owned(), hash: *hash })]
    } else if let Some((source, _)) = &cosign.certificate {
        vec![Signer::Key(KeyDemand { pem: key_of(&value(scene, source)?)?, hash: HashAlgorithm::Sha256 })]
    } else {
        return Err(problem("cosign verifier needs to have one key, keyless or certificate fields set"));
    };
    Ok(Demands { log, trust, signers, identities, no_log, keyless: cosign.keyless.is_some() })
}

/// The policy's own root, else the one that the user names. What a TUF repository of its own would give is not known.
fn trusted(scene: &Scene<'_>, cosign: &Cosign) -> Result<Trust, Refused> {
    if let Some(root) = &cosign.root {
        let text = value(scene, root)?;
        return (scene.context.read_root)(&text)
            .map_err(|problem| Refused::Problem(format!("failed to resolve trusted material: {problem}")));
    }
    match &cosign.tuf {
        Some(_) if !scene.context.trust.given => Err(Refused::Undecided(Missing::Offline {
            what: "the TUF repository that the policy names (give its trusted root)".to_owned(),
        })),
        _ => Ok(scene.context.trust.clone()),
    }
}

/// Both count in a bundle; in the old form the regular expression replaces the exact value. What is left out is not asked
/// for.
fn wanted(exact: &str, regexp: &str) -> Vec<Wanted> {
    let exact_one = (!exact.is_empty()).then(|| Wanted::Exact(exact.to_owned()));
    let regexp_one = (!regexp.is_empty()).then(|| Wanted::Regexp(regexp.to_owned()));
    let all: Vec<Wanted> = exact_one.into_iter().chain(regexp_one).collect();
    if all.is_empty() { vec![Wanted::Regexp(String::new())] } else { all }
}

/// The key of a certificate, as PEM.
fn key_of(text: &str) -> Result<String, Refused> {
    let problem = |error: String| Refused::Problem(format!("failed to load certificate: {error}"));
    let certificate = LeafCertificate::from_pem(text).map_err(problem)?;
    Ok(pem::encode("PUBLIC KEY", &certificate.spki))
}

impl Demands {
    /// Why this attestor cannot be asked about bundles (sigstore-go's identity policy).
    pub(super) fn not_for_bundles(&self) -> Option<String> {
        if !self.keyless {
            return None;
        }
        match self.identities.as_slice() {
            [one] => {
                let (issuer, subject) = (
                    one.issuer.is_empty() && one.issuer_regexp.is_empty(),
                    one.subject.is_empty() && one.subject_regexp.is_empty(),
                );
                (issuer || subject).then(|| "an issuer and a subject must be provided for bundles".to_owned())
            }
            [] => Some("at least one identity must be provided for bundles".to_owned()),
            _ => Some("unsupported: multiple identities are not supported at this time".to_owned()),
        }
    }

    /// The proof for a layer: of the identity that fits, else of the first.
    pub(super) fn prove(
        &self,
        context: &Context<'_>,
        evidence: &Evidence,
        layer: Signature<'_>,
        in_bundles: bool,
    ) -> Arc<Proof> {
        let mut first = None;
        let anyone = self.anyone();
        for signer in self.signers.iter().chain(&anyone) {
            let demand = Demand {
                bundles: crate::model::demand::Bundles::Cosign,
                signer: signer.clone(),
                log: self.log.clone(),
                logs: self.trust.logs.clone(),
                stamps: in_bundles && self.no_log && self.keyless,
                stamp_authorities: self.trust.stamp_authorities.clone(),
                annotations: BTreeMap::new(),
                as_of: context.as_of,
            };
            let proof = context.prover.prove_demand(evidence, layer, &demand);
            if proof.holds() {
                return proof;
            }
            first.get_or_insert(proof);
        }
        first.unwrap_or_else(|| {
            Arc::new(Proof {
                layer: layer.layer.digest.clone(),
                steps: Vec::new(),
                stopped_at: None,
                engine_message: String::new(),
                identity: None,
                claimed_digest: None,
                optional: BTreeMap::new(),
                logged_at: None,
                predicate: None,
            })
        })
    }

    /// Without identities the old form takes any certificate.
    fn anyone(&self) -> Option<Signer> {
        (self.keyless && self.signers.is_empty()).then(|| {
            Signer::Certificate(CertificateDemand {
                travelling: false,
                subject: wanted("", ""),
                issuer: wanted("", ""),
                extensions: BTreeMap::new(),
                authorities: self.trust.authorities.clone(),
                ct_logs: Some(self.trust.ct_logs.clone()),
            })
        })
    }
}
