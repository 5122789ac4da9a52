//! How the list is sorted and grouped.

use crate::ui::action::Sort;

/// What rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// Verdict, worst first.
    #[default]
    Verdict,
    /// Name.
    Name,
    /// Number of uses, most first.
    Uses,
}

/// What rows are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Group {
    /// Repository.
    #[default]
    Repository,
    /// Resource that uses it.
    Resource,
    /// Verdict and code.
    Cause,
    /// Nothing.
    Flat,
}

/// Sorting and grouping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Order {
    /// Sorted by.
    pub by: By,
    /// Backwards.
    pub reversed: bool,
    /// Grouped by.
    pub group: Group,
}

impl Order {
    /// The order after a choice; the same sort again turns it round.
    pub fn choose(&mut self, sort: Sort) {
        let by = match sort {
            Sort::Verdict => By::Verdict,
            Sort::Name => By::Name,
            Sort::Uses => By::Uses,
            Sort::ByRepository => return self.group = Group::Repository,
            Sort::ByResource => return self.group = Group::Resource,
            Sort::ByVerdict => return self.group = Group::Cause,
            Sort::Flat => return self.group = Group::Flat,
            // These are of workloads.
            Sort::Pods | Sort::ByNamespace | Sort::ByIdentity | Sort::NextGroup => return,
        };
        self.reversed = self.by == by && !self.reversed;
        self.by = by;
    }

    /// In words, for the title of the list.
    #[must_use]
    pub fn words(self) -> String {
        let by = match self.by {
            By::Verdict => "verdict",
            By::Name => "name",
            By::Uses => "uses",
        };
        format!("{by}{}", if self.reversed { " ↑" } else { " ↓" })
    }

    /// What the list is by, for its title.
    #[must_use]
    pub fn group_words(self) -> &'static str {
        match self.group {
            Group::Repository => " by repository",
            Group::Resource => " by resource",
            Group::Cause => " by cause",
            Group::Flat => "",
        }
    }
}
