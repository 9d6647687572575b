//! Whether a record is what was sealed, and whether what is shown is what the record says.
//!
//! A proof badge is true in this sense: the blob has the hash in the entry, it opens, R and its salt give the entry's commitment, the
//! entry is included in a signed checkpoint, *and* every column on the screen is what R says. Each failure has its own name.

use ledger::{Entry, EntryKind, ProofBundle, TlogProof, inclusion_proof, leaf_hash, verify_inclusion};
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use super::log::{Log, Published, Tiles};
use super::projection::{CONFLICT, EventRow, Projected};
use crate::event::RecordNo;
use crate::event::record;
use crate::privacy::{self, Blob, BusinessKeys, DataKey, KeyError, KeyId, Unpacker};

/// A record, opened and found to be what its entry commits to.
pub struct Opened {
    /// Its number.
    pub record: RecordNo,
    /// Its entry, as hashed into the tree.
    pub entry: Vec<u8>,
    /// Of the entry.
    pub rid: [u8; 16],
    /// Opens the commitment of this record only.
    pub salt: [u8; 32],
    /// Hash of the blob, as in the entry.
    pub blob_sha256: [u8; 32],
    /// R.
    pub r: Vec<u8>,
}

/// What is wrong with a record. The text is shown to people.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The database said no.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// No such record.
    #[error("record {0} has no entry")]
    NoEntry(RecordNo),
    /// The entry is not one of this program.
    #[error("entry of record {0} was altered: {1}")]
    Entry(RecordNo, String),
    /// The sealed bytes are gone: erased, expired, or deleted by hand.
    #[error("record {0} has no blob")]
    NoBlob(RecordNo),
    /// The sealed bytes are not those that were committed to.
    #[error("blob of record {0} was altered: its hash is not the one in the entry")]
    BlobHash(RecordNo),
    /// Its key is gone or was altered.
    #[error("record {0}: {1}")]
    Key(RecordNo, KeyError),
    /// It does not decrypt.
    #[error("blob of record {0} does not open: the data key or the entry's rid was altered")]
    Blob(RecordNo),
    /// What it says is not what was committed to.
    #[error("record {0} is not what its entry commits to")]
    Commitment(RecordNo),
    /// R cannot be read.
    #[error("record {0} cannot be read: {1}")]
    Record(RecordNo, String),
    /// The entry is not in the signed tree.
    #[error("entry of record {0} is not in the signed log: {1}")]
    Inclusion(RecordNo, String),
    /// No checkpoint covers it yet: ask again in a second.
    #[error("record {0} is sealed, but no checkpoint covers it yet")]
    NotSigned(RecordNo),
    /// The database shows something else than R.
    #[error("record {record}: shown {columns} are not what the record says")]
    Shown {
        /// Which record.
        record: RecordNo,
        /// Which columns.
        columns: String,
    },
}

/// What a badge says.
#[derive(Debug)]
pub enum Badge {
    /// Sealed, included, and shown as sealed.
    Proven {
        /// The size of the checkpoint that covers it.
        size: u64,
    },
    /// All of this but the checkpoint, which comes within a second.
    Pending,
    /// Something is wrong.
    Broken(EvidenceError),
}

/// A record as stored: entry, key and blob.
pub struct Sealed {
    /// Its number.
    pub record: RecordNo,
    /// Its entry.
    pub entry: Vec<u8>,
    /// Key and blob; none when it was erased or deleted.
    pub blob: Option<(KeyId, Vec<u8>)>,
}

/// Reads a record as stored.
///
/// # Errors
/// [`EvidenceError::NoEntry`] when there is none.
pub fn sealed(conn: &Connection, record: RecordNo) -> Result<Sealed, EvidenceError> {
    let sql = "SELECT e.entry, b.data_key, b.blob FROM entries e LEFT JOIN blobs b ON b.record = e.record WHERE e.record = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        let blob = row.get::<_, Option<i64>>(1)?.zip(row.get::<_, Option<Vec<u8>>>(2)?);
        Ok(Sealed { record, entry: row.get(0)?, blob: blob.map(|(key, blob)| (KeyId(key), blob)) })
    };
    let found = conn.prepare_cached(sql)?.query_row([record.as_i64()], read).optional()?;
    found.ok_or(EvidenceError::NoEntry(record))
}

/// Opens a record and checks it against its entry.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn open_record(conn: &Connection, keys: &BusinessKeys, record: RecordNo) -> Result<Opened, EvidenceError> {
    let sealed = sealed(conn, record)?;
    let Some((key_id, _)) = &sealed.blob else { return Err(EvidenceError::NoBlob(record)) };
    let key = privacy::data_key(conn, keys, *key_id).map_err(|e| EvidenceError::Key(record, e))?;
    open_sealed(sealed, &key, &mut Unpacker::default())
}

/// The same with its data key at hand, for one of many.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn open_sealed(sealed: Sealed, key: &DataKey, unpacker: &mut Unpacker) -> Result<Opened, EvidenceError> {
    let Sealed { record, entry: encoded, blob } = sealed;
    let entry = Entry::decode(&encoded).map_err(|e| EvidenceError::Entry(record, e.to_string()))?;
    if entry.kind != EntryKind::Record {
        return Err(EvidenceError::Entry(record, "it is not the entry of a record".into()));
    }
    let (key_id, blob) = blob.ok_or(EvidenceError::NoBlob(record))?;
    let blob_sha256: [u8; 32] = Sha256::digest(&blob).into();
    if blob_sha256 != entry.blob {
        return Err(EvidenceError::BlobHash(record));
    }
    let bound = Blob { rid: &entry.rid, business: record.business(), key_id };
    let r = privacy::open_with(unpacker, key, bound, &blob).map_err(|_| EvidenceError::Blob(record))?;
    let salt = ledger::salt(&key.com, &entry.rid);
    if ledger::commitment(&entry.rid, &salt, &r) != entry.com {
        return Err(EvidenceError::Commitment(record));
    }
    Ok(Opened { record, entry: encoded, rid: entry.rid, salt, blob_sha256, r })
}

/// The inclusion proof of an opened record in a signed checkpoint, if possible a cosigned one, checked.
///
/// # Errors
/// [`EvidenceError::NotSigned`] when no checkpoint covers it yet.
pub fn inclusion(log: &Log, opened: &Opened) -> Result<TlogProof, EvidenceError> {
    included(log, opened.record, &opened.entry)
}

/// The same for an entry of whatever kind.
///
/// # Errors
/// [`EvidenceError::NotSigned`] when no checkpoint covers it yet.
pub fn included(log: &Log, record: RecordNo, entry: &[u8]) -> Result<TlogProof, EvidenceError> {
    let index = record.index();
    let (note, checkpoint) = log.covering(index).ok_or(EvidenceError::NotSigned(record))?;
    // The edge of a later size serves an earlier one: hashes never change.
    let published = log.published().ok_or(EvidenceError::NotSigned(record))?;
    let Published { edge, .. } = &*published;
    let wrong = |e: String| EvidenceError::Inclusion(record, e);
    let path = inclusion_proof(&Tiles { log, edge }, index, checkpoint.size).map_err(|e| wrong(e.to_string()))?;
    verify_inclusion(&leaf_hash(entry), index, checkpoint.size, &path, &checkpoint.root).map_err(|e| wrong(e.to_string()))?;
    Ok(TlogProof { extra: None, index, path, checkpoint: note })
}

/// Everything a stranger needs to check one record offline.
///
/// # Errors
/// What is wrong with it, or that no checkpoint covers it yet.
pub fn proof_bundle(conn: &Connection, keys: &BusinessKeys, log: &Log, record: RecordNo) -> Result<ProofBundle, EvidenceError> {
    let opened = open_record(conn, keys, record)?;
    let proof = inclusion(log, &opened)?;
    let origin = log.verifying_key().name();
    Ok(ProofBundle::new(origin, opened.rid, opened.salt, opened.r, opened.blob_sha256, proof))
}

/// What the badge beside a shown event says.
#[must_use]
pub fn badge(conn: &Connection, keys: &BusinessKeys, log: &Log, shown: &EventRow) -> Badge {
    let checked = open_record(conn, keys, RecordNo::from_i64(shown.record)).and_then(|opened| {
        compare(shown, &opened)?;
        inclusion(log, &opened)
    });
    match checked {
        Ok(_) => Badge::Proven { size: log.published().map_or(0, |p| p.checkpoint.size) },
        Err(EvidenceError::NotSigned(_)) => Badge::Pending,
        Err(wrong) => Badge::Broken(wrong),
    }
}

/// Compares every column that is computed from R.
///
/// # Errors
/// [`EvidenceError::Shown`] names those that differ.
pub fn compare(shown: &EventRow, opened: &Opened) -> Result<Projected, EvidenceError> {
    let record = opened.record;
    let unreadable = |e: String| EvidenceError::Record(record, e);
    let (envelope, client_bytes) = record::split(&opened.r).map_err(|e| unreadable(e.to_string()))?;
    let mut said = Projected::of(&envelope, client_bytes).map_err(|e| unreadable(e.to_string()))?;
    said.row.record = record.as_i64();
    compare_said(shown, &mut said)?;
    Ok(said)
}

/// The same for what was computed from R already.
///
/// # Errors
/// [`EvidenceError::Shown`] names the columns that differ.
pub fn compare_said(shown: &EventRow, said: &mut Projected) -> Result<(), EvidenceError> {
    // Whether another event came with the same id is not for R to say.
    said.row.flags |= shown.flags & CONFLICT;
    let columns = differences(shown, &said.row);
    if columns.is_empty() {
        return Ok(());
    }
    Err(EvidenceError::Shown { record: RecordNo::from_i64(said.row.record), columns: columns.join(", ") })
}

/// The names of the columns in which two rows differ.
fn differences(shown: &EventRow, said: &EventRow) -> Vec<&'static str> {
    // Taken apart, so that a new column cannot be forgotten here.
    let EventRow {
        record,
        ts_us,
        offset_min,
        received_us,
        flags,
        facets,
        kind,
        channel,
        event_id,
        said: words,
        reply,
        intent,
        confidence,
        action,
        crm,
        client_name,
        operator,
        model,
        scenario,
        variant,
        latency_ms,
        error,
    } = said;
    let columns = [
        ("record", shown.record == *record),
        ("time", shown.ts_us == *ts_us && shown.offset_min == *offset_min),
        ("received", shown.received_us == *received_us),
        ("flags", shown.flags == *flags && shown.facets == *facets),
        ("type", shown.kind == *kind),
        ("channel", shown.channel == *channel),
        ("event_id", shown.event_id == *event_id),
        ("text", shown.said == *words),
        ("reply", shown.reply == *reply),
        ("intent", shown.intent == *intent),
        ("confidence", shown.confidence == *confidence),
        ("action", shown.action == *action),
        ("crm", shown.crm == *crm),
        ("name", shown.client_name == *client_name),
        ("operator", shown.operator == *operator),
        ("model", shown.model == *model),
        ("scenario", shown.scenario == *scenario),
        ("variant", shown.variant == *variant),
        ("latency_ms", shown.latency_ms == *latency_ms),
        ("error", shown.error == *error),
    ];
    columns.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}
