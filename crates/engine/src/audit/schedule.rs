//! A retention run a day for every business, at a quiet hour of its own clock; missed hours are made up for, and a run that was killed
//! goes on.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::watch;

use super::retention::{Retention, RetentionError};
use crate::access::{Business, business};
use crate::journal::retention as journal;

/// How often the clock is looked at.
const TICK: Duration = Duration::from_secs(60);
/// On whose word a run of the schedule decides.
const BY: &str = "retention";

impl Retention {
    /// Looks after every business until `stop` turns true.
    pub async fn keep(self: Arc<Self>, hour: u8, mut stop: watch::Receiver<bool>) {
        loop {
            if let Err(e) = self.look(hour).await {
                tracing::error!(error = %e, "retention run failed, it is tried again");
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    async fn look(&self, hour: u8) -> Result<(), RetentionError> {
        let businesses = self.store.read(|conn| Ok::<_, RetentionError>(business::all(conn).unwrap_or_default())).await?;
        for business in businesses {
            let (id, now_us) = (business.id, (self.now_us)());
            let due = self.store.read(move |conn| {
                let last = journal::newest(conn, id, 1)?.first().map_or(business.created_us, |ran| ran.ended_us);
                let goes_on = journal::unfinished(conn, id)?.is_some();
                Ok::<_, RetentionError>(goes_on || last < quiet_before(&business, hour, now_us))
            });
            if due.await? {
                match self.run(id, BY).await {
                    Ok(_) | Err(RetentionError::UnderWay) => {}
                    Err(e) => return Err(e),
                }
            }
        }
        Ok(())
    }
}

/// The last moment at which it was `hour` o'clock there.
pub(super) fn quiet_before(business: &Business, hour: u8, now_us: i64) -> i64 {
    let zone = TimeZone::get(&business.timezone).unwrap_or(TimeZone::UTC);
    let now = jiff::Timestamp::from_microsecond(now_us).unwrap_or_default().to_zoned(zone);
    let at = |day: jiff::civil::Date| {
        let moment = day.at(hour.min(23) as i8, 0, 0, 0).to_zoned(now.time_zone().clone());
        moment.map_or(0, |moment| moment.timestamp().as_microsecond())
    };
    let today = at(now.date());
    if today <= now_us { today } else { at(now.date().saturating_sub(jiff::Span::new().days(1))) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_quiet_hour_is_the_businesss_own() {
        let mut business = Business {
            id: crate::event::BusinessId(1),
            slug: "main".parse().unwrap(),
            name: "Салон".parse().unwrap(),
            kind: "salon".parse().unwrap(),
            timezone: "Asia/Kamchatka".into(),
            created_us: 0,
        };
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        // 03:30 of the second in Kamchatka: the last four o'clock was on the first.
        assert_eq!(quiet_before(&business, 4, at("2025-01-01T15:30:00Z")), at("2024-12-31T16:00:00Z"));
        assert_eq!(quiet_before(&business, 4, at("2025-01-01T16:00:00Z")), at("2025-01-01T16:00:00Z"));
        business.timezone = "Mars/Olympus".into();
        assert_eq!(quiet_before(&business, 4, at("2025-01-01T16:00:00Z")), at("2025-01-01T04:00:00Z"));
    }
}
