//! The second verifier about every bundle of the vectors: it must never refuse what holds, nor the steps pass what it
//! refuses. (Over the fixtures a refusal is an `ERROR` of the program, which the recorded verdicts would show.)

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sigscope::format::hash::digest_of;
use sigscope::model::demand::Demand;
use sigscope::model::{Code, Digest, Outcome, StepName};
use sigscope::verify::{About, Opinion, confirmed, opinion_on_bundle, prove_bundle};

use crate::bundles::folder;
use crate::vectors_sigstore::{manifest, with_options};

/// A question of the vectors: name, bundle, demand, digest or content.
struct Question {
    name: String,
    bundle: Vec<u8>,
    demand: Demand,
    about: Result<Vec<u8>, Digest>,
}

impl Question {
    fn about(&self) -> About<'_> {
        match &self.about {
            Ok(content) => About::Content(content),
            Err(digest) => About::Digest(digest),
        }
    }
}

fn of_cases(source: &str, out: &mut Vec<Question>) {
    let Some(manifest) = manifest(source) else { return };
    let folder = folder(source);
    let read = |name: &Value| std::fs::read(folder.join(name.as_str().unwrap())).unwrap();
    for case in manifest["cases"].as_array().into_iter().flatten().filter(|case| case["expected"] == "pass") {
        let question = |about| Question {
            name: format!("{source} {}", case["name"].as_str().unwrap()),
            bundle: read(&case["bundle"]),
            demand: {
                let mut case = case.clone();
                if case["use_signed_timestamps"] == true {
                    case["options"] = json!(["--use-signed-timestamps"]);
                }
                with_options(&folder, &case)
            },
            about,
        };
        if case["artifact"].is_string() {
            let content = read(&case["artifact"]);
            out.push(question(Err(digest_of(&content))));
            out.push(question(Ok(content)));
        } else if let Some(Ok(digest)) = case["artifact_digest"].as_str().map(str::parse) {
            out.push(question(Err(digest)));
        }
    }
}

fn of_npm(out: &mut Vec<Question>) {
    let Some(manifest) = manifest("npm-attestations") else { return };
    let folder = folder("npm-attestations");
    for case in manifest["cases"].as_array().into_iter().flatten() {
        let document = std::fs::read(folder.join(case["document"].as_str().unwrap())).unwrap();
        let document: Value = serde_json::from_slice(&document).unwrap();
        for (at, one) in case["attestations"].as_array().unwrap().iter().enumerate() {
            let mut one = one.clone();
            one["trusted_root"] = manifest["trusted_root"].clone();
            if let Some(id) = one["key_id"].as_str() {
                one["key"] = manifest["keys"][id].clone();
            }
            out.push(Question {
                name: format!("npm-attestations {} {at}", case["name"].as_str().unwrap()),
                bundle: document["attestations"][at]["bundle"].to_string().into_bytes(),
                demand: with_options(&folder, &one),
                about: Err(format!("sha512:{}", case["tarball_sha512"].as_str().unwrap()).parse().unwrap()),
            });
        }
    }
}

#[test]
fn never_refuses_what_holds() {
    let mut all = Vec::new();
    of_cases("sigstore-conformance", &mut all);
    of_cases("sigstore-clients", &mut all);
    of_npm(&mut all);
    let (mut agreed, mut silent, mut refused) = (0, BTreeMap::<String, Vec<String>>::new(), Vec::new());
    for question in &all {
        let proof = prove_bundle(&question.bundle, question.about(), &question.demand);
        if !proof.holds() {
            continue;
        }
        match opinion_on_bundle(&question.bundle, question.about(), &question.demand) {
            Opinion::Agrees => agreed += 1,
            Opinion::Silent(why) => silent.entry(why).or_default().push(question.name.clone()),
            Opinion::Refuses(words) => refused.push(format!("{}: {words}", question.name)),
        }
    }
    println!("second opinion: {agreed} agree, {} refuse; it cannot judge:", refused.len());
    for (why, names) in &silent {
        println!("  {why}: {}", names.join(", "));
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(agreed > 0 || all.is_empty(), "it never says anything");
}

/// A refusal takes a pass away, and turns no failure into anything else.
#[test]
fn a_refusal_decides_nothing() {
    let mut all = Vec::new();
    of_cases("sigstore-conformance", &mut all);
    let Some(question) = all.first() else { return };
    let proof = prove_bundle(&question.bundle, question.about(), &question.demand);
    let gated = confirmed(proof.clone(), || Opinion::Refuses("no".to_owned()));
    assert!(proof.holds() && !gated.holds());
    let stopped = gated.stopped().unwrap();
    let Outcome::Undecided(missing) = &stopped.outcome else { panic!("{stopped:?}") };
    assert_eq!((stopped.name, Code::of_missing(missing)), (StepName::SecondOpinion, Code::SigDisagree));
    for same in [Opinion::Agrees, Opinion::Silent(String::new())] {
        assert_eq!(confirmed(proof.clone(), || same), proof);
    }
    let other = digest_of(b"something else");
    let failed = prove_bundle(&question.bundle, About::Digest(&other), &question.demand);
    assert_eq!(confirmed(failed.clone(), || panic!("it is not asked about what fails")), failed);
}

/// It is a real second opinion: a signature over something else it refuses.
#[test]
fn refuses_what_is_forged() {
    let mut all = Vec::new();
    of_cases("sigstore-conformance", &mut all);
    let other = digest_of(b"something else");
    let said: Vec<_> = all
        .iter()
        .map(|question| opinion_on_bundle(&question.bundle, About::Digest(&other), &question.demand))
        .collect();
    assert!(!said.contains(&Opinion::Agrees), "{said:?}");
    assert!(all.is_empty() || said.iter().any(|one| matches!(one, Opinion::Refuses(_))), "{said:?}");
}
