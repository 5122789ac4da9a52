//! Which tags of a repository are images, and which only hang something on one.

/// Whether a tag is derived from a digest: cosign's `sha256-HEX.sig`, `.att`, `.sbom`, or the referrers fallback
/// `sha256-HEX`.
#[must_use]
pub fn is_attached(tag: &str) -> bool {
    let Some((algorithm, rest)) = tag.split_once('-') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    let (hex, suffix) = match rest.split_once('.') {
        Some((hex, suffix)) => (hex, Some(suffix)),
        None => (rest, None),
    };
    hex.len() == length
        && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        && suffix.is_none_or(|suffix| matches!(suffix, "sig" | "att" | "sbom"))
}

/// The tags that are images, in their order.
#[must_use]
pub fn images(tags: &[String]) -> Vec<&str> {
    tags.iter().map(String::as_str).filter(|tag| !is_attached(tag)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_derived_tags_are_left_out() {
        let hex = "a".repeat(64);
        for suffix in ["", ".sig", ".att", ".sbom"] {
            assert!(is_attached(&format!("sha256-{hex}{suffix}")), "{suffix}");
        }
        let names = ["latest", "sha256-abc", "v1.2.3", &format!("sha256-{hex}.exe"), &format!("sha1-{hex}")];
        let tags: Vec<String> = names.iter().map(ToString::to_string).collect();
        assert_eq!(images(&tags), names);
    }
}
