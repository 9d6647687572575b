//! The folder of a stopped server, opened the way an auditor opens it: the same keys and tables, nothing recorded.
//!
//! It verifies, opens records, reads and edits rows. With [`Stopped::decide`] it records for a moment, to do what commands do.

use std::path::Path;
use std::sync::Arc;

use ledger::Checkpoint;
use letopis::access::Change;
use letopis::app::{App, Config, now_us};
use letopis::event::record::Decision;
use letopis::event::{BusinessId, RecordNo};
use letopis::journal::event_rows::{self, Stored};
use letopis::journal::evidence::{self, Badge, Opened};
use letopis::journal::log::Log;
use letopis::journal::verify::{Audit, Report, verify};
use letopis::privacy::{BusinessKeys, MasterKey, installation};
use letopis::recorder::{PublishError, Publisher};
use rusqlite::Connection;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// The business of a first start.
pub const MAIN: BusinessId = BusinessId(1);

pub struct Stopped {
    app: Arc<App>,
    runtime: Runtime,
}

impl Stopped {
    pub fn open(data: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let entered = runtime.enter();
        let app = Arc::new(App::open(data, Config::of_folder(data).unwrap()).unwrap());
        drop(entered);
        Self { app, runtime }
    }

    /// Runs `f` on one state of the tables.
    pub fn read<T>(&self, f: impl FnOnce(&Connection) -> T) -> T {
        self.app.store.read_blocking(|conn| Ok::<_, letopis::store::StoreError>(f(conn))).unwrap()
    }

    pub fn keys(&self, business: BusinessId) -> Arc<BusinessKeys> {
        self.app.vault.keys(business).unwrap()
    }

    pub fn log(&self, business: BusinessId) -> Arc<Log> {
        self.app.logs.of(business).unwrap()
    }

    /// Takes up the logs at their last checkpoint, as a start does.
    pub fn resume(&self) -> Result<(), PublishError> {
        Publisher::new(self.app.store.clone(), self.app.logs.clone()).resume()
    }

    /// The last signed checkpoint of the business `main`.
    pub fn checkpoint(&self) -> Checkpoint {
        let log = self.log(MAIN);
        let note = std::fs::read_to_string(log.folder().join("checkpoint")).unwrap();
        Checkpoint::open(&note, log.verifying_key()).unwrap()
    }

    /// The audit of `letopis verify --deep --acts`, of every business.
    pub fn verify_deep(&self) -> Vec<Report> {
        let audit = |conn: &Connection, business| {
            let (keys, log) = (self.keys(business), self.log(business));
            verify(&Audit { conn, keys: &keys, log: &log, deep: true, acts: true, from: 0 }, &mut |_, _| {}).unwrap()
        };
        self.read(|conn| self.app.vault.businesses().into_iter().map(|business| audit(conn, business)).collect())
    }

    /// Fails when the audit finds anything.
    pub fn must_verify(&self) {
        for report in self.verify_deep() {
            assert!(report.ok(), "business {}: {:#?}", report.business.0, report.findings);
        }
    }

    /// The rows of events with that id, in the order of their records.
    pub fn rows(&self, event_id: &str) -> Vec<Stored> {
        let sql = format!("SELECT {} FROM events WHERE event_id = ?1 ORDER BY record", event_rows::COLUMNS);
        self.read(|conn| conn.prepare(&sql).unwrap().query_map([event_id], event_rows::from_row).unwrap().map(Result::unwrap).collect())
    }

    /// The only row with that id.
    pub fn row(&self, event_id: &str) -> Stored {
        let rows = self.rows(event_id);
        let [row] = rows.as_slice() else { panic!("{} rows of {event_id}", rows.len()) };
        row.clone()
    }

    /// A record, opened and checked against its entry.
    pub fn opened(&self, record: i64) -> Opened {
        let record = RecordNo::from_i64(record);
        let keys = self.keys(record.business());
        self.read(|conn| evidence::open_record(conn, &keys, record).unwrap())
    }

    /// The badge of an event as it is stored now; call [`Stopped::resume`] first.
    pub fn badge(&self, record: i64) -> Badge {
        let record = RecordNo::from_i64(record);
        let (keys, log) = (self.keys(record.business()), self.log(record.business()));
        self.read(|conn| {
            let stored = event_rows::by_record(conn, record).unwrap().unwrap();
            evidence::badge(conn, &keys, &log, &stored.row)
        })
    }

    /// Decides what `change` says, and waits until it has taken effect. Sealed in the journal of the business `main`, because a
    /// business that is only being made has no keys yet.
    pub fn decide(&self, change: &Change) {
        let business = if matches!(change, Change::BusinessCreated { .. }) { MAIN } else { change.business() };
        self.decide_in(business, Decision::Access { change: serde_json::to_value(change).unwrap() });
    }

    /// The same with any decision, in the business `main`.
    pub fn sealed(&self, decision: Decision) {
        self.decide_in(MAIN, decision);
    }

    /// The same for any decision.
    pub fn decide_in(&self, business: BusinessId, decision: Decision) {
        let (stop, stopped) = watch::channel(false);
        let parts = self.runtime.block_on(async { self.app.start(&stopped).unwrap() });
        self.runtime.block_on(self.app.decide.decide(business, "test", decision, now_us())).unwrap();
        stop.send(true).unwrap();
        parts.into_iter().for_each(|part| part.join().unwrap());
    }
}

/// The next server finds the queue let go of, however busy the machine is.
impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.app.close(Vec::new()));
    }
}

/// What frames in the queue of a stopped server are encrypted under.
pub fn queue_key(data: &Path) -> queue::disk::MasterKey {
    let master = MasterKey::load(&data.join("master.key"), false).unwrap();
    let conn = Connection::open(data.join("letopis.db")).unwrap();
    let key = installation::stored_key(&conn, &master, installation::QUEUE_KEY).unwrap().unwrap();
    queue::disk::MasterKey::new(*key)
}
