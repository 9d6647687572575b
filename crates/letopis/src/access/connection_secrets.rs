//! What a connection needs that opens something: a forward URL, a sender's secret, an outbound proxy.
//!
//! Encrypted under the business key by whoever stores it (this room has no keys), never shown again, in no decision. A name that is
//! stored again replaces what it held.

use std::collections::BTreeMap;

use rusqlite::{Connection as Database, Transaction, params};

use super::{ConnectionId, Result};
use crate::event::BusinessId;

/// Stores one, encrypted; nothing takes it away.
pub fn set(
    tx: &Transaction<'_>,
    business: BusinessId,
    connection: ConnectionId,
    name: &str,
    sealed: Option<&[u8]>,
    now_us: i64,
) -> Result<()> {
    match sealed {
        Some(sealed) => tx.execute(
            "INSERT INTO connection_secrets (connection_id, name, business_id, sealed, changed_us) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (connection_id, name) DO UPDATE SET sealed = ?4, changed_us = ?5",
            params![connection, name, business.0, sealed, now_us],
        )?,
        None => tx.execute("DELETE FROM connection_secrets WHERE connection_id = ?1 AND name = ?2", params![connection, name])?,
    };
    Ok(())
}

/// All of a connection by name, still encrypted.
pub fn sealed(conn: &Database, connection: ConnectionId) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut all = conn.prepare_cached("SELECT name, sealed FROM connection_secrets WHERE connection_id = ?1")?;
    let rows = all.query_map(params![connection], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
