//! Bundles and attestations of other projects, with the verdicts that cosign gave, and the runs that must fail.

use std::path::Path;

use serde_json::{Value, json};
use sigscope::format::hash::digest_of;
use sigscope::model::artifact::{Artifact, ArtifactKind, Blob, Evidence, Layer, ReferrersApi};
use sigscope::model::demand::{Demand, Signer, Wanted};
use sigscope::model::verifier::LogDemand;
use sigscope::model::{Digest, Outcome, Proof, Reference};
use sigscope::verify::{About, prove_bundle, prove_demand};

use crate::bundles::{demand, folder};

/// The manifest of a source; `None`: the source is not there.
pub(crate) fn manifest(source: &str) -> Option<Value> {
    let bytes = std::fs::read(folder(source).join("manifest.json")).ok()?;
    Some(serde_json::from_slice(&bytes).unwrap())
}

/// What was counted of one source.
#[derive(Default)]
struct Tally {
    run: usize,
    differences: Vec<String>,
}

impl Tally {
    /// A verdict is one only when it is not left open.
    fn compare(&mut self, name: &str, wanted: &str, proof: &Proof) {
        self.run += 1;
        let stopped = proof.stopped().map(|step| format!("{:?} {:?}", step.name, step.outcome));
        let open = matches!(proof.stopped().map(|step| &step.outcome), Some(Outcome::Undecided(_)));
        let agrees = match wanted {
            "pass" => proof.holds(),
            "fail" => !proof.holds() && !open,
            // Nothing is known to trust it by: to be read, and no pass.
            "parse" => !proof.holds(),
            other => panic!("{name}: the verdict {other}"),
        };
        if !agrees {
            self.differences.push(format!("{name}: wanted {wanted}, {stopped:?}"));
        }
    }

    fn end(&self, source: &str) {
        println!("{source}: {} run, {} agreed, 0 skipped", self.run, self.run - self.differences.len());
        assert!(self.differences.is_empty(), "{}", self.differences.join("\n"));
    }
}

/// The demand of a case with its options, which are cosign's flags.
pub(crate) fn with_options(folder: &Path, case: &Value) -> Demand {
    let mut all = case.clone();
    for field in ["identity", "issuer"] {
        if case[field].is_null() {
            all[field] = json!("");
        }
    }
    let mut demand = demand(folder, &all).expect("a root that can be read");
    for option in case["options"].as_array().into_iter().flatten() {
        match (option.as_str().unwrap(), &mut demand.signer) {
            ("--use-signed-timestamps", _) => demand.stamps = true,
            ("--insecure-ignore-tlog", _) => demand.log = LogDemand::Ignored,
            ("--insecure-ignore-sct", Signer::Certificate(wanted)) => wanted.ct_logs = None,
            ("--insecure-ignore-sct", Signer::Key(_)) => {}
            (other, _) => panic!("the option {other}"),
        }
    }
    if let (Signer::Certificate(wanted), Some(pattern)) = (&mut demand.signer, case["issuer_regexp"].as_str())
    {
        wanted.issuer = vec![Wanted::Regexp(pattern.to_owned())];
    }
    demand
}

fn other_digest(digest: &Digest) -> Digest {
    format!("{}:{}", digest.algorithm(), "5".repeat(digest.hex().len())).parse().unwrap()
}

/// The run of a case that differs in what its name says, and must fail.
fn negative(folder: &Path, case: &Value, bundle: &[u8], digest: &Digest, name: &str) -> Proof {
    let mut case = case.clone();
    let mut digest = digest.clone();
    match name.split_once(':') {
        None if name == "wrong-digest" => digest = other_digest(&digest),
        None if name == "wrong-identity" => case["identity"] = json!("nobody@example.com"),
        None if name == "wrong-issuer" => {
            case["issuer"] = json!("https://issuer.example.com");
            case["issuer_regexp"] = Value::Null;
        }
        Some(("wrong-root", root)) => case["trusted_root"] = json!(format!("roots/{root}.json")),
        _ => panic!("the run {name}"),
    }
    prove_bundle(bundle, About::Digest(&digest), &with_options(folder, &case))
}

#[test]
fn every_bundle_of_the_clients() {
    let Some(manifest) = manifest("sigstore-clients") else { return };
    let folder = folder("sigstore-clients");
    let mut tally = Tally::default();
    for case in manifest["cases"].as_array().into_iter().flatten() {
        let name = case["name"].as_str().unwrap();
        let bundle = std::fs::read(folder.join(case["bundle"].as_str().unwrap())).unwrap();
        let expected = case["expected"].as_str().unwrap();
        if expected == "parse" {
            let case = json!({"trusted_root": manifest["trusted_roots"].as_object().unwrap().keys().next().unwrap(),
                "identity": "nobody@example.com", "issuer": "https://example.com"});
            let any = digest_of(b"");
            tally.compare(
                name,
                expected,
                &prove_bundle(&bundle, About::Digest(&any), &with_options(&folder, &case)),
            );
            let read = sigscope::format::bundle::Bundle::parse(&bundle);
            if let Err(problem) = read {
                tally.differences.push(format!("{name}: cannot be read: {problem}"));
            }
            continue;
        }
        let demand = with_options(&folder, case);
        // Where the digest is a stub, any does: the bundle fails before.
        let digest = case["artifact_digest"]
            .as_str()
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| digest_of(b""));
        tally.compare(name, expected, &prove_bundle(&bundle, About::Digest(&digest), &demand));
        if let Some(artifact) = case["artifact"].as_str() {
            let content = std::fs::read(folder.join(artifact)).unwrap();
            tally.compare(name, expected, &prove_bundle(&bundle, About::Content(&content), &demand));
            if expected == "pass" {
                let other = [content.as_slice(), b"x"].concat();
                tally.compare(name, "fail", &prove_bundle(&bundle, About::Content(&other), &demand));
            }
        }
        for run in case["oracle"]["negative"].as_object().into_iter().flatten().map(|(run, _)| run) {
            tally.compare(&format!("{name} {run}"), "fail", &negative(&folder, case, &bundle, &digest, run));
        }
    }
    tally.end("sigstore-clients");
}

#[test]
fn every_attestation_of_npm() {
    let Some(manifest) = manifest("npm-attestations") else { return };
    let folder = folder("npm-attestations");
    let mut tally = Tally::default();
    for case in manifest["cases"].as_array().into_iter().flatten() {
        let document = std::fs::read(folder.join(case["document"].as_str().unwrap())).unwrap();
        let document: Value = serde_json::from_slice(&document).unwrap();
        let digest: Digest = format!("sha512:{}", case["tarball_sha512"].as_str().unwrap()).parse().unwrap();
        let mut all = true;
        let wanted = case["attestations"].as_array().unwrap();
        for (at, one) in wanted.iter().enumerate() {
            let mut one = one.clone();
            one["trusted_root"] = manifest["trusted_root"].clone();
            if let Some(id) = one["key_id"].as_str() {
                one["key"] = manifest["keys"][id].clone();
            }
            let bundle = document["attestations"][at]["bundle"].to_string();
            let demand = with_options(&folder, &one);
            let proof = prove_bundle(bundle.as_bytes(), About::Digest(&digest), &demand);
            all &= proof.holds();
            let name = format!("{} {at}", case["name"]);
            tally.compare(&name, one["expected"].as_str().unwrap(), &proof);
            let proof = prove_bundle(bundle.as_bytes(), About::Digest(&other_digest(&digest)), &demand);
            tally.compare(&format!("{name} wrong digest"), "fail", &proof);
        }
        assert_eq!(all, case["expected"] == "pass", "{}", case["name"]);
    }
    tally.end("npm-attestations");
}

/// The attestations that `cosign save` put beside an image.
pub(crate) fn saved(layout: &Path, digest: &Digest) -> Evidence {
    let read = |digest: &str| std::fs::read(layout.join("blobs").join(digest.replace(':', "/"))).unwrap();
    let index: Value = serde_json::from_slice(&std::fs::read(layout.join("index.json")).unwrap()).unwrap();
    let kind = |entry: &&Value| entry["annotations"]["kind"] == "dev.cosignproject.cosign/atts";
    let artifact = |entry: &Value| {
        let raw = read(entry["digest"].as_str().unwrap());
        let manifest: Value = serde_json::from_slice(&raw).unwrap();
        let layer = |layer: &Value| Layer {
            media_type: layer["mediaType"].as_str().unwrap().to_owned(),
            digest: layer["digest"].as_str().unwrap().parse().unwrap(),
            size: layer["size"].as_u64().unwrap(),
            annotations: serde_json::from_value(layer["annotations"].clone()).unwrap(),
            blob: Blob::Held(read(layer["digest"].as_str().unwrap()).into()),
        };
        Artifact {
            kind: ArtifactKind::CosignAttestation,
            digest: digest_of(&raw),
            media_type: String::new(),
            artifact_type: String::new(),
            found: Vec::new(),
            subject: None,
            annotations: std::collections::BTreeMap::new(),
            size: raw.len() as u64,
            layers: manifest["layers"].as_array().unwrap().iter().map(layer).collect(),
            raw: raw.into(),
        }
    };
    Evidence {
        subject: Reference::parse("registry.example.test/a:b").unwrap(),
        digest: digest.clone(),
        media_type: String::new(),
        size: 0,
        platforms: Vec::new(),
        artifacts: index["manifests"].as_array().unwrap().iter().filter(kind).map(artifact).collect(),
        gaps: Vec::new(),
        signed: Vec::new(),
        referrers: ReferrersApi::Answered,
        raw: b"{}".as_slice().into(),
    }
}

fn attested(evidence: &Evidence, demand: &Demand, kind: &str) -> bool {
    evidence.layers_of(&ArtifactKind::CosignAttestation).any(|signature| {
        let proof = prove_demand(evidence, signature, demand);
        proof.holds() && proof.predicate.as_deref() == Some(kind)
    })
}

#[test]
fn every_saved_image_with_provenance() {
    let Some(manifest) = manifest("gha-container-layouts") else { return };
    let folder = folder("gha-container-layouts");
    let (mut run, mut differences) = (0, Vec::new());
    for case in manifest["cases"].as_array().into_iter().flatten() {
        run += 1;
        let mut case = case.clone();
        case["trusted_root"] = manifest["trusted_root"].clone();
        let digest = case["digest"].as_str().unwrap().parse().unwrap();
        let mut evidence = saved(&folder.join(case["layout"].as_str().unwrap()), &digest);
        let kind = case["type"].as_str().unwrap().to_owned();
        let demand = with_options(&folder, &case);
        if attested(&evidence, &demand, &kind) != (case["expected"] == "pass") {
            let proofs: Vec<_> = evidence
                .layers_of(&ArtifactKind::CosignAttestation)
                .map(|signature| format!("{:?}", prove_demand(&evidence, signature, &demand).stopped()))
                .collect();
            differences.push(format!("{}: {proofs:?}", case["name"]));
        }
        assert!(!attested(&evidence, &demand, "https://example.com/other"), "{}", case["name"]);
        case["identity"] = json!("nobody@example.com");
        assert!(!attested(&evidence, &with_options(&folder, &case), &kind), "{}", case["name"]);
        evidence.digest = other_digest(&digest);
        assert!(!attested(&evidence, &demand, &kind), "{}: another image", case["name"]);
    }
    println!("gha-container-layouts: {run} run, {} agreed, 0 skipped", run - differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
