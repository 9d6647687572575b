//! A retention run: everything whose time is over by the policy of the business, and that nobody holds, in slices.
//!
//! A slice is one decision and one transaction of the recorder. What was accepted meanwhile stands in the queue before the next one and is
//! recorded first; when that was much, the run also rests as long as the slice took, so recording keeps at least half of the time. A run that is killed leaves whole slices behind: the next one finds the rest and goes on under the same id.
//! The last decision of a run says what it did, also when that was nothing, because the law asks for a log of it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::decide::{Decide, DecideError};
use crate::event::record::Decision;
use crate::event::{BusinessId, Policy};
use crate::journal::retention::{self as journal, Forecast, Hold, Place, Ran, Slice};
use crate::journal::{append, segments};
use crate::store::{Store, StoreError};

/// Records of one slice: a fifth of a second of the writer.
const SLICE: u64 = 2_000;
/// Words are removed faster from an index made one, which costs as much as removing every hundredth of all records one by one.
const MUCH: u64 = 100;
/// So much waits to be recorded after a slice, some hundred events: others want the writer too.
const BUSY_BYTES: u64 = 64 << 10;
/// The longest rest between two slices.
const REST: Duration = Duration::from_secs(2);
/// Runs that a page shows.
const SHOWN: u32 = 10;

/// Why there was no run, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A slice was not accepted; what went before it is gone, and the next run goes on.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// One at a time.
    #[error("a retention run of this business is under way already")]
    UnderWay,
}

impl From<rusqlite::Error> for RetentionError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What a run did, or in a dry one would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its id; none of a dry run.
    pub run: Option<String>,
    /// The policy it followed.
    #[serde(flatten)]
    pub policy: Policy,
    /// Detail of before this moment is over.
    pub before_us: i64,
    /// Conversations that went.
    pub conversations: u64,
    /// Events that went, those outside of conversations included.
    pub events: u64,
    /// Conversations that a hold keeps.
    pub held: u64,
}

/// Policy, holds, what would go now, and the last runs.
#[derive(Debug, Clone, Serialize)]
pub struct Outlook {
    /// How long what is kept.
    pub policy: Policy,
    /// What must not expire.
    pub holds: Vec<Hold>,
    /// What a run would do now.
    pub next: Forecast,
    /// The last runs.
    pub runs: Vec<Ran>,
}

/// Runs, and what is known before one.
pub struct Retention {
    pub(super) store: Store,
    decide: Decide,
    pub(super) now_us: fn() -> i64,
    under_way: Mutex<Vec<BusinessId>>,
}

impl Retention {
    /// Over this store, deciding through `decide`.
    #[must_use]
    pub fn new(store: Store, decide: Decide, now_us: fn() -> i64) -> Self {
        Self { store, decide, now_us, under_way: Mutex::new(Vec::new()) }
    }

    /// Everything a page says about it.
    ///
    /// # Errors
    /// When the database says no.
    pub async fn outlook(&self, business: BusinessId) -> Result<Outlook, RetentionError> {
        let now_us = (self.now_us)();
        let read = self.store.read(move |conn| {
            let policy = journal::policy(conn, business)?;
            let held = journal::held(conn, business, now_us)?;
            let next = journal::forecast(conn, business, &held, policy.detail_before_us(now_us), now_us)?;
            let (holds, runs) = (journal::open_holds(conn, business, now_us)?, journal::newest(conn, business, SHOWN)?);
            Ok::<_, RetentionError>(Outlook { policy, holds, next, runs })
        });
        read.await
    }

    /// What a run would do now.
    ///
    /// # Errors
    /// When the database says no.
    pub async fn dry_run(&self, business: BusinessId) -> Result<Report, RetentionError> {
        let Outlook { policy, next, .. } = self.outlook(business).await?;
        let before_us = policy.detail_before_us((self.now_us)());
        let Forecast { conversations, events, alone, held } = next;
        Ok(Report { run: None, policy, before_us, conversations, events: events + alone, held })
    }

    /// Runs, on the word of `by`.
    ///
    /// # Errors
    /// When one is under way, or something said no; the next run goes on.
    pub async fn run(&self, business: BusinessId, by: &str) -> Result<Report, RetentionError> {
        let _turn = Turn::take(self, business)?;
        let now_us = (self.now_us)();
        let read =
            self.store.read(move |conn| Ok::<_, RetentionError>((journal::policy(conn, business)?, journal::unfinished(conn, business)?)));
        let (policy, unfinished) = read.await?;
        let run = unfinished.unwrap_or_else(|| format!("r_{}", uuid::Uuid::new_v4().simple()));
        let before_us = policy.detail_before_us(now_us);
        let mut report = Report { run: Some(run.clone()), policy, before_us, conversations: 0, events: 0, held: 0 };
        if self.is_much(business, before_us).await? {
            self.make_index_one().await?;
        }
        let mut place = Some(Place::START);
        while let Some(from) = place {
            let begun = Instant::now();
            let slice = self.slice(business, before_us, from).await?;
            place = slice.next;
            if slice.records.is_empty() {
                continue;
            }
            let records = slice.records.to_string();
            self.say(business, by, Decision::Expired { run: run.clone(), then: policy.then, before_us, records }).await?;
            report.conversations += slice.conversations;
            report.events += slice.events;
            self.give_way(begun).await;
        }
        report.held = self.outlook(business).await?.next.held;
        let Report { conversations, events, held, .. } = report;
        let aggregates_before_us = policy.aggregates_before_us(now_us);
        self.say(business, by, Decision::RetentionRan { run, policy, before_us, aggregates_before_us, conversations, events, held })
            .await?;
        tracing::info!(business = business.0, conversations, events, held, "retention run finished");
        Ok(report)
    }

    /// Whether so much is over that the full-text index is worth preparing for it.
    async fn is_much(&self, business: BusinessId, before_us: i64) -> Result<bool, RetentionError> {
        let now_us = (self.now_us)();
        let read = self.store.read(move |conn| {
            let held = journal::held(conn, business, now_us)?;
            let Forecast { events, alone, .. } = journal::forecast(conn, business, &held, before_us, now_us)?;
            let going = events + alone;
            Ok::<_, RetentionError>(going > SLICE && going * MUCH > append::next_index(conn, business)?)
        });
        read.await
    }

    async fn make_index_one(&self) -> Result<(), RetentionError> {
        let (mut more, mut first) = (true, true);
        while more {
            let begun = Instant::now();
            more = self.store.write(move |tx| Ok::<_, RetentionError>(segments::merge(tx, first)?)).await?;
            first = false;
            self.give_way(begun).await;
        }
        Ok(())
    }

    /// Rests as long as it has worked since, when recording has much to do.
    async fn give_way(&self, since: Instant) {
        if self.decide.waiting_bytes() > BUSY_BYTES {
            tokio::time::sleep(since.elapsed().min(REST)).await;
        }
    }

    async fn slice(&self, business: BusinessId, before_us: i64, from: Place) -> Result<Slice, RetentionError> {
        let now_us = (self.now_us)();
        let read = self.store.read(move |conn| {
            // Anew for every slice: a hold that was placed during the run holds.
            let held = journal::held(conn, business, now_us)?;
            Ok::<_, RetentionError>(journal::slice(conn, business, &held, (before_us, now_us), from, SLICE)?)
        });
        read.await
    }

    /// A decision that waits behind much recording takes effect by itself, in its turn.
    async fn say(&self, business: BusinessId, by: &str, decision: Decision) -> Result<(), RetentionError> {
        match self.decide.decide(business, by, decision, (self.now_us)()).await {
            Ok(_) | Err(DecideError::Behind) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }
}

/// One run of a business at a time, however it is asked for.
struct Turn<'a> {
    retention: &'a Retention,
    business: BusinessId,
}

impl<'a> Turn<'a> {
    fn take(retention: &'a Retention, business: BusinessId) -> Result<Self, RetentionError> {
        let mut under_way = retention.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.contains(&business) {
            return Err(RetentionError::UnderWay);
        }
        under_way.push(business);
        Ok(Self { retention, business })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.retention.under_way.lock().unwrap_or_else(PoisonError::into_inner).retain(|business| *business != self.business);
    }
}
