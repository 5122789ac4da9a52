//! What would change the verdict: things to do, and for whatever weakens a check, what that costs.

use super::nearest::nearest;
use super::plain::{QUOTED, plain, quoted};
use super::sentence::{hash_words, key_words};
use crate::model::notary::NotaryFailure;
use crate::model::{Missing, Outcome, Reason, Trace, Verdict};

/// What kind of change a remedy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RemedyKind {
    /// Make or move a signature.
    Sign,
    /// Correct the policy without asking for less.
    Policy,
    /// Change the resource: another image, a digest.
    Resource,
    /// Make evidence reachable: access, network, time.
    Reach,
    /// Find out more before anything is changed.
    Inspect,
    /// Ask for less; the text says what that costs.
    Weaken,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What to do; commands are in backticks. Escaped and bounded.
    pub text: String,
    /// What kind of change it is.
    pub kind: RemedyKind,
}

/// What would fix it, the most likely first; for a pass, and for what is not judged, nothing or a hint.
#[must_use]
pub fn remedies(trace: &Trace) -> Vec<Remedy> {
    match trace.deciding_clause().map(|clause| &clause.outcome) {
        Some(outcome @ (Outcome::Failed(_) | Outcome::Undecided(_))) if trace.verdict != Verdict::Pass => {
            let mut list = Vec::new();
            if let (Outcome::Failed(Reason::Threshold { .. }), Some(nearest)) = (outcome, nearest(trace)) {
                list = remedies_of(&nearest.outcome, &target(trace));
            }
            for remedy in remedies_of(outcome, &target(trace)) {
                if !list.contains(&remedy) {
                    list.push(remedy);
                }
            }
            list
        }
        _ => Vec::new(),
    }
}

/// The remedies for an outcome; `image` is what a command is to be run on.
#[must_use]
pub fn remedies_of(outcome: &Outcome, image: &str) -> Vec<Remedy> {
    let image = &plain(image, QUOTED);
    match outcome {
        Outcome::Failed(reason) => reason_remedies(reason, image),
        Outcome::Undecided(missing) => vec![missing_remedy(missing)],
        Outcome::Held | Outcome::NotReached | Outcome::NotExercised(_) => Vec::new(),
    }
}

/// The image by digest where that is known: signing a tag signs whatever it points to by then.
fn target(trace: &Trace) -> String {
    let written = trace.image.image.as_str();
    match &trace.digest {
        Some(digest) if !written.contains('@') => {
            let last = written.rfind('/').map_or(0, |slash| slash + 1);
            let name = match written.get(last..).and_then(|tail| tail.find(':')) {
                Some(colon) => written.get(..last + colon).unwrap_or(written),
                None => written,
            };
            format!("{name}@{digest}")
        }
        _ => written.to_owned(),
    }
}

pub(super) fn remedy(kind: RemedyKind, text: impl Into<String>) -> Remedy {
    Remedy { kind, text: text.into() }
}

/// cosign 3 writes bundles unless told otherwise (`cmd/cosign/cli/options/sign.go`, v3.1.3).
fn sign_command(image: &str) -> String {
    format!("`cosign sign --new-bundle-format=false --use-signing-config=false --key KEY {image}`")
}

fn reason_remedies(reason: &Reason, image: &str) -> Vec<Remedy> {
    match reason {
        Reason::NoSignature => vec![
            remedy(
                RemedyKind::Sign,
                format!("Sign the image with the key that the policy names: {}.", sign_command(image)),
            ),
            remedy(
                RemedyKind::Inspect,
                "If it was signed before, look for a tag that has moved since, or a mirror that copied the image without its signatures (`cosign copy` takes both).",
            ),
        ],
        Reason::OtherKind { wanted, present } => other_kind(wanted, present, image),
        Reason::Malformed { what, .. } => vec![
            remedy(
                RemedyKind::Sign,
                format!("Sign again, so that a {what} that can be read is written: {}.", sign_command(image)),
            ),
            remedy(
                RemedyKind::Inspect,
                "Find out what wrote it: `x` or `sigscope tree` shows the raw content.",
            ),
        ],
        Reason::Threshold { required, found } => threshold(*required, *found, image),
        Reason::NoDigest { .. } => vec![
            remedy(RemedyKind::Resource, format!("Name the image by digest: {}.", quoted(image))),
            remedy(
                RemedyKind::Policy,
                "Or let Kyverno pin it on admission: `mutateDigest: true` (not possible in an Audit policy).",
            ),
        ],
        Reason::Unverified { .. } => vec![remedy(
            RemedyKind::Inspect,
            "Look at the attestor clauses of this rule: the one that failed says why nothing was verified.",
        )],
        Reason::NoMatch { attribute, .. } => vec![remedy(
            RemedyKind::Policy,
            format!(
                "If the rule is meant for this image, add a pattern to `{attribute}`; patterns are compared with the whole name, registry included, and `repo:*` does not match `repo@sha256:…`."
            ),
        )],
        Reason::PolicyInvalid { .. } => vec![remedy(
            RemedyKind::Policy,
            "Correct the policy as the message says; until then its engine enforces nothing of it.",
        )],
        Reason::Expression { expression, .. } => vec![remedy(
            RemedyKind::Inspect,
            format!("Compare the values of its parts with what {} asks for.", quoted(expression)),
        )],
        Reason::ExpressionError { .. } => vec![remedy(
            RemedyKind::Policy,
            "Guard the expression: `has(a.b)` or `a.?b.orValue(…)` where a field may be absent.",
        )],
        Reason::AttestorInvalid { .. } => {
            vec![remedy(RemedyKind::Policy, "Correct the attestor as the message says.")]
        }
        Reason::Notary(failure) => vec![remedy(RemedyKind::Inspect, notary_remedy(failure))],
        _ => verification_remedies(reason, image),
    }
}

fn notary_remedy(failure: &NotaryFailure) -> &'static str {
    match failure {
        NotaryFailure::Chain { .. } => {
            "Sign again with a certificate made for code signing, and its whole chain up to the root."
        }
        NotaryFailure::Trust { .. } => {
            "Compare the chain with the trust store that the statement names; add a root only when its owner may sign these images."
        }
        NotaryFailure::Identity { .. } => {
            "Compare the subject with `trustedIdentities`, and correct the attribute that differs."
        }
        NotaryFailure::Validity { .. } => {
            "Sign with a time stamp (`notation sign --timestamp-url`), and name a `tsa` trust store in the statement."
        }
        NotaryFailure::Stamp { .. } => {
            "Sign again with a time stamp by an authority of the `tsa` trust store, or set `verifyTimestamp` to `afterCertExpiry`."
        }
        NotaryFailure::Revoked { .. } => "Do not run the image: ask the signer why, and have it signed anew.",
        NotaryFailure::Expired { .. } => "Deploy a newer image, or have it signed again.",
        NotaryFailure::Target { .. } => {
            "Do not run the image: see whose signature it is, and ask the signer."
        }
        NotaryFailure::Metadata { .. } => "Compare the pairs that the signature holds with those asked for.",
    }
}

fn other_kind(wanted: &str, present: &[String], image: &str) -> Vec<Remedy> {
    let present = present.join(" ").to_lowercase();
    let mut list = Vec::new();
    if present.contains("bundle") {
        list.push(remedy(
            RemedyKind::Policy,
            "The image is signed in the bundle format: set `type: SigstoreBundle` in this `verifyImages` entry.",
        ));
    }
    if present.contains("notation") {
        list.push(remedy(
            RemedyKind::Policy,
            "The image is signed with Notation: `type: Notary` with `certificates` checks that.",
        ));
    }
    list.push(remedy(
        RemedyKind::Sign,
        format!(
            "Or sign in the format that this check reads ({}): {}.",
            plain(wanted, 80),
            sign_command(image)
        ),
    ));
    list
}

fn verification_remedies(reason: &Reason, image: &str) -> Vec<Remedy> {
    match reason {
        Reason::KeyMalformed { .. } => vec![remedy(
            RemedyKind::Policy,
            "Put a whole PEM block there, `-----BEGIN PUBLIC KEY-----` to `-----END PUBLIC KEY-----`: `cosign public-key --key KEY` prints one.",
        )],
        Reason::KeyType { .. } => vec![
            remedy(
                RemedyKind::Sign,
                format!("Sign with the key that the policy names: {}.", sign_command(image)),
            ),
            remedy(
                RemedyKind::Policy,
                "Or, if the other key is yours and trusted, add its public key as a further entry.",
            ),
        ],
        Reason::KeyMismatch { claimed, .. } => key_mismatch(claimed.as_ref().map(key_words), image),
        Reason::WrongHash { tried, valid_under } => wrong_hash(hash_words(*tried), valid_under, image),
        Reason::OtherDigest { .. } => vec![
            remedy(
                RemedyKind::Inspect,
                "Do not copy signatures between images: find out who attached this one, it is genuine for another image only.",
            ),
            remedy(
                RemedyKind::Sign,
                format!("If this image is the right one, sign it: {}.", sign_command(image)),
            ),
        ],
        Reason::Annotation { key, wanted, .. } => vec![remedy(
            RemedyKind::Sign,
            format!(
                "Sign with the annotation: add `-a {}={}` to {}.",
                plain(key, 60),
                plain(wanted, 60),
                sign_command(image)
            ),
        )],
        _ => log_remedies(reason, image),
    }
}

/// `count: 0` means all of them, so only a count above one can be made smaller.
fn threshold(required: usize, found: usize, image: &str) -> Vec<Remedy> {
    let sign = if found == 0 {
        format!("Sign with a key that the policy names: {}.", sign_command(image))
    } else {
        format!(
            "Have the keys that are missing sign too ({found} of {required} have): {}.",
            sign_command(image)
        )
    };
    let mut list = vec![remedy(RemedyKind::Sign, sign)];
    if found > 0 {
        list.push(remedy(
            RemedyKind::Weaken,
            format!(
                "`count: {found}`, a smaller `count`, would admit the image. It costs: fewer people or systems have to agree before anything runs."
            ),
        ));
    }
    list
}

/// Kyverno's setting is inside `keys` and knows the SHA-2 hashes; the prehashed form of Ed25519 has none.
fn wrong_hash(tried: &str, valid_under: &str, image: &str) -> Vec<Remedy> {
    let setting = match valid_under {
        "SHA-224" | "SHA-256" | "SHA-384" | "SHA-512" => format!(
            "Set `signatureAlgorithm: {}` inside `keys`: the signature is good under {valid_under}, and {tried} is tried. Nothing gets weaker by it.",
            valid_under.to_lowercase().replace('-', "")
        ),
        other => format!(
            "The signature is good under {}, for which there is no setting: another type of key is needed.",
            plain(other, 60)
        ),
    };
    vec![
        remedy(RemedyKind::Policy, setting),
        remedy(
            RemedyKind::Sign,
            format!("Or sign with a P-256 or RSA key, which need no setting: {}.", sign_command(image)),
        ),
    ]
}

fn key_mismatch(claimed: Option<String>, image: &str) -> Vec<Remedy> {
    let other = match claimed {
        Some(key) => remedy(
            RemedyKind::Policy,
            format!(
                "The log entry names {key} as the signer. If that key is trusted, add its public key as a further entry, with `count: 1` for any of them."
            ),
        ),
        None => remedy(
            RemedyKind::Inspect,
            "Try the keys you have with `sigscope verify IMAGE --key FILE`: if none fits, signature or payload were changed after signing.",
        ),
    };
    vec![
        remedy(
            RemedyKind::Sign,
            format!("Sign with the key that the policy names: {}.", sign_command(image)),
        ),
        other,
    ]
}

fn log_remedies(reason: &Reason, image: &str) -> Vec<Remedy> {
    let again = || {
        remedy(
            RemedyKind::Sign,
            format!(
                "Sign again, so that an entry about this very signature is made: {}.",
                sign_command(image)
            ),
        )
    };
    let ignore = remedy(
        RemedyKind::Weaken,
        "`rekor.ignoreTlog: true` would admit the image. It costs: a stolen key can then sign without leaving a public trace, and nothing says when it signed.",
    );
    match reason {
        Reason::LogAbsent { .. } => vec![
            remedy(
                RemedyKind::Sign,
                format!(
                    "Sign again with upload to the log (without `--tlog-upload=false`): {}.",
                    sign_command(image)
                ),
            ),
            ignore,
        ],
        Reason::LogUnknown { .. } => vec![
            remedy(
                RemedyKind::Policy,
                "If that log is yours, give its key: `rekor.pubkey` in the policy, or `--trusted-root FILE`.",
            ),
            again(),
        ],
        Reason::LogTime { .. } => vec![
            remedy(
                RemedyKind::Inspect,
                "Check that the trusted root is current: a log's key is replaced with each shard, about twice a year.",
            ),
            again(),
        ],
        Reason::LogPromise { .. } | Reason::LogBinding { .. } => vec![
            remedy(
                RemedyKind::Inspect,
                "Treat it as tampering until shown otherwise: an entry does not come to differ by accident. Find out who wrote the signature tag.",
            ),
            again(),
        ],
        Reason::NoAttestation
        | Reason::Condition { .. }
        | Reason::Unresolved { .. }
        | Reason::Denied { .. } => super::attested::remedies(reason, image),
        _ => super::keyless::remedies(reason, image),
    }
}

fn missing_remedy(missing: &Missing) -> Remedy {
    let text = match missing {
        Missing::NotFound { .. } => {
            "Check name, tag and registry; a registry may also say `not found` for what it does not let you see.".to_owned()
        }
        Missing::Denied { host, .. } => format!(
            "Log in with an account that may read there (`docker login {0}` or `podman login {0}`), then refresh.",
            plain(host, 100)
        ),
        Missing::Limited { retry_after: Some(seconds), .. } => {
            format!("Wait {seconds} s and refresh, or log in: anonymous limits are lower.")
        }
        Missing::Limited { retry_after: None, .. } => {
            "Wait and refresh, or log in: anonymous limits are lower.".to_owned()
        }
        Missing::Unreachable { host, .. } | Missing::Timeout { host, .. } => format!(
            "Check that {} can be reached from here (name, proxy, TLS), then refresh.",
            quoted(host)
        ),
        Missing::DigestMismatch { .. } | Missing::Truncated { .. } => {
            "Fetch again; if it stays, the registry or something on the way to it serves other content: do not use it.".to_owned()
        }
        Missing::TooLarge { .. } | Missing::TooDeep { .. } | Missing::TooMany { .. } => {
            "The content is beyond what sigscope reads; look at it with other means before you trust it.".to_owned()
        }
        Missing::Malformed { .. } => {
            "Find out what wrote it; the raw content can be seen with `sigscope tree`.".to_owned()
        }
        Missing::Unsupported { .. } => {
            "Ask a source that can answer: the original registry, or a copy that keeps referrers.".to_owned()
        }
        Missing::NoCluster { .. } => {
            "Judge it in its cluster (`sigscope audit --cluster`, or `:ctx NAME`): the policy reads an object there."
                .to_owned()
        }
        Missing::Offline { .. } => "Run again without `--offline`, or give the material in a file.".to_owned(),
        Missing::Disagreement { .. } => {
            "Do not rely on this signature; ask cosign itself, and report the disagreement.".to_owned()
        }
        Missing::Cancelled | Missing::Waiting => "Refresh to fetch it.".to_owned(),
        Missing::NotImplemented { .. } => {
            "Ask the engine itself about this rule: for Kyverno `kyverno apply POLICY --resource FILE --registry`.".to_owned()
        }
    };
    remedy(RemedyKind::Reach, text)
}
