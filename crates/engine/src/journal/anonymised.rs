//! What stays of an event when its detail goes and the business anonymises: a row without a person.
//!
//! By order 140 of Roskomnadzor (2025): identifiers become a pseudonym under a key that is kept apart and destroyed with the rows; the
//! moment becomes its hour, the phone its operator; the text is masked; rows of a slice are stored in a drawn order. Nothing joins a row
//! with a record, a client or a conversation. `docs/retention.md` says why that is enough, and what is not promised.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use hmac::{Hmac, Mac};
use jiff::tz::TimeZone;
use rand::Rng;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::days::Day;
use crate::event::when::HOUR_US;
use crate::event::{BusinessId, RecordNo};
use crate::privacy::mask::{Care, Known, Masker};
use crate::privacy::{BusinessKeys, KeyError, pseudonym_key};

/// Country and operator: `+7921`. The operator alone says no more than "a phone of that region".
const CODE_CHARS: usize = 5;

/// What an event was, before it goes.
struct Detail {
    ts_us: i64,
    received_us: i64,
    client: Option<i64>,
    channel: String,
    kind: String,
    intent: Option<String>,
    outcome: Option<String>,
    said: Option<String>,
    reply: Option<String>,
    name: Option<String>,
}

/// What is known of a client.
struct Person {
    pseudonym: String,
    phone: Option<String>,
    known: Known,
}

/// What was stored, for the act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Rows.
    pub rows: u64,
    /// SHA-256 over the rows in the order of their drawn numbers.
    pub sha256: [u8; 32],
}

/// Stores anonymised rows of these records: call before they go.
///
/// # Errors
/// When the database says no, or the key of the year cannot be had.
pub fn store(
    tx: &Transaction<'_>,
    keys: &BusinessKeys,
    masker: &Masker,
    zone: &TimeZone,
    records: &[RecordNo],
) -> Result<Stored, KeyError> {
    let mut rows: Vec<(i64, Row)> = Vec::with_capacity(records.len());
    let (mut people, mut years) = (HashMap::new(), HashMap::new());
    for record in records {
        let Some(detail) = read(tx, *record)? else { continue };
        let person = match detail.client {
            Some(client) if !people.contains_key(&client) => people.entry(client).or_insert(person(tx, client)?).as_ref(),
            Some(client) => people.get(&client).and_then(Option::as_ref),
            None => None,
        };
        let who = match person {
            Some(person) => Some(pseudonym(key_of(tx, keys, &mut years, year_of(detail.received_us))?, &person.pseudonym)),
            None => None,
        };
        let row = Row::of(masker, &detail, (person, who), Day::of(detail.received_us, zone));
        // 63 random bits: in this order they say nothing about the order of the records.
        rows.push(((rand::rng().next_u64() >> 1) as i64, row));
    }
    rows.sort_by_key(|(id, _)| *id);
    let mut hash = Sha256::new();
    for (id, row) in &rows {
        hash.update(row.line(*id));
        row.insert(tx, keys.business(), *id)?;
    }
    Ok(Stored { rows: rows.len() as u64, sha256: hash.finalize().into() })
}

/// Removes rows older than `before_us`, and keys under which nothing is left.
///
/// # Errors
/// When the database says no.
pub fn forget_before(tx: &Transaction<'_>, business: BusinessId, zone: &TimeZone, before_us: i64) -> rusqlite::Result<usize> {
    let day = Day::of(before_us, zone).0;
    let gone = tx.prepare_cached("DELETE FROM anonymised WHERE business = ?1 AND received_day < ?2")?.execute(params![business.0, day])?;
    let year = year_of(before_us);
    tx.prepare_cached("DELETE FROM pseudonym_keys WHERE business = ?1 AND year < ?2")?.execute(params![business.0, year])?;
    Ok(gone)
}

/// How many rows there are of events received since `day`.
///
/// # Errors
/// When the database says no.
pub fn count_since(conn: &Connection, business: BusinessId, day: Day) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM anonymised WHERE business = ?1 AND received_day >= ?2";
    conn.prepare_cached(sql)?.query_row(params![business.0, day.0], |row| Ok(row.get::<_, i64>(0)? as u64))
}

fn read(conn: &Connection, record: RecordNo) -> rusqlite::Result<Option<Detail>> {
    let sql = "SELECT e.ts_us, e.received_us, i.client, e.channel, e.type, e.intent, s.outcome, e.said, e.reply, e.client_name
               FROM events e LEFT JOIN identities i ON i.id = e.identity LEFT JOIN sessions s ON s.id = e.session WHERE e.record = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Detail {
            ts_us: row.get(0)?,
            received_us: row.get(1)?,
            client: row.get(2)?,
            channel: row.get(3)?,
            kind: row.get(4)?,
            intent: row.get(5)?,
            outcome: row.get(6)?,
            said: row.get(7)?,
            reply: row.get(8)?,
            name: row.get(9)?,
        })
    };
    conn.prepare_cached(sql)?.query_row([record.as_i64()], read).optional()
}

/// What is known of a client, to be masked wherever it stands.
///
/// # Errors
/// When the database says no.
pub fn known_of(conn: &Connection, client: i64) -> rusqlite::Result<Known> {
    Ok(person(conn, client)?.map(|person| person.known).unwrap_or_default())
}

fn person(conn: &Connection, client: i64) -> rusqlite::Result<Option<Person>> {
    let mut find = conn.prepare_cached("SELECT r.pid, r.name, c.name FROM clients c JOIN clients r ON r.id = c.root WHERE c.id = ?1")?;
    let found =
        find.query_row([client], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, Option<String>>(2)?)));
    let Some((pseudonym, name, other_name)) = found.optional()? else { return Ok(None) };
    let sql =
        "SELECT i.kind, i.value FROM clients c JOIN clients o ON o.root = c.root JOIN identities i ON i.client = o.id WHERE c.id = ?1";
    let mut all = conn.prepare_cached(sql)?;
    let values: Vec<(String, String)> = all.query_map([client], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let phone = values.iter().find(|(kind, _)| kind == "phone").map(|(_, phone)| phone.chars().take(CODE_CHARS).collect());
    // A CRM card is `lead:4521`: people write its number.
    let plain = |(_, value): &(String, String)| value.rsplit(':').next().unwrap_or(value).to_owned();
    let known = Known::new(name.into_iter().chain(other_name), values.iter().map(plain));
    Ok(Some(Person { pseudonym, phone, known }))
}

type Years = HashMap<i64, Zeroizing<[u8; 32]>>;

fn key_of<'a>(tx: &Transaction<'_>, keys: &BusinessKeys, years: &'a mut Years, year: i64) -> Result<&'a [u8; 32], KeyError> {
    match years.entry(year) {
        Entry::Occupied(known) => Ok(known.into_mut()),
        Entry::Vacant(unknown) => Ok(unknown.insert(pseudonym_key(tx, keys, year, &mut rand::rng())?)),
    }
}

fn year_of(us: i64) -> i64 {
    i64::from(jiff::Timestamp::from_microsecond(us).unwrap_or_default().to_zoned(TimeZone::UTC).year())
}

/// One row as it stays.
struct Row {
    received_day: i64,
    hour_us: i64,
    who: Option<[u8; 8]>,
    phone_code: Option<String>,
    channel: String,
    kind: String,
    intent: Option<String>,
    outcome: Option<String>,
    said: Option<String>,
    reply: Option<String>,
}

impl Row {
    fn of(masker: &Masker, detail: &Detail, (person, who): (Option<&Person>, Option<[u8; 8]>), day: Day) -> Self {
        let nobody = Known::default();
        let mut known = person.map_or(&nobody, |person| &person.known).clone();
        known.learn_name(detail.name.as_deref().unwrap_or(""));
        let mask = |text: &Option<String>| text.as_deref().map(|text| masker.mask(text, &known, Care::Thorough).text);
        Self {
            received_day: day.0,
            hour_us: detail.ts_us.div_euclid(HOUR_US) * HOUR_US,
            who,
            phone_code: person.and_then(|person| person.phone.clone()),
            channel: mask(&Some(detail.channel.clone())).unwrap_or_default(),
            kind: detail.kind.clone(),
            intent: mask(&detail.intent.as_ref().map(|intent| intent.replace('_', " "))),
            outcome: detail.outcome.clone(),
            said: mask(&detail.said),
            reply: mask(&detail.reply),
        }
    }

    /// What the hash is over: the columns as JSON.
    fn line(&self, id: i64) -> String {
        let who = self.who.map(|who| who.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let Self { received_day, hour_us, phone_code, channel, kind, intent, outcome, said, reply, .. } = self;
        serde_json::json!([id, received_day, hour_us, who, phone_code, channel, kind, intent, outcome, said, reply]).to_string()
    }

    fn insert(&self, tx: &Transaction<'_>, business: BusinessId, id: i64) -> rusqlite::Result<()> {
        let mut insert = tx.prepare_cached(
            "INSERT INTO anonymised (id, business, received_day, hour_us, who, phone_code, channel, type, intent, outcome, said, reply)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?;
        insert.execute(params![
            id,
            business.0,
            self.received_day,
            self.hour_us,
            self.who,
            self.phone_code,
            self.channel,
            self.kind,
            self.intent,
            self.outcome,
            self.said,
            self.reply
        ])?;
        Ok(())
    }
}

/// Who it was, without saying who.
fn pseudonym(key: &[u8; 32], person: &str) -> [u8; 8] {
    use hmac::KeyInit as _;
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(person.as_bytes());
    let full: [u8; 32] = mac.finalize().into_bytes().into();
    let mut short = [0; 8];
    short.copy_from_slice(&full[..8]);
    short
}
