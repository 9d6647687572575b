//! What a client is shown: what they were shown first, under whatever name; else what the hash of who they are says.
//!
//! The hash is of the client's public id, which follows from the first name under which they were ever seen (`clients`): so it is the same before
//! and after their first event, before and after a restart, and for every name that is known to be theirs. Where a person says later that two
//! clients are one, the earlier sight counts for both.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::clients::{self, public_id};
use super::Kept;
use super::exposures::{Exposure, flags};
use crate::event::BusinessId;
use crate::event::experiment::{BUCKETS, EXPOSED};
use crate::privacy::BusinessKeys;

/// Who is to be shown a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The client's public id, as shown: whom merges lead to. Of one who was never seen, what it will be.
    pub pid: String,
    /// Their row, where they have one.
    root: Option<i64>,
}

/// What they are shown, and whether the log says so already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Which variant of the experiment's.
    pub variant: usize,
    /// An exposure of it was recorded.
    pub is_logged: bool,
}

/// Who bears these keyed names, the surest first; none without a name.
///
/// # Errors
/// When the database says no.
pub fn who(conn: &Connection, business: BusinessId, pseudonyms: &[[u8; 16]]) -> rusqlite::Result<Option<Who>> {
    let Some(surest) = pseudonyms.first() else { return Ok(None) };
    let mut find = conn.prepare_cached("SELECT pid FROM links WHERE business = ?1 AND pseudonym = ?2")?;
    let mut pid = None;
    for pseudonym in pseudonyms {
        pid = find.query_row(params![business.0, pseudonym], |row| row.get::<_, String>(0)).optional()?;
        if pid.is_some() {
            break;
        }
    }
    let pid = pid.unwrap_or_else(|| public_id(surest));
    let Some(row) = clients::by_pid(conn, business, &pid)? else { return Ok(Some(Who { pid, root: None })) };
    let shown = conn.prepare_cached("SELECT pid FROM clients WHERE id = ?1")?.query_row([row.root], |row| row.get(0))?;
    Ok(Some(Who { pid: shown, root: Some(row.root) }))
}

/// What they are shown of it.
///
/// # Errors
/// When the database says no.
pub fn shown(conn: &Connection, keys: &BusinessKeys, one: &Kept, who: &Who) -> rusqlite::Result<Shown> {
    let (mut first, mut logged): (Option<(i64, usize)>, Vec<usize>) = (None, Vec::new());
    if let Some(root) = who.root {
        let from_us = one.span_us().map_or(i64::MAX, |(from_us, _)| from_us);
        let kept = kept(conn, one, root)?.into_iter().map(|kept| (kept.seen_us, one.what.label(&kept.variant), is_logged(kept.flags)));
        let served = served(conn, one, root)?.into_iter().filter(|(us, _)| *us >= from_us).map(|(us, label)| (us, label, true));
        for (us, label, is_logged) in kept.chain(served) {
            let Some(variant) = one.what.variant_of(&label) else { continue };
            if first.is_none_or(|(before, _)| us < before) {
                first = Some((us, variant));
            }
            if is_logged {
                logged.push(variant);
            }
        }
    }
    let variant = first.map_or_else(|| one.what.variant_at(bucket(keys, one, &who.pid)), |(_, variant)| variant);
    Ok(Shown { variant, is_logged: logged.contains(&variant) })
}

/// One of ten thousand parts, by a keyed hash of experiment and client: nobody outside can tell who falls into which.
fn bucket(keys: &BusinessKeys, one: &Kept, pid: &str) -> u64 {
    // The record makes it another draw for every experiment, whatever it is called.
    let digest = keys.pseudonym(&["experiment", &one.record.index().to_string(), pid]);
    let (bytes, _) = digest.as_chunks::<8>();
    bytes.first().map_or(0, |bytes| u64::from_be_bytes(*bytes)) % BUCKETS
}

/// Whether the variant that was seen first is one that was served: of several, another may be.
fn is_logged(kept: u32) -> bool {
    kept & flags::SERVED != 0 && kept & flags::CROSSED == 0
}

/// What was judged of them before: it outlives its detail.
fn kept(conn: &Connection, one: &Kept, root: i64) -> rusqlite::Result<Option<Exposure>> {
    let sql = "SELECT x.seen_us, x.variant, x.flags FROM case_people p CROSS JOIN exposures x
               WHERE p.client = ?1 AND x.business = ?2 AND x.experiment = ?3 AND x.person = p.person";
    let values = params![root, one.record.business().0, one.record.as_i64()];
    let read = |row: &Row<'_>| Ok(Exposure { seen_us: row.get(0)?, variant: row.get(1)?, flags: row.get(2)?, ..Exposure::default() });
    conn.prepare_cached(sql)?.query_row(values, read).optional()
}

/// What the log says that they were served, under all of their names.
fn served(conn: &Connection, one: &Kept, root: i64) -> rusqlite::Result<Vec<(i64, String)>> {
    let sql = "SELECT e.ts_us, e.variant FROM clients c CROSS JOIN identities i CROSS JOIN events e
               WHERE c.root = ?1 AND i.client = c.id AND e.identity = i.id AND e.session IS NULL AND e.type = ?2 AND e.variant IN (SELECT value FROM json_each(?3))
               ORDER BY e.ts_us LIMIT 200";
    let labels: Vec<String> = one.what.variants.iter().map(|variant| one.what.label(&variant.name)).collect();
    conn.prepare_cached(sql)?
        .query_map(params![root, EXPOSED, serde_json::json!(labels).to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::RecordNo;
    use crate::event::experiment::{Aim, Experiment, Metric};
    use crate::journal::testing::{Pen, empty};

    fn running(record: u64, weights: [u32; 2]) -> Kept {
        let variants = ["A", "B"].iter().zip(weights).map(|(name, weight)| format!("{name}:{weight}").parse().unwrap()).collect();
        let what =
            Experiment { name: "g".into(), hypothesis: "…".into(), variants, metric: Metric::Booked, aim: Aim::More, effect: 0.03 };
        let record = RecordNo::new(BusinessId(1), record);
        Kept { record, what, added_us: 0, added_by: "olga".into(), started: Some((0, "olga".into())), stopped: None, keep: None }
    }

    #[test]
    fn ten_thousand_clients_are_divided_by_the_weights_and_anew_by_every_experiment() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let keys = Pen::new(&tx, BusinessId(1)).keys;
        let whom: Vec<Who> =
            (0..10_000).map(|one| who(&tx, BusinessId(1), &[keys.pseudonym(&[&one.to_string()])]).unwrap().unwrap()).collect();
        let drawn = |one: &Kept| whom.iter().map(|who| shown(&tx, &keys, one, who).unwrap().variant).collect::<Vec<_>>();
        for weights in [[1, 1], [9, 1]] {
            let first = drawn(&running(7, weights));
            let part = first.iter().filter(|variant| **variant == 0).count() as f64;
            let (n, share) = (10_000.0, f64::from(weights[0]) / f64::from(weights[0] + weights[1]));
            // χ² of one degree at p = 0.001 is 10.83; keys are random, so this fails once in a thousand: five deviations, once in a million.
            assert!((part - n * share).powi(2) / (n * share * (1.0 - share)) < 25.0, "{part} of {n} at {share}");
            assert_eq!(first, drawn(&running(7, weights)), "the same again");
        }
        let (one, other) = (drawn(&running(7, [1, 1])), drawn(&running(8, [1, 1])));
        let alike = one.iter().zip(&other).filter(|(one, other)| one == other).count();
        assert!((4_700..5_300).contains(&alike), "{alike}: who falls into A of one experiment says nothing about another");
    }
}
