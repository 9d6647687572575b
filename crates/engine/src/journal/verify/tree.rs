//! Entries against tiles, bundles and the signed checkpoint.

use std::path::Path;

use ledger::{Checkpoint, Tile, TileWriter, entry_bundle, leaf_hash};

use super::super::log::TILE_LEAVES;
use super::{Audit, Report};

/// The signed checkpoint as it stands in its file.
pub(super) fn checkpoint(audit: &Audit<'_>) -> std::io::Result<String> {
    std::fs::read_to_string(audit.log.folder().join("checkpoint"))
}

pub(super) struct Check<'a> {
    folder: &'a Path,
    signed: Option<Checkpoint>,
    /// Last checkpoints of logs before this one.
    ended: Vec<Checkpoint>,
    writer: TileWriter,
    /// The first entry that is missing: nothing after it can be computed.
    torn: bool,
    root_seen: bool,
}

impl<'a> Check<'a> {
    /// With the checkpoint as it was read *before* the state of the database that is audited: beside a running server it may be
    /// behind, never ahead.
    pub(super) fn start(audit: &Audit<'a>, note: std::io::Result<String>, ended: Vec<Checkpoint>, report: &mut Report) -> Self {
        let folder = audit.log.folder();
        let signed = match note {
            Ok(note) => Checkpoint::open(&note, audit.log.verifying_key()).map_err(|e| e.to_string()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && report.entries == 0 => return Self::of(folder, None, ended),
            Err(e) => Err(e.to_string()),
        };
        let signed = match signed {
            Ok(checkpoint) => Some(checkpoint),
            Err(message) => {
                report.add("checkpoint", None, "checkpoint", message);
                None
            }
        };
        report.signed = signed.as_ref().map_or(0, |checkpoint| checkpoint.size);
        if report.signed > report.entries {
            let message = format!("{} entries were signed, the database has {}", report.signed, report.entries);
            report.add("checkpoint", None, "checkpoint", message);
        }
        Self::of(folder, signed, ended)
    }

    fn of(folder: &'a Path, signed: Option<Checkpoint>, ended: Vec<Checkpoint>) -> Self {
        Self { folder, signed, ended, writer: TileWriter::new(), torn: false, root_seen: false }
    }

    /// Takes the entries from `from` on, `None` where one is missing.
    pub(super) fn run(&mut self, from: u64, entries: &[Option<Vec<u8>>], report: &mut Report) {
        for (offset, bundle) in entries.chunks(TILE_LEAVES as usize).enumerate() {
            let whole: Option<Vec<&[u8]>> = bundle.iter().map(Option::as_deref).collect();
            match whole {
                Some(bundle) if !self.torn => self.bundle(from / TILE_LEAVES + offset as u64, &bundle, report),
                _ => self.torn = true,
            }
        }
    }

    fn bundle(&mut self, index: u64, entries: &[&[u8]], report: &mut Report) {
        let signed = self.signed.as_ref().map_or(0, |checkpoint| checkpoint.size);
        for entry in entries {
            for full in self.writer.append([leaf_hash(entry)]) {
                if self.writer.size() <= signed {
                    self.file("tile", &full.tile.path(), &full.bytes, report);
                }
            }
            self.root(report);
        }
        let tile = Tile { level: 0, index, width: ledger::TILE_WIDTH };
        let published = (index + 1) * TILE_LEAVES <= signed;
        if let (true, true, Ok(expected)) = (published, entries.len() as u64 == TILE_LEAVES, entry_bundle::encode(entries)) {
            self.file("bundle", &tile.entries_path(), &expected, report);
        }
    }

    fn root(&mut self, report: &mut Report) {
        for ended in self.ended.iter().filter(|ended| ended.size == self.writer.size() && ended.root != self.writer.root()) {
            let message = format!("the entries do not give the root that {} had signed at size {}", ended.origin, ended.size);
            report.add("checkpoint", None, "epochs", message);
        }
        let Some(signed) = self.signed.as_ref().filter(|signed| signed.size == self.writer.size()) else { return };
        self.root_seen = true;
        if self.writer.root() != signed.root {
            report.add(
                "checkpoint",
                None,
                "checkpoint",
                format!("the entries do not give the root that was signed at size {}", signed.size),
            );
        }
    }

    fn file(&self, what: &'static str, path: &str, expected: &[u8], report: &mut Report) {
        report.files += 1;
        match std::fs::read(self.folder.join(path)) {
            Ok(bytes) if bytes == expected => {}
            Ok(_) => report.add(what, None, path, "the file is not what the entries give"),
            Err(e) => report.add(what, None, path, e),
        }
    }

    pub(super) fn finish(self, report: &mut Report) {
        let unseen = self.signed.is_some_and(|signed| signed.size > 0) && !self.root_seen;
        if unseen && self.torn {
            report.add("checkpoint", None, "checkpoint", "the signed root cannot be computed: an entry before it is missing");
        }
    }
}
