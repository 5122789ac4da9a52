//! Reads attestor sets: counts, keys split out of a PEM, log options and their real defaults (spec A.5).

use super::fields;
use super::policy::{Attestor, AttestorSet, KeyAttestor, LogClause, Placed};
use super::read::Notes;
use crate::format::key::PublicKey;
use crate::model::node::{Node, NodeValue};
use crate::model::verifier::HashAlgorithm;

/// The address that Kyverno uses when an entry has no `rekor`.
const PUBLIC_LOG: &str = "https://rekor.sigstore.dev";

const PEM_HEAD: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_TAIL: &str = "-----END PUBLIC KEY-----";

/// Reads `attestors` of a `verifyImages` entry.
pub(super) fn read_sets(notes: &mut Notes, owner: &Node, path: &str) -> Vec<AttestorSet> {
    let inherited = annotations(notes, owner, path);
    let mut sets = Vec::new();
    for (index, node) in notes.list(owner, path, "attestors").iter().enumerate() {
        let path = format!("{path}.attestors[{index}]");
        notes.known(node, &path, fields::ATTESTOR_SET);
        sets.push(read_set(notes, node, &path, &inherited));
    }
    sets
}

fn read_set(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    inherited: &[(String, Placed<String>)],
) -> AttestorSet {
    let count = count(notes, node, path);
    let listed = notes.list(node, path, "entries");
    if listed.is_empty() {
        notes.refuse(format!("{path}: Invalid value: An entry is required"), &node.span);
    }
    let too_many = |count: &Placed<i64>| usize::try_from(count.value).is_ok_and(|value| value > listed.len());
    if let Some(count) = count.as_ref().filter(|count| too_many(count)) {
        // Upstream compares with the entries as written, before a PEM of several keys is split.
        notes.refuse(format!("{path}: Invalid value: Count cannot exceed length of entries"), &count.span);
    }
    let mut entries = Vec::new();
    for (index, entry) in listed.iter().enumerate() {
        entries.extend(read_entry(notes, entry, &format!("{path}.entries[{index}]"), inherited));
    }
    AttestorSet { span: node.span.clone(), count, entries }
}

fn count(notes: &mut Notes, node: &Node, path: &str) -> Option<Placed<i64>> {
    let count = node.get("count")?;
    match count.int() {
        Some(value) if value >= 0 => Some(Placed { value, span: count.span.clone(), by_default: false }),
        _ => {
            notes.wrong_type(count, &format!("{path}.count"), "non-negative integer");
            None
        }
    }
}

fn annotations(notes: &mut Notes, node: &Node, path: &str) -> Vec<(String, Placed<String>)> {
    let Some(map) = node.get("annotations") else { return Vec::new() };
    if !matches!(map.value, NodeValue::Map(_) | NodeValue::Null) {
        notes.wrong_type(map, &format!("{path}.annotations"), "object");
    }
    let mut pairs = Vec::new();
    for entry in map.entries() {
        match entry.node.text() {
            Some(text) => {
                let placed =
                    Placed { value: text.to_owned(), span: entry.node.span.clone(), by_default: false };
                pairs.push((entry.key.to_string(), placed));
            }
            None => notes.wrong_type(&entry.node, &format!("{path}.annotations.{}", entry.key), "string"),
        }
    }
    pairs
}

/// One entry as written becomes one entry for each key of its PEM (`ExpandStaticKeys` of upstream).
fn read_entry(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    inherited: &[(String, Placed<String>)],
) -> Vec<Attestor> {
    notes.known(node, path, fields::ATTESTOR);
    let kinds = ["keys", "certificates", "keyless", "attestor"];
    let given: Vec<&str> = kinds.into_iter().filter(|kind| node.get(kind).is_some()).collect();
    if given.len() != 1 {
        notes.refuse(
            format!("{path}: Invalid value: keys, certificates, keyless, or a nested attestor is required"),
            &node.span,
        );
    }
    for entry in node.entries().iter().filter(|entry| kinds.contains(&&*entry.key)) {
        if super::read::is_empty(&entry.node) {
            notes.refuse(format!("{path}.{}: Invalid value: it is empty", entry.key), &entry.key_span);
        }
    }
    let own = annotations(notes, node, path);
    let mut attestor = Attestor {
        span: node.span.clone(),
        annotations: if own.is_empty() { inherited.to_vec() } else { own },
        key: None,
        unsupported: Vec::new(),
    };
    let mut later = Notes::default();
    for field in ["certificates", "keyless", "attestor", "repository"] {
        if let Some(entry) = node.entry(field).filter(|entry| !super::read::is_empty(&entry.node)) {
            later.later(field, &entry.key_span);
        }
    }
    let keys = node.get("keys").map(|keys| read_keys(notes, &mut later, keys, &format!("{path}.keys")));
    attestor.unsupported = later.unsupported;
    match keys {
        Some(keys) if !keys.is_empty() => {
            keys.into_iter().map(|key| Attestor { key: Some(key), ..attestor.clone() }).collect()
        }
        _ => vec![attestor],
    }
}

fn read_keys(notes: &mut Notes, later: &mut Notes, node: &Node, path: &str) -> Vec<KeyAttestor> {
    notes.known(node, path, fields::KEYS);
    let hash = hash(notes, node, path);
    let log = log(notes, node, path);
    if let Some(ctlog) = node.get("ctlog") {
        notes.known(ctlog, &format!("{path}.ctlog"), fields::CTLOG);
        if let Some(chain) = ctlog.entry("tsaCertChain").filter(|entry| entry.node.text() != Some("")) {
            later.later("keys.ctlog.tsaCertChain", &chain.key_span);
        }
        // Keys need no certificate log, but its key is read all the same unless it is switched off.
        let ignored = notes.flag(ctlog, &format!("{path}.ctlog"), "ignoreSCT", false).value;
        let readable = |node: &Node| {
            node.text().is_some_and(|text| text.is_empty() || PublicKey::from_pem(text).is_ok())
        };
        let own = ctlog.entry("pubkey").filter(|entry| !ignored && !readable(&entry.node));
        if let Some(own) = own {
            later.later("keys.ctlog.pubkey", &own.key_span);
        }
    }
    let Some(written) = notes.text(node, path, "publicKeys").filter(|text| !text.value.is_empty()) else {
        let other = ["secret", "kms"].into_iter().find_map(|field| node.entry(field));
        match other {
            Some(entry) => later.later(format!("keys.{}", entry.key), &entry.key_span),
            None => notes.refuse(
                format!("{path}: Invalid value: A public key, kms key or secret is required"),
                &node.span,
            ),
        }
        return Vec::new();
    };
    if !written.value.trim().starts_with(PEM_HEAD) {
        later.later("keys.publicKeys that is a key reference", &written.span);
        return Vec::new();
    }
    split(&written).into_iter().map(|pem| KeyAttestor { pem, hash: hash.clone(), log: log.clone() }).collect()
}

/// Splits after each end line; what follows the last one is dropped. With fewer than two blocks the text stays whole
/// (`splitPEM` of upstream).
fn split(written: &Placed<String>) -> Vec<Placed<String>> {
    let blocks: Vec<&str> =
        written.value.split_inclusive(PEM_TAIL).filter(|block| block.contains(PEM_TAIL)).collect();
    if blocks.len() < 2 {
        return vec![written.clone()];
    }
    let placed =
        |block: &&str| Placed { value: (*block).to_owned(), span: written.span.clone(), by_default: false };
    blocks.iter().map(placed).collect()
}

/// `keys.signatureAlgorithm`. The schema defaults it to sha256, so that the entry's own `signatureAlgorithm` never
/// has a say for keys.
fn hash(notes: &mut Notes, node: &Node, path: &str) -> Placed<HashAlgorithm> {
    let default = Placed { value: HashAlgorithm::Sha256, span: node.span.clone(), by_default: true };
    let Some(written) = notes.text(node, path, "signatureAlgorithm") else { return default };
    let value = match written.value.as_str() {
        "" | "sha256" => HashAlgorithm::Sha256,
        "sha224" => HashAlgorithm::Sha224,
        "sha384" => HashAlgorithm::Sha384,
        "sha512" => HashAlgorithm::Sha512,
        _ => {
            notes.refuse(
                format!("{path}: Invalid value: Invalid signature algorithm provided {}", written.value),
                &written.span,
            );
            return default;
        }
    };
    Placed { value, span: written.span, by_default: false }
}

fn log(notes: &mut Notes, node: &Node, path: &str) -> LogClause {
    let Some(rekor) = node.get("rekor") else {
        return LogClause {
            span: node.span.clone(),
            by_default: true,
            ignored: false,
            url: PUBLIC_LOG.to_owned(),
            key: None,
        };
    };
    let path = format!("{path}.rekor");
    notes.known(rekor, &path, fields::REKOR);
    LogClause {
        span: rekor.span.clone(),
        by_default: false,
        ignored: notes.flag(rekor, &path, "ignoreTlog", false).value,
        // The documented default is not in the schema: `rekor: {}` leaves the address empty.
        url: notes.text(rekor, &path, "url").map(|url| url.value).unwrap_or_default(),
        key: notes.text(rekor, &path, "pubkey").map(|key| key.value).filter(|key| !key.is_empty()),
    }
}
