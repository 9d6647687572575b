//! API keys: what a program shows to send events or to read.
//!
//! A key is `ltp_<ingest|read|admin>_` and 43 base64url characters (256 random bits), for example
//! `ltp_ingest_Zm9v…`. The prefix tells people and secret scanners what they found; the role that counts is the one in
//! the database. Shown once, kept as SHA-256, works for one business, until revoked. The hot path does not come here: see `ring`.

use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{
    Action, Change, Digest, KeyId, KeyRole, Name, Scope, Secret, business,
    error::{AccessError, Result},
    secret::is_token,
};
use crate::event::BusinessId;

/// Whom a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyIdentity {
    /// The key.
    pub key: KeyId,
    /// The business it works for.
    pub business: BusinessId,
    /// What it may do there.
    pub role: KeyRole,
}

/// A key as listed.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Key {
    /// Its id, to revoke it by.
    pub id: KeyId,
    /// What it may do.
    pub role: KeyRole,
    /// What its owner calls it.
    pub name: Name,
    /// When it was created.
    pub created_us: i64,
    /// When it was last used; up to a minute late.
    pub last_used_us: Option<i64>,
    /// Since when it does not work.
    pub revoked_us: Option<i64>,
}

impl KeyIdentity {
    /// What it may do where.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::key(self.business, self.role)
    }

    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { key: row.get("id")?, business: BusinessId(row.get("business_id")?), role: row.get("role")? })
    }
}

/// Decides a new key. Nobody hands out more than they have: an integrator can make ingest keys only.
pub fn create(scope: &Scope, role: KeyRole, name: Name, now_us: i64, rng: &mut impl CryptoRng) -> Result<(Change, Secret)> {
    scope.require(Action::ManageKeys)?;
    if !scope.covers(role) {
        return Err(AccessError::Forbidden { standing: scope.standing().as_str(), action: "create a key with more rights than their own" });
    }
    let key = KeyId::draw(rng);
    let secret = Secret::draw(&format!("ltp_{role}_"), rng);
    let change = Change::KeyCreated { business: scope.business(), key, role, name, hash: secret.digest(), at_us: now_us };
    Ok((change, secret))
}

/// Decides that a key never works again.
pub fn revoke(conn: &Connection, scope: &Scope, key: KeyId, now_us: i64) -> Result<Change> {
    scope.require(Action::ManageKeys)?;
    let business = scope.business();
    let here = all(conn, business)?.iter().any(|known| known.id == key);
    if here { Ok(Change::KeyRevoked { business, key, at_us: now_us }) } else { Err(AccessError::unknown("key", key)) }
}

/// The keys of a business, newest first, revoked ones included.
pub fn all(conn: &Connection, business: BusinessId) -> Result<Vec<Key>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, role, name, created_us, last_used_us, revoked_us FROM api_keys
         WHERE business_id = ?1 ORDER BY created_us DESC, id",
    )?;
    let rows = statement.query_map([business.0], |row| {
        Ok(Key {
            id: row.get("id")?,
            role: row.get("role")?,
            name: row.get("name")?,
            created_us: row.get("created_us")?,
            last_used_us: row.get("last_used_us")?,
            revoked_us: row.get("revoked_us")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whom `text` stands for, by the database. For commands and tests; requests ask a `KeyRing`.
pub fn authenticate(conn: &Connection, text: &str) -> Result<Option<KeyIdentity>> {
    if !looks_like_key(text) {
        return Ok(None);
    }
    let mut statement = conn.prepare_cached("SELECT id, business_id, role FROM api_keys WHERE hash = ?1 AND revoked_us IS NULL")?;
    Ok(statement.query_row([Digest::of(text)], KeyIdentity::read).optional()?)
}

/// Every key that works, for the ring.
pub(super) fn living(conn: &Connection) -> Result<Vec<(Digest, KeyIdentity)>> {
    let mut statement = conn.prepare_cached("SELECT hash, id, business_id, role FROM api_keys WHERE revoked_us IS NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get("hash")?, KeyIdentity::read(row)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Notes when keys were last used (from `KeyRing::take_uses`), in one go for many requests.
pub fn note_uses(tx: &Transaction<'_>, uses: &[(KeyIdentity, i64)]) -> Result<()> {
    let mut statement =
        tx.prepare_cached("UPDATE api_keys SET last_used_us = ?2 WHERE id = ?1 AND (last_used_us IS NULL OR last_used_us < ?2)")?;
    for (identity, used_us) in uses {
        statement.execute(params![identity.key, used_us])?;
    }
    Ok(())
}

/// The shape of a key: worth a look-up.
pub(super) fn looks_like_key(text: &str) -> bool {
    let rest = text.strip_prefix("ltp_").and_then(|rest| rest.split_once('_'));
    rest.is_some_and(|(role, token)| role.parse::<KeyRole>().is_ok() && is_token(token))
}

pub(super) fn insert(
    tx: &Transaction<'_>,
    business: BusinessId,
    key: KeyId,
    role: KeyRole,
    name: &Name,
    hash: &Digest,
    at_us: i64,
) -> Result<()> {
    business::must_exist(tx, business)?;
    let inserted = tx.execute(
        "INSERT INTO api_keys (id, business_id, role, name, hash, created_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO NOTHING",
        params![key, business.0, role, name, hash, at_us],
    )?;
    if inserted == 1 {
        return Ok(());
    }
    let sql = "SELECT count(*) FROM api_keys WHERE id = ?1 AND business_id = ?2 AND hash = ?3";
    let same: i64 = tx.query_row(sql, params![key, business.0, hash], |row| row.get(0))?;
    if same == 1 { Ok(()) } else { Err(AccessError::taken("key", key)) }
}

pub(super) fn set_revoked(tx: &Transaction<'_>, business: BusinessId, key: KeyId, at_us: i64) -> Result<()> {
    tx.execute(
        "UPDATE api_keys SET revoked_us = ?3 WHERE id = ?1 AND business_id = ?2 AND revoked_us IS NULL",
        params![key, business.0, at_us],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Role, testing::*};
    use super::*;

    #[test]
    fn a_key_works_for_its_business_until_revoked() {
        let mut conn = empty();
        let scope = Scope::local(a_business(&mut conn, "salon"));
        let (change, secret) = create(&scope, KeyRole::Read, "BI".parse().unwrap(), NOW, &mut rng(1)).unwrap();
        assert!(authenticate(&conn, secret.reveal()).unwrap().is_none(), "decided is not yet applied");
        commit(&mut conn, &[change.clone(), change.clone()]);
        let identity = authenticate(&conn, secret.reveal()).unwrap().unwrap();
        assert_eq!((identity.business, identity.role), (scope.business(), KeyRole::Read));
        let revoked = revoke(&conn, &scope, identity.key, NOW + SECOND).unwrap();
        commit(&mut conn, &[revoked, change]);
        assert!(authenticate(&conn, secret.reveal()).unwrap().is_none(), "a creation repeated later brings nothing back");
        assert_eq!(all(&conn, scope.business()).unwrap()[0].revoked_us, Some(NOW + SECOND));
    }

    #[test]
    fn a_key_of_another_business_cannot_be_revoked() {
        let mut conn = empty();
        let (salon, clinic) = (a_business(&mut conn, "salon"), a_business(&mut conn, "clinic"));
        let (change, secret) = create(&Scope::local(salon), KeyRole::Ingest, "site".parse().unwrap(), NOW, &mut rng(1)).unwrap();
        commit(&mut conn, &[change]);
        let key = authenticate(&conn, secret.reveal()).unwrap().unwrap().key;
        assert!(matches!(revoke(&conn, &Scope::local(clinic), key, NOW), Err(AccessError::Unknown { .. })));
        commit(&mut conn, &[Change::KeyRevoked { business: clinic, key, at_us: NOW }]);
        assert!(authenticate(&conn, secret.reveal()).unwrap().is_some(), "not even by a forged change");
    }

    #[test]
    fn an_integrator_makes_ingest_keys_only() {
        let scope = Scope::member(BusinessId(1), Role::Integrator);
        let make = |role| create(&scope, role, "bot".parse().unwrap(), NOW, &mut rng(1));
        assert!(make(KeyRole::Ingest).is_ok());
        assert!(make(KeyRole::Read).is_err() && make(KeyRole::Admin).is_err());
    }

    #[test]
    fn only_the_exact_shape_is_looked_up() {
        let token = "A".repeat(43);
        assert!(looks_like_key(&format!("ltp_admin_{token}")));
        for text in [
            "",
            "ltp_",
            "ltp_admin_",
            &token,
            &format!("ltp_owner_{token}"),
            &format!("ltp_read_{token}A"),
            &format!("ltp_read_{}я", &token[..41]),
        ] {
            assert!(!looks_like_key(text), "{text}");
        }
    }
}
