//! Keys that a policy names by where they are (`PublicKeyFromKeyRefWithHashAlgo` of cosign's `pkg/signature/keys.go`): why
//! they are not read here, and what to do.

/// What `field` names, with the reason and the way out. Hostile text.
pub(super) fn why(field: &str, reference: &str) -> String {
    let reference = reference.trim();
    let scheme = reference.split_once("://").map(|(scheme, _)| scheme).unwrap_or_default();
    let (what, way) = match scheme {
        "awskms" | "gcpkms" | "azurekms" | "hashivault" => (
            "names a key of a key service, which only who has its credentials can ask, and which picks the hash of its keys itself",
            "`cosign public-key --key` with the reference prints it",
        ),
        "k8s" => (
            "names a secret of the cluster that Kyverno runs in",
            "`kubectl get secret -o jsonpath='{.data.cosign\\.pub}'` with its name and namespace prints it in base64",
        ),
        "http" | "https" => ("names a place that Kyverno reads at every verification", "fetch it from there"),
        "env" => ("names a variable of the environment that Kyverno runs in", "ask who runs it"),
        _ => ("names a file beside Kyverno, or a key service that it does not know", "ask who runs it"),
    };
    format!(
        "{field} {what} ({reference}); to judge it here, paste the public key as PEM under `publicKeys` ({way})"
    )
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
            ("https://keys.test/cosign.pub", "place"),
            ("env://COSIGN_PUBLIC_KEY", "environment"),
            ("/etc/keys/cosign.pub", "file"),
        ];
        for (reference, wanted) in references {
            let said = why("keys.kms", reference);
            assert!(
                said.starts_with("keys.kms ") && said.contains(wanted) && said.contains(reference),
                "{said}"
            );
            assert!(said.contains("paste the public key as PEM under `publicKeys`"), "{said}");
        }
    }
}
