//! Incidents that people were not told of yet: put on their way by every route for alerts, and marked as told in the same transaction.
//!
//! What may wake people and what waits for the morning, incidents decide (`metrics/alerts`); here a route's own quiet hours hold too, but never
//! for what is critical. Where no route takes alerts nothing is marked, so the first one is told what is still fresh.

use super::{NotMade, Post};
use crate::access::{Business, business};
use crate::event::incident::Severity;
use crate::journal::incidents::{Telling, Untold, told, untold};
use crate::journal::reports::outbox::{Alert, tell};
use crate::journal::reports::{Kind, routes};
use crate::metrics::alerts::Terms;

impl Post {
    /// Of all businesses.
    pub(super) async fn tell_incidents(&self) -> Result<(), NotMade> {
        let now_us = (self.now_us)();
        for (business, untold) in self.store.read(move |conn| all_untold(conn, now_us)).await? {
            self.tell_one(business, untold, now_us).await?;
        }
        Ok(())
    }

    async fn tell_one(&self, business: Business, untold: Untold, now_us: i64) -> Result<(), NotMade> {
        let Some(keys) = self.vault.keys(business.id) else { return Ok(()) };
        let (make, base_url, zone) = (std::sync::Arc::clone(&self.make), self.base_url.clone(), super::plan::zone_of(&business));
        let number = untold.incident.number;
        self.store
            .write(move |tx| {
                let about = format!("incident {number} {}", untold.what.as_str());
                let is_urgent = untold.incident.severity == Severity::Critical && untold.what == Telling::Opened;
                let alert = Alert { about: &about, is_urgent, zone: &zone };
                let link = format!("{base_url}/incidents/{number}");
                let words = |language: &str| make.incident(&business, language, &untold, &link, now_us);
                tell(tx, &keys, &alert, words, now_us, &mut rand::rng())?;
                Ok(told(tx, business.id, number, untold.what, now_us)?)
            })
            .await
    }
}

fn all_untold(conn: &rusqlite::Connection, now_us: i64) -> Result<Vec<(Business, Untold)>, NotMade> {
    let mut all = Vec::new();
    for known in business::all(conn)? {
        let hears = |routed: &routes::Routed| routed.route.kinds.contains(&Kind::Alert);
        if routes::of(conn, known.id)?.iter().any(hears) {
            let quiet = Terms::of(conn, known.id)?.quiet(super::plan::zone_of(&known));
            all.extend(untold(conn, known.id, &quiet, now_us)?.into_iter().map(|untold| (known.clone(), untold)));
        }
    }
    Ok(all)
}
