//! Which variant of an experiment a client is shown, and that the log says so before the bot does.
//!
//! ```text
//! name of a client ─▶ what they were shown first, else a keyed hash ─▶ an event experiment_exposed, durable in the queue ─▶ the answer
//! ```
//! Once a client: whoever asks again gets the answer without a second event. The way in is a seam, because the console does not know capture.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::replay::NotTaken;
use crate::event::BusinessId;
use crate::event::experiment::{ASSIGNED_SOURCE, EXPOSED};
use crate::event::record::Envelope;
use crate::event::when::DAY_US;
use crate::event::{Invalid, RecordNo};
use crate::journal::Generations;
use crate::journal::experiments::{self, State, served};
use crate::journal::projection::Projected;
use crate::privacy::{BusinessKeys, Vault};
use crate::store::{Store, StoreError};

/// Clients whose exposure is on its way to the journal, or came there lately: about 100 bytes each.
const REMEMBERED: usize = 20_000;
/// Where a client wrote, when the bot does not say.
const SOMEWHERE: &str = "api";

/// The way in for an exposure.
pub trait Expose: Send + Sync {
    /// Makes it durable as an event.
    fn expose(&self, business: BusinessId, event: Bytes) -> BoxFuture<'_, Result<(), NotTaken>>;
}

/// Who is to be shown a variant of what.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The experiment's name.
    pub experiment: String,
    /// Where they write.
    pub channel: Option<String>,
    /// As in an event.
    pub client: Map<String, Value>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assigned {
    /// Of which experiment.
    pub experiment: String,
    /// What to show.
    pub variant: String,
    /// Whether it runs: else everybody is shown the same.
    pub assigned: bool,
    /// Why this one: `running`, `not_started`, `stopped`.
    pub reason: &'static str,
    /// The event that says so; none where nothing is compared.
    pub exposure: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NotAssigned {
    /// Nobody defined it.
    #[error("no such experiment here")]
    NoSuch,
    /// Who?
    #[error("name the client: client=telegram:42, client=phone:+7…, client=email:… or client=id:…; a masked phone names nobody")]
    Nobody,
    /// The client is named as no event would name one.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The exposure could not be made durable.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// No keys.
    #[error("this business has no keys")]
    NoKeys,
    /// The database says no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for NotAssigned {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Of which experiment, and whom it was logged for.
type Known = (RecordNo, String);

/// Assigns.
pub struct Assigning {
    store: Store,
    vault: Vault,
    expose: Arc<dyn Expose>,
    /// Exposures that are durable, and may not be recorded yet.
    logged: Mutex<Generations<Known, ()>>,
}

/// What was read for an answer.
struct Found {
    answer: Assigned,
    /// What is still to be logged.
    to_log: Option<(Known, Value)>,
}

impl Assigning {
    /// Over an open store.
    #[must_use]
    pub fn new(store: Store, vault: Vault, expose: Arc<dyn Expose>) -> Self {
        Self { store, vault, expose, logged: Mutex::new(Generations::new(REMEMBERED)) }
    }

    /// What this client is shown; durable in the log before it is answered.
    ///
    /// # Errors
    /// [`NotAssigned`]; whoever asks then shows the control, and nothing says that the client saw anything.
    pub async fn assign(&self, business: BusinessId, question: Question, now_us: i64) -> Result<Assigned, NotAssigned> {
        let keys = self.vault.keys(business).ok_or(NotAssigned::NoKeys)?;
        let asked = question.clone();
        let found = self.store.read(move |conn| find(conn, business, &keys, &asked, now_us)).await?;
        if let Some((known, event)) = found.to_log.filter(|(known, _)| !self.knows(known)) {
            self.expose.expose(business, Bytes::from(event.to_string())).await?;
            self.logged.lock().unwrap_or_else(PoisonError::into_inner).insert(known, ());
        }
        Ok(found.answer)
    }

    fn knows(&self, known: &Known) -> bool {
        self.logged.lock().unwrap_or_else(PoisonError::into_inner).get_mut(known).is_some()
    }
}

fn find(
    conn: &rusqlite::Connection,
    business: BusinessId,
    keys: &BusinessKeys,
    question: &Question,
    now_us: i64,
) -> Result<Found, NotAssigned> {
    let one = experiments::one(conn, business, &question.experiment)?.ok_or(NotAssigned::NoSuch)?;
    let answer = |variant: &str, reason, exposure: Option<String>| Assigned {
        experiment: one.what.name.clone(),
        variant: variant.to_owned(),
        assigned: exposure.is_some(),
        reason,
        exposure,
    };
    let kept = one.keep.as_deref().unwrap_or(one.what.control());
    match one.state() {
        State::Draft => return Ok(Found { answer: answer(kept, "not_started", None), to_log: None }),
        State::Stopped => return Ok(Found { answer: answer(kept, "stopped", None), to_log: None }),
        State::Running => {}
    }
    let at = jiff::Timestamp::from_microsecond(now_us).unwrap_or_default();
    let mut event = json!({
        "timestamp": at.to_string(), "channel": question.channel.as_deref().unwrap_or(SOMEWHERE), "type": EXPOSED,
        "client": question.client, "experiment": one.what.name,
    });
    let envelope = Envelope { version: 1, received_at: at, source: ASSIGNED_SOURCE.into(), connection: None, event_id: None };
    let marks = Projected::of(&envelope, event.to_string().as_bytes())?.marks;
    let pseudonyms: Vec<[u8; 16]> = marks.iter().map(|mark| keys.pseudonym(&mark.parts())).collect();
    let who = served::who(conn, business, &pseudonyms)?.ok_or(NotAssigned::Nobody)?;
    let shown = served::shown(conn, keys, &one, &who)?;
    let variant = one.what.variants.get(shown.variant).map_or(one.what.control(), |variant| &variant.name);
    // Of the day, because what was erased does not come back under its id; a client who does is logged anew.
    let name = keys.pseudonym(&["exposure", &one.record.index().to_string(), &who.pid]);
    let id = format!("exposed-{}-{}", now_us.div_euclid(DAY_US), hex(&name));
    event["event_id"] = id.clone().into();
    event["variant"] = variant.into();
    // Two calls at once are one exposure, though their moments differ.
    event["meta"] = json!({ "same": format!("{id}={variant}") });
    let to_log = (!shown.is_logged).then(|| ((one.record, format!("{id}={variant}")), event));
    Ok(Found { answer: answer(variant, "running", Some(id)), to_log })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
