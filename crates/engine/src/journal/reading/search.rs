//! What somebody typed into the search field → clients, conversations, and what was said.
//!
//! | typed | found through |
//! |---|---|
//! | `+7 921 123-45-67`, `4567` | identities by pseudonym, by the phone's tail |
//! | `anna@example.org`, an account, `BX_LEAD_4521` | identities by pseudonym |
//! | `Анна`, part of a name | names of clients |
//! | a conversation's or event's id | their own indexes |
//! | anything else, and all of the above | full text, newest first |
//!
//! Clients and conversations come with the first page only; what was said goes on by cursor.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::client::{ClientName, client_name};
use super::events::{EventLine, event, event_by_id};
use super::filters::filters;
use super::page::{Cursor, Listed, Page};
use super::sessions::{SessionLine, with_client};
use super::snippet::{Snippet, Sought};
use super::words::Words;
use crate::event::{BusinessId, CrmKind, CrmRef, Phone, PhoneReading, RecordNo};
use crate::journal::clients::fold;
use crate::journal::session_by_pid;
use crate::privacy::BusinessKeys;

/// Clients that one question shows: who finds more must type more.
const CLIENTS: usize = 20;
/// Longer questions are texts, not questions.
const QUESTION_CHARS: usize = 200;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Clients by what they are known by, and by name.
    pub clients: Vec<ClientHit>,
    /// Conversations by their id.
    pub sessions: Vec<SessionLine>,
    /// Events by their id, then what was said, newest first.
    pub hits: Listed<Hit>,
}

/// A client and how they were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientHit {
    /// Who.
    pub client: ClientName,
    /// `phone`, `email`, `channel`, `id`, `crm` or `name`.
    pub by: &'static str,
    /// The phone, address or name that fits.
    pub value: String,
}

/// An event and the piece of it that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The event.
    pub line: EventLine,
    /// Around the words.
    pub snippet: Snippet,
    /// The piece is from the answer, not from what the client wrote.
    pub in_reply: bool,
}

/// Looks everywhere for what somebody typed.
///
/// # Errors
/// When the database says no.
pub fn search(conn: &Connection, keys: &BusinessKeys, question: &str, page: &Page) -> rusqlite::Result<Found> {
    let business = keys.business();
    let question: String = question.chars().filter(|c| !c.is_control()).take(QUESTION_CHARS).collect();
    let word = question.trim();
    let mut found = Found { clients: Vec::new(), sessions: Vec::new(), hits: said(conn, business, &question, page)? };
    if page.after.is_none() && !word.is_empty() {
        found.clients = clients(conn, keys, word)?;
        found.sessions = session_by_pid(conn, business, word)?.map(|session| with_client(conn, session)).transpose()?.into_iter().collect();
        found.hits.items.splice(0..0, by_event_id(conn, keys, word)?);
    }
    Ok(found)
}

fn said(conn: &Connection, business: BusinessId, question: &str, page: &Page) -> rusqlite::Result<Listed<Hit>> {
    let Some(words) = Words::new(business, question) else { return Ok(Listed::empty()) };
    let sought = Sought::new(question);
    let records = words.newest(conn, page.after.map(|cursor| cursor.id), page.limit() + 1)?;
    let listed = Listed::cut(records, page, |&id| Cursor { at: 0, id });
    listed.try_map(|record| Ok(event(conn, business, RecordNo::from_i64(record))?.map(|line| hit(line, &sought))))
}

fn by_event_id(conn: &Connection, keys: &BusinessKeys, event_id: &str) -> rusqlite::Result<Vec<Hit>> {
    let sought = Sought::new("");
    let records = event_by_id(conn, keys, event_id)?;
    let lines = records.into_iter().map(|record| event(conn, keys.business(), record));
    lines.filter_map(|line| line.map(|line| line.map(|line| hit(line, &sought))).transpose()).collect()
}

/// The piece is from what was said, or from the answer where only that has the words.
fn hit(line: EventLine, sought: &Sought) -> Hit {
    let piece = |text: &Option<String>| text.as_deref().map(|text| sought.snippet(text)).unwrap_or_default();
    let (said, reply) = (piece(&line.row.said), piece(&line.row.reply));
    let in_reply = said.text.is_empty() || (said.marks.is_empty() && !reply.marks.is_empty());
    Hit { snippet: if in_reply { reply } else { said }, in_reply, line }
}

fn clients(conn: &Connection, keys: &BusinessKeys, word: &str) -> rusqlite::Result<Vec<ClientHit>> {
    let mut found = by_mark(conn, keys, word)?;
    found.extend(by_tail(conn, keys.business(), word)?);
    found.extend(by_name(conn, keys.business(), word)?);
    let mut seen = HashSet::new();
    found.retain(|hit| seen.insert(hit.client.pid.clone()));
    found.truncate(CLIENTS);
    Ok(found)
}

/// Whole phones, addresses, accounts and cards, by their pseudonyms: each is one look into a unique index.
fn by_mark(conn: &Connection, keys: &BusinessKeys, word: &str) -> rusqlite::Result<Vec<ClientHit>> {
    let mut marks: Vec<(&'static str, String, String)> = vec![("id", String::new(), word.to_owned())];
    if let PhoneReading::E164(phone) = Phone::parse(word) {
        marks.push(("phone", String::new(), phone.as_str().to_owned()));
    }
    if word.contains('@') {
        marks.push(("email", String::new(), word.to_lowercase()));
    }
    let card = CrmRef::parse(word).map(|card| format!("{}:{}", card.kind.as_str(), card.id));
    let bare = word.bytes().all(|byte| byte.is_ascii_digit()).then_some([CrmKind::Lead, CrmKind::Deal, CrmKind::Contact]);
    let bare = bare.into_iter().flatten().map(|kind| format!("{}:{word}", kind.as_str()));
    marks.extend(card.into_iter().chain(bare).map(|card| ("crm", String::new(), card)));
    if !word.contains(' ') {
        let channels = filters(conn, keys.business())?.channels;
        marks.extend(channels.into_iter().map(|channel| ("channel", channel, word.to_owned())));
    }
    let mut find = conn.prepare_cached("SELECT client, value FROM identities WHERE business = ?1 AND pseudonym = ?2")?;
    let mut hits = Vec::new();
    for (by, channel, value) in marks {
        let pseudonym = keys.pseudonym(&[by, &channel, &value]);
        let found = find.query_row(params![keys.business().0, pseudonym], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        hits.extend(found.map(|(client, value)| client_hit(conn, client, by, value)).transpose()?.flatten());
    }
    Ok(hits)
}

/// The SQL of the clients whose phone ends in four digits.
pub(super) const BY_TAIL: &str = "SELECT client, value FROM identities WHERE business = ?1 AND tail = ?2 ORDER BY id DESC LIMIT ?3";

/// Four digits or more that are the end of a phone.
fn by_tail(conn: &Connection, business: BusinessId, word: &str) -> rusqlite::Result<Vec<ClientHit>> {
    let is_number = word.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '+' | '*' | '…'));
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let Some(tail) = digits.get(digits.len().saturating_sub(4)..).filter(|tail| is_number && tail.len() == 4) else {
        return Ok(Vec::new());
    };
    let mut find = conn.prepare_cached(BY_TAIL)?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?));
    let ends = find.query_map(params![business.0, tail, 50 * CLIENTS as i64], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let fits = ends.into_iter().filter(|(_, value)| value.ends_with(&digits)).take(CLIENTS);
    let hits = fits.map(|(client, value)| client_hit(conn, client, "phone", value)).collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(hits.into_iter().flatten().collect())
}

/// The SQL of the clients with a name: it walks the business's names in their index, without touching a row that does not fit.
pub(super) const BY_NAME: &str = "SELECT id, name FROM clients WHERE id IN
    (SELECT id FROM clients WHERE business = ?1 AND name_folded IS NOT NULL AND instr(name_folded, ?2) > 0 LIMIT ?3)";

/// Names with these letters in them, at the beginning of a word.
fn by_name(conn: &Connection, business: BusinessId, word: &str) -> rusqlite::Result<Vec<ClientHit>> {
    let folded = fold(word);
    let is_name = folded.chars().nth(1).is_some() && folded.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '.' | '\''));
    if !is_name {
        return Ok(Vec::new());
    }
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?));
    let mut find = conn.prepare_cached(BY_NAME)?;
    let named = find.query_map(params![business.0, folded, 10 * CLIENTS as i64], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let begins = |name: &str| fold(name).split([' ', '-']).any(|part| part.starts_with(&folded)) || fold(name).starts_with(&folded);
    let hits = named.into_iter().filter(|(_, name)| begins(name)).take(CLIENTS);
    let hits = hits.map(|(client, name)| client_hit(conn, client, "name", name)).collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(hits.into_iter().flatten().collect())
}

fn client_hit(conn: &Connection, client: i64, by: &'static str, value: String) -> rusqlite::Result<Option<ClientHit>> {
    Ok(client_name(conn, client)?.map(|client| ClientHit { client, by, value }))
}
