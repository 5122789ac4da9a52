//! Reads `attestors` and `attestations`.

use super::policy::{Attestation, Attestor, Cosign, Identity, Kind, Log, Notary, Note, Source, Text};
use super::read::Notes;
use crate::model::node::Node;
use crate::model::span::Span;
use crate::model::verifier::HashAlgorithm;

const COSIGN: &[&str] =
    &["key", "keyless", "certificate", "source", "ctlog", "tuf", "annotations", "trustedRoot"];
const LOG: &[&str] =
    &["url", "rekorPubKey", "ctLogPubKey", "tsaCertChain", "insecureIgnoreTlog", "insecureIgnoreSCT"];
const IDENTITY: &[&str] = &["issuer", "subject", "issuerRegExp", "subjectRegExp", "subjectExpression"];

pub(super) fn read(notes: &mut Notes, node: &Node, file: &str) -> Vec<Attestor> {
    let mut found: Vec<Attestor> = Vec::new();
    for (index, item) in notes.list(node, "spec", "attestors").iter().enumerate() {
        let path = format!("spec.attestors[{index}]");
        notes.known(item, &path, &["name", "cosign", "notary"]);
        let name = notes.text(item, &path, "name").map(|text| text.value).unwrap_or_default();
        if name.is_empty() || found.iter().any(|other| other.name == name) {
            notes.refuse(format!("{path}.name: a name of its own is required"), &item.span);
        }
        let mut later = Vec::new();
        let (kind, span) = match (item.get("cosign"), item.get("notary")) {
            (Some(cosign), None) => {
                let read = self::cosign(notes, cosign, &format!("{path}.cosign"), &mut later, file);
                (Kind::Cosign(Box::new(read)), cosign.span.clone())
            }
            (None, Some(notary)) => {
                notes.known(notary, &format!("{path}.notary"), &["certs", "tsaCerts"]);
                let mut of = |key: &str| {
                    let own = notary.get(key)?;
                    source(notes, own, &format!("{path}.notary.{key}"), "value", file)
                };
                let read = Notary { certs: of("certs"), time_certs: of("tsaCerts") };
                (Kind::Notary(Box::new(read)), notary.span.clone())
            }
            _ => {
                notes.refuse(format!("{path}: either cosign or notary must be set"), &item.span);
                (Kind::Nothing, item.span.clone())
            }
        };
        found.push(Attestor { name, span, kind, later });
    }
    found
}

fn cosign(notes: &mut Notes, node: &Node, path: &str, later: &mut Vec<Note>, file: &str) -> Cosign {
    notes.known(node, path, COSIGN);
    let mut not_yet = |field: &str, node: &Node| {
        later.push(Note { text: format!("{path}.{field}"), span: node.span.clone() });
    };
    if let Some(source) = node.get("source") {
        notes.known(source, &format!("{path}.source"), &["repository", "PullSecrets", "tagPrefix"]);
        let used = ["repository", "tagPrefix"].into_iter().filter_map(|key| source.get(key));
        used.for_each(|value| not_yet("source", value));
    }
    let mut key = None;
    if let Some(own) = node.get("key") {
        let path = format!("{path}.key");
        notes.known(own, &path, &["data", "kms", "expression", "hashAlgorithm"]);
        if let Some(kms) = own.get("kms") {
            not_yet("key.kms", kms);
        }
        let hash = match own.get("hashAlgorithm").and_then(Node::text).unwrap_or("sha256") {
            "sha224" => HashAlgorithm::Sha224,
            "sha384" => HashAlgorithm::Sha384,
            "sha512" => HashAlgorithm::Sha512,
            _ => HashAlgorithm::Sha256,
        };
        key = source(notes, own, &path, "data", file).map(|source| (source, hash, own.span.clone()));
    }
    let mut certificate = None;
    if let Some(own) = node.get("certificate") {
        let path = format!("{path}.certificate");
        notes.known(own, &path, &["cert", "certChain"]);
        if let Some(chain) = own.get("certChain") {
            not_yet("certificate.certChain", chain);
        }
        let cert =
            own.get("cert").and_then(|cert| source(notes, cert, &format!("{path}.cert"), "value", file));
        certificate = cert.map(|cert| (cert, own.span.clone()));
    }
    let log = node.get("ctlog").map(|own| {
        if let Some(chain) = own.get("tsaCertChain") {
            not_yet("ctlog.tsaCertChain", chain);
        }
        log(notes, own, &format!("{path}.ctlog"))
    });
    let root = node.get("trustedRoot");
    let root_path = format!("{path}.trustedRoot");
    Cosign {
        key,
        certificate,
        keyless: node.get("keyless").map(|own| keyless(notes, own, &format!("{path}.keyless"))),
        log,
        tuf: node.get("tuf").map(|tuf| {
            notes.known(tuf, &format!("{path}.tuf"), &["root", "mirror"]);
            tuf.span.clone()
        }),
        root: root.and_then(|root| source(notes, root, &root_path, "value", file)),
        annotations: annotations(notes, node, path),
    }
}

fn annotations(notes: &mut Notes, node: &Node, path: &str) -> Vec<(String, Text)> {
    let entries = node.get("annotations").map(Node::entries).unwrap_or_default();
    let node = node.get("annotations");
    let mut pairs = Vec::new();
    for entry in entries {
        let text = node.and_then(|node| notes.text(node, &format!("{path}.annotations"), &entry.key));
        pairs.extend(text.map(|text| (entry.key.to_string(), text)));
    }
    pairs
}

/// A value, or an expression for it.
fn source(notes: &mut Notes, node: &Node, path: &str, key: &str, file: &str) -> Option<Source> {
    if let Some(text) = notes.text(node, path, "expression") {
        return Some(Source::Expression(notes.expression(&text, &format!("{path}.expression"), file, &[])));
    }
    notes.text(node, path, key).map(Source::Value)
}

fn log(notes: &mut Notes, node: &Node, path: &str) -> Log {
    notes.known(node, path, LOG);
    Log {
        url: notes.text(node, path, "url").map(|text| text.value).unwrap_or_default(),
        no_log: notes.flag(node, path, "insecureIgnoreTlog", false),
        no_sct: notes.flag(node, path, "insecureIgnoreSCT", false),
        span: node.span.clone(),
    }
}

fn keyless(notes: &mut Notes, node: &Node, path: &str) -> (Vec<Identity>, Span) {
    notes.known(node, path, &["identities", "roots", "additionalExtensions"]);
    let mut identities = Vec::new();
    for (index, item) in notes.list(node, path, "identities").iter().enumerate() {
        let path = format!("{path}.identities[{index}]");
        notes.known(item, &path, IDENTITY);
        let mut text = |key: &str| notes.text(item, &path, key).map(|text| text.value).unwrap_or_default();
        identities.push(Identity {
            issuer: text("issuer"),
            issuer_regexp: text("issuerRegExp"),
            subject: text("subject"),
            subject_regexp: text("subjectRegExp"),
            span: item.span.clone(),
        });
    }
    (identities, node.span.clone())
}

pub(super) fn attestations(notes: &mut Notes, node: &Node) -> Vec<Attestation> {
    let mut found = Vec::new();
    for (index, item) in notes.list(node, "spec", "attestations").iter().enumerate() {
        let path = format!("spec.attestations[{index}]");
        notes.known(item, &path, &["name", "intoto", "referrer"]);
        let name = notes.text(item, &path, "name").map(|text| text.value).unwrap_or_default();
        let of = |kind: &str| item.get(kind).and_then(|kind| kind.get("type")).and_then(Node::text);
        if name.is_empty() || (of("intoto").is_none() && of("referrer").is_none()) {
            notes.refuse(
                format!("{path}: a name, and intoto.type or referrer.type, are required"),
                &item.span,
            );
        }
        let (predicate, referrer) = (of("intoto").map(str::to_owned), of("referrer").map(str::to_owned));
        found.push(Attestation { name, predicate, referrer });
    }
    found
}
