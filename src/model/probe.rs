//! Near misses: evidence as it might have been, thrown at a draft to see how much the draft admits.
//!
//! A probe changes what has been verified already (who signed, that a log has it, when, for which digest), never bytes. It
//! has no trace and no proof that leaves the place where it is judged: nothing of it can be taken for a real image's.

use std::sync::Arc;

use super::code::Code;
use super::identity::Claims;
use super::span::Span;
use super::trace::PolicyId;

/// What is other than in the evidence that a probe comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alteration {
    /// The signer is another one, with a certificate that says this.
    Claims(Claims),
    /// Certificates had expired before anything was signed.
    Expired,
    /// No log has an entry.
    NoLog,
    /// Everything that is signed names another digest.
    OtherDigest,
    /// Another key signed.
    OtherKey,
    /// Nothing hangs on the image.
    Unsigned,
}

/// What kind of near miss a probe is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NearMiss {
    /// The same repository below another owner.
    Fork,
    /// Another repository of the same owner.
    OtherRepository,
    /// Another workflow of the same repository.
    OtherWorkflow,
    /// A branch where a tag signed, or another branch.
    Branch,
    /// A pull request.
    PullRequest,
    /// Another account of the same domain.
    OtherAccount,
    /// The same account name in another domain.
    OtherDomain,
    /// A name that holds the signer's name inside.
    LookAlike,
    /// The same name, vouched for by another issuer.
    OtherIssuer,
    /// A certificate without any name.
    NoName,
    /// A certificate that had expired.
    Expired,
    /// No log entry.
    NoLog,
    /// A signature for another digest.
    OtherDigest,
    /// A signature by another key.
    OtherKey,
    /// No signature at all.
    Unsigned,
}

impl NearMiss {
    /// In words, as a list has it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Fork => "fork of the repository",
            Self::OtherRepository => "other repository",
            Self::OtherWorkflow => "other workflow",
            Self::Branch => "other branch",
            Self::PullRequest => "pull-request ref",
            Self::OtherAccount => "other account",
            Self::OtherDomain => "other domain",
            Self::LookAlike => "look-alike name",
            Self::OtherIssuer => "other issuer",
            Self::NoName => "certificate without a name",
            Self::Expired => "expired certificate",
            Self::NoLog => "no log entry",
            Self::OtherDigest => "other digest",
            Self::OtherKey => "other key",
            Self::Unsigned => "no signature",
        }
    }

    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::OtherRepository => "other-repository",
            Self::OtherWorkflow => "other-workflow",
            Self::Branch => "other-branch",
            Self::PullRequest => "pull-request",
            Self::OtherAccount => "other-account",
            Self::OtherDomain => "other-domain",
            Self::LookAlike => "look-alike",
            Self::OtherIssuer => "other-issuer",
            Self::NoName => "no-name",
            Self::Expired => "expired-certificate",
            Self::NoLog => "no-log-entry",
            Self::OtherDigest => "other-digest",
            Self::OtherKey => "other-key",
            Self::Unsigned => "no-signature",
        }
    }
}

/// What a policy says to a near miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProbeAnswer {
    /// It lets it in.
    Admitted,
    /// It refuses it, or would where it only reports, for this cause.
    Refused(Code),
    /// It cannot be decided, for this cause.
    Undecided(Code),
}

/// One near miss and the answer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What kind it is.
    pub kind: NearMiss,
    /// The image from whose evidence it was derived, as written.
    pub image: Arc<str>,
    /// The name that the signer would have had; empty where it is not about names. It may be hostile text.
    pub signer: String,
    /// The answer.
    pub answer: ProbeAnswer,
    /// The policy that answered.
    pub policy: PolicyId,
    /// Where in the policy: what admits it, or what refuses it.
    pub location: Option<Span>,
}
