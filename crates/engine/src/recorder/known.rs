//! What businesses have settled about what exchanges say, in memory: what `prepare` asks instead of the database.
//!
//! A snapshot of `journal::known`, replaced as a whole after a decision. What cannot be read any more (it was written by a later version) counts as not
//! settled: then nothing is said of costs, and words stay as they are.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::Connection;

use crate::event::BusinessId;
use crate::exchange::Known;
use crate::journal::known;

/// What every business has settled.
#[derive(Debug, Clone, Default)]
pub struct Shelf(Arc<RwLock<HashMap<BusinessId, Arc<Known>>>>);

impl Shelf {
    /// What a business has settled; nothing where it has settled nothing.
    #[must_use]
    pub fn of(&self, business: BusinessId) -> Arc<Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&business).cloned().unwrap_or_default()
    }

    /// Takes what the database holds now. After each decision, and at the start.
    ///
    /// # Errors
    /// When the database says no.
    pub fn refresh(&self, conn: &Connection) -> rusqlite::Result<()> {
        let mut settled: HashMap<BusinessId, Known> = HashMap::new();
        for (business, what, value) in known::all(conn)?.into_iter().filter(|(_, what, _)| what != known::NUMBERS) {
            let known = settled.entry(business).or_default();
            if !known.take(&what, &value) {
                tracing::error!(business = business.0, what, "what was settled cannot be read: it has no effect");
            }
        }
        let settled = settled.into_iter().map(|(business, known)| (business, Arc::new(known))).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = settled;
        Ok(())
    }
}
