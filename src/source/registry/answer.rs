//! An answer, and what its refusal means.

use std::error::Error;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde_json::Value;

use crate::model::Missing;

/// Longest words of others that are repeated, in characters.
const WORDS: usize = 200;

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// The host that gave it.
    pub(super) from: String,
    /// Whether that is the host that was asked, and not one that a redirect led to: only such a host may ask for proof.
    pub(super) own: bool,
    /// HTTP status.
    pub(super) status: StatusCode,
    /// Headers.
    pub(super) headers: HeaderMap,
    /// Body; of a refusal only its beginning.
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A header as text.
    pub(super) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type without its parameters.
    pub(super) fn media_type(&self) -> Option<&str> {
        self.header(CONTENT_TYPE)?.split(';').next().map(str::trim)
    }

    /// Whether a later try may go better.
    pub(super) fn is_temporary(&self) -> bool {
        matches!(self.status.as_u16(), 429 | 502 | 503 | 504)
    }

    /// How long the host asks to wait, in seconds or as a date (RFC 9110 section 10.2.3). A date is read against the
    /// host's own clock.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let text = self.header(RETRY_AFTER)?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date =
            |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp().as_second());
        let wait = date(text)?.saturating_sub(date(self.header(DATE)?)?);
        Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
    }

    /// What a status other than success means.
    pub(super) fn refusal(&self, what: &str) -> Missing {
        let (host, status) = (self.from.clone(), self.status.as_u16());
        match status {
            404 => Missing::NotFound { what: what.to_owned() },
            401 | 403 => Missing::Denied { host, status, detail: self.words() },
            429 => Missing::Limited { host, retry_after: self.retry_after().map(|wait| wait.as_secs()) },
            500.. => Missing::Unreachable { host, detail: self.status_and_words() },
            _ => Missing::Unsupported { what: format!("{what} ({host}: {})", self.status_and_words()) },
        }
    }

    fn status_and_words(&self) -> String {
        let words = self.words();
        let status = format!("HTTP {}", self.status.as_u16());
        if words.is_empty() { status } else { format!("{status}: {words}") }
    }

    /// The first error that a registry names (distribution-spec, "Error Codes").
    fn words(&self) -> String {
        let body = crate::format::oci::parse_json("error", &self.body).unwrap_or(Value::Null);
        let field = |name: &str| body.pointer(&format!("/errors/0/{name}")).and_then(Value::as_str);
        let both = [field("code"), field("message")].into_iter().flatten().collect::<Vec<_>>().join(": ");
        bounded(&both)
    }
}

/// The beginning of somebody else's words.
pub(super) fn bounded(text: &str) -> String {
    text.chars().take(WORDS).collect()
}

/// An error with its causes, without the URL, which may hold a token.
pub(in crate::source) fn cause(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = match error.downcast_ref::<reqwest::Error>() {
            Some(error) if error.is_builder() => "bad settings".to_owned(),
            Some(error) if error.is_connect() => "connection failed".to_owned(),
            Some(error) if error.is_timeout() => "timed out".to_owned(),
            Some(error) if error.is_body() || error.is_decode() => "the answer broke off".to_owned(),
            Some(_) => "no answer".to_owned(),
            None => error.to_string(),
        };
        if !parts.contains(&text) {
            parts.push(text);
        }
        next = error.source();
    }
    bounded(&parts.join(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(HeaderName, &str)], body: &str) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name.clone(), value.parse().unwrap());
        }
        let status = StatusCode::from_u16(status).unwrap();
        Answer { from: "h".to_owned(), own: true, status, headers: map, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn waits_are_read_in_both_forms() {
        let seconds = answer(429, &[(RETRY_AFTER, "7")], "");
        assert_eq!(seconds.retry_after(), Some(Duration::from_secs(7)));
        let date = [(DATE, "Tue, 15 Nov 1994 08:12:31 GMT"), (RETRY_AFTER, "Tue, 15 Nov 1994 08:13:01 GMT")];
        assert_eq!(answer(503, &date, "").retry_after(), Some(Duration::from_secs(30)));
        assert_eq!(answer(429, &[(RETRY_AFTER, "soon")], "").retry_after(), None);
    }

    #[test]
    fn statuses_have_names() {
        let refusal = |status| answer(status, &[], "").refusal("x");
        assert!(matches!(refusal(404), Missing::NotFound { .. }));
        assert!(matches!(refusal(401), Missing::Denied { status: 401, .. }));
        assert!(matches!(refusal(403), Missing::Denied { status: 403, .. }));
        assert!(matches!(refusal(429), Missing::Limited { retry_after: None, .. }));
        assert!(matches!(refusal(500), Missing::Unreachable { .. }));
        assert!(matches!(refusal(400), Missing::Unsupported { .. }));
        let words = r#"{"errors":[{"code":"DENIED","message":"no"}]}"#;
        let denied = answer(403, &[], words).refusal("x");
        assert!(matches!(denied, Missing::Denied { detail, .. } if detail == "DENIED: no"));
    }
}
