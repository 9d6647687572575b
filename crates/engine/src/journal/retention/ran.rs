//! Runs of the retention so far, as their decisions tell.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::event::{BusinessId, RecordNo, Then};

/// A finished run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Its id.
    pub run: String,
    /// Detail older than this many days was over.
    pub detail_days: u16,
    /// What came after the detail.
    pub then: Then,
    /// Conversations that it named.
    pub conversations: u64,
    /// Events that it named.
    pub events: u64,
    /// Conversations that a hold kept.
    pub held: u64,
    /// When it ended.
    #[serde(default)]
    pub ended_us: i64,
    /// On whose word.
    #[serde(default)]
    pub by: String,
    /// The entries of its acts in the tree.
    #[serde(default)]
    pub acts: Vec<u64>,
}

/// The last finished runs, the newest first.
///
/// # Errors
/// When the database says no.
pub fn newest(conn: &Connection, business: BusinessId, limit: u32) -> rusqlite::Result<Vec<Ran>> {
    let sql =
        "SELECT record, made_us, made_by, body FROM decisions WHERE business = ?1 AND kind = 'retention_ran' ORDER BY record DESC LIMIT ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?));
    let rows: Vec<(i64, i64, String, String)> =
        conn.prepare_cached(sql)?.query_map(params![business.0, limit], read)?.collect::<Result<_, _>>()?;
    let mut runs = Vec::with_capacity(rows.len());
    for (record, ended_us, by, body) in rows {
        let Ok(ran) = serde_json::from_str::<Ran>(&body) else { continue };
        let acts = acts_of(conn, business, &ran.run, record)?;
        runs.push(Ran { ended_us, by, acts, ..ran });
    }
    Ok(runs)
}

/// Each slice's act is the entry right after its decision.
fn acts_of(conn: &Connection, business: BusinessId, run: &str, until: i64) -> rusqlite::Result<Vec<u64>> {
    let sql = "SELECT a.record FROM decisions d JOIN acts a ON a.record = d.record + 1
               WHERE d.business = ?1 AND d.kind = 'expired' AND d.record < ?2 AND json_extract(d.body, '$.run') = ?3 ORDER BY a.record";
    let read = |row: &rusqlite::Row<'_>| Ok(RecordNo::from_i64(row.get(0)?).index());
    conn.prepare_cached(sql)?.query_map(params![business.0, until, run], read)?.collect()
}

/// A run that began and did not end: the server was stopped in it.
///
/// # Errors
/// When the database says no.
pub fn unfinished(conn: &Connection, business: BusinessId) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT kind, json_extract(body, '$.run') FROM decisions
               WHERE business = ?1 AND kind IN ('expired', 'retention_ran') ORDER BY record DESC LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let last = conn.prepare_cached(sql)?.query_row([business.0], read).optional()?;
    Ok(last.filter(|(kind, _)| kind == "expired").map(|(_, run)| run))
}
