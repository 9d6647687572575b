//! All witnesses of one business, asked at once about the newest checkpoint; what they say is put under it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ledger::add_cosignature;

use super::ask::{Asked, ask};
use super::{Anchor, AnchorError, Round, keep};
use crate::journal::log::{Log, Published, Witnessed};
use crate::journal::witnesses::{self, Outcome, Witness, witness_key};
use crate::upstream::Address;

impl Anchor {
    /// Asks, keeps what was cosigned, notes how it went.
    pub(super) async fn round(&self, log: &Arc<Log>) -> Result<Round, AnchorError> {
        let at = Instant::now();
        let Some(published) = log.published() else { return Ok(Round { at, size: 0, agreed: true }) };
        let size = published.checkpoint.size;
        let business = log.business;
        let known = self.store.read(move |conn| Ok::<_, AnchorError>(witnesses::of(conn, business)?)).await?;
        if known.all.is_empty() {
            self.standing.set(log, &known);
            // Whoever joins next is asked within the usual time, not within an hour.
            return Ok(Round { at, size, agreed: false });
        }
        let asked = join_all(known.all.iter().map(|witness| self.ask_one(log, &published, witness))).await;
        let agreeing = asked.iter().filter(|asked| asked.line.is_some()).count();
        let agreed = agreeing >= known.quorum;
        self.put_under(log, &published, &known.all, &asked, known.quorum)?;
        for (witness, asked) in known.all.iter().zip(&asked) {
            self.tell(log, witness, &asked.outcome);
        }
        let now_us = (self.now_us)();
        let outcomes: Vec<(String, Outcome)> =
            known.all.iter().zip(asked).map(|(witness, asked)| (witness.name.clone(), asked.outcome)).collect();
        let noted = self.store.write(move |tx| {
            for (name, outcome) in &outcomes {
                witnesses::note(tx, business, name, outcome, now_us)?;
            }
            if agreed {
                witnesses::note_agreed(tx, business, size, now_us)?;
            }
            Ok::<_, AnchorError>(witnesses::of(tx, business)?)
        });
        self.standing.set(log, &noted.await?);
        Ok(Round { at, size, agreed: agreeing == known.all.len() })
    }

    async fn ask_one(&self, log: &Arc<Log>, published: &Arc<Published>, witness: &Witness) -> Asked {
        let (key, address) = (witness_key(&witness.vkey), witness.url.parse::<Address>());
        let (Ok(key), Ok(address)) = (key, address) else {
            return Asked { outcome: Outcome::Failed("its key or address cannot be read".into()), line: None };
        };
        let patience = Duration::from_secs(self.config.patience_seconds);
        ask(&self.upstream, (&address, &key), (log, published), witness.size as u64, patience).await
    }

    /// Makes the cosigned checkpoint: kept when it has its quorum, or when none before it had.
    fn put_under(
        &self,
        log: &Log,
        published: &Published,
        witnesses: &[Witness],
        asked: &[Asked],
        quorum: usize,
    ) -> Result<(), AnchorError> {
        let before = log.witnessed();
        // What a witness said of this very checkpoint stays, though it may be silent now.
        let same = before.as_ref().filter(|before| before.checkpoint == published.checkpoint);
        let mut note = same.map_or_else(|| published.note.clone(), |before| before.note.clone());
        for (witness, asked) in witnesses.iter().zip(asked) {
            let (Some(line), Ok(key)) = (&asked.line, witness_key(&witness.vkey)) else { continue };
            if let Ok((more, _)) = add_cosignature(&note, line, &key) {
                note = more;
            }
        }
        // Each signature is a line of its own, and the log's is the first.
        let lines = |note: &str| note.lines().filter(|line| line.starts_with('—')).count().saturating_sub(1);
        let cosignatures = lines(&note);
        let worse = before.as_ref().is_some_and(|before| same.is_none() && before.cosignatures >= quorum && cosignatures < quorum);
        if cosignatures == 0 || worse {
            return Ok(());
        }
        keep::store(log, &note)?;
        log.set_witnessed(Witnessed { checkpoint: published.checkpoint.clone(), note, cosignatures });
        Ok(())
    }

    /// Says in the log what changed: not the same line every minute.
    fn tell(&self, log: &Log, witness: &Witness, outcome: &Outcome) {
        let (log, name) = (log.verifying_key().name(), witness.name.as_str());
        match outcome {
            Outcome::Alarm(what) => {
                tracing::error!(log, witness = name, "ALARM re-signed history: witness {name} refuses this log: {what}");
            }
            Outcome::Failed(why) if witness.problem.as_ref() != Some(why) => {
                tracing::warn!(log, witness = name, "witness does not cosign: {why}");
            }
            Outcome::Cosigned(size) if witness.problem.is_some() || witness.cosigned_us.is_none() => {
                tracing::info!(log, witness = name, size, "witness cosigns");
            }
            Outcome::Failed(_) | Outcome::Cosigned(_) => {}
        }
        self.standing.asked(log, name, outcome);
    }
}
