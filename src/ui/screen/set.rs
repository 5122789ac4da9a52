//! All screens together.

use crate::ui::history::{ScreenId, Spot};
use crate::ui::part::Part;

use super::{audit, evidence, identities, images, policies, what_if, workloads};

/// The state of every screen.
#[derive(Clone, Debug, Default)]
pub struct Screens {
    /// Workloads.
    pub workloads: workloads::State,
    /// Images.
    pub images: images::State,
    /// Evidence.
    pub evidence: evidence::State,
    /// Policies.
    pub policies: policies::State,
    /// Identities.
    pub identities: identities::State,
    /// Audit.
    pub audit: audit::State,
    /// What-if.
    pub what_if: what_if::State,
}

impl Screens {
    /// A screen.
    #[must_use]
    pub fn part(&self, screen: ScreenId) -> &dyn Part {
        match screen {
            ScreenId::Workloads => &self.workloads,
            ScreenId::Images => &self.images,
            ScreenId::Evidence => &self.evidence,
            ScreenId::Policies => &self.policies,
            ScreenId::Identities => &self.identities,
            ScreenId::Audit => &self.audit,
            ScreenId::WhatIf => &self.what_if,
        }
    }

    /// A screen, to be changed.
    pub fn part_mut(&mut self, screen: ScreenId) -> &mut dyn Part {
        match screen {
            ScreenId::Workloads => &mut self.workloads,
            ScreenId::Images => &mut self.images,
            ScreenId::Evidence => &mut self.evidence,
            ScreenId::Policies => &mut self.policies,
            ScreenId::Identities => &mut self.identities,
            ScreenId::Audit => &mut self.audit,
            ScreenId::WhatIf => &mut self.what_if,
        }
    }

    /// What is remembered of a screen.
    #[must_use]
    pub fn spot(&self, screen: ScreenId) -> Spot {
        match screen {
            ScreenId::Workloads => self.workloads.spot(),
            ScreenId::Images => self.images.spot(),
            ScreenId::Evidence => self.evidence.spot(),
            ScreenId::Policies => self.policies.spot(),
            ScreenId::Identities => self.identities.spot(),
            ScreenId::Audit => self.audit.spot(),
            ScreenId::WhatIf => self.what_if.spot(),
        }
    }

    /// Brings a screen back to what is remembered of it.
    pub fn restore(&mut self, screen: ScreenId, spot: &Spot) {
        match screen {
            ScreenId::Workloads => self.workloads.restore(spot),
            ScreenId::Images => self.images.restore(spot),
            ScreenId::Evidence => self.evidence.restore(spot),
            ScreenId::Policies => self.policies.restore(spot),
            ScreenId::Identities => self.identities.restore(spot),
            ScreenId::Audit => self.audit.restore(spot),
            ScreenId::WhatIf => self.what_if.restore(spot),
        }
    }
}
