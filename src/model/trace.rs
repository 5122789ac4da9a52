//! The result of judging: a tree of clauses, each with its outcome, its place in the policy and its evidence.

use super::code::Code;
use super::digest::Digest;
use super::missing::Missing;
use super::proof::Fact;
use super::reason::Reason;
use super::span::Span;
use super::verdict::Verdict;
use super::workload::{ContainerImage, ResourceId};

/// Why a clause was not exercised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// Switched off by the policy or the caller (`ignoreTlog: true`, `--insecure-ignore-tlog`).
    SwitchedOff,
    /// There is nothing that it could apply to.
    NothingThere,
    /// Enough other clauses had held before.
    Enough,
}

/// How a clause ended. The five are never merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was checked and holds.
    Held,
    /// It was checked and does not hold.
    Failed(Reason),
    /// An earlier clause failed, and this one cannot be checked by itself.
    NotReached,
    /// It did not have to be checked.
    NotExercised(Why),
    /// It could not be decided.
    Undecided(Missing),
}

impl Outcome {
    /// The word on screen and in JSON: `held`, `failed`, `not reached`, `not exercised`, `undecided`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed(_) => "failed",
            Self::NotReached => "not reached",
            Self::NotExercised(_) => "not exercised",
            Self::Undecided(_) => "undecided",
        }
    }

    /// The code of a failed or undecided outcome.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Failed(reason) => Some(reason.code()),
            Self::Undecided(missing) => Some(Code::of_missing(missing)),
            Self::Held | Self::NotReached | Self::NotExercised(_) => None,
        }
    }
}

/// Where a piece of evidence is: content by digest, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EvidencePath {
    /// Digest of the blob or manifest.
    pub digest: Digest,
    /// JSON pointer, or the name of an annotation; empty: the whole.
    pub pointer: String,
}

/// One clause of a policy, or one step of a verification below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// What it asserts, in words of the policy: `imageReferences`, `attestors[0].entries[1].keys`, `signature over the payload`.
    pub label: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The place in the policy.
    pub location: Option<Span>,
    /// The evidence it looked at.
    pub evidence: Option<EvidencePath>,
    /// What it read.
    pub facts: Vec<Fact>,
    /// False when the real engine would have stopped before: evaluated for information only.
    pub reached: bool,
    /// Clauses of which this one consists.
    pub children: Vec<Clause>,
}

impl Clause {
    /// A clause without place, evidence, facts and children.
    #[must_use]
    pub fn new(label: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            label: label.into(),
            outcome,
            location: None,
            evidence: None,
            facts: Vec::new(),
            reached: true,
            children: Vec::new(),
        }
    }

    /// The same with a place in the policy.
    #[must_use]
    pub fn at(mut self, location: &Span) -> Self {
        self.location = Some(location.clone());
        self
    }

    /// Calls `visit` for this clause and all below it, parents first, with the path of child numbers.
    pub fn walk<'a>(&'a self, path: &mut Vec<usize>, visit: &mut dyn FnMut(&[usize], &'a Clause)) {
        visit(path, self);
        for (index, child) in self.children.iter().enumerate() {
            path.push(index);
            child.walk(path, visit);
            path.pop();
        }
    }
}

/// Which policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyId {
    /// `ClusterPolicy`, `Policy`.
    pub kind: String,
    /// Namespace of a namespaced policy; empty for a cluster policy.
    pub namespace: String,
    /// `metadata.name`.
    pub name: String,
}

/// The result for one container, policy and rule (both Kyverno phases together).
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The resource.
    pub resource: ResourceId,
    /// The image in it.
    pub image: ContainerImage,
    /// The resolved digest, when the image was fetched.
    pub digest: Option<Digest>,
    /// The policy.
    pub policy: PolicyId,
    /// True when the policy is of a file and stands in place of the cluster's of its name.
    pub draft: bool,
    /// The rule; for a policy that its engine refuses, empty.
    pub rule: String,
    /// What the real engine would decide, or `Error` when that cannot be known.
    pub verdict: Verdict,
    /// Code of the deciding clause.
    pub code: Code,
    /// What the real engine would print; empty when it would print nothing.
    pub engine_message: String,
    /// The place in the policy that decided.
    pub location: Option<Span>,
    /// All clauses, in the order of the policy.
    pub clauses: Vec<Clause>,
    /// Path of child numbers to the deciding clause, its first element an index into `clauses`; empty: none.
    pub deciding: Vec<usize>,
}

impl PolicyId {
    /// The engine that enforces policies of this kind, as it is called.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self.kind.as_str() {
            "Notation trust policy" => "notation",
            "ClusterImagePolicy" => "policy-controller",
            _ => "Kyverno",
        }
    }
}

impl Trace {
    /// A name of the policy as people see it: it says where the policy is not the one in force.
    #[must_use]
    pub fn marked(&self, name: String) -> String {
        if self.draft { name + " (draft)" } else { name }
    }

    /// True when the result is of this rule as written, or of a rule that Kyverno derives from it for pod controllers
    /// (`autogen-NAME`, `autogen-cronjob-NAME`, cut to 63 characters).
    #[must_use]
    pub fn is_of_rule(&self, written: &str) -> bool {
        let derived = |prefix: &str| format!("{prefix}-{written}").chars().take(63).eq(self.rule.chars());
        self.rule == written || derived("autogen") || derived("autogen-cronjob")
    }

    /// The clause that decided.
    #[must_use]
    pub fn deciding_clause(&self) -> Option<&Clause> {
        let (first, rest) = self.deciding.split_first()?;
        rest.iter().try_fold(self.clauses.get(*first)?, |clause, index| clause.children.get(*index))
    }

    /// Calls `visit` for every clause, parents first, with its path.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&[usize], &'a Clause)) {
        for (index, clause) in self.clauses.iter().enumerate() {
            clause.walk(&mut vec![index], visit);
        }
    }
}
