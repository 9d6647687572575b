//! A person decided that one client's data goes: everything that `journal::extent` finds.

use ledger::{ActKind, RecordList};
use rusqlite::Transaction;
use serde_json::{Map, Value, json};

use super::RecordError;
use super::batch::Scribe;
use super::destroy::{Destroyed, Order};
use crate::access::{AccessError, trail};
use crate::event::RecordNo;
use crate::event::record::{Decided, Decision};
use crate::journal::{crm, extent};
use crate::privacy::BusinessKeys;

impl Scribe {
    /// Carries out the decision that was sealed in `record`; without effect where the client is not known (any more).
    pub(super) fn erase(
        &mut self,
        tx: &Transaction<'_>,
        keys: &BusinessKeys,
        record: RecordNo,
        made_us: i64,
        decided: &Decided,
    ) -> Result<Option<Destroyed>, RecordError> {
        let Decision::ClientErased { client, basis, request } = &decided.decision else { return Ok(None) };
        self.sessions.flush(tx)?;
        let Some(extent) = extent::of_client(tx, keys, client)? else {
            tracing::warn!("decision to erase a client that is not here: kept, nothing to do");
            return Ok(None);
        };
        let list = RecordList::of(extent.records.iter().map(|record| record.index()));
        let crm = taken_away(tx, keys, &extent.clients, made_us)?;
        let backup_keys = if self.has_backup { "rewritten" } else { "none" };
        let told = json!({
            "copies": { "files": files(tx, keys, &list)?, "crm": crm, "reports": [], "backup_keys": backup_keys },
            "decision": record.index(), "by": decided.by, "basis": basis, "request": request,
            "client": extent.clients.first(), "clients": extent.clients, "phones_ending": extent.tails(), "identities": extent.kinds(),
            "conversations": extent.sessions, "shared_conversations": extent.shared, "alike": extent.alike,
            "first_received_us": extent.first_us, "last_received_us": extent.last_us,
        });
        let particulars: Map<String, Value> = told.as_object().cloned().unwrap_or_default();
        self.destroy(
            tx,
            keys,
            Order {
                kind: ActKind::Erase,
                made_us,
                records: extent.records,
                quarantined: extent.quarantined,
                forwards: extent.forwards,
                particulars,
            },
        )
    }
}

/// What cards of a CRM were told of them: it is to be taken away there, and the act lists it.
fn taken_away(tx: &Transaction<'_>, keys: &BusinessKeys, clients: &[String], now_us: i64) -> Result<Vec<Value>, RecordError> {
    let mut told = Vec::new();
    for client in clients {
        for written in crm::forget(tx, keys.business(), client, now_us)? {
            let mut row = json!(written);
            row["state"] = "to be taken away".into();
            told.push(row);
        }
    }
    Ok(told)
}

/// Proofs and dossiers of these records that were handed out as files: they are beyond our reach, so the act lists them.
fn files(tx: &Transaction<'_>, keys: &BusinessKeys, list: &RecordList) -> Result<Vec<Value>, RecordError> {
    let handed_out = trail::exported(tx, keys.business()).map_err(|e| match e {
        AccessError::Sql(e) => RecordError::Store(e.into()),
        other => RecordError::Access(other),
    })?;
    let about = |target: &str| {
        let (what, index) = target.split_once(" of ")?;
        let index: u64 = index.rsplit_once(' ')?.1.parse().ok()?;
        list.contains(index).then(|| (what.to_owned(), index))
    };
    let told = handed_out.iter().filter_map(|line| {
        let (what, record) = about(&line.target)?;
        Some(json!({ "what": what, "record": record, "at_us": line.at_us, "who": line.who }))
    });
    Ok(told.collect())
}
