//! Copies of checkpoints for those without a witness: which way, when, and what came of it.
//!
//! A copy that somebody else holds is a witness that only remembers: it cannot refuse, but whoever compares it with the log later sees
//! whether history was rewritten. Each way goes out once in `copy_hours`, if the log grew; one that fails is tried again soon.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::letter::Letter;
use super::{Anchor, AnchorError, folder, mail, telegram};
use crate::event::BusinessId;
use crate::journal::copies::{CopyState, copies_of, note};
use crate::journal::log::Log;

/// How often it looks what is due.
const LOOK: Duration = Duration::from_secs(1);
/// After a failure.
const AGAIN: Duration = Duration::from_secs(600);
/// A mail server may think for a while.
const PATIENCE: Duration = Duration::from_secs(30);

/// A way to give a copy away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    Folder,
    Mail,
    Telegram,
}

/// Sends them.
pub struct Copies {
    anchor: Anchor,
    tried: HashMap<(BusinessId, Way), Instant>,
}

impl Way {
    const ALL: [Self; 3] = [Self::Folder, Self::Mail, Self::Telegram];

    fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Mail => "mail",
            Self::Telegram => "telegram",
        }
    }
}

impl Copies {
    /// By the ways of the anchor's configuration.
    #[must_use]
    pub fn new(anchor: Anchor) -> Self {
        Self { anchor, tried: HashMap::new() }
    }

    /// Sends what is due until `stop` turns true.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let ways: Vec<Way> = Way::ALL.into_iter().filter(|way| self.is_set(*way)).collect();
        if ways.is_empty() {
            return;
        }
        while !*stop.borrow() {
            for log in self.anchor.logs.all() {
                for &way in &ways {
                    if let Err(e) = self.look(&log, way).await {
                        tracing::error!(log = log.verifying_key().name(), way = way.as_str(), error = %e, "copy of a checkpoint not noted");
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    }

    fn is_set(&self, way: Way) -> bool {
        let config = &self.anchor.config;
        match way {
            Way::Folder => config.folder.is_some(),
            Way::Mail => config.mail.is_some(),
            Way::Telegram => config.telegram.is_some(),
        }
    }

    /// Sends a copy if one is due.
    async fn look(&mut self, log: &Arc<Log>, way: Way) -> Result<(), AnchorError> {
        let key = (log.business, way);
        let (every, waited) = (Duration::from_secs(self.anchor.config.copy_hours * 3600), self.tried.get(&key).map(Instant::elapsed));
        if waited.is_some_and(|waited| waited < AGAIN.min(every)) {
            return Ok(());
        }
        let now_us = (self.anchor.now_us)();
        let Some(letter) = Letter::of(log, now_us) else { return Ok(()) };
        self.tried.insert(key, Instant::now());
        let (business, name) = (log.business, way.as_str());
        let known = self.anchor.store.read(move |conn| Ok::<_, AnchorError>(copies_of(conn, business)?)).await?;
        let known = known.into_iter().find(|state| state.way == name);
        let recent = |state: &CopyState| state.sent_us.is_some_and(|sent_us| now_us - sent_us < every.as_micros() as i64);
        if known.as_ref().is_some_and(|state| recent(state) || state.size as u64 >= letter.size) {
            return Ok(());
        }
        let sent = self.send(way, &letter).await;
        self.anchor.standing.copied(&letter.origin, name, sent.is_ok());
        let before = known.and_then(|state| state.problem);
        match &sent {
            Ok(()) => tracing::info!(log = letter.origin, way = name, size = letter.size, "copy of the checkpoint given away"),
            Err(why) if before.as_ref() != Some(why) => {
                tracing::error!(log = letter.origin, way = name, "copy of the checkpoint not given away: {why}");
            }
            Err(_) => {}
        }
        let size = letter.size;
        self.anchor.store.write(move |tx| Ok::<_, AnchorError>(note(tx, business, name, size, sent.err(), now_us)?)).await
    }

    async fn send(&self, way: Way, letter: &Letter) -> Result<(), String> {
        let Anchor { config, upstream, .. } = &self.anchor;
        match (way, &config.folder, &config.mail, &config.telegram) {
            (Way::Folder, Some(path), ..) => folder::send(path, letter).await,
            (Way::Mail, _, Some(mail), _) => mail::send(mail, letter, PATIENCE).await,
            (Way::Telegram, .., Some(telegram)) => telegram::send(upstream, telegram, letter, PATIENCE).await,
            _ => Ok(()),
        }
    }
}
