//! The unwrapped business keys of this process, for everyone who seals, opens or looks up.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::BusinessKeys;
use crate::event::BusinessId;

/// Shared by the recorder and all readers.
#[derive(Clone, Default)]
pub struct Vault(Arc<RwLock<HashMap<BusinessId, Arc<BusinessKeys>>>>);

impl Vault {
    /// With these keys.
    #[must_use]
    pub fn new(keys: Vec<BusinessKeys>) -> Self {
        let vault = Self::default();
        keys.into_iter().for_each(|keys| vault.add(keys));
        vault
    }

    /// From now on also with these.
    pub fn add(&self, keys: BusinessKeys) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(keys.business(), Arc::new(keys));
    }

    /// The keys of one business.
    #[must_use]
    pub fn keys(&self, business: BusinessId) -> Option<Arc<BusinessKeys>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&business).cloned()
    }

    /// Every business that has keys.
    #[must_use]
    pub fn businesses(&self) -> Vec<BusinessId> {
        let mut all: Vec<_> = self.0.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        all.sort_unstable();
        all
    }
}
