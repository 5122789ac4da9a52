//! Authenticity: a certificate of the chain is trusted, and the leaf's subject is a trusted identity.

use der::asn1::{Ia5StringRef, ObjectIdentifier, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use der::{Tag, Tagged};

use super::certificate::Cert;
use super::integrity::Sound;
use crate::format::distinguished_name as subject;
use crate::format::envelope::Scheme;
use crate::model::notary::{DistinguishedName, NotaryDemand, NotaryFailure};
use crate::model::{Outcome, Reason};

/// Some certificate of the chain equals one of a trust store of the scheme's type.
pub(super) fn trust(sound: &Sound, demand: &NotaryDemand) -> Outcome {
    let kind = match sound.envelope.attributes.scheme {
        Scheme::X509 => "ca",
        Scheme::SigningAuthority => "signingAuthority",
    };
    let failed = |wanted: String| {
        let found = sound.chain.iter().map(Cert::subject).collect();
        Outcome::Failed(Reason::Notary(NotaryFailure::Trust { wanted, found }))
    };
    match certificates(kind, demand) {
        Err(problem) => failed(problem),
        Ok(trusted) if trusted.is_empty() => {
            failed(format!("a trust store of the type {kind}, of which the statement names none"))
        }
        Ok(trusted) if sound.chain.iter().any(|cert| trusted.contains(&cert.der.as_slice())) => Outcome::Held,
        Ok(_) => failed(format!("a certificate of the trust stores {}", demand.store_names(kind).join(", "))),
    }
}

/// The certificates of all stores of a type that the statement names.
pub(super) fn certificates<'a>(kind: &str, demand: &'a NotaryDemand) -> Result<Vec<&'a [u8]>, String> {
    let mut all = Vec::new();
    for key in demand.named.iter().filter(|(other, _)| other == kind) {
        match demand.stores.get(key) {
            Some(Ok(certificates)) => all.extend(certificates.iter().map(Vec::as_slice)),
            Some(Err(problem)) => return Err(problem.clone()),
            None => return Err(format!("the trust store {:?} of type {kind:?} does not exist", key.1)),
        }
    }
    Ok(all)
}

/// The leaf's subject holds a trusted identity.
pub(super) fn identity(sound: &Sound, demand: &NotaryDemand) -> Outcome {
    let Some(wanted) = &demand.subjects else { return Outcome::Held };
    let failed = |found: String| {
        let wanted = demand.identities.clone();
        Outcome::Failed(Reason::Notary(NotaryFailure::Identity { wanted, found }))
    };
    let Some(leaf) = sound.chain.first() else { return failed("no certificate".to_owned()) };
    match name(leaf) {
        Ok(found) if wanted.iter().any(|wanted| subject::is_subset(wanted, &found)) => Outcome::Held,
        Ok(_) => failed(leaf.subject()),
        Err(problem) => failed(format!("{}: {problem}", leaf.subject())),
    }
}

/// Types that Go writes by name (`crypto/x509/pkix`, `attributeTypeNames`); others notation cannot compare.
const TYPES: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.5", "SERIALNUMBER"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.17", "POSTALCODE"),
];

fn name(cert: &Cert) -> Result<DistinguishedName, String> {
    let mut subject = DistinguishedName::new();
    for part in cert.fields.tbs_certificate.subject.0.iter().flat_map(|set| set.0.iter()) {
        let text = text(&part.value)?;
        if text.contains("=#") {
            return Err("the subject contains \"=#\"".to_owned());
        }
        subject::insert(&mut subject, kind(part.oid)?.to_owned(), text)?;
    }
    subject::complete(subject)
}

fn kind(oid: ObjectIdentifier) -> Result<&'static str, String> {
    let written = oid.to_string();
    TYPES.iter().find(|(known, _)| *known == written).map(|(_, name)| *name).ok_or_else(|| {
        format!("the subject has an attribute of the type {oid}, which notation cannot compare")
    })
}

fn text(value: &der::Any) -> Result<String, String> {
    let text = match value.tag() {
        Tag::Utf8String => value.decode_as::<Utf8StringRef<'_>>().map(|text| text.as_str().to_owned()),
        Tag::PrintableString => {
            value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned())
        }
        Tag::Ia5String => value.decode_as::<Ia5StringRef<'_>>().map(|text| text.as_str().to_owned()),
        Tag::TeletexString => value.decode_as::<TeletexStringRef<'_>>().map(|text| text.as_str().to_owned()),
        other => return Err(format!("the subject has a value of the type {other}")),
    };
    text.map_err(|error| error.to_string())
}
