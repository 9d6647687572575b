//! The read models, computed again from the living sealed records, beside the running recorder.
//!
//! ```text
//! snapshot ─▶ replay into rebuild.db ─▶ snapshot ─▶ replay what came meanwhile ─▶ … ─▶ on the writer thread, in one transaction:
//!             (minutes)                             (seconds)                          the rest, then differing rows are replaced
//! ```
//! Nobody waits but the recorder, for the last step; readers see the rows from before until it commits. The file beside holds what the
//! read models hold: it is the owner's alone, and goes with the rebuild, after a kill with the next start. When records are destroyed
//! meanwhile, it starts again, because a replayed row of theirs must not come back. Who may do what is not touched; a restore, into an
//! empty folder, replays that too.
//!
//! * `replay` – records to rows · `rows` – rebuilt rows against live ones

mod replay;
mod rows;

use std::collections::HashMap;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, OpenFlags, Transaction};
use serde::Serialize;

use crate::event::{BusinessId, RecordNo};
use crate::journal::sessions::Gaps;
use crate::journal::{self, append, cases, verify};
use crate::privacy::Vault;
use crate::store::{Store, StoreError};

use super::decisions::DecisionError;
use replay::{Met, Replay, Scope};
pub use rows::{Changed, Difference};

/// The rebuilt tables, in the data folder.
const FILE: &str = "rebuild.db";
/// So many records less than this came during a pass that the writer thread can do the rest.
const FEW: u64 = 2_000;
/// Passes before the writer thread does the rest whatever it is: under a burst each pass is shorter than the one before.
const PASSES: usize = 8;
/// Destructions that may come in between.
const ATTEMPTS: usize = 5;

/// Why nothing was rebuilt. The live rows are as they were.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A business without keys.
    #[error("business {} has no keys", .0.0)]
    NoKeys(BusinessId),
    /// A record that is there and cannot be read.
    #[error("record {0} cannot be replayed ({1}); run `letopis verify --deep`; nothing was changed")]
    Unreadable(RecordNo, String),
    /// A decision could not be applied.
    #[error(transparent)]
    Decision(#[from] DecisionError),
    /// Records were destroyed while it ran.
    #[error("records were destroyed while the rows were rebuilt; try again when that is done")]
    Destroyed,
    /// The file beside could not be made.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

impl From<rusqlite::Error> for RebuildError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What a rebuild found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Records replayed.
    pub records: u64,
    /// Records that are gone.
    pub absent: u64,
    /// Rows that were not what the records give.
    pub differences: u64,
    /// The first of them; only when nothing was to be changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listed: Vec<Difference>,
    /// What was replaced, where anything was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<Changed>,
    /// Whether the search index was made anew.
    pub index: bool,
}

/// How far it is: shared with who watches.
#[derive(Default)]
pub struct Steps {
    /// Records done.
    pub done: AtomicU64,
    /// Of how many.
    pub all: AtomicU64,
}

impl Steps {
    /// So many more are done.
    pub fn add(&self, done: u64) {
        self.done.fetch_add(done, Ordering::Relaxed);
    }

    /// So many more are to be done.
    pub fn more(&self, more: u64) {
        self.all.fetch_add(more, Ordering::Relaxed);
    }
}

/// Tells the recorder that rows it remembers were changed by others.
#[derive(Clone, Default)]
pub struct Stale(Arc<AtomicBool>);

impl Stale {
    fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}

/// What a rebuild works with.
#[derive(Clone)]
pub struct Rebuild {
    /// The live tables.
    pub store: Store,
    /// Where they are.
    pub folder: PathBuf,
    /// Opens records.
    pub vault: Vault,
    /// When a silence ends a conversation.
    pub gaps: Gaps,
    /// The recorder, told at the end.
    pub stale: Stale,
}

/// Takes away what a killed rebuild left.
pub fn clean_up(folder: &Path) {
    let _ = std::fs::remove_file(folder.join(FILE));
}

impl Rebuild {
    /// Rebuilds aside, and says what differs.
    ///
    /// # Errors
    /// When records cannot be read.
    pub fn check(&self, steps: &Steps) -> Result<Rebuilt, RebuildError> {
        let mut bench = Bench::open(self)?;
        let source = self.source()?;
        let snapshot = source.unchecked_transaction()?;
        bench.pass(&snapshot, steps)?;
        attach(&snapshot, &bench.path)?;
        rows::prepare(&snapshot)?;
        let (mut differences, mut listed) = rows::differences(&snapshot)?;
        for business in self.vault.businesses() {
            for record in verify::unlike_their_words(&snapshot, business)? {
                differences += 1;
                listed.push(Difference { table: "search", row: record.as_i64().to_string(), what: "altered" });
            }
        }
        let Met { replayed, absent } = bench.met;
        Ok(Rebuilt { records: replayed, absent, differences, listed, ..Rebuilt::default() })
    }

    /// Rebuilds aside, and puts the rebuilt rows in the place of those that differ. From a thread that may block.
    ///
    /// # Errors
    /// When records cannot be read, or go on being destroyed.
    pub fn run(&self, steps: &Steps) -> Result<Rebuilt, RebuildError> {
        for _ in 0..ATTEMPTS {
            match self.attempt(steps) {
                Err(RebuildError::Destroyed) => {}
                done => return done,
            }
        }
        Err(RebuildError::Destroyed)
    }

    fn attempt(&self, steps: &Steps) -> Result<Rebuilt, RebuildError> {
        let mut bench = Bench::open(self)?;
        for _ in 0..PASSES {
            let source = self.source()?;
            let snapshot = source.unchecked_transaction()?;
            if bench.pass(&snapshot, steps)? < FEW {
                break;
            }
        }
        let this = self.clone();
        let done = self.store.submit(move |tx| {
            // What this transaction holds is the last committed state, and nobody else commits until it ends.
            let source = this.source()?;
            let snapshot = source.unchecked_transaction()?;
            bench.pass(&snapshot, &Steps::default())?;
            drop(snapshot);
            attach(tx, &bench.path)?;
            let rebuilt = swap(tx, &this, bench.met)?;
            this.stale.set();
            Ok::<_, RebuildError>((rebuilt, bench))
        })?;
        let done = done.blocking_recv().unwrap_or(Err(StoreError::Stopped.into()));
        // Also after a failure: it stays attached to the writer's connection otherwise. Where it is not, that is no matter.
        let detached = self.store.between(|conn| conn.execute_batch("DETACH fresh"))?;
        let _ = detached.blocking_recv();
        done.map(|(rebuilt, _bench)| rebuilt)
    }

    /// The live tables, to read from while the writer goes on.
    fn source(&self) -> Result<Connection, RebuildError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let source = Connection::open_with_flags(self.folder.join("letopis.db"), flags)?;
        source.execute_batch("PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=5000;")?;
        journal::setup(&source)?;
        Ok(source)
    }
}

/// Computes everything that is derived, who may do what included, into the tables that `tx` has: for a restore, where they are empty.
///
/// # Errors
/// When a record cannot be read.
pub fn into_empty(tx: &Transaction<'_>, vault: &Vault, gaps: Gaps, steps: &Steps) -> Result<Rebuilt, RebuildError> {
    let mut replay = Replay::new(vault.clone(), gaps, Scope::Everything);
    let mut rebuilt = Rebuilt::default();
    for business in vault.businesses() {
        let to = append::next_index(tx, business)?;
        steps.more(to);
        let met = replay.run(tx, tx, business, (0, to), &|n| steps.add(n))?;
        rebuilt.records += met.replayed;
        rebuilt.absent += met.absent;
    }
    Ok(rebuilt)
}

fn attach(conn: &Connection, path: &Path) -> rusqlite::Result<()> {
    conn.execute("ATTACH ?1 AS fresh", [path.to_string_lossy()]).map(drop)
}

/// On the writer thread: differing rows are replaced, and the index follows the rows.
fn swap(tx: &Transaction<'_>, rebuild: &Rebuild, met: Met) -> Result<Rebuilt, RebuildError> {
    rows::prepare(tx)?;
    let replaced = rows::replace(tx)?;
    cases::begin_anew(tx, None)?;
    rows::clear(tx)?;
    let mut index = replaced.iter().any(|changed| changed.table == "events" && changed.removed + changed.added > 0);
    for business in rebuild.vault.businesses() {
        index = index || !verify::unlike_their_words(tx, business)?.is_empty();
    }
    if index {
        tx.execute_batch("INSERT INTO search (search) VALUES ('rebuild')")?;
    }
    let differences = replaced.iter().map(|changed| changed.removed.max(changed.added) as u64).sum();
    let replaced = replaced.into_iter().filter(|changed| changed.removed + changed.added > 0).collect();
    Ok(Rebuilt { records: met.replayed, absent: met.absent, differences, replaced, index, ..Rebuilt::default() })
}

/// The database beside, and how far it has come.
struct Bench {
    path: PathBuf,
    fresh: Connection,
    replay: Replay,
    until: HashMap<BusinessId, u64>,
    vault: Vault,
    passes: usize,
    met: Met,
}

impl Bench {
    fn open(rebuild: &Rebuild) -> Result<Self, RebuildError> {
        let path = rebuild.folder.join(FILE);
        clean_up(&rebuild.folder);
        let mut private = std::fs::OpenOptions::new();
        private.write(true).create_new(true).mode(0o600).open(&path).map_err(|e| RebuildError::File(path.clone(), e))?;
        let fresh = Connection::open(&path)?;
        // Nothing here outlives this process, so nothing has to survive a crash.
        fresh.execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536;")?;
        fresh.set_prepared_statement_cache_capacity(128);
        journal::setup(&fresh)?;
        fresh.execute_batch(journal::SCHEMA)?;
        let replay = Replay::new(rebuild.vault.clone(), rebuild.gaps, Scope::Rows);
        Ok(Self { path, fresh, replay, until: HashMap::new(), vault: rebuild.vault.clone(), passes: 0, met: Met::default() })
    }

    /// Replays what `source` has and this has not; how many records that was.
    fn pass(&mut self, source: &Connection, steps: &Steps) -> Result<u64, RebuildError> {
        let tx = self.fresh.unchecked_transaction()?;
        copy_primary(source, &tx)?;
        let mut count = 0;
        for business in self.vault.businesses() {
            let (from, to) = (self.until.get(&business).copied().unwrap_or(0), append::next_index(source, business)?);
            if self.passes > 0 && append::acts_between(source, business, from, to)? {
                return Err(RebuildError::Destroyed);
            }
            steps.more(to - from);
            let met = self.replay.run(source, &tx, business, (from, to), &|n| steps.add(n))?;
            self.met.replayed += met.replayed;
            self.met.absent += met.absent;
            self.until.insert(business, to);
            count += to - from;
        }
        tx.commit()?;
        self.passes += 1;
        Ok(count)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The primary rows that replaying asks for.
fn copy_primary(source: &Connection, fresh: &Transaction<'_>) -> rusqlite::Result<()> {
    for (table, columns) in [("links", "business, pseudonym, pid"), ("openings", "business, digest, record")] {
        let mut all = source.prepare(&format!("SELECT {columns} FROM {table}"))?;
        let mut insert = fresh.prepare(&format!("INSERT INTO {table} ({columns}) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"))?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            insert.execute([row.get_ref(0)?, row.get_ref(1)?, row.get_ref(2)?].map(ToSqlOutput::Borrowed))?;
        }
    }
    Ok(())
}
