//! The old fields of `verifyImages` (`image`, `key`, `issuer`, `subject`, `roots`), turned into what replaced them
//! (`Convert` of `api/kyverno/v1/image_verification_types.go`).

use super::asked::Asked;
use super::policy::{Attestor, AttestorSet, KeylessAttestor, Placed, Signer, VerifyImages};
use super::read::Notes;
use super::substitute::{VARIABLE, is_variable};
use super::{attestor, key_reference};
use super::{roots, signer};
use crate::model::node::Node;

/// Puts the old fields into an entry that was read without them. `roots` alone stays what it is: the authorities of
/// attestations that name nobody.
pub(super) fn convert(notes: &mut Notes, node: &Node, path: &str, entry: &mut VerifyImages) {
    let mut text = |field| notes.text(node, path, field).filter(|text| !text.value.is_empty());
    let (image, key, issuer) = (text("image"), text("key"), text("issuer"));
    let (subject, roots) = (text("subject"), text("roots"));
    signer::pairs(notes, node, path, "additionalExtensions");
    if image.is_none() && key.is_none() && issuer.is_none() {
        alone(entry, roots);
        return;
    }
    entry.references.extend(image);
    let annotations = attestor::annotations(&mut Notes::default(), node, path);
    if annotations.is_empty() && key.is_none() && issuer.is_none() {
        return;
    }
    // With attestations upstream builds the attestor and loses it: whoever signed them is not looked at.
    if !entry.attestations.is_empty() {
        return;
    }
    let path = format!("{path}.attestors[{}].entries[0]", entry.attestors.len());
    let bare = Attestor {
        span: node.span.clone(),
        annotations,
        signer: Signer::Anyone,
        repository: None,
        unsupported: Vec::new(),
        asked: Asked::default(),
    };
    let entries = match (key, issuer) {
        (Some(key), _) => by_key(entry, &bare, &key),
        (None, Some(issuer)) => vec![by_identity(notes, node, &path, &bare, issuer, subject, roots)],
        (None, None) => {
            notes.refuse(
                format!(
                    "{path}: Invalid value: keys, certificates, keyless, or a nested attestor is required"
                ),
                &node.span,
            );
            vec![bare]
        }
    };
    entry.attestors.push(AttestorSet { span: node.span.clone(), count: None, entries });
}

/// `roots` without what would be converted: read for every attestor, and without effect where one names a signer.
fn alone(entry: &mut VerifyImages, roots: Option<Placed<String>>) {
    let Some(roots) = roots else { return };
    if roots::pool(&roots).is_err() && !is_variable(&roots.value) {
        let field = "roots that cannot be read".to_owned();
        entry.unsupported.push(super::policy::Unsupported { field, span: roots.span.clone() });
    }
    for attestation in &mut entry.attestations {
        attestation.roots = Some(roots.clone());
    }
}

/// Every key of `key`, with the log demanded as for keys without `rekor`.
fn by_key(entry: &mut VerifyImages, bare: &Attestor, key: &Placed<String>) -> Vec<Attestor> {
    let keys = signer::bare_keys(key);
    if keys.is_empty() {
        let field = match is_variable(&key.value) {
            true => VARIABLE.to_owned(),
            false => key_reference::why("key", &key.value),
        };
        entry.unsupported.push(super::policy::Unsupported { field, span: key.span.clone() });
        return vec![bare.clone()];
    }
    keys.into_iter().map(|key| Attestor { signer: Signer::Key(Box::new(key)), ..bare.clone() }).collect()
}

fn by_identity(
    notes: &mut Notes,
    node: &Node,
    path: &str,
    bare: &Attestor,
    issuer: Placed<String>,
    subject: Option<Placed<String>>,
    roots: Option<Placed<String>>,
) -> Attestor {
    if roots.is_none() {
        notes.refuse(
            format!("{path}.keyless: Invalid value: Either Rekor URL or roots are required"),
            &issuer.span,
        );
    }
    let keyless = KeylessAttestor {
        span: issuer.span.clone(),
        subject,
        subject_regexp: None,
        issuer: Some(issuer),
        issuer_regexp: None,
        extensions: Vec::new(),
        roots,
        logs: signer::default_logs(&node.span),
    };
    Attestor { signer: Signer::Keyless(Box::new(keyless)), ..bare.clone() }
}
