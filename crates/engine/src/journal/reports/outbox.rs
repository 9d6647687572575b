//! What is on its way: one row for a route and a period, stored before anything is sent, removed by nobody.
//!
//! ```text
//! waiting ─ begin ─▶ sending ─┬─ sent          the receiver's server took it
//!    ▲                        ├─ again         surely not taken: later, with a growing pause
//!    └────────────────────────┴─ unclear       no word, or this program was killed: once more, and the letter says so
//! ```
//! So nothing is lost silently, and nothing comes more than twice. After a day it is given up, and a person is told.

use jiff::tz::TimeZone;
use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use super::letters::{self, Words};
use super::timetable::not_before;
use super::{Kind, Letter, Routed, parsed};
use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::privacy::BusinessKeys;

/// Attempts whose end nobody knows: a second one might be a third copy.
const MOST_UNCLEAR: u32 = 2;
/// So long it is tried.
const TRIED_US: i64 = DAY_US;
const FIRST_PAUSE_US: i64 = 2_000_000;
const LONGEST_PAUSE_US: i64 = 1_800_000_000;

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// Whose.
    #[serde(skip)]
    pub business: BusinessId,
    /// By which route.
    pub route: String,
    /// What.
    pub kind: Kind,
    /// Its period, or what an alert is about.
    pub period: String,
    /// The words.
    pub letter: i64,
    /// When it was stored.
    pub made_us: i64,
    /// When it is tried next.
    pub due_us: i64,
    /// Until when it is tried.
    pub until_us: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// An attempt is under way, or was when the program was killed.
    pub sending_us: Option<i64>,
    /// Attempts whose end nobody knows.
    pub unclear: u32,
    /// Why it is not there yet.
    pub problem: Option<String>,
    /// When it was taken.
    pub sent_us: Option<i64>,
    /// When it was given up.
    pub failed_us: Option<i64>,
}

/// Something to tell people of.
#[derive(Debug, Clone, Copy)]
pub struct Alert<'a> {
    /// What it is about: the same is told once. No personal data.
    pub about: &'a str,
    /// Whether it may wake people.
    pub is_urgent: bool,
    /// The business's clock.
    pub zone: &'a TimeZone,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Taken.
    Sent,
    /// Surely not taken.
    Again(String),
    /// Nobody knows.
    Unclear(String),
}

const COLUMNS: &str =
    "id, business, route, kind, period, letter, made_us, due_us, until_us, attempts, sending_us, unclear, problem, sent_us, failed_us";

/// Puts a letter on its way by a route; false where it was already.
///
/// # Errors
/// When the database says no.
pub fn put(tx: &Transaction<'_>, routed: &Routed, letter: &Letter, due_us: i64, now_us: i64) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO report_deliveries (business, route, kind, period, letter, made_us, due_us, until_us)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
    let values = params![
        routed.business.0,
        routed.id,
        letter.kind.as_str(),
        letter.period,
        letter.id,
        now_us,
        due_us,
        due_us.saturating_add(TRIED_US)
    ];
    Ok(tx.prepare_cached(sql)?.execute(values)? > 0)
}

/// Tells people of something now, by every route for alerts: once for what it is `about`, in each route's language.
///
/// What is not urgent waits for the end of a route's quiet hours. Gives how many routes take it. The words hold no personal data: they
/// leave this machine.
///
/// # Errors
/// When the database says no.
pub fn tell(
    tx: &Transaction<'_>,
    keys: &BusinessKeys,
    alert: &Alert<'_>,
    words: impl Fn(&str) -> Words,
    now_us: i64,
    rng: &mut impl CryptoRng,
) -> rusqlite::Result<usize> {
    let mut taken = 0;
    for routed in super::routes::of(tx, keys.business())?.iter().filter(|routed| routed.route.kinds.contains(&Kind::Alert)) {
        let language = routed.route.language.clone();
        let mut letter = Letter { id: 0, kind: Kind::Alert, period: alert.about.to_owned(), language: language.clone(), made_us: now_us };
        letter.id = letters::keep(tx, keys, &letter, &words(&language), rng)?;
        taken += usize::from(put(tx, routed, &letter, not_before(&routed.route, alert.zone, now_us, alert.is_urgent), now_us)?);
    }
    Ok(taken)
}

/// Whether a route has had it, or is about to.
///
/// # Errors
/// When the database says no.
pub fn has(conn: &Connection, business: BusinessId, route: &str, kind: Kind, period: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM report_deliveries WHERE business = ?1 AND route = ?2 AND kind = ?3 AND period = ?4";
    conn.prepare_cached(sql)?.exists(params![business.0, route, kind.as_str(), period])
}

/// Those of all businesses whose time has come, the oldest first.
///
/// # Errors
/// When the database says no.
pub fn due(conn: &Connection, now_us: i64, limit: u32) -> rusqlite::Result<Vec<Delivery>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM report_deliveries WHERE sent_us IS NULL AND failed_us IS NULL AND due_us <= ?1 ORDER BY due_us, id LIMIT ?2"
    );
    conn.prepare_cached(&sql)?.query_map(params![now_us, limit], read)?.collect()
}

/// The newest of a business.
///
/// # Errors
/// When the database says no.
pub fn newest(conn: &Connection, business: BusinessId, limit: u32) -> rusqlite::Result<Vec<Delivery>> {
    let sql = format!("SELECT {COLUMNS} FROM report_deliveries WHERE business = ?1 ORDER BY made_us DESC, id DESC LIMIT ?2");
    conn.prepare_cached(&sql)?.query_map(params![business.0, limit], read)?.collect()
}

/// How many wait and how many were given up, of all businesses or of one.
///
/// # Errors
/// When the database says no.
pub fn counts(conn: &Connection, business: Option<BusinessId>) -> rusqlite::Result<(u64, u64)> {
    let sql = "SELECT coalesce(sum(failed_us IS NULL), 0), coalesce(sum(failed_us IS NOT NULL), 0) FROM report_deliveries
               WHERE sent_us IS NULL AND (?1 IS NULL OR business = ?1)";
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64));
    conn.prepare_cached(sql)?.query_row([business.map(|business| business.0)], read)
}

/// An attempt begins. What was being sent when the program ended is unclear; gives the row as it is now, none where it is not to be sent.
///
/// # Errors
/// When the database says no.
pub fn begin(tx: &Transaction<'_>, id: i64, now_us: i64) -> rusqlite::Result<Option<Delivery>> {
    let sql =
        "UPDATE report_deliveries SET unclear = unclear + (sending_us IS NOT NULL) WHERE id = ?1 AND sent_us IS NULL AND failed_us IS NULL";
    if tx.prepare_cached(sql)?.execute([id])? == 0 {
        return Ok(None);
    }
    let sql = format!("SELECT {COLUMNS} FROM report_deliveries WHERE id = ?1");
    let Some(found) = tx.prepare_cached(&sql)?.query_row([id], read).optional()? else { return Ok(None) };
    if found.unclear >= MOST_UNCLEAR || now_us > found.until_us {
        let problem = found.problem.clone().unwrap_or_default();
        give_up(tx, id, &problem, now_us)?;
        return Ok(None);
    }
    tx.prepare_cached("UPDATE report_deliveries SET sending_us = ?2, attempts = attempts + 1 WHERE id = ?1")?.execute([id, now_us])?;
    Ok(Some(Delivery { attempts: found.attempts + 1, sending_us: Some(now_us), ..found }))
}

/// An attempt ended.
///
/// # Errors
/// When the database says no.
pub fn end(tx: &Transaction<'_>, delivery: &Delivery, outcome: &Outcome, now_us: i64) -> rusqlite::Result<()> {
    let again_us = now_us + pause_us(delivery.attempts);
    match outcome {
        Outcome::Sent => {
            let sql = "UPDATE report_deliveries SET sent_us = ?2, sending_us = NULL, problem = NULL WHERE id = ?1";
            tx.prepare_cached(sql)?.execute([delivery.id, now_us])?;
        }
        Outcome::Again(why) => {
            let sql = "UPDATE report_deliveries SET sending_us = NULL, problem = ?2, due_us = ?3 WHERE id = ?1";
            tx.prepare_cached(sql)?.execute(params![delivery.id, why, again_us])?;
        }
        Outcome::Unclear(why) if delivery.unclear + 1 >= MOST_UNCLEAR => give_up(tx, delivery.id, why, now_us)?,
        Outcome::Unclear(why) => {
            let sql = "UPDATE report_deliveries SET sending_us = NULL, unclear = unclear + 1, problem = ?2, due_us = ?3 WHERE id = ?1";
            tx.prepare_cached(sql)?.execute(params![delivery.id, why, again_us])?;
        }
    }
    Ok(())
}

/// A person wants it tried again, for another day: true where it was given up or waits.
///
/// # Errors
/// When the database says no.
pub fn retry(tx: &Transaction<'_>, business: BusinessId, id: i64, now_us: i64) -> rusqlite::Result<bool> {
    let sql = "UPDATE report_deliveries SET failed_us = NULL, due_us = ?3, until_us = ?4,
                 unclear = CASE WHEN failed_us IS NULL THEN unclear ELSE 0 END
               WHERE business = ?1 AND id = ?2 AND sent_us IS NULL AND sending_us IS NULL";
    Ok(tx.prepare_cached(sql)?.execute(params![business.0, id, now_us, now_us + TRIED_US])? > 0)
}

fn give_up(tx: &Transaction<'_>, id: i64, problem: &str, now_us: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE report_deliveries SET failed_us = ?3, sending_us = NULL, problem = ?2 WHERE id = ?1";
    tx.prepare_cached(sql)?.execute(params![id, problem, now_us]).map(drop)
}

/// 2, 4, 8, … seconds, at most half an hour.
fn pause_us(attempts: u32) -> i64 {
    FIRST_PAUSE_US.saturating_mul(1 << attempts.saturating_sub(1).min(20)).min(LONGEST_PAUSE_US)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: row.get(0)?,
        business: BusinessId(row.get(1)?),
        route: row.get(2)?,
        kind: parsed(row, 3)?,
        period: row.get(4)?,
        letter: row.get(5)?,
        made_us: row.get(6)?,
        due_us: row.get(7)?,
        until_us: row.get(8)?,
        attempts: row.get(9)?,
        sending_us: row.get(10)?,
        unclear: row.get(11)?,
        problem: row.get(12)?,
        sent_us: row.get(13)?,
        failed_us: row.get(14)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::super::testing::{NOON, Pen, empty};
    use super::super::{Route, Way, routes};
    use super::*;
    use crate::event::RecordNo;
    use crate::event::when::HOUR_US;

    fn words(_: &str) -> Words {
        Words { title: "Бот молчит".into(), text: "Уже 10 минут".into(), html: None }
    }

    fn told_of(tx: &Transaction<'_>, keys: &BusinessKeys, about: &str) -> usize {
        let alert = Alert { about, is_urgent: false, zone: &TimeZone::UTC };
        tell(tx, keys, &alert, words, NOON, &mut rand::rng()).unwrap()
    }

    /// Two routes for alerts and one for reports.
    fn routed(tx: &Transaction<'_>) {
        for (id, kind) in [("r_1", Kind::Alert), ("r_2", Kind::Alert), ("r_3", Kind::Weekly)] {
            let route = Route {
                kinds: vec![kind],
                way: Way::Mail,
                to: "a@b.example".into(),
                language: "ru".into(),
                hour: 9,
                weekday: 1,
                quiet_from: 0,
                quiet_to: 0,
                url: None,
            };
            routes::set(tx, RecordNo::new(BusinessId(1), 1), id, &serde_json::to_string(&route).unwrap(), NOON).unwrap();
        }
    }

    #[test]
    fn an_alert_is_told_once_by_every_route_that_wants_it() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let keys = Pen::new(&tx, BusinessId(1)).keys;
        routed(&tx);
        let told = |about| told_of(&tx, &keys, about);
        assert_eq!((told("A1 7"), told("A1 7"), told("A1 8")), (2, 0, 2));
        let waiting = due(&tx, NOON, 9).unwrap();
        assert_eq!(
            waiting.iter().map(|one| (one.route.as_str(), one.period.as_str())).collect::<Vec<_>>(),
            [("r_1", "A1 7"), ("r_2", "A1 7"), ("r_1", "A1 8"), ("r_2", "A1 8")]
        );
        assert_eq!(letters::open(&tx, &keys, waiting[0].letter).unwrap().unwrap().1, words("ru"));
        assert_eq!((counts(&tx, None).unwrap(), counts(&tx, Some(BusinessId(2))).unwrap()), ((4, 0), (0, 0)));
        routes::remove(&tx, BusinessId(1), "r_1").unwrap();
        assert_eq!(counts(&tx, Some(BusinessId(1))).unwrap(), (2, 0), "what waits to go that way goes nowhere");
    }

    #[test]
    fn what_is_refused_waits_longer_each_time_and_is_given_up_after_a_day() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let keys = Pen::new(&tx, BusinessId(1)).keys;
        routed(&tx);
        told_of(&tx, &keys, "A1");
        let id = due(&tx, NOON, 1).unwrap()[0].id;
        let mut now_us = NOON;
        let mut pauses = Vec::new();
        while let Some(delivery) = begin(&tx, id, now_us).unwrap() {
            end(&tx, &delivery, &Outcome::Again("550 no such mailbox".into()), now_us).unwrap();
            let next: i64 = tx.query_row("SELECT due_us FROM report_deliveries WHERE id = ?1", [id], |row| row.get(0)).unwrap();
            pauses.push((next - now_us) / 1_000_000);
            now_us = next;
        }
        assert_eq!(pauses[..4], [2, 4, 8, 16]);
        assert_eq!(*pauses.last().unwrap(), 1800);
        let row = newest(&tx, BusinessId(1), 9).unwrap().into_iter().find(|row| row.id == id).unwrap();
        assert_eq!((row.failed_us, row.problem.as_deref(), row.unclear), (Some(now_us), Some("550 no such mailbox"), 0));
        assert!(now_us > NOON + DAY_US && now_us < NOON + DAY_US + HOUR_US);
        assert!(!retry(&tx, BusinessId(2), id, now_us).unwrap() && retry(&tx, BusinessId(1), id, now_us).unwrap());
        assert!(begin(&tx, id, now_us).unwrap().is_some());
    }

    #[test]
    fn a_kill_between_store_and_send_gives_one_double_at_most() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let keys = Pen::new(&tx, BusinessId(1)).keys;
        routed(&tx);
        told_of(&tx, &keys, "A1");
        let id = due(&tx, NOON, 1).unwrap()[0].id;
        assert_eq!(begin(&tx, id, NOON).unwrap().unwrap().unclear, 0);
        // Killed here: the next process finds it under way.
        assert!(!retry(&tx, BusinessId(1), id, NOON).unwrap(), "nobody begins it a second time beside");
        assert_eq!(begin(&tx, id, NOON + 1).unwrap().unwrap().unclear, 1, "the second says that it may be one");
        // Killed again: a third copy is worse than none.
        assert_eq!(begin(&tx, id, NOON + 2).unwrap(), None);
        let row = newest(&tx, BusinessId(1), 9).unwrap().into_iter().find(|row| row.id == id).unwrap();
        assert_eq!((row.failed_us, row.unclear, row.attempts), (Some(NOON + 2), 2, 2));
    }

    #[test]
    fn an_answer_that_never_came_is_asked_for_once_more() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let keys = Pen::new(&tx, BusinessId(1)).keys;
        routed(&tx);
        told_of(&tx, &keys, "A1");
        let id = due(&tx, NOON, 1).unwrap()[0].id;
        for (now_us, expected) in [(NOON, 0), (NOON + HOUR_US, 1)] {
            let delivery = begin(&tx, id, now_us).unwrap().unwrap();
            assert_eq!(delivery.unclear, expected);
            end(&tx, &delivery, &Outcome::Unclear("no word".into()), now_us).unwrap();
        }
        assert_eq!(begin(&tx, id, NOON + 2 * HOUR_US).unwrap(), None);
        assert_eq!(counts(&tx, Some(BusinessId(1))).unwrap(), (1, 1));
    }
}
