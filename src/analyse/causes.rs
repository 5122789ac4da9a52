//! Why things stand as they do, as few sentences: results that failed for the same reason under the same policy are one
//! cause.

use std::collections::HashMap;

use crate::model::code::Code;
use crate::model::missing::Missing;
use crate::model::trace::{PolicyId, Trace};
use crate::model::verdict::Verdict;

/// A cause: what it is grouped by, and its sentence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cause {
    /// The verdict.
    pub verdict: Verdict,
    /// The code, when something is wrong.
    pub code: Option<Code>,
    /// The policy that decided; none where nothing was judged, or no policy in particular is to blame.
    pub policy: Option<PolicyId>,
}

impl Cause {
    /// The cause of a result.
    #[must_use]
    pub fn of(trace: &Trace) -> Self {
        match trace.verdict {
            Verdict::Pass | Verdict::None | Verdict::Waiting => Self::plain(trace.verdict),
            // What cannot be fetched is no matter of the policy that asked for it.
            Verdict::Error => Self { verdict: trace.verdict, code: Some(trace.code), policy: None },
            Verdict::Deny | Verdict::Audit => {
                Self { verdict: trace.verdict, code: Some(trace.code), policy: Some(trace.policy.clone()) }
            }
        }
    }

    /// The cause of something that is missing.
    #[must_use]
    pub fn missing(missing: &Missing) -> Self {
        Self { verdict: Verdict::Error, code: Some(Code::of_missing(missing)), policy: None }
    }

    /// A verdict that needs no reason.
    #[must_use]
    pub fn plain(verdict: Verdict) -> Self {
        Self { verdict, code: None, policy: None }
    }

    /// The cause as a sentence without its counts.
    #[must_use]
    pub fn sentence(&self) -> String {
        let meaning = self.code.map(short);
        match (self.verdict, meaning) {
            (Verdict::Pass, _) => "every clause that applies held".to_owned(),
            (Verdict::None, _) => "no rule matches".to_owned(),
            (Verdict::Waiting, _) => "not verified yet".to_owned(),
            (Verdict::Error, Some(meaning)) => format!("could not decide: {meaning}"),
            (Verdict::Error, None) => "could not decide: the image is no reference".to_owned(),
            (Verdict::Audit | Verdict::Deny, Some(meaning)) => meaning,
            (Verdict::Audit | Verdict::Deny, None) => self.verdict.word().to_owned(),
        }
    }
}

/// What a code means in few words, for a heading with counts behind it.
fn short(code: Code) -> String {
    let words = match code {
        Code::SigNone => "no signature found",
        Code::SigKind => "signed in a format that is not asked for",
        Code::SigKey => "signed by another key",
        Code::SigKeyType => "signed by another type of key",
        Code::SigHash => "signed under another hash",
        Code::SigDigest => "the signature is for another image",
        Code::SigAnnotation => "signed annotations differ",
        Code::SigCount => "too few attestors verified",
        Code::SigSigner => "key and certificate are mixed up",
        Code::SigMalformed => "the signature cannot be read",
        Code::LogAbsent => "not in a transparency log",
        Code::LogKey => "in a log that is not trusted",
        Code::LogBinding => "the log entry is about something else",
        Code::CertChain => "certificate by an untrusted authority",
        Code::CertExpired => "certificate not valid at that time",
        Code::IdSubject => "signed by another subject",
        Code::IdIssuer => "signed under another issuer",
        Code::IdExtension => "certificate extensions differ",
        Code::TimeAbsent => "no trusted time of signing",
        Code::AttNone => "no attestation found",
        Code::AttType => "attested, but not what is asked for",
        Code::AttCondition => "an attestation does not meet a condition",
        Code::NotaryTrust => "Notation signer is not in the trust store",
        Code::NotaryIdentity => "Notation signer is not a trusted identity",
        Code::DigMissing => "named by tag, not by digest",
        Code::ReqUnverified => "nothing verified it",
        Code::ExprFalse => "an expression of the policy is false",
        Code::NetNotFound => "not in the registry",
        Code::NetDenied => "the registry refused access",
        Code::NetLimited => "the registry limits requests",
        Code::NetUnreachable => "the registry cannot be reached",
        Code::NetTimeout => "the registry did not answer in time",
        Code::NetWaiting => "not fetched",
        // The others are rare enough to be read in full.
        other => return lower_first(other.meaning().trim_end_matches('.')),
    };
    words.to_owned()
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        // A capital behind the first letter belongs to a name.
        Some(first) if chars.clone().next().is_none_or(|next| !next.is_uppercase()) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

/// Causes by number, in the order in which they were met.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    /// All of them.
    pub all: Vec<Cause>,
    numbers: HashMap<Cause, usize>,
}

impl Causes {
    /// The number of a cause, new or known.
    pub fn number(&mut self, cause: Cause) -> usize {
        if let Some(number) = self.numbers.get(&cause) {
            return *number;
        }
        let number = self.all.len();
        self.all.push(cause.clone());
        self.numbers.insert(cause, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_makes_a_sentence() {
        for code in Code::ALL {
            for verdict in [Verdict::Deny, Verdict::Audit, Verdict::Error] {
                let text = Cause { verdict, code: Some(*code), policy: None }.sentence();
                assert!(!text.is_empty() && !text.ends_with('.'), "{text}");
            }
        }
        assert_eq!(
            Cause { verdict: Verdict::Deny, code: Some(Code::SctInvalid), policy: None }.sentence(),
            "no SCT is by a trusted log over this certificate"
        );
    }

    #[test]
    fn equal_causes_have_one_number() {
        let mut causes = Causes::default();
        let denied = || Cause { verdict: Verdict::Deny, code: Some(Code::SigNone), policy: None };
        let first = causes.number(denied());
        assert_ne!(causes.number(Cause::plain(Verdict::Pass)), first);
        assert_eq!(causes.number(denied()), first);
    }
}
