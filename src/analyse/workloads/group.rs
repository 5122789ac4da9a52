//! Workloads in groups: by cause, by owner, by namespace, by who signed.

use std::collections::{BTreeSet, HashMap};

use super::identity::NOBODY;
use super::table::{Container, Table, Workload};
use crate::analyse::causes::Cause;
use crate::model::verdict::Verdict;

/// The key of the finding that what runs is not what was named; keys of causes have a blank in them.
const DRIFT: &str = "drift";

/// What workloads are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// Why they stand as they do.
    #[default]
    Cause,
    /// Nothing: owners alone.
    Owner,
    /// Namespace.
    Namespace,
    /// Who signed their images.
    Identity,
}

impl By {
    /// All, in the order in which one key goes through them.
    pub const ALL: [Self; 4] = [Self::Cause, Self::Owner, Self::Namespace, Self::Identity];

    /// The word for titles.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Owner => "owner",
            Self::Namespace => "namespace",
            Self::Identity => "identity",
        }
    }

    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|by| *by == self).unwrap_or_default();
        Self::ALL.get((at + 1) % Self::ALL.len()).copied().unwrap_or_default()
    }
}

/// A workload in a group, with the container for which it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Place in `Table.workloads`.
    pub workload: usize,
    /// Place of the template.
    pub template: usize,
    /// Place of the container in it.
    pub container: usize,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Identifies it over snapshots; empty: the one group of all owners, which needs no heading.
    pub key: String,
    /// Its heading without counts.
    pub title: String,
    /// Its verdict; a finding beside the verdicts has none.
    pub verdict: Option<Verdict>,
    /// The cause of all its members, when it is grouped by causes.
    pub cause: Option<Cause>,
    /// Its members.
    pub members: Vec<Member>,
    /// Distinct images of the containers for which members are there.
    pub images: usize,
    /// Pods of its members.
    pub pods: usize,
}

impl Group {
    /// True of the finding that what runs is not what was named.
    #[must_use]
    pub fn is_drift(&self) -> bool {
        self.key == DRIFT
    }

    /// `22 images, 43 pods`; owners where there are no pods, as of a CronJob between its runs.
    #[must_use]
    pub fn counts(&self) -> String {
        let many = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
        let second = if self.pods > 0 { many(self.pods, "pod") } else { many(self.members.len(), "owner") };
        format!("{}, {second}", many(self.images, "image"))
    }
}

/// Groups of the workloads at these places, which keep their order within a group.
#[must_use]
pub fn group(table: &Table, by: By, places: &[usize]) -> Vec<Group> {
    let mut making = Making { table, groups: Vec::new(), places: HashMap::new(), seen: Vec::new() };
    for (place, workload) in places.iter().filter_map(|at| Some((*at, table.workloads.get(*at)?))) {
        match by {
            By::Cause => making.by_cause(place, workload),
            By::Owner => {
                if let Some((member, _)) = worst(place, workload) {
                    making.put(Key::All, member, workload);
                }
            }
            By::Namespace => {
                if let Some((member, _)) = worst(place, workload) {
                    making.put(Key::Named(&workload.owner.namespace), member, workload);
                }
            }
            By::Identity => making.by_identity(place, workload),
        }
    }
    let mut groups = making.finish();
    if by != By::Owner {
        groups.sort_by_key(|group| {
            (rank(group.verdict, by), std::cmp::Reverse(group.pods), group.title.clone())
        });
    }
    groups
}

fn rank(verdict: Option<Verdict>, by: By) -> usize {
    let of = |verdict: Verdict| Verdict::ALL.iter().position(|known| *known == verdict).unwrap_or(0);
    match (by, verdict) {
        // Findings come behind what is denied, would be denied or could not be decided.
        (By::Cause, None) => 2 * of(Verdict::Audit) + 1,
        (By::Cause, Some(verdict)) => 2 * of(verdict),
        _ => 0,
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    All,
    Cause(usize),
    Drift,
    Named(&'a str),
}

struct Making<'a> {
    table: &'a Table,
    groups: Vec<Group>,
    places: HashMap<Key<'a>, usize>,
    seen: Vec<Seen>,
}

/// What has been counted in a group.
#[derive(Default)]
struct Seen {
    images: BTreeSet<usize>,
    /// The last workload and template: places come in order.
    last: Option<(usize, usize)>,
}

/// The container that stands for a workload: the first of its worst.
fn worst(place: usize, workload: &Workload) -> Option<(Member, &Container)> {
    let found = workload.containers().find(|(_, _, container)| container.verdict == workload.verdict);
    found.or_else(|| workload.containers().next()).map(|(template, index, container)| {
        (Member { workload: place, template, container: index }, container)
    })
}

impl<'a> Making<'a> {
    /// Once for every cause that one of its containers has; what passes beside what does not is no group of its own.
    fn by_cause(&mut self, place: usize, workload: &'a Workload) {
        let stands = matches!(workload.verdict, Verdict::Pass | Verdict::None);
        for (template, index, container) in workload.containers() {
            let member = Member { workload: place, template, container: index };
            if stands || !matches!(container.verdict, Verdict::Pass | Verdict::None) {
                let calm = stands && container.verdict != workload.verdict;
                if !calm {
                    self.put(Key::Cause(container.cause), member, workload);
                }
            }
            if container.drift.is_some() {
                self.put(Key::Drift, member, workload);
            }
        }
    }

    fn by_identity(&mut self, place: usize, workload: &'a Workload) {
        let table = self.table;
        for (template, index, container) in workload.containers() {
            let member = Member { workload: place, template, container: index };
            match table.signers.get(container.image).filter(|signers| !signers.is_empty()) {
                Some(signers) => {
                    signers.iter().for_each(|signer| self.put(Key::Named(signer), member, workload));
                }
                None => self.put(Key::Named(NOBODY), member, workload),
            }
        }
    }

    fn put(&mut self, key: Key<'a>, member: Member, workload: &Workload) {
        let at = match self.places.get(&key) {
            Some(at) => *at,
            None => {
                self.groups.push(self.heading(key));
                self.seen.push(Seen::default());
                self.places.insert(key, self.groups.len() - 1);
                self.groups.len() - 1
            }
        };
        let (Some(group), Some(seen)) = (self.groups.get_mut(at), self.seen.get_mut(at)) else { return };
        if let Some(container) = workload.container(member.template, member.container) {
            seen.images.insert(container.image);
            if matches!(key, Key::Named(_) | Key::All) {
                group.verdict = Some(group.verdict.map_or(container.verdict, |v| v.worse(container.verdict)));
            }
        }
        if group.members.last().is_none_or(|last| last.workload != member.workload) {
            group.members.push(member);
        }
        let own = Some((member.workload, member.template));
        if seen.last != own {
            seen.last = own;
            group.pods += workload.weight_of(member.template);
        }
    }

    fn heading(&self, key: Key<'_>) -> Group {
        let cause = match key {
            Key::Cause(number) => self.table.causes.get(number).cloned(),
            _ => None,
        };
        let (text, title) = match (key, &cause) {
            (Key::Cause(_), Some(cause)) => (cause_key(cause), cause_title(cause)),
            (Key::Drift, _) => (DRIFT.to_owned(), "what runs is not what its image names now".to_owned()),
            (Key::Named(""), _) => ("no namespace".to_owned(), "(no namespace)".to_owned()),
            (Key::Named(name), _) => (name.to_owned(), name.to_owned()),
            (Key::All | Key::Cause(_), _) => (String::new(), String::new()),
        };
        Group {
            key: text,
            title,
            verdict: cause.as_ref().map(|cause| cause.verdict),
            cause,
            members: Vec::new(),
            images: 0,
            pods: 0,
        }
    }

    fn finish(self) -> Vec<Group> {
        let mut groups = self.groups;
        for (group, seen) in groups.iter_mut().zip(self.seen) {
            group.images = seen.images.len();
        }
        groups
    }
}

fn cause_key(cause: &Cause) -> String {
    let code = cause.code.map_or("", |code| code.as_str());
    let policy = cause.policy.as_ref().map(|id| format!("{}/{}/{}", id.kind, id.namespace, id.name));
    format!("{} {code} {}", cause.verdict.word(), policy.unwrap_or_default())
}

fn cause_title(cause: &Cause) -> String {
    match &cause.policy {
        Some(policy) => format!("{} · {}", cause.sentence(), policy.name),
        None => cause.sentence(),
    }
}
