//! How the entries of a layout are named by the tools that write one.

use crate::format::oci::{Descriptor, REF_NAME};

/// cosign's annotation that says what an entry is (pkg/oci/layout/write.go of sigstore/cosign).
const KIND: &str = "kind";

/// The tag of an entry: its reference name, or what follows the last colon of a full reference (as containerd and
/// podman write it).
pub(super) fn tag(entry: &Descriptor) -> Option<String> {
    let name = entry.annotations.get(REF_NAME)?;
    let short = name.rsplit_once(':').map_or(name.as_str(), |(_, tag)| tag);
    [name, short].into_iter().find(|tag| is_tag(tag)).map(str::to_owned)
}

fn is_tag(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= 128
        && bytes.next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// The tags that the entries of `cosign save` had in the registry: it writes one image and what hangs on it, without
/// names. The image is `latest`. Empty: another tool wrote the layout.
pub(super) fn saved_by_cosign(entries: &[&Descriptor]) -> Vec<Option<String>> {
    let kind = |entry: &Descriptor| {
        let kind = entry.annotations.get(KIND)?.strip_prefix("dev.cosignproject.cosign/")?;
        Some(kind.to_owned())
    };
    let is_image = |entry: &&&Descriptor| matches!(kind(entry).as_deref(), Some("image" | "imageIndex"));
    let images: Vec<&&Descriptor> = entries.iter().filter(is_image).collect();
    let [image] = images[..] else { return Vec::new() };
    let beside = |suffix: &str| Some(format!("{}-{}.{suffix}", image.digest.algorithm(), image.digest.hex()));
    let name = |entry: &&Descriptor| match kind(entry).as_deref() {
        Some("image" | "imageIndex") => Some("latest".to_owned()),
        Some("sigs") => beside("sig"),
        Some("atts") => beside("att"),
        _ => None,
    };
    entries.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(digit: char, key: &str, value: &str) -> Descriptor {
        let digest = format!("sha256:{}", digit.to_string().repeat(64));
        Descriptor::read("x", &json!({"digest": digest, "size": 1, "annotations": {key: value}})).unwrap()
    }

    #[test]
    fn names_of_many_tools() {
        let of = |name: &str| tag(&entry('a', REF_NAME, name));
        assert_eq!(of("v1"), Some("v1".to_owned()));
        assert_eq!(of("docker.io/library/nginx:1.29"), Some("1.29".to_owned()));
        assert_eq!((of("../x"), of("a/b"), of("")), (None, None, None));
    }

    #[test]
    fn what_cosign_saved_hangs_on_its_image() {
        let kind = |digit, kind: &str| entry(digit, KIND, &format!("dev.cosignproject.cosign/{kind}"));
        let (image, sigs, other) = (kind('a', "imageIndex"), kind('b', "sigs"), entry('c', "x", "y"));
        let hex = "a".repeat(64);
        let wanted = [Some("latest".to_owned()), Some(format!("sha256-{hex}.sig")), None];
        assert_eq!(saved_by_cosign(&[&image, &sigs, &other]), wanted);
        assert!(saved_by_cosign(&[&sigs]).is_empty());
        assert!(saved_by_cosign(&[&image, &image]).is_empty());
    }
}
