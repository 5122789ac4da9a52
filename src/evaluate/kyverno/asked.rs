//! What was asked for an attestor last: reading its certificates and keys once is enough while the trust stays the same.

use std::sync::{Arc, PoisonError, RwLock};

use super::case::Context;
use crate::model::Moment;
use crate::model::demand::{Demand, TrustRoot};
use crate::model::verifier::LogKey;

/// Everything that a demand is made of beside the attestor itself. The lists are kept, so that one at the same address is
/// the same list.
#[derive(Debug)]
struct Under {
    log_keys: Arc<[LogKey]>,
    root: TrustRoot,
    as_of: Moment,
    offline: bool,
    /// For a bundle.
    bundle: bool,
}

impl Under {
    fn is(&self, context: &Context<'_>, bundle: bool) -> bool {
        let (own, other) = (&self.root, context.root);
        self.bundle == bundle
            && self.as_of == context.as_of
            && self.offline == context.offline
            && Arc::ptr_eq(&self.log_keys, context.log_keys)
            && Arc::ptr_eq(&own.logs, &other.logs)
            && Arc::ptr_eq(&own.ct_logs, &other.ct_logs)
            && Arc::ptr_eq(&own.authorities, &other.authorities)
            && Arc::ptr_eq(&own.stamp_authorities, &other.stamp_authorities)
    }
}

/// The memory of one attestor. A copy of an attestor starts with an empty one: it may be changed.
#[derive(Debug, Default)]
pub struct Asked(RwLock<Option<(Under, Arc<Demand>)>>);

impl Clone for Asked {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Asked {
    /// The demand under this trust, made when it is not known. What fails is not remembered.
    pub(super) fn or<E>(
        &self,
        context: &Context<'_>,
        bundle: bool,
        make: impl FnOnce() -> Result<Demand, E>,
    ) -> Result<Arc<Demand>, E> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, demand)) = kept.as_ref().filter(|(under, _)| under.is(context, bundle)) {
            return Ok(Arc::clone(demand));
        }
        drop(kept);
        let demand = Arc::new(make()?);
        let under = Under {
            log_keys: Arc::clone(context.log_keys),
            root: context.root.clone(),
            as_of: context.as_of,
            offline: context.offline,
            bundle,
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((under, Arc::clone(&demand)));
        Ok(demand)
    }
}
