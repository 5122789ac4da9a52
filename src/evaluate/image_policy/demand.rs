//! From an attestor to the demands that it makes on a signature.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::pinned;
use super::policy::{Attestor, Certificate, Cosign, Identity, Key, Kind, Log, Source};
use super::scene::Scene;
use super::trust::{Context, Trust};
use crate::format::{base64, pem};
use crate::lang::expr::{Stop, Value};
use crate::model::artifact::{Evidence, Signature};
use crate::model::demand::{CertificateDemand, Demand, Signer, Wanted};
use crate::model::missing::Missing;
use crate::model::proof::Proof;
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::trace::Outcome;
use crate::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};

/// Longest trusted root of a policy, in bytes (`maxTrustedRootJSONSize` of upstream).
const LONGEST_ROOT: usize = 1 << 20;

/// Why an attestor makes no demands.
pub(super) enum Refused {
    /// Upstream's error: the attestor does not verify.
    Problem(String),
    /// Nobody vouches for the certificate.
    Certificate(Box<Reason>),
    /// It cannot be known.
    Undecided(Missing),
    /// For what stands there.
    At(Box<Refused>, Span),
}

impl Refused {
    /// What is not evaluated.
    pub(super) fn not_implemented(what: impl Into<String>) -> Self {
        Self::Undecided(Missing::NotImplemented { what: what.into() })
    }

    pub(super) fn at(self, span: &Span) -> Self {
        Self::At(Box::new(self), span.clone())
    }

    /// As the outcome of an attestor.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Problem(problem) => Outcome::Failed(Reason::AttestorInvalid { problem }),
            Self::Certificate(reason) => Outcome::Failed(*reason),
            Self::Undecided(missing) => Outcome::Undecided(missing),
            Self::At(inner, _) => inner.outcome(),
        }
    }

    /// Where it stands, if that is known.
    pub(super) fn place(&self) -> Option<Span> {
        match self {
            Self::At(inner, span) => inner.place().or_else(|| Some(span.clone())),
            _ => None,
        }
    }
}

/// The demands of an attestor.
pub(super) struct Demands {
    log: LogDemand,
    trust: Trust,
    signers: Vec<Signer>,
    /// Of `keyless`.
    identities: Option<Vec<Identity>>,
    /// Time stamps count, by authorities of the policy.
    stamps: bool,
    no_sct: bool,
    /// No trusted root is fetched: a key or certificate, and the log is ignored.
    alone: bool,
}

/// The text of a source.
pub(super) fn value(scene: &Scene<'_>, source: &Source) -> Result<String, Refused> {
    let expression = match source {
        Source::Value(text) => return Ok(text.value.clone()),
        Source::Expression(expression) => expression,
    };
    let refused = match expression.evaluate(scene).value {
        Ok(Value::Text(text)) => return Ok(text.to_string()),
        Ok(other) => {
            Refused::Problem(format!("type conversion error from '{}' to 'string'", other.type_name()))
        }
        Err(Stop::Error(problem)) => Refused::Problem(problem),
        Err(Stop::Undecided(missing)) => Refused::Undecided(missing),
    };
    Err(refused.at(&expression.span))
}

/// Evaluates the expressions of an attestor, as upstream does where it is named.
///
/// # Errors
/// The first that gives no text: then naming the attestor is an error.
pub(super) fn sources(scene: &Scene<'_>, attestor: &Attestor) -> Result<(), Stop> {
    let named: Vec<(&str, &Option<Source>)> = match &attestor.kind {
        Kind::Cosign(own) => {
            let key = own.key.as_ref().map(|key| ("key", &key.source));
            let certificate = own.certificate.as_ref();
            let parts = certificate.map(|own| [("cert", &own.cert), ("cert chain", &own.chain)]);
            key.into_iter().chain(parts.into_iter().flatten()).chain([("trustedRoot", &own.root)]).collect()
        }
        Kind::Notary(own) => vec![("notary cert", &own.certs), ("notary tsa cert", &own.time_certs)],
        Kind::Nothing => Vec::new(),
    };
    let expressions = named.into_iter().filter_map(|(what, source)| match source {
        Some(Source::Expression(expression)) => Some((what, expression)),
        _ => None,
    });
    for (what, expression) in expressions {
        let name = &attestor.name;
        let problem = match expression.evaluate(scene).value {
            Ok(Value::Text(_)) => continue,
            Ok(other) => format!("type conversion error from '{}' to 'string'", other.type_name()),
            Err(Stop::Error(problem)) => problem,
            Err(stop) => return Err(stop),
        };
        return Err(Stop::error(format!(
            "failed to convert {what} in compiled attestor: {name}, error: failed to evaluate compiled attestor: \
             {name}, error: {problem}"
        )));
    }
    Ok(())
}

/// What an attestor demands (`checkOptions`).
pub(super) fn demands(scene: &Scene<'_>, cosign: &Cosign) -> Result<Demands, Refused> {
    let no_log = cosign.log.as_ref().is_some_and(|log| log.no_log);
    let no_sct = cosign.log.as_ref().is_some_and(|log| log.no_sct);
    let by_key = cosign.keyless.is_none() && (cosign.key.is_some() || cosign.certificate.is_some());
    let alone = by_key && no_log;
    let mut trust = if alone {
        // The keys of logs are of no use where logs are not looked at.
        Trust { stamp_authorities: Arc::from([]), ..scene.context.trust.clone() }
    } else {
        let trust = trusted(scene, cosign)?;
        cosign.log.as_ref().map_or(Ok(()), log_keys)?;
        trust
    };
    let stamps = cosign.log.as_ref().and_then(|log| log.stamps.as_ref());
    if let Some(chain) = stamps {
        let own = pinned::stamp_authorities(&chain.value).map_err(|why| why.at(&chain.span))?;
        trust.stamp_authorities = trust.stamp_authorities.iter().cloned().chain(own).collect();
    }
    let log = if no_log {
        LogDemand::Ignored
    } else {
        // Without `ctlog` there is no client, and what does not travel with the signature is absent.
        let url = cosign.log.as_ref().map(|log| log.url.clone()).unwrap_or_default();
        let offline = cosign.log.is_none() || scene.context.offline;
        LogDemand::Required { keys: trust.log_keys.clone(), url, offline }
    };
    let mut demands = Demands {
        log,
        trust,
        signers: Vec::new(),
        identities: cosign.keyless.as_ref().map(|own| own.identities.clone()),
        stamps: stamps.is_some(),
        no_sct,
        alone,
    };
    demands.signers = signers(scene, cosign, &demands)?;
    Ok(demands)
}

/// What upstream reads of `ctlog` before anything else.
fn log_keys(log: &Log) -> Result<(), Refused> {
    if !log.no_log && log.url.is_empty() {
        let words = "getting Rekor public keys:  rekor URL must be provided".to_owned();
        return Err(Refused::Problem(words).at(&log.span));
    }
    let read = |name: &str| if name == "rekorPubKey" { !log.no_log } else { !log.no_sct };
    log.keys
        .iter()
        .filter(|(name, _)| read(name))
        .try_for_each(|(name, text)| pinned::log_key(&text.value, name).map_err(|why| why.at(&text.span)))
}

fn signers(scene: &Scene<'_>, cosign: &Cosign, demands: &Demands) -> Result<Vec<Signer>, Refused> {
    if let Some(keyless) = &cosign.keyless {
        if let Some(roots) = &keyless.roots {
            pinned::pool(&roots.value, "keyless.roots").map_err(|why| why.at(&roots.span))?;
        }
        let by = |own: &Identity| {
            demands.by(wanted(&own.subject, &own.subject_regexp), wanted(&own.issuer, &own.issuer_regexp))
        };
        // Without identities the old form takes any certificate.
        let anyone = keyless.identities.is_empty().then(|| demands.by(wanted("", ""), wanted("", "")));
        return Ok(keyless.identities.iter().map(by).chain(anyone).collect());
    }
    if let Some(own) = &cosign.key {
        return key(scene, own).map(|signer| vec![signer]);
    }
    match &cosign.certificate {
        Some(own) => certificate(scene, own, demands).map(|signer| vec![signer]),
        None => {
            let words = "cosign verifier needs to have one key, keyless or certificate fields set";
            Err(Refused::Problem(words.to_owned()))
        }
    }
}

fn key(scene: &Scene<'_>, own: &Key) -> Result<Signer, Refused> {
    let pem = own.source.as_ref().map(|source| value(scene, source)).transpose()?.unwrap_or_default();
    match (&own.hash, &own.kms) {
        (_, Some(kms)) if pem.is_empty() => {
            Err(Refused::not_implemented(format!("key.kms {}", kms.value)).at(&kms.span))
        }
        (_, None) if pem.is_empty() => {
            Err(Refused::not_implemented("key without data (upstream takes any certificate)").at(&own.span))
        }
        // Upstream refuses it for some kinds of keys and ignores it for others.
        (Err(name), _) => {
            Err(Refused::not_implemented(format!("key.hashAlgorithm {}", name.value)).at(&name.span))
        }
        (Ok(hash), _) => Ok(Signer::Key(KeyDemand { pem: pem.trim().to_owned(), hash: *hash })),
    }
}

/// A certificate is its key, once its chain is good; a chain alone is a pool of roots for the certificates of signatures.
fn certificate(scene: &Scene<'_>, own: &Certificate, demands: &Demands) -> Result<Signer, Refused> {
    let text = |source: &Option<Source>| source.as_ref().map(|source| value(scene, source)).transpose();
    let chain = text(&own.chain)?.filter(|chain| !chain.is_empty());
    let Some(cert) = text(&own.cert)?.filter(|cert| !cert.is_empty()) else {
        let Some(chain) = chain else {
            let what = "certificate without cert and certChain (upstream takes any certificate)";
            return Err(Refused::not_implemented(what).at(&own.span));
        };
        let pool = pinned::pool(&chain, "certificate.certChain").map_err(|why| why.at(&own.span))?;
        return Ok(match demands.by(wanted("", ""), wanted("", "")) {
            // What travels with a signature leads to these roots.
            Signer::Certificate(by) if demands.alone => {
                Signer::Certificate(CertificateDemand { authorities: pool, travelling: true, ..by })
            }
            by => by,
        });
    };
    let cert = pinned::first(&cert).map_err(|why| why.at(&own.span))?;
    if let Some(chain) = chain {
        let chain = pinned::chain(&chain).map_err(|why| why.at(&own.span))?;
        let mut demand = match demands.by(Vec::new(), Vec::new()) {
            Signer::Certificate(demand) => demand,
            Signer::Key(_) => return Err(Refused::Undecided(Missing::Waiting)),
        };
        if demands.alone {
            demand.authorities = Arc::from([chain]);
        }
        scene
            .context
            .prover
            .vouches(&cert.der, &demand)
            .map_err(|why| Refused::Certificate(why).at(&own.span))?;
    }
    Ok(Signer::Key(KeyDemand {
        pem: pem::encode("PUBLIC KEY", &cert.leaf.spki),
        hash: HashAlgorithm::Sha256,
    }))
}

/// The policy's own root, else the one that the user names. What a TUF repository of its own would give is not known.
fn trusted(scene: &Scene<'_>, cosign: &Cosign) -> Result<Trust, Refused> {
    let problem = |words: String, span: &Span| Err(Refused::Problem(words).at(span));
    if let Some(data) = cosign.tuf.as_ref().and_then(|tuf| tuf.data.as_ref())
        && base64::decode(&data.value.replace(['\n', '\r'], "")).is_err()
    {
        return problem("failed to base64-decode inline TUF root data".to_owned(), &data.span);
    }
    if let Some(root) = &cosign.root {
        let text = value(scene, root)?;
        if text.len() > LONGEST_ROOT {
            let size = text.len();
            let words = format!(
                "failed to resolve trusted material: inline trustedRoot JSON is too large ({size} bytes), maximum \
                 allowed is {LONGEST_ROOT} bytes"
            );
            return problem(words, root.span());
        }
        // An expression that gives an empty text leaves the other root in place.
        if !text.is_empty() {
            return (scene.context.read_root)(&text).or_else(|words| {
                problem(format!("failed to resolve trusted material: {words}"), root.span())
            });
        }
    }
    match &cosign.tuf {
        Some(tuf) if !scene.context.trust.given => Err(Refused::Undecided(Missing::Offline {
            what: "the TUF repository that the policy names (give its trusted root)".to_owned(),
        })
        .at(&tuf.span)),
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

fn unfit_for_bundles(identities: &[Identity]) -> Option<String> {
    match identities {
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

impl Demands {
    /// Why this attestor cannot be asked about bundles (sigstore-go's identity policy).
    pub(super) fn not_for_bundles(&self) -> Option<Refused> {
        if self.stamps && self.alone {
            let what =
                "ctlog.tsaCertChain for bundles where no trusted root is fetched (upstream breaks off)";
            return Some(Refused::not_implemented(what));
        }
        self.identities.as_ref().and_then(|own| unfit_for_bundles(own)).map(Refused::Problem)
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
        for signer in &self.signers {
            let demand = Demand {
                bundles: crate::model::demand::Bundles::Cosign,
                signer: signer.clone(),
                log: self.log.clone(),
                logs: self.trust.logs.clone(),
                stamps: self.stamps
                    || (in_bundles && self.identities.is_some() && self.log == LogDemand::Ignored),
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

    /// Certificates that the trusted root vouches for.
    fn by(&self, subject: Vec<Wanted>, issuer: Vec<Wanted>) -> Signer {
        // Without a trusted root no promise of a log can be verified.
        let logs = if self.alone { Arc::from([]) } else { self.trust.ct_logs.clone() };
        Signer::Certificate(CertificateDemand {
            travelling: false,
            subject,
            issuer,
            extensions: BTreeMap::new(),
            authorities: self.trust.authorities.clone(),
            ct_logs: (!self.no_sct).then_some(logs),
        })
    }
}
