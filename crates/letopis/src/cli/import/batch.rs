//! One batch of an import, where the folder is: accepted like every body, then looked up once it is recorded.
//!
//! Looking up tells new events from those that were there before, which acceptance cannot know. It waits until the batch is recorded, so
//! an import never fills the queue faster than it is emptied.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use bytes::Bytes;
use queue::Position;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::super::control::{ControlError, Result, Told, choose};
use crate::access::Slug;
use crate::app::{App, now_us};
use crate::capture::{Accepted, Sender};
use crate::event::RecordNo;
use crate::journal::append::{self, Seen};
use crate::journal::projection::CONFLICT;
use crate::journal::retention;
use crate::privacy::BusinessKeys;

/// Beyond it the batch counts as accepted: it is durable, and recording goes on.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a batch belongs.
#[derive(Debug, Deserialize)]
pub(super) struct Whose {
    business: Option<Slug>,
    /// Events of the demo carry its name as their source.
    #[serde(default)]
    demo: bool,
}

/// What came of a batch.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::cli) struct Counted {
    /// New events.
    pub accepted: u64,
    /// Known ones, byte for byte.
    pub duplicates: u64,
    /// Of the new ones, those whose id another event has.
    pub conflicts: u64,
    /// Of the new ones, those older than detail is kept: the next retention run would let them go.
    #[serde(default)]
    pub over: u64,
    /// For how many days detail is kept.
    #[serde(default)]
    pub kept_days: u16,
    /// Index in the batch, and the reason.
    pub rejected: Vec<(usize, String)>,
}

/// Takes a JSON array of events.
pub(super) async fn take(State(app): State<Arc<App>>, Query(whose): Query<Whose>, body: Bytes) -> Told<Counted> {
    let business = choose(&app, whose.business).await?.id;
    let source = if whose.demo { "demo" } else { "import" };
    let before = app.store.read(move |conn| Ok::<_, ControlError>(append::next_index(conn, business)?)).await?;
    let accepted = app.capture.accept(Sender { business, source, connection: None }, body.clone(), false).await?;
    let position: Position = accepted.position.parse().map_err(|_| anyhow::anyhow!("position {}", accepted.position))?;
    let rejected = accepted.rejected.iter().map(|rejected| (rejected.index, rejected.error.to_string())).collect();
    let counted = Counted { accepted: accepted.accepted as u64, rejected, ..Counted::default() };
    if !app.progress.reaches(queue::Lane(business.0), position, PATIENCE).await {
        return Ok(Json(counted));
    }
    let keys = app.vault.keys(business).ok_or_else(|| anyhow::anyhow!("the business has no keys"))?;
    let looked_up = app.store.read(move |conn| look_up(conn, &keys, before, &body, &accepted, counted));
    Ok(Json(looked_up.await?))
}

/// How many of the accepted events were there before (or twice in the batch); how many of the new ones share an id with another, and how
/// many would not be kept.
fn look_up(conn: &Connection, keys: &BusinessKeys, before: u64, body: &[u8], accepted: &Accepted, mut counted: Counted) -> Result<Counted> {
    let items: Vec<&RawValue> = serde_json::from_slice(body).map_err(anyhow::Error::from)?;
    let refused: HashSet<usize> = accepted.rejected.iter().map(|rejected| rejected.index).collect();
    let good = items.into_iter().enumerate().filter(|(index, _)| !refused.contains(index)).map(|(_, item)| item);
    let first_new = RecordNo::new(keys.business(), before);
    let policy = retention::policy(conn, keys.business())?;
    let kept_after_us = policy.detail_before_us(now_us());
    counted.kept_days = policy.detail_days;
    let mut met = HashSet::new();
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let mut row = conn.prepare_cached("SELECT flags, ts_us FROM events WHERE record = ?1")?;
    for (id, item) in accepted.ids.iter().zip(good) {
        let seen = append::seen(conn, &keys.id_digest(id), &keys.body_digest(item.get().as_bytes()))?;
        let Seen::Duplicate(record) = seen else { continue };
        if record < first_new || !met.insert(record) {
            counted.duplicates += 1;
        } else if let Some((flags, ts_us)) = row.query_row([record.as_i64()], read).optional()? {
            counted.conflicts += u64::from(flags & CONFLICT != 0);
            counted.over += u64::from(ts_us < kept_after_us);
        }
    }
    counted.accepted -= counted.duplicates;
    Ok(counted)
}
