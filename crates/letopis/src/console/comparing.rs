//! What people decide about experiments: checked, sealed, in effect. Pages, API and commands do it through here.

use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::period;
use crate::access::business;
use crate::decide::{Decide, DecideError};
use crate::event::BusinessId;
use crate::event::experiment::{Experiment, ExperimentStart, ExperimentStop};
use crate::event::record::Decision;
use crate::journal::experiments::{self, Kept, State};
use crate::store::{Store, StoreError};

/// What somebody wants.
#[derive(Debug, Clone)]
pub enum Decided {
    /// A new one.
    Add(Experiment),
    /// It begins.
    Start {
        /// Which.
        name: String,
        /// Since when; none: now.
        from: Option<String>,
    },
    /// It ends.
    Stop {
        /// Which.
        name: String,
        /// What everybody is shown from then on.
        keep: Option<String>,
    },
}

/// Why it is not decided.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// The definition is wrong.
    #[error("{0}")]
    Fault(String),
    /// The name is taken.
    #[error("there is an experiment of that name already: what was compared under a name stays what it was")]
    Taken,
    /// Nobody defined it.
    #[error("no such experiment here")]
    NoSuch,
    /// It is not in the state for that.
    #[error("this experiment is {0}: it is started once, and stopped once")]
    State(&'static str),
    /// No such variant.
    #[error("the experiment has no variant {0}")]
    Variant(String),
    /// The moment cannot be read, or is to come.
    #[error("since when: a moment such as 2025-01-01T12:34:56Z, or a date, not in the future")]
    Moment,
    /// The database says no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The decision was not accepted.
    #[error(transparent)]
    Decide(#[from] DecideError),
}

impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Decides it, and gives the experiment as it is then.
///
/// # Errors
/// [`Unfit`]: nothing was decided, or it takes effect later by itself.
pub async fn decide(
    store: &Store,
    decide: &Decide,
    (business, by): (BusinessId, &str),
    wanted: Decided,
    now_us: i64,
) -> Result<Kept, Unfit> {
    let (name, decision) = store.read(move |conn| work_out(conn, business, wanted, now_us)).await?;
    decide.decide(business, by, decision, now_us).await?;
    store.read(move |conn| experiments::one(conn, business, &name)?.ok_or(Unfit::NoSuch)).await
}

fn work_out(conn: &Connection, business: BusinessId, wanted: Decided, now_us: i64) -> Result<(String, Decision), Unfit> {
    let known = |name: &str| experiments::one(conn, business, name)?.ok_or(Unfit::NoSuch);
    match wanted {
        Decided::Add(what) => {
            if let Some(fault) = what.fault() {
                return Err(Unfit::Fault(fault));
            }
            if experiments::one(conn, business, &what.name)?.is_some() {
                return Err(Unfit::Taken);
            }
            Ok((what.name.clone(), Decision::ExperimentAdded(what)))
        }
        Decided::Start { name, from } => {
            let one = known(&name)?;
            if one.state() != State::Draft {
                return Err(Unfit::State(one.state().as_str()));
            }
            let zone = business::by_id(conn, business).ok().flatten().and_then(|found| TimeZone::get(&found.timezone).ok());
            let from = from.filter(|from| !from.is_empty());
            let from_us = match from {
                Some(from) => period::moment(&from, &zone.unwrap_or(TimeZone::UTC)).filter(|us| *us <= now_us).ok_or(Unfit::Moment)?,
                None => now_us,
            };
            Ok((name.clone(), Decision::ExperimentStarted(ExperimentStart { experiment: name, from_us })))
        }
        Decided::Stop { name, keep } => {
            let one = known(&name)?;
            if one.state() == State::Stopped {
                return Err(Unfit::State("stopped"));
            }
            let keep = keep.filter(|keep| !keep.is_empty());
            if let Some(stranger) = keep.as_ref().filter(|keep| !one.what.variants.iter().any(|variant| variant.name == **keep)) {
                return Err(Unfit::Variant(stranger.clone()));
            }
            Ok((name.clone(), Decision::ExperimentStopped(ExperimentStop { experiment: name, keep })))
        }
    }
}
