//! Changes of who may do what, as plain values that can be sealed in the journal.
//!
//! Creating something *decides* and returns a [`Change`] (with the secret shown once beside it, never inside it); [`apply`]
//! is the only place that writes it. So the journal answers "who let whom in", and a rebuild does the same again: a
//! change carries its ids, hashes and time, `apply` draws nothing, and applying one twice or late changes nothing
//! any more. As JSON (the hash has 43 characters):
//!
//! ```json
//! {"change":"key_created","business":1,"key":"k_4m2xq80zwv9t","role":"ingest","name":"site",
//!  "hash":"hQ2…","at_us":1767225600000000}
//! ```
//!
//! Passwords, sign-ins and links are no changes: they open nothing after a rebuild and prove nothing.

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use super::{
    BusinessKind, ConnectionId, ConnectionKind, Digest, KeyId, KeyRole, Login, Name, Result, Role, SecretName, Settings, Slug, UserId,
    business, connection, key, member, user,
};
use crate::event::BusinessId;

/// One change; `business` is the journal it is sealed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are the columns of schema.sql")]
pub enum Change {
    /// A business exists from now on.
    BusinessCreated { business: BusinessId, slug: Slug, name: Name, kind: BusinessKind, timezone: String, at_us: i64 },
    /// Its name, kind or time zone is another one. The slug never changes: it is in the log's origin line.
    BusinessChanged { business: BusinessId, name: Name, kind: BusinessKind, timezone: String, at_us: i64 },
    /// A person who may get roles; invited by this business.
    UserInvited { business: BusinessId, user: UserId, login: Login, name: Name, at_us: i64 },
    /// The person signs in with this login and is called this from now on.
    UserChanged { business: BusinessId, user: UserId, login: Login, name: Name, at_us: i64 },
    /// The person cannot sign in anywhere any more.
    UserDisabled { business: BusinessId, user: UserId, at_us: i64 },
    /// The person can sign in again.
    UserEnabled { business: BusinessId, user: UserId, at_us: i64 },
    /// The person has this role here, whatever it was before.
    MembershipSet { business: BusinessId, user: UserId, role: Role, at_us: i64 },
    /// The person has no role here any more.
    MembershipRemoved { business: BusinessId, user: UserId, at_us: i64 },
    /// A key works from now on.
    KeyCreated { business: BusinessId, key: KeyId, role: KeyRole, name: Name, hash: Digest, at_us: i64 },
    /// The key never works again.
    KeyRevoked { business: BusinessId, key: KeyId, at_us: i64 },
    /// A connection's token works from now on.
    ConnectionAdded {
        business: BusinessId,
        connection: ConnectionId,
        name: Name,
        kind: ConnectionKind,
        hash: Digest,
        #[serde(default)]
        settings: Box<Settings>,
        at_us: i64,
    },
    /// It is called and behaves like this from now on.
    ConnectionChanged { business: BusinessId, connection: ConnectionId, name: Name, settings: Box<Settings>, at_us: i64 },
    /// Another token opens it from now on, and the old one nothing.
    ConnectionRotated { business: BusinessId, connection: ConnectionId, hash: Digest, at_us: i64 },
    /// One of its secrets was replaced, or taken away; what it is stands nowhere.
    ConnectionSecretSet { business: BusinessId, connection: ConnectionId, secret: SecretName, at_us: i64 },
    /// The token never works again.
    ConnectionRevoked { business: BusinessId, connection: ConnectionId, at_us: i64 },
}

impl Change {
    /// Whose journal it belongs to.
    #[must_use]
    pub fn business(&self) -> BusinessId {
        match *self {
            Self::BusinessCreated { business, .. }
            | Self::BusinessChanged { business, .. }
            | Self::UserInvited { business, .. }
            | Self::UserChanged { business, .. }
            | Self::UserDisabled { business, .. }
            | Self::UserEnabled { business, .. }
            | Self::MembershipSet { business, .. }
            | Self::MembershipRemoved { business, .. }
            | Self::KeyCreated { business, .. }
            | Self::KeyRevoked { business, .. }
            | Self::ConnectionAdded { business, .. }
            | Self::ConnectionChanged { business, .. }
            | Self::ConnectionRotated { business, .. }
            | Self::ConnectionSecretSet { business, .. }
            | Self::ConnectionRevoked { business, .. } => business,
        }
    }
}

/// Writes a change. Idempotent; an error means that it contradicts what is there (a slug taken meanwhile) and that nothing
/// was written.
pub fn apply(tx: &Transaction<'_>, change: &Change) -> Result<()> {
    match change {
        Change::BusinessCreated { business, slug, name, kind, timezone, at_us } => {
            business::insert(tx, *business, slug, name, *kind, timezone, *at_us)
        }
        Change::BusinessChanged { business, name, kind, timezone, at_us } => business::update(tx, *business, name, *kind, timezone, *at_us),
        Change::UserInvited { user, login, name, at_us, .. } => user::insert(tx, *user, login, name, *at_us),
        Change::UserChanged { user, login, name, at_us, .. } => user::update(tx, *user, login, name, *at_us),
        Change::UserDisabled { user, at_us, .. } => user::set_status(tx, *user, Some(*at_us), *at_us),
        Change::UserEnabled { user, at_us, .. } => user::set_status(tx, *user, None, *at_us),
        Change::MembershipSet { business, user, role, at_us } => member::set(tx, *business, *user, Some(*role), *at_us),
        Change::MembershipRemoved { business, user, at_us } => member::set(tx, *business, *user, None, *at_us),
        Change::KeyCreated { business, key, role, name, hash, at_us } => key::insert(tx, *business, *key, *role, name, hash, *at_us),
        Change::KeyRevoked { business, key, at_us } => key::set_revoked(tx, *business, *key, *at_us),
        Change::ConnectionAdded { business, connection, name, kind, hash, settings, at_us } => {
            let draft = connection::Draft { kind: *kind, name: name.clone(), settings: Settings::clone(settings) };
            connection::insert(tx, *business, *connection, &draft, hash, *at_us)
        }
        Change::ConnectionChanged { business, connection, name, settings, at_us } => {
            connection::update(tx, *business, *connection, name, settings, *at_us)
        }
        Change::ConnectionRotated { business, connection, hash, at_us } => connection::rotate_to(tx, *business, *connection, hash, *at_us),
        // Stored before it was decided: a secret travels in no decision.
        Change::ConnectionSecretSet { .. } => Ok(()),
        Change::ConnectionRevoked { business, connection, at_us } => connection::set_revoked(tx, *business, *connection, *at_us),
    }
}

/// When a change is made that follows one made at `last_us`. The later change counts, so a clock that was set back must not
/// make "take the role away" older than "give it".
pub(super) fn after(last_us: i64, now_us: i64) -> i64 {
    now_us.max(last_us + 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{AccessError, Scope, testing::*};
    use super::*;

    #[test]
    fn a_change_is_read_back_from_its_json() {
        let scope = Scope::local(BusinessId(1));
        let (change, secret) = key::create(&scope, KeyRole::Ingest, "site".parse().unwrap(), NOW, &mut rng(1)).unwrap();
        let json = serde_json::to_string(&change).unwrap();
        assert!(json.starts_with(r#"{"change":"key_created","business":1,"key":"k_"#), "{json}");
        assert!(!json.contains(secret.reveal()));
        assert_eq!(serde_json::from_str::<Change>(&json).unwrap(), change);
        assert!(serde_json::from_str::<Change>(&json.replace("\"site\"", "\"a\\u0000b\"")).is_err(), "names are checked here too");
    }

    #[test]
    fn a_change_of_an_unknown_business_is_a_contradiction_and_not_a_database_error() {
        let mut conn = empty();
        let (business, user, hash, at_us) = (BusinessId(7), UserId::draw(&mut rng(1)), Digest::of("x"), NOW);
        let name: Name = "n".parse().unwrap();
        let tx = conn.transaction().unwrap();
        for change in [
            Change::MembershipSet { business, user, role: Role::Owner, at_us },
            Change::KeyCreated { business, key: KeyId::draw(&mut rng(2)), role: KeyRole::Read, name: name.clone(), hash, at_us },
            Change::ConnectionAdded {
                business,
                connection: ConnectionId::draw(&mut rng(3)),
                name,
                kind: ConnectionKind::Events,
                hash,
                settings: Box::default(),
                at_us,
            },
        ] {
            assert!(matches!(apply(&tx, &change), Err(AccessError::Unknown { .. })), "{change:?}");
        }
    }
}
