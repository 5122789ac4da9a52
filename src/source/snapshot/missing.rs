//! Why something could not be had, as JSON and back.

use serde_json::{Value, json};

use crate::model::Missing;

/// Longest text that is taken from a file, in characters.
const LONGEST: usize = 4_096;

/// As an object with the kind in `why`.
pub(super) fn to_json(missing: &Missing) -> Value {
    match missing {
        Missing::NotFound { what } => json!({"why": "not-found", "what": what}),
        Missing::Denied { host, status, detail } => {
            json!({"why": "denied", "host": host, "status": status, "detail": detail})
        }
        Missing::Limited { host, retry_after } => {
            json!({"why": "limited", "host": host, "seconds": retry_after})
        }
        Missing::Unreachable { host, detail } => {
            json!({"why": "unreachable", "host": host, "detail": detail})
        }
        Missing::Timeout { host, seconds } => json!({"why": "timeout", "host": host, "seconds": seconds}),
        Missing::TooLarge { what, size, limit } => {
            json!({"why": "too-large", "what": what, "size": size, "limit": limit})
        }
        Missing::DigestMismatch { wanted, found } => {
            json!({"why": "digest-mismatch", "wanted": wanted.as_str(), "found": found.as_str()})
        }
        Missing::Truncated { what, wanted, found } => {
            json!({"why": "truncated", "what": what, "size": found, "limit": wanted})
        }
        Missing::Malformed { what, problem } => {
            json!({"why": "malformed", "what": what, "detail": problem})
        }
        Missing::TooDeep { what, limit } => json!({"why": "too-deep", "what": what, "limit": limit}),
        Missing::TooMany { what, limit } => json!({"why": "too-many", "what": what, "limit": limit}),
        Missing::Unsupported { what } => json!({"why": "unsupported", "what": what}),
        Missing::Offline { what } => json!({"why": "offline", "what": what}),
        Missing::NoCluster { what } => json!({"why": "no-cluster", "what": what}),
        Missing::Cancelled => json!({"why": "cancelled"}),
        Missing::Waiting => json!({"why": "waiting"}),
        Missing::Disagreement { words } => json!({"why": "disagreement", "detail": words}),
        Missing::NotImplemented { what } => json!({"why": "not-implemented", "what": what}),
    }
}

/// Reads it back. Whatever is not understood is malformed, never "not found".
pub(super) fn from_json(value: &Value) -> Missing {
    let text = |field: &str| -> String {
        let text = value.get(field).and_then(Value::as_str).unwrap_or_default();
        text.chars().take(LONGEST).collect()
    };
    let number = |field: &str| value.get(field).and_then(Value::as_u64).unwrap_or_default();
    let (what, host, detail) = (text("what"), text("host"), text("detail"));
    match text("why").as_str() {
        "not-found" => Missing::NotFound { what },
        "denied" => {
            let status = u16::try_from(number("status")).unwrap_or_default();
            Missing::Denied { host, status, detail }
        }
        "limited" => Missing::Limited { host, retry_after: value.get("seconds").and_then(Value::as_u64) },
        "unreachable" => Missing::Unreachable { host, detail },
        "timeout" => Missing::Timeout { host, seconds: number("seconds") },
        "too-large" => Missing::TooLarge { what, size: number("size"), limit: number("limit") },
        "digest-mismatch" => match (text("wanted").parse(), text("found").parse()) {
            (Ok(wanted), Ok(found)) => Missing::DigestMismatch { wanted, found },
            _ => strange(),
        },
        "truncated" => Missing::Truncated { what, wanted: number("limit"), found: number("size") },
        "malformed" => Missing::Malformed { what, problem: detail },
        "too-deep" => Missing::TooDeep { what, limit: u32::try_from(number("limit")).unwrap_or_default() },
        "too-many" => Missing::TooMany { what, limit: usize::try_from(number("limit")).unwrap_or_default() },
        "unsupported" => Missing::Unsupported { what },
        "offline" => Missing::Offline { what },
        "no-cluster" => Missing::NoCluster { what },
        "cancelled" => Missing::Cancelled,
        "waiting" => Missing::Waiting,
        "disagreement" => Missing::Disagreement { words: detail },
        "not-implemented" => Missing::NotImplemented { what },
        _ => strange(),
    }
}

fn strange() -> Missing {
    let problem = "the record does not say why it is missing".to_owned();
    Missing::Malformed { what: "an answer".to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_comes_back_as_it_was() {
        let (what, host, detail) = (|| "w".to_owned(), || "h".to_owned(), || "d".to_owned());
        let digest = |digit: &str| format!("sha256:{}", digit.repeat(64)).parse().unwrap();
        for missing in [
            Missing::NotFound { what: what() },
            Missing::Denied { host: host(), status: 403, detail: detail() },
            Missing::Limited { host: host(), retry_after: Some(3) },
            Missing::Limited { host: host(), retry_after: None },
            Missing::Unreachable { host: host(), detail: detail() },
            Missing::Timeout { host: host(), seconds: 5 },
            Missing::TooLarge { what: what(), size: 7, limit: 6 },
            Missing::DigestMismatch { wanted: digest("a"), found: digest("b") },
            Missing::Truncated { what: what(), wanted: 9, found: 8 },
            Missing::Malformed { what: what(), problem: detail() },
            Missing::TooDeep { what: what(), limit: 4 },
            Missing::TooMany { what: what(), limit: 4 },
            Missing::Unsupported { what: what() },
            Missing::Offline { what: what() },
            Missing::NoCluster { what: what() },
            Missing::Cancelled,
            Missing::Waiting,
            Missing::Disagreement { words: detail() },
            Missing::NotImplemented { what: what() },
        ] {
            assert_eq!(from_json(&to_json(&missing)), missing);
        }
        assert!(matches!(from_json(&json!({"why": "x"})), Missing::Malformed { .. }));
        assert!(matches!(from_json(&json!(3)), Missing::Malformed { .. }));
    }
}
