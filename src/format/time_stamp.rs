//! RFC 3161 time stamp tokens: what they say, and the parts that a check of the signature needs.

use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo};
use der::asn1::{AnyRef, IntRef, ObjectIdentifier, OctetString, OctetStringRef};
use der::{Decode, Encode, Header, Reader, SliceReader, Tag, TagNumber};
use spki::AlgorithmIdentifierRef;

use crate::model::Moment;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// Content type of `TSTInfo`.
pub const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// ETSI's baseline policy, under which no accuracy means one second (EN 319 422).
const BASELINE: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.2023.1.1");
/// Longest token that is read, in bytes.
const LIMIT: usize = 1 << 20;

/// A token, read but not verified.
#[derive(Clone, Debug)]
pub struct Token {
    /// The DER encoding of `TSTInfo`: what the authority signs, by its hash.
    pub content: Vec<u8>,
    /// What it says.
    pub info: Info,
    /// Certificates that travel with it, in DER.
    pub certificates: Vec<Vec<u8>>,
    /// Who signed.
    pub signers: Vec<SignerInfo>,
}

/// `TSTInfo` (RFC 3161 section 2.4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Hash algorithm of the imprint.
    pub hash: ObjectIdentifier,
    /// Hash of what was stamped.
    pub imprint: Vec<u8>,
    /// Earliest time: the stated time less the accuracy.
    pub earliest: Moment,
    /// The stated time, fractions cut.
    pub at: Moment,
    /// Latest time: the stated time with the accuracy, rounded up.
    pub latest: Moment,
}

impl Token {
    /// Reads a token in DER.
    ///
    /// # Errors
    /// The problem.
    pub fn read(der: &[u8]) -> Result<Self, String> {
        if der.len() > LIMIT {
            return Err(format!("{} bytes are more than the {LIMIT} that are read", der.len()));
        }
        let broken = |error: der::Error| format!("the token cannot be read: {error}");
        let outer = ContentInfo::from_der(der).map_err(broken)?;
        if outer.content_type != SIGNED_DATA {
            return Err(format!("the token is no signed data but {}", outer.content_type));
        }
        let signed: SignedData = outer.content.decode_as().map_err(broken)?;
        let inner = &signed.encap_content_info;
        if inner.econtent_type != TST_INFO {
            return Err(format!("unexpected content type: {}", inner.econtent_type));
        }
        let content = inner.econtent.as_ref().ok_or("the token has no content")?;
        let content = content.decode_as::<OctetString>().map_err(broken)?.into_bytes();
        let choices = signed.certificates.as_ref().map(|set| set.0.as_slice()).unwrap_or_default();
        Ok(Self {
            info: info(&content).map_err(|error| format!("TSTInfo cannot be read: {error}"))?,
            certificates: choices.iter().map(Encode::to_der).collect::<Result<_, _>>().map_err(broken)?,
            signers: signed.signer_infos.0.iter().cloned().collect(),
            content,
        })
    }
}

fn info(content: &[u8]) -> Result<Info, der::Error> {
    let mut reader = SliceReader::new(content)?;
    let info = reader.sequence(|body| {
        let version: u8 = body.decode()?;
        if version != 1 {
            return Err(Tag::Integer.value_error());
        }
        let policy: ObjectIdentifier = body.decode()?;
        let (hash, imprint) = body.sequence(|imprint| {
            let hash: AlgorithmIdentifierRef<'_> = imprint.decode()?;
            let bytes: OctetStringRef<'_> = imprint.decode()?;
            Ok((hash.oid, bytes.as_bytes().to_vec()))
        })?;
        let _serial: IntRef<'_> = body.decode()?;
        let (at, fraction) = time(body.decode()?)?;
        let mut accuracy = 0;
        if !body.is_finished() && body.peek_tag()? == Tag::Sequence {
            accuracy = body.sequence(read_accuracy)?;
        }
        if accuracy == 0 && policy == BASELINE {
            accuracy = 1_000_000;
        }
        // Ordering, nonce, authority and extensions decide nothing here.
        while !body.is_finished() {
            body.tlv_bytes()?;
        }
        let seconds = |micros: i64| micros / 1_000_000 + i64::from(micros % 1_000_000 > 0);
        Ok(Info {
            hash,
            imprint,
            earliest: Moment(at.saturating_sub(seconds(accuracy))),
            at: Moment(at),
            latest: Moment(at.saturating_add(seconds(accuracy.saturating_add(i64::from(fraction))))),
        })
    })?;
    reader.finish(info)
}

/// `Accuracy` in microseconds; whatever is absent is nothing.
fn read_accuracy<'a>(reader: &mut impl Reader<'a>) -> Result<i64, der::Error> {
    let mut micros: i64 = 0;
    while !reader.is_finished() {
        let header: Header = reader.decode()?;
        let bytes = reader.read_slice(header.length)?;
        // At most four bytes: more than a century of accuracy is no time stamp.
        if bytes.is_empty() || bytes.len() > 4 || bytes.first().is_some_and(|first| first & 0x80 != 0) {
            return Err(Tag::Integer.value_error());
        }
        let number = bytes.iter().fold(0_i64, |sum, byte| sum * 256 + i64::from(*byte));
        let factor = match header.tag {
            Tag::Integer => 1_000_000,
            Tag::ContextSpecific { number: TagNumber::N0, .. } => 1_000,
            Tag::ContextSpecific { number: TagNumber::N1, .. } => 1,
            _ => return Err(Tag::Integer.value_error()),
        };
        micros = micros.saturating_add(number.saturating_mul(factor));
    }
    Ok(micros)
}

/// Seconds since 1970, and whether a fraction was cut. RFC 3161 allows fractions, which RFC 5280 does not.
fn time(value: AnyRef<'_>) -> Result<(i64, bool), der::Error> {
    let wrong = || Tag::GeneralizedTime.value_error();
    if der::Tagged::tag(&value) != Tag::GeneralizedTime {
        return Err(wrong());
    }
    let text = std::str::from_utf8(value.value()).map_err(|_| wrong())?;
    let text = text.strip_suffix('Z').ok_or_else(wrong)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(fraction) {
        return Err(wrong());
    }
    let at = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", whole)
        .and_then(|civil| civil.to_zoned(jiff::tz::TimeZone::UTC))
        .map_err(|_| wrong())?;
    Ok((at.timestamp().as_second(), fraction.bytes().any(|byte| byte != b'0')))
}
