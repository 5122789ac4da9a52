//! Which fields Kyverno 1.19 knows in the parts of a policy that matter for images: an unknown one makes the API
//! server or the command line refuse the policy (strict decoding), and must never be read over.

/// `spec` of ClusterPolicy and Policy.
pub(super) const SPEC: &[&str] = &[
    "rules",
    "applyRules",
    "failurePolicy",
    "validationFailureAction",
    "validationFailureActionOverrides",
    "emitWarning",
    "admission",
    "background",
    "schemaValidation",
    "webhookTimeoutSeconds",
    "webhookConfiguration",
    "mutateExistingOnPolicyUpdate",
    "generateExisting",
    "generateExistingOnPolicyUpdate",
    "useServerSideApply",
];

/// A rule.
pub(super) const RULE: &[&str] = &[
    "name",
    "context",
    "reportProperties",
    "match",
    "exclude",
    "imageExtractors",
    "preconditions",
    "celPreconditions",
    "mutate",
    "validate",
    "generate",
    "verifyImages",
    "skipBackgroundRequests",
];

/// An entry of `verifyImages`.
pub(super) const VERIFY_IMAGES: &[&str] = &[
    "failureAction",
    "type",
    "image",
    "imageReferences",
    "skipImageReferences",
    "key",
    "roots",
    "subject",
    "issuer",
    "additionalExtensions",
    "attestors",
    "attestations",
    "annotations",
    "repository",
    "cosignOCI11",
    "mutateDigest",
    "verifyDigest",
    "validate",
    "required",
    "imageRegistryCredentials",
    "useCache",
];

/// One of `attestors`.
pub(super) const ATTESTOR_SET: &[&str] = &["count", "entries"];

/// An attestor entry.
pub(super) const ATTESTOR: &[&str] =
    &["keys", "certificates", "keyless", "attestor", "annotations", "repository", "signatureAlgorithm"];

/// One of `attestations`.
pub(super) const ATTESTATION: &[&str] = &["name", "type", "predicateType", "attestors", "conditions"];

/// One of a list of conditions.
pub(super) const CONDITIONS: &[&str] = &["any", "all"];

/// A condition.
pub(super) const CONDITION: &[&str] = &["key", "operator", "value", "message"];

/// `validate` of `verifyImages`.
pub(super) const VALIDATE: &[&str] = &["message", "deny"];

/// `certificates`.
pub(super) const CERTIFICATES: &[&str] = &["cert", "certChain", "rekor", "ctlog"];

/// `keyless`.
pub(super) const KEYLESS: &[&str] = &[
    "issuer",
    "issuerRegExp",
    "subject",
    "subjectRegExp",
    "roots",
    "additionalExtensions",
    "rekor",
    "ctlog",
];

/// `keys`.
pub(super) const KEYS: &[&str] = &["publicKeys", "signatureAlgorithm", "kms", "secret", "rekor", "ctlog"];

/// `rekor`.
pub(super) const REKOR: &[&str] = &["url", "pubkey", "ignoreTlog"];

/// `ctlog`.
pub(super) const CTLOG: &[&str] = &["ignoreSCT", "pubkey", "tsaCertChain"];

/// `match` and `exclude`.
pub(super) const MATCH: &[&str] = &["any", "all", "resources", "roles", "clusterRoles", "subjects"];

/// One of `any` or `all`.
pub(super) const FILTER: &[&str] = &["resources", "roles", "clusterRoles", "subjects"];

/// `resources` of a filter.
pub(super) const RESOURCES: &[&str] =
    &["kinds", "name", "names", "namespaces", "annotations", "selector", "namespaceSelector", "operations"];
