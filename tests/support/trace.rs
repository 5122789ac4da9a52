//! Sample traces in the shape that the judge makes: one for each reason, a pass, a none, an undecided one.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::sync::Arc;

use sigscope::model::identity::KeyIdentity;
use sigscope::model::moment::Moment;
use sigscope::model::notary::NotaryFailure;
use sigscope::model::proof::Fact;
use sigscope::model::reason::{LogPart, Reason};
use sigscope::model::trace::{Clause, EvidencePath, Outcome, PolicyId, Trace, Why};
use sigscope::model::verifier::HashAlgorithm;
use sigscope::model::{Code, ContainerImage, Digest, Missing, Position, ResourceId, Span, StepName, Verdict};

/// The policy that the places of the sample traces are in.
pub(crate) const POLICY: &str = include_str!("../fixtures/policies/ignore-log/1-verify-image-signature.yaml");
/// Its name as a user would write it.
pub(crate) const POLICY_FILE: &str = "policies/1-verify-image-signature.yaml";

/// A digest made of one repeated hexadecimal digit.
pub(crate) fn digest(digit: char) -> Digest {
    format!("sha256:{}", digit.to_string().repeat(64)).parse().unwrap()
}

/// The place of the first occurrence of `text` in [`POLICY`].
pub(crate) fn span(text: &str) -> Span {
    let offset = POLICY.find(text).unwrap_or_else(|| panic!("{text} stands in the policy"));
    let before = &POLICY[..offset];
    let line = u32::try_from(before.matches('\n').count() + 1).unwrap();
    let column = u32::try_from(before.rsplit('\n').next().unwrap_or_default().chars().count() + 1).unwrap();
    let width = u32::try_from(text.chars().count()).unwrap();
    Span {
        file: Arc::from(POLICY_FILE),
        start: Position { offset, line, column },
        end: Position { offset: offset + text.len(), line, column: column + width },
    }
}

/// A key with a fingerprint of one repeated digit.
pub(crate) fn key(digit: char) -> KeyIdentity {
    KeyIdentity { kind: "P-256 key".into(), fingerprint: digit.to_string().repeat(64) }
}

/// One value of every variant of `Reason`; the match below makes a new variant fail to compile until it is here.
pub(crate) fn all_reasons() -> Vec<Reason> {
    let log = "4c80f2de2792938734e3078ea8b143e7e1462f160825b2a26cac56a2869a9e5f";
    let reasons = vec![
        Reason::NoSignature,
        Reason::OtherKind { wanted: "a cosign signature".into(), present: vec!["1 sigstore bundle".into()] },
        Reason::Malformed { what: "signature", problem: "not base64 at byte 3".into() },
        Reason::KeyMalformed { problem: "no PEM block".into() },
        Reason::KeyType { key: "P-256 key".into(), signature: "RSA signature (256 bytes)".into() },
        Reason::KeyMismatch { key: key('a'), claimed: Some(key('b')) },
        Reason::WrongHash { tried: HashAlgorithm::Sha256, valid_under: "SHA-384".into() },
        Reason::OtherDigest { wanted: digest('1'), found: digest('2').to_string() },
        Reason::Annotation { key: "env".into(), wanted: "prod".into(), found: Some("preview".into()) },
        Reason::LogAbsent { url: "https://rekor.example.test".into() },
        Reason::LogUnknown { found: log.into(), trusted: vec!["c".repeat(64)] },
        Reason::LogPromise { log: log.into() },
        Reason::LogTime { at: Moment(1_700_000_000), from: Some(Moment(1_710_000_000)), until: None },
        Reason::LogBinding { part: LogPart::Payload, wanted: "a6".repeat(32), found: "b1".repeat(32) },
        Reason::Threshold { required: 2, found: 1 },
        Reason::Notary(NotaryFailure::Chain {
            problem: "certificate with subject \"CN=a\": is no CA".into(),
        }),
        Reason::Notary(NotaryFailure::Trust { wanted: "a trust store".into(), found: vec!["CN=a".into()] }),
        Reason::Notary(NotaryFailure::Identity {
            wanted: vec!["x509.subject: C=US,ST=WA,O=a".into()],
            found: "O=b,ST=WA,C=US".into(),
        }),
        Reason::Notary(NotaryFailure::Validity {
            subject: "CN=a".into(),
            at: Moment(30),
            from: Moment(10),
            until: Moment(20),
        }),
        Reason::Notary(NotaryFailure::Stamp { problem: "no timestamp countersignature was found".into() }),
        Reason::Notary(NotaryFailure::Expired { expiry: Moment(10), at: Moment(20) }),
        Reason::Notary(NotaryFailure::Target { part: "size", wanted: "401".into(), found: "402".into() }),
        Reason::Notary(NotaryFailure::Metadata { key: "a".into(), wanted: "b".into(), found: None }),
        Reason::NoDigest { image: "127.0.0.1:5000/myorg/app:v1".into() },
        Reason::Unverified { image: "127.0.0.1:5000/myorg/app:v1".into() },
        Reason::NoMatch {
            attribute: "imageReferences",
            wanted: vec!["registry.example.test/*".into()],
            found: "127.0.0.1:5000/myorg/app:v1".into(),
        },
        Reason::PolicyInvalid { problem: "mutateDigest must be set to false".into() },
        Reason::Expression { expression: "a == 2".into(), found: "a = 1".into() },
        Reason::ExpressionError { problem: "no such key: a".into() },
        Reason::AttestorInvalid { problem: "rekor URL must be provided".into() },
        Reason::SignerKind { wanted: "a key", found: "a certificate" },
        Reason::CertificateChain { trusted: vec!["CN=Root".into()], found: "issuer CN=Rogue".into() },
        Reason::CertificateTime { at: Moment(1_700_000_000), from: Some(Moment(1_710_000_000)), until: None },
        Reason::CertificateUsage { found: "server authentication".into() },
        Reason::SctAbsent,
        Reason::SctInvalid { trusted: vec!["c".repeat(64)], found: "log 1b".into() },
        Reason::IdentitySubject { wanted: "a@b.test".into(), found: vec!["a@c.test".into()] },
        Reason::IdentityIssuer { wanted: "https://a.test".into(), found: "https://b.test".into() },
        Reason::IdentityExtension { name: "Build Trigger", wanted: "push".into(), found: None },
        Reason::LogProof { wanted: "aa".into(), found: "ab".into() },
        Reason::LogCheckpoint { wanted: "root aa".into(), found: "root ab".into() },
        Reason::TimeAbsent { wanted: "a log entry or a time stamp" },
        Reason::TimeInvalid { problem: "the imprint is of other bytes".into() },
        Reason::PredicateType { wanted: "https://a.test/v1".into(), found: "https://a.test/v2".into() },
        Reason::StatementSubject { wanted: digest('1'), found: vec![digest('2').to_string()] },
        Reason::NoAttestation,
        Reason::Condition {
            key: "{{ spdxVersion }}".into(),
            operator: "Equals".into(),
            wanted: "\"SPDX-2.3\"".into(),
            found: "\"SPDX-2.2\"".into(),
        },
        Reason::Unresolved { variable: "a.b".into(), problem: "Unknown key \"b\" in path".into() },
        Reason::Denied { message: "too many".into() },
    ];
    for reason in &reasons {
        match reason {
            Reason::NoSignature
            | Reason::Expression { .. }
            | Reason::ExpressionError { .. }
            | Reason::AttestorInvalid { .. }
            | Reason::OtherKind { .. }
            | Reason::Malformed { .. }
            | Reason::KeyMalformed { .. }
            | Reason::KeyType { .. }
            | Reason::KeyMismatch { .. }
            | Reason::WrongHash { .. }
            | Reason::OtherDigest { .. }
            | Reason::Annotation { .. }
            | Reason::LogAbsent { .. }
            | Reason::LogUnknown { .. }
            | Reason::LogPromise { .. }
            | Reason::LogTime { .. }
            | Reason::LogBinding { .. }
            | Reason::Threshold { .. }
            | Reason::Notary(_)
            | Reason::NoDigest { .. }
            | Reason::Unverified { .. }
            | Reason::NoMatch { .. }
            | Reason::PolicyInvalid { .. }
            | Reason::SignerKind { .. }
            | Reason::CertificateChain { .. }
            | Reason::CertificateTime { .. }
            | Reason::CertificateUsage { .. }
            | Reason::SctAbsent
            | Reason::SctInvalid { .. }
            | Reason::IdentitySubject { .. }
            | Reason::IdentityIssuer { .. }
            | Reason::IdentityExtension { .. }
            | Reason::LogProof { .. }
            | Reason::LogCheckpoint { .. }
            | Reason::TimeAbsent { .. }
            | Reason::TimeInvalid { .. }
            | Reason::PredicateType { .. }
            | Reason::NoAttestation
            | Reason::Condition { .. }
            | Reason::Unresolved { .. }
            | Reason::Denied { .. }
            | Reason::StatementSubject { .. } => {}
        }
    }
    reasons
}

/// One value of every variant of `Missing` but the two that mean "not yet".
pub(crate) fn all_missing() -> Vec<Missing> {
    let (what, host) = ("tag sha256-11.sig".to_owned(), "registry.example.test".to_owned());
    vec![
        Missing::NotFound { what: what.clone() },
        Missing::Denied { host: host.clone(), status: 403, detail: "denied".into() },
        Missing::Limited { host: host.clone(), retry_after: Some(20) },
        Missing::Unreachable { host: host.clone(), detail: "connection refused".into() },
        Missing::Timeout { host, seconds: 30 },
        Missing::TooLarge { what: what.clone(), size: 2_000_000_000, limit: 4_000_000 },
        Missing::DigestMismatch { wanted: digest('1'), found: digest('2') },
        Missing::Truncated { what: what.clone(), wanted: 100, found: 60 },
        Missing::Malformed { what: what.clone(), problem: "line 1: expected value".into() },
        Missing::TooDeep { what: what.clone(), limit: 64 },
        Missing::TooMany { what: "referrers".into(), limit: 1_000 },
        Missing::Unsupported { what: "the question for referrers".into() },
        Missing::Offline { what: "the log entry".into() },
        Missing::NotImplemented { what: "verifyImages[0].attestations".into() },
    ]
}

/// A trace without clauses, for `127.0.0.1:5000/myorg/app:v1`.
pub(crate) fn bare(verdict: Verdict, code: Code) -> Trace {
    Trace {
        draft: false,
        resource: ResourceId {
            api_version: "v1".into(),
            kind: "Pod".into(),
            namespace: "default".into(),
            name: "app".into(),
        },
        image: ContainerImage {
            list: "containers".into(),
            container: "app".into(),
            image: "127.0.0.1:5000/myorg/app:v1".into(),
            pointer: "/spec/containers/0/image".into(),
        },
        digest: Some(digest('1')),
        policy: PolicyId {
            kind: "ClusterPolicy".into(),
            namespace: String::new(),
            name: "verify-image-signature".into(),
        },
        rule: "verify-cosign-signature".into(),
        verdict,
        code,
        engine_message: String::new(),
        location: None,
        clauses: Vec::new(),
        deciding: Vec::new(),
    }
}

/// A clause with children.
pub(crate) fn branch(label: &str, outcome: Outcome, at: &str, children: Vec<Clause>) -> Clause {
    let mut clause = Clause::new(label, outcome).at(&span(at));
    clause.children = children;
    clause
}

/// The clauses of a rule with one attestor entry that examined one signature; `stop` ended its signature step.
pub(crate) fn signature_clauses(stop: &Outcome) -> Vec<Clause> {
    let step = |name: StepName, outcome: Outcome| Clause::new(name.words(), outcome);
    let held = *stop == Outcome::Held;
    let mut signature = step(StepName::Signature, stop.clone());
    signature.facts.push(Fact { label: "key", value: format!("P-256 key SHA256:{}", "a".repeat(64)) });
    let mut claim = step(StepName::Claim, Outcome::Held);
    claim.reached = held;
    let steps = vec![
        step(StepName::Format, Outcome::Held),
        step(StepName::Key, Outcome::Held),
        step(StepName::LogPresent, Outcome::NotExercised(Why::SwitchedOff)),
        signature,
        claim,
        step(StepName::Annotations, Outcome::NotExercised(Why::NothingThere)),
    ];
    let mut examined = branch("signature 1 of 1", stop.clone(), "publicKeys", steps);
    examined.evidence = Some(EvidencePath { digest: digest('3'), pointer: String::new() });
    let entry = branch("attestors[0].entries[0].keys", stop.clone(), "keys:", vec![examined]);
    let set = branch("attestors[0]", stop.clone(), "count: 1", vec![entry]);
    let behind = |label: &str| Clause::new(label, if held { Outcome::Held } else { Outcome::NotReached });
    vec![
        branch("match", Outcome::Held, "any:", vec![branch("kinds", Outcome::Held, "Pod", Vec::new())]),
        branch("imageReferences", Outcome::Held, "\"127.0.0.1:*/myorg/*\"", Vec::new()),
        set,
        behind("mutateDigest"),
        behind("verifyDigest"),
        behind("required"),
        branch("failureAction", Outcome::Held, "validationFailureAction", Vec::new()),
    ]
}

/// A trace in which `outcome` decided, as the signature step of the only attestor entry.
pub(crate) fn deciding(verdict: Verdict, outcome: &Outcome) -> Trace {
    let mut trace = bare(verdict, outcome.code().unwrap_or(Code::Pass));
    trace.clauses = signature_clauses(outcome);
    trace.location = Some(span("keys:"));
    if *outcome != Outcome::Held {
        trace.deciding = vec![2, 0, 0, 3];
        trace.engine_message = "failed to verify image 127.0.0.1:5000/myorg/app:v1: .attestors[0].entries[0].keys: \
                                no matching signatures: invalid signature when validating ASN.1 encoded signature"
            .into();
    }
    trace
}

/// A denial for this reason.
pub(crate) fn denied(reason: Reason) -> Trace {
    deciding(Verdict::Deny, &Outcome::Failed(reason))
}

/// Could not be decided for want of this.
pub(crate) fn undecided(missing: Missing) -> Trace {
    deciding(Verdict::Error, &Outcome::Undecided(missing))
}

/// Everything held.
pub(crate) fn passed() -> Trace {
    deciding(Verdict::Pass, &Outcome::Held)
}

/// No rule selects the image.
pub(crate) fn not_selected() -> Trace {
    let reason = Reason::NoMatch {
        attribute: "imageReferences",
        wanted: vec!["127.0.0.1:*/myorg/*".into(), "ghcr.io/myorg/*".into()],
        found: "ghcr.io/other/app:v1".into(),
    };
    let mut trace = bare(Verdict::None, reason.code());
    let at = "\"ghcr.io/myorg/*\"";
    trace.clauses = vec![
        branch("match", Outcome::Held, "any:", Vec::new()),
        branch("imageReferences", Outcome::Failed(reason), at, Vec::new()),
    ];
    trace.location = Some(span(at));
    trace.deciding = vec![1];
    trace
}
