//! Reads `attestors` and `attestations`.

use super::policy::{
    Attestation, Attestor, Certificate, Cosign, Elsewhere, Identity, Key, Keyless, Kind, Log, Notary, Note,
    Source, Text, Tuf,
};
use super::read::Notes;
use crate::model::node::Node;
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
        let (kind, span) = match (item.get("cosign"), item.get("notary")) {
            (Some(cosign), None) => {
                let read = self::cosign(notes, cosign, &format!("{path}.cosign"), file);
                (Kind::Cosign(Box::new(read)), cosign.span.clone())
            }
            (None, Some(notary)) => {
                let path = format!("{path}.notary");
                notes.known(notary, &path, &["certs", "tsaCerts"]);
                let certs = given(notes, notary, &path, "certs", file);
                let time_certs = given(notes, notary, &path, "tsaCerts", file);
                (Kind::Notary(Box::new(Notary { certs, time_certs })), notary.span.clone())
            }
            _ => {
                notes.refuse(format!("{path}: either cosign or notary must be set"), &item.span);
                (Kind::Nothing, item.span.clone())
            }
        };
        found.push(Attestor { name, span, kind });
    }
    found
}

/// Fields that are not evaluated: whoever asks this attestor gets no answer.
pub(super) fn later(attestor: &Attestor) -> Vec<Note> {
    let Kind::Cosign(cosign) = &attestor.kind else { return Vec::new() };
    let Some(key) = cosign.key.as_ref().filter(|_| cosign.keyless.is_none()) else { return Vec::new() };
    let note =
        |field: &str, text: &Text| Note { text: format!("cosign.key.{field}"), span: text.span.clone() };
    let kms = key.kms.as_ref().filter(|_| key.source.is_none()).map(|kms| note("kms", kms));
    let hash = key.hash.as_ref().err().map(|name| note("hashAlgorithm", name));
    kms.into_iter().chain(hash).collect()
}

fn cosign(notes: &mut Notes, node: &Node, path: &str, file: &str) -> Cosign {
    notes.known(node, path, COSIGN);
    Cosign {
        key: node.get("key").map(|own| key(notes, own, &format!("{path}.key"), file)),
        certificate: node.get("certificate").map(|own| {
            let path = format!("{path}.certificate");
            notes.known(own, &path, &["cert", "certChain"]);
            Certificate {
                cert: given(notes, own, &path, "cert", file),
                chain: given(notes, own, &path, "certChain", file),
                span: own.span.clone(),
            }
        }),
        keyless: node.get("keyless").map(|own| keyless(notes, own, &format!("{path}.keyless"))),
        log: node.get("ctlog").map(|own| log(notes, own, &format!("{path}.ctlog"))),
        tuf: node.get("tuf").map(|tuf| {
            notes.known(tuf, &format!("{path}.tuf"), &["root", "mirror"]);
            let data =
                tuf.get("root").and_then(|root| filled(notes, root, &format!("{path}.tuf.root"), "data"));
            let by_path =
                tuf.path(&["root", "path"]).and_then(Node::text).is_some_and(|path| !path.is_empty());
            Tuf { data: data.filter(|_| !by_path), span: tuf.span.clone() }
        }),
        root: given(notes, node, path, "trustedRoot", file),
        annotations: annotations(notes, node, path),
        elsewhere: node.get("source").and_then(|own| elsewhere(notes, own, &format!("{path}.source"))),
    }
}

fn elsewhere(notes: &mut Notes, node: &Node, path: &str) -> Option<Elsewhere> {
    // The secrets are somebody else's credentials; we read with our own.
    notes.known(node, path, &["repository", "PullSecrets", "tagPrefix"]);
    let (repository, prefix) =
        (filled(notes, node, path, "repository"), filled(notes, node, path, "tagPrefix"));
    (repository.is_some() || prefix.is_some()).then(|| Elsewhere {
        repository,
        prefix,
        span: node.span.clone(),
    })
}

fn key(notes: &mut Notes, node: &Node, path: &str, file: &str) -> Key {
    notes.known(node, path, &["data", "kms", "expression", "hashAlgorithm"]);
    let hash = match filled(notes, node, path, "hashAlgorithm") {
        None => Ok(HashAlgorithm::Sha256),
        Some(name) => match &*name.value {
            "sha224" => Ok(HashAlgorithm::Sha224),
            "sha256" => Ok(HashAlgorithm::Sha256),
            "sha384" => Ok(HashAlgorithm::Sha384),
            "sha512" => Ok(HashAlgorithm::Sha512),
            _ => Err(name),
        },
    };
    Key {
        source: source(notes, node, path, "data", file),
        kms: filled(notes, node, path, "kms"),
        hash,
        span: node.span.clone(),
    }
}

/// A text that is not empty: what is empty counts as left out upstream.
fn filled(notes: &mut Notes, node: &Node, path: &str, key: &str) -> Option<Text> {
    notes.text(node, path, key).filter(|text| !text.value.is_empty())
}

/// A field with a `value` or an `expression`.
fn given(notes: &mut Notes, node: &Node, path: &str, field: &str, file: &str) -> Option<Source> {
    let path = format!("{path}.{field}");
    node.get(field).and_then(|own| source(notes, own, &path, "value", file))
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
    if let Some(text) = filled(notes, node, path, "expression") {
        return Some(Source::Expression(notes.expression(&text, &format!("{path}.expression"), file, &[])));
    }
    filled(notes, node, path, key).map(Source::Value)
}

fn log(notes: &mut Notes, node: &Node, path: &str) -> Log {
    notes.known(node, path, LOG);
    let keys = ["rekorPubKey", "ctLogPubKey"].map(|key| Some((key, filled(notes, node, path, key)?)));
    Log {
        url: notes.text(node, path, "url").map(|text| text.value).unwrap_or_default(),
        keys: keys.into_iter().flatten().collect(),
        stamps: filled(notes, node, path, "tsaCertChain"),
        no_log: notes.flag(node, path, "insecureIgnoreTlog", false),
        no_sct: notes.flag(node, path, "insecureIgnoreSCT", false),
        span: node.span.clone(),
    }
}

fn keyless(notes: &mut Notes, node: &Node, path: &str) -> Keyless {
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
    Keyless { identities, roots: filled(notes, node, path, "roots"), span: node.span.clone() }
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
