//! Which conversation an event belongs to.
//!
//! With a session id from the bot: that session, cut where a week passed in silence. Without one: events of one identity in one
//! channel belong together while no gap between neighbours exceeds the channel's limit. Sessions are thus the connected parts of a
//! line of moments, whatever the order of arrival: a late event may join two sessions into one, and then the younger one's public id
//! stays as another name. An outbound reminder alone opens nothing.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::cache::Generations;
use super::clients::Identity;
use super::projection::{EventRow, Projected};
use super::session::Session;
use super::session_rows::{COLUMNS, from_row, insert, update};
use crate::event::when::HOUR_US;
use crate::event::{BusinessId, Facets, RecordNo};
use crate::privacy::BusinessKeys;

/// An answer this soon after a reminder is an answer to it, not a new request.
const REMINDER_REPLY_US: i64 = 48 * HOUR_US;
/// Open conversations kept in memory; a salon has dozens at a time, a chain thousands.
const CACHED: usize = 20_000;

/// How long a silence ends a conversation.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gaps {
    /// Cuts a session even where the bot goes on using its id.
    pub hard_hours: u32,
    /// In a chat on a site.
    pub web_minutes: u32,
    /// In a messenger.
    pub messenger_hours: u32,
}

impl Default for Gaps {
    fn default() -> Self {
        Self { hard_hours: 7 * 24, web_minutes: 30, messenger_hours: 24 }
    }
}

impl Gaps {
    fn hard_us(&self) -> i64 {
        i64::from(self.hard_hours) * HOUR_US
    }

    /// The gap rule of a channel, µs.
    #[must_use]
    pub fn channel_us(&self, channel: &str) -> i64 {
        let web = ["site", "web", "webchat", "widget", "site_chat", "sitechat", "livechat"].contains(&channel);
        if web { i64::from(self.web_minutes) * HOUR_US / 60 } else { i64::from(self.messenger_hours) * HOUR_US }
    }
}

/// What makes events one line of moments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Line {
    Given(BusinessId, String),
    Gap(i64, String),
}

struct Kept {
    session: Session,
    changed: bool,
}

/// Places events; keeps the newest session of each line in memory until the transaction is finished.
pub struct Sessions {
    gaps: Gaps,
    newest: Generations<Line, Kept>,
    changed: Vec<Line>,
}

impl Sessions {
    /// Nothing in memory yet.
    #[must_use]
    pub fn new(gaps: Gaps) -> Self {
        Self { gaps, newest: Generations::new(CACHED), changed: Vec::new() }
    }

    /// The session of an event that is about to be stored, with the event added to it; none when it belongs to no conversation.
    ///
    /// # Errors
    /// When the database says no.
    pub fn place(
        &mut self,
        tx: &Transaction<'_>,
        keys: &BusinessKeys,
        event: &Projected,
        identity: Option<&Identity>,
    ) -> rusqlite::Result<Option<i64>> {
        let business = keys.business();
        if !event.is_talk() {
            return Ok(None);
        }
        let own = || identity.map(|identity| (identity.id, event.row.channel.clone()));
        let (line, gap) = match (&event.given_session, event.line.clone().or_else(own)) {
            (Some(given), _) => (Line::Given(business, given.clone()), self.gaps.hard_us()),
            (None, Some((identity, channel))) => {
                let gap = self.gaps.channel_us(&channel);
                (Line::Gap(identity, channel), gap)
            }
            (None, None) => return Ok(None),
        };
        let ts = event.row.ts_us;
        let session = match self.newest.get_mut(&line) {
            Some(kept) if kept.session.started_us <= ts && ts <= kept.session.last_us + gap => {
                add(&mut kept.session, event, identity);
                let id = kept.session.id;
                if !std::mem::replace(&mut kept.changed, true) {
                    self.changed.push(line);
                }
                return Ok(Some(id));
            }
            Some(kept) if ts > kept.session.last_us + gap => None,
            _ => self.find(tx, &line, ts, gap)?,
        };
        let is_new = session.is_none();
        let mut session = match session {
            Some(session) => session,
            None if !event.opens_session() => return Ok(None),
            None => opened(tx, keys, event, identity)?,
        };
        add(&mut session, event, identity);
        if is_new {
            session.id = insert(tx, &session)?;
        } else {
            update(tx, &session)?;
        }
        let id = session.id;
        self.keep(tx, line, session)?;
        Ok(Some(id))
    }

    /// Writes what changed in memory: call before the transaction commits.
    ///
    /// # Errors
    /// When the database says no.
    pub fn flush(&mut self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        for line in std::mem::take(&mut self.changed) {
            self.write_if_changed(tx, &line)?;
        }
        Ok(())
    }

    /// Forgets what is in memory: after a transaction was rolled back, or rows were changed by others.
    pub fn forget(&mut self) {
        self.newest.clear();
        self.changed.clear();
    }

    /// Keeps a written session in memory if it is the newest of its line.
    fn keep(&mut self, tx: &Transaction<'_>, line: Line, session: Session) -> rusqlite::Result<()> {
        if !has_newer(tx, &line, &session)? {
            self.write_if_changed(tx, &line)?;
            self.newest.insert(line, Kept { session, changed: false });
        }
        // The memory may drop a session only after it was written.
        if self.changed.len() >= CACHED / 2 {
            self.flush(tx)?;
        }
        Ok(())
    }

    fn write_if_changed(&mut self, tx: &Transaction<'_>, line: &Line) -> rusqlite::Result<()> {
        let Some(kept) = self.newest.get_mut(line) else { return Ok(()) };
        if std::mem::take(&mut kept.changed) { update(tx, &kept.session) } else { Ok(()) }
    }

    /// The session around `ts`, from the database; joins several into the oldest.
    fn find(&mut self, tx: &Transaction<'_>, line: &Line, ts: i64, gap: i64) -> rusqlite::Result<Option<Session>> {
        self.write_if_changed(tx, line)?;
        let mut near = near(tx, line, ts, gap)?;
        if near.is_empty() {
            return Ok(None);
        }
        let oldest = (0..near.len()).min_by_key(|&i| near[i].first_record).unwrap_or(0);
        let mut session = near.swap_remove(oldest);
        if !near.is_empty() {
            self.newest.remove(line);
        }
        for other in near {
            join(tx, &session, &other)?;
            session.merge(&other);
        }
        Ok(Some(session))
    }
}

fn add(session: &mut Session, event: &Projected, identity: Option<&Identity>) {
    session.absorb(&event.row);
    if session.client.is_none() {
        session.identity = identity.map(|i| i.id);
        session.client = identity.map(|i| i.client);
    }
}

fn opened(tx: &Transaction<'_>, keys: &BusinessKeys, event: &Projected, identity: Option<&Identity>) -> rusqlite::Result<Session> {
    let (business, row) = (keys.business(), &event.row);
    let given = event.given_session.as_deref();
    let is_first = if let Some(given) = given { open_given(tx, keys, given, row.record)? } else { false };
    let pid = free_pid(tx, business, public_ids(keys, given, row.record, is_first))?;
    let mut session = Session::open(business, pid, event.given_session.clone(), row);
    if let Some((_, channel)) = &event.line {
        session.channel.clone_from(channel);
    }
    kind_of(row, identity.and_then(|i| i.reminded_us)).clone_into(&mut session.kind);
    Ok(session)
}

/// The public ids that a session may bear, the first free one of them: the given id for the part that opened it, other parts with the
/// beginning of their own pseudonym; without a given id the pseudonym itself. None depends on which other parts there are (still).
pub(super) fn public_ids(keys: &BusinessKeys, given: Option<&str>, first_record: i64, is_first: bool) -> Vec<String> {
    let drawn = hex(&keys.pseudonym(&["session", &first_record.to_string()])[..8]);
    let Some(given) = given else { return vec![format!("s_{drawn}")] };
    // Six characters are for reading; a bot that uses one id for thousands of conversations needs more.
    let parts = [format!("{given}~{}", &drawn[..6]), format!("{given}~{drawn}")];
    is_first.then(|| given.to_owned()).into_iter().chain(parts).collect()
}

/// Notes that `record` opens a conversation under `given`; whether it is the first that ever did.
fn open_given(tx: &Transaction<'_>, keys: &BusinessKeys, given: &str, record: i64) -> rusqlite::Result<bool> {
    let sql = "INSERT INTO openings (business, digest, record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    let is_noted_now = tx.prepare_cached(sql)?.execute(params![keys.business().0, digest(keys, given), record])? > 0;
    Ok(is_noted_now || is_first_part(tx, keys, given, record)?)
}

/// The record that first opened a conversation under `given`, also when it is gone.
///
/// # Errors
/// When the database says no.
pub fn opening(conn: &Connection, keys: &BusinessKeys, given: &str) -> rusqlite::Result<Option<RecordNo>> {
    let mut find = conn.prepare_cached("SELECT record FROM openings WHERE business = ?1 AND digest = ?2")?;
    find.query_row(params![keys.business().0, digest(keys, given)], |row| row.get(0).map(RecordNo::from_i64)).optional()
}

/// Whether the conversation that `record` opened under `given` bears the plain id.
pub(super) fn is_first_part(conn: &Connection, keys: &BusinessKeys, given: &str, record: i64) -> rusqlite::Result<bool> {
    let mut find = conn.prepare_cached("SELECT 1 FROM openings WHERE business = ?1 AND digest = ?2 AND record = ?3")?;
    find.exists(params![keys.business().0, digest(keys, given), record])
}

fn digest(keys: &BusinessKeys, given: &str) -> [u8; 16] {
    keys.pseudonym(&["opening", given])
}

/// What kind of session `row` opens, when the client was last reminded then.
pub(super) fn kind_of(row: &EventRow, reminded_us: Option<i64>) -> &'static str {
    let in_time = reminded_us.is_some_and(|at| (at..=at + REMINDER_REPLY_US).contains(&row.ts_us));
    if in_time && row.facets.has(Facets::INBOUND) { "reminder_reply" } else { "dialogue" }
}

/// The first of `ids` that no other session bears; the last one is too long to be taken.
fn free_pid(tx: &Transaction<'_>, business: BusinessId, ids: Vec<String>) -> rusqlite::Result<String> {
    let mut taken = tx.prepare_cached(
        "SELECT 1 FROM sessions WHERE business = ?1 AND pid = ?2 UNION ALL SELECT 1 FROM session_names WHERE business = ?1 AND pid = ?2",
    )?;
    let mut free = String::new();
    for pid in ids {
        let is_taken = taken.exists(params![business.0, pid])?;
        free = pid;
        if !is_taken {
            break;
        }
    }
    Ok(free)
}

fn near(tx: &Transaction<'_>, line: &Line, ts: i64, gap: i64) -> rusqlite::Result<Vec<Session>> {
    let read = |row: &Row<'_>| from_row(row);
    match line {
        Line::Given(business, given) => {
            let sql = format!("SELECT {COLUMNS} FROM sessions WHERE business = ?1 AND given = ?2 AND started_us <= ?3 AND last_us >= ?4");
            tx.prepare_cached(&sql)?.query_map(params![business.0, given, ts + gap, ts - gap], read)?.collect()
        }
        Line::Gap(identity, channel) => {
            let sql = format!(
                "SELECT {COLUMNS} FROM sessions WHERE identity = ?1 AND channel = ?2 AND given IS NULL AND started_us <= ?3 AND last_us >= ?4"
            );
            tx.prepare_cached(&sql)?.query_map(params![identity, channel, ts + gap, ts - gap], read)?.collect()
        }
    }
}

fn has_newer(tx: &Transaction<'_>, line: &Line, session: &Session) -> rusqlite::Result<bool> {
    match line {
        Line::Given(business, given) => tx
            .prepare_cached("SELECT 1 FROM sessions WHERE business = ?1 AND given = ?2 AND started_us > ?3 AND id <> ?4")?
            .exists(params![business.0, given, session.started_us, session.id]),
        Line::Gap(identity, channel) => tx
            .prepare_cached(
                "SELECT 1 FROM sessions WHERE identity = ?1 AND channel = ?2 AND given IS NULL AND started_us > ?3 AND id <> ?4",
            )?
            .exists(params![identity, channel, session.started_us, session.id]),
    }
}

/// Moves everything of `other` into `session`.
fn join(tx: &Transaction<'_>, session: &Session, other: &Session) -> rusqlite::Result<()> {
    tx.execute("UPDATE events SET session = ?1 WHERE session = ?2", params![session.id, other.id])?;
    tx.execute("UPDATE session_names SET session = ?1 WHERE session = ?2", params![session.id, other.id])?;
    tx.execute("DELETE FROM sessions WHERE id = ?1", [other.id])?;
    tx.execute("INSERT INTO session_names (business, pid, session) VALUES (?1, ?2, ?3)", params![other.business.0, other.pid, session.id])?;
    Ok(())
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
