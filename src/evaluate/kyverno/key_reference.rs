//! Keys that a policy names by where they are (`PublicKeyFromKeyRefWithHashAlgo` of cosign's `pkg/signature/keys.go`): why
//! they are not read here, and what to do.

/// Longest part of a reference that is shown, in characters.
const SHOWN: usize = 40;

/// What `field` names, why it is not read, and the way out; short enough for one message. Hostile text.
pub(super) fn why(field: &str, reference: &str) -> String {
    let reference = reference.trim();
    let scheme = reference.split_once("://").map(|(scheme, _)| scheme).unwrap_or_default();
    let (what, way) = match scheme {
        "awskms" | "gcpkms" | "azurekms" | "hashivault" => {
            ("a key service, asked with credentials of its own", "`cosign public-key --key REF`")
        }
        "k8s" => ("a secret of the cluster", "`cosign.pub` of the secret"),
        "http" | "https" => ("a place that Kyverno reads each time", "what lies there"),
        "env" => ("Kyverno's environment", "its value"),
        _ => ("a file beside Kyverno or a key service it does not know", "what lies there"),
    };
    let shown: String = reference.chars().take(SHOWN).collect();
    let dots = if reference.chars().count() > SHOWN { "…" } else { "" };
    format!("{field} in {what} ({shown}{dots}); paste the public key as PEM under publicKeys: {way}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_reference_has_a_reason_and_a_way() {
        let references = [
            ("awskms:///arn:aws:kms:eu-1:1:key/a", "key service"),
            ("gcpkms://projects/a/locations/b/keyRings/c/cryptoKeys/d", "key service"),
            ("azurekms://vault.test/key", "key service"),
            ("hashivault://key", "key service"),
            ("k8s://ns/name", "secret of the cluster"),
            ("https://keys.test/cosign.pub", "each time"),
            ("env://COSIGN_PUBLIC_KEY", "environment"),
            ("/etc/keys/cosign.pub", "file"),
        ];
        for (reference, wanted) in references {
            let said = why("keys.kms", reference);
            assert!(
                said.starts_with("keys.kms ") && said.contains(wanted) && said.chars().count() < 200,
                "{said}"
            );
            assert!(said.contains("paste the public key as PEM under publicKeys"), "{said}");
        }
    }
}
