//! Web pages and the JSON read API. It never writes the journal: it asks `decide`.
//!
//! * `api` – `/api/v1/…` for programs, by key · `pages` – for people, by sign-in · `dossier` – one conversation to hand over
//! * `assigning` – what a client is shown of an experiment · `comparing` – decisions about experiments
//! * `report` – a week or a month as a page of its own · `routing` – where reports go · `registry` – what bots are told, `compare` – two texts of it
//! * `replay` – refused items, sent again or dropped · `trials` – connections tried · `portals` – pages inside a CRM · `measured` – what can be known · `period` – of which days

pub mod api;
pub mod assigning;
pub mod compare;
pub mod comparing;
pub mod dossier;
mod measured;
pub mod pages;
mod period;
pub mod portals;
pub mod registry;
pub mod replay;
pub mod report;
pub mod routing;
pub mod trials;

use std::sync::Arc;

use axum::Router;

use crate::access::KeyRing;
use crate::audit::{Retention, Reviews};
use crate::decide::Decide;
use crate::journal::Progress;
use crate::journal::log::Logs;
use crate::post::Post;
use crate::privacy::Vault;
use crate::store::Store;

use assigning::Assigning;
use portals::Portals;
use replay::Replay;
use trials::Trials;

/// What pages and API read from.
pub struct Console {
    /// The tables.
    pub store: Store,
    /// Opens records.
    pub vault: Vault,
    /// Proofs and checkpoints.
    pub logs: Logs,
    /// For `?after=position`.
    pub progress: Progress,
    /// Who may read by key.
    pub keys: Arc<KeyRing>,
    /// How people change things.
    pub decide: Decide,
    /// What people do with refused items.
    pub replay: Arc<Replay>,
    /// What clients are shown of experiments.
    pub assigning: Assigning,
    /// Who tries connections.
    pub trials: Arc<dyn Trials>,
    /// Who asks portals of CRMs.
    pub portals: Arc<dyn Portals>,
    /// Makes reports.
    pub reports: Arc<report::Reports>,
    /// Sends them.
    pub post: Post,
    /// What goes when its time is over.
    pub retention: Arc<Retention>,
    /// So long the bot and the search for a card have before a lead is missing, µs.
    pub card_grace_us: i64,
    /// What people are to look at is drawn by it.
    pub reviews: Arc<Reviews>,
    /// Backups are made by themselves.
    pub has_backup: bool,
    /// The time, µs since 1970 UTC.
    pub now_us: fn() -> i64,
    /// Whether cookies are marked `Secure`: not on plain HTTP to this machine.
    pub secure_cookies: bool,
}

/// All routes of the console.
pub fn routes(console: Arc<Console>) -> Router {
    api::routes(Arc::clone(&console)).merge(pages::routes(console))
}
