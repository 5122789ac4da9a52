//! The rows of the list: groups, owners, pods that are alike, containers. A row is a place in the table, so that ten
//! thousand of them cost little; its words are made when it is drawn.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analyse::workloads::{Container, Group, Member, Table, Workload};

/// Owners of an open group that are shown before the rest is asked for.
pub const FIRST: usize = 12;

/// Identifies a row over snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId {
    /// The group it stands in.
    pub group: String,
    /// The owner; without one the row is the group itself.
    pub owner: Option<Arc<str>>,
    /// The pod that stands for those that are alike; without one the row is the owner.
    pub pod: Option<Arc<str>>,
    /// The container in it.
    pub container: Option<Arc<str>>,
}

/// A row: places in the groups and the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The heading of a group.
    Group(usize),
    /// An owner.
    Owner {
        /// Its group.
        group: usize,
        /// Which.
        member: Member,
    },
    /// Pods that are alike.
    Pods {
        /// Its group.
        group: usize,
        /// Which; the container is the first.
        member: Member,
    },
    /// A container.
    Container {
        /// Its group.
        group: usize,
        /// Which.
        member: Member,
    },
    /// So many more owners of a group.
    More {
        /// Its group.
        group: usize,
        /// How many.
        count: usize,
    },
}

/// What is folded and opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    /// Groups that are open although they begin closed, or the other way round.
    pub turned: BTreeSet<String>,
    /// Groups whose owners are all shown.
    pub whole: BTreeSet<String>,
    /// Owners, in their group, whose containers are shown.
    pub opened: BTreeSet<(String, Arc<str>)>,
}

impl Folds {
    /// Whether a group is open: what needs nobody's attention begins closed.
    #[must_use]
    pub fn open(&self, group: &Group) -> bool {
        group.key.is_empty() || opens(group) != self.turned.contains(&group.key)
    }
}

fn opens(group: &Group) -> bool {
    use crate::model::verdict::Verdict;
    match &group.cause {
        Some(cause) => matches!(cause.verdict, Verdict::Deny | Verdict::Audit | Verdict::Error),
        None => true,
    }
}

impl Row {
    /// The group it belongs to.
    #[must_use]
    pub fn group(self) -> usize {
        match self {
            Self::Group(group)
            | Self::Owner { group, .. }
            | Self::Pods { group, .. }
            | Self::Container { group, .. }
            | Self::More { group, .. } => group,
        }
    }

    /// The workload, template and container that it is about.
    #[must_use]
    pub fn member(self) -> Option<Member> {
        match self {
            Self::Owner { member, .. } | Self::Pods { member, .. } | Self::Container { member, .. } => {
                Some(member)
            }
            Self::Group(_) | Self::More { .. } => None,
        }
    }

    /// The workload.
    #[must_use]
    pub fn workload(self, table: &Table) -> Option<&Workload> {
        table.workloads.get(self.member()?.workload)
    }

    /// The container; of an owner: the one for which it stands in its group.
    #[must_use]
    pub fn container(self, table: &Table) -> Option<&Container> {
        let member = self.member()?;
        self.workload(table)?.container(member.template, member.container)
    }

    /// Its identity.
    #[must_use]
    pub fn id(self, table: &Table, groups: &[Group]) -> RowId {
        let group = groups.get(self.group()).map(|group| group.key.clone()).unwrap_or_default();
        let workload = self.workload(table);
        let owner = workload.map(|workload| workload.label.clone());
        let pod = match self {
            Self::Pods { member, .. } | Self::Container { member, .. } => workload
                .and_then(|workload| workload.templates.get(member.template))
                .map(|pods| Arc::from(pods.pod.name.as_str())),
            _ => None,
        };
        let container = match self {
            Self::Container { .. } => self.container(table).map(|one| Arc::from(one.used.pointer.as_str())),
            // No container is called so.
            Self::More { .. } => Some(Arc::from("")),
            _ => None,
        };
        RowId { group, owner, pod, container }
    }
}

/// All rows; with `all` no owner is left for later.
#[must_use]
pub fn rows(table: &Table, groups: &[Group], folds: &Folds, all: bool) -> Vec<Row> {
    let mut out = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        if !group.key.is_empty() {
            out.push(Row::Group(index));
        }
        if !folds.open(group) {
            continue;
        }
        // One more takes no more room than saying that there is one more.
        let short = !all && !group.key.is_empty() && group.members.len() > FIRST + 1;
        let shown = if short && !folds.whole.contains(&group.key) { FIRST } else { group.members.len() };
        for member in group.members.iter().take(shown) {
            out.push(Row::Owner { group: index, member: *member });
            let Some(workload) = table.workloads.get(member.workload) else { continue };
            // Looking an owner up costs a copy of the group's name: most lists have none open.
            if !folds.opened.is_empty() && folds.opened.contains(&(group.key.clone(), workload.label.clone()))
            {
                below(index, member.workload, workload, &mut out);
            }
        }
        if shown < group.members.len() {
            out.push(Row::More { group: index, count: group.members.len() - shown });
        }
    }
    out
}

fn below(group: usize, place: usize, workload: &Workload, out: &mut Vec<Row>) {
    for (template, pods) in workload.templates.iter().enumerate() {
        let member = |container: usize| Member { workload: place, template, container };
        if shows_pods(workload) {
            out.push(Row::Pods { group, member: member(0) });
        }
        out.extend((0..pods.containers.len()).map(|at| Row::Container { group, member: member(at) }));
    }
}

/// Pods are a level of their own where they are known as such.
#[must_use]
pub fn shows_pods(workload: &Workload) -> bool {
    workload.templates.len() > 1 || workload.templates.iter().any(|pods| pods.pod != workload.owner)
}

/// True when something can be opened below an owner.
#[must_use]
pub fn has_below(workload: &Workload) -> bool {
    shows_pods(workload) || workload.templates.iter().map(|pods| pods.containers.len()).sum::<usize>() > 1
}
