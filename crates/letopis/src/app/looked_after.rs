//! What is done without being asked while the server runs: retention runs, draws of reviews, counting what is still available, how connections fare.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{App, now_us};
use crate::access::{Business, business, connection_health};
use crate::metrics::retention;

/// How often the share of available events is counted: a million records take a tenth of a second.
const COUNT_EVERY: Duration = Duration::from_secs(300);
/// How often what connections did is written down.
const TEND_EVERY: Duration = Duration::from_secs(10);

impl App {
    /// Goes on until `stop` turns true.
    pub(super) async fn look_after(self: Arc<Self>, stop: watch::Receiver<bool>) {
        let runs = Arc::clone(&self.retention).keep(self.config.retention.hour, stop.clone());
        let draws = Arc::clone(&self.reviews).keep(self.config.retention.hour, stop);
        tokio::select! { () = runs => {}, () = draws => {}, () = self.count() => {}, () = self.tend() => {} }
    }

    /// Exchanges of the proxy go to the disk, whatever else breaks.
    pub(super) async fn hand_over(self: Arc<Self>) {
        loop {
            let app = Arc::clone(&self);
            let mut task = JoinSet::new();
            task.spawn(async move { app.capture.keep().await });
            let ended = task.join_next().await;
            tracing::error!(?ended, "exchanges were not handed over any more; it is begun anew");
        }
    }

    async fn tend(&self) {
        self.capture.look_back();
        loop {
            self.capture.tend().await;
            self.note_health().await;
            tokio::time::sleep(TEND_EVERY).await;
        }
    }

    /// Writes down how connections fared since the last time.
    pub(super) async fn note_health(&self) {
        self.capture.settle().await;
        let counted = self.capture.pulses.take();
        if counted.is_empty() {
            return;
        }
        let noted = self.store.write(move |tx| Ok::<_, CountError>(connection_health::add(tx, &counted, now_us())?));
        if let Err(e) = noted.await {
            tracing::warn!(error = %e, "how connections fared is not written down");
        }
    }

    async fn count(&self) {
        loop {
            let counted = self.store.read(|conn| {
                let all = business::all(conn)?;
                let count = |business: &Business| {
                    let zone = TimeZone::get(&business.timezone).unwrap_or(TimeZone::UTC);
                    Ok((business.slug.to_string(), retention::measure(conn, business.id, &zone, now_us())?))
                };
                all.iter().map(count).collect::<Result<Vec<_>, CountError>>()
            });
            match counted.await {
                Ok(counted) => self.health.counted(counted),
                Err(e) => tracing::warn!(error = %e, "share of available events not counted"),
            }
            tokio::time::sleep(COUNT_EVERY).await;
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum CountError {
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Access(#[from] crate::access::AccessError),
}
