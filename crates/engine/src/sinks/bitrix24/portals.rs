//! Portals that are open: one for each connection, shared by all who ask there.
//!
//! They keep to one bucket so, and a refresh token, which works once, is used by one of them. A connection whose secrets or settings were
//! changed gets a new one. Tokens change by themselves: whoever still knows an earlier state of them gets the portal that has the later ones, for
//! what was renewed once cannot be renewed again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::Bitrix24;
use super::rest::Portal;
use crate::access::{ConnectionId, ConnectionIdentity, SecretName};

/// By connection.
#[derive(Clone, Default)]
pub struct Portals(Arc<Mutex<HashMap<ConnectionId, Open>>>);

struct Open {
    known: Arc<ConnectionIdentity>,
    portal: Arc<Portal>,
    /// Tokens, as they are stored, that this one has or has had, and those of an installation before.
    seen: HashSet<Vec<u8>>,
}

impl Bitrix24 {
    /// The portal of a connection, as all share it.
    ///
    /// # Errors
    /// In words for a person, when it cannot be asked.
    pub fn shared(&self, known: &Arc<ConnectionIdentity>) -> Result<Arc<Portal>, String> {
        let mut all = self.portals.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = known.secrets.get(&SecretName::Tokens);
        let mut seen = HashSet::new();
        if let Some(open) = all.get_mut(&known.connection) {
            if open.known == *known {
                return Ok(Arc::clone(&open.portal));
            }
            if let Some(tokens) = tokens.filter(|_| is_same_but_tokens(&open.known, known)) {
                if open.seen.contains(tokens) {
                    return Ok(Arc::clone(&open.portal));
                }
                if self.credential(known).is_ok_and(|credential| open.portal.holds(&credential)) {
                    open.seen.insert(tokens.clone());
                    open.known = Arc::clone(known);
                    return Ok(Arc::clone(&open.portal));
                }
                seen = std::mem::take(&mut open.seen);
            }
        }
        let portal = Arc::new(self.portal(known)?);
        seen.extend(tokens.cloned());
        all.insert(known.connection, Open { known: Arc::clone(known), portal: Arc::clone(&portal), seen });
        Ok(portal)
    }
}

fn is_same_but_tokens(one: &ConnectionIdentity, other: &ConnectionIdentity) -> bool {
    let way = |known: &ConnectionIdentity| (known.settings.ca.clone(), known.settings.link_local);
    let rest = |known: &ConnectionIdentity| [SecretName::App, SecretName::Proxy].map(|name| known.secrets.get(&name).cloned());
    way(one) == way(other) && rest(one) == rest(other)
}
