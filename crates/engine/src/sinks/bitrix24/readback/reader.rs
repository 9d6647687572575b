//! Reading one portal back for as long as its connection stays as it is: every few minutes, at once when its hook says so, everything at night.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use super::super::rest::{Halt, Portal};
use super::{Looked, Notebook, ReadError, Tell};
use crate::journal::crm;
use crate::store::{Store, StoreError};

const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// A portal that wants a person is looked at again after that: perhaps somebody was there.
const HALTED: Duration = Duration::from_secs(600);
/// One that is blocked for overload is left alone until somebody changes the connection, or a day.
const OVERLOADED: Duration = Duration::from_secs(86_400);
/// Between two slices of the night, and while the portal is busy.
const SLICES: Duration = Duration::from_secs(1);
const BUSY: Duration = Duration::from_secs(20);

/// How often what is done.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// Without a hint.
    pub every: Duration,
    /// So long hints are gathered; also the shortest time between two looks.
    pub hints: Duration,
    /// The first pause after something did not work; it doubles.
    pub pause: Duration,
    /// The hour of the nightly pass, on the business's clock.
    pub night_hour: i8,
}

/// Reads one portal.
pub struct Reader {
    /// The tables.
    pub store: Store,
    /// Whom it asks.
    pub portal: Arc<Portal>,
    /// Whose it is, and what things mean there.
    pub notebook: Arc<Notebook>,
    /// Takes events into the queue.
    pub tell: Arc<dyn Tell>,
    /// How often.
    pub rhythm: Rhythm,
    /// Until when online booking is not asked: it is not there.
    pub no_bookings: Mutex<Option<Instant>>,
    /// The time, µs since 1970 UTC.
    pub now_us: fn() -> i64,
}

impl Reader {
    /// Until `stop` turns true.
    pub async fn run(self, bell: Arc<Notify>, mut stop: watch::Receiver<bool>) {
        for word in self.notebook.unknown_meanings() {
            tracing::warn!(
                connection = self.notebook.connection,
                word,
                "a stage of the settings has a meaning that is not known; the portal's own counts"
            );
        }
        let (mut failures, mut next, mut may_hint) = (0, Instant::now(), true);
        loop {
            if Instant::now() >= next {
                let wait;
                (wait, may_hint) = self.turn(&mut failures).await;
                next = Instant::now() + wait;
            }
            let slice = Instant::now() + self.slice().await;
            tokio::select! {
                () = tokio::time::sleep_until(next.min(slice).into()) => {}
                () = bell.notified() => {
                    let rest = if self.portal.is_busy() { BUSY.min(self.rhythm.every) } else { self.rhythm.hints };
                    // A portal that wants a person is left alone, whatever it says.
                    next = if may_hint { next.min(Instant::now() + rest) } else { next };
                }
                _ = stop.wait_for(|stop| *stop) => return,
            }
            if *stop.borrow() {
                return;
            }
        }
    }

    /// A look; how long to wait for the next, and whether a hint may shorten that.
    async fn turn(&self, failures: &mut u32) -> (Duration, bool) {
        let looked = match self.is_halted().await {
            Ok(true) => return (HALTED.min(self.rhythm.every), true),
            Ok(false) => self.look().await,
            Err(e) => Err(e),
        };
        let connection = &self.notebook.connection;
        let before = std::mem::take(failures);
        let mut pause = || {
            *failures = before + 1;
            (self.rhythm.pause * 2_u32.saturating_pow(before.min(12))).min(LONGEST_PAUSE)
        };
        match looked {
            Ok(Looked::More) => (Duration::ZERO, true),
            Ok(Looked::Done) => (self.rhythm.every, true),
            Ok(Looked::Hindered(why)) => {
                tracing::info!(connection, why, "a portal is not read now");
                (pause(), true)
            }
            Ok(Looked::Halted(halt)) => {
                tracing::error!(connection, why = halt.as_str(), "a portal is not read until a person has looked");
                (if halt == Halt::Overload { OVERLOADED } else { HALTED }, false)
            }
            Err(e) => {
                tracing::error!(connection, error = %e, "what a portal says is not kept");
                (pause(), true)
            }
        }
    }

    /// The writer was told that a person is needed.
    async fn is_halted(&self) -> Result<bool, ReadError> {
        let connection = self.notebook.connection.clone();
        let cursor = self.store.read(move |conn| Ok::<_, StoreError>(crm::cursor(conn, &connection)?)).await?;
        Ok(cursor.is_some_and(|cursor| cursor.halted.is_some()))
    }

    /// A slice of the night's pass, and how long to wait for the next.
    async fn slice(&self) -> Duration {
        if self.portal.is_busy() {
            return BUSY;
        }
        match self.night().await {
            Ok(true) => SLICES,
            Ok(false) => Duration::from_secs(60),
            Err(e) => {
                tracing::error!(connection = self.notebook.connection, error = %e, "the nightly pass over a portal's cards stands still");
                LONGEST_PAUSE
            }
        }
    }
}
