//! Routes of reports as people set and remove them: checked, what opens a bot stored first, then decided. For pages and commands alike.

use rand::Rng;

use crate::decide::{Decide, DecideError};
use crate::event::BusinessId;
use crate::event::record::Decision;
use crate::journal::reports::Route;
use crate::journal::reports::routes::{self, MOST};
use crate::privacy::Vault;
use crate::store::{Store, StoreError};

/// Why a route is not as somebody wants it.
#[derive(Debug, thiserror::Error)]
pub enum RoutingError {
    /// What is wrong with it.
    #[error("{0}")]
    Wrong(&'static str),
    /// No such route.
    #[error("no such route")]
    Unknown,
    /// The business has no keys here.
    #[error("this business has no keys here")]
    NoKeys,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be decided.
    #[error(transparent)]
    Decide(#[from] DecideError),
}

impl From<rusqlite::Error> for RoutingError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Whoever changes routes of a business.
pub struct Routing<'a> {
    /// The tables.
    pub store: &'a Store,
    /// Seals what opens bots.
    pub vault: &'a Vault,
    /// How people change things.
    pub decide: &'a Decide,
    /// Whose.
    pub business: BusinessId,
    /// Who does it.
    pub by: &'a str,
    /// Now.
    pub now_us: i64,
}

impl Routing<'_> {
    /// Sets a new route, or an old one anew; gives its id.
    ///
    /// # Errors
    /// [`RoutingError`].
    pub async fn set(&self, id: Option<String>, route: Route, secret: Option<String>) -> Result<String, RoutingError> {
        if let Some(fault) = route.fault() {
            return Err(RoutingError::Wrong(fault));
        }
        if route.url.as_ref().is_some_and(|url| url.parse::<crate::upstream::Address>().is_err()) {
            return Err(RoutingError::Wrong("the address of the platform is https://host or https://host/path"));
        }
        let (business, wanted) = (self.business, id.clone());
        let known = self.store.read(move |conn| Ok::<_, RoutingError>(routes::of(conn, business)?)).await?;
        if wanted.as_ref().is_some_and(|id| !known.iter().any(|routed| routed.id == *id)) {
            return Err(RoutingError::Unknown);
        }
        if wanted.is_none() && known.len() >= MOST {
            return Err(RoutingError::Wrong("twenty routes are enough"));
        }
        let id = id.unwrap_or_else(|| format!("r_{:08x}", rand::rng().next_u32()));
        if let Some(secret) = secret.map(|secret| secret.trim().to_owned()).filter(|secret| !secret.is_empty()) {
            let (keys, id, now_us) = (self.vault.keys(business).ok_or(RoutingError::NoKeys)?, id.clone(), self.now_us);
            let kept =
                self.store.write(move |tx| Ok::<_, RoutingError>(routes::keep_secret(tx, &keys, &id, &secret, now_us, &mut rand::rng())?));
            kept.await?;
        }
        let to = serde_json::to_value(&route).unwrap_or_default();
        self.decide(Decision::RouteSet { route: id.clone(), to }).await?;
        Ok(id)
    }

    /// Takes one away.
    ///
    /// # Errors
    /// [`RoutingError`].
    pub async fn remove(&self, id: String) -> Result<(), RoutingError> {
        let (business, wanted) = (self.business, id.clone());
        let known = self.store.read(move |conn| Ok::<_, RoutingError>(routes::one(conn, business, &wanted)?)).await?;
        if known.is_none() {
            return Err(RoutingError::Unknown);
        }
        self.decide(Decision::RouteRemoved { route: id }).await
    }

    async fn decide(&self, decision: Decision) -> Result<(), RoutingError> {
        self.decide.decide(self.business, self.by, decision, self.now_us).await?;
        Ok(())
    }
}
