//! The steps in the tool's order, put together to a proof.

use std::borrow::Cow;

use super::parts::{Form, Parts, Signed, Unreadable};
use super::stamp::{self, Stamped};
use super::{chain, entries, identity, sct, signed, statement};
use crate::format::bundle::Bundle;
use crate::format::hash::{digest_like, digest_of};
use crate::format::x509::CODE_SIGNING;
use crate::model::artifact::{ArtifactKind, Evidence, Signature};
use crate::model::demand::{Authority, Bundles, CertificateDemand, Demand, Signer};
use crate::model::identity::Identity;
use crate::model::trace::Why;
use crate::model::verifier::LogDemand;
use crate::model::{Digest, Moment, Outcome, Proof, Reason, StepName, Verifier};
use crate::verify::case::{Ended, fact};
use crate::verify::prove::prove;
use crate::verify::signature::switched_off;

/// Most time stamps of a bundle (sigstore-go, `maxAllowedTimestamps`).
const MOST_STAMPS: usize = 32;
/// Most digests of subjects that are compared with a content (sigstore-go, `maxAllowedSubjects` of 1,024).
const MOST_DIGESTS: usize = 1_024;

/// What is established about one signature, attestation or bundle for one demand. Pure: everything that counts is an
/// argument. `signature` is a layer of a manifest of any sigstore kind.
#[must_use]
pub fn prove_demand(evidence: &Evidence, signature: Signature<'_>, demand: &Demand) -> Proof {
    let parts = match Parts::read(signature, demand.bundles) {
        Ok(parts) => parts,
        Err(Unreadable::Failed(reason)) => {
            return assemble(&signature.layer.digest, vec![Ended::failed(StepName::Format, reason, "")]);
        }
        Err(Unreadable::Undecided(missing)) => {
            return assemble(&signature.layer.digest, vec![Ended::undecided(StepName::Format, missing)]);
        }
    };
    if let (Signer::Key(key), ArtifactKind::CosignSignature) = (&demand.signer, &signature.artifact.kind) {
        let verifier = Verifier {
            key: key.clone(),
            log: demand.log.clone(),
            annotations: demand.annotations.clone(),
            as_of: demand.as_of,
        };
        return with_stamp(prove(evidence, signature, &verifier), &parts, demand);
    }
    prove_parts(&parts, &signature.layer.digest, &evidence.digest, demand)
}

/// What a bundle in a file is to be about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// This content.
    Content(&'a [u8]),
    /// Content that is not at hand, of this digest.
    Digest(&'a Digest),
}

/// What is established about a bundle in a file, of any version, and what it is to be about. A bundle that signs a message
/// is checked against the content or its digest; an envelope against the digest, of a content by any algorithm that the
/// statement uses.
#[must_use]
pub fn prove_bundle(document: &[u8], about: About<'_>, demand: &Demand) -> Proof {
    let layer = digest_of(document);
    match Bundle::parse(document) {
        Ok(bundle) => {
            let signed = match about {
                About::Content(bytes) => Signed::Bytes(bytes.to_vec()),
                About::Digest(digest) => Signed::Digest(digest.clone()),
            };
            let parts = Parts::of_bundle(bundle, document, signed);
            let digest = match about {
                About::Digest(digest) => digest.clone(),
                About::Content(bytes) => named_in(&parts, bytes).unwrap_or_else(|| digest_of(bytes)),
            };
            prove_parts(&parts, &layer, &digest, demand)
        }
        Err(problem) => {
            let reason = Reason::Malformed { what: "bundle", problem: problem.clone() };
            assemble(&layer, vec![Ended::failed(StepName::Format, reason, problem)])
        }
    }
}

/// The digest by which the statement names the content, if it does.
fn named_in(parts: &Parts, content: &[u8]) -> Option<Digest> {
    let statement = parts.statement().ok()?;
    let digests: Vec<Digest> =
        statement.digests().iter().filter_map(|digest| digest.parse().ok()).take(MOST_DIGESTS).collect();
    ["sha256", "sha384", "sha512"].into_iter().find_map(|algorithm| {
        let first = digests.iter().find(|digest| digest.algorithm() == algorithm)?;
        let found = digest_like(first, content);
        digests.contains(&found).then_some(found)
    })
}

fn prove_parts(parts: &Parts, layer: &Digest, digest: &Digest, demand: &Demand) -> Proof {
    let verified = stamped(parts, demand);
    let log = entries::steps(parts, demand, &moments(&verified));
    let (stamp, stamps) = stamps(parts, demand, &verified, &log.times);
    let (claims, said) = statement::steps(parts, demand, digest);
    let (trust, names) = match (&demand.signer, &parts.certificate) {
        (Signer::Certificate(wanted), Some(certificate)) => (
            trust(parts, demand, wanted, &log.times, &stamps),
            identity::steps(parts.form, wanted, &certificate.claims()),
        ),
        _ => (Vec::new(), Vec::new()),
    };
    let format = Ended::new(StepName::Format, Outcome::Held).with(vec![fact("layer", layer.as_str())]);
    let mut ended = vec![format, signed::signer(parts, demand)];
    let by = signed::step(parts, demand);
    // A bundle: log, time, chain, SCT, signature, statement, identity. Classic: time stamp, log, chain, identity, signature.
    ended.extend(match parts.form {
        Form::Bundle => [log.steps, vec![stamp], trust, vec![by], claims, names].concat(),
        Form::Signature | Form::Attestation => {
            [vec![stamp], log.steps, trust, names, vec![by], claims].concat()
        }
    });
    let mut proof = assemble(layer, ended);
    let held = |name: StepName| proof.step(name).is_some_and(|step| step.outcome == Outcome::Held);
    proof.identity = match (&demand.signer, &parts.certificate) {
        _ if !held(StepName::Signature) => None,
        (Signer::Certificate(_), Some(certificate)) => Some(Identity::Certificate(certificate.identity())),
        _ => signed::key(parts, demand).map(|key| Identity::Key(key.identity())),
    };
    proof.logged_at = log.times.first().copied();
    proof.claimed_digest = said.claimed;
    proof.optional = said.optional;
    proof.predicate = said.predicate;
    proof
}

fn assemble(layer: &Digest, ended: Vec<Ended>) -> Proof {
    let stopped_at = ended.iter().position(|ended| !ended.goes_on());
    let message = stopped_at.and_then(|index| ended.get(index)).map(|ended| ended.message.clone());
    Proof {
        layer: layer.clone(),
        stopped_at,
        engine_message: message.unwrap_or_default(),
        identity: None,
        claimed_digest: None,
        optional: std::collections::BTreeMap::new(),
        logged_at: None,
        predicate: None,
        steps: ended.into_iter().map(|ended| ended.step).collect(),
    }
}

/// A classic key signature is proved as ever; a time stamp that is demanded comes first.
fn with_stamp(mut proof: Proof, parts: &Parts, demand: &Demand) -> Proof {
    if !demand.stamps {
        return proof;
    }
    let (stamp, _) = stamps(parts, demand, &stamped(parts, demand), &[]);
    if stamp.goes_on() {
        proof.stopped_at = proof.stopped_at.map(|at| at + 1);
    } else {
        proof.stopped_at = Some(0);
        proof.engine_message.clone_from(&stamp.message);
    }
    proof.steps.insert(0, stamp.step);
    proof
}

/// True when time stamps count: they are asked for, or every entry of a bundle is of a log of tiles, which gives no time.
pub(super) fn stamps_count(parts: &Parts, demand: &Demand) -> bool {
    let tiles = !parts.entries.is_empty() && parts.entries.iter().all(|entry| entry.kind == entries::TILES);
    let forced = parts.form == Form::Bundle
        && tiles
        && parts.certificate.is_some()
        && matches!(demand.log, LogDemand::Required { .. });
    demand.stamps || observed(parts, demand) || forced
}

/// True when a time stamp or a promise of the log is to give the time.
fn observed(parts: &Parts, demand: &Demand) -> bool {
    parts.form == Form::Bundle && demand.bundles == Bundles::Library { observed: true }
}

/// Every time stamp verified, where they count and are not too many.
pub(super) fn stamped(parts: &Parts, demand: &Demand) -> Vec<Result<Stamped, String>> {
    if !stamps_count(parts, demand) || parts.stamps.len() > MOST_STAMPS {
        return Vec::new();
    }
    let verify = |bytes: &Vec<u8>| stamp::verify(bytes, &parts.stamped, &demand.stamp_authorities);
    parts.stamps.iter().map(verify).collect()
}

/// The times of those that verified.
pub(super) fn moments(stamped: &[Result<Stamped, String>]) -> Vec<Moment> {
    stamped.iter().filter_map(|one| one.as_ref().ok()).map(|one| one.at).collect()
}

/// The step about time stamps, and the times that verified.
fn stamps(
    parts: &Parts,
    demand: &Demand,
    results: &[Result<Stamped, String>],
    logged: &[Moment],
) -> (Ended, Vec<Moment>) {
    let name = StepName::Stamp;
    if !stamps_count(parts, demand) {
        return (switched_off(name), Vec::new());
    }
    if parts.stamps.len() > MOST_STAMPS {
        let problem = format!("too many signed timestamps: {} > {MOST_STAMPS}", parts.stamps.len());
        let reason = Reason::TimeInvalid { problem: problem.clone() };
        return (Ended::failed(name, reason, problem), Vec::new());
    }
    let good: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    let facts = good
        .iter()
        .map(|one| fact("time stamp", format!("{} by {} ({})", one.at, one.uri, one.origin)))
        .collect();
    let problems: Vec<String> = results.iter().filter_map(|result| result.as_ref().err().cloned()).collect();
    let times = moments(results);
    let invalid = |words: &str| {
        let problem = problems.join("; ");
        Ended::failed(name, Reason::TimeInvalid { problem: problem.clone() }, format!("{words}: {problem}"))
    };
    let ended = match (parts.form, parts.stamps.is_empty()) {
        (Form::Bundle, _) if observed(parts, demand) && good.is_empty() && !logged.is_empty() => {
            Ended::new(name, Outcome::NotExercised(Why::Enough))
        }
        (Form::Bundle, true) => Ended::failed(
            name,
            Reason::TimeAbsent { wanted: "a time stamp" },
            "threshold not met for verified signed timestamps: 0 < 1",
        ),
        // Of several, bad ones are passed over.
        (Form::Bundle, false) if good.is_empty() => {
            invalid("threshold not met for verified signed timestamps: 0 < 1")
        }
        (_, true) => Ended::new(name, Outcome::NotExercised(Why::NothingThere)),
        (Form::Signature | Form::Attestation, false) if !problems.is_empty() => {
            invalid("unable to verify RFC3161 timestamp bundle")
        }
        _ => Ended::new(name, Outcome::Held),
    };
    (ended.with(facts), times)
}

/// The times at which a certificate is judged.
fn times(
    parts: &Parts,
    demand: &Demand,
    logged: &[Moment],
    stamped: &[Moment],
) -> Result<Vec<Moment>, Box<Ended>> {
    let absent = |wanted| {
        let words = "threshold not met for verified log entry integrated timestamps: 0 < 1";
        Box::new(Ended::failed(StepName::Time, Reason::TimeAbsent { wanted }, words))
    };
    let required = matches!(demand.log, LogDemand::Required { .. });
    match parts.form {
        Form::Bundle if observed(parts, demand) => {
            let all: Vec<Moment> = stamped.iter().chain(logged).copied().collect();
            if all.is_empty() { Err(absent("a time stamp or a promise of the log")) } else { Ok(all) }
        }
        Form::Bundle if stamps_count(parts, demand) => {
            if stamped.is_empty() {
                Err(absent("a time stamp that verifies"))
            } else {
                Ok(stamped.to_vec())
            }
        }
        Form::Bundle if required => {
            if logged.is_empty() {
                Err(absent("a log entry with a promise"))
            } else {
                Ok(logged.to_vec())
            }
        }
        Form::Bundle => Ok(vec![demand.as_of]),
        Form::Signature | Form::Attestation => {
            let all: Vec<Moment> = stamped.iter().chain(logged).copied().collect();
            // A log entry that is demanded and does not verify gives no time, and the present is none either.
            match (all.is_empty(), required) {
                (false, _) => Ok(all),
                (true, true) => Err(absent("a log entry that verifies")),
                (true, false) => Ok(vec![demand.as_of]),
            }
        }
    }
}

/// The authorities, with what travels between them and the certificate where that counts.
fn authorities<'a>(parts: &Parts, wanted: &'a CertificateDemand) -> Cow<'a, [Authority]> {
    if !wanted.travelling || parts.between.is_empty() {
        return Cow::Borrowed(&wanted.authorities);
    }
    let with = |authority: &Authority| Authority {
        chain: parts.between.iter().chain(&authority.chain).cloned().collect(),
        ..authority.clone()
    };
    wanted.authorities.iter().map(with).collect()
}

/// Time, chain and SCT.
fn trust(
    parts: &Parts,
    demand: &Demand,
    wanted: &CertificateDemand,
    logged: &[Moment],
    stamped: &[Moment],
) -> Vec<Ended> {
    let Some(certificate) = &parts.certificate else { return Vec::new() };
    let authorities = authorities(parts, wanted);
    let times = match times(parts, demand, logged, stamped) {
        Ok(times) => times,
        Err(ended) => {
            // Built at the beginning of its validity, for information.
            let above = chain::find(certificate, &authorities, CODE_SIGNING, certificate.leaf.from).ok();
            let parent = above.as_ref().and_then(|(chain, _)| chain.first());
            let sct = sct::step(wanted, certificate, parent);
            return vec![*ended, Ended::new(StepName::Chain, Outcome::NotReached), sct];
        }
    };
    // The integrated time must be in the validity also where time stamps are what counts.
    let claimed: Vec<Moment> = match (parts.form, &demand.log) {
        (Form::Bundle, LogDemand::Required { .. }) => {
            parts.entries.iter().map(|entry| Moment(entry.integrated)).filter(|at| at.0 != 0).collect()
        }
        _ => Vec::new(),
    };
    let outside = times.iter().chain(logged).chain(&claimed).find(|at| !certificate.valid_at(**at));
    let facts = times.iter().map(|at| fact("judged at", at.to_string())).collect();
    let time = match outside {
        Some(at) => {
            let (from, until) = (Some(certificate.leaf.from), Some(certificate.leaf.until));
            let reason = Reason::CertificateTime { at: *at, from, until };
            Ended::failed(StepName::Time, reason, "integrated time outside certificate validity")
        }
        None => Ended::new(StepName::Time, Outcome::Held),
    };
    // cosign builds the chain of a classic certificate at the beginning of its validity, and judges expiry afterwards.
    let mut at = times;
    if parts.form != Form::Bundle {
        at.insert(0, certificate.leaf.from);
    }
    let mut parent = None;
    let mut facts_of_chain = Vec::new();
    let mut failed = None;
    for at in at {
        match chain::find(certificate, &authorities, CODE_SIGNING, at) {
            Ok((chain, authority)) => {
                facts_of_chain.push(fact("authority", authority.origin.as_str()));
                parent = parent.or_else(|| chain.first().cloned());
            }
            Err(reason) => failed = failed.or(Some(reason)),
        }
    }
    let chain = match failed {
        None => Ended::new(StepName::Chain, Outcome::Held),
        Some(reason) => Ended::failed(StepName::Chain, reason, "leaf certificate verification failed"),
    };
    vec![time.with(facts), chain.with(facts_of_chain), sct::step(wanted, certificate, parent.as_ref())]
}
