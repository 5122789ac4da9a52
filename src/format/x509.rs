//! What a certificate says: names, usage, every Fulcio extension, SCTs; read but not verified.

use std::collections::BTreeSet;

use super::certificate::LeafCertificate;
use super::hash::sha256_hex;
use super::key::PublicKey;
use super::tlv::{self, Element, Tlv};
use crate::model::Moment;
use crate::model::identity::{CertificateIdentity, Claims};

/// Prefix of Fulcio's extensions.
const FULCIO: &str = "1.3.6.1.4.1.57264.1.";
/// SCT list (RFC 6962 section 3.3).
const SCT_LIST: &str = "1.3.6.1.4.1.11129.2.4.2";
const SAN: &str = "2.5.29.17";
/// Extended key usage: code signing.
pub const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
/// Extended key usage: time stamping.
pub const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
/// Extended key usage: any.
pub const ANY_USAGE: &str = "2.5.29.37.0";

/// An extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its object identifier.
    pub oid: String,
    /// Whether who does not know it must refuse the certificate.
    pub critical: bool,
    /// Its value.
    pub value: Vec<u8>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// All of it, in DER.
    pub der: Vec<u8>,
    /// The signed part, in DER as it stands.
    pub signed: Vec<u8>,
    /// The signed part without the SCTs: what a certificate log promised to include (RFC 6962 section 3.2).
    pub without_scts: Vec<u8>,
    /// Algorithm of the signature.
    pub algorithm: String,
    /// The signature.
    pub signature: Vec<u8>,
    /// Serial number, content of the integer.
    pub serial: Vec<u8>,
    /// Issuer's name in DER.
    pub issuer: Vec<u8>,
    /// Subject's name in DER.
    pub subject: Vec<u8>,
    /// Key, validity.
    pub leaf: LeafCertificate,
    /// Extensions in their order, none twice.
    pub extensions: Vec<Extension>,
}

/// A promise of a certificate-transparency log (RFC 6962 section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sct {
    /// Log identifier, lower-case hexadecimal.
    pub log: String,
    /// Milliseconds since 1970.
    pub timestamp: u64,
    /// Extensions of the promise.
    pub extensions: Vec<u8>,
    /// Hash and signature algorithm, one byte each.
    pub algorithm: [u8; 2],
    /// The signature.
    pub signature: Vec<u8>,
}

impl Certificate {
    /// Reads a DER-encoded certificate (RFC 5280).
    ///
    /// # Errors
    /// The problem.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        let leaf = LeafCertificate::from_der(der)?;
        let extensions = outline(der).and_then(|outline| {
            let list = outline.extensions.iter().map(|raw| extension(raw)).collect::<Option<Vec<_>>>()?;
            let different: BTreeSet<&str> = list.iter().map(|one| one.oid.as_str()).collect();
            if different.len() < list.len() { None } else { Some((outline, list)) }
        });
        let Some((outline, extensions)) = extensions else {
            return Err("not a certificate in DER, or an extension is there twice".to_owned());
        };
        if outline.inner_algorithm != outline.outer_algorithm {
            return Err("the algorithm of the signature is named in two ways".to_owned());
        }
        Ok(Self {
            der: der.to_vec(),
            signed: outline.signed.to_vec(),
            without_scts: outline.without_scts()?,
            algorithm: algorithm(outline.outer_algorithm).ok_or("no algorithm")?,
            signature: outline.signature.to_vec(),
            serial: outline.serial.to_vec(),
            issuer: outline.issuer.to_vec(),
            subject: outline.subject.to_vec(),
            leaf,
            extensions,
        })
    }

    /// Its key, when it is of a kind that is known.
    #[must_use]
    pub fn key(&self) -> Option<&PublicKey> {
        self.leaf.key.as_ref()
    }

    /// True at this time, both ends included.
    #[must_use]
    pub fn valid_at(&self, at: Moment) -> bool {
        self.leaf.from <= at && at <= self.leaf.until
    }

    /// The value of an extension.
    #[must_use]
    pub fn extension(&self, oid: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.oid == oid)
    }

    /// Extended key usages; `None` when the extension is absent.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn usages(&self) -> Result<Option<Vec<String>>, String> {
        let Some(extension) = self.extension("2.5.29.37") else { return Ok(None) };
        let list = tlv::only(&extension.value, tlv::SEQUENCE)
            .and_then(|list| Tlv::new(list.content).all())
            .and_then(|list| list.iter().map(|item| tlv::oid(item.content)).collect::<Option<Vec<_>>>());
        list.map(Some).ok_or_else(|| "the extended key usage cannot be read".to_owned())
    }

    /// Basic constraints: whether it is an authority, and how many may stand below it.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn authority(&self) -> Result<(bool, Option<usize>), String> {
        let Some(extension) = self.extension("2.5.29.19") else { return Ok((false, None)) };
        let read = || {
            let mut walk = Tlv::new(tlv::only(&extension.value, tlv::SEQUENCE)?.content);
            let ca = walk.take(tlv::BOOLEAN).is_some_and(|value| value.content == [0xff]);
            let length = match walk.take(tlv::INTEGER) {
                Some(Element { content: [length], .. }) if *length < 0x80 => Some(usize::from(*length)),
                Some(_) => return None,
                None => None,
            };
            walk.is_empty().then_some((ca, length))
        };
        read().ok_or_else(|| "the basic constraints cannot be read".to_owned())
    }

    /// Whether its key may sign certificates (`keyCertSign`); true when it says nothing of it.
    #[must_use]
    pub fn may_sign_certificates(&self) -> bool {
        let Some(extension) = self.extension("2.5.29.15") else { return true };
        let bits = tlv::only(&extension.value, tlv::BIT_STRING);
        bits.and_then(|bits| bits.content.get(1).copied()).is_some_and(|first| first & 0x04 != 0)
    }

    /// Subject alternative names in order, as `(kind, value)`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn names(&self) -> Result<Vec<(String, String)>, String> {
        let Some(extension) = self.extension(SAN) else { return Ok(Vec::new()) };
        let list = tlv::only(&extension.value, tlv::SEQUENCE).and_then(|list| Tlv::new(list.content).all());
        let list = list.ok_or("the subject alternative names cannot be read")?;
        list.iter()
            .map(|name| {
                alternative(name).ok_or_else(|| "a subject alternative name cannot be read".to_owned())
            })
            .collect()
    }

    /// The text of a Fulcio extension by its number: raw up to 6, DER from 8 on.
    #[must_use]
    pub fn fulcio(&self, number: u32) -> Option<String> {
        fulcio_text(number, &self.extension(&format!("{FULCIO}{number}"))?.value)
    }

    /// What it claims of its signer.
    #[must_use]
    pub fn claims(&self) -> Claims {
        let extensions = self.extensions.iter().filter_map(|extension| {
            let number: u32 = extension.oid.strip_prefix(FULCIO)?.parse().ok()?;
            let text = fulcio_text(number, &extension.value);
            Some((number, label(number), text.ok_or_else(|| crate::model::digest::hex(&extension.value))))
        });
        Claims { names: self.names().ok(), extensions: extensions.collect() }
    }

    /// The SCTs.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn scts(&self) -> Result<Vec<Sct>, String> {
        let Some(extension) = self.extension(SCT_LIST) else { return Ok(Vec::new()) };
        let list = tlv::only(&extension.value, tlv::OCTET_STRING).and_then(|list| sct_list(list.content));
        list.ok_or_else(|| "the SCT list cannot be read".to_owned())
    }

    /// Who it says it is.
    #[must_use]
    pub fn identity(&self) -> CertificateIdentity {
        CertificateIdentity {
            sans: self.names().unwrap_or_default(),
            issuer: self.fulcio(8).or_else(|| self.fulcio(1)),
            fingerprint: sha256_hex(&self.der),
        }
    }
}

fn fulcio_text(number: u32, value: &[u8]) -> Option<String> {
    let bytes = if number <= 6 { value } else { tlv::only(value, tlv::UTF8)?.content };
    String::from_utf8(bytes.to_vec()).ok()
}

/// The parts of a certificate as they stand.
struct Outline<'a> {
    signed: &'a [u8],
    /// Elements of the signed part before its extensions.
    head: Vec<&'a [u8]>,
    extensions: Vec<&'a [u8]>,
    inner_algorithm: &'a [u8],
    outer_algorithm: &'a [u8],
    signature: &'a [u8],
    serial: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
}

fn outline(der: &[u8]) -> Option<Outline<'_>> {
    let mut outer = Tlv::new(tlv::only(der, tlv::SEQUENCE)?.content);
    let signed = outer.take(tlv::SEQUENCE)?;
    let outer_algorithm = outer.take(tlv::SEQUENCE)?.raw;
    let signature = outer.take(tlv::BIT_STRING)?.content.strip_prefix(&[0])?;
    if !outer.is_empty() {
        return None;
    }
    let all = Tlv::new(signed.content).all()?;
    let (last, body) = all.split_last()?;
    let skip = usize::from(body.first()?.tag == 0xa0);
    let at = |index: usize| body.get(index + skip);
    let (extensions, head) = if last.tag == 0xa3 {
        let list = Tlv::new(tlv::only(last.content, tlv::SEQUENCE)?.content).all()?;
        (list.iter().map(|extension| extension.raw).collect(), body)
    } else {
        (Vec::new(), all.as_slice())
    };
    Some(Outline {
        signed: signed.raw,
        inner_algorithm: at(1)?.raw,
        serial: at(0)?.content,
        issuer: at(2)?.raw,
        subject: at(4)?.raw,
        head: head.iter().map(|element| element.raw).collect(),
        extensions,
        outer_algorithm,
        signature,
    })
}

impl Outline<'_> {
    fn without_scts(&self) -> Result<Vec<u8>, String> {
        let mut content = self.head.concat();
        let kept: Vec<&[u8]> = self
            .extensions
            .iter()
            .copied()
            .filter(|raw| extension(raw).is_none_or(|extension| extension.oid != SCT_LIST))
            .collect();
        if !kept.is_empty() {
            content.extend(tlv::write(0xa3, &tlv::write(tlv::SEQUENCE, &kept.concat())));
        }
        Ok(tlv::write(tlv::SEQUENCE, &content))
    }
}

fn extension(raw: &[u8]) -> Option<Extension> {
    let mut walk = Tlv::new(tlv::only(raw, tlv::SEQUENCE)?.content);
    let oid = tlv::oid(walk.take(tlv::OID)?.content)?;
    let critical = walk.take(tlv::BOOLEAN).is_some_and(|value| value.content != [0]);
    let value = walk.take(tlv::OCTET_STRING)?.content.to_vec();
    walk.is_empty().then_some(Extension { oid, critical, value })
}

/// The identifier of an `AlgorithmIdentifier`.
#[must_use]
pub fn algorithm(raw: &[u8]) -> Option<String> {
    tlv::oid(Tlv::new(tlv::only(raw, tlv::SEQUENCE)?.content).take(tlv::OID)?.content)
}

fn alternative(name: &Element<'_>) -> Option<(String, String)> {
    let text = || std::str::from_utf8(name.content).ok().map(str::to_owned);
    let (kind, value) = match name.tag {
        0x81 => ("email", text()?),
        0x82 => ("dns", text()?),
        0x86 => ("uri", text()?),
        0x87 => ("ip", address(name.content)?),
        0xa0 => {
            let mut walk = Tlv::new(name.content);
            let kind = tlv::oid(walk.take(tlv::OID)?.content)?;
            let value = walk.take(0xa0)?.content;
            match tlv::only(value, tlv::UTF8).filter(|_| kind == "1.3.6.1.4.1.57264.1.7") {
                Some(text) => ("othername", std::str::from_utf8(text.content).ok()?.to_owned()),
                None => ("other", format!("{kind}: {}", crate::model::digest::hex(value))),
            }
        }
        _ => ("other", crate::model::digest::hex(name.raw)),
    };
    Some((kind.to_owned(), value))
}

fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|sixteen| std::net::Ipv6Addr::from(sixteen).to_string())
}

/// Splits off what a length of two bytes announces.
fn vector(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(2)?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(length.try_into().ok()?)))
}

fn sct_list(bytes: &[u8]) -> Option<Vec<Sct>> {
    let (mut list, after) = vector(bytes)?;
    let mut scts = Vec::new();
    while !list.is_empty() {
        let (one, rest) = vector(list)?;
        scts.push(sct(one)?);
        list = rest;
    }
    after.is_empty().then_some(scts)
}

fn sct(bytes: &[u8]) -> Option<Sct> {
    let (&version, rest) = bytes.split_first()?;
    let (log, rest) = rest.split_at_checked(32)?;
    let (timestamp, rest) = rest.split_at_checked(8)?;
    let (extensions, rest) = vector(rest)?;
    let (algorithm, rest) = rest.split_at_checked(2)?;
    let (signature, rest) = vector(rest)?;
    (version == 0 && rest.is_empty()).then_some(Sct {
        log: crate::model::digest::hex(log),
        timestamp: u64::from_be_bytes(timestamp.try_into().ok()?),
        extensions: extensions.to_vec(),
        algorithm: algorithm.try_into().ok()?,
        signature: signature.to_vec(),
    })
}

/// What a Fulcio extension is called (fulcio, `docs/oid-info.md`).
#[must_use]
pub fn label(number: u32) -> &'static str {
    match number {
        1 => "Issuer (deprecated)",
        2 => "GitHub Workflow Trigger",
        3 => "GitHub Workflow SHA",
        4 => "GitHub Workflow Name",
        5 => "GitHub Workflow Repository",
        6 => "GitHub Workflow Ref",
        8 => "Issuer (V2)",
        9 => "Build Signer URI",
        10 => "Build Signer Digest",
        11 => "Runner Environment",
        12 => "Source Repository URI",
        13 => "Source Repository Digest",
        14 => "Source Repository Ref",
        15 => "Source Repository Identifier",
        16 => "Source Repository Owner URI",
        17 => "Source Repository Owner Identifier",
        18 => "Build Config URI",
        19 => "Build Config Digest",
        20 => "Build Trigger",
        21 => "Run Invocation URI",
        22 => "Source Repository Visibility At Signing",
        23 => "Deployment Environment",
        24 => "Token Subject",
        _ => "Fulcio extension",
    }
}
