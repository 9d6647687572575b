//! Who wrote, worked out again from the records alone, and compared with identities and clients as they are stored.
//!
//! It repeats what `clients` did when the records came in: their order is the order of recording. A client is known here by the
//! record that made it. Likenesses are hints for people and are not compared.

use std::collections::HashMap;

use rusqlite::params;

use super::super::clients::{self, fold};
use super::super::projection::{Mark, Projected};
use super::{Audit, Report};
use crate::event::RecordNo;
use crate::event::record::Decision;

/// What the records tell of clients.
#[derive(Default)]
pub(super) struct People {
    /// Whose each mark is.
    owners: HashMap<Mark, i64>,
    clients: HashMap<i64, Person>,
    /// Merges and unmerges, and when.
    decisions: Vec<(i64, Decision)>,
    /// A record could not be read, so that what follows from it is not known.
    incomplete: bool,
}

struct Person {
    pid: String,
    name: Option<String>,
}

/// A row of `clients`.
struct Stored {
    id: i64,
    pid: String,
    name: Option<String>,
    folded: Option<String>,
    first_record: i64,
    root: i64,
    merged_into: Option<i64>,
}

impl People {
    /// Takes in one event, in the order of records.
    pub(super) fn hear(&mut self, audit: &Audit<'_>, said: &Projected) {
        let Some(surest) = said.marks.first() else { return };
        let known = said.marks.iter().find_map(|mark| self.owners.get(mark).copied());
        for mark in &said.marks {
            if !self.owners.contains_key(mark) {
                self.owners.insert(mark.clone(), known.unwrap_or(said.row.record));
            }
        }
        let Some(client) = self.owners.get(surest) else { return };
        let unknown = || Person { pid: clients::public_id(&audit.keys.pseudonym(&surest.parts())), name: None };
        let person = self.clients.entry(*client).or_insert_with(unknown);
        if said.row.client_name.is_some() {
            person.name.clone_from(&said.row.client_name);
        }
    }

    /// Takes in one decision.
    pub(super) fn decided(&mut self, record: i64, decision: Decision) {
        if matches!(decision, Decision::ClientsMerged { .. } | Decision::ClientsUnmerged { .. }) {
            self.decisions.push((record, decision));
        }
    }

    /// A record is missing or broken.
    pub(super) fn lost(&mut self) {
        self.incomplete = true;
    }

    /// Compares every identity and client with its row.
    pub(super) fn compare(mut self, audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
        self.identities(audit, report)?;
        if self.incomplete {
            return Ok(());
        }
        if !self.owners.is_empty() {
            report.add("client", None, "identities", format!("{} that records name are missing", self.owners.len()));
        }
        self.clients(audit, report)
    }

    fn identities(&mut self, audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
        let sql = "SELECT i.id, i.pseudonym, i.tail, c.first_record FROM identities i LEFT JOIN clients c ON c.id = i.client WHERE i.business = ?1";
        let mut all = audit.conn.prepare(sql)?;
        let mut rows = all.query(params![audit.keys.business().0])?;
        while let Some(row) = rows.next()? {
            report.rows += 1;
            let (id, pseudonym, tail, client): (i64, Vec<u8>, Option<String>, Option<i64>) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            let mark = super::models::mark(audit, id)?;
            let entered = mark
                .as_ref()
                .is_some_and(|mark| audit.keys.pseudonym(&mark.parts()).as_slice() == pseudonym && mark.tail() == tail.as_deref());
            let owner = mark.and_then(|mark| self.owners.remove(&mark));
            let wrong = match () {
                () if !entered => "the identity is not the one it was entered as",
                () if self.incomplete || owner.is_some() && owner == client => continue,
                () if owner.is_none() => "no record names this identity",
                () => "the identity belongs to another client than its records say",
            };
            report.add("client", None, format!("identities {id}"), wrong);
        }
        Ok(())
    }

    fn clients(&mut self, audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
        let sql = "SELECT id, pid, name, name_folded, first_record, root, merged_into FROM clients WHERE business = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            let (id, pid, name, folded) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Stored { id, pid, name, folded, first_record: row.get(4)?, root: row.get(5)?, merged_into: row.get(6)? })
        };
        let rows: Vec<Stored> = audit.conn.prepare(sql)?.query_map([audit.keys.business().0], read)?.collect::<Result<_, _>>()?;
        let merged = self.merged();
        let pids: HashMap<i64, &str> = rows.iter().map(|row| (row.id, row.pid.as_str())).collect();
        for row in &rows {
            report.rows += 1;
            let said = self.clients.remove(&row.first_record);
            let same =
                said.is_some_and(|said| said.pid == row.pid && said.name == row.name && row.folded == said.name.as_deref().map(fold));
            let into = merged.get(&row.pid).map(String::as_str);
            let shown = row.merged_into.map(|id| pids.get(&id).copied().unwrap_or("")) == into
                && pids.get(&row.root).copied() == Some(root(&merged, &row.pid));
            let wrong = match () {
                () if !same => "the client is not the one its records tell of",
                () if !shown => "the client is merged otherwise than people decided",
                () => continue,
            };
            let first = RecordNo::from_i64(row.first_record);
            report.add("client", Some(first.index()), format!("clients {}", row.id), wrong);
        }
        if !self.clients.is_empty() {
            report.add("client", None, "clients", format!("{} that records tell of are missing", self.clients.len()));
        }
        Ok(())
    }

    /// Who is shown under whom, as the decisions leave it.
    fn merged(&self) -> HashMap<String, String> {
        let made: HashMap<&str, i64> = self.clients.iter().map(|(record, person)| (person.pid.as_str(), *record)).collect();
        let mut merged = HashMap::new();
        for (record, decision) in &self.decisions {
            let known = |pid: &String| made.get(pid.as_str()).is_some_and(|first| first < record);
            match decision {
                Decision::ClientsMerged { into, from } if known(into) && known(from) => {
                    let top = root(&merged, from).to_owned();
                    if top != root(&merged, into) {
                        merged.insert(top, into.clone());
                    }
                }
                Decision::ClientsUnmerged { from, .. } => drop(merged.remove(from)),
                _ => {}
            }
        }
        merged
    }
}

fn root<'a>(merged: &'a HashMap<String, String>, pid: &'a str) -> &'a str {
    let mut pid = pid;
    // Merging only roots into others makes no circle; the bound holds even for a row edited into one.
    for _ in 0..=merged.len() {
        match merged.get(pid) {
            Some(into) => pid = into,
            None => break,
        }
    }
    pid
}
