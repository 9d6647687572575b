//! Who wrote, worked out again from the records alone, and compared with identities, clients and likenesses as they are stored.
//!
//! It repeats what `clients` did when the records came in: their order is the order of recording. Where records are gone lawfully, what
//! joined two identities may be gone with them: then their keyed links say whose they are.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::{OptionalExtension, params};

use super::super::clients::{self, fold};
use super::super::projection::{Mark, Projected};
use super::{Audit, Report};
use crate::event::RecordNo;
use crate::event::record::Decision;

/// What the records tell of clients.
#[derive(Default)]
pub(super) struct People {
    /// Records are gone lawfully: whose an identity is, its link says.
    by_links: bool,
    /// Whose each mark is: the client's public id.
    owners: HashMap<Mark, String>,
    clients: HashMap<String, Person>,
    /// Pairs that appeared in one event, the lesser id first, and in which record first.
    alike: BTreeMap<(String, String), i64>,
    /// Who was merged into whom by the decisions so far.
    merged: HashMap<String, String>,
    /// A record could not be read, so that what follows from it is not known.
    incomplete: bool,
}

struct Person {
    first_record: i64,
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
    pub(super) fn new(by_links: bool) -> Self {
        Self { by_links, ..Self::default() }
    }

    /// Takes in one event, in the order of records.
    pub(super) fn hear(&mut self, audit: &Audit<'_>, said: &Projected) -> rusqlite::Result<()> {
        let Some(surest) = said.marks.first() else { return Ok(()) };
        let mut owners = Vec::with_capacity(said.marks.len());
        for mark in &said.marks {
            let owner = match self.owners.get(mark) {
                Some(owner) => Some(owner.clone()),
                None if self.by_links => linked(audit, mark)?,
                None => None,
            };
            owners.push(owner);
        }
        let home = owners.iter().flatten().next().cloned();
        let home = home.unwrap_or_else(|| clients::public_id(&audit.keys.pseudonym(&surest.parts())));
        let record = said.row.record;
        for (mark, owner) in said.marks.iter().zip(owners) {
            let owner = owner.unwrap_or_else(|| home.clone());
            if !self.clients.contains_key(&owner) {
                self.clients.insert(owner.clone(), Person { first_record: record, name: None });
            }
            if owner != home {
                let pair = if owner < home { (owner.clone(), home.clone()) } else { (home.clone(), owner.clone()) };
                self.alike.entry(pair).or_insert(record);
            }
            if !self.owners.contains_key(mark) {
                self.owners.insert(mark.clone(), owner);
            }
        }
        if let (Some(person), Some(name)) = (self.owners.get(surest).and_then(|pid| self.clients.get_mut(pid)), &said.row.client_name) {
            person.name = Some(name.clone());
        }
        Ok(())
    }

    /// Takes in one decision.
    pub(super) fn decided(&mut self, decision: &Decision) {
        match decision {
            Decision::ClientsMerged { into, from } => {
                let top = top(&self.merged, from).to_owned();
                if top != self::top(&self.merged, into) {
                    self.merged.insert(top, into.clone());
                }
            }
            Decision::ClientsUnmerged { from, .. } => drop(self.merged.remove(from)),
            Decision::ClientErased { client, .. } => {
                let person = top(&self.merged, client).to_owned();
                let all: Vec<String> = self.merged.keys().filter(|pid| top(&self.merged, pid) == person).cloned().collect();
                all.iter().for_each(|pid| drop(self.merged.remove(pid)));
            }
            _ => {}
        }
    }

    /// A record is missing or broken.
    pub(super) fn lost(&mut self) {
        self.incomplete = true;
    }

    /// Compares every identity, client and likeness with its row.
    pub(super) fn compare(mut self, audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
        self.identities(audit, report)?;
        if self.incomplete {
            return Ok(());
        }
        if !self.owners.is_empty() {
            report.add("client", None, "identities", format!("{} that records name are missing", self.owners.len()));
        }
        self.likenesses(audit, report)?;
        self.clients(audit, report)
    }

    fn identities(&mut self, audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
        let sql = "SELECT i.id, i.pseudonym, i.tail, c.pid FROM identities i LEFT JOIN clients c ON c.id = i.client WHERE i.business = ?1";
        let mut all = audit.conn.prepare(sql)?;
        let mut rows = all.query(params![audit.keys.business().0])?;
        while let Some(row) = rows.next()? {
            report.rows += 1;
            let (id, pseudonym, tail, client): (i64, Vec<u8>, Option<String>, Option<String>) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            let mark = super::models::mark(audit, id)?;
            let entered = mark
                .as_ref()
                .is_some_and(|mark| audit.keys.pseudonym(&mark.parts()).as_slice() == pseudonym && mark.tail() == tail.as_deref());
            let link = mark.as_ref().map(|mark| linked(audit, mark)).transpose()?.flatten();
            let owner = mark.and_then(|mark| self.owners.remove(&mark));
            let wrong = match () {
                () if !entered => "the identity is not the one it was entered as",
                () if link != client => "the identity's link leads to another client",
                () if self.incomplete || owner.is_some() && owner == client => continue,
                () if owner.is_none() => "no record names this identity",
                () => "the identity belongs to another client than its records say",
            };
            report.add("client", None, format!("identities {id}"), wrong);
        }
        Ok(())
    }

    fn likenesses(&mut self, audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
        let sql = "SELECT min(a.pid, b.pid), max(a.pid, b.pid), l.record FROM likenesses l JOIN clients a ON a.id = l.one
                   JOIN clients b ON b.id = l.other WHERE a.business = ?1";
        let mut all = audit.conn.prepare(sql)?;
        let mut rows = all.query(params![audit.keys.business().0])?;
        while let Some(row) = rows.next()? {
            report.rows += 1;
            let (pair, record): ((String, String), i64) = ((row.get(0)?, row.get(1)?), row.get(2)?);
            if self.alike.remove(&pair) != Some(record) {
                let index = RecordNo::from_i64(record).index();
                report.add("client", Some(index), "likenesses", "no record shows these two clients first together here");
            }
        }
        for record in self.alike.values() {
            let index = RecordNo::from_i64(*record).index();
            report.add("client", Some(index), "likenesses", "a record shows two clients together, and no row says so");
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
        let pids: HashMap<i64, &str> = rows.iter().map(|row| (row.id, row.pid.as_str())).collect();
        let there: HashSet<&str> = rows.iter().map(|row| row.pid.as_str()).collect();
        for row in &rows {
            report.rows += 1;
            let said = self.clients.remove(&row.pid);
            let same = said.is_some_and(|said| {
                said.first_record == row.first_record && said.name == row.name && row.folded == said.name.as_deref().map(fold)
            });
            let above = above(&self.merged, &row.pid, &there);
            let into = row.merged_into.map(|id| pids.get(&id).copied().unwrap_or(""));
            let shown = into == above.first().copied() && pids.get(&row.root).copied() == Some(above.last().copied().unwrap_or(&row.pid));
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
}

/// The client that an identity's link names.
fn linked(audit: &Audit<'_>, mark: &Mark) -> rusqlite::Result<Option<String>> {
    let mut find = audit.conn.prepare_cached("SELECT pid FROM links WHERE business = ?1 AND pseudonym = ?2")?;
    let pseudonym = audit.keys.pseudonym(&mark.parts());
    find.query_row(params![audit.keys.business().0, pseudonym], |row| row.get(0)).optional()
}

/// Those under whom `pid` is shown and who are there, the nearest first.
fn above<'a>(merged: &'a HashMap<String, String>, pid: &str, there: &HashSet<&str>) -> Vec<&'a str> {
    let (mut above, mut at) = (Vec::new(), pid);
    // The bound holds even for decisions that were edited into a circle.
    for _ in 0..=merged.len() {
        let Some(into) = merged.get(at) else { break };
        at = into.as_str();
        if there.contains(at) {
            above.push(into.as_str());
        }
    }
    above
}

fn top<'a>(merged: &'a HashMap<String, String>, pid: &'a str) -> &'a str {
    let mut pid = pid;
    for _ in 0..=merged.len() {
        match merged.get(pid) {
            Some(into) => pid = into,
            None => break,
        }
    }
    pid
}
