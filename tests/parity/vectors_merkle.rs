//! Proofs of Merkle trees, good and altered.

use serde_json::Value;
use sigscope::format::base64;
use sigscope::format::note;

use crate::bundles::folder;

fn hash(value: &Value) -> Vec<u8> {
    base64::decode(value.as_str().unwrap_or_default()).unwrap()
}

fn verifies(case: &Value) -> bool {
    let number = |field: &str| case[field].as_u64().unwrap_or_default();
    let proof: Vec<Vec<u8>> = case["proof"].as_array().into_iter().flatten().map(hash).collect();
    match case["kind"].as_str().unwrap() {
        "inclusion" => {
            let Ok(leaf) = hash(&case["leafHash"]).try_into() else { return false };
            note::root(leaf, number("leafIdx"), number("treeSize"), &proof)
                .is_ok_and(|root| root.as_slice() == hash(&case["root"]))
        }
        "consistency" => {
            let (old, new) = (hash(&case["root1"]), hash(&case["root2"]));
            note::grown(number("size1"), number("size2"), &old, &new, &proof).is_ok()
        }
        other => panic!("a proof of the kind {other}"),
    }
}

#[test]
fn every_proof() {
    let Ok(manifest) = std::fs::read(folder("merkle").join("manifest.json")) else { return };
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let (mut run, mut differences) = (0, Vec::new());
    for case in manifest["cases"].as_array().into_iter().flatten() {
        run += 1;
        if verifies(case) == case["wantErr"].as_bool().unwrap() {
            differences.push(case["case"].to_string());
        }
    }
    println!("merkle: {run} run, {} agreed, 0 skipped", run - differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
