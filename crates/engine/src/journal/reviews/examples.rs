//! What reviewers found as examples without persons: to teach a classifier, to mend a prompt, to hand to whoever does.
//!
//! Words are masked as when detail expires (`privacy::mask`), with what is known of the client. No id, no moment but the month, no reviewer,
//! no note. Only what is still there: an erased client is in no later export.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::opinions;
use crate::event::review::Fault;
use crate::event::{BusinessId, RecordNo};
use crate::journal::{anonymised, days};
use crate::privacy::mask::{Care, Known, Masker};

/// One example, a line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    /// The client's words, masked: of the event itself, or the last before it.
    pub text: Option<String>,
    /// The assistant's, masked.
    pub reply: Option<String>,
    /// What it was taken for.
    pub assigned: Option<String>,
    /// How sure the assistant was.
    pub confidence: Option<f64>,
    /// Whether that was right; none where it was not judged.
    pub right: Option<bool>,
    /// What it was.
    pub intent: Option<String>,
    /// What is wrong with the answer.
    pub faults: Vec<Fault>,
    /// Where.
    pub channel: String,
    /// `2026-11`, UTC.
    pub month: String,
}

/// What an event says.
struct Said {
    ts_us: i64,
    session: Option<i64>,
    client: Option<i64>,
    channel: String,
    said: Option<String>,
    reply: Option<String>,
    confidence: Option<f64>,
    name: Option<String>,
}

/// Every record that somebody has looked at and that is still there, by the first person's last word.
///
/// # Errors
/// When the database says no.
pub fn examples(conn: &Connection, masker: &Masker, business: BusinessId) -> rusqlite::Result<Vec<Example>> {
    let mut labelled: Vec<(u64, opinions::Opinions)> = opinions::of_all_queues(conn, business)?.into_iter().collect();
    labelled.sort_unstable_by_key(|(record, _)| *record);
    let mut people: HashMap<i64, Known> = HashMap::new();
    let mut examples = Vec::with_capacity(labelled.len());
    for (record, opinions) in labelled {
        let (Some(opinion), Some(said)) = (opinions.first(), read(conn, RecordNo::new(business, record))?) else { continue };
        let known = match said.client {
            Some(client) => match people.get(&client) {
                Some(known) => known.clone(),
                None => people.entry(client).or_insert(anonymised::known_of(conn, client)?).clone(),
            },
            None => Known::new(said.name.iter(), [] as [&str; 0]),
        };
        let mask = |text: String| masker.mask(&text, &known, Care::Thorough).text;
        let text = match &said.said {
            Some(text) => Some(text.clone()),
            None => words_before(conn, &said)?,
        };
        examples.push(Example {
            text: text.map(mask),
            reply: said.reply.map(mask),
            assigned: opinion.assigned.clone().map(|intent| days::harmless(masker, intent)),
            confidence: said.confidence,
            right: opinion.right,
            intent: opinion.truth.clone().map(|intent| days::harmless(masker, intent)),
            faults: opinion.faults.clone(),
            channel: days::harmless(masker, said.channel),
            month: jiff::Timestamp::from_microsecond(said.ts_us).unwrap_or_default().strftime("%Y-%m").to_string(),
        });
    }
    Ok(examples)
}

fn read(conn: &Connection, record: RecordNo) -> rusqlite::Result<Option<Said>> {
    let sql = "SELECT e.ts_us, e.session, i.client, e.channel, e.said, e.reply, e.confidence, e.client_name
               FROM events e LEFT JOIN identities i ON i.id = e.identity WHERE e.record = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Said {
            ts_us: row.get(0)?,
            session: row.get(1)?,
            client: row.get(2)?,
            channel: row.get(3)?,
            said: row.get(4)?,
            reply: row.get(5)?,
            confidence: row.get(6)?,
            name: row.get(7)?,
        })
    };
    conn.prepare_cached(sql)?.query_row([record.as_i64()], read).optional()
}

/// The client's last words before an answer.
fn words_before(conn: &Connection, said: &Said) -> rusqlite::Result<Option<String>> {
    let sql =
        "SELECT said FROM events WHERE session = ?1 AND ts_us <= ?2 AND said IS NOT NULL AND operator IS NULL ORDER BY ts_us DESC LIMIT 1";
    let Some(session) = said.session else { return Ok(None) };
    conn.prepare_cached(sql)?.query_row(params![session, said.ts_us], |row| row.get(0)).optional()
}
