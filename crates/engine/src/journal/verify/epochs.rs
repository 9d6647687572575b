//! Logs that ended: each one's last checkpoint is signed by it, named by the entry that continued it, and its root is compared with the
//! entries (`tree`).

use ledger::{Checkpoint, Entry, EntryKind, VerifyingKey};
use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

use super::super::epochs::{self, Ended};
use super::{Audit, Report};

/// Checks the rows of ended logs; gives their checkpoints.
pub(super) fn check(audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<Vec<Checkpoint>> {
    let mut checkpoints = Vec::new();
    for ended in epochs::ended(audit.conn, audit.keys.business())? {
        let index = Some(ended.record.index());
        let find = "SELECT entry FROM entries WHERE record = ?1";
        let entry: Option<Vec<u8>> = audit.conn.query_row(find, [ended.record.as_i64()], |row| row.get(0)).optional()?;
        let named: [u8; 32] = Sha256::digest(ended.note.as_bytes()).into();
        let entry = entry.and_then(|entry| Entry::decode(&entry).ok());
        if !entry.is_some_and(|entry| entry.kind == EntryKind::Epoch && entry.com == named) {
            report.add("checkpoint", index, "epochs", format!("log {} ended with a checkpoint that no entry names", ended.number));
        }
        match opened(audit, &ended) {
            Ok(checkpoint) => checkpoints.push(checkpoint),
            Err(why) => report.add("checkpoint", index, "epochs", why),
        }
    }
    Ok(checkpoints)
}

/// The last checkpoint of an ended log, signed by this business.
fn opened(audit: &Audit<'_>, ended: &Ended) -> Result<Checkpoint, String> {
    let key: VerifyingKey = ended.vkey.parse().map_err(|e| format!("{e}"))?;
    let ours = audit.log.named(key.name()).filter(|ours| *ours.verifying_key() == key);
    ours.ok_or_else(|| format!("log {} was not signed by this business", ended.number))?;
    Checkpoint::open(&ended.note, &key).map_err(|e| e.to_string())
}
