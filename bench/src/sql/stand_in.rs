//! A database of the product's rough shape, filled from the salon: for trying the loop before a filled store exists.
//! Figures taken with it are not comparable with the product's, and the output says `stand_in`.

use super::rows::register_stems;
use crate::salon::Salon;
use anyhow::Result;
use rusqlite::{Connection, params};
use serde_json::Value;
use std::path::Path;

const SCHEMA: &str = "
CREATE TABLE entries (record INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE blobs (record INTEGER PRIMARY KEY, data_key INTEGER NOT NULL, blob BLOB NOT NULL);
CREATE TABLE seen (digest BLOB PRIMARY KEY, record INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE events (record INTEGER PRIMARY KEY, ts TEXT NOT NULL, session TEXT, type TEXT NOT NULL, channel TEXT NOT NULL,
  event_id TEXT NOT NULL, said TEXT, reply TEXT, intent TEXT, action TEXT, crm TEXT, client_name TEXT);
CREATE INDEX events_by_time ON events (ts);
CREATE INDEX events_by_type ON events (type, ts);
CREATE INDEX events_by_session ON events (session, ts);
CREATE TABLE sessions (pid TEXT PRIMARY KEY, channel TEXT NOT NULL, started TEXT NOT NULL, phone TEXT, snippet TEXT);
CREATE INDEX sessions_by_time ON sessions (started, channel);
CREATE VIEW spoken (record, stems) AS SELECT record, stems(coalesce(said, '') || ' ' || coalesce(reply, '')) FROM events;
CREATE VIRTUAL TABLE search USING fts5 (stems, content = 'spoken', content_rowid = 'record');
";

pub(super) fn create(file: &Path, events: u64) -> Result<()> {
    let mut db = Connection::open(file)?;
    register_stems(&db)?;
    db.execute_batch(SCHEMA)?;
    let mut salon = Salon::new(1, 1_764_000_000, 2000);
    let transaction = db.transaction()?;
    for record in 0..events as i64 {
        let mut json = Vec::new();
        salon.write_next(&mut json);
        let event: Value = serde_json::from_slice(&json)?;
        store(&transaction, record, &event, &json)?;
    }
    transaction.execute_batch("INSERT INTO search (rowid, stems) SELECT record, stems FROM spoken")?;
    transaction.commit()?;
    Ok(())
}

fn store(db: &Connection, record: i64, event: &Value, json: &[u8]) -> Result<()> {
    let text = |name: &str| event[name].as_str();
    // Not a digest, only as long and as unordered as one.
    let digest = (record as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes().repeat(3);
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| db.prepare_cached(sql)?.execute(values);
    run("INSERT INTO entries VALUES (?, ?)", params![record, [7_u8; 82].as_slice()])?;
    run("INSERT INTO blobs VALUES (?, ?, ?)", params![record, record / 8, json])?;
    run("INSERT INTO seen VALUES (?, ?)", params![digest, record])?;
    run(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            record,
            text("timestamp"),
            text("session_id"),
            text("type"),
            text("channel"),
            text("event_id"),
            text("text"),
            text("bot_response"),
            text("intent"),
            text("action"),
            text("crm_id"),
            event["client"]["name"].as_str()
        ],
    )?;
    run(
        "INSERT OR IGNORE INTO sessions VALUES (?, ?, ?, ?, ?)",
        params![text("session_id"), text("channel"), text("timestamp"), event["client"]["phone"].as_str(), text("text")],
    )?;
    Ok(())
}
