//! Standard base64 as Go's `encoding/base64.StdEncoding` reads it.

use ::base64::Engine as _;
use ::base64::alphabet::STANDARD;
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Go's decoder demands padding and does not look at the unused bits of the last character.
const GO: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes as Go does: line feeds and carriage returns are skipped, padding is required, nothing may follow.
///
/// # Errors
/// What is wrong, in words.
pub fn decode(text: &str) -> Result<Vec<u8>, String> {
    let joined: String;
    let text = if text.contains(['\n', '\r']) {
        joined = text.replace(['\n', '\r'], "");
        &joined
    } else {
        text
    };
    GO.decode(text).map_err(|error| format!("not base64: {error}"))
}

/// Decodes only the one text that encodes these bytes. For what a hash or a comparison of texts covers, so that two
/// texts never stand for the same bytes.
///
/// # Errors
/// What is wrong, in words.
pub fn decode_exact(text: &str) -> Result<Vec<u8>, String> {
    let bytes = decode(text)?;
    if encode(&bytes) == text { Ok(bytes) } else { Err("not the canonical base64 of its bytes".to_owned()) }
}

/// Encodes with padding, without line breaks.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    GO.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go_does() {
        assert_eq!(decode("YWI=").as_deref(), Ok(&b"ab"[..]));
        assert_eq!(decode("YW\r\nI=\n").as_deref(), Ok(&b"ab"[..]));
        assert_eq!(decode("YWJ=").as_deref(), Ok(&b"ab"[..]), "unused bits are not looked at");
        assert!(decode_exact("YWJ=").is_err() && decode_exact("YWI=\n").is_err());
        for bad in ["YWI", "YWI==", "YW I=", "YWI=x", "-_==", "="] {
            assert!(decode(bad).is_err(), "{bad}");
        }
    }
}
