//! People's decisions, applied in the order in which they were sealed. A rebuild applies them again and comes to the same state.

use rusqlite::{Transaction, params};

use crate::access::{self, AccessError, Change};
use crate::event::record::{Decided, Decision};
use crate::event::{BusinessId, RecordNo};
use crate::journal::crm::rulings;
use crate::journal::retention::{self, Hold};
use crate::journal::{cases, duties, experiments, incidents, known, lead_work, merges, quarantine, reports, reviews, scenarios, witnesses};
use crate::privacy::{self, BusinessKeys, KeyError, MasterKey};

/// Why a decision could not be applied. It stays sealed either way.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// The database said no.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The key of a new business could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Stores and applies one decision; gives the keys of a business that it made, for the vault once they are committed.
///
/// # Errors
/// When the database says no; a decision that contradicts what is there meanwhile is stored, logged and has no effect.
pub(super) fn apply(
    tx: &Transaction<'_>,
    master: &MasterKey,
    record: RecordNo,
    made_us: i64,
    decided: &Decided,
) -> Result<Option<BusinessKeys>, DecisionError> {
    store(tx, record, made_us, decided)?;
    let business = record.business();
    match &decided.decision {
        Decision::ClientsMerged { into, from } => merges::merge(tx, business, into, from)?,
        Decision::ClientsUnmerged { from, .. } => merges::unmerge(tx, business, from)?,
        Decision::QuarantineClosed { item, replaced_by } => quarantine::close(tx, business, *item, made_us, replaced_by.as_deref())?,
        // `erase` carried it out already: what is left is what people decided about the client before.
        Decision::ClientErased { client, .. } => {
            merges::forget(tx, business, client)?;
            duties::apply(tx, record, made_us, decided)?;
        }
        Decision::WitnessJoined { name, vkey, url } => witnesses::join(tx, business, name, vkey, url, made_us)?,
        Decision::WitnessLeft { name } => witnesses::leave(tx, business, name)?,
        Decision::WitnessQuorumSet { quorum } => witnesses::set_quorum(tx, business, *quorum)?,
        Decision::RetentionSet { policy } => retention::set(tx, record, *policy)?,
        Decision::KnownSet { what, value } => {
            let before = known::one(tx, business, what)?;
            known::set(tx, record, what, &value.to_string())?;
            if what == known::NUMBERS && known::counts_anew(before.as_deref(), value) {
                cases::begin_anew(tx, Some(business))?;
            }
        }
        Decision::RouteSet { route, to } => reports::routes::set(tx, record, route, &to.to_string(), made_us)?,
        Decision::RouteRemoved { route } => reports::routes::remove(tx, business, route)?,
        Decision::HoldPlaced { on, pid, reason, until_us } => {
            let hold = Hold {
                on: on.as_str().to_owned(),
                pid: pid.clone(),
                reason: reason.clone(),
                placed_us: made_us,
                placed_by: decided.by.clone(),
                until_us: *until_us,
            };
            retention::place(tx, record, *on, &hold)?;
        }
        Decision::HoldLifted { on, pid } => retention::lift(tx, business, *on, pid, &decided.by, made_us)?,
        Decision::IncidentOpened(_) | Decision::IncidentGrew(_) | Decision::IncidentAcknowledged { .. } | Decision::IncidentResolved(_) => {
            incidents::apply(tx, record, made_us, decided)?
        }
        Decision::LeadTaken { session } => lead_work::take(tx, record, session, &decided.by, made_us)?,
        Decision::LeadEnded { session, how } => lead_work::end(tx, record, session, *how, &decided.by, made_us)?,
        decision @ (Decision::CardLinked { .. } | Decision::CardOrdered { .. }) => rulings::apply(tx, business, decision, made_us)?,
        // Asked for where they count (`journal::crm::differences`).
        Decision::CardSetAside { .. } | Decision::ClaimSetAside { .. } | Decision::OutcomeSettled { .. } => {}
        Decision::ReviewsDrawn(_) | Decision::ReviewWanted { .. } | Decision::ReviewsAssigned { .. } | Decision::ReviewLabelled(_) => {
            reviewed(tx, record, made_us, decided)?;
        }
        Decision::RequestReceived(_) | Decision::RequestClosed { .. } | Decision::BreachMarked { .. } | Decision::BreachTold { .. } => {
            duties::apply(tx, record, made_us, decided)?;
        }
        Decision::ScenarioPut(_) | Decision::ScenarioActivated(_) => scenarios::apply(tx, record, made_us, decided)?,
        Decision::ExperimentAdded(_) | Decision::ExperimentStarted(_) | Decision::ExperimentStopped(_) => {
            let changed = experiments::apply(tx, record, made_us, decided)?;
            // What bots told before it was decided counts from the moment that is named; an end says nothing about what was before.
            let begins = |one: &experiments::Kept| one.stopped.is_none() && one.started.as_ref().is_some_and(|(us, _)| *us < made_us);
            if let Some(earlier) = changed.filter(begins) {
                experiments::exposures::count_anew(tx, &earlier)?;
            }
        }
        // `expire` carried them out already.
        Decision::Expired { .. } | Decision::RetentionRan { .. } => {}
        Decision::Access { change } => return apply_access(tx, master, business, change),
    }
    Ok(None)
}

/// What people are to look at, and what they found; a rebuild does the same.
pub(super) fn reviewed(tx: &Transaction<'_>, record: RecordNo, made_us: i64, decided: &Decided) -> rusqlite::Result<()> {
    match &decided.decision {
        Decision::ReviewsDrawn(draw) => reviews::drawn(tx, record, draw),
        Decision::ReviewWanted { record: wanted } => reviews::want(tx, record, *wanted),
        Decision::ReviewsAssigned { queue, records, to } => reviews::assign(tx, record.business(), *queue, records, to.as_deref()),
        Decision::ReviewLabelled(label) => reviews::label(tx, record, &decided.by, made_us, label),
        _ => Ok(()),
    }
}

/// The row of a decision.
pub(super) fn store(tx: &Transaction<'_>, record: RecordNo, made_us: i64, decided: &Decided) -> rusqlite::Result<()> {
    let body = serde_json::to_value(&decided.decision).unwrap_or_default();
    let kind = body.get("decision").and_then(|kind| kind.as_str()).unwrap_or("unknown").to_owned();
    let sql = "INSERT INTO decisions (record, business, made_us, made_by, kind, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = params![record.as_i64(), record.business().0, made_us, decided.by, kind, body.to_string()];
    tx.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

fn apply_access(
    tx: &Transaction<'_>,
    master: &MasterKey,
    sealed_in: BusinessId,
    change: &serde_json::Value,
) -> Result<Option<BusinessKeys>, DecisionError> {
    let Some(Change::BusinessCreated { business, .. }) = change_access(tx, sealed_in, change)? else { return Ok(None) };
    let has_key = tx.prepare_cached("SELECT 1 FROM business_keys WHERE business = ?1")?.exists([business.0])?;
    if has_key { Ok(None) } else { Ok(Some(privacy::create_business_key(tx, master, business, &mut rand::rng())?)) }
}

/// Applies a change of who may do what; gives it back if it had an effect.
pub(super) fn change_access(
    tx: &Transaction<'_>,
    sealed_in: BusinessId,
    change: &serde_json::Value,
) -> Result<Option<Change>, DecisionError> {
    let Ok(change) = serde_json::from_value::<Change>(change.clone()) else {
        tracing::error!("decision about access is of a later version: kept, not applied");
        return Ok(None);
    };
    if change.business() != sealed_in && !matches!(change, Change::BusinessCreated { .. }) {
        tracing::error!(business = sealed_in.0, "decision about access in another business: kept, not applied");
        return Ok(None);
    }
    match access::unsealed::settle(tx, &change).and_then(|()| access::apply(tx, &change)) {
        Ok(()) => {}
        Err(AccessError::Sql(e)) => return Err(e.into()),
        Err(contradiction) => {
            tracing::warn!(reason = %contradiction, "decision about access has no effect");
            return Ok(None);
        }
    }
    Ok(Some(change))
}
