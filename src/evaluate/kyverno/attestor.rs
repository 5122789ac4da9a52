//! Reads attestor sets: counts, entries, sets in place of entries (spec A.5).

use super::asked::Asked;
use super::fields;
use super::policy::{Attestor, AttestorSet, Placed, Signer};
use super::read::Notes;
use super::signer;
use crate::model::node::Node;

/// Deepest nesting of sets that is read; what is deeper is never judged.
const DEEPEST: usize = 32;

/// Reads `attestors` of a `verifyImages` entry.
pub(super) fn read_sets(notes: &mut Notes, owner: &Node, path: &str) -> Vec<AttestorSet> {
    let inherited = annotations(notes, owner, path);
    read_listed(notes, owner, path, &inherited)
}

/// Reads `attestors` below an entry of `verifyImages`, with the entry's annotations.
pub(super) fn read_listed(
    notes: &mut Notes,
    owner: &Node,
    path: &str,
    inherited: &[(String, Placed<String>)],
) -> Vec<AttestorSet> {
    let mut sets = Vec::new();
    for (index, node) in notes.list(owner, path, "attestors").iter().enumerate() {
        let path = format!("{path}.attestors[{index}]");
        notes.known(node, &path, fields::ATTESTOR_SET);
        sets.push(read_set(notes, node, &path, inherited, DEEPEST));
    }
    sets
}

fn read_set(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    inherited: &[(String, Placed<String>)],
    depth: usize,
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
        entries.extend(read_entry(notes, entry, &format!("{path}.entries[{index}]"), inherited, depth));
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

/// `annotations` of an entry.
pub(super) fn annotations(notes: &mut Notes, node: &Node, path: &str) -> Vec<(String, Placed<String>)> {
    signer::pairs(notes, node, path, "annotations")
}

/// One entry as written becomes one entry for each key of its PEM (`ExpandStaticKeys` of upstream).
fn read_entry(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    inherited: &[(String, Placed<String>)],
    depth: usize,
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
    let mut later = Notes::default();
    let repository = notes.text(node, path, "repository").filter(|text| !text.value.is_empty());
    let signers = signers(notes, &mut later, node, path, inherited, depth);
    let attestor = Attestor {
        span: node.span.clone(),
        annotations: if own.is_empty() { inherited.to_vec() } else { own },
        signer: Signer::Anyone,
        repository,
        unsupported: later.unsupported,
        asked: Asked::default(),
    };
    if signers.is_empty() {
        return vec![attestor];
    }
    signers.into_iter().map(|signer| Attestor { signer, ..attestor.clone() }).collect()
}

/// Who the entry names. What stands beside the kind that counts is read too, for what is wrong with it.
fn signers(
    notes: &mut Notes,
    later: &mut Notes,
    node: &Node,
    path: &str,
    inherited: &[(String, Placed<String>)],
    depth: usize,
) -> Vec<Signer> {
    let mut signers = Vec::new();
    let hash = signer::hash(notes, node, path);
    if let Some(keys) = node.get("keys") {
        let keys = signer::keys(notes, later, keys, &format!("{path}.keys"));
        signers.extend(keys.into_iter().map(Box::new).map(Signer::Key));
    }
    if let Some(certificates) = node.get("certificates") {
        let read = signer::certificates(notes, certificates, &format!("{path}.certificates"), hash);
        signers.push(Signer::Certificates(Box::new(read)));
    }
    if let Some(keyless) = node.get("keyless") {
        signers.push(Signer::Keyless(Box::new(signer::keyless(notes, keyless, &format!("{path}.keyless")))));
    }
    if let Some(nested) = node.get("attestor") {
        let path = format!("{path}.attestor");
        if depth == 0 {
            later.later("attestors nested so deep", &nested.span);
        } else {
            notes.known(nested, &path, fields::ATTESTOR_SET);
            let set = read_set(notes, nested, &path, inherited, depth - 1);
            signers.push(Signer::Nested(Box::new(set)));
        }
    }
    signers
}
