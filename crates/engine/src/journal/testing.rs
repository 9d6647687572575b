//! What the tests of this room and of the console share: a journal that is written as the recorder writes it, without queue and threads.
//!
//! Everything goes through the real projection, clients, sessions and sealing. The moments are the events' own, so a test is
//! the same every time but for the random parts of sealing.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use ledger::{Checkpoint, Entry, SigningKey, TileWriter, leaf_hash};
use rusqlite::{Connection, Transaction};
use sha2::{Digest, Sha256};

use super::append::{self, Seen};
use super::clients::Clients;
use super::log::{Log, Published, entries};
use super::projection::{CONFLICT, Projected};
use super::sessions::{Gaps, Sessions};
use super::{deliveries, details, model_calls, promises, reviews};
use crate::event::record::{self, Envelope};
use crate::event::{BusinessId, RecordNo};
use crate::privacy::{self, Blob, BusinessKeys, MasterKey};

/// 2025-01-01T12:00:00Z, when the first event of a test is received.
pub const NOON: i64 = 1_735_732_800_000_000;

/// One business's writer.
pub struct Pen {
    /// Its keys.
    pub keys: Arc<BusinessKeys>,
    clients: Clients,
    sessions: Sessions,
    next: u64,
    /// When the next event is received.
    pub now_us: i64,
}

/// An empty journal in memory.
pub fn empty() -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    super::setup(&conn).unwrap();
    for schema in [privacy::SCHEMA, super::SCHEMA] {
        conn.execute_batch(schema).unwrap();
    }
    conn.set_prepared_statement_cache_capacity(128);
    conn
}

impl Pen {
    /// For a new business.
    pub fn new(tx: &Transaction<'_>, business: BusinessId) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let master = MasterKey::load(&folder.path().join("key"), true).unwrap();
        let keys = privacy::create_business_key(tx, &master, business, &mut rand::rng()).unwrap();
        Self { keys: Arc::new(keys), clients: Clients::default(), sessions: Sessions::new(Gaps::default()), next: 0, now_us: NOON }
    }

    /// Records one event a second after the one before; none when it is a duplicate.
    pub fn event(&mut self, tx: &Transaction<'_>, json: &str) -> Option<RecordNo> {
        self.event_from(tx, "api", json)
    }

    /// The same through another door.
    pub fn event_from(&mut self, tx: &Transaction<'_>, source: &str, json: &str) -> Option<RecordNo> {
        self.now_us += 1_000_000;
        let received_at = jiff::Timestamp::from_microsecond(self.now_us).unwrap();
        let envelope =
            Envelope { version: 1, received_at, source: source.into(), connection: None, event_id: Some(format!("drawn-{}", self.next)) };
        let mut projected = Projected::of(&envelope, json.as_bytes()).unwrap();
        let (id, body) = (self.keys.id_digest(&projected.row.event_id), self.keys.body_digest(json.as_bytes()));
        match append::seen(tx, &id, &body).unwrap() {
            Seen::New => {}
            Seen::Duplicate(_) => return None,
            Seen::Conflict(earlier) => {
                projected.row.flags |= CONFLICT;
                append::mark_conflict(tx, earlier).unwrap();
            }
        }
        let record = RecordNo::new(self.keys.business(), self.next);
        self.next += 1;
        projected.row.record = record.as_i64();
        let identity = self.clients.resolve(tx, &self.keys, &projected).unwrap();
        let session = self.sessions.place(tx, &self.keys, &projected, identity.as_ref()).unwrap();
        let owner = identity.as_ref().map_or_else(|| self.keys.pseudonym(&["test"]), |identity| identity.pseudonym);
        self.seal(tx, record, &owner, &record::write(&envelope, json.as_bytes()));
        append::remember(tx, &id, &body, record).unwrap();
        append::event(tx, &projected.row, session, identity.map(|identity| identity.id)).unwrap();
        promises::insert(tx, &projected.row, &promises::said(&projected.row)).unwrap();
        deliveries::insert(tx, projected.row.record, projected.delivery.as_ref()).unwrap();
        model_calls::insert(tx, projected.row.record, projected.call.as_ref()).unwrap();
        details::insert(tx, projected.row.record, projected.details.as_ref()).unwrap();
        reviews::insert_told(tx, tx, &self.keys, record, self.now_us, projected.review.as_ref()).unwrap();
        if let Some(stems) = projected.row.stems() {
            append::words(tx, record, &stems).unwrap();
        }
        Some(record)
    }

    /// Forgets what is in memory: others changed rows.
    pub fn forget(&mut self) {
        self.sessions.forget();
        self.clients.forget();
    }

    /// Writes what is in memory: before reading.
    pub fn flush(&mut self, tx: &Transaction<'_>) {
        self.sessions.flush(tx).unwrap();
    }

    fn seal(&self, tx: &Transaction<'_>, record: RecordNo, owner: &[u8; 16], r: &[u8]) {
        let (key_id, key) = privacy::data_key_for(tx, &self.keys, owner, privacy::Period::of(self.now_us), &mut rand::rng()).unwrap();
        // Different for every record, which is all that a test needs of them.
        let (mut rid, mut nonce) = ([0; 16], [0; 24]);
        rid[8..].copy_from_slice(&record.as_i64().to_be_bytes());
        nonce[16..].copy_from_slice(&record.as_i64().to_be_bytes());
        let blob = privacy::seal(&key, Blob { rid: &rid, business: record.business(), key_id }, nonce, &privacy::Packer::default().pack(r))
            .unwrap();
        let entry = Entry::record(rid, &ledger::salt(&key.com, &rid), r, Sha256::digest(&blob).into());
        append::sealed(tx, record, &entry.encode(), key_id, &blob).unwrap();
    }

    /// The log of this business in `folder`, published up to the newest record.
    pub fn publish(&self, conn: &Connection, folder: &std::path::Path) -> Arc<Log> {
        let key = SigningKey::from_seed("letopis.test/main", self.keys.signing_seed()).unwrap();
        let log = Arc::new(Log::new(self.keys.business(), key, folder.to_owned()));
        let mut writer = TileWriter::new();
        let all = entries(conn, self.keys.business(), 0, self.next).unwrap();
        let put = |path: String, bytes: &[u8]| {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        for full in writer.append(all.iter().map(|entry| leaf_hash(entry))) {
            put(full.tile.path(), &full.bytes);
            if full.tile.level == 0 {
                let from = full.tile.index as usize * 256;
                put(full.tile.entries_path(), &ledger::entry_bundle::encode(&all[from..from + 256]).unwrap());
            }
        }
        let checkpoint = Checkpoint { origin: "letopis.test/main".into(), size: writer.size(), root: writer.root() };
        let note = checkpoint.sign(&log.key).unwrap();
        log.set_published(Published { checkpoint, note, edge: writer.partial_tiles() });
        log
    }
}
