//! Distinguished names in the two ways in which people know them.

use crate::format::tlv::{self, Tlv};

/// Attributes with their short names (RFC 4514 section 3) and OpenSSL's names.
const KNOWN: &[(&str, &str, &str)] = &[
    ("2.5.4.3", "CN", "CN"),
    ("2.5.4.6", "C", "C"),
    ("2.5.4.7", "L", "L"),
    ("2.5.4.8", "ST", "ST"),
    ("2.5.4.9", "STREET", "street"),
    ("2.5.4.10", "O", "O"),
    ("2.5.4.11", "OU", "OU"),
    ("0.9.2342.19200300.100.1.25", "DC", "DC"),
    ("0.9.2342.19200300.100.1.1", "UID", "UID"),
    ("2.5.4.5", "", "serialNumber"),
    ("2.5.4.13", "", "description"),
    ("1.2.840.113549.1.9.1", "", "emailAddress"),
];

/// Relative names in their order, each with its attributes as `(identifier, text)`.
fn parts(der: &[u8]) -> Option<Vec<Vec<(String, String)>>> {
    let sets = Tlv::new(tlv::only(der, tlv::SEQUENCE)?.content).all()?;
    let attribute = |raw: &[u8]| {
        let mut walk = Tlv::new(tlv::only(raw, tlv::SEQUENCE)?.content);
        let oid = tlv::oid(walk.take(tlv::OID)?.content)?;
        let value = walk.any()?;
        let text = match value.tag {
            // BMPString
            0x1e => {
                let units: Vec<u16> = value
                    .content
                    .chunks_exact(2)
                    .filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)))
                    .collect();
                String::from_utf16_lossy(&units)
            }
            _ => String::from_utf8_lossy(value.content).into_owned(),
        };
        Some((oid, text))
    };
    sets.iter()
        .map(|set| {
            Tlv::new(set.content).all()?.iter().map(|one| attribute(one.raw)).collect::<Option<Vec<_>>>()
        })
        .collect()
}

/// A name as RFC 4514 writes it: the last relative name first. What is no name is in hexadecimal.
pub(super) fn rfc4514(der: &[u8]) -> String {
    let Some(parts) = parts(der) else { return format!("#{}", crate::model::digest::hex(der)) };
    let one = |(oid, text): &(String, String)| {
        let short =
            KNOWN.iter().find(|known| known.0 == oid).map(|known| known.1).filter(|name| !name.is_empty());
        format!("{}={}", short.unwrap_or(oid), escaped(text))
    };
    let relative = |list: &Vec<(String, String)>| list.iter().map(one).collect::<Vec<_>>().join("+");
    parts.iter().rev().map(relative).collect::<Vec<_>>().join(",")
}

/// RFC 4514 section 2.4.
fn escaped(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        let special = matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\');
        if special || (at == 0 && matches!(c, ' ' | '#')) || (at == last && c == ' ') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A name as OpenSSL's `X509_NAME_oneline` writes it.
pub(super) fn oneline(der: &[u8]) -> String {
    let Some(parts) = parts(der) else { return format!("#{}", crate::model::digest::hex(der)) };
    let mut out = String::new();
    for (oid, text) in parts.iter().flatten() {
        let name = KNOWN.iter().find(|known| known.0 == oid).map_or(oid.as_str(), |known| known.2);
        out.push('/');
        out.push_str(name);
        out.push('=');
        for byte in text.bytes() {
            match byte {
                b' '..=b'~' => out.push(char::from(byte)),
                other => out.push_str(&format!("\\x{other:02X}")),
            }
        }
    }
    out
}
