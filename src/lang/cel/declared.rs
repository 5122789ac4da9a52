//! What Kyverno's environment declares: functions with their types, and those of them that are not evaluated here.

/// Functions of the cluster and the network, of chance, and of formats that are not read.
const UNSUPPORTED: &[&str] = &[
    "http.Get",
    "http.Post",
    "http.Client",
    "resource.Get",
    "resource.List",
    "resource.Post",
    "resource.ToGVR",
    "globalContext.Get",
    "image.GetMetadata",
    "random",
    "random.random",
    "time.now",
    "gzip.compress",
    "gzip.decompress",
    "hash.sha1",
    "hash.sha256",
    "hash.md5",
    "sha1",
    "sha256",
    "md5",
    "yaml.parse",
    "verifyImageSignatures",
    "verifyAttestationSignatures",
    "getImageData",
    "extractPayload",
];

/// True for a function that exists and that neither the language nor the host evaluates.
pub(super) fn is_unsupported(function: &str) -> bool {
    UNSUPPORTED.contains(&function)
}
