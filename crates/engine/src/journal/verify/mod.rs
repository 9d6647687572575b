//! The audit: everything that is stored against everything that was signed.
//!
//! * always: the tree from the entries, every tile, bundle and checkpoint file, every blob's hash — `tree`, `records`; the last
//!   checkpoints of logs that were continued after a restore — `epochs`
//! * deep: every record is opened, and every row that screens read is computed again from R — `records`, `models`,
//!   `words` (conversations),
//!   `people` (identities and clients)
//! * acts: every list that explains an absence, and its particulars, against the entry that commits to them — `acts`
//!
//! Not compared: quarantine, and what `access` keeps.
//!
//! It reports which record and where, and goes on after a finding. It only reads.

mod acts;
mod epochs;
mod models;
mod people;
mod records;
mod tree;
mod words;

use rusqlite::Connection;
use serde::Serialize;

use super::append;
use super::log::Log;
use crate::event::BusinessId;
use crate::privacy::BusinessKeys;

pub use words::unlike_their_words;

/// Findings listed in full; more are only counted.
const LISTED: usize = 1000;
/// Records between two calls of the progress function.
const STRIDE: u64 = 48 * 256;

/// One thing that is not as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind: `entry`, `blob`, `tile`, `bundle`, `checkpoint`, `key`, `record`, `row`, `seen`, `session`, `client`,
    /// `decision`, `act`.
    pub what: &'static str,
    /// The record's index, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Which file, table or row.
    pub place: String,
    /// What is wrong, without personal data.
    pub message: String,
}

/// What an audit of one business found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whose.
    pub business: BusinessId,
    /// The log.
    pub origin: String,
    /// Entries in the database.
    pub entries: u64,
    /// Of them covered by the signed checkpoint.
    pub signed: u64,
    /// Blobs whose hash was compared, and in a deep audit opened.
    pub blobs: u64,
    /// Records that were erased or have expired, as an act says.
    pub gone: u64,
    /// Acts that were read.
    pub acts: u64,
    /// Rows compared with R.
    pub rows: u64,
    /// Files of the log compared.
    pub files: u64,
    /// How many findings.
    pub wrong: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
    /// Every record that is not what was signed or cannot be read.
    #[serde(skip)]
    pub unsound: Vec<u64>,
    /// The tree is not the one that was signed: nobody knows which of its records are right.
    #[serde(skip)]
    pub is_forged: bool,
}

impl Report {
    /// Whether all is well.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.wrong == 0
    }

    fn add(&mut self, what: &'static str, record: Option<u64>, place: impl Into<String>, message: impl ToString) {
        self.wrong += 1;
        self.is_forged |= what == "checkpoint";
        self.unsound.extend(record.filter(|_| ["entry", "blob", "key", "record"].contains(&what)));
        if self.findings.len() < LISTED {
            self.findings.push(Finding { what, record, place: place.into(), message: message.to_string() });
        }
    }
}

/// What to audit.
pub struct Audit<'a> {
    /// One consistent state of the database.
    pub conn: &'a Connection,
    /// Opens records.
    pub keys: &'a BusinessKeys,
    /// The files and the key that signs.
    pub log: &'a Log,
    /// Whether read models are compared too.
    pub deep: bool,
    /// Whether acts are compared with their entries too.
    pub acts: bool,
    /// Records before this one were audited by a run that was broken off: of them only the entries are read, for the tree.
    pub from: u64,
}

/// Audits one business; `progress` is told (done, of how many) records.
///
/// # Errors
/// Only when the database cannot be read at all.
pub fn verify(audit: &Audit<'_>, progress: &mut dyn FnMut(u64, u64)) -> rusqlite::Result<Report> {
    let business = audit.keys.business();
    let note = tree::checkpoint(audit);
    let entries = append::next_index(audit.conn, business)?;
    let mut report = Report {
        business,
        origin: audit.log.verifying_key().name().to_owned(),
        entries,
        signed: 0,
        blobs: 0,
        gone: 0,
        acts: 0,
        rows: 0,
        files: 0,
        wrong: 0,
        findings: Vec::new(),
        unsound: Vec::new(),
        is_forged: false,
    };
    let ended = epochs::check(audit, &mut report)?;
    let mut tree = tree::Check::start(audit, note, ended, &mut report);
    let acts = acts::Acts::read(audit, &mut report)?;
    let mut records = records::Check::start(audit, &acts);
    let mut from = 0;
    while from < entries {
        let to = entries.min(from + STRIDE);
        let chunk = records.run(from, to, &mut report)?;
        tree.run(from, &chunk, &mut report);
        from = to;
        progress(from, entries);
    }
    tree.finish(&mut report);
    if audit.acts {
        acts.check(audit, &mut report)?;
    }
    if audit.deep {
        records.finish(&mut report)?;
        models::check(audit, &mut report)?;
        words::check(audit, &mut report)?;
    }
    Ok(report)
}
