//! Items that were refused, kept with the reason until a person corrects or drops them.
//!
//! What a client sent is sealed here too, each item under a data key of its own, so that it can be destroyed alone. The reason says
//! nothing of what was sent (`event::Invalid`) and stays readable.

use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::event::BusinessId;
use crate::privacy::{self, Blob, BusinessKeys, KeyError, KeyId, Packer, Period};

/// One refused item.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Its number.
    pub id: i64,
    /// When it came.
    pub received_us: i64,
    /// Through which door.
    pub source: String,
    /// The reason, JSON of `event::Invalid`.
    pub reason: String,
    /// The bytes as they came; empty when they do not open any more, and then the reason says so.
    pub item: Vec<u8>,
    /// When a person dealt with it.
    pub closed_us: Option<i64>,
    /// The event that replaced it.
    pub replaced_by: Option<String>,
}

/// Something refused, to be kept.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    /// Whose.
    pub business: BusinessId,
    /// When it came.
    pub received_us: i64,
    /// Through which door.
    pub source: &'a str,
    /// JSON of `event::Invalid`.
    pub reason: &'a str,
    /// The bytes as they came.
    pub item: &'a [u8],
}

const COLUMNS: &str = "id, received_us, source, reason, data_key, rid, item, closed_us, replaced_by";
/// In place of the reason of an item that was edited.
const ALTERED: &str = r#"{"code":"altered","field":"","message":"the sealed item does not open: it or its key was edited"}"#;

/// Keeps one. A frame of a business that has no keys here cannot be sealed: its bytes, which nobody can ask for, are kept as they came.
///
/// # Errors
/// When the database says no.
pub fn keep(tx: &Transaction<'_>, keys: Option<&BusinessKeys>, refusal: Refusal<'_>, rng: &mut impl CryptoRng) -> Result<(), KeyError> {
    let Refusal { business, received_us, source, reason, item } = refusal;
    let mut rid = [0; 16];
    rng.fill_bytes(&mut rid);
    let sealed = keys.map(|keys| seal(tx, keys, &rid, received_us, item, rng)).transpose()?;
    let (data_key, item) = sealed.map_or((None, item.to_vec()), |(key, blob)| (Some(key.0), blob));
    let mut insert = tx.prepare_cached(
        "INSERT INTO quarantine (business, received_us, source, reason, data_key, rid, item) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    insert.execute(params![business.0, received_us, source, reason, data_key, rid, item])?;
    Ok(())
}

fn seal(
    tx: &Transaction<'_>,
    keys: &BusinessKeys,
    rid: &[u8; 16],
    received_us: i64,
    item: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<(KeyId, Vec<u8>), KeyError> {
    let mut nonce = [0; 24];
    rng.fill_bytes(&mut nonce);
    // Its random id is the owner of its key: no other item has it.
    let (key_id, key) = privacy::data_key_for(tx, keys, rid, Period::of(received_us), rng)?;
    let bound = Blob { rid, business: keys.business(), key_id };
    let blob = privacy::seal(&key, bound, nonce, &Packer::default().pack(item));
    Ok((key_id, blob.map_err(|e| KeyError::Wrapped(e.to_string()))?))
}

/// Marks one as dealt with.
///
/// # Errors
/// When the database says no.
pub fn close(tx: &Transaction<'_>, business: BusinessId, id: i64, closed_us: i64, replaced_by: Option<&str>) -> rusqlite::Result<()> {
    let sql = "UPDATE quarantine SET closed_us = ?1, replaced_by = ?2 WHERE business = ?3 AND id = ?4 AND closed_us IS NULL";
    tx.prepare_cached(sql)?.execute(params![closed_us, replaced_by, business.0, id])?;
    Ok(())
}

/// Removes items and destroys their keys; how many there were.
///
/// # Errors
/// When the database says no.
pub fn destroy(tx: &Transaction<'_>, business: BusinessId, ids: &[i64]) -> rusqlite::Result<u64> {
    let mut remove = tx.prepare_cached("DELETE FROM quarantine WHERE business = ?1 AND id = ?2 RETURNING data_key")?;
    let mut destroyed = 0;
    for id in ids {
        let gone: Option<Option<i64>> = remove.query_row(params![business.0, id], |row| row.get(0)).optional()?;
        destroyed += u64::from(gone.is_some());
        if let Some(key) = gone.flatten() {
            privacy::destroy_data_key(tx, KeyId(key))?;
        }
    }
    Ok(destroyed)
}

/// The open ones after number `after`, oldest first.
///
/// # Errors
/// When the database says no.
pub fn open(conn: &Connection, keys: &BusinessKeys, after: i64, limit: u32) -> rusqlite::Result<Vec<Refused>> {
    let sql = format!("SELECT {COLUMNS} FROM quarantine WHERE business = ?1 AND closed_us IS NULL AND id > ?2 ORDER BY id LIMIT ?3");
    conn.prepare_cached(&sql)?.query_map(params![keys.business().0, after, limit], |row| read(conn, keys, row))?.collect()
}

/// All of them, open or not, one after the other: those for which `wanted` holds are named.
///
/// # Errors
/// When the database says no.
pub fn those(conn: &Connection, keys: &BusinessKeys, mut wanted: impl FnMut(&[u8]) -> bool) -> rusqlite::Result<Vec<i64>> {
    let sql = format!("SELECT {COLUMNS} FROM quarantine WHERE business = ?1 ORDER BY id");
    let mut all = conn.prepare_cached(&sql)?;
    let mut rows = all.query([keys.business().0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let refused = read(conn, keys, row)?;
        if wanted(&refused.item) {
            found.push(refused.id);
        }
    }
    Ok(found)
}

/// How many are open.
///
/// # Errors
/// When the database says no.
pub fn count_open(conn: &Connection, business: BusinessId) -> rusqlite::Result<i64> {
    let sql = "SELECT count(*) FROM quarantine WHERE business = ?1 AND closed_us IS NULL";
    conn.prepare_cached(sql)?.query_row([business.0], |row| row.get(0))
}

/// One of them, open or not.
///
/// # Errors
/// When the database says no.
pub fn by_id(conn: &Connection, keys: &BusinessKeys, id: i64) -> rusqlite::Result<Option<Refused>> {
    let sql = format!("SELECT {COLUMNS} FROM quarantine WHERE business = ?1 AND id = ?2");
    conn.prepare_cached(&sql)?.query_row(params![keys.business().0, id], |row| read(conn, keys, row)).optional()
}

fn read(conn: &Connection, keys: &BusinessKeys, row: &Row<'_>) -> rusqlite::Result<Refused> {
    let (key, rid, sealed): (Option<i64>, [u8; 16], Vec<u8>) = (row.get(4)?, row.get(5)?, row.get(6)?);
    let item = match key {
        Some(key) => unseal(conn, keys, KeyId(key), &rid, &sealed)?,
        None => Some(sealed),
    };
    Ok(Refused {
        id: row.get(0)?,
        received_us: row.get(1)?,
        source: row.get(2)?,
        reason: if item.is_some() { row.get(3)? } else { ALTERED.to_owned() },
        item: item.unwrap_or_default(),
        closed_us: row.get(7)?,
        replaced_by: row.get(8)?,
    })
}

fn unseal(conn: &Connection, keys: &BusinessKeys, key_id: KeyId, rid: &[u8; 16], sealed: &[u8]) -> rusqlite::Result<Option<Vec<u8>>> {
    let key = match privacy::data_key(conn, keys, key_id) {
        Ok(key) => key,
        Err(KeyError::Store(crate::store::StoreError::Sqlite(e))) => return Err(e),
        Err(_) => return Ok(None),
    };
    Ok(privacy::open(&key, Blob { rid, business: keys.business(), key_id }, sealed).ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::{NOON, Pen, empty};
    use super::*;

    #[test]
    fn an_item_is_sealed_under_a_key_of_its_own_and_goes_alone() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let keys = Pen::new(&tx, BusinessId(1)).keys;
        for item in [&b"one +79215550101"[..], b"two"] {
            let refusal = Refusal { business: BusinessId(1), received_us: NOON, source: "api", reason: "{}", item };
            keep(&tx, Some(&keys), refusal, &mut rand::rng()).unwrap();
        }
        let items = |tx: &Transaction<'_>| open(tx, &keys, 0, 9).unwrap().into_iter().map(|refused| refused.item).collect::<Vec<_>>();
        assert_eq!(items(&tx), [&b"one +79215550101"[..], b"two"]);
        let stored: Vec<u8> = tx.query_row("SELECT item FROM quarantine WHERE id = 1", [], |row| row.get(0)).unwrap();
        assert!(!stored.windows(5).any(|window| window == b"55501"));
        assert_eq!(those(&tx, &keys, |item| item.starts_with(b"one")).unwrap(), [1]);
        assert_eq!(destroy(&tx, BusinessId(1), &[1, 7]).unwrap(), 1);
        assert_eq!(items(&tx), [b"two"]);
        assert_eq!(tx.query_row("SELECT count(*) FROM data_keys", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
        tx.execute("UPDATE quarantine SET rid = zeroblob(16)", []).unwrap();
        let altered = by_id(&tx, &keys, 2).unwrap().unwrap();
        assert!(altered.item.is_empty() && altered.reason.contains("altered"));
    }
}
