//! Envelopes, trust policies and time stamps of the Notary Project's own tests, under the runs that notation was put to.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use sigscope::format::envelope::Envelope;
use sigscope::format::hash::sha256_hex;
use sigscope::format::time_stamp::Token;
use sigscope::format::trust_policy::TrustPolicy;
use sigscope::model::artifact::{Artifact, Blob, Evidence, Found, Layer, ReferrersApi};
use sigscope::model::notary::{NotaryAction, NotaryProof, Stores};
use sigscope::model::{ArtifactKind, Digest, Moment, Outcome, Reference};
use sigscope::verify::notary::{prove_notary, store_certificates, verify_stamp};

use crate::vectors;

/// The day on which the verdicts were taken: 2026-11-24.
const CLOCK: Moment = Moment(1_795_516_245);

fn load() -> Option<(std::path::PathBuf, Value)> {
    let folder = vectors::folder().join("notation");
    let text = std::fs::read(folder.join("manifest.json")).ok()?;
    Some((folder, serde_json::from_slice(&text).unwrap()))
}

fn digest_of(bytes: &[u8]) -> Digest {
    format!("sha256:{}", sha256_hex(bytes)).parse().unwrap()
}

fn artifact(media_type: &str, bytes: Vec<u8>) -> Artifact {
    let digest = digest_of(&bytes);
    let layer = Layer {
        media_type: media_type.to_owned(),
        digest: digest.clone(),
        size: bytes.len() as u64,
        annotations: BTreeMap::new(),
        blob: Blob::Held(bytes.into()),
    };
    Artifact {
        kind: ArtifactKind::NotationSignature,
        digest,
        media_type: String::new(),
        artifact_type: String::new(),
        found: vec![Found::Referrers],
        subject: None,
        annotations: BTreeMap::new(),
        size: 0,
        layers: vec![layer],
        raw: b"{}".as_slice().into(),
    }
}

fn evidence(target: &Value, off_by: u64) -> Evidence {
    let digest: Digest = target["digest"].as_str().unwrap().parse().unwrap();
    Evidence {
        subject: Reference::parse("registry.example.test/a:b").unwrap(),
        digest,
        media_type: target["mediaType"].as_str().unwrap().to_owned(),
        size: target["size"].as_u64().unwrap() + off_by,
        platforms: Vec::new(),
        artifacts: Vec::new(),
        gaps: Vec::new(),
        signed: Vec::new(),
        referrers: ReferrersApi::Answered,
        raw: b"{}".as_slice().into(),
    }
}

fn read_store(folder: &Path, kind: &str, files: &Value) -> Result<Vec<Vec<u8>>, String> {
    let one = [files.clone()];
    let files = files.as_array().map_or(one.as_slice(), Vec::as_slice);
    files.iter().try_fold(Vec::new(), |mut all, file| {
        let bytes = std::fs::read(folder.join(file.as_str().unwrap())).unwrap();
        all.extend(store_certificates(kind, &bytes)?);
        Ok(all)
    })
}

/// Statement and stores of a run; `None`: the level skips everything.
fn prove(folder: &Path, manifest: &Value, case: &Value, run: &Value, result: &Value) -> Option<NotaryProof> {
    let fits = match case["facts"]["signingScheme"].as_str() {
        Some("notary.x509.signingAuthority") => "signingAuthority",
        _ => "ca",
    };
    let kind = run["store_type"].as_str().unwrap_or(fits);
    let stamped = !case["facts"]["timestamp_countersignature"].is_null();
    let tsa = run["tsa_store"] != false && stamped;
    let skip = run["level"] == "skip";
    let mut names = vec![format!("{kind}:s")];
    names.extend(tsa.then(|| "tsa:t".to_owned()));
    let identities = match &result["trusted_identities"] {
        Value::Null => json!(["*"]),
        given => given.clone(),
    };
    let policy = json!({"version": "1.0", "trustPolicies": [{
        "name": "p", "registryScopes": ["*"],
        "signatureVerification": {"level": run["level"], "verifyTimestamp": run["verify_timestamp"].as_str().unwrap_or("")},
        "trustStores": if skip { json!([]) } else { json!(names) },
        "trustedIdentities": if skip { json!([]) } else { identities },
    }]});
    let policy = TrustPolicy::parse(policy.to_string().as_bytes()).unwrap();
    let statement = policy.applicable("registry.example.test/a").unwrap();
    let files = match run["store"].as_str().unwrap() {
        "right" => &case["trust_store_cert"],
        "wrong" => &manifest["trust_stores"]["wrong"],
        other => panic!("store {other}"),
    };
    let mut stores = Stores::new();
    stores.insert((kind.to_owned(), "s".to_owned()), read_store(folder, kind, files));
    let tsa = read_store(folder, "tsa", &manifest["trust_stores"]["tsa"]);
    stores.insert(("tsa".to_owned(), "t".to_owned()), tsa);
    let metadata: BTreeMap<String, String> = match &run["user_metadata"] {
        Value::Null => BTreeMap::new(),
        Value::String(words) if words.contains("not") => [("no".to_owned(), "such".to_owned())].into(),
        _ => {
            serde_json::from_value(case["facts"]["payload"]["targetArtifact"]["annotations"].clone()).unwrap()
        }
    };
    let evidence = evidence(&case["target"], run["target_size_off_by"].as_u64().unwrap_or(0));
    let bytes = std::fs::read(folder.join(case["envelope"].as_str().unwrap())).unwrap();
    let artifact = artifact(case["media_type"].as_str().unwrap(), bytes);
    let demand = statement.demand(stores, metadata, CLOCK)?;
    Some(prove_notary(&evidence, &artifact, &demand))
}

/// Whether our answer may stand beside notation's: the same, or open where a plugin or the network would have to be asked.
fn differs(proof: Option<&NotaryProof>, result: &Value) -> Option<String> {
    let open = proof.is_some_and(|proof| proof.failed().is_none());
    let asks = result["depends_on_network"] == true || result.to_string().contains("plugin");
    let holds = proof.is_none_or(NotaryProof::holds);
    let said = || proof.and_then(NotaryProof::stopped).map(|step| format!("{step:?}"));
    match (result["result"].as_str().unwrap(), holds) {
        ("pass", true) => None,
        ("fail", false) if !open || asks => None,
        (wanted, _) => Some(format!("notation says {wanted}, we {holds}: {:?}", said())),
    }
}

/// Every check that notation names as failed is failed or open with us, under the same action.
fn checks_differ(proof: &NotaryProof, result: &Value) -> Option<String> {
    for check in result["failed_checks"].as_array().into_iter().flatten() {
        let name = check["check"].as_str().unwrap();
        let action = if check["action"] == "enforced" { NotaryAction::Enforce } else { NotaryAction::Log };
        let words = if name == "authenticTimestamp" { "authentic timestamp" } else { name };
        let found = proof.steps.iter().any(|step| {
            step.check.words().starts_with(words)
                && step.action == action
                && matches!(step.outcome, Outcome::Failed(_) | Outcome::Undecided(_))
        });
        if !found {
            return Some(format!("notation fails {name}, we do not: {:?}", proof.steps));
        }
    }
    None
}

#[test]
fn every_run_over_the_envelopes_of_the_notary_project() {
    let Some((folder, manifest)) = load() else { return };
    let (mut count, mut differences) = (0, Vec::new());
    for case in manifest["envelopes"].as_array().unwrap() {
        for results in case["oracle"].as_object().unwrap().values() {
            for (name, result) in results.as_object().unwrap() {
                count += 1;
                let run = &manifest["runs"][name];
                let proof = prove(&folder, &manifest, case, run, result);
                let how = differs(proof.as_ref(), result)
                    .or_else(|| proof.as_ref().and_then(|proof| checks_differ(proof, result)));
                differences.extend(how.map(|how| format!("{} under {name}: {how}", case["name"])));
            }
        }
    }
    println!("{count} runs, {} differ", differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_trust_policy_is_accepted_or_refused_as_by_notation() {
    let Some((folder, manifest)) = load() else { return };
    for case in manifest["policies"].as_array().unwrap() {
        let bytes = std::fs::read(folder.join(case["policy"].as_str().unwrap())).unwrap();
        let read = TrustPolicy::parse(&bytes);
        assert_eq!(read.is_ok(), case["import"]["result"] == "pass", "{}: {read:?}", case["name"]);
    }
}

#[test]
fn every_time_stamp_is_accepted_or_refused_as_by_notation() {
    let Some((folder, manifest)) = load() else { return };
    let run = &manifest["timestamp_run"];
    let message = run["message"].as_str().unwrap_or_default().as_bytes();
    let mut differences = Vec::new();
    for case in manifest["timestamp_tokens"].as_array().unwrap() {
        let bytes = std::fs::read(folder.join(case["token"].as_str().unwrap())).unwrap();
        // Where the roots are not kept, a word of explanation stands in their place.
        let files = if case["trust_roots"].is_array() { &case["trust_roots"] } else { &run["trust_roots"] };
        let roots = read_store(&folder, "ca", files).unwrap();
        let roots: Vec<&[u8]> = roots.iter().map(Vec::as_slice).collect();
        let found = verify_stamp(&bytes, message, &roots);
        // A token over another message is no time stamp of this one, however good it is.
        let wanted = case["whole_token"]["result"] == "accept" && case["message_matches"] == true;
        if found.is_ok() != wanted {
            differences.push(format!("{}: {wanted} is expected, and we: {found:?}", case["name"]));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn no_flipped_byte_of_an_envelope_makes_an_image_pass_that_it_did_not_sign() {
    let Some((folder, manifest)) = load() else { return };
    for case in manifest["envelopes"].as_array().unwrap() {
        let bytes = std::fs::read(folder.join(case["envelope"].as_str().unwrap())).unwrap();
        let media_type = case["media_type"].as_str().unwrap();
        let good = Envelope::read(media_type, &bytes).unwrap();
        for index in (0..bytes.len()).step_by(7) {
            let mut flipped = bytes.clone();
            flipped[index] ^= 1;
            // What can still be read is over other bytes, or differs in what no signature covers.
            if let Ok(read) = Envelope::read(media_type, &flipped)
                && read.signed == good.signed
            {
                assert_eq!((read.payload, read.attributes), (good.payload.clone(), good.attributes.clone()));
            }
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_readers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512), at in any::<usize>()) {
        for media_type in ["application/jose+json", "application/cose"] {
            let _ = Envelope::read(media_type, &bytes);
        }
        let _ = Token::read(&bytes);
        let _ = TrustPolicy::parse(&bytes);
        let _ = store_certificates("ca", &bytes);
        let Some((folder, manifest)) = load() else { return Ok(()) };
        let tokens = manifest["timestamp_tokens"].as_array().unwrap();
        if let Some(case) = tokens.get(at % tokens.len().max(1)) {
            let mut token = std::fs::read(folder.join(case["token"].as_str().unwrap())).unwrap();
            let from = at % token.len().max(1);
            token.iter_mut().skip(from).zip(bytes.iter().take(4)).for_each(|(old, new)| *old = *new);
            let _ = Token::read(&token);
        }
    }
}
