//! Deliveries of platforms that a bot did not take in time: kept until it has them, at most a day, and tried again in order.
//!
//! Sealed under the business key, because a delivery holds what a client wrote and what the platform proves itself with. The recorder
//! inserts them, the room `forwards` tries them; a row goes when the bot has it, when a person drops it, or with its client.

use std::collections::HashSet;

use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::privacy::BusinessKeys;

/// How long a delivery is tried.
const TRIED_US: i64 = DAY_US;
/// What was given up is kept so long for whoever wants to try it again.
const GIVEN_UP_US: i64 = 30 * DAY_US;

/// One delivery, to be stored.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Whose bot.
    pub connection: String,
    /// The id of its exchange.
    pub exchange: String,
    /// Keyed pseudonym of its chat.
    pub chat: Option<[u8; 16]>,
    /// When it came.
    pub delivered_us: i64,
    /// Why the bot does not have it.
    pub problem: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// One that waits, or was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forward {
    /// Its number, in the order of arrival.
    pub id: i64,
    /// Whose.
    #[serde(skip)]
    pub business: BusinessId,
    /// Whose bot.
    pub connection: String,
    /// The id of its exchange.
    pub exchange: String,
    /// Keyed pseudonym of its chat.
    #[serde(skip)]
    pub chat: Option<[u8; 16]>,
    /// When it came.
    pub delivered_us: i64,
    /// Until when it is tried.
    pub until_us: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub due_us: i64,
    /// Why the bot does not have it.
    pub problem: String,
    /// When it was given up.
    pub failed_us: Option<i64>,
}

const COLUMNS: &str = "id, business, connection, exchange, chat, delivered_us, until_us, attempts, due_us, problem, failed_us";

/// Stores one; a second time does nothing.
///
/// # Errors
/// When the database says no.
pub fn insert(tx: &Transaction<'_>, keys: &BusinessKeys, delivery: &Delivery, rng: &mut impl CryptoRng) -> rusqlite::Result<()> {
    let sealed = keys.seal_secret(&bound(&delivery.exchange), &delivery.bytes, rng);
    let sql = "INSERT INTO forwards (business, connection, exchange, chat, delivered_us, until_us, attempts, due_us, problem, delivery)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?5, ?7, ?8) ON CONFLICT DO NOTHING";
    let Delivery { connection, exchange, chat, delivered_us, problem, .. } = delivery;
    let values = params![keys.business().0, connection, exchange, chat, delivered_us, delivered_us + TRIED_US, problem, sealed];
    tx.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Those of all businesses that wait, in order.
///
/// # Errors
/// When the database says no.
pub fn waiting(conn: &Connection, limit: u32) -> rusqlite::Result<Vec<Forward>> {
    let sql = format!("SELECT {COLUMNS} FROM forwards WHERE failed_us IS NULL ORDER BY id LIMIT ?1");
    conn.prepare_cached(&sql)?.query_map([limit], read)?.collect()
}

/// Those of a business, given up ones included, in order.
///
/// # Errors
/// When the database says no.
pub fn of(conn: &Connection, business: BusinessId, limit: u32) -> rusqlite::Result<Vec<Forward>> {
    let sql = format!("SELECT {COLUMNS} FROM forwards WHERE business = ?1 ORDER BY id LIMIT ?2");
    conn.prepare_cached(&sql)?.query_map(params![business.0, limit], read)?.collect()
}

/// The connections of a business that have some.
///
/// # Errors
/// When the database says no.
pub fn connections(conn: &Connection, business: BusinessId) -> rusqlite::Result<std::collections::BTreeSet<String>> {
    let mut some = conn.prepare_cached("SELECT DISTINCT connection FROM forwards WHERE business = ?1")?;
    some.query_map([business.0], |row| row.get(0))?.collect()
}

/// The first of a connection, given up ones included, and how many there are.
///
/// # Errors
/// When the database says no.
pub fn of_connection(conn: &Connection, business: BusinessId, connection: &str, limit: u32) -> rusqlite::Result<(Vec<Forward>, i64)> {
    let sql = "SELECT count(*) FROM forwards WHERE business = ?1 AND connection = ?2";
    let count = conn.prepare_cached(sql)?.query_row(params![business.0, connection], |row| row.get(0))?;
    let sql = format!("SELECT {COLUMNS} FROM forwards WHERE business = ?1 AND connection = ?2 ORDER BY id LIMIT ?3");
    let first = conn.prepare_cached(&sql)?.query_map(params![business.0, connection, limit], read)?.collect::<rusqlite::Result<_>>()?;
    Ok((first, count))
}

/// How many were given up, of all businesses.
///
/// # Errors
/// When the database says no.
pub fn given_up(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT count(*) FROM forwards WHERE failed_us IS NOT NULL")?.query_row([], |row| row.get(0))
}

/// The delivery itself; none when it is gone, or was edited.
///
/// # Errors
/// When the database says no.
pub fn open(conn: &Connection, keys: &BusinessKeys, id: i64) -> rusqlite::Result<Option<Zeroizing<Vec<u8>>>> {
    let sql = "SELECT exchange, delivery FROM forwards WHERE business = ?1 AND id = ?2";
    let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?));
    let found = conn.prepare_cached(sql)?.query_row(params![keys.business().0, id], read).optional()?;
    Ok(found.and_then(|(exchange, sealed)| keys.open_secret(&bound(&exchange), &sealed)))
}

/// Of those that wait, in order, the ones that may go now: the first of each chat, and none behind one that belongs to no chat.
#[must_use]
pub fn heads(waiting: &[Forward]) -> Vec<&Forward> {
    let (mut seen, mut closed, mut heads) = (HashSet::new(), HashSet::new(), Vec::new());
    for forward in waiting {
        let first = seen.insert((&forward.connection, forward.chat));
        let alone = forward.chat.is_some() || !seen.iter().any(|(connection, chat)| **connection == forward.connection && chat.is_some());
        if first && alone && !closed.contains(&forward.connection) {
            heads.push(forward);
        }
        if forward.chat.is_none() {
            closed.insert(&forward.connection);
        }
    }
    heads
}

/// The bot has it, or nobody wants it: true when it was there.
///
/// # Errors
/// When the database says no.
pub fn remove(tx: &Transaction<'_>, business: BusinessId, id: i64) -> rusqlite::Result<bool> {
    Ok(tx.prepare_cached("DELETE FROM forwards WHERE business = ?1 AND id = ?2")?.execute(params![business.0, id])? > 0)
}

/// The bot did not take it: tried again at `due_us`.
///
/// # Errors
/// When the database says no.
pub fn again(tx: &Transaction<'_>, id: i64, due_us: i64, problem: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE forwards SET attempts = attempts + 1, due_us = ?2, problem = ?3 WHERE id = ?1";
    tx.prepare_cached(sql)?.execute(params![id, due_us, problem])?;
    Ok(())
}

/// It is not tried any more by itself.
///
/// # Errors
/// When the database says no.
pub fn give_up(tx: &Transaction<'_>, id: i64, problem: &str, now_us: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE forwards SET failed_us = ?2, problem = ?3 WHERE id = ?1")?.execute(params![id, now_us, problem])?;
    Ok(())
}

/// A person wants it tried again, for another day: true when it was there.
///
/// # Errors
/// When the database says no.
pub fn retry(tx: &Transaction<'_>, business: BusinessId, id: i64, now_us: i64) -> rusqlite::Result<bool> {
    let sql = "UPDATE forwards SET failed_us = NULL, due_us = ?3, until_us = ?4 WHERE business = ?1 AND id = ?2";
    Ok(tx.prepare_cached(sql)?.execute(params![business.0, id, now_us, now_us + TRIED_US])? > 0)
}

/// All of a business, one after the other: those for whose bytes `wanted` holds are named.
///
/// # Errors
/// When the database says no.
pub fn those(conn: &Connection, keys: &BusinessKeys, mut wanted: impl FnMut(&[u8]) -> bool) -> rusqlite::Result<Vec<i64>> {
    let mut all = conn.prepare_cached("SELECT id, exchange, delivery FROM forwards WHERE business = ?1 ORDER BY id")?;
    let mut rows = all.query([keys.business().0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, exchange, sealed): (i64, String, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // What does not open any more is nobody's for sure: it goes too.
        if keys.open_secret(&bound(&exchange), &sealed).is_none_or(|bytes| wanted(&bytes)) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Removes what was given up long ago.
///
/// # Errors
/// When the database says no.
pub fn sweep(tx: &Transaction<'_>, now_us: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM forwards WHERE failed_us < ?1")?.execute([now_us - GIVEN_UP_US])?;
    Ok(())
}

fn bound(exchange: &str) -> String {
    format!("forward {exchange}")
}

fn read(row: &Row<'_>) -> rusqlite::Result<Forward> {
    Ok(Forward {
        id: row.get(0)?,
        business: BusinessId(row.get(1)?),
        connection: row.get(2)?,
        exchange: row.get(3)?,
        chat: row.get(4)?,
        delivered_us: row.get(5)?,
        until_us: row.get(6)?,
        attempts: row.get(7)?,
        due_us: row.get(8)?,
        problem: row.get(9)?,
        failed_us: row.get(10)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::{NOON, Pen, empty};
    use super::*;

    fn delivery(exchange: &str, chat: Option<u8>) -> Delivery {
        let (connection, chat) = ("c_1".to_owned(), chat.map(|byte| [byte; 16]));
        let (problem, bytes) = ("silent".to_owned(), b"one 79215550101".to_vec());
        Delivery { connection, exchange: exchange.to_owned(), chat, delivered_us: NOON, problem, bytes }
    }

    #[test]
    fn a_delivery_is_sealed_tried_given_up_and_tried_again() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let (keys, business) = (Pen::new(&tx, BusinessId(1)).keys, BusinessId(1));
        for exchange in ["a", "a", "b"] {
            insert(&tx, &keys, &delivery(exchange, Some(1)), &mut rand::rng()).unwrap();
        }
        let stored: Vec<u8> = tx.query_row("SELECT delivery FROM forwards LIMIT 1", [], |row| row.get(0)).unwrap();
        assert!(!stored.windows(5).any(|window| window == b"55501"));
        let ids = |tx: &Transaction<'_>| waiting(tx, 9).unwrap().into_iter().map(|forward| forward.id).collect::<Vec<_>>();
        let all = ids(&tx);
        assert_eq!(all.len(), 2, "a second time does nothing");
        assert_eq!(open(&tx, &keys, all[0]).unwrap().unwrap().as_slice(), b"one 79215550101");
        again(&tx, all[0], NOON + 5, "slow").unwrap();
        let first = waiting(&tx, 9).unwrap().remove(0);
        assert_eq!((first.attempts, first.due_us, first.problem.as_str(), first.until_us), (2, NOON + 5, "slow", NOON + DAY_US));
        give_up(&tx, all[0], "a day is over", NOON).unwrap();
        assert_eq!((ids(&tx).len(), given_up(&tx).unwrap(), of(&tx, business, 9).unwrap().len()), (1, 1, 2));
        assert!(retry(&tx, business, all[0], NOON).unwrap() && !retry(&tx, BusinessId(2), all[0], NOON).unwrap());
        assert_eq!(ids(&tx), all);
        assert_eq!(those(&tx, &keys, |bytes| bytes.starts_with(b"one")).unwrap(), all);
        assert!(remove(&tx, business, all[0]).unwrap() && !remove(&tx, business, all[0]).unwrap());
        give_up(&tx, all[1], "x", NOON).unwrap();
        sweep(&tx, NOON + GIVEN_UP_US + 1).unwrap();
        assert_eq!(of(&tx, business, 9).unwrap(), []);
    }

    #[test]
    fn only_the_first_of_a_chat_goes_and_nothing_passes_what_belongs_to_none() {
        let of = |chats: &[Option<u8>]| {
            let forward = |(id, chat): (usize, &Option<u8>)| Forward {
                id: id as i64,
                business: BusinessId(1),
                connection: "c_1".into(),
                exchange: id.to_string(),
                chat: chat.map(|byte| [byte; 16]),
                delivered_us: 0,
                until_us: 0,
                attempts: 1,
                due_us: 0,
                problem: String::new(),
                failed_us: None,
            };
            let all: Vec<Forward> = chats.iter().enumerate().map(forward).collect();
            heads(&all).into_iter().map(|forward| forward.id).collect::<Vec<_>>()
        };
        assert_eq!(of(&[Some(1), Some(1), Some(2)]), [0, 2]);
        assert_eq!(of(&[None, Some(1), None]), [0]);
        assert_eq!(of(&[Some(1), None, Some(2)]), [0]);
    }
}
