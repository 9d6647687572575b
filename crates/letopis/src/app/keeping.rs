//! Backups that the server makes by itself, and the key file that follows every destruction of keys.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{App, now_us};
use crate::backup::{self, Backup};
use crate::event::when::HOUR_US;
use crate::privacy::{MasterKey, installation};
use crate::recorder::Rebuild;

/// How often it looks whether a backup is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Between two attempts to replace a key file.
const RETRY: Duration = Duration::from_secs(5);

impl App {
    /// What a backup is made from.
    #[must_use]
    pub fn backup(&self) -> Backup {
        Backup {
            database: self.folder.path().join("letopis.db"),
            logs: self.logs.clone(),
            origin: self.origin.clone(),
            key: self.backup_key.clone(),
        }
    }

    /// What a rebuild of the read models works with.
    #[must_use]
    pub fn rebuild(&self) -> Rebuild {
        let (store, folder, vault) = (self.store.clone(), self.folder.path().to_owned(), self.vault.clone());
        Rebuild { store, folder, vault, gaps: self.config.sessions, stale: self.stale.clone() }
    }

    /// Where backups go by themselves; a relative folder is below the data folder.
    #[must_use]
    pub fn backup_folder(&self) -> Option<PathBuf> {
        self.config.backup.folder.as_ref().map(|folder| self.folder.path().join(folder))
    }

    /// Another master key: everything is wrapped anew, then the file is replaced. Blocks; nothing may be recorded meanwhile, and this
    /// process must end afterwards, because it still holds the old one.
    ///
    /// # Errors
    /// When a file cannot be written, or a key does not open; the old key is in force then.
    pub fn rotate_master(&self) -> anyhow::Result<usize> {
        let path = self.folder.path().join("master.key");
        let new = MasterKey::create_at(&installation::next_path(&path))?;
        let old = Arc::clone(&self.master);
        let wrapped = self.store.write_blocking(move |tx| installation::rewrap(tx, &old, &new, &mut rand::rng()));
        installation::end_rotation(&path, wrapped.is_ok())?;
        Ok(wrapped?)
    }

    /// Replaces the key file of the configured backup, so that it no longer opens what was destroyed. Blocks.
    ///
    /// # Errors
    /// When it cannot be written: then the old one still opens it, and somebody has to look.
    pub fn rewrite_backup_keys(&self) -> anyhow::Result<bool> {
        let Some(folder) = self.backup_folder() else { return Ok(false) };
        let rewritten = backup::rewrite_keys(&self.backup(), &folder);
        if rewritten.is_err() {
            self.health.backup_failed();
        }
        Ok(rewritten?)
    }
}

impl App {
    /// For a process that ends: if it destroyed keys, the key file follows before it does, also where no server looked after it.
    pub(super) fn follow_destructions(&self) {
        if self.health.has_destroyed()
            && let Err(e) = self.rewrite_backup_keys()
        {
            tracing::error!(error = %e, "the key file of the backup still opens what was destroyed; the next start tries again");
        }
    }
}

/// Until the server stops.
pub(super) async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let Some(folder) = app.backup_folder() else { return };
    // A process before may have been killed between a destruction and the key file.
    app.keys_destroyed.notify_one();
    loop {
        let made_us = backup::made_us(&folder).unwrap_or(0);
        app.health.backed_up(made_us);
        let due = now_us() - made_us >= i64::from(app.config.backup.every_hours) * HOUR_US;
        if due {
            begin(&app, folder.clone());
        }
        let destroyed = tokio::select! {
            // First, so that what was destroyed just before a stop does not wait for the next start.
            biased;
            () = app.keys_destroyed.notified() => true,
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => false,
        };
        if destroyed {
            rewrite_keys(&app).await;
        }
    }
}

/// A key file that could not be replaced is tried again until it is.
async fn rewrite_keys(app: &Arc<App>) {
    let keys = Arc::clone(app);
    let done = tokio::task::spawn_blocking(move || keys.rewrite_backup_keys()).await;
    if let Err(e) = done.map_err(Into::into).flatten() {
        tracing::error!(error = %e, "the key file of the backup still opens what was destroyed; it is tried again");
        tokio::time::sleep(RETRY).await;
        app.keys_destroyed.notify_one();
    }
}

fn begin(app: &Arc<App>, folder: PathBuf) {
    let (backup, noting) = (app.backup(), Arc::clone(app));
    let started = app.jobs.start("backup", move |steps| match backup.run(&folder, now_us(), steps) {
        Ok(done) => {
            noting.health.backed_up(backup::made_us(&folder).unwrap_or(0));
            tracing::info!(records = done.records, written = done.written, "backup made");
            Ok(serde_json::to_value(done)?)
        }
        Err(e) => {
            noting.health.backup_failed();
            tracing::error!(error = %e, "backup not made");
            Err(e.into())
        }
    });
    if let Err(e) = started {
        tracing::warn!(error = %e, "backup");
    }
}
