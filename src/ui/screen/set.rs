//! All screens together.

use crate::ui::history::{ScreenId, Spot};
use crate::ui::part::Part;

use super::{evidence, images, policies};

/// The state of every screen.
#[derive(Clone, Debug, Default)]
pub struct Screens {
    /// Images.
    pub images: images::State,
    /// Evidence.
    pub evidence: evidence::State,
    /// Policies.
    pub policies: policies::State,
}

impl Screens {
    /// A screen.
    #[must_use]
    pub fn part(&self, screen: ScreenId) -> &dyn Part {
        match screen {
            ScreenId::Images => &self.images,
            ScreenId::Evidence => &self.evidence,
            ScreenId::Policies => &self.policies,
        }
    }

    /// A screen, to be changed.
    pub fn part_mut(&mut self, screen: ScreenId) -> &mut dyn Part {
        match screen {
            ScreenId::Images => &mut self.images,
            ScreenId::Evidence => &mut self.evidence,
            ScreenId::Policies => &mut self.policies,
        }
    }

    /// What is remembered of a screen.
    #[must_use]
    pub fn spot(&self, screen: ScreenId) -> Spot {
        match screen {
            ScreenId::Images => self.images.spot(),
            ScreenId::Evidence => self.evidence.spot(),
            ScreenId::Policies => self.policies.spot(),
        }
    }

    /// Brings a screen back to what is remembered of it.
    pub fn restore(&mut self, screen: ScreenId, spot: &Spot) {
        match screen {
            ScreenId::Images => self.images.restore(spot),
            ScreenId::Evidence => self.evidence.restore(spot),
            ScreenId::Policies => self.policies.restore(spot),
        }
    }
}
