//! How the list is sorted and grouped.

use crate::analyse::workloads::{By, Table};
use crate::model::verdict::Verdict;
use crate::ui::action::Sort;

/// What workloads are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Key {
    /// Number of pods, most first.
    #[default]
    Pods,
    /// Verdict, worst first.
    Verdict,
    /// Name.
    Name,
}

/// Sorting and grouping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Order {
    /// Sorted by.
    pub key: Key,
    /// Backwards.
    pub reversed: bool,
    /// Grouped by.
    pub by: By,
}

impl Order {
    /// The order after a choice; the same sort again turns it round.
    pub fn choose(&mut self, sort: Sort) {
        let key = match sort {
            Sort::Pods | Sort::Uses => Key::Pods,
            Sort::Verdict => Key::Verdict,
            Sort::Name => Key::Name,
            Sort::ByVerdict => return self.by = By::Cause,
            Sort::ByResource | Sort::Flat => return self.by = By::Owner,
            Sort::ByNamespace => return self.by = By::Namespace,
            Sort::ByIdentity => return self.by = By::Identity,
            Sort::NextGroup => return self.by = self.by.next(),
            // Repositories are of images.
            Sort::ByRepository => return,
        };
        self.reversed = self.key == key && !self.reversed;
        self.key = key;
    }

    /// In words, for the title of the list.
    #[must_use]
    pub fn words(self) -> String {
        let key = match self.key {
            Key::Pods => "pods",
            Key::Verdict => "verdict",
            Key::Name => "name",
        };
        format!("sort: {key}{}", if self.reversed { " ↑" } else { " ↓" })
    }

    /// Puts places of workloads in this order.
    pub fn sort(self, table: &Table, places: &mut [usize]) {
        let rank = |verdict: Verdict| Verdict::ALL.iter().position(|known| *known == verdict);
        places.sort_by(|a, b| {
            let (Some(one), Some(two)) = (table.workloads.get(*a), table.workloads.get(*b)) else {
                return a.cmp(b);
            };
            let first = match self.key {
                Key::Pods => two.weight().cmp(&one.weight()).then(rank(one.verdict).cmp(&rank(two.verdict))),
                Key::Verdict => {
                    rank(one.verdict).cmp(&rank(two.verdict)).then(two.weight().cmp(&one.weight()))
                }
                Key::Name => std::cmp::Ordering::Equal,
            };
            let all = first.then_with(|| one.label.cmp(&two.label)).then(a.cmp(b));
            if self.reversed { all.reverse() } else { all }
        });
    }
}
