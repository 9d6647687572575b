//! What was made, as it was sent: sealed under the business key, one for a kind, a period and a language, kept for a year.

use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{Kind, parsed};
use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::privacy::BusinessKeys;

/// Reports are listed so long.
const KEPT_US: i64 = 366 * DAY_US;
/// What an alert says is seen in its incident; its letter goes soon.
const ALERTS_KEPT_US: i64 = 30 * DAY_US;
/// Level 3 halves a page of tables and charts three times over.
const COMPRESSION: i32 = 3;

/// One of them, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub kind: Kind,
    /// Its period: dates of an interval, or what an alert is about.
    pub period: String,
    /// In which language.
    pub language: String,
    /// When it was made.
    pub made_us: i64,
}

/// Its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// One line.
    pub title: String,
    /// A few lines.
    pub text: String,
    /// The page; none where the text is all.
    pub html: Option<String>,
}

/// Keeps one; gives the number of the one that is there already.
///
/// # Errors
/// When the database says no.
pub fn keep(tx: &Transaction<'_>, keys: &BusinessKeys, letter: &Letter, words: &Words, rng: &mut impl CryptoRng) -> rusqlite::Result<i64> {
    let business = keys.business();
    if let Some(known) = known(tx, business, letter)? {
        return Ok(known);
    }
    let plain = serde_json::to_vec(words).unwrap_or_default();
    let packed = zstd::bulk::compress(&plain, COMPRESSION).unwrap_or(plain);
    let sealed = keys.seal_secret(&bound(letter), &packed, rng);
    let sql = "INSERT INTO report_letters (business, kind, period, language, made_us, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let Letter { kind, period, language, made_us, .. } = letter;
    tx.prepare_cached(sql)?.execute(params![business.0, kind.as_str(), period, language, made_us, sealed])?;
    Ok(tx.last_insert_rowid())
}

/// The one of that kind, period and language.
fn known(tx: &Transaction<'_>, business: BusinessId, letter: &Letter) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT id FROM report_letters WHERE business = ?1 AND kind = ?2 AND period = ?3 AND language = ?4";
    let values = params![business.0, letter.kind.as_str(), letter.period, letter.language];
    tx.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()
}

/// The newest of a business.
///
/// # Errors
/// When the database says no.
pub fn newest(conn: &Connection, business: BusinessId, limit: u32) -> rusqlite::Result<Vec<Letter>> {
    let sql = "SELECT id, kind, period, language, made_us FROM report_letters WHERE business = ?1 AND kind <> 'alert'
               ORDER BY made_us DESC, id DESC LIMIT ?2";
    conn.prepare_cached(sql)?.query_map(params![business.0, limit], read)?.collect()
}

/// One with its words; none where there is none, or it was edited.
///
/// # Errors
/// When the database says no.
pub fn open(conn: &Connection, keys: &BusinessKeys, id: i64) -> rusqlite::Result<Option<(Letter, Words)>> {
    let sql = "SELECT id, kind, period, language, made_us, sealed FROM report_letters WHERE business = ?1 AND id = ?2";
    let both = |row: &Row<'_>| Ok((read(row)?, row.get::<_, Vec<u8>>(5)?));
    let found = conn.prepare_cached(sql)?.query_row(params![keys.business().0, id], both).optional()?;
    let Some((letter, sealed)) = found else { return Ok(None) };
    let opened = keys.open_secret(&bound(&letter), &sealed).and_then(|packed| zstd::decode_all(packed.as_slice()).ok());
    Ok(opened.and_then(|plain| serde_json::from_slice(&plain).ok()).map(|words| (letter, words)))
}

/// Removes what is too old.
///
/// # Errors
/// When the database says no.
pub fn sweep(tx: &Transaction<'_>, now_us: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM report_deliveries WHERE made_us < ?1")?.execute([now_us - KEPT_US])?;
    let sql = "DELETE FROM report_letters WHERE (made_us < ?1 OR (kind = 'alert' AND made_us < ?2))
               AND id NOT IN (SELECT letter FROM report_deliveries WHERE sent_us IS NULL AND failed_us IS NULL)";
    tx.prepare_cached(sql)?.execute([now_us - KEPT_US, now_us - ALERTS_KEPT_US])?;
    Ok(())
}

fn bound(letter: &Letter) -> String {
    format!("report {} {} {}", letter.kind.as_str(), letter.period, letter.language)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Letter> {
    Ok(Letter { id: row.get(0)?, kind: parsed(row, 1)?, period: row.get(2)?, language: row.get(3)?, made_us: row.get(4)? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::super::testing::{NOON, Pen, empty};
    use super::*;

    #[test]
    fn a_letter_is_sealed_kept_once_and_goes_after_a_year() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let keys = Pen::new(&tx, BusinessId(1)).keys;
        let letter = Letter { id: 0, kind: Kind::Weekly, period: "2025-01-06/2025-01-13".into(), language: "ru".into(), made_us: NOON };
        let words = Words { title: "Неделя".into(), text: "Салон".into(), html: Some("<p>Салон</p>".into()) };
        let id = keep(&tx, &keys, &letter, &words, &mut rand::rng()).unwrap();
        let other = Words { title: "Другое".into(), ..words.clone() };
        assert_eq!(keep(&tx, &keys, &letter, &other, &mut rand::rng()).unwrap(), id, "the first stays as it was");
        assert_eq!(open(&tx, &keys, id).unwrap().unwrap().1, words);
        assert_eq!(newest(&tx, BusinessId(1), 9).unwrap().len(), 1);
        assert_eq!(newest(&tx, BusinessId(2), 9).unwrap(), []);
        tx.execute("UPDATE report_letters SET period = 'x'", []).unwrap();
        assert_eq!(open(&tx, &keys, id).unwrap(), None, "under another period it does not open");
        sweep(&tx, NOON + KEPT_US + 1).unwrap();
        assert_eq!(newest(&tx, BusinessId(1), 9).unwrap(), []);
    }
}
