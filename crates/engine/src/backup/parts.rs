//! Files of records, and of digests of event ids.
//!
//! ```text
//! letopis-records 1\n | for each record:  number i64 | entry (82) | data key i64 | length u32 | sealed blob      little endian
//! letopis-seen 1\n    | for each event:   digest (24) | number i64
//! ```
//! A record without a blob (an act, an epoch, one that went) has data key 0 and length 0. Blobs are encrypted, so compressing these files
//! would gain nothing.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::Path;

use ledger::{ENTRY_BYTES, Entry};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::{BackupError, Result};
use crate::event::{BusinessId, RecordNo};
use crate::journal::evidence::Sealed;
use crate::privacy::KeyId;

/// Records in a file: about 1.5 MB of them.
pub(super) const PART: u64 = 4096;
const RECORDS: &[u8] = b"letopis-records 1\n";
const SEEN: &[u8] = b"letopis-seen 1\n";
const DIGEST_BYTES: usize = 24;
/// More than any item that capture lets in; bounds what a forged length can make us allocate.
const LARGEST: usize = 64 << 20;

/// Entries and blobs of a part as they are now.
pub(super) fn count(conn: &Connection, business: BusinessId, part: u64, entries: u64) -> Result<(u64, u64)> {
    let (first, end) = (part * PART, entries.min((part + 1) * PART));
    let sql = "SELECT count(*) FROM blobs WHERE record >= ?1 AND record < ?2";
    let numbers = params![RecordNo::new(business, first).as_i64(), RecordNo::new(business, end).as_i64()];
    let blobs: i64 = conn.prepare_cached(sql)?.query_row(numbers, |row| row.get(0))?;
    Ok((end - first, blobs as u64))
}

/// Writes a part.
pub(super) fn write(conn: &Connection, business: BusinessId, part: u64, entries: u64, to: &mut dyn Write) -> Result<()> {
    let (first, end) = (part * PART, entries.min((part + 1) * PART));
    let sql = "SELECT e.record, e.entry, b.data_key, b.blob FROM entries e LEFT JOIN blobs b ON b.record = e.record
               WHERE e.record >= ?1 AND e.record < ?2 ORDER BY e.record";
    let numbers = params![RecordNo::new(business, first).as_i64(), RecordNo::new(business, end).as_i64()];
    let mut all = conn.prepare_cached(sql)?;
    let mut rows = all.query(numbers)?;
    let out = |e| BackupError::Io("a file of records".into(), e);
    to.write_all(RECORDS).map_err(out)?;
    while let Some(row) = rows.next()? {
        let (record, entry, key): (i64, Vec<u8>, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let blob: Option<Vec<u8>> = row.get(3)?;
        let blob = blob.unwrap_or_default();
        if entry.len() != ENTRY_BYTES {
            return Err(BackupError::Altered(format!("entries {record}"), "not an entry; run `letopis verify`".into()));
        }
        let length = blob.len() as u32;
        for piece in [&record.to_le_bytes()[..], &entry, &key.unwrap_or(0).to_le_bytes(), &length.to_le_bytes(), &blob] {
            to.write_all(piece).map_err(out)?;
        }
    }
    Ok(())
}

/// Reads a part; every blob is compared with its entry. Gives how many blobs there were.
pub(super) fn read(folder: &Path, name: &str, mut each: impl FnMut(Sealed) -> Result<()>) -> Result<u64> {
    let wrong = |why: &str| BackupError::Altered(name.to_owned(), why.to_owned());
    let mut file = opened(folder, name, RECORDS)?;
    let mut blobs = 0;
    while let Some(number) = next::<8>(&mut file).map_err(|_| wrong("it is cut off"))? {
        let record = RecordNo::from_i64(i64::from_le_bytes(number));
        let entry = must::<ENTRY_BYTES>(&mut file).ok_or_else(|| wrong("it is cut off"))?;
        let key = must::<8>(&mut file).map(i64::from_le_bytes).ok_or_else(|| wrong("it is cut off"))?;
        let length = must::<4>(&mut file).map(u32::from_le_bytes).ok_or_else(|| wrong("it is cut off"))? as usize;
        if length > LARGEST {
            return Err(wrong("a blob is longer than any can be"));
        }
        let mut blob = vec![0; length];
        file.read_exact(&mut blob).map_err(|_| wrong("it is cut off"))?;
        let committed = Entry::decode(&entry).map_err(|e| wrong(&e.to_string()))?.blob;
        if length > 0 && committed != <[u8; 32]>::from(Sha256::digest(&blob)) {
            return Err(wrong(&format!("the blob of record {record} is not the one of its entry")));
        }
        blobs += u64::from(length > 0);
        each(Sealed { record, entry: entry.to_vec(), blob: (length > 0).then_some((KeyId(key), blob)) })?;
    }
    Ok(blobs)
}

/// Writes the digests of the records that `is_new` says.
pub(super) fn write_seen(conn: &Connection, is_new: impl Fn(RecordNo) -> bool, to: &mut dyn Write) -> Result<u64> {
    let out = |e| BackupError::Io("a file of digests".into(), e);
    to.write_all(SEEN).map_err(out)?;
    let mut all = conn.prepare("SELECT digest, record FROM seen")?;
    let (mut rows, mut count) = (all.query([])?, 0);
    while let Some(row) = rows.next()? {
        let record: i64 = row.get(1)?;
        if is_new(RecordNo::from_i64(record)) {
            let digest: [u8; DIGEST_BYTES] = row.get(0)?;
            to.write_all(&digest).and_then(|()| to.write_all(&record.to_le_bytes())).map_err(out)?;
            count += 1;
        }
    }
    Ok(count)
}

/// Reads digests.
pub(super) fn read_seen(folder: &Path, name: &str, mut each: impl FnMut([u8; DIGEST_BYTES], i64) -> Result<()>) -> Result<()> {
    let cut_off = || BackupError::Altered(name.to_owned(), "it is cut off".into());
    let mut file = opened(folder, name, SEEN)?;
    while let Some(digest) = next::<DIGEST_BYTES>(&mut file).map_err(|_| cut_off())? {
        each(digest, must::<8>(&mut file).map(i64::from_le_bytes).ok_or_else(cut_off)?)?;
    }
    Ok(())
}

fn opened(folder: &Path, name: &str, magic: &[u8]) -> Result<BufReader<File>> {
    let path = folder.join(name);
    let mut file = BufReader::with_capacity(1 << 18, File::open(&path).map_err(|e| BackupError::Io(path, e))?);
    let mut begins = vec![0; magic.len()];
    if file.read_exact(&mut begins).is_err() || begins != magic {
        return Err(BackupError::Altered(name.to_owned(), "not a file of this kind and version".into()));
    }
    Ok(file)
}

/// The next bytes; none at the end of the file.
fn next<const N: usize>(file: &mut BufReader<File>) -> std::io::Result<Option<[u8; N]>> {
    if file.fill_buf()?.is_empty() {
        return Ok(None);
    }
    must(file).map(Some).ok_or_else(|| ErrorKind::UnexpectedEof.into())
}

fn must<const N: usize>(file: &mut BufReader<File>) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes).ok().map(|()| bytes)
}
