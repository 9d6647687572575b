//! Keeps what numbers say of conversations in step with the journal: whoever something happened to is judged anew.
//!
//! A cursor walks over records as they come; each leads to its client, and the client as a whole is read (`history`), judged
//! (`metrics::judge`), freed of persons (`words`) and written (`rows`). Whoever's answer changes by time alone – a deadline passes, a day without a word – comes up by the
//! moment that the judgement itself named. Reading and judging happen beside the writer, on a snapshot; the writer only stores, and not
//! what an erasure destroyed meanwhile. After a kill a slice is judged again, and gives the same.
//!
//! What a CRM lacks no event tells: `absent` asks for it, and whoever it changes for comes up at once.

mod absent;
mod history;
mod rows;
#[cfg(test)]
mod tests;
mod words;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use queue::Queue;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use tokio::sync::watch;

use crate::access::{Business, business};
use crate::event::{BusinessId, RecordNo};
use crate::journal::cases::{self, Owner};
use crate::journal::experiments;
use crate::journal::sessions::Gaps;
use crate::metrics::judge::{History, Judged, Terms, Trial, judge};
use crate::metrics::sheets;
use crate::metrics::terms::Settled;
use crate::store::{Store, StoreError};

pub use absent::Crm;

/// How often it looks whether there is something to do.
const LOOK: Duration = Duration::from_millis(500);
/// Records that are looked at in one slice.
const RECORDS: i64 = 20_000;
/// People to whom they happened and who are judged in it.
const TOUCHED: usize = 500;
/// Days whose conversations are read before anybody asks: as far as pages look back by themselves.
const WARM_DAYS: i64 = 90;
/// People judged by time alone in one slice.
const PEOPLE: i64 = 200;
/// While so many bytes of frames wait to be recorded, whoever records has the processor and the writer nearly to itself: a bot's client
/// waits for an acknowledgement, numbers wait for a moment.
const BACKLOG_BYTES: u64 = 1 << 20;
/// Rest per work then.
const REST: u32 = 15;
/// And no longer than this.
const LONGEST: Duration = Duration::from_secs(20);

/// The keeper.
pub struct Tally {
    store: Store,
    queue: Arc<dyn Queue>,
    now_us: fn() -> i64,
    gaps: Gaps,
    absent: absent::Absent,
    words: Arc<words::Words>,
}

/// What goes wrong is the store's.
#[derive(Debug, thiserror::Error)]
pub enum TallyError {
    /// A connection could not be read.
    #[error(transparent)]
    Access(#[from] crate::access::AccessError),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It said no within a transaction.
    #[error("database: {0}")]
    Sql(#[from] rusqlite::Error),
}

/// What is known beside the journal when a slice is judged.
struct By {
    gaps: Gaps,
    absent: Arc<absent::Claims>,
    words: Arc<words::Words>,
}

/// A slice: who was judged, and how far the cursor goes.
struct Slice {
    people: Vec<(Owner, History, Judged)>,
    cursor: Option<i64>,
    /// The last record that whoever was judged was judged with.
    upto: i64,
    more: bool,
    now_us: i64,
    /// What people had settled when it was read.
    settled: Option<i64>,
}

impl Tally {
    /// Over an open store, by the silences that end conversations here; it makes room while much waits in `queue`.
    #[must_use]
    pub fn new(store: Store, queue: Arc<dyn Queue>, now_us: fn() -> i64, gaps: Gaps, crm: Crm) -> Self {
        Self { store, queue, now_us, gaps, absent: absent::Absent::of(crm), words: Arc::default() }
    }

    /// Goes on until `stop` turns true.
    pub async fn keep(self, mut stop: watch::Receiver<bool>) {
        let mut is_warm = false;
        loop {
            let began = Instant::now();
            let more = self.turn().await.unwrap_or_else(|e| {
                tracing::error!(error = %e, "conversations not counted, tried again");
                false
            });
            if !more && !is_warm {
                is_warm = self.warm().await.inspect_err(|e| tracing::warn!(error = %e, "numbers are not at hand yet")).is_ok();
            }
            let worked = began.elapsed();
            let rest = match more {
                true if self.queue.stats().pending_bytes > BACKLOG_BYTES => (worked * REST).min(LONGEST),
                // Whoever asks has the other half.
                true => worked.min(LOOK),
                false => LOOK,
            };
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Has at hand what pages ask for first, before the first of them does.
    async fn warm(&self) -> Result<(), TallyError> {
        let now_us = (self.now_us)();
        let read = self.store.read(move |conn| {
            for business in business::all(conn).unwrap_or_default() {
                sheets::warm(conn, business.id, now_us, WARM_DAYS)?;
            }
            Ok::<_, TallyError>(())
        });
        read.await
    }

    /// A slice of every business; says whether there is more.
    ///
    /// # Errors
    /// When the database says no.
    pub async fn turn(&self) -> Result<bool, TallyError> {
        let businesses = self.store.read(|conn| Ok::<_, TallyError>(business::all(conn).unwrap_or_default())).await?;
        let mut more = false;
        for business in businesses {
            let (id, now_us) = (business.id, (self.now_us)());
            let by = By { gaps: self.gaps, absent: self.absent.look(&self.store, id, now_us).await?, words: Arc::clone(&self.words) };
            let slice = self.store.read(move |conn| slice(conn, &business, &by, now_us)).await?;
            more |= slice.more;
            if !slice.people.is_empty() || slice.cursor.is_some() {
                self.store.write(move |tx| keep(tx, id, &slice)).await?;
            }
        }
        Ok(more)
    }
}

/// Everything of one slice, read in the one snapshot that a reader sees, and judged.
fn slice(conn: &Connection, business: &Business, by: &By, now_us: i64) -> Result<Slice, TallyError> {
    let from = cases::cursor(conn, business.id)?.unwrap_or(RecordNo::new(business.id, 0).as_i64() - 1);
    let (mut owners, upto) = (BTreeSet::new(), last_record(conn, business.id)?);
    let (cursor, full) = touched(conn, business.id, from, &mut owners)?;
    let due = cases::due(conn, business.id, now_us, PEOPLE)?;
    let more = full || due.len() as i64 == PEOPLE;
    owners.extend(due);
    let zone = TimeZone::get(&business.timezone).unwrap_or(TimeZone::UTC);
    let trials = experiments::all(conn, business.id)?.iter().filter_map(Trial::of).collect();
    let terms = Terms { trials, ..Settled::of(conn, business.id)?.terms(zone) };
    let mut people = Vec::with_capacity(owners.len());
    for owner in owners {
        let mut history = history::of(conn, business.id, owner, by.gaps)?;
        history.absent = by.absent.get(&owner).cloned().unwrap_or_default();
        let mut judged = judge(&history, &terms, now_us);
        judged.cases.iter_mut().for_each(|case| by.words.clean(case));
        people.push((owner, history, judged));
    }
    Ok(Slice { people, cursor: (cursor > from).then_some(cursor), upto, more, now_us, settled: settled(conn, business.id)? })
}

/// The newest record that can be read.
fn last_record(conn: &Connection, business: BusinessId) -> rusqlite::Result<i64> {
    let [first, end] = span(business);
    let sql = "SELECT coalesce(max(record), ?1) FROM events WHERE record BETWEEN ?1 AND ?2";
    conn.prepare_cached(sql)?.query_row([first, end], |row| row.get(0))
}

/// The numbers that records of a business can have.
fn span(business: BusinessId) -> [i64; 2] {
    [RecordNo::new(business, 0).as_i64(), RecordNo::new(BusinessId(business.0 + 1), 0).as_i64() - 1]
}

/// To whom the next records happened that they were not judged with already: whoever is judged is judged with everything there is, so after a
/// busy hour each is judged once. Gives how far it looked, and whether there is more.
fn touched(conn: &Connection, business: BusinessId, from: i64, owners: &mut BTreeSet<Owner>) -> rusqlite::Result<(i64, bool)> {
    let [_, end] = span(business);
    let mut judged = HashMap::<Owner, i64>::new();
    let mut touch = |owner: Owner, record: i64| {
        let upto = match judged.entry(owner) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(cases::upto(conn, owner)?.unwrap_or(i64::MIN)),
        };
        if record > upto {
            owners.insert(owner);
        }
        Ok::<_, rusqlite::Error>(owners.len())
    };
    let sql = "SELECT e.record, e.session, sc.root, ic.root FROM events e
                 LEFT JOIN sessions s ON s.id = e.session LEFT JOIN clients sc ON sc.id = s.client
                 LEFT JOIN identities i ON i.id = e.identity LEFT JOIN clients ic ON ic.id = i.client
               WHERE e.record > ?1 AND e.record <= ?2 ORDER BY e.record LIMIT ?3";
    let (mut last, mut count, mut people) = (from, 0, 0);
    let mut find = conn.prepare_cached(sql)?;
    let mut rows = find.query(params![from, end, RECORDS])?;
    while let Some(row) = rows.next()? {
        (last, count) = (row.get(0)?, count + 1);
        let (session, of_session, of_identity): (Option<i64>, Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let nobodys = session.filter(|_| of_session.is_none()).map(Owner::Session);
        for owner in [of_identity.map(Owner::Client), of_session.map(Owner::Client), nobodys].into_iter().flatten() {
            people = touch(owner, last)?;
        }
        if people >= TOUCHED {
            return Ok((last, true));
        }
    }
    Ok((last, count == RECORDS))
}

/// The last decision that has people judged anew, whatever happens to them.
fn settled(conn: &Connection, business: BusinessId) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT max(record) FROM decisions WHERE business = ?1
                 AND kind IN ('clients_merged', 'clients_unmerged', 'known_set', 'experiment_started')";
    conn.prepare_cached(sql)?.query_row([business.0], |row| row.get(0))
}

/// Stores a slice; one that was judged before people decided otherwise is judged again, or it would take back who is to be.
fn keep(tx: &Transaction<'_>, business: BusinessId, slice: &Slice) -> Result<(), TallyError> {
    if settled(tx, business)? != slice.settled {
        return Ok(());
    }
    for (owner, history, judged) in &slice.people {
        if is_there(tx, *owner)? {
            rows::replace(tx, business, *owner, (history, judged), (slice.upto, slice.now_us))?;
        } else {
            cases::set_aside(tx, *owner)?;
        }
    }
    if let Some(cursor) = slice.cursor {
        cases::advance(tx, business, cursor)?;
    }
    Ok(())
}

/// Whether nobody erased them since they were read.
fn is_there(tx: &Transaction<'_>, owner: Owner) -> rusqlite::Result<bool> {
    let (sql, id) = match owner {
        Owner::Client(id) => ("SELECT 1 FROM clients WHERE id = ?1 AND root = id", id),
        Owner::Session(id) => ("SELECT 1 FROM sessions WHERE id = ?1 AND client IS NULL", id),
    };
    Ok(tx.prepare_cached(sql)?.query_row([id], |_| Ok(())).optional()?.is_some())
}
