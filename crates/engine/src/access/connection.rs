//! Connections: one plugged-in system of a business, known by the token in its URL.
//!
//! A token is `ltc_` and 43 base64url characters. It is shown once and kept as SHA-256; whoever knows the URL can send as that
//! system, nothing else, so it is revoked and replaced rather than protected by a second secret. What a kind of
//! connection does with what it receives is the business of `capture`.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::CryptoRng;
use rusqlite::{Connection as Database, OptionalExtension, Row, Transaction, params};

use super::{
    Action, Change, ConnectionId, ConnectionKind, Digest, Name, Scope, Secret, SecretName, Settings, business, connection_health,
    connection_secrets,
    error::{AccessError, Result},
    secret::is_token,
};
use crate::event::BusinessId;

const PREFIX: &str = "ltc_";

/// Whom a token stands for, and how it behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionIdentity {
    /// The connection.
    pub connection: ConnectionId,
    /// The business it belongs to.
    pub business: BusinessId,
    /// What is plugged in.
    pub kind: ConnectionKind,
    /// Everything about it that is no secret.
    pub settings: Arc<Settings>,
    /// Its secrets by name, still encrypted.
    pub secrets: Arc<BTreeMap<SecretName, Vec<u8>>>,
}

/// A connection as listed.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// What its owner calls it.
    pub name: Name,
    /// What is plugged in.
    pub kind: ConnectionKind,
    /// Everything about it that is no secret.
    pub settings: Settings,
    /// When it was added.
    pub created_us: i64,
    /// When the last event came through it.
    pub last_event_us: Option<i64>,
    /// Since when it does not work.
    pub revoked_us: Option<i64>,
}

impl ConnectionIdentity {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            connection: row.get("id")?,
            business: BusinessId(row.get("business_id")?),
            kind: row.get("kind")?,
            settings: Arc::new(settings_of(row)?),
            secrets: Arc::default(),
        })
    }
}

/// A connection as its owner wants it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What is plugged in.
    pub kind: ConnectionKind,
    /// What it is called.
    pub name: Name,
    /// How it behaves.
    pub settings: Settings,
}

/// Decides a new connection; the secret is the token for its URL.
pub fn add(scope: &Scope, draft: Draft, now_us: i64, rng: &mut impl CryptoRng) -> Result<(Change, Secret)> {
    scope.require(Action::ManageConnections)?;
    let connection = ConnectionId::draw(rng);
    let token = Secret::draw(PREFIX, rng);
    let Draft { kind, name, settings } = draft;
    if kind == ConnectionKind::Site && settings.origins.is_empty() {
        let rule = "a chat on a site takes messages from the pages that are named, like https://salon.example, and none are";
        return Err(AccessError::Invalid { what: "origin", rule });
    }
    let settings = Box::new(settings);
    let change =
        Change::ConnectionAdded { business: scope.business(), connection, name, kind, hash: token.digest(), settings, at_us: now_us };
    Ok((change, token))
}

/// Decides that a connection is called and behaves otherwise from now on.
pub fn change(conn: &Database, scope: &Scope, connection: ConnectionId, name: Name, settings: Settings, now_us: i64) -> Result<Change> {
    let known = one(conn, scope, connection)?;
    let (business, connection) = (scope.business(), known.id);
    Ok(Change::ConnectionChanged { business, connection, name, settings: Box::new(settings), at_us: now_us })
}

/// Decides that another token opens a connection; it is given beside, once.
pub fn rotate(conn: &Database, scope: &Scope, connection: ConnectionId, now_us: i64, rng: &mut impl CryptoRng) -> Result<(Change, Secret)> {
    let known = one(conn, scope, connection)?;
    let token = Secret::draw(PREFIX, rng);
    let change = Change::ConnectionRotated { business: scope.business(), connection: known.id, hash: token.digest(), at_us: now_us };
    Ok((change, token))
}

/// A connection that works, for whoever may change it.
pub fn one(conn: &Database, scope: &Scope, connection: ConnectionId) -> Result<Connection> {
    scope.require(Action::ManageConnections)?;
    let known = all(conn, scope.business())?.into_iter().find(|known| known.id == connection && known.revoked_us.is_none());
    known.ok_or_else(|| AccessError::unknown("connection", connection))
}

/// Decides that a connection's token never works again.
pub fn revoke(conn: &Database, scope: &Scope, connection: ConnectionId, now_us: i64) -> Result<Change> {
    scope.require(Action::ManageConnections)?;
    let business = scope.business();
    let here = all(conn, business)?.iter().any(|known| known.id == connection);
    if here {
        Ok(Change::ConnectionRevoked { business, connection, at_us: now_us })
    } else {
        Err(AccessError::unknown("connection", connection))
    }
}

/// The connections of a business, newest first, revoked ones included.
pub fn all(conn: &Database, business: BusinessId) -> Result<Vec<Connection>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, name, kind, settings, created_us, last_event_us, revoked_us FROM connections
         WHERE business_id = ?1 ORDER BY created_us DESC, id",
    )?;
    let rows = statement.query_map([business.0], |row| {
        Ok(Connection {
            id: row.get("id")?,
            name: row.get("name")?,
            kind: row.get("kind")?,
            settings: settings_of(row)?,
            created_us: row.get("created_us")?,
            last_event_us: row.get("last_event_us")?,
            revoked_us: row.get("revoked_us")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whom `token` stands for, by the database. Requests ask a `ConnectionRing`.
pub fn authenticate(conn: &Database, token: &str) -> Result<Option<ConnectionIdentity>> {
    if !looks_like_token(token) {
        return Ok(None);
    }
    let mut statement =
        conn.prepare_cached("SELECT id, business_id, kind, settings FROM connections WHERE hash = ?1 AND revoked_us IS NULL")?;
    Ok(statement.query_row([Digest::of(token)], ConnectionIdentity::read).optional()?)
}

/// Notes how many events came through, and when the last did; the recorder calls it once a batch.
pub fn note_events(tx: &Transaction<'_>, business: BusinessId, connection: ConnectionId, event_us: i64, events: u64) -> Result<()> {
    let mut statement = tx.prepare_cached(
        "UPDATE connections SET last_event_us = ?3
         WHERE id = ?1 AND business_id = ?2 AND (last_event_us IS NULL OR last_event_us < ?3)",
    )?;
    statement.execute(params![connection, business.0, event_us])?;
    connection_health::heard(tx, business, connection, event_us, events)
}

/// Every token that works, for the ring.
pub(super) fn living(conn: &Database) -> Result<Vec<(Digest, ConnectionIdentity)>> {
    let mut statement = conn.prepare_cached("SELECT hash, id, business_id, kind, settings FROM connections WHERE revoked_us IS NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get("hash")?, ConnectionIdentity::read(row)?)))?;
    let mut all: Vec<(Digest, ConnectionIdentity)> = rows.collect::<rusqlite::Result<_>>()?;
    for (_, identity) in &mut all {
        identity.secrets = Arc::new(connection_secrets::sealed(conn, identity.connection)?);
    }
    Ok(all)
}

fn settings_of(row: &Row<'_>) -> rusqlite::Result<Settings> {
    let json: String = row.get("settings")?;
    serde_json::from_str(&json).map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(e)))
}

/// The shape of a token: worth a look-up.
pub(super) fn looks_like_token(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(is_token)
}

pub(super) fn insert(
    tx: &Transaction<'_>,
    business: BusinessId,
    connection: ConnectionId,
    draft: &Draft,
    hash: &Digest,
    at_us: i64,
) -> Result<()> {
    let Draft { kind, name, settings } = draft;
    business::must_exist(tx, business)?;
    let inserted = tx.execute(
        "INSERT INTO connections (id, business_id, name, kind, hash, settings, created_us, changed_us, rotated_us)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7) ON CONFLICT DO NOTHING",
        params![connection, business.0, name, kind, hash, json(settings), at_us],
    )?;
    if inserted == 1 {
        return Ok(());
    }
    let sql = "SELECT count(*) FROM connections WHERE id = ?1 AND business_id = ?2 AND hash = ?3";
    let same: i64 = tx.query_row(sql, params![connection, business.0, hash], |row| row.get(0))?;
    if same == 1 { Ok(()) } else { Err(AccessError::taken("connection", connection)) }
}

/// An older change than the one that made the row what it is does nothing.
pub(super) fn update(
    tx: &Transaction<'_>,
    business: BusinessId,
    connection: ConnectionId,
    name: &Name,
    settings: &Settings,
    at_us: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE connections SET name = ?3, settings = ?4, changed_us = ?5 WHERE id = ?1 AND business_id = ?2 AND changed_us < ?5",
        params![connection, business.0, name, json(settings), at_us],
    )?;
    Ok(())
}

/// The old token opens nothing any more.
pub(super) fn rotate_to(tx: &Transaction<'_>, business: BusinessId, connection: ConnectionId, hash: &Digest, at_us: i64) -> Result<()> {
    tx.execute(
        "UPDATE connections SET hash = ?3, rotated_us = ?4 WHERE id = ?1 AND business_id = ?2 AND rotated_us < ?4",
        params![connection, business.0, hash, at_us],
    )?;
    Ok(())
}

/// Strings and numbers of our own: serialising them into memory cannot fail.
fn json(settings: &Settings) -> String {
    serde_json::to_string(settings).unwrap_or_default()
}

pub(super) fn set_revoked(tx: &Transaction<'_>, business: BusinessId, connection: ConnectionId, at_us: i64) -> Result<()> {
    tx.execute(
        "UPDATE connections SET revoked_us = ?3 WHERE id = ?1 AND business_id = ?2 AND revoked_us IS NULL",
        params![connection, business.0, at_us],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::settings::Mode;
    use super::super::{ConnectionRing, Role, testing::*};
    use super::*;

    fn draft() -> Draft {
        Draft { kind: ConnectionKind::Events, name: "Сайт".parse().unwrap(), settings: Settings::default() }
    }

    #[test]
    fn a_change_holds_and_an_older_one_does_nothing() {
        let mut conn = empty();
        let scope = Scope::local(a_business(&mut conn, "salon"));
        let (added, _) = add(&scope, draft(), NOW, &mut rng(1)).unwrap();
        commit(&mut conn, std::slice::from_ref(&added));
        let id = all(&conn, scope.business()).unwrap()[0].id;
        let told = |mode| Settings { mode: Some(mode), ..Settings::default() };
        let later = change(&conn, &scope, id, "Б".parse().unwrap(), told(Mode::Strict), NOW + 2).unwrap();
        let earlier = change(&conn, &scope, id, "А".parse().unwrap(), told(Mode::Observe), NOW + 1).unwrap();
        commit(&mut conn, &[later, earlier, added]);
        let known = all(&conn, scope.business()).unwrap().remove(0);
        assert_eq!((known.name.to_string().as_str(), known.settings.mode()), ("Б", Mode::Strict));
        let ring = ConnectionRing::default();
        ring.refresh(&conn).unwrap();
    }

    #[test]
    fn a_token_works_until_revoked() {
        let mut conn = empty();
        let scope = Scope::local(a_business(&mut conn, "salon"));
        let (change, token) = add(&scope, draft(), NOW, &mut rng(1)).unwrap();
        commit(&mut conn, &[change.clone(), change]);
        let ring = ConnectionRing::default();
        ring.refresh(&conn).unwrap();
        let identity = ring.find(token.reveal()).unwrap();
        assert_eq!(authenticate(&conn, token.reveal()).unwrap().as_ref(), Some(&*identity));
        assert_eq!(ring.find("ltc_"), None);
        let revoked = revoke(&conn, &scope, identity.connection, NOW).unwrap();
        commit(&mut conn, &[revoked]);
        ring.refresh(&conn).unwrap();
        assert_eq!((ring.find(token.reveal()), authenticate(&conn, token.reveal()).unwrap()), (None, None));
    }

    #[test]
    fn another_token_opens_it_and_the_old_one_nothing() {
        let mut conn = empty();
        let scope = Scope::local(a_business(&mut conn, "salon"));
        let (added, old) = add(&scope, draft(), NOW, &mut rng(1)).unwrap();
        commit(&mut conn, &[added]);
        let id = all(&conn, scope.business()).unwrap()[0].id;
        let (rotated, new) = rotate(&conn, &scope, id, NOW + 1, &mut rng(2)).unwrap();
        commit(&mut conn, &[rotated.clone(), rotated]);
        assert!(authenticate(&conn, new.reveal()).unwrap().is_some() && authenticate(&conn, old.reveal()).unwrap().is_none());
    }

    #[test]
    fn the_last_event_never_goes_back() {
        let mut conn = empty();
        let scope = Scope::local(a_business(&mut conn, "salon"));
        let (change, _) = add(&scope, draft(), NOW, &mut rng(1)).unwrap();
        commit(&mut conn, &[change]);
        let tx = conn.transaction().unwrap();
        let id = all(&tx, scope.business()).unwrap()[0].id;
        note_events(&tx, scope.business(), id, NOW + SECOND, 2).unwrap();
        note_events(&tx, scope.business(), id, NOW, 1).unwrap();
        assert_eq!(all(&tx, scope.business()).unwrap()[0].last_event_us, Some(NOW + SECOND));
    }

    #[test]
    fn a_manager_plugs_nothing_in() {
        let scope = Scope::member(BusinessId(1), Role::Manager);
        assert!(matches!(add(&scope, draft(), NOW, &mut rng(1)), Err(AccessError::Forbidden { .. })));
    }
}
