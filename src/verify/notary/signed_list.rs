//! Revocation lists (RFC 5280 section 5) as notation-core-go reads them (`revocation/internal/crl`), and no laxer.

use der::Encode;
use der::asn1::ObjectIdentifier;
use der::oid::db::rfc5280::ID_CE_KEY_USAGE;
use x509_cert::ext::pkix::{KeyUsage, KeyUsages};

use super::certificate::{Cert, check};
use super::responder::digits;
use crate::format::tlv::{
    BIT_STRING, BOOLEAN, Element, INTEGER, OCTET_STRING, OID, SEQUENCE, Tlv, only, time,
};
use crate::model::Moment;

/// An extension: identifier, whether it is critical, value.
pub(super) type Extension<'a> = (ObjectIdentifier, bool, &'a [u8]);

const SCOPE: &str = "2.5.29.28";
const DELTA: &str = "2.5.29.27";
const FRESHEST: &str = "2.5.29.46";
const NUMBER: &str = "2.5.29.20";
const REASON: &str = "2.5.29.21";
const INVALIDITY: &str = "2.5.29.24";
/// `certificateHold` and `removeFromCRL`: not for ever.
const HOLD: u8 = 6;
const REMOVED: u8 = 8;

/// A list, read but not verified.
pub(super) struct List<'a> {
    body: &'a [u8],
    algorithm: ObjectIdentifier,
    signature: &'a [u8],
    issuer: &'a [u8],
    from: Moment,
    until: Option<Moment>,
    revoked: Tlv<'a>,
    extensions: Vec<Extension<'a>>,
}

/// `Extensions`.
pub(super) fn extensions(walk: Tlv<'_>) -> Option<Vec<Extension<'_>>> {
    let mut found: Vec<Extension<'_>> = Vec::new();
    for element in walk.all()? {
        let mut parts = Tlv::new((element.tag == SEQUENCE).then_some(element.content)?);
        let name = ObjectIdentifier::from_bytes(parts.take(OID)?.content).ok()?;
        let critical = parts.take(BOOLEAN).is_some_and(|flag| flag.content != [0]);
        let value = parts.take(OCTET_STRING)?.content;
        if !parts.is_empty() || found.iter().any(|(known, ..)| *known == name) {
            return None;
        }
        found.push((name, critical, value));
    }
    Some(found)
}

/// The algorithm of an `AlgorithmIdentifier`.
pub(super) fn algorithm(element: &Element<'_>) -> Option<ObjectIdentifier> {
    ObjectIdentifier::from_bytes(Tlv::new(element.content).take(OID)?.content).ok()
}

/// The bytes of a signature.
pub(super) fn bits<'a>(element: &Element<'a>) -> Option<&'a [u8]> {
    element.content.split_first().filter(|(unused, _)| **unused == 0).map(|(_, bytes)| bytes)
}

/// URLs of distribution points, as Go takes them: those of a full name, up to the first name that is none.
pub(super) fn points(value: &[u8]) -> Option<Vec<String>> {
    let mut urls = Vec::new();
    for point in Tlv::new(only(value, SEQUENCE)?.content).all()? {
        let mut point = Tlv::new((point.tag == SEQUENCE).then_some(point.content)?);
        let Some(mut name) = point.enter(0xa0) else { continue };
        let mut names = name.enter(0xa0)?;
        while let Some(url) = names.take(0x86) {
            urls.push(String::from_utf8(url.content.to_vec()).ok()?);
        }
    }
    Some(urls)
}

impl<'a> List<'a> {
    /// Reads a list of version 2.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, String> {
        Self::parse(bytes).ok_or_else(|| "it is not a revocation list".to_owned())
    }

    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut outer = Tlv::new(only(bytes, SEQUENCE)?.content);
        let body = outer.take(SEQUENCE)?;
        let named = outer.take(SEQUENCE)?;
        let signature = bits(&outer.take(BIT_STRING)?)?;
        let mut inner = Tlv::new(body.content);
        let version = inner.take(INTEGER)?;
        let again = inner.take(SEQUENCE)?;
        let issuer = inner.take(SEQUENCE)?.raw;
        let from = time(&inner.any()?)?;
        let until = match inner.peek() {
            Some(0x17 | 0x18) => Some(time(&inner.any()?)?),
            _ => None,
        };
        let revoked = inner.enter(SEQUENCE).unwrap_or(Tlv::new(&[]));
        let extensions = match inner.enter(0xa0) {
            Some(mut own) => extensions(own.enter(SEQUENCE)?)?,
            None => Vec::new(),
        };
        let sound = outer.is_empty() && inner.is_empty() && version.content == [1] && named.raw == again.raw;
        let algorithm = algorithm(&named)?;
        sound.then_some(Self {
            body: body.raw,
            algorithm,
            signature,
            issuer,
            from,
            until,
            revoked,
            extensions,
        })
    }

    fn extension(&self, name: &str) -> Option<&'a [u8]> {
        self.extensions.iter().find(|(known, ..)| known.to_string() == name).map(|(.., value)| *value)
    }

    /// Where a list of what has changed since is to be had.
    pub(super) fn fresher(&self) -> Result<Vec<String>, String> {
        let own =
            self.extension(FRESHEST).map(|value| points(value).ok_or("its freshest list cannot be read"));
        Ok(own.transpose()?.unwrap_or_default())
    }

    /// Whether it lists only what has changed: by itself it is silent about what was revoked before.
    pub(super) fn is_of_changes(&self) -> bool {
        self.extension(DELTA).is_some()
    }

    /// It is by the issuer of the certificate, and of now; its scope holds the certificate.
    pub(super) fn verify(
        &self,
        cert: &Cert,
        issuer: &Cert,
        url: Option<&str>,
        now: Moment,
    ) -> Result<(), String> {
        let name = issuer.fields.tbs_certificate.subject.to_der().map_err(|error| error.to_string())?;
        if self.issuer != name.as_slice() {
            return Err("it is by another issuer".to_owned());
        }
        if !issuer.is_ca() || !may_sign_lists(issuer) {
            return Err("its issuer must not sign revocation lists".to_owned());
        }
        let key = issuer.key.as_ref().map_err(Clone::clone)?;
        if !matches!(check(&self.algorithm, None, key, self.body, self.signature), Ok(true)) {
            return Err("it is not signed by the issuer of the certificate".to_owned());
        }
        match self.until {
            None => return Err("it does not say until when it counts".to_owned()),
            Some(until) if now > until => return Err(format!("it ended to count at {until}")),
            Some(_) if now < self.from => return Err(format!("it counts from {}", self.from)),
            Some(_) => {}
        }
        let known = [SCOPE, DELTA];
        let strange = self
            .extensions
            .iter()
            .find(|(name, critical, _)| *critical && !known.contains(&&*name.to_string()));
        if let Some((name, ..)) = strange {
            return Err(format!("it has the unknown critical extension {name}"));
        }
        match self.extension(SCOPE) {
            None => Ok(()),
            Some(scope) => within(scope, cert, url).ok_or_else(|| "its scope is another one".to_owned()),
        }
    }

    /// The list of changes belongs to this one (RFC 5280 section 5.2.4).
    pub(super) fn is_changed_by(&self, delta: &Self) -> Result<(), String> {
        let number =
            |value: Option<&'a [u8]>| value.and_then(|value| only(value, INTEGER)).map(|n| n.content);
        let (Some(own), Some(new), Some(least)) =
            (number(self.extension(NUMBER)), number(delta.extension(NUMBER)), number(delta.extension(DELTA)))
        else {
            return Err("the lists have no numbers".to_owned());
        };
        // Positive numbers in DER: the longer one is the greater.
        let order = |number: &'a [u8]| (number.len(), number);
        let positive = [own, new, least].iter().all(|number| number.first().is_some_and(|byte| *byte < 0x80));
        if !positive || order(new) <= order(own) || order(least) > order(own) {
            return Err("the list of changes does not belong to the list".to_owned());
        }
        if self.extension(SCOPE) != delta.extension(SCOPE) {
            return Err("the list of changes has another scope".to_owned());
        }
        Ok(())
    }

    /// Entries about a serial number: reason, when, and since when the key is not to be trusted.
    pub(super) fn entries(&self, serial: &[u8]) -> Result<Vec<Entry>, String> {
        let mut found = Vec::new();
        let mut walk = self.revoked;
        while !walk.is_empty() {
            let entry = walk.enter(SEQUENCE).ok_or("an entry cannot be read")?;
            let mut parts = entry;
            let number = parts.take(INTEGER).ok_or("an entry has no serial number")?;
            if digits(number.content) == serial {
                found.push(Entry::read(parts)?);
            }
        }
        Ok(found)
    }
}

/// Critical or not, an issuing distribution point limits what a list speaks of.
fn within(scope: &[u8], cert: &Cert, url: Option<&str>) -> Option<()> {
    for part in Tlv::new(only(scope, SEQUENCE)?.content).all()? {
        let set = part.content != [0];
        let fits = match part.tag {
            // The name of the point: where it has URLs, ours is among them.
            0xa0 => {
                let mut names = Tlv::new(part.content);
                let names = names.enter(0xa0).and_then(Tlv::all).unwrap_or_default();
                let mut urls = names.iter().filter(|name| name.tag == 0x86).peekable();
                urls.peek().is_none() || url.is_none_or(|url| urls.any(|own| own.content == url.as_bytes()))
            }
            0x81 => !set || !cert.is_ca(),
            0x82 => !set || cert.is_ca(),
            // Only some reasons, indirect, only attribute certificates.
            0x83 => false,
            0x84 | 0x85 => !set,
            _ => false,
        };
        if !fits {
            return None;
        }
    }
    Some(())
}

/// Without key usage an issuer may sign anything (`CheckSignatureFrom` of Go).
fn may_sign_lists(issuer: &Cert) -> bool {
    use der::Decode;
    issuer.extension(ID_CE_KEY_USAGE).is_none_or(|extension| {
        KeyUsage::from_der(extension.extn_value.as_bytes())
            .is_ok_and(|usage| usage.0.contains(KeyUsages::CRLSign))
    })
}

/// An entry.
pub(super) struct Entry {
    reason: u8,
    at: Moment,
    invalid_from: Option<Moment>,
}

impl Entry {
    fn read(mut parts: Tlv<'_>) -> Result<Self, String> {
        let at = parts.any().and_then(|element| time(&element)).ok_or("an entry has no time")?;
        let mut entry = Self { reason: 0, at, invalid_from: None };
        let Some(own) = parts.enter(SEQUENCE) else { return Ok(entry) };
        for (name, critical, value) in extensions(own).ok_or("an entry's extensions cannot be read")? {
            match name.to_string().as_str() {
                REASON => {
                    let reason = only(value, 0x0a).and_then(|reason| reason.content.first().copied());
                    entry.reason = reason.ok_or("an entry's reason cannot be read")?;
                }
                INVALIDITY => {
                    let from = only(value, 0x18).and_then(|element| time(&element));
                    entry.invalid_from = Some(from.ok_or("an entry's invalidity date cannot be read")?);
                }
                _ if critical => return Err(format!("an entry has the unknown critical extension {name}")),
                _ => {}
            }
        }
        Ok(entry)
    }
}

/// Whether entries about one certificate revoke it (`checkRevocation`); `signed`: the time of signing, where an authority
/// vouches for it.
pub(super) fn revokes(entries: &[Entry], signed: Option<Moment>) -> bool {
    let mut latest: Option<&Entry> = None;
    for entry in entries {
        if let (Some(signed), Some(from)) = (signed, entry.invalid_from)
            && signed < from
        {
            return false;
        }
        if !matches!(entry.reason, HOLD | REMOVED) {
            return true;
        }
        if latest.is_none_or(|latest| latest.at < entry.at) {
            latest = Some(entry);
        }
    }
    latest.is_some_and(|entry| entry.reason == HOLD)
}
