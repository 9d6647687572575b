//! Business keys and data keys: made, wrapped, found, unwrapped.
//!
//! A wrapped key is `nonce (24) || XChaCha20-Poly1305(key)`, with what it is for as associated data, so a wrapped key moved to
//! another business, owner or period does not open. A data key lives for one owner and thirty days: when the last record of a period
//! goes, its key goes, and no copy of that record in an old backup opens any more.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::MasterKey;
use super::master::derive;
use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::store::StoreError;

const NONCE_BYTES: usize = 24;
/// Thirty days: how long one data key takes records.
const PERIOD_US: i64 = 30 * DAY_US;

/// Which data key a blob is sealed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub i64);

/// The thirty days that something received at a moment falls into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period(i64);

impl Period {
    /// That of `received_us`.
    #[must_use]
    pub fn of(received_us: i64) -> Self {
        Self(received_us.div_euclid(PERIOD_US))
    }
}

/// Why a key is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It does not open: another master key, or an edited row.
    #[error("{0} does not open: the master key is another one, or the row was edited")]
    Wrapped(String),
    /// It was destroyed, or never was.
    #[error("{0} does not exist: it was destroyed, or the row was deleted")]
    Gone(String),
}

impl From<rusqlite::Error> for KeyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The keys of one business, unwrapped.
#[derive(Clone)]
pub struct BusinessKeys {
    business: BusinessId,
    pub(super) wrap: Zeroizing<[u8; 32]>,
    lookup: Hmac<Sha256>,
    dedupe: Hmac<Sha256>,
    signing: Zeroizing<[u8; 32]>,
    secrets: Zeroizing<[u8; 32]>,
}

/// The key of one identity's records, split into its two uses.
#[derive(Clone)]
pub struct DataKey {
    /// Encrypts blobs.
    pub(super) enc: Zeroizing<[u8; 32]>,
    /// Salts commitments.
    pub com: Zeroizing<[u8; 32]>,
}

impl DataKey {
    fn from_key(key: &[u8; 32]) -> Self {
        Self { enc: derive(key, "enc/v1"), com: derive(key, "commit/v1") }
    }

    #[cfg(test)]
    pub(super) fn for_test(byte: u8) -> Self {
        Self::from_key(&[byte; 32])
    }
}

impl BusinessKeys {
    fn new(business: BusinessId, key: &[u8; 32]) -> Self {
        Self {
            business,
            wrap: derive(key, "wrap/v1"),
            lookup: keyed(&derive(key, "lookup/v1")),
            dedupe: keyed(&derive(key, "dedupe/v1")),
            signing: derive(key, "sign/v1"),
            secrets: derive(key, "secrets/v1"),
        }
    }

    /// Whose keys these are.
    #[must_use]
    pub fn business(&self) -> BusinessId {
        self.business
    }

    /// A stable name for something personal (a phone, a channel id) that says nothing without the business key.
    #[must_use]
    pub fn pseudonym(&self, parts: &[&str]) -> [u8; 16] {
        digest(self.lookup.clone(), parts)
    }

    /// What remains of an event id for ever, so that a late retry is known.
    #[must_use]
    pub fn id_digest(&self, event_id: &str) -> [u8; 16] {
        digest(self.dedupe.clone(), &[event_id])
    }

    /// What remains of a client's bytes, so that a retry is told from a conflict.
    #[must_use]
    pub fn body_digest(&self, client_bytes: &[u8]) -> [u8; 8] {
        let mut mac = self.dedupe.clone();
        mac.update(b"body\0");
        mac.update(client_bytes);
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut short = [0; 8];
        short.copy_from_slice(&full[..8]);
        short
    }

    /// Encrypts something small that opens something else, for storing; it opens only under the same name.
    #[must_use]
    pub fn seal_secret(&self, name: &str, secret: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
        wrap(&self.secrets, name.as_bytes(), secret, rng)
    }

    /// What [`Self::seal_secret`] encrypted.
    #[must_use]
    pub fn open_secret(&self, name: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        open_wrapped(&self.secrets, name.as_bytes(), sealed)
    }

    /// The seed of the Ed25519 key that signs this business's checkpoints.
    #[must_use]
    pub fn signing_seed(&self) -> &[u8; 32] {
        &self.signing
    }
}

/// Makes and stores the key of a new business.
///
/// # Errors
/// When it has one already, or the database said no.
pub fn create_business_key(
    tx: &Transaction<'_>,
    master: &MasterKey,
    business: BusinessId,
    rng: &mut impl CryptoRng,
) -> Result<BusinessKeys, KeyError> {
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut key[..]);
    let wrapped = wrap(&master.derive("business/v1"), &business_aad(business), &key[..], rng);
    tx.execute("INSERT INTO business_keys (business, wrapped) VALUES (?1, ?2)", params![business.0, wrapped])?;
    Ok(BusinessKeys::new(business, &key))
}

/// Unwraps the keys of every business.
///
/// # Errors
/// When one does not open under this master key.
pub fn load_business_keys(conn: &Connection, master: &MasterKey) -> Result<Vec<BusinessKeys>, KeyError> {
    let mut statement = conn.prepare("SELECT business, wrapped FROM business_keys ORDER BY business")?;
    let rows = statement.query_map([], |row| Ok((BusinessId(row.get(0)?), row.get::<_, Vec<u8>>(1)?)))?;
    let wrap_key = master.derive("business/v1");
    let mut all = Vec::new();
    for row in rows {
        let (business, wrapped) = row?;
        let key = unwrap(&wrap_key, &business_aad(business), &wrapped);
        let key = key.ok_or_else(|| KeyError::Wrapped(format!("the key of business {}", business.0)))?;
        all.push(BusinessKeys::new(business, &key));
    }
    Ok(all)
}

/// The data key of `owner` in that period, made now if it has none.
///
/// # Errors
/// When an existing one does not open, or the database said no.
pub fn data_key_for(
    tx: &Transaction<'_>,
    keys: &BusinessKeys,
    owner: &[u8; 16],
    period: Period,
    rng: &mut impl CryptoRng,
) -> Result<(KeyId, DataKey), KeyError> {
    let mut find = tx.prepare_cached("SELECT id, wrapped FROM data_keys WHERE business = ?1 AND owner = ?2 AND period = ?3")?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?));
    if let Some((id, wrapped)) = find.query_row(params![keys.business.0, owner, period.0], read).optional()? {
        return Ok((KeyId(id), unwrap_data_key(keys, id, owner, period, &wrapped)?));
    }
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut key[..]);
    let wrapped = wrap(&keys.wrap, &data_aad(owner, period), &key[..], rng);
    let mut insert = tx.prepare_cached("INSERT INTO data_keys (business, owner, period, wrapped) VALUES (?1, ?2, ?3, ?4)")?;
    let id = insert.insert(params![keys.business.0, owner, period.0, wrapped])?;
    Ok((KeyId(id), DataKey::from_key(&key)))
}

/// The data key of this number.
///
/// # Errors
/// [`KeyError::Gone`] after it was destroyed.
pub fn data_key(conn: &Connection, keys: &BusinessKeys, id: KeyId) -> Result<DataKey, KeyError> {
    let mut find = conn.prepare_cached("SELECT owner, period, wrapped FROM data_keys WHERE id = ?1 AND business = ?2")?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, [u8; 16]>(0)?, Period(row.get(1)?), row.get::<_, Vec<u8>>(2)?));
    let found = find.query_row(params![id.0, keys.business.0], read).optional()?;
    let (owner, period, wrapped) = found.ok_or_else(|| KeyError::Gone(format!("data key {}", id.0)))?;
    unwrap_data_key(keys, id.0, &owner, period, &wrapped)
}

/// The living data keys of `owner`, of all periods, oldest first.
///
/// # Errors
/// When the database said no.
pub fn data_keys_of(conn: &Connection, keys: &BusinessKeys, owner: &[u8; 16]) -> rusqlite::Result<Vec<KeyId>> {
    let mut find = conn.prepare_cached("SELECT id FROM data_keys WHERE business = ?1 AND owner = ?2 ORDER BY period")?;
    find.query_map(params![keys.business.0, owner], |row| row.get(0).map(KeyId))?.collect()
}

/// Destroys a data key: nothing under it opens ever again.
///
/// # Errors
/// When the database said no.
pub fn destroy_data_key(tx: &Transaction<'_>, id: KeyId) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM data_keys WHERE id = ?1")?.execute([id.0])?;
    Ok(())
}

fn unwrap_data_key(keys: &BusinessKeys, id: i64, owner: &[u8; 16], period: Period, wrapped: &[u8]) -> Result<DataKey, KeyError> {
    let key = unwrap(&keys.wrap, &data_aad(owner, period), wrapped);
    Ok(DataKey::from_key(&*key.ok_or_else(|| KeyError::Wrapped(format!("data key {id}")))?))
}

fn data_aad(owner: &[u8; 16], period: Period) -> [u8; 24] {
    let mut aad = [0; 24];
    aad[..16].copy_from_slice(owner);
    aad[16..].copy_from_slice(&period.0.to_be_bytes());
    aad
}

pub(super) fn business_aad(business: BusinessId) -> [u8; 4] {
    business.0.to_be_bytes()
}

pub(super) fn wrap(key: &[u8; 32], aad: &[u8], secret: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
    let mut nonce = [0; NONCE_BYTES];
    rng.fill_bytes(&mut nonce);
    let payload = Payload { msg: secret, aad };
    let sealed = XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(nonce), payload);
    // Encrypting a few bytes in memory has no way to fail; an empty result would not open, and so be seen at once.
    [nonce.as_slice(), &sealed.unwrap_or_default()].concat()
}

pub(super) fn unwrap(key: &[u8; 32], aad: &[u8], wrapped: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let opened = open_wrapped(key, aad, wrapped)?;
    Some(Zeroizing::new(opened.as_slice().try_into().ok()?))
}

fn open_wrapped(key: &[u8; 32], aad: &[u8], wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = wrapped.split_at_checked(NONCE_BYTES)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
    let opened = XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad }).ok()?;
    Some(Zeroizing::new(opened))
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    use hmac::KeyInit as _;
    // A key shorter than the block is padded with zeros: the same HMAC, without a length that could be wrong.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    Hmac::new(&block.into())
}

/// Each part is closed by its length, so ("ab", "c") and ("a", "bc") differ.
fn digest(mut mac: Hmac<Sha256>, parts: &[&str]) -> [u8; 16] {
    for part in parts {
        mac.update(part.as_bytes());
        mac.update(&(part.len() as u32).to_be_bytes());
    }
    let full: [u8; 32] = mac.finalize().into_bytes().into();
    let mut short = [0; 16];
    short.copy_from_slice(&full[..16]);
    short
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn master(folder: &std::path::Path, name: &str) -> MasterKey {
        MasterKey::load(&folder.join(name), true).unwrap()
    }

    #[test]
    fn keys_survive_a_restart_and_open_only_under_their_master_key() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, other) = (master(folder.path(), "a"), master(folder.path(), "b"));
        let mut conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(super::super::SCHEMA).unwrap();
        let tx = conn.transaction().unwrap();
        let made = create_business_key(&tx, &ours, BusinessId(1), &mut rand::rng()).unwrap();
        let owner = made.pseudonym(&["phone", "+79210000000"]);
        let day_us = PERIOD_US / 30;
        let key_on = |day: i64| data_key_for(&tx, &made, &owner, Period::of(day * day_us), &mut rand::rng()).unwrap();
        let ((id, key), (same_id, same), (next_id, next)) = (key_on(0), key_on(29), key_on(30));
        assert_eq!((id, &key.com), (same_id, &same.com));
        assert_ne!((id, &key.com), (next_id, &next.com));
        assert_eq!(data_keys_of(&tx, &made, &owner).unwrap(), [id, next_id]);
        destroy_data_key(&tx, next_id).unwrap();
        assert_ne!(key_on(31).0, next_id, "a number is never used twice");
        tx.commit().unwrap();
        let loaded = load_business_keys(&conn, &ours).unwrap().remove(0);
        assert_eq!(loaded.id_digest("evt"), made.id_digest("evt"));
        assert_eq!(data_key(&conn, &loaded, id).unwrap().com, key.com);
        assert!(matches!(load_business_keys(&conn, &other), Err(KeyError::Wrapped(_))));
        assert!(matches!(data_key(&conn, &loaded, KeyId(99)), Err(KeyError::Gone(_))));
    }

    #[test]
    fn parts_of_a_pseudonym_do_not_run_together() {
        let keys = BusinessKeys::new(BusinessId(1), &[7; 32]);
        assert_ne!(keys.pseudonym(&["ab", "c"]), keys.pseudonym(&["a", "bc"]));
        assert_ne!(keys.pseudonym(&["x"]), keys.id_digest("x"));
    }
}
