//! The key under which anonymised rows of one year name their person: made when the first row needs it, destroyed with the rows.
//!
//! It is no data key: it opens nothing. Whoever has it and the clients' public ids can tell which rows are of one client, and nothing else
//! can; so it is wrapped like every key, is in the key file of a backup, and its destruction makes the rows nobody's.

use rand::CryptoRng;
use rusqlite::{OptionalExtension, Transaction, params};
use zeroize::Zeroizing;

use super::keys::{BusinessKeys, KeyError, unwrap, wrap};

/// The key of that year, made now if there is none.
///
/// # Errors
/// When an existing one does not open, or the database said no.
pub fn pseudonym_key(
    tx: &Transaction<'_>,
    keys: &BusinessKeys,
    year: i64,
    rng: &mut impl CryptoRng,
) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let business = keys.business().0;
    let mut find = tx.prepare_cached("SELECT wrapped FROM pseudonym_keys WHERE business = ?1 AND year = ?2")?;
    let found: Option<Vec<u8>> = find.query_row(params![business, year], |row| row.get(0)).optional()?;
    if let Some(wrapped) = found {
        return unwrap(&keys.wrap, &aad(year), &wrapped).ok_or_else(|| KeyError::Wrapped(format!("the pseudonym key of {year}")));
    }
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut key[..]);
    let wrapped = wrap(&keys.wrap, &aad(year), &key[..], rng);
    tx.execute("INSERT INTO pseudonym_keys (business, year, wrapped) VALUES (?1, ?2, ?3)", params![business, year, wrapped])?;
    Ok(key)
}

/// So that it does not open as the key of another year, or as a data key.
fn aad(year: i64) -> Vec<u8> {
    format!("pseudonym/v1/{year}").into_bytes()
}
