//! What is done without being asked while the server runs: retention runs, and counting what is still available.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{App, now_us};
use crate::access::{Business, business};
use crate::metrics::retention;

/// How often the share of available events is counted: a million records take a tenth of a second.
const COUNT_EVERY: Duration = Duration::from_secs(300);

impl App {
    /// Goes on until `stop` turns true.
    pub(super) async fn look_after(self: Arc<Self>, stop: watch::Receiver<bool>) {
        let runs = Arc::clone(&self.retention).keep(self.config.retention.hour, stop);
        tokio::select! { () = runs => {}, () = self.count() => {} }
    }

    async fn count(&self) {
        loop {
            let counted = self.store.read(|conn| {
                let all = business::all(conn)?;
                let count = |business: &Business| Ok((business.slug.to_string(), retention::measure(conn, business.id, now_us())?));
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
