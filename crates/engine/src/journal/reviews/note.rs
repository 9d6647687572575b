//! A reviewer's own words, sealed under the data key of the record that they speak of: decisions are never erased, so what may be
//! personal in them must go with the record's key.
//!
//! In hex: 16 random bytes to which the seal is bound, then the sealed words.

use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension};

use crate::event::RecordNo;
use crate::privacy::{self, Blob, BusinessKeys, DataKey, KeyId, Packer};

/// Longer notes are cut.
pub const LONGEST: usize = 2_000;

/// Seals words; none where the record is gone.
///
/// # Errors
/// When the database says no.
pub fn seal(
    conn: &Connection,
    keys: &BusinessKeys,
    record: RecordNo,
    words: &str,
    rng: &mut impl CryptoRng,
) -> rusqlite::Result<Option<String>> {
    let Some((key_id, key)) = key_of(conn, keys, record)? else { return Ok(None) };
    let (mut rid, mut nonce) = ([0; 16], [0; 24]);
    rng.fill_bytes(&mut rid);
    rng.fill_bytes(&mut nonce);
    let words: String = words.chars().take(LONGEST).collect();
    let packed = Packer::default().pack(words.as_bytes());
    let sealed = privacy::seal(&key, Blob { rid: &rid, business: keys.business(), key_id }, nonce, &packed).ok();
    Ok(sealed.map(|sealed| rid.iter().chain(&sealed).map(|byte| format!("{byte:02x}")).collect()))
}

/// Opens them; none where the key is gone.
///
/// # Errors
/// When the database says no.
pub fn open(conn: &Connection, keys: &BusinessKeys, record: RecordNo, note: &str) -> rusqlite::Result<Option<String>> {
    let Some((key_id, key)) = key_of(conn, keys, record)? else { return Ok(None) };
    let bytes: Option<Vec<u8>> =
        (0..note.len() / 2).map(|at| note.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())).collect();
    let Some((rid, sealed)) = bytes.as_deref().and_then(|bytes| bytes.split_first_chunk::<16>()) else { return Ok(None) };
    let opened = privacy::open(&key, Blob { rid, business: keys.business(), key_id }, sealed);
    Ok(opened.ok().and_then(|words| String::from_utf8(words).ok()))
}

fn key_of(conn: &Connection, keys: &BusinessKeys, record: RecordNo) -> rusqlite::Result<Option<(KeyId, DataKey)>> {
    let mut find = conn.prepare_cached("SELECT data_key FROM blobs WHERE record = ?1")?;
    let Some(key_id) = find.query_row([record.as_i64()], |row| row.get(0).map(KeyId)).optional()? else { return Ok(None) };
    Ok(privacy::data_key(conn, keys, key_id).ok().map(|key| (key_id, key)))
}
