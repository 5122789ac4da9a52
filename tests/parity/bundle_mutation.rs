//! One changed bit in a bundle that passes: it must not pass any more, unless nothing demanded protects the field.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sigscope::format::time_stamp::Token;
use sigscope::verify::{About, prove_bundle};

use crate::bundles::{demand, folder};

/// Bytes tried of every field, evenly spaced; shorter fields are tried whole.
const SAMPLES: usize = 24;

/// The pointers of all leaves.
fn leaves(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| leaves(value, &format!("{at}/{name}"), out));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| leaves(value, &format!("{at}/{index}"), out));
        }
        _ => out.push(at.to_owned()),
    }
}

/// Fields that say nothing that is believed: a change of them changes no verdict.
const UNPROTECTED: &[(&str, &str)] = &[
    ("/dsseEnvelope/signatures/keyid", "a hint; the key comes from the caller or the certificate"),
    ("/verificationMaterial/publicKey/hint", "a hint; the key comes from the caller"),
    (
        "/verificationMaterial/tlogEntries/logIndex",
        "with Rekor v2 the index of the proof counts, not this one",
    ),
];

/// What of a time stamp response its authority signs, and the signature.
fn stamped(response: &str) -> Option<impl PartialEq + use<>> {
    let der = STANDARD.decode(response).ok()?;
    let signed_data = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    let oid = der.windows(signed_data.len()).position(|window| window == signed_data)?;
    let token = [4, 3, 2].iter().find_map(|header| Token::read(der.get(oid - header..)?).ok())?;
    let signers: Vec<_> =
        token.signers.iter().map(|signer| (signer.signed_attrs.clone(), signer.signature.clone())).collect();
    Some((token.content, signers))
}

/// Whether no demanded check protects what was changed.
fn unprotected(field: &str, was: &Value, is: &Value) -> bool {
    if field.ends_with("/signedTimestamp") {
        // Certificates that travel with the token and its outer hull are not signed.
        let (was, is) = (stamped(was.as_str().unwrap()), stamped(is.as_str().unwrap()));
        return was.is_some() && was == is;
    }
    UNPROTECTED.iter().any(|(name, _)| field == *name)
}

/// Some changes of one leaf.
fn changes(leaf: &Value) -> Vec<Value> {
    let Value::String(text) = leaf else { return Vec::new() };
    if let Ok(number) = text.parse::<u64>() {
        return vec![Value::String((number ^ 1).to_string()), Value::String((number ^ 0x100).to_string())];
    }
    match STANDARD.decode(text) {
        Ok(bytes) if bytes.len() > 8 => {
            let step = bytes.len().div_ceil(SAMPLES);
            let flip = |at: usize| {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << (at % 8);
                Value::String(STANDARD.encode(changed))
            };
            (0..bytes.len()).step_by(step).map(flip).collect()
        }
        _ => vec![Value::String(format!("{text}x")), Value::String(String::new())],
    }
}

#[test]
fn no_changed_bit_of_a_bundle_passes() {
    let folder = folder("sigstore-conformance");
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let (mut tried, mut passed) = (0, BTreeMap::<String, Vec<String>>::new());
    for case in manifest["cases"].as_array().unwrap().iter().filter(|case| case["expected"] == "pass") {
        let read = |field: &str| std::fs::read(folder.join(case[field].as_str().unwrap())).unwrap();
        let (artifact, demand) = (read("artifact"), demand(&folder, case).unwrap());
        let bundle: Value = serde_json::from_slice(&read("bundle")).unwrap();
        let mut all = Vec::new();
        leaves(&bundle, "", &mut all);
        for pointer in all {
            let was = bundle.pointer(&pointer).unwrap();
            for (number, changed) in changes(was).into_iter().enumerate() {
                let mut mutant = bundle.clone();
                mutant.pointer_mut(&pointer).unwrap().clone_from(&changed);
                tried += 1;
                if prove_bundle(mutant.to_string().as_bytes(), About::Content(&artifact), &demand).holds() {
                    let names = pointer.split('/').filter(|name| name.parse::<u32>().is_err());
                    let field = names.collect::<Vec<_>>().join("/");
                    if !unprotected(&field, was, &changed) {
                        passed
                            .entry(format!("{field} {}", case["name"]))
                            .or_default()
                            .push(number.to_string());
                    }
                }
            }
        }
    }
    assert!(tried > 2_500, "only {tried} changes were tried");
    assert!(passed.is_empty(), "of {tried} changes these passed: {passed:?}");
}
