//! Reads who is to have signed: keys, certificates, keyless identities, with their logs and the real defaults (spec A.5).

use super::loader::is_name;
use super::policy::{CertificateAttestor, CtClause, KeyAttestor, KeylessAttestor, LogClause, Logs, Placed};
use super::read::Notes;
use super::substitute::{VARIABLE, is_variable};
use super::{fields, key_reference};
use crate::model::node::{Node, NodeValue};
use crate::model::span::Span;
use crate::model::verifier::HashAlgorithm;

/// The address that Kyverno uses when an entry has no `rekor`.
const PUBLIC_LOG: &str = "https://rekor.sigstore.dev";

const PEM_HEAD: &str = "-----BEGIN PUBLIC KEY-----";
/// How cosign's references to keys in Secrets begin.
const SECRET: &str = "k8s://";
const PEM_TAIL: &str = "-----END PUBLIC KEY-----";

/// `keys`: one for each key of its PEM.
pub(super) fn keys(notes: &mut Notes, later: &mut Notes, node: &Node, path: &str) -> Vec<KeyAttestor> {
    notes.known(node, path, fields::KEYS);
    let hash = hash(notes, node, path);
    let logs = logs(notes, node, path);
    let secret = secret(notes, node, path);
    let of_secret = |pem: Placed<String>, secret: (String, String)| {
        vec![KeyAttestor { pem, secret: Some(secret), index: 0, hash: hash.clone(), logs: logs.clone() }]
    };
    let kms = notes.text(node, path, "kms").filter(|text| !text.value.is_empty());
    let Some(written) = notes.text(node, path, "publicKeys").filter(|text| !text.value.is_empty()) else {
        match (secret, kms) {
            // `secret` comes before `kms`.
            (Some(secret), _) if is_variable(&secret.value) => later.later(VARIABLE, &secret.span),
            (Some(secret), _) => match reference(&secret.value) {
                Some(named) => return of_secret(secret, named),
                None => later.later("keys.secret that names no Secret", &secret.span),
            },
            (_, Some(kms)) => later.later(key_reference::why("keys.kms", &kms.value), &kms.span),
            _ => notes.refuse(
                format!("{path}: Invalid value: A public key, kms key or secret is required"),
                &node.span,
            ),
        }
        return Vec::new();
    };
    if let Some(named) = reference(&written.value) {
        return of_secret(written, named);
    }
    if !is_pem(&written.value) {
        let what = match is_variable(&written.value) {
            true => VARIABLE.to_owned(),
            false => key_reference::why("keys.publicKeys", &written.value),
        };
        later.later(what, &written.span);
        return Vec::new();
    }
    split(&written)
        .into_iter()
        .enumerate()
        .map(|(index, pem)| KeyAttestor { pem, secret: None, index, hash: hash.clone(), logs: logs.clone() })
        .collect()
}

/// The keys of a text alone, with the defaults of everything else; none: it is a key reference.
pub(super) fn bare_keys(written: &Placed<String>) -> Vec<KeyAttestor> {
    if !is_pem(&written.value) {
        return Vec::new();
    }
    let hash = Placed { value: HashAlgorithm::Sha256, span: written.span.clone(), by_default: true };
    let logs = default_logs(&written.span);
    let one = |(index, pem)| KeyAttestor { pem, secret: None, index, hash: hash.clone(), logs: logs.clone() };
    split(written).into_iter().enumerate().map(one).collect()
}

/// What is asked of the logs when nothing is written.
pub(super) fn default_logs(span: &Span) -> Logs {
    Logs {
        log: LogClause {
            span: span.clone(),
            by_default: true,
            ignored: false,
            url: PUBLIC_LOG.to_owned(),
            key: None,
        },
        ct: CtClause { span: span.clone(), ignored: false, key: None, stamps: None },
    }
}

/// `secret` names a Secret of the cluster by both parts of its name; as Kyverno hands it to cosign.
fn secret(notes: &mut Notes, node: &Node, path: &str) -> Option<Placed<String>> {
    let secret = node.get("secret").filter(|secret| secret.value != NodeValue::Null)?;
    let path = format!("{path}.secret");
    notes.known(secret, &path, &["name", "namespace"]);
    let mut text = |field: &str| {
        if secret.get(field).is_none() {
            notes.refuse(format!("{path}.{field}: Required value"), &secret.span);
        }
        notes.text(secret, &path, field).map(|text| text.value).unwrap_or_default()
    };
    let (name, namespace) = (text("name"), text("namespace"));
    Some(Placed {
        value: format!("{SECRET}{namespace}/{name}"),
        span: secret.span.clone(),
        by_default: false,
    })
}

/// Namespace and name of the Secret that a key reference of cosign names (`cosign/pkg/cosign/kubernetes`).
fn reference(text: &str) -> Option<(String, String)> {
    let (namespace, name) = text.strip_prefix(SECRET)?.split_once('/')?;
    (is_name(namespace) && is_name(name)).then(|| (namespace.to_owned(), name.to_owned()))
}

/// Does Kyverno take the text for a key, and not for the place of one?
pub(super) fn is_pem(text: &str) -> bool {
    text.trim().starts_with(PEM_HEAD)
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

/// `signatureAlgorithm` of `keys`, or of an entry. The schema defaults it to sha256, so that the entry's own `signatureAlgorithm` never
/// has a say for keys.
pub(super) fn hash(notes: &mut Notes, node: &Node, path: &str) -> Placed<HashAlgorithm> {
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

/// `certificates`.
pub(super) fn certificates(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    hash: Placed<HashAlgorithm>,
) -> CertificateAttestor {
    notes.known(node, path, fields::CERTIFICATES);
    let logs = logs(notes, node, path);
    let mut text = |field| notes.text(node, path, field).filter(|text| !text.value.is_empty());
    let (cert, chain) = (text("cert"), text("certChain"));
    if cert.is_none() && chain.is_none() {
        notes.refuse(format!("{path}: Invalid value: cert or certChain required"), &node.span);
    }
    CertificateAttestor { span: node.span.clone(), cert, chain, hash, logs }
}

/// `keyless`.
pub(super) fn keyless(notes: &mut Notes, node: &Node, path: &str) -> KeylessAttestor {
    notes.known(node, path, fields::KEYLESS);
    let logs = logs(notes, node, path);
    let mut text = |field| notes.text(node, path, field).filter(|text| !text.value.is_empty());
    let (subject, subject_regexp) = (text("subject"), text("subjectRegExp"));
    let (issuer, issuer_regexp) = (text("issuer"), text("issuerRegExp"));
    let roots = text("roots");
    if logs.log.by_default && roots.is_none() {
        notes.refuse(format!("{path}: Invalid value: Either Rekor URL or roots are required"), &node.span);
    }
    if !logs.log.by_default && logs.log.url.is_empty() {
        notes.refuse(format!("{path}: Invalid value: An URL is required"), &logs.log.span);
    }
    KeylessAttestor {
        span: node.span.clone(),
        subject,
        subject_regexp,
        issuer,
        issuer_regexp,
        extensions: pairs(notes, node, path, "additionalExtensions"),
        roots,
        logs,
    }
}

/// A map of texts.
pub(super) fn pairs(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    field: &str,
) -> Vec<(String, Placed<String>)> {
    let Some(map) = node.get(field) else { return Vec::new() };
    if !matches!(map.value, NodeValue::Map(_) | NodeValue::Null) {
        notes.wrong_type(map, &format!("{path}.{field}"), "object");
    }
    let mut pairs = Vec::new();
    for entry in map.entries() {
        match entry.node.text() {
            Some(text) => {
                let placed =
                    Placed { value: text.to_owned(), span: entry.node.span.clone(), by_default: false };
                pairs.push((entry.key.to_string(), placed));
            }
            None => notes.wrong_type(&entry.node, &format!("{path}.{field}.{}", entry.key), "string"),
        }
    }
    pairs
}

fn logs(notes: &mut Notes, node: &Node, path: &str) -> Logs {
    Logs { log: log(notes, node, path), ct: ct(notes, node, path) }
}

fn ct(notes: &mut Notes, node: &Node, path: &str) -> CtClause {
    let Some(ctlog) = node.get("ctlog").filter(|ctlog| ctlog.value != NodeValue::Null) else {
        return default_logs(&node.span).ct;
    };
    let path = format!("{path}.ctlog");
    notes.known(ctlog, &path, fields::CTLOG);
    CtClause {
        span: ctlog.span.clone(),
        ignored: notes.flag(ctlog, &path, "ignoreSCT", false).value,
        key: notes.text(ctlog, &path, "pubkey").filter(|text| !text.value.is_empty()),
        stamps: notes.text(ctlog, &path, "tsaCertChain").filter(|text| !text.value.is_empty()),
    }
}

fn log(notes: &mut Notes, node: &Node, path: &str) -> LogClause {
    let Some(rekor) = node.get("rekor").filter(|rekor| rekor.value != NodeValue::Null) else {
        return default_logs(&node.span).log;
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
