//! Draws by themselves: the unsure intents of a week when it is over, conversations of a month when it is over, at a quiet hour; and every
//! minute what was answered is held against the facts.
//!
//! Weeks and months that the server slept through are made up for, as far as their detail is still there.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::periods;
use super::reviews::{Reviews, ReviewsError, Wish, zone};
use super::schedule::quiet_before;
use crate::access::{Business, business};
use crate::event::review::ReviewQueue;
use crate::event::when::HOUR_US;
use crate::journal::reviews as journal;

/// How often the clock is looked at.
const TICK: Duration = Duration::from_secs(60);
/// On whose word the schedule draws.
pub(super) const BY: &str = "reviews";
/// Weeks and months that are made up for.
const WEEKS: usize = 4;
const MONTHS: usize = 2;
/// What was empty may be filled by an import.
const AGAIN_US: i64 = HOUR_US;

impl Reviews {
    /// Looks after every business until `stop` turns true.
    pub async fn keep(self: Arc<Self>, hour: u8, mut stop: watch::Receiver<bool>) {
        loop {
            if let Err(e) = self.look(hour).await {
                tracing::error!(error = %e, "reviews were not drawn, it is tried again");
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// The same now, after history came in.
    ///
    /// # Errors
    /// When something cannot be drawn.
    pub async fn catch_up(&self, hour: u8) -> Result<(), ReviewsError> {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.look(hour).await
    }

    async fn look(&self, hour: u8) -> Result<(), ReviewsError> {
        let businesses = self.store.read(|conn| Ok::<_, ReviewsError>(business::all(conn).unwrap_or_default())).await?;
        for business in businesses {
            for period in self.due(&business, hour) {
                self.settle(&business, period).await?;
            }
            self.check_facts(&business, BY).await?;
        }
        Ok(())
    }

    /// Weeks and months whose first quiet hour has come and that nobody has looked at in this process, the oldest first.
    fn due(&self, business: &Business, hour: u8) -> Vec<String> {
        let (zone, now_us) = (zone(business), (self.now_us)());
        let quiet_us = quiet_before(business, hour, now_us);
        let weeks = periods::last_weeks(&zone, now_us, WEEKS).into_iter().rev();
        let months = periods::last_months(&zone, now_us, MONTHS).into_iter().rev();
        let over = weeks.chain(months).filter(|period| period.to_us <= quiet_us);
        let settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        over.map(|period| period.name)
            .filter(|name| settled.get(&(business.id, name.clone())).is_none_or(|again_us| *again_us <= now_us))
            .collect()
    }

    async fn settle(&self, business: &Business, period: String) -> Result<(), ReviewsError> {
        let (id, name) = (business.id, period.clone());
        let is_drawn = self.store.read(move |conn| {
            let queue = if name.contains('W') { ReviewQueue::Low } else { ReviewQueue::Random };
            Ok::<_, ReviewsError>(journal::draws(conn, id, queue, usize::MAX)?.iter().any(|stored| stored.draw.period == name))
        });
        let mut again_us = i64::MAX;
        if !is_drawn.await? {
            match self.draw(business, BY, Wish { period: period.clone(), ..Wish::default() }).await {
                Ok(report) => tracing::info!(business = id.0, period, low = report.low, drawn = report.drawn, "reviews drawn"),
                Err(ReviewsError::Nothing(_)) => again_us = (self.now_us)() + AGAIN_US,
                Err(ReviewsError::Drawn(_)) => {}
                Err(e) => return Err(e),
            }
        }
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).insert((id, period), again_us);
        Ok(())
    }
}
