//! What a connection needs that opens something: a forward URL, a sender's secret, an outbound proxy.
//!
//! Encrypted under the business key, never shown again, in no decision: a [`super::Change`] says only which one was replaced. A restore
//! brings them with the key file.

use std::collections::BTreeMap;

use rand::CryptoRng;
use rusqlite::{Connection as Database, Transaction, params};
use zeroize::Zeroizing;

use super::word::words;
use super::{Action, Change, ConnectionId, ConnectionIdentity, Result, Scope, connection};
use crate::privacy::BusinessKeys;

words! {
    /// Which secret.
    SecretName, "secret" {
        /// Where a hook sends on what a platform delivers: the bot's own webhook.
        Forward = "forward",
        /// What the platform proves with that it is the sender: a header's value, or the key of its signature.
        Sender = "sender",
        /// What the platform asks for once, before it delivers.
        Verify = "verify",
        /// The key of our own signature on what is sent on.
        Sign = "sign",
        /// The proxy through which the system outside is reached.
        Proxy = "proxy",
        /// The inbound webhook's URL that Letopis itself asks a CRM with.
        Webhook = "webhook",
        /// Id and secret of a local application in a CRM.
        App = "app",
        /// What that application was given; changes by itself.
        Tokens = "tokens",
    }
}

/// Decides that one was replaced or taken away, after it was stored.
pub fn decide(conn: &Database, scope: &Scope, connection: ConnectionId, secret: SecretName, now_us: i64) -> Result<Change> {
    scope.require(Action::ManageConnections)?;
    let known = connection::one(conn, scope, connection)?;
    Ok(Change::ConnectionSecretSet { business: scope.business(), connection: known.id, secret, at_us: now_us })
}

/// Stores one in place of what was there; nothing takes it away.
pub fn set(
    tx: &Transaction<'_>,
    keys: &BusinessKeys,
    connection: ConnectionId,
    secret: SecretName,
    value: Option<&str>,
    now_us: i64,
    rng: &mut impl CryptoRng,
) -> Result<()> {
    match value {
        Some(value) => tx.execute(
            "INSERT INTO connection_secrets (connection_id, name, business_id, sealed, changed_us) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (connection_id, name) DO UPDATE SET sealed = ?4, changed_us = ?5",
            params![connection, secret, keys.business().0, keys.seal_secret(&bound(connection, secret), value.as_bytes(), rng), now_us],
        )?,
        None => tx.execute("DELETE FROM connection_secrets WHERE connection_id = ?1 AND name = ?2", params![connection, secret])?,
    };
    Ok(())
}

/// Those of a connection, still encrypted.
pub(super) fn sealed(conn: &Database, connection: ConnectionId) -> Result<BTreeMap<SecretName, Vec<u8>>> {
    let mut all = conn.prepare_cached("SELECT name, sealed FROM connection_secrets WHERE connection_id = ?1")?;
    let rows = all.query_map(params![connection], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Which of them a connection has, and since when.
pub fn known(conn: &Database, connection: ConnectionId) -> Result<BTreeMap<SecretName, i64>> {
    let mut all = conn.prepare_cached("SELECT name, changed_us FROM connection_secrets WHERE connection_id = ?1")?;
    let rows = all.query_map(params![connection], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

impl ConnectionIdentity {
    /// One of its secrets, opened; none where it has none, or where it was edited.
    #[must_use]
    pub fn secret(&self, keys: &BusinessKeys, secret: SecretName) -> Option<Zeroizing<String>> {
        let opened = keys.open_secret(&bound(self.connection, secret), self.secrets.get(&secret)?)?;
        std::str::from_utf8(&opened).ok().map(|text| Zeroizing::new(text.to_owned()))
    }
}

/// What a sealed secret is bound to: moved to another connection or name it does not open.
fn bound(connection: ConnectionId, secret: SecretName) -> String {
    format!("{connection} {secret}")
}
