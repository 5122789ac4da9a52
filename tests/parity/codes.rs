//! Which code every failed record of cosign and notation has: the table `codes/FILE.tsv`, and the tool's words that each code
//! stands for. `SIGSCOPE_BLESS=1` writes the tables.

use std::path::PathBuf;

use serde_json::Value;

/// Words of a tool, and the codes that name what they are about. The first that is found counts.
///
/// A signature by a key where a certificate is asked for, or the other way round, is `SIG-SIGNER`: the tools notice it late, by
/// what it leads to (no key to compare, no entry that counts).
const CAUSES: &[(&str, &[&str])] = &[
    ("no signatures found", &["SIG-NONE"]),
    ("no signature is associated with", &["SIG-NONE"]),
    ("expected key signature, not certificate", &["SIG-SIGNER"]),
    ("empty key", &["SIG-SIGNER"]),
    ("no certificate found on signature", &["SIG-SIGNER"]),
    // In a log entry it is the entry that names something else.
    ("error verifying bundle: both public key and certificate were provided", &["LOG-BINDING"]),
    ("both public key and certificate were provided but did not match", &["SIG-SIGNER"]),
    ("comparing public key PEMs", &["LOG-BINDING"]),
    ("matching bundle to payload", &["LOG-BINDING"]),
    ("signature in bundle does not match", &["LOG-BINDING", "SIG-SIGNER"]),
    ("transparency log certificate does not match", &["LOG-BINDING", "SIG-SIGNER"]),
    ("unable to verify SET", &["LOG-SET"]),
    ("calculated root", &["LOG-PROOF", "SIG-SIGNER"]),
    // A bad promise and an unknown log have the same words as no entry.
    ("not enough verified log entries", &["LOG-ABSENT", "LOG-SET", "LOG-KEY", "SIG-SIGNER"]),
    ("searching log query", &["LOG-ABSENT"]),
    ("offline verification failed", &["LOG-ABSENT"]),
    ("signature not found in transparency log", &["LOG-ABSENT"]),
    ("does not include required embedded SCT", &["SCT-ABSENT"]),
    ("certificate expired before", &["CERT-EXPIRED"]),
    // The library says this of whatever is wrong with a chain.
    ("leaf certificate verification failed", &["CERT-CHAIN", "CERT-EXPIRED", "CERT-USAGE"]),
    ("certificate signed by unknown authority", &["CERT-CHAIN"]),
    ("expected SAN value", &["ID-SUBJECT"]),
    ("expected issuer value", &["ID-ISSUER"]),
    ("none of the expected identities matched", &["ID-ISSUER", "ID-SUBJECT"]),
    ("invalid or missing digest in claim", &["SIG-DIGEST"]),
    ("provided artifact digest does not match", &["ATT-SUBJECT"]),
    ("none of the attestations matched the predicate type", &["ATT-TYPE"]),
    // Everything that does not verify; of which kind and hash it is, the tools do not say.
    ("accepted signatures do not match threshold", &["SIG-KEY", "SIG-KEYTYPE", "SIG-HASH", "SIG-SIGNER"]),
    ("invalid signature when validating", &["SIG-KEY", "SIG-KEYTYPE", "SIG-HASH"]),
    ("ecdsa: Invalid IEEE_P1363", &["SIG-KEY", "SIG-KEYTYPE"]),
    ("failed to verify signature", &["SIG-KEY", "SIG-KEYTYPE", "SIG-HASH"]),
    ("digital signature has expired", &["NOTARY-EXPIRED"]),
    ("does not match the X.509 trusted identities", &["NOTARY-IDENTITY"]),
    ("does not contain any trusted certificate", &["NOTARY-TRUST"]),
    ("no timestamp countersignature", &["NOTARY-STAMP"]),
    ("validity period", &["NOTARY-TIME"]),
    ("content descriptor mismatch", &["NOTARY-TARGET"]),
    ("signature is invalid", &["SIG-KEY"]),
    // notation says nothing more of metadata that is not there.
    ("signature verification failed for all the signatures", &["NOTARY-METADATA"]),
    // With nothing behind it: there was nothing to try.
    ("no matching attestations: \n", &["SIG-NONE"]),
];

/// All that the tool said about a record.
fn said(record: &Value) -> String {
    let verbose = record["reasons_with_v"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let plain = ["key_line", "stderr"].into_iter().filter_map(|field| record[field].as_str());
    verbose.chain(plain).collect::<Vec<_>>().join("\n") + "\n"
}

/// Whether a code names what the tool says.
pub(crate) fn names_the_cause(record: &Value, code: &str) -> Result<(), String> {
    let said = said(record);
    match CAUSES.iter().find(|(words, _)| said.contains(words)) {
        Some((_, codes)) if codes.contains(&code) => Ok(()),
        Some((words, codes)) => Err(format!("{code} for {words:?}, which is {}", codes.join(" or "))),
        None => Err(format!("{code} for words that are not known: {said}")),
    }
}

/// A line of the table: fixture, what was asked, code, the tool's reason in short.
pub(crate) fn line(record: &Value, code: &str) -> String {
    let said = said(record);
    let reason = said.lines().next().unwrap_or_default();
    let reason = reason.rsplit("Failure reason: ").next().unwrap_or_default();
    let reason = reason.rsplit("failed verification with error: ").next().unwrap_or_default();
    let reason = reason.trim_start_matches("Error: ").replace('\t', " ");
    let field = |name: &str| record[name].as_str().unwrap_or_default();
    let at = match field("registry") {
        "referrers" => "referrers",
        _ => "tags",
    };
    let short: String = reason.chars().take(100).collect();
    format!("{}\t{at}\t{}\t{code}\t{}", field("fixture"), field("profile"), short.trim_end())
}

/// Fails unless the lines are those of the table. Records of another folder have no table.
pub(crate) fn compare(file: &str, lines: &[String]) {
    if std::env::var_os("SIGSCOPE_FIXTURES").is_some() {
        return;
    }
    let name = file.replace(".json", ".tsv");
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/codes")).join(&name);
    let head = "fixture\tfound by\tasked\tcode\twhat the tool says\n";
    let text = format!("{head}{}\n", lines.join("\n"));
    if std::env::var_os("SIGSCOPE_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    let differ: Vec<_> = text
        .lines()
        .zip(wanted.lines().chain(std::iter::repeat("")))
        .filter(|(found, wanted)| found != wanted)
        .map(|(found, wanted)| format!("found  {found}\nwanted {wanted}"))
        .collect();
    assert!(text == wanted, "{name}:\n{}", differ.join("\n"));
}

/// The rule can refuse: a code that is not the cause, and words that nobody has looked at.
#[test]
fn another_code_is_no_name_of_the_cause() {
    let record = |words: &str| serde_json::json!({"key_line": words, "stderr": words});
    let set = record("error verifying bundle: unable to verify SET");
    assert!(names_the_cause(&set, "LOG-SET").is_ok());
    assert!(names_the_cause(&set, "LOG-ABSENT").is_err());
    assert!(names_the_cause(&record("something new"), "SIG-NONE").is_err());
}
