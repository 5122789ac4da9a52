//! The memory of proofs answers as the proof itself would, computes once, forgets the oldest, and serves threads.

use std::sync::Arc;

use aws_lc_rs::signature as lc;
use sigscope::model::artifact::Blob;
use sigscope::model::verifier::LogDemand;
use sigscope::model::world::Asked;
use sigscope::model::{Missing, Moment, Verifier};
use sigscope::port::Prover;
use sigscope::verify::{Memory, prove};

use crate::signed::{Signer, evidence, image, payload, verifier};

struct Made {
    evidence: sigscope::model::Evidence,
    verifier: Verifier,
}

fn made() -> Made {
    let key = Signer::new(&lc::ECDSA_P256_SHA256_ASN1_SIGNING);
    let image = image("a");
    let payload = payload(&image, "null");
    Made {
        evidence: evidence(&image, &payload, &key.sign(payload.as_bytes()), None),
        verifier: verifier(&key.pem(), LogDemand::Ignored),
    }
}

#[test]
fn the_same_question_is_answered_once() {
    let Made { evidence, verifier } = made();
    let memory = Memory::new();
    let ask =
        |verifier: &Verifier| memory.prove(&evidence, evidence.cosign_signatures().next().unwrap(), verifier);
    let answer = ask(&verifier);
    assert_eq!(*answer, prove(&evidence, evidence.cosign_signatures().next().unwrap(), &verifier));
    assert!(Arc::ptr_eq(&answer, &ask(&verifier)));
    let later = Verifier { as_of: Moment(verifier.as_of.0 + 1), ..verifier.clone() };
    assert!(Arc::ptr_eq(&answer, &ask(&later)), "no certificate: the present time plays no part");
    let mut other = verifier.clone();
    other.annotations.insert("a".to_owned(), "b".to_owned());
    assert!(!Arc::ptr_eq(&answer, &ask(&other)));
    let rows = memory.rows();
    assert_eq!(rows.len(), 2);
    assert!(Arc::ptr_eq(&rows[0].proof, &answer) && rows[0].asked == Asked::Key(Arc::new(verifier)));
    assert_eq!((&rows[0].artifact, rows[0].index), (&evidence.artifacts[0].digest, 0));
}

#[test]
fn everything_that_a_proof_reads_makes_another_question() {
    let Made { evidence, verifier } = made();
    let memory = Memory::new();
    let ask = |evidence: &sigscope::model::Evidence| {
        memory.prove(evidence, evidence.cosign_signatures().next().unwrap(), &verifier)
    };
    assert!(ask(&evidence).holds());
    let mut other = evidence.clone();
    other.digest = image("b");
    assert!(!ask(&other).holds(), "another image");
    let mut other = evidence.clone();
    other.artifacts[0].layers[0].annotations.clear();
    assert!(!ask(&other).holds(), "other annotations");
    let mut other = evidence.clone();
    other.artifacts[0].layers[0].digest = image("c");
    other.artifacts[0].layers[0].blob = Blob::Held(b"{}"[..].into());
    assert!(!ask(&other).holds(), "another payload");
    assert_eq!(memory.rows().len(), 4);
}

#[test]
fn what_is_missing_is_asked_again() {
    let Made { mut evidence, verifier } = made();
    let memory = Memory::new();
    let held = evidence.artifacts[0].layers[0].blob.clone();
    evidence.artifacts[0].layers[0].blob = Blob::Missing(Missing::Waiting);
    assert!(!memory.prove(&evidence, evidence.cosign_signatures().next().unwrap(), &verifier).holds());
    assert!(memory.rows().is_empty());
    evidence.artifacts[0].layers[0].blob = held;
    assert!(memory.prove(&evidence, evidence.cosign_signatures().next().unwrap(), &verifier).holds());
}

#[test]
fn the_oldest_is_forgotten() {
    let Made { evidence, verifier } = made();
    let memory = Memory::with_capacity(3);
    for number in 0..5 {
        let mut asked = verifier.clone();
        asked.annotations.insert("n".to_owned(), number.to_string());
        memory.prove(&evidence, evidence.cosign_signatures().next().unwrap(), &asked);
    }
    let kept: Vec<_> = memory
        .rows()
        .iter()
        .map(|row| match &row.asked {
            Asked::Key(verifier) => verifier.annotations["n"].clone(),
            Asked::Demand(demand) => demand.annotations["n"].clone(),
        })
        .collect();
    assert_eq!(kept, ["2", "3", "4"]);
}

#[test]
fn threads_get_one_answer() {
    let Made { evidence, verifier } = made();
    let memory = Memory::new();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let ask = || memory.prove(&evidence, evidence.cosign_signatures().next().unwrap(), &verifier);
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| Arc::ptr_eq(answer, &answers[0])));
    assert_eq!(memory.rows().len(), 1);
}
