//! Reading one portal back for as long as its connection stays as it is: every few minutes, at once when its hook says so, everything at night.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use super::super::rest::{Halt, Portal};
use super::{Looked, Notebook, ReadError, Tell};
use crate::journal::crm;
use crate::store::{Store, StoreError};

/// After something did not work.
const PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// A portal that wants a person is looked at again after that: perhaps somebody was there.
const HALTED: Duration = Duration::from_secs(600);
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
            tracing::warn!(connection = self.notebook.connection, word, "a stage of the settings has a meaning that is not known; the portal's own counts");
        }
        let (mut pause, mut next) = (PAUSE, Instant::now());
        loop {
            if Instant::now() >= next {
                next = Instant::now() + self.turn(&mut pause).await;
            }
            let until = next.min(Instant::now() + self.slice().await).saturating_duration_since(Instant::now());
            tokio::select! {
                () = tokio::time::sleep(until) => {}
                () = bell.notified() => {
                    let rest = if self.portal.is_busy() { BUSY.min(self.rhythm.every) } else { self.rhythm.hints };
                    next = next.min(Instant::now() + rest);
                }
                _ = stop.wait_for(|stop| *stop) => return,
            }
            if *stop.borrow() {
                return;
            }
        }
    }

    /// A look, and how long to wait for the next.
    async fn turn(&self, pause: &mut Duration) -> Duration {
        let looked = match self.is_halted().await {
            Ok(true) => return HALTED.min(self.rhythm.every),
            Ok(false) => self.look().await,
            Err(e) => Err(e),
        };
        let wait = match looked {
            Ok(Looked::More) => Duration::ZERO,
            Ok(Looked::Done) => self.rhythm.every,
            Ok(Looked::Hindered(why)) => {
                tracing::info!(connection = self.notebook.connection, why, "a portal is not read now");
                *pause
            }
            Ok(Looked::Halted(halt)) => {
                tracing::error!(connection = self.notebook.connection, why = halt.as_str(), "a portal is not read until a person has looked");
                if halt == Halt::Overload { Duration::from_secs(86_400) } else { HALTED }
            }
            Err(e) => {
                tracing::error!(connection = self.notebook.connection, error = %e, "what a portal says is not kept");
                *pause
            }
        };
        *pause = if wait == *pause { (*pause * 2).min(LONGEST_PAUSE) } else { PAUSE };
        wait
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
