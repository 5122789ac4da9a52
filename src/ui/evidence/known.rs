//! What was read of a document as lines: certificates with every extension, log entries, time stamps, statements. All of
//! it is shown as claims: that it could be read verifies nothing.

use std::sync::Arc;

use super::node::{EvidenceNode, Raw, Standing};
use super::short::{identity, moment_words};
use crate::model::document::{Item, Kind, Subtree};
use crate::model::facts::Fact;
use crate::model::view::{PredicateView, Row, Section, Weight};

/// Most lines that are made of one list; the document view has all.
const MOST: usize = 40;
/// What has lines of its own, or is said above.
const SAID: &[&str] =
    &["media_type", "annotations", "predicate", "document", "subject_count", "signature", "payload"];

/// The lines for the facts of a layer. `place` is where the layer is.
pub(super) fn nodes(facts: &Fact, place: &str) -> Vec<EvidenceNode> {
    let Fact::Map(entries) = facts else { return Vec::new() };
    let mut out = Vec::new();
    let mut rest = Vec::new();
    for (key, fact) in entries.iter().filter(|(key, _)| !SAID.contains(&key.as_str())) {
        let at = format!("{place}#{key}");
        match (key.as_str(), fact) {
            ("certificate", _) => out.push(certificate("certificate", fact, &at)),
            ("chain", Fact::List(list)) => out.extend(chain(list, &at)),
            ("rekor", _) => out.push(log("log", fact, &at)),
            ("tlog", Fact::List(list)) => out.extend(numbered(list, &at, log)),
            ("timestamps", Fact::List(list)) => out.extend(numbered(list, &at, stamp)),
            ("timestamp_countersignature", _) => {
                let mut node = stamp("stamp", fact.get("token").unwrap_or(fact), &at);
                node.children.extend(fact.get("bytes").map(|bytes| line("bytes", bytes, &at)));
                out.push(node);
            }
            ("subjects", Fact::List(list)) => out.push(subjects(list, &at)),
            ("readable", Fact::View(view)) => out.push(readable(view, place)),
            _ => rest.push(line(key, fact, &at)),
        }
    }
    if !rest.is_empty() {
        let mut node = claim("rest", format!("the rest of it ({})", rest.len()), place);
        node.children = rest;
        out.push(node);
    }
    out
}

fn claim(id: &str, label: String, place: &str) -> EvidenceNode {
    let mut node = EvidenceNode::new(id, label, Standing::Claim);
    place.clone_into(&mut node.path);
    node
}

fn numbered(list: &[Fact], place: &str, one: fn(&str, &Fact, &str) -> EvidenceNode) -> Vec<EvidenceNode> {
    let lines = list.iter().take(MOST).enumerate();
    let name = place.rsplit('#').next().unwrap_or_default();
    lines.map(|(at, fact)| one(&format!("{name} {at}"), fact, &format!("{place}/{at}"))).collect()
}

fn word<'a>(fact: &'a Fact, key: &str) -> &'a str {
    fact.get(key).and_then(Fact::text).unwrap_or_default()
}

fn broken(id: &str, what: &str, fact: &Fact, place: &str) -> Option<EvidenceNode> {
    let problem = fact.get("parse_error")?.text()?;
    let mut node = EvidenceNode::new(id, format!("{what} cannot be read: {problem}"), Standing::Gap);
    place.clone_into(&mut node.path);
    Some(node)
}

/// A certificate: names, validity, extensions with their labels, promises of logs.
fn certificate(id: &str, fact: &Fact, place: &str) -> EvidenceNode {
    if let Some(node) = broken(id, "certificate", fact, place) {
        return node;
    }
    let sans = fact.get("sans").map(Fact::items).unwrap_or_default();
    let name = sans.first().map(|san| identity(word(san, "value"))).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| word(fact, "subject").to_owned());
    let mut node = claim(id, format!("{id} of {name}"), place);
    word(fact, "sha256").clone_into(&mut node.value);
    let Fact::Map(entries) = fact else { return node };
    for (key, value) in entries {
        let at = format!("{place}/{key}");
        node.children.extend(match (key.as_str(), value) {
            ("sans", Fact::List(list)) => list
                .iter()
                .take(MOST)
                .enumerate()
                .map(|(number, san)| {
                    let kind = word(san, "type");
                    leaf(&format!("san {number}"), &format!("name ({kind})"), word(san, "value"), &at)
                })
                .collect(),
            ("fulcio", Fact::Map(list)) => list
                .iter()
                .map(|(oid, value)| {
                    let mut node =
                        leaf(oid, word(value, "label"), word(value, "value"), &format!("{at}/{oid}"));
                    node = node.fact("object identifier", oid);
                    // Version 1 of the names says the same in another encoding.
                    node.noise = word(value, "label").ends_with("(deprecated)");
                    node
                })
                .collect(),
            ("scts", Fact::List(list)) => list
                .iter()
                .take(MOST)
                .enumerate()
                .map(|(number, sct)| {
                    let text = word(sct, "timestamp");
                    let node =
                        leaf(&format!("sct {number}"), "promise of a certificate log (SCT)", text, &at);
                    node.fact("log", &word(sct, "log_id"))
                })
                .collect(),
            ("chain", Fact::List(list)) => chain(list, &at).into_iter().collect::<Vec<_>>(),
            (other, value) => {
                let mut node = line(other, value, &at);
                let seldom = ["extensions", "sha256", "serial", "key", "is_ca", "signature_algorithm"];
                node.noise = seldom.contains(&other) || matches!(value, Fact::Text(text) if text.is_empty());
                vec![node]
            }
        });
    }
    node
}

fn chain(list: &[Fact], place: &str) -> Option<EvidenceNode> {
    (!list.is_empty()).then(|| {
        let label = format!("certificates of the chain ({})", list.len());
        let mut node = claim("chain", label, place);
        node.children = numbered(list, place, |_, fact, place| certificate("certificate", fact, place));
        for (at, child) in node.children.iter_mut().enumerate() {
            child.id = format!("certificate {at}");
        }
        node
    })
}

/// A log entry: kind, index, log, time, promise, proof, checkpoint; its body is for a second look.
fn log(id: &str, fact: &Fact, place: &str) -> EvidenceNode {
    if let Some(node) = broken(id, "log entry", fact, place) {
        return node;
    }
    let mut label = format!("log entry {}", word(fact, "log_index"));
    let (kind, time) = (word(fact, "kind"), word(fact, "time"));
    if !time.is_empty() {
        label.push_str(&format!(", {}", moment_words(time)));
    }
    let mut node = claim(id, format!("{label} ({kind})"), place);
    word(fact, "log_index").clone_into(&mut node.value);
    let Fact::Map(entries) = fact else { return node };
    node.children = entries
        .iter()
        .map(|(key, value)| {
            let mut child = line(key, value, &format!("{place}/{key}"));
            child.noise = matches!(key.as_str(), "body" | "signed_entry_timestamp" | "integrated_time");
            child
        })
        .collect();
    node
}

/// A time stamp in the words of its authority.
fn stamp(id: &str, fact: &Fact, place: &str) -> EvidenceNode {
    if let Some(node) = broken(id, "time stamp", fact, place) {
        return node;
    }
    let at = moment_words(word(fact, "at"));
    let mut node = claim(id, format!("time stamp, {at}"), place);
    word(fact, "at").clone_into(&mut node.value);
    let Fact::Map(entries) = fact else { return node };
    node.children = entries
        .iter()
        .map(|(key, value)| match (key.as_str(), value) {
            ("certificates", Fact::List(list)) => {
                chain(list, &format!("{place}/{key}")).unwrap_or_else(|| line(key, value, place))
            }
            _ => line(key, value, &format!("{place}/{key}")),
        })
        .collect();
    node
}

/// What a statement is about: each digest is a line of its own, so that it can be gone to.
fn subjects(list: &[Fact], place: &str) -> EvidenceNode {
    let label = if list.len() == 1 {
        "about one subject".to_owned()
    } else {
        format!("about {} subjects", list.len())
    };
    let mut node = claim("subjects", label, place);
    for (at, subject) in list.iter().take(MOST).enumerate() {
        let name = word(subject, "name");
        let name = if name.is_empty() { "without a name" } else { name };
        let mut child = claim(&format!("{at}"), name.to_owned(), &format!("{place}/{at}"));
        if let Some(Fact::Json(set)) = subject.get("digest") {
            child.children =
                set.item().into_iter().flat_map(Item::children).take(MOST).map(digest_line).collect();
        }
        node.children.push(child);
    }
    node.children.extend(more(list.len(), place));
    node
}

fn digest_line(item: Item<'_>) -> EvidenceNode {
    let text = format!("{}:{}", item.key().unwrap_or_default(), item.text());
    let mut node = claim(item.key().unwrap_or_default(), text.clone(), "");
    node.value = text;
    node
}

fn more(length: usize, place: &str) -> Option<EvidenceNode> {
    let left = length.checked_sub(MOST).filter(|left| *left > 0)?;
    Some(claim("more", format!("{left} more: Enter on the document shows all"), place))
}

/// The document of an attestation: its headline, and the beginning of each of its tables.
pub(super) fn readable(view: &Arc<PredicateView>, place: &str) -> EvidenceNode {
    let format = if view.format == "other" { "content" } else { view.format };
    let mut node = claim("readable", format!("{format}: {}", view.headline), place);
    node.view = Some(view.clone());
    node.children = view.sections.iter().enumerate().map(|(at, one)| section(at, one, view, place)).collect();
    node
}

fn section(at: usize, section: &Section, view: &Arc<PredicateView>, place: &str) -> EvidenceNode {
    let amount = section.rows.len().saturating_add(section.left_out);
    let mut node = claim(&format!("{at} {}", section.title), format!("{} ({amount})", section.title), place);
    node.view = Some(view.clone());
    let document = view.content.document();
    node.children = section
        .rows
        .iter()
        .take(MOST)
        .enumerate()
        .map(|(number, row)| {
            let mut child = claim(&format!("{number}"), row_words(section, row), place);
            if row.weight == Weight::Bad {
                child.standing = Standing::Remark;
            }
            if let Some(item) = document.item(row.node) {
                child.path = format!("{place}#{}", item.pointer());
                child.value = match item.kind() {
                    Kind::List | Kind::Map => row.cells.first().cloned().unwrap_or_default(),
                    _ => item.text().to_owned(),
                };
            }
            child
        })
        .collect();
    node.children.extend(more(amount, place));
    node
}

fn row_words(section: &Section, row: &Row) -> String {
    if section.columns == ["what", "value"] {
        return row.cells.join(": ");
    }
    row.cells.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join("  ")
}

fn leaf(id: &str, label: &str, value: &str, place: &str) -> EvidenceNode {
    let text = if value.is_empty() { "-" } else { value };
    let mut node = claim(id, format!("{label}: {text}"), place);
    value.clone_into(&mut node.value);
    node
}

/// Any other fact, with all below it.
fn line(key: &str, fact: &Fact, place: &str) -> EvidenceNode {
    let label = match key {
        "issuer_dn" => "issuer".to_owned(),
        "log_id" => "log".to_owned(),
        "dsse_signatures" => "signatures of the envelope".to_owned(),
        key => key.replace('_', " "),
    };
    match fact {
        Fact::Null => leaf(key, &label, "", place),
        Fact::Bool(yes) => leaf(key, &label, if *yes { "yes" } else { "no" }, place),
        Fact::Number(text) | Fact::Text(text) => leaf(key, &label, text, place),
        Fact::List(list) => {
            let mut node = claim(key, format!("{label} ({})", list.len()), place);
            node.children = list
                .iter()
                .take(MOST)
                .enumerate()
                .map(|(at, one)| line(&format!("{}", at + 1), one, &format!("{place}/{at}")))
                .collect();
            node.children.extend(more(list.len(), place));
            node
        }
        Fact::Map(entries) => {
            let mut node = claim(key, label, place);
            node.children = entries
                .iter()
                .take(MOST)
                .map(|(key, one)| {
                    line(key, one, &format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")))
                })
                .collect();
            node.children.extend(more(entries.len(), place));
            node
        }
        Fact::Json(tree) => json(key, &label, tree, place),
        Fact::View(view) => readable(view, place),
    }
}

fn json(key: &str, label: &str, tree: &Subtree, place: &str) -> EvidenceNode {
    let mut node = claim(key, label.to_owned(), place);
    let Some(item) = tree.item() else { return node };
    node.children = item
        .children()
        .take(MOST)
        .map(|child| {
            let name = child.key().map_or_else(|| (child.place() + 1).to_string(), str::to_owned);
            match child.kind() {
                Kind::List | Kind::Map => {
                    json(&name, &name, &Subtree::new(tree.document().clone(), child.id()), place)
                }
                _ => leaf(&name, &name, child.text(), place),
            }
        })
        .collect();
    node
}

/// The raw content of a layer whose document is open.
pub(super) fn with_raw(mut nodes: Vec<EvidenceNode>, bytes: &Arc<[u8]>) -> Vec<EvidenceNode> {
    for node in nodes.iter_mut().filter(|node| node.view.is_some()) {
        node.raw = Raw::Bytes(bytes.clone());
    }
    nodes
}
