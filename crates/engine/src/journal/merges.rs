//! Who is shown under whom: people's decisions, kept by public ids, and what they mean for the clients that are there now.
//!
//! A client whose records have expired has no row, and may come back. The decision that merged it holds all the same, so the decisions
//! are kept apart from the rows: [`show`] works out from them which row is shown under which, skipping those that are not there. A
//! rebuild comes to the same rows whatever has expired meanwhile.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Transaction, params};

use super::cases::{self, Owner};
use super::clients::by_pid;
use super::experiments::exposures;
use crate::event::BusinessId;

/// Longer chains than people make; a row edited into a circle ends here.
const LONGEST: usize = 1_000;

/// Shows `from` under `into` from now on. Does nothing when they are one already.
///
/// # Errors
/// When the database says no.
pub fn merge(tx: &Transaction<'_>, business: BusinessId, into: &str, from: &str) -> rusqlite::Result<()> {
    let top = top(tx, business, from)?;
    if top == self::top(tx, business, into)? {
        return Ok(());
    }
    let sql = "INSERT INTO merges (business, pid, into_pid) VALUES (?1, ?2, ?3)";
    tx.prepare_cached(sql)?.execute(params![business.0, top, into])?;
    show(tx, business, into)
}

/// Makes `from` a client of its own again, with everything that was merged into it before.
///
/// # Errors
/// When the database says no.
pub fn unmerge(tx: &Transaction<'_>, business: BusinessId, from: &str) -> rusqlite::Result<()> {
    let into = above(tx, business, from)?;
    tx.prepare_cached("DELETE FROM merges WHERE business = ?1 AND pid = ?2")?.execute(params![business.0, from])?;
    show(tx, business, from)?;
    into.map_or(Ok(()), |into| show(tx, business, &into))
}

/// Forgets every merge of the person that `pid` is: they are erased.
///
/// # Errors
/// When the database says no.
pub fn forget(tx: &Transaction<'_>, business: BusinessId, pid: &str) -> rusqlite::Result<()> {
    let group = group(tx, business, &top(tx, business, pid)?)?;
    for (pid, _) in &group {
        tx.prepare_cached("DELETE FROM merges WHERE business = ?1 AND pid = ?2")?.execute(params![business.0, pid])?;
    }
    group.iter().try_for_each(|(pid, _)| show(tx, business, pid))
}

/// Makes the rows of the person that `pid` is what the decisions say.
///
/// # Errors
/// When the database says no.
pub fn show(tx: &Transaction<'_>, business: BusinessId, pid: &str) -> rusqlite::Result<()> {
    // Row and root of those above, by public id: a person comes after whom they are shown under.
    let mut shown: HashMap<String, (Option<i64>, Option<i64>)> = HashMap::new();
    for (pid, into) in group(tx, business, &top(tx, business, pid)?)? {
        let (above, root) = into.and_then(|into| shown.get(&into).copied()).unwrap_or_default();
        let Some(row) = by_pid(tx, business, &pid)? else {
            shown.insert(pid, (above, root));
            continue;
        };
        let root = root.unwrap_or(row.id);
        let sql = "UPDATE clients SET merged_into = ?1, root = ?2 WHERE id = ?3 AND (merged_into IS NOT ?1 OR root <> ?2)";
        if tx.prepare_cached(sql)?.execute(params![above, root, row.id])? > 0 {
            // No event tells that their conversations are another's now.
            for client in [row.root, row.id, root].map(Owner::Client) {
                exposures::unsay(tx, client)?;
                cases::mark(tx, business, client)?;
            }
        }
        shown.insert(pid, (Some(row.id), Some(root)));
    }
    Ok(())
}

/// Everyone who is shown under `top`, itself first, each after whom they are shown under.
fn group(tx: &Transaction<'_>, business: BusinessId, top: &str) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    let mut under = tx.prepare_cached("SELECT pid FROM merges WHERE business = ?1 AND into_pid = ?2 ORDER BY pid")?;
    let mut group = vec![(top.to_owned(), None)];
    let mut at = 0;
    while at < group.len() && group.len() < LONGEST {
        let into = group[at].0.clone();
        for pid in under.query_map(params![business.0, into], |row| row.get::<_, String>(0))? {
            group.push((pid?, Some(into.clone())));
        }
        at += 1;
    }
    Ok(group)
}

fn top(tx: &Transaction<'_>, business: BusinessId, pid: &str) -> rusqlite::Result<String> {
    let mut top = pid.to_owned();
    for _ in 0..LONGEST {
        match above(tx, business, &top)? {
            Some(into) => top = into,
            None => break,
        }
    }
    Ok(top)
}

fn above(tx: &Transaction<'_>, business: BusinessId, pid: &str) -> rusqlite::Result<Option<String>> {
    let mut find = tx.prepare_cached("SELECT into_pid FROM merges WHERE business = ?1 AND pid = ?2")?;
    find.query_row(params![business.0, pid], |row| row.get(0)).optional()
}
