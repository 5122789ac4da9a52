//! Where the user has been: screens with what was selected and filtered there.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Most places that are kept.
const LONGEST: usize = 100;

/// A screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScreenId {
    /// Workloads.
    Workloads,
    /// Images.
    #[default]
    Images,
    /// Evidence of one image.
    Evidence,
    /// Policies.
    Policies,
    /// Identities.
    Identities,
    /// Audit.
    Audit,
    /// What-if: reached from a policy or a verdict, not by a number.
    WhatIf,
}

impl ScreenId {
    /// Screens that have a tab, in the order of their keys.
    pub const ALL: [Self; 6] =
        [Self::Workloads, Self::Images, Self::Evidence, Self::Policies, Self::Identities, Self::Audit];

    /// Its name in locators.
    #[must_use]
    pub fn name(self) -> String {
        if self == Self::WhatIf { "what-if".to_owned() } else { self.tab().1.to_lowercase() }
    }

    /// The screen of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::WhatIf]).find(|screen| screen.name() == name)
    }

    /// Number key and title.
    #[must_use]
    pub fn tab(self) -> (char, &'static str) {
        match self {
            Self::Workloads => ('1', "Workloads"),
            Self::Images => ('2', "Images"),
            Self::Evidence => ('3', "Evidence"),
            Self::Policies | Self::WhatIf => ('4', "Policies"),
            Self::Identities => ('5', "Identities"),
            Self::Audit => ('6', "Audit"),
        }
    }
}

/// What is remembered of a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The image that the screen is about.
    pub image: Option<Arc<str>>,
    /// The selected row, in the screen's own words.
    pub row: String,
    /// The filter.
    pub filter: String,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The screen.
    pub screen: ScreenId,
    /// What was there.
    pub spot: Spot,
}

/// Places before and after the present one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Places with a letter.
    pub bookmarks: BTreeMap<char, Place>,
    past: Vec<Place>,
    future: Vec<Place>,
}

impl History {
    /// Remembers the place that is left for a new one.
    pub fn leave(&mut self, place: Place) {
        self.future.clear();
        self.push(place);
    }

    fn push(&mut self, place: Place) {
        if self.past.last() != Some(&place) {
            self.past.push(place);
        }
        if self.past.len() > LONGEST {
            self.past.remove(0);
        }
    }

    /// The place to go back to, for the present one.
    pub fn back(&mut self, present: Place) -> Option<Place> {
        let place = self.past.pop()?;
        self.future.push(present);
        Some(place)
    }

    /// The place to go forward to, for the present one.
    pub fn forward(&mut self, present: Place) -> Option<Place> {
        let place = self.future.pop()?;
        self.push(present);
        Some(place)
    }

    /// The last place on another screen.
    pub fn other(&mut self, present: Place) -> Option<Place> {
        let at = self.past.iter().rposition(|place| place.screen != present.screen)?;
        let place = self.past.remove(at);
        self.push(present);
        Some(place)
    }

    /// True when there is a place to go back to.
    #[must_use]
    pub fn has_past(&self) -> bool {
        !self.past.is_empty()
    }

    /// True when there is a place to go forward to.
    #[must_use]
    pub fn has_future(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(screen: ScreenId) -> Place {
        Place { screen, spot: Spot::default() }
    }

    #[test]
    fn goes_back_and_forward() {
        let mut history = History::default();
        history.leave(place(ScreenId::Images));
        assert_eq!(history.back(place(ScreenId::Policies)), Some(place(ScreenId::Images)));
        assert_eq!(history.forward(place(ScreenId::Images)), Some(place(ScreenId::Policies)));
        assert!(!history.has_future() && history.has_past());
        assert_eq!(history.other(place(ScreenId::Policies)), Some(place(ScreenId::Images)));
        assert_eq!(history.other(place(ScreenId::Images)), Some(place(ScreenId::Policies)));
        for _ in 0..300 {
            history.leave(place(ScreenId::Images));
            history.leave(place(ScreenId::Policies));
        }
        assert!(history.past.len() <= LONGEST);
    }
}
