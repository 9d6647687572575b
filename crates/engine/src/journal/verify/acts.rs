//! Acts against the log: every absence has its act, and every act is the one that was entered.
//!
//! The lists are always read: they say which absences are lawful. With `--acts` each list and its particulars are compared with the
//! entry in the tree, and every entry of an act must have its act. A row of `acts` that no longer reads is a finding, and what it listed
//! counts as unexplained.

use ledger::{ActKind, Entry, EntryKind, RecordList};
use rusqlite::params;

use super::super::acts::{self, Act};
use super::{Audit, Report};
use crate::event::{BusinessId, RecordNo};

/// The acts of a business and what they list together.
pub(super) struct Acts {
    all: Vec<Act>,
    gone: RecordList,
}

impl Acts {
    /// Reads them; those that cannot be read are findings.
    pub(super) fn read(audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<Self> {
        let business = audit.keys.business();
        let mut acts = Self { all: Vec::new(), gone: RecordList::default() };
        let mut numbers = audit.conn.prepare("SELECT record FROM acts WHERE business = ?1 ORDER BY record")?;
        let numbers: Vec<i64> = numbers.query_map([business.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for number in numbers {
            let record = RecordNo::from_i64(number);
            match acts::by_record(audit.conn, record) {
                Ok(Some(act)) => acts.add(act, report),
                Ok(None) => {}
                Err(rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..)) => {
                    report.add("act", Some(record.index()), "acts", "forged: the act is not written as this program writes acts");
                }
                Err(e) => return Err(e),
            }
        }
        report.acts = acts.all.len() as u64;
        Ok(acts)
    }

    fn add(&mut self, act: Act, report: &mut Report) {
        let index = act.record.index();
        if let Some(twice) = self.gone.common(&act.list) {
            report.add("act", Some(index), "acts", format!("the act lists record {twice}, which an earlier act listed"));
        }
        if act.list.last().is_some_and(|last| last >= index) {
            report.add("act", Some(index), "acts", "the act lists records that are not older than itself");
        }
        self.gone = self.gone.union(&act.list);
        self.all.push(act);
    }

    /// Whether a record is gone lawfully.
    pub(super) fn name(&self, index: u64) -> bool {
        self.gone.contains(index)
    }

    /// Whether any record is.
    pub(super) fn name_any(&self) -> bool {
        !self.gone.is_empty()
    }

    /// Compares each with its entry, and looks for entries without one.
    pub(super) fn check(&self, audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
        let mut find = audit.conn.prepare("SELECT entry FROM entries WHERE record = ?1")?;
        for act in &self.all {
            let index = Some(act.record.index());
            let entry: Vec<Vec<u8>> = find.query_map([act.record.as_i64()], |row| row.get(0))?.collect::<Result<_, _>>()?;
            let Some(entry) = entry.first().and_then(|entry| Entry::decode(entry).ok()) else {
                report.add("act", index, "acts", "the act has no entry in the log");
                continue;
            };
            let told = act.particulars.as_deref().map(str::as_bytes);
            if let Err(wrong) = entry.check_act(act.kind, &act.salt, &act.list, told) {
                let message = match ActKind::of(entry.kind) {
                    Some(_) => format!("forged: {wrong}"),
                    None => "the act has no entry in the log: there is that of a record".to_owned(),
                };
                report.add("act", index, "acts", message);
            }
        }
        self.entries_without(audit, report)
    }

    fn entries_without(&self, audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
        let business = audit.keys.business();
        let (first, end) = (RecordNo::new(business, 0).as_i64(), RecordNo::new(BusinessId(business.0 + 1), 0).as_i64());
        // The kind is the second byte of an entry.
        let sql = "SELECT record FROM entries e WHERE record >= ?1 AND record < ?2 AND substr(entry, 2, 1) IN (?3, ?4)
                     AND NOT EXISTS (SELECT 1 FROM acts a WHERE a.record = e.record) ORDER BY record";
        let kinds = [[EntryKind::Erase as u8], [EntryKind::Expire as u8]];
        let mut all = audit.conn.prepare(sql)?;
        let mut rows = all.query(params![first, end, kinds[0], kinds[1]])?;
        while let Some(row) = rows.next()? {
            let index = RecordNo::from_i64(row.get(0)?).index();
            report.add("act", Some(index), "acts", "the log has the entry of an act that is missing");
        }
        Ok(())
    }
}
