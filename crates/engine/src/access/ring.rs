//! The keys and connection tokens that work, in memory: what a request asks instead of the database.
//!
//! A ring is a snapshot, replaced as a whole after a change is applied (`refresh`), so a request takes a read lock for as
//! long as it takes to clone an `Arc`, and never waits for SQL. A revoked key stops at the refresh; the caller refreshes before
//! it answers the revocation. When a key was used is only noted in an atomic here and written by the minute (`take_uses`).

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use rusqlite::Connection;

use super::{
    ConnectionId, ConnectionIdentity, ConnectionKind, Digest, KeyIdentity, KeyRefused, KeyRole, Offered, Place, Result,
    connection::{self, looks_like_token},
    key,
};
use crate::event::BusinessId;

/// A use within the same second is not noted again, so that one busy key does not make all cores write one cache line.
const NOTE_EVERY_US: i64 = 1_000_000;

/// The API keys that work.
#[derive(Debug, Default)]
pub struct KeyRing(Ring<KeyIdentity>);

/// The connection tokens that work.
#[derive(Debug, Default)]
pub struct ConnectionRing(Ring<Arc<ConnectionIdentity>>);

#[derive(Debug)]
struct Ring<T> {
    snapshot: RwLock<Arc<HashMap<Digest, Slot<T>>>>,
    /// Held from reading the database to swapping: two refreshes at once must not leave the older picture.
    refreshing: Mutex<()>,
}

#[derive(Debug)]
struct Slot<T> {
    identity: T,
    /// Shared with the next snapshot, so that a use noted during a refresh is not lost. 0: nothing to write.
    used_us: Arc<AtomicI64>,
}

impl KeyRing {
    /// Takes what the database holds now. After each applied key change, and at the start.
    pub fn refresh(&self, conn: &Connection) -> Result<()> {
        self.0.refresh(|| key::living(conn))
    }

    /// Whom the offered key stands for, and notes the use.
    pub fn admit(&self, offered: &Offered, now_us: i64) -> std::result::Result<KeyIdentity, KeyRefused> {
        let snapshot = self.0.snapshot();
        let slot = snapshot.get(&offered.digest).ok_or(KeyRefused::Unknown)?;
        if offered.place == Place::Query && slot.identity.role != KeyRole::Ingest {
            return Err(KeyRefused::InUrl);
        }
        slot.note(now_us);
        Ok(slot.identity)
    }

    /// The uses since the last call, for [`key::note_uses`]. About once a minute.
    #[must_use]
    pub fn take_uses(&self) -> Vec<(KeyIdentity, i64)> {
        let snapshot = self.0.snapshot();
        let taken = snapshot.values().map(|slot| (slot.identity, slot.used_us.swap(0, Ordering::Relaxed)));
        taken.filter(|(_, used_us)| *used_us != 0).collect()
    }
}

impl ConnectionRing {
    /// Takes what the database holds now. After each applied connection change, and at the start.
    pub fn refresh(&self, conn: &Connection) -> Result<()> {
        self.0.refresh(|| Ok(connection::living(conn)?.into_iter().map(|(hash, identity)| (hash, Arc::new(identity))).collect()))
    }

    /// Whom the token of a URL stands for.
    #[must_use]
    pub fn find(&self, token: &str) -> Option<Arc<ConnectionIdentity>> {
        if !looks_like_token(token) {
            return None;
        }
        self.0.snapshot().get(&Digest::of(token)).map(|slot| Arc::clone(&slot.identity))
    }

    /// The connection of that public id, if it still works.
    #[must_use]
    pub fn named(&self, id: ConnectionId) -> Option<Arc<ConnectionIdentity>> {
        self.0.snapshot().values().find(|slot| slot.identity.connection == id).map(|slot| Arc::clone(&slot.identity))
    }

    /// Those of one kind.
    #[must_use]
    pub fn of_kind(&self, kind: ConnectionKind) -> Vec<Arc<ConnectionIdentity>> {
        self.0.snapshot().values().filter(|slot| slot.identity.kind == kind).map(|slot| Arc::clone(&slot.identity)).collect()
    }

    /// Whether a channel of that business is plugged in.
    #[must_use]
    pub fn has_channel(&self, business: BusinessId) -> bool {
        self.0.snapshot().values().any(|slot| slot.identity.business == business && slot.identity.kind.is_channel())
    }
}

impl<T> Ring<T> {
    fn snapshot(&self) -> Arc<HashMap<Digest, Slot<T>>> {
        // A panic elsewhere cannot leave the map half-written: it is only ever swapped whole.
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn refresh(&self, load: impl FnOnce() -> Result<Vec<(Digest, T)>>) -> Result<()> {
        let _one_at_a_time = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let living = load()?;
        let old = self.snapshot();
        let slot = |digest: &Digest, identity| {
            let used_us = old.get(digest).map(|slot| Arc::clone(&slot.used_us)).unwrap_or_default();
            Slot { identity, used_us }
        };
        let new = living.into_iter().map(|(digest, identity)| (digest, slot(&digest, identity))).collect();
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(())
    }
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self { snapshot: RwLock::default(), refreshing: Mutex::default() }
    }
}

impl<T> Slot<T> {
    fn note(&self, now_us: i64) {
        if now_us - self.used_us.load(Ordering::Relaxed) >= NOTE_EVERY_US {
            self.used_us.fetch_max(now_us, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Scope, Secret, testing::*};
    use super::*;

    fn a_key(conn: &mut Connection, scope: &Scope, role: KeyRole) -> Secret {
        let (change, secret) = key::create(scope, role, "k".parse().unwrap(), NOW, &mut rng(role as u64)).unwrap();
        commit(conn, &[change]);
        secret
    }

    fn bearer(secret: &Secret) -> Offered {
        Offered::read(Some(format!("Bearer {}", secret.reveal()).as_bytes()), None).unwrap()
    }

    #[test]
    fn a_key_works_from_refresh_to_refresh() {
        let mut conn = empty();
        let scope = Scope::local(a_business(&mut conn, "salon"));
        let (ring, secret) = (KeyRing::default(), a_key(&mut conn, &scope, KeyRole::Read));
        assert_eq!(ring.admit(&bearer(&secret), NOW), Err(KeyRefused::Unknown));
        ring.refresh(&conn).unwrap();
        let identity = ring.admit(&bearer(&secret), NOW).unwrap();
        let change = key::revoke(&conn, &scope, identity.key, NOW).unwrap();
        commit(&mut conn, &[change]);
        ring.refresh(&conn).unwrap();
        assert_eq!(ring.admit(&bearer(&secret), NOW), Err(KeyRefused::Unknown));
    }

    #[test]
    fn only_an_ingest_key_works_in_a_url() {
        let mut conn = empty();
        let scope = Scope::local(a_business(&mut conn, "salon"));
        let ring = KeyRing::default();
        let secrets = KeyRole::ALL.iter().map(|&role| (role, a_key(&mut conn, &scope, role))).collect::<Vec<_>>();
        ring.refresh(&conn).unwrap();
        for (role, secret) in secrets {
            let offered = Offered::read(None, Some(&format!("key={}", secret.reveal()))).unwrap();
            assert_eq!(ring.admit(&offered, NOW).is_ok(), role == KeyRole::Ingest, "{role}");
        }
    }

    #[test]
    fn uses_are_noted_once_and_written_later() {
        let mut conn = empty();
        let scope = Scope::local(a_business(&mut conn, "salon"));
        let (ring, secret) = (KeyRing::default(), a_key(&mut conn, &scope, KeyRole::Ingest));
        ring.refresh(&conn).unwrap();
        ring.admit(&bearer(&secret), NOW).unwrap();
        ring.refresh(&conn).unwrap();
        ring.admit(&bearer(&secret), NOW + 5 * SECOND).unwrap();
        let uses = ring.take_uses();
        assert_eq!(uses.iter().map(|(_, used_us)| *used_us).collect::<Vec<_>>(), [NOW + 5 * SECOND]);
        assert!(ring.take_uses().is_empty());
        let tx = conn.transaction().unwrap();
        key::note_uses(&tx, &uses).unwrap();
        key::note_uses(&tx, &[(uses[0].0, NOW)]).unwrap();
        assert_eq!(key::all(&tx, scope.business()).unwrap()[0].last_used_us, Some(NOW + 5 * SECOND), "never backwards");
    }
}
