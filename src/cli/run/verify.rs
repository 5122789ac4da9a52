//! `sigscope verify`: the question of `cosign verify --key`, with every step of the answer.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use clap::ArgMatches;

use crate::cli::args::{TextFormat, VerifyArgs};
use crate::cli::exit::{Exit, Stop};
use crate::cli::resolve::Meant;
use crate::cli::{cosign, output, resolve};
use crate::format::key::PublicKey;
use crate::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};
use crate::model::{ArtifactKind, Code, Evidence, Missing, Outcome, Proof, Verdict, Verifier};
use crate::report::ink::Ink;
use crate::report::json;
use crate::report::verify::{Judged, Verification};
use crate::verify::prove;

/// Where cosign finds log entries when none is named.
const PUBLIC_LOG: &str = "https://rekor.sigstore.dev";
/// Longest key file that is read, in bytes.
const KEY_LIMIT: u64 = 1 << 20;

/// Fetches, verifies and prints.
///
/// # Errors
/// When the arguments are wrong or the key cannot be read.
pub fn run(args: &VerifyArgs, given: &ArgMatches, meant: &Meant, ink: Ink) -> Result<Exit, Stop> {
    let refused = cosign::refused(given);
    let reference = resolve::image(&args.image)?;
    if !refused.is_empty() {
        let message =
            format!("{} changes the question in a way that is not supported yet", refused.join(", "));
        output::talk(&format!("error: {}: {message}", Code::PolUnsupported));
        return finish(&undecided(&args.image, Code::PolUnsupported, message), args, ink);
    }
    let verifier = verifier(args, meant)?;
    let answer = super::look::look(meant, &reference, cosign::insecure(given))?;
    let verification = match answer {
        Ok(evidence) => decide(&args.image, &evidence, &verifier, cosign::bundles(given)),
        Err(missing) => undecided(&args.image, Code::of_missing(&missing), missing.to_string()),
    };
    finish(&verification, args, ink)
}

fn finish(verification: &Verification, args: &VerifyArgs, ink: Ink) -> Result<Exit, Stop> {
    let text = match args.format {
        TextFormat::Text => verification.text(ink),
        TextFormat::Json => {
            json::document(&verification.json()).map_err(|error| Stop::usage(error.to_string()))?
        }
    };
    output::data(&text)?;
    Ok(match verification.verdict {
        Verdict::Pass => Exit::Pass,
        Verdict::Deny => Exit::Denied,
        Verdict::Audit | Verdict::Error | Verdict::Waiting | Verdict::None => Exit::Undecided,
    })
}

fn undecided(image: &str, code: Code, message: String) -> Verification {
    Verification {
        image: image.to_owned(),
        digest: None,
        verdict: Verdict::Error,
        code,
        message,
        signatures: Vec::new(),
    }
}

/// The demands that the flags make.
fn verifier(args: &VerifyArgs, meant: &Meant) -> Result<Verifier, Stop> {
    let key = args.key.as_deref().ok_or_else(|| {
        Stop::usage("no key is named")
            .hint("give `--key FILE`; verification by certificate is not supported yet")
    })?;
    let log = if args.insecure_ignore_tlog {
        LogDemand::Ignored
    } else {
        let material = super::start::material(meant)?;
        LogDemand::Required { keys: material.log_keys, url: PUBLIC_LOG.to_owned(), offline: meant.offline }
    };
    Ok(Verifier {
        key: KeyDemand { pem: read_key(key)?, hash: hash(&args.signature_digest_algorithm)? },
        log,
        annotations: args.annotations.iter().map(|text| pair(text)).collect::<Result<BTreeMap<_, _>, _>>()?,
        as_of: super::start::now(meant),
    })
}

/// Reads a key as `cosign verify --key` names it.
fn read_key(key: &str) -> Result<String, Stop> {
    // cosign's other places for keys (pkg/signature/keys.go): schemes of KMS providers, of Kubernetes, of the environment.
    if key.contains("://") || key.starts_with("pkcs11:") {
        return Err(Stop::undecided(format!(
            "{}: keys from `{key}` are not supported yet",
            Code::PolUnsupported
        ))
        .hint("write the public key to a file: `cosign public-key --key … > cosign.pub`"));
    }
    let path = Path::new(key);
    let wrong = |problem: String| Stop::usage(format!("key `{key}` cannot be read: {problem}"));
    let size = path.metadata().map_err(|error| wrong(resolve::because(&error)))?.len();
    if size > KEY_LIMIT {
        return Err(wrong(format!("it has {size} bytes, the limit is {KEY_LIMIT}")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| wrong(resolve::because(&error)))?;
    PublicKey::from_pem(&text).map_err(|error| {
        wrong(error.to_string()).hint("a key is a PEM file with `-----BEGIN PUBLIC KEY-----`")
    })?;
    Ok(text)
}

fn hash(name: &str) -> Result<HashAlgorithm, Stop> {
    match name {
        "sha224" => Ok(HashAlgorithm::Sha224),
        "sha256" => Ok(HashAlgorithm::Sha256),
        "sha384" => Ok(HashAlgorithm::Sha384),
        "sha512" => Ok(HashAlgorithm::Sha512),
        _ => Err(Stop::usage(format!("`{name}` of `--signature-digest-algorithm` is not known"))
            .hint("sha224, sha256, sha384 and sha512 are")),
    }
}

fn pair(text: &str) -> Result<(String, String), Stop> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| Stop::usage(format!("`-a {text}` is not of the form KEY=VALUE")))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// cosign's decision (`pkg/cosign/verify.go`): bundles first, then classic signatures, of which one good one is enough.
/// Where cosign takes "could not look" for "there is none", this is undecided.
fn decide(image: &str, evidence: &Evidence, verifier: &Verifier, bundles_first: bool) -> Verification {
    let mut answer = Verification {
        digest: Some(evidence.digest.clone()),
        ..undecided(image, Code::SigNone, String::new())
    };
    if let Some((code, message)) = bundles(evidence).filter(|_| bundles_first) {
        (answer.code, answer.message) = (code, message);
        return answer;
    }
    answer.signatures = evidence
        .cosign_signatures()
        .map(|signature| Judged {
            manifest: signature.artifact.digest.clone(),
            index: signature.index,
            proof: Arc::new(prove(evidence, signature, verifier)),
        })
        .collect();
    let (verdict, code, message) = judge(evidence, &answer.signatures);
    Verification { verdict, code, message, ..answer }
}

/// Why the bundles keep the question open: there are some, or it cannot be known whether there are.
fn bundles(evidence: &Evidence) -> Option<(Code, String)> {
    let found: Vec<String> = evidence
        .artifacts
        .iter()
        .filter(|artifact| artifact.kind == ArtifactKind::SigstoreBundle)
        .map(|artifact| artifact.digest.to_string())
        .collect();
    if !found.is_empty() {
        let message =
            format!("cosign judges sigstore bundles first, which is not supported yet: {}", found.join(", "));
        return Some((Code::PolUnsupported, message));
    }
    evidence.gap_for(&ArtifactKind::SigstoreBundle).map(|gap| {
        let message =
            format!("whether there are sigstore bundles cannot be known: {}: {}", gap.what, gap.why);
        (Code::of_missing(&gap.why), message)
    })
}

fn judge(evidence: &Evidence, signatures: &[Judged]) -> (Verdict, Code, String) {
    let good = signatures.iter().filter(|judged| judged.proof.holds()).count();
    if good > 0 {
        let message = format!("{good} of {} signatures hold; one is enough", signatures.len());
        return (Verdict::Pass, Code::Pass, message);
    }
    // Classic signatures are read at their tag alone; what referrers hide is another question.
    if let Some(gap) = evidence.gaps.iter().find(|gap| gap.is_at_tag(".sig")) {
        let message = format!("not all signatures could be read: {}: {}", gap.what, gap.why);
        return (Verdict::Error, Code::of_missing(&gap.why), message);
    }
    let undecided = signatures.iter().find_map(|judged| stopped_by(&judged.proof).1);
    if let Some(missing) = undecided {
        return (Verdict::Error, Code::of_missing(&missing), missing.to_string());
    }
    // The signature that came furthest says most about what is wrong.
    match signatures.iter().max_by_key(|judged| judged.proof.stopped_at) {
        None => (Verdict::Deny, Code::SigNone, "no cosign signature hangs on the image".to_owned()),
        Some(nearest) => {
            let (outcome, _) = stopped_by(&nearest.proof);
            let code = outcome.as_ref().and_then(Outcome::code).unwrap_or(Code::SigMalformed);
            let said = outcome.map(|outcome| crate::explain::outcome_sentence(&outcome)).unwrap_or_default();
            (Verdict::Deny, code, said)
        }
    }
}

fn stopped_by(proof: &Proof) -> (Option<Outcome>, Option<Missing>) {
    let outcome = proof.stopped().map(|step| step.outcome.clone());
    let missing = match &outcome {
        Some(Outcome::Undecided(missing)) => Some(missing.clone()),
        _ => None,
    };
    (outcome, missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::artifact::{Artifact, Found, Gap, ReferrersApi};
    use crate::model::{Digest, Reference};

    fn digest() -> Digest {
        Digest::from_sha256(&[7; 32])
    }

    fn evidence(kinds: &[ArtifactKind], hidden: Option<ArtifactKind>) -> Evidence {
        let artifact = |kind: &ArtifactKind| Artifact {
            kind: kind.clone(),
            digest: digest(),
            media_type: String::new(),
            artifact_type: String::new(),
            found: vec![Found::Referrers],
            subject: None,
            annotations: BTreeMap::new(),
            size: 2,
            layers: Vec::new(),
            raw: b"{}".as_slice().into(),
        };
        let why = Missing::Denied { host: "a.b".into(), status: 403, detail: String::new() };
        let via = |kind: &ArtifactKind| match kind {
            ArtifactKind::CosignSignature => Found::Tag("sha256-07.sig".to_owned()),
            _ => Found::Referrers,
        };
        let gap = |kind| Gap { what: "it".to_owned(), via: via(&kind), hides: vec![kind], why };
        Evidence {
            subject: Reference::parse("a.b/c:d").unwrap(),
            digest: digest(),
            media_type: String::new(),
            size: 2,
            platforms: Vec::new(),
            artifacts: kinds.iter().map(artifact).collect(),
            gaps: hidden.map(gap).into_iter().collect(),
            referrers: ReferrersApi::Answered,
            raw: b"{}".as_slice().into(),
        }
    }

    fn ask(evidence: &Evidence, bundles_first: bool) -> (Verdict, Code) {
        let verifier = Verifier {
            key: KeyDemand { pem: String::new(), hash: HashAlgorithm::Sha256 },
            log: LogDemand::Ignored,
            annotations: BTreeMap::new(),
            as_of: crate::model::Moment::default(),
        };
        let answer = decide("a.b/c:d", evidence, &verifier, bundles_first);
        (answer.verdict, answer.code)
    }

    #[test]
    fn nothing_is_a_denial_only_when_everything_was_looked_at() {
        assert_eq!(ask(&evidence(&[], None), true), (Verdict::Deny, Code::SigNone));
        for hidden in [ArtifactKind::CosignSignature, ArtifactKind::SigstoreBundle] {
            assert_eq!(ask(&evidence(&[], Some(hidden)), true), (Verdict::Error, Code::NetDenied));
        }
        let unrelated = evidence(&[], Some(ArtifactKind::NotationSignature));
        assert_eq!(ask(&unrelated, true), (Verdict::Deny, Code::SigNone));
    }

    #[test]
    fn bundles_keep_the_question_open_unless_they_are_not_asked_for() {
        let bundle = evidence(&[ArtifactKind::SigstoreBundle], None);
        assert_eq!(ask(&bundle, true), (Verdict::Error, Code::PolUnsupported));
        assert_eq!(ask(&bundle, false), (Verdict::Deny, Code::SigNone));
        let hidden = evidence(&[], Some(ArtifactKind::SigstoreBundle));
        assert_eq!(ask(&hidden, false), (Verdict::Deny, Code::SigNone));
    }
}
