//! The certificate chain in the order given (`notation-core-go/x509/codesigning_cert_validations.go` and
//! `timestamp_cert_validations.go`). Validity is judged elsewhere.

use der::Decode;
use der::asn1::ObjectIdentifier;
use der::oid::db::rfc5280::{
    ID_CE_BASIC_CONSTRAINTS, ID_CE_EXT_KEY_USAGE, ID_CE_KEY_USAGE, ID_KP_CLIENT_AUTH, ID_KP_EMAIL_PROTECTION,
    ID_KP_OCSP_SIGNING, ID_KP_SERVER_AUTH, ID_KP_TIME_STAMPING,
};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};

use super::certificate::{Cert, Flaw};
use crate::format::key::KeyKind;

/// What the first certificate of a chain is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Signing artifacts.
    CodeSigning,
    /// Signing time stamps.
    TimeStamping,
}

/// Walks the chain: each certificate is issued by the next, the last by itself, each has the profile of its place.
pub(super) fn check(chain: &[Cert], purpose: Purpose) -> Result<(), Flaw> {
    let (Some(leaf), Some(root)) = (chain.first(), chain.last()) else {
        return Err(Flaw::wrong("certificate chain must contain at least one certificate"));
    };
    if chain.len() == 1 {
        leaf.signed_by(leaf)?;
        if !leaf.names_as_issuer(leaf) {
            return Err(about(leaf, "issuer and subject of a self-signed certificate are not the same"));
        }
        return check_leaf(leaf, purpose);
    }
    for (index, pair) in chain.windows(2).enumerate() {
        let [cert, parent] = pair else { continue };
        if issued(cert, cert).is_ok() {
            return Err(about(cert, "is self-signed and not the last of the chain"));
        }
        issued(cert, parent)?;
        if index == 0 {
            check_leaf(cert, purpose)?;
        } else {
            check_ca(cert, index - 1, purpose)?;
        }
    }
    issued(root, root)?;
    check_ca(root, chain.len() - 2, purpose)
}

fn about(cert: &Cert, problem: &str) -> Flaw {
    Flaw::Wrong(format!("certificate with subject {:?}: {problem}", cert.subject()))
}

fn issued(cert: &Cert, parent: &Cert) -> Result<(), Flaw> {
    if !cert.names_as_issuer(parent) {
        return Err(about(cert, &format!("is not issued by {:?}", parent.subject())));
    }
    if !constraints(parent)?.is_some_and(|constraints| constraints.ca) {
        return Err(about(parent, "is no CA"));
    }
    if usage(parent)?.is_some_and(|usage| !usage.0.contains(KeyUsages::KeyCertSign)) {
        return Err(about(parent, "must not sign certificates"));
    }
    cert.signed_by(parent)
}

fn constraints(cert: &Cert) -> Result<Option<BasicConstraints>, Flaw> {
    cert.extension(ID_CE_BASIC_CONSTRAINTS)
        .map(|extension| BasicConstraints::from_der(extension.extn_value.as_bytes()))
        .transpose()
        .map_err(|error| about(cert, &format!("basic constraints: {error}")))
}

fn usage(cert: &Cert) -> Result<Option<KeyUsage>, Flaw> {
    cert.extension(ID_CE_KEY_USAGE)
        .map(|extension| KeyUsage::from_der(extension.extn_value.as_bytes()))
        .transpose()
        .map_err(|error| about(cert, &format!("key usage: {error}")))
}

/// The key usage, which must be there, and critical where artifacts are signed.
fn demanded_usage(cert: &Cert, purpose: Purpose) -> Result<KeyUsage, Flaw> {
    let critical = cert.extension(ID_CE_KEY_USAGE).is_some_and(|extension| extension.critical);
    match usage(cert)? {
        None => Err(about(cert, "key usage extension must be present")),
        Some(_) if !critical && purpose == Purpose::CodeSigning => {
            Err(about(cert, "key usage extension must be marked critical"))
        }
        Some(usage) => Ok(usage),
    }
}

fn check_ca(cert: &Cert, below: usize, purpose: Purpose) -> Result<(), Flaw> {
    let constraints = constraints(cert)?.filter(|constraints| constraints.ca).ok_or_else(|| {
        about(cert, "ca field in basic constraints must be present, critical, and set to true")
    })?;
    if constraints.path_len_constraint.is_some_and(|most| usize::from(most) < below) {
        return Err(about(cert, &format!("{below} CAs below it are more than its path length allows")));
    }
    if demanded_usage(cert, purpose)?.0.contains(KeyUsages::KeyCertSign) {
        Ok(())
    } else {
        Err(about(cert, "key usage must have the bit positions for key cert sign set"))
    }
}

fn check_leaf(cert: &Cert, purpose: Purpose) -> Result<(), Flaw> {
    if constraints(cert)?.is_some_and(|constraints| constraints.ca) {
        return Err(about(cert, "the certificate that signs must be no CA"));
    }
    let usage = demanded_usage(cert, purpose)?.0;
    // notation allows content commitment beside it; everything else is another use.
    let allowed = KeyUsages::DigitalSignature | KeyUsages::NonRepudiation;
    if !usage.contains(KeyUsages::DigitalSignature) || !(usage - allowed).is_empty() {
        return Err(about(cert, "The key usage must be \"Digital Signature\" only"));
    }
    extended_usage(cert, purpose)?;
    match cert.key.as_ref().map(|key| key.kind) {
        Ok(KeyKind::Rsa(2048 | 3072 | 4096) | KeyKind::P256 | KeyKind::P384 | KeyKind::P521) => Ok(()),
        Ok(other) => Err(about(cert, &format!("a {other} is not supported"))),
        Err(problem) => Err(about(cert, problem)),
    }
}

fn usages(cert: &Cert) -> Result<Vec<ObjectIdentifier>, Flaw> {
    let usages = cert
        .extension(ID_CE_EXT_KEY_USAGE)
        .map(|extension| ExtendedKeyUsage::from_der(extension.extn_value.as_bytes()))
        .transpose()
        .map_err(|error| about(cert, &format!("extended key usage: {error}")))?;
    Ok(usages.map(|usages| usages.0).unwrap_or_default())
}

fn extended_usage(cert: &Cert, purpose: Purpose) -> Result<(), Flaw> {
    let usages = usages(cert)?;
    match purpose {
        Purpose::TimeStamping => {
            let critical = cert.extension(ID_CE_EXT_KEY_USAGE).is_some_and(|extension| extension.critical);
            if usages == [ID_KP_TIME_STAMPING] && critical {
                Ok(())
            } else {
                Err(about(cert, "must have time stamping as its only extended key usage, and critical"))
            }
        }
        Purpose::CodeSigning => {
            let excluded = [
                ID_KP_SERVER_AUTH,
                ID_KP_CLIENT_AUTH,
                ID_KP_EMAIL_PROTECTION,
                ID_KP_TIME_STAMPING,
                ID_KP_OCSP_SIGNING,
            ];
            match usages.iter().find(|usage| excluded.contains(usage)) {
                None => Ok(()),
                Some(usage) => Err(about(cert, &format!("extended key usage must not contain {usage}"))),
            }
        }
    }
}

/// Critical extensions that Go's `crypto/x509` handles, name constraints aside.
const HANDLED: &[&str] = &[
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.31",
    "2.5.29.32",
    "2.5.29.35",
    "2.5.29.37",
    "1.3.6.1.5.5.7.1.1",
];
const NAME_CONSTRAINTS: &str = "2.5.29.30";
const ANY_USAGE: &str = "2.5.29.37.0";

/// What Go's path validation demands of a time-stamping chain beside the profile: every critical extension is known, and
/// an authority that limits its usages allows time stamping.
pub(super) fn check_path(chain: &[Cert]) -> Result<(), Flaw> {
    for cert in chain {
        for extension in cert.fields.tbs_certificate.extensions.as_deref().unwrap_or_default() {
            let name = extension.extn_id.to_string();
            if name == NAME_CONSTRAINTS {
                return Err(Flaw::unknown(format!("name constraints of the certificate {}", cert.subject())));
            }
            if extension.critical && !HANDLED.contains(&name.as_str()) {
                return Err(about(cert, &format!("unhandled critical extension {name}")));
            }
        }
        let usages = usages(cert)?;
        let allowed =
            |usage: &ObjectIdentifier| *usage == ID_KP_TIME_STAMPING || usage.to_string() == ANY_USAGE;
        if !usages.is_empty() && !usages.iter().any(allowed) {
            return Err(about(cert, "is limited to other usages than time stamping"));
        }
    }
    Ok(())
}
