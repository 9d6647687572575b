//! How far a file has come, for an import that was interrupted.
//!
//! `import/<digest>.json` in the data folder: `{"position":4096,"tally":{…}}`. The digest is of the file's path, size and time of change and
//! of what was said about it, so a changed file or another mapping begins anew. Removed when the file is through. Losing it costs time only.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::voice::err;
use super::source::Source;
use super::{ImportArgs, Tally};

pub(super) struct Resume {
    /// None where nothing can be kept: standard input.
    path: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    position: u64,
    tally: Tally,
}

impl Resume {
    pub(super) fn of(data: &Path, file: &Path, source: &Source, args: &ImportArgs) -> Self {
        if source.changed_ns == 0 {
            return Self { path: None };
        }
        let ImportArgs { files: _, format: _, again: _, business, map, set, columns, offset, channel, services, start, source: named } =
            args;
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let about = format!("{:?}", (file, source.bytes, source.changed_ns, source.format, business, map, set, columns, offset, channel));
        let about = format!("{about}{:?}", (services, start, named));
        let name: String = Sha256::digest(about)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { path: Some(data.join("import").join(format!("{name}.json"))) }
    }

    /// What an interrupted run left.
    pub(super) fn load(&self) -> Option<(u64, Tally)> {
        let kept: Kept = serde_json::from_slice(&std::fs::read(self.path.as_ref()?).ok()?).ok()?;
        Some((kept.position, kept.tally))
    }

    /// Everything up to `position` is durable. That it cannot be noted must not stop an import.
    pub(super) fn keep(&mut self, position: u64, tally: &Tally) {
        let Some(path) = &self.path else { return };
        let kept = serde_json::to_vec(&Kept { position, tally: tally.clone() }).unwrap_or_default();
        let next = path.with_extension("next");
        let parent = path.parent().unwrap_or(path);
        let written =
            std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&next, kept)).and_then(|()| std::fs::rename(&next, path));
        if let Err(e) = written {
            err!("how far the import has come cannot be kept: {e}");
            self.path = None;
        }
    }

    /// The file is through.
    pub(super) fn forget(&self) {
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(path);
        }
    }
}
