//! What is due is made and stored, in one transaction with the row that says it is on its way.

use jiff::tz::TimeZone;

use super::{Post, Wanted};
use crate::access::{AccessError, Business, business};
use crate::event::BusinessId;
use crate::journal::reports::letters::{self, Words};
use crate::journal::reports::outbox;
use crate::journal::reports::routes::{self, Routed};
use crate::journal::reports::timetable::{self, Due};
use crate::journal::reports::{Kind, Letter};
use crate::store::StoreError;

/// Why nothing was put on its way.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The report could not be made.
    #[error("report: {0}")]
    Made(String),
    /// There is no such business, or it has no keys here.
    #[error("this business has no keys here")]
    NoKeys,
    /// There is no such route.
    #[error("no such route")]
    NoRoute,
    /// An alert is told when it happens.
    #[error("an alert is told when it happens")]
    Alert,
}

impl From<rusqlite::Error> for NotMade {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<AccessError> for NotMade {
    fn from(error: AccessError) -> Self {
        Self::Made(error.to_string())
    }
}

/// One report for one route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    kind: Kind,
    period: String,
    from_us: i64,
    to_us: i64,
    due_us: i64,
}

impl Post {
    /// Makes and stores what is due of all businesses. What cannot be made of one is no reason to leave the others without.
    pub(super) async fn plan(&self) -> Result<(), NotMade> {
        let now_us = (self.now_us)();
        for (business, routed, due) in self.store.read(move |conn| all_due(conn, now_us)).await? {
            let zone = zone_of(&business);
            let (from_us, to_us) = due.span_us(&zone);
            let due_us = timetable::not_before(&routed.route, &zone, due.at_us, false);
            let sending = Sending { kind: due.kind, period: due.period(), from_us, to_us, due_us };
            match self.put(business.clone(), routed, sending).await {
                Ok(true) => {
                    tracing::info!(business = business.slug.as_str(), kind = due.kind.as_str(), period = due.period(), "report made")
                }
                Ok(false) => {}
                Err(e) => tracing::error!(business = business.slug.as_str(), kind = due.kind.as_str(), error = %e, "report not made"),
            }
        }
        Ok(())
    }

    /// Sends the last report of a kind by a route, also where the route had it already.
    ///
    /// # Errors
    /// [`NotMade`].
    pub async fn send_now(&self, business: BusinessId, route: &str, kind: Kind) -> Result<bool, NotMade> {
        let now_us = (self.now_us)();
        let (business, routed) = self.route(business, route).await?;
        let zone = zone_of(&business);
        let (from, to) = timetable::last_period(kind, routed.route.weekday, &zone, now_us).ok_or(NotMade::Alert)?;
        let (from_us, to_us) = (timetable::midnight_us(from, &zone), timetable::midnight_us(to, &zone));
        // A period of its own: the report of the day is sent all the same.
        let period = format!("{}#{}", timetable::period(from, to), now_us / 1000);
        self.put(business, routed, Sending { kind, period, from_us, to_us, due_us: now_us }).await
    }

    /// Sends a few words by a route, to see whether they arrive.
    ///
    /// # Errors
    /// [`NotMade`].
    pub async fn send_trial(&self, business: BusinessId, route: &str) -> Result<bool, NotMade> {
        let now_us = (self.now_us)();
        let (business, routed) = self.route(business, route).await?;
        let language = routed.route.language.clone();
        let say = |key| self.make.say(&language, key, business.name.as_str());
        let words = Words { title: say("reports-trial-title"), text: say("reports-trial-text"), html: None };
        let sending =
            Sending { kind: Kind::Alert, period: format!("test#{}", now_us / 1000), from_us: now_us, to_us: now_us, due_us: now_us };
        self.store_one(business.id, routed, sending, words).await
    }

    async fn route(&self, business: BusinessId, route: &str) -> Result<(Business, Routed), NotMade> {
        let route = route.to_owned();
        self.store
            .read(move |conn| {
                let known = business::by_id(conn, business)?.ok_or(NotMade::NoKeys)?;
                Ok((known, routes::one(conn, business, &route)?.ok_or(NotMade::NoRoute)?))
            })
            .await
    }

    /// Makes a report for a route and puts it on its way; false where that was done.
    async fn put(&self, business: Business, routed: Routed, sending: Sending) -> Result<bool, NotMade> {
        let now_us = (self.now_us)();
        let Sending { kind, from_us, to_us, .. } = sending;
        let wanted = Wanted { kind, language: routed.route.language.clone(), from_us, to_us };
        let (id, make) = (business.id, std::sync::Arc::clone(&self.make));
        let words = self.store.read(move |conn| make.make(conn, &business, &wanted, now_us).map_err(NotMade::Made)).await?;
        self.store_one(id, routed, sending, words).await
    }

    async fn store_one(&self, business: BusinessId, routed: Routed, sending: Sending, words: Words) -> Result<bool, NotMade> {
        let (now_us, keys) = ((self.now_us)(), self.vault.keys(business).ok_or(NotMade::NoKeys)?);
        let language = routed.route.language.clone();
        let mut letter = Letter { id: 0, kind: sending.kind, period: sending.period, language, made_us: now_us };
        self.store
            .write(move |tx| {
                letter.id = letters::keep(tx, &keys, &letter, &words, &mut rand::rng())?;
                Ok(outbox::put(tx, &routed, &letter, sending.due_us, now_us)?)
            })
            .await
    }
}

/// Of every business: which routes are to have what, and have not.
fn all_due(conn: &rusqlite::Connection, now_us: i64) -> Result<Vec<(Business, Routed, Due)>, NotMade> {
    let mut all = Vec::new();
    for known in business::all(conn)? {
        let zone = zone_of(&known);
        for routed in routes::of(conn, known.id)? {
            for due in timetable::due(&routed, &zone, now_us) {
                if !outbox::has(conn, known.id, &routed.id, due.kind, &due.period())? {
                    all.push((known.clone(), routed.clone(), due));
                }
            }
        }
    }
    Ok(all)
}

pub(super) fn zone_of(business: &Business) -> TimeZone {
    TimeZone::get(&business.timezone).unwrap_or(TimeZone::UTC)
}
