//! A second opinion on what holds: the sigstore family's own verifier, asked about exactly what the caller demands.
//!
//! It is given what counted and nothing else: no entries, promises or time stamps that the demand ignores. What it cannot
//! judge it is not asked, and why is said.

use serde_json::{Value, json};
use sigstore_trust_root::TrustedRoot;
use sigstore_types::{Artifact, Bundle as TheirBundle, DerPublicKey, Sha256Hash};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, Verifier as TheirVerifier};

use super::order::{About, stamps_count};
use super::parts::{Form, Parts, Signed};
use super::second_root::trusted_root;
use super::{entries, stamp};
use crate::format::base64::encode;
use crate::format::bundle::{Bundle, Entry};
use crate::format::hash::{digest_of, sha256, sha256_hex};
use crate::format::key::{KeyKind, PublicKey};
use crate::model::artifact::Signature;
use crate::model::demand::{Bundles, CertificateDemand, Demand, Log, Signer, Wanted};
use crate::model::proof::Step;
use crate::model::verifier::{HashAlgorithm, LogDemand};
use crate::model::{Digest, Evidence, Missing, Outcome, Proof, StepName, Verifier};
use crate::verify::scheme::{self, Check};

/// What the second verifier says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// It accepts too.
    Agrees,
    /// It cannot judge this, and why.
    Silent(String),
    /// It refuses, with these words.
    Refuses(String),
}

fn silent<T>(why: impl Into<String>) -> Result<T, String> {
    Err(why.into())
}

/// On a layer under a demand.
#[must_use]
pub fn opinion(evidence: &Evidence, signature: Signature<'_>, demand: &Demand) -> Opinion {
    let travelling = matches!(&demand.signer, Signer::Certificate(wanted) if wanted.travelling);
    if travelling || demand.bundles != Bundles::Cosign {
        return Opinion::Silent("the demand is Kyverno's own, which it does not know".to_owned());
    }
    match Parts::read(signature, demand.bundles) {
        Ok(parts) => ask(&parts, demand, &evidence.digest),
        Err(_) => Opinion::Silent("our steps read it otherwise".to_owned()),
    }
}

/// On a classic key signature.
#[must_use]
pub fn opinion_by_key(evidence: &Evidence, signature: Signature<'_>, verifier: &Verifier) -> Opinion {
    let logs = match &verifier.log {
        LogDemand::Required { keys, .. } => keys.as_ref(),
        LogDemand::Ignored => &[],
    };
    let log = |key: &crate::model::verifier::LogKey| Log {
        key: key.clone(),
        id: sha256_hex(&key.spki),
        base_url: "https://log.invalid".to_owned(),
    };
    let demand = Demand {
        signer: Signer::Key(verifier.key.clone()),
        log: verifier.log.clone(),
        logs: logs.iter().map(log).collect(),
        stamps: false,
        bundles: Bundles::Cosign,
        stamp_authorities: [].into(),
        annotations: std::collections::BTreeMap::new(),
        as_of: verifier.as_of,
    };
    opinion(evidence, signature, &demand)
}

/// On a bundle in a file.
#[must_use]
pub fn opinion_on_bundle(document: &[u8], about: About<'_>, demand: &Demand) -> Opinion {
    let Ok(bundle) = Bundle::parse(document) else {
        return Opinion::Silent("our steps read it otherwise".to_owned());
    };
    let (signed, digest) = match about {
        About::Content(bytes) => (Signed::Bytes(bytes.to_vec()), digest_of(bytes)),
        About::Digest(digest) => (Signed::Digest(digest.clone()), digest.clone()),
    };
    ask(&Parts::of_bundle(bundle, document, signed), demand, &digest)
}

/// A proof that holds, after the second opinion: where that refuses, nothing is decided.
#[must_use]
pub fn confirmed(mut proof: Proof, ask: impl FnOnce() -> Opinion) -> Proof {
    if !proof.holds() {
        return proof;
    }
    if let Opinion::Refuses(words) = ask() {
        proof.stopped_at = Some(proof.steps.len());
        let outcome = Outcome::Undecided(Missing::Disagreement { words });
        proof.steps.push(Step { name: StepName::SecondOpinion, outcome, facts: Vec::new() });
    }
    proof
}

fn ask(parts: &Parts, demand: &Demand, digest: &Digest) -> Opinion {
    let key = match (&demand.signer, &parts.certificate) {
        (Signer::Key(key), _) => PublicKey::from_pem(&key.pem).ok(),
        (Signer::Certificate(_), certificate) => certificate.as_ref().and_then(|one| one.key().cloned()),
    };
    let Some(key) = key else { return Opinion::Silent("there is no key".to_owned()) };
    let asked = judgeable(parts, demand, &key).and_then(|()| {
        Ok((document(parts, demand)?, trusted_root(parts, demand)?, artifact(parts, digest)?))
    });
    let (document, root, artifact) = match asked {
        Ok(asked) => asked,
        Err(why) => return Opinion::Silent(why),
    };
    let root = match TrustedRoot::from_json(&root.to_string()) {
        Ok(root) => root,
        Err(error) => return Opinion::Silent(format!("it cannot read the trust: {error}")),
    };
    let verifier = match TheirVerifier::new(&root) {
        Ok(verifier) => verifier,
        Err(error) => return Opinion::Silent(format!("it cannot use the trust: {error}")),
    };
    let bundle = match TheirBundle::from_json(&document.to_string()) {
        Ok(bundle) => bundle,
        Err(error) => return Opinion::Silent(format!("it cannot read the bundle: {error}")),
    };
    let logged = matches!(demand.log, LogDemand::Required { .. });
    let said = match &demand.signer {
        Signer::Key(_) => {
            let policy = PublicKeyVerificationPolicy::new(DerPublicKey::from(key.spki));
            let policy = if logged { policy } else { policy.skip_tlog_unsafe() };
            verifier.verify(artifact, &bundle, &policy)
        }
        Signer::Certificate(wanted) => {
            let policy = certificate_policy(parts, wanted);
            let policy = if logged { policy } else { policy.skip_tlog_unsafe() };
            verifier.verify(artifact, &bundle, &policy)
        }
    };
    match said {
        Ok(_) => Opinion::Agrees,
        Err(error) => Opinion::Refuses(error.to_string()),
    }
}

/// It knows exact identities, one name of a certificate, and one SCT.
fn certificate_policy(parts: &Parts, wanted: &CertificateDemand) -> VerificationPolicy {
    let mut policy = VerificationPolicy::any_identity();
    let names = parts.certificate.as_ref().and_then(|one| one.names().ok()).unwrap_or_default();
    if let ([Wanted::Exact(subject)], [(kind, _)]) = (wanted.subject.as_slice(), names.as_slice())
        && matches!(kind.as_str(), "uri" | "email")
    {
        policy = policy.require_identity(subject.as_str());
    }
    if let [Wanted::Exact(issuer)] = wanted.issuer.as_slice() {
        policy = policy.require_issuer(issuer.as_str());
    }
    let scts = parts.certificate.as_ref().and_then(|one| one.scts().ok()).unwrap_or_default();
    if wanted.ct_logs.is_none() || scts.len() != 1 { policy.skip_sct() } else { policy }
}

/// What it is known not to judge as cosign does.
fn judgeable(parts: &Parts, demand: &Demand, key: &PublicKey) -> Result<(), String> {
    let logged = matches!(demand.log, LogDemand::Required { .. });
    let stamped = stamps_count(parts, demand);
    if !logged && (!stamped || parts.stamps.is_empty()) {
        return silent("it reads nothing without log entry and time stamp");
    }
    if stamped && parts.form != Form::Bundle {
        return silent("it knows no time stamps of classic signatures");
    }
    let [signature] = parts.signatures.as_slice() else { return silent("it knows one signature alone") };
    let hash = match &demand.signer {
        Signer::Key(wanted) => wanted.hash,
        Signer::Certificate(_) => HashAlgorithm::Sha256,
    };
    match (key.kind, &parts.signed) {
        (KeyKind::P521, _) => silent("it knows no P-521"),
        (KeyKind::P384, Signed::Bytes(bytes))
            if scheme::check(key, HashAlgorithm::Sha384, bytes, signature) != Check::Valid =>
        {
            silent("it takes SHA-384 for P-384 keys")
        }
        (KeyKind::P384, Signed::Digest(_)) => silent("it takes SHA-384 for P-384 keys"),
        (KeyKind::P256 | KeyKind::Rsa(_), _) if hash != HashAlgorithm::Sha256 => {
            silent("it takes SHA-256 for this key")
        }
        _ => Ok(()),
    }
}

/// Everything that counted, as a bundle.
fn document(parts: &Parts, demand: &Demand) -> Result<Value, String> {
    let stamped = stamps_count(parts, demand);
    let entries = entries::good(parts, demand);
    let proved = entries.iter().all(|entry| entry.proof.is_some());
    let (version, certificate) = match (proved, &parts.certificate) {
        (true, Some(one)) => ("0.3", json!({"certificate": {"rawBytes": encode(&one.der)}})),
        (false, Some(one)) => {
            ("0.1", json!({"x509CertificateChain": {"certificates": [{"rawBytes": encode(&one.der)}]}}))
        }
        (true, None) => ("0.3", Value::Null),
        (false, None) => ("0.1", Value::Null),
    };
    let mut material = match (&demand.signer, certificate) {
        (Signer::Certificate(_), Value::Object(fields)) => fields,
        _ => serde_json::Map::from_iter([("publicKey".to_owned(), json!({"hint": ""}))]),
    };
    let all: Vec<Value> = entries.iter().map(|one| entry(one, stamped)).collect::<Result<_, _>>()?;
    material.insert("tlogEntries".to_owned(), all.into());
    if stamped {
        let good = |bytes: &&Vec<u8>| stamp::verify(bytes, &parts.stamped, &demand.stamp_authorities).is_ok();
        let stamps: Vec<Value> =
            parts.stamps.iter().filter(good).map(|bytes| json!({"signedTimestamp": encode(bytes)})).collect();
        material.insert("timestampVerificationData".to_owned(), json!({"rfc3161Timestamps": stamps}));
    }
    let signature = encode(parts.signatures.first().map(Vec::as_slice).unwrap_or_default());
    let content = match (&parts.kind, &parts.signed) {
        (Some(kind), _) => json!({"dsseEnvelope": {"payload": encode(&parts.payload), "payloadType": kind,
            "signatures": [{"sig": signature, "keyid": ""}]}}),
        (None, signed) => {
            let digest = match signed {
                Signed::Bytes(bytes) => sha256(bytes).to_vec(),
                Signed::Digest(digest) => digest.bytes(),
            };
            json!({"messageSignature": {"signature": signature,
                "messageDigest": {"algorithm": "SHA2_256", "digest": encode(&digest)}}})
        }
    };
    let mut document = json!({"verificationMaterial": material,
        "mediaType": format!("application/vnd.dev.sigstore.bundle+json;version={version}")});
    if let (Value::Object(document), Value::Object(content)) = (&mut document, content) {
        document.extend(content);
    }
    Ok(document)
}

fn entry(entry: &Entry, stamped: bool) -> Result<Value, String> {
    let (kind, version) = entry.kind.split_once(' ').unwrap_or((&entry.kind, ""));
    let id = super::second_root::from_hex(&entry.log)?;
    let mut out = json!({
        "logIndex": entry.index.to_string(),
        "logId": {"keyId": encode(&id)},
        "kindVersion": {"kind": kind, "version": version},
        "canonicalizedBody": encode(&entry.body),
    });
    if entry.integrated != 0 {
        out["integratedTime"] = entry.integrated.to_string().into();
    }
    // A promise gives a time, which does not count where time stamps do.
    if let Some(promise) = entry.promise.as_ref().filter(|_| !stamped || entry.proof.is_none()) {
        out["inclusionPromise"] = json!({"signedEntryTimestamp": encode(promise)});
    }
    if let Some(proof) = &entry.proof {
        out["inclusionProof"] = json!({
            "logIndex": proof.index.to_string(),
            "treeSize": proof.size.to_string(),
            "rootHash": encode(&proof.root),
            "hashes": proof.hashes.iter().map(|hash| encode(hash)).collect::<Vec<_>>(),
            "checkpoint": {"envelope": proof.checkpoint},
        });
    }
    Ok(out)
}

fn artifact<'a>(parts: &'a Parts, digest: &Digest) -> Result<Artifact<'a>, String> {
    match (&parts.kind, &parts.signed) {
        (None, Signed::Bytes(bytes)) => Ok(Artifact::from_blob(bytes)),
        _ if digest.algorithm() != "sha256" => silent("it is asked by SHA-256 alone"),
        _ => Sha256Hash::from_hex(digest.hex()).map(Artifact::from_digest).map_err(|error| error.to_string()),
    }
}
