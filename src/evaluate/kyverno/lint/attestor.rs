//! Findings about attestors: the log, keys that do not count, identities that never match.

use super::policy::Findings;
use crate::evaluate::kyverno::read::is_empty;
use crate::lang::wildcard;
use crate::model::code::Code;
use crate::model::node::Node;

/// Looks at a set of attestors, of an image or of an attestation.
pub(super) fn set(findings: &mut Findings, set: &Node, kind: &str, attested: bool) {
    for entry in set.get("entries").map(Node::items).unwrap_or_default() {
        if let Some(nested) = entry.get("attestor").filter(|nested| !is_empty(nested)) {
            if attested {
                findings.warn(
                    Code::LintNested,
                    &nested.span,
                    "a nested attestor is not looked at here: any statement that any identity of the public authority \
                     signed will do",
                );
            } else {
                self::set(findings, nested, kind, false);
            }
            continue;
        }
        keys(findings, set, entry, attested);
        certificates(findings, entry, kind);
        log(findings, entry, kind);
        identity(findings, entry, kind);
    }
}

/// Blocks of a PEM of public keys.
fn blocks(text: &str) -> usize {
    text.matches("-----BEGIN PUBLIC KEY-----").count()
}

fn keys(findings: &mut Findings, set: &Node, entry: &Node, attested: bool) {
    let Some(node) = entry.path(&["keys", "publicKeys"]) else { return };
    let count = node.text().map_or(0, blocks);
    if count < 2 {
        return;
    }
    if attested {
        let message = format!("only the first of these {count} keys counts for an attestation");
        findings.warn(Code::LintFirstKey, &node.span, message);
    } else if set.get("count").and_then(Node::int).unwrap_or(0) == 0 {
        let message =
            format!("without `count` each of these {count} keys must have signed; `count: 1` means any");
        findings.warn(Code::LintCount, &node.span, message);
    }
}

fn certificates(findings: &mut Findings, entry: &Node, kind: &str) {
    let Some(node) = entry.get("certificates") else { return };
    let given = |key: &str| node.get(key).and_then(Node::text).is_some_and(|text| !text.trim().is_empty());
    if kind == "Cosign" && given("cert") && given("certChain") {
        findings.warn(
            Code::LintChain,
            &node.span,
            "`cert` together with `certChain` never verifies: the chain is checked before the options for it are set",
        );
    }
}

fn log(findings: &mut Findings, entry: &Node, kind: &str) {
    if kind == "Notary" {
        return;
    }
    let Some(signer) = ["keys", "certificates", "keyless"].into_iter().find_map(|key| entry.get(key)) else {
        return;
    };
    match signer.get("rekor").filter(|rekor| !is_empty(rekor)) {
        None if entry.get("keys").is_some() => findings.hint(
            Code::LintLog,
            &signer.span,
            "the log is required although no `rekor` is given: say `rekor: {ignoreTlog: true}` or name its `url`",
        ),
        Some(rekor) => {
            let ignored = rekor.get("ignoreTlog").and_then(Node::bool) == Some(true);
            if !ignored && rekor.get("url").is_none() {
                let message = "`rekor` without `url` leaves it empty: an entry that does not travel with the signature cannot be looked up";
                findings.hint(Code::LintLog, &rekor.span, message);
            }
        }
        None => {}
    }
}

fn identity(findings: &mut Findings, entry: &Node, kind: &str) {
    let Some(keyless) = entry.get("keyless") else { return };
    for key in ["subjectRegExp", "issuerRegExp"] {
        if let Some(node) = keyless.get(key) {
            anchors(findings, node);
        }
    }
    if kind != "SigstoreBundle" {
        return;
    }
    for key in ["subject", "issuer"] {
        let wild = keyless.get(key).filter(|node| node.text().is_some_and(wildcard::contains_wildcard));
        if let Some(node) = wild {
            let message =
                format!("with SigstoreBundle the {key} is compared literally: this pattern never matches");
            findings.warn(Code::LintBundle, &node.span, message);
        }
    }
    let given =
        |keys: [&str; 2]| keys.iter().any(|key| keyless.get(key).is_some_and(|node| node.text() != Some("")));
    if !(given(["subject", "subjectRegExp"]) && given(["issuer", "issuerRegExp"])) {
        findings.warn(
            Code::LintBundle,
            &keyless.span,
            "SigstoreBundle needs an issuer and a subject: with one of them nothing verifies",
        );
    }
}

/// Expressions are searched for, not compared with the whole.
fn anchors(findings: &mut Findings, node: &Node) {
    let Some(text) = node.text().filter(|text| !text.is_empty()) else { return };
    let start = text.starts_with('^') || text.starts_with("\\A") || text.starts_with("(?i)^");
    let end = (text.ends_with('$') && !text.ends_with("\\$")) || text.ends_with("\\z");
    let message = match (start, end) {
        (true, true) => return,
        (true, false) => "no `$` at the end of this expression: anything may follow",
        (false, true) => "no `^` at the start of this expression: anything may stand before",
        (false, false) => {
            "neither `^` nor `$` in this expression: it is enough that it stands somewhere in the text"
        }
    };
    findings.warn(Code::LintAnchor, &node.span, message);
}
